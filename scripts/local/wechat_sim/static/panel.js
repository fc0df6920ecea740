// The side panel: clock, merchant account, callbacks, faults, bills.
import { day, h, hour, keeper, moment, sim, span, tap, yuan } from "./dom.js";

const EVENTS = {
  "TRANSACTION.SUCCESS": "支付成功",
  "REFUND.SUCCESS": "退款成功",
  "REFUND.ABNORMAL": "退款异常",
  "REFUND.CLOSED": "退款关闭",
  "MCHTRANSFER.BILL.FINISHED": "转账结束",
  subscribe: "关注",
  unsubscribe: "取消关注",
  SCAN: "扫码",
  CLICK: "点菜单",
  text: "来信",
  subscribe_msg_popup_event: "订阅消息选择",
  user_authorization_revoke: "撤回授权",
  trade_manage_order_settlement: "结算",
  trade_manage_remind_shipping: "提醒发货",
};
const STATES = { waiting: "等待中", delivered: "已送达", given_up: "已放弃", dropped: "已丢失" };
const GROUPS = { notice: "支付通知", pay: "支付接口", bill: "账单", api: "微信接口", official: "公众号推送" };
const JUMPS = [
  ["+1 小时", 3600],
  ["+1 天", 86400],
  ["+8 天", 691200],
];
const RATES = [1, 60, 3600];

export class Panel {
  constructor(element, refresh) {
    this.refresh = refresh;
    this.element = element;
    this.offset = 0;
    this.#build();
  }

  update(state) {
    this.state = state;
    this.showMoney(state.balance);
    const soon = (at) => at && (at > state.clock.now ? `${span(at - state.clock.now)}后再送` : "马上再送");
    this.showCallbacks(state.callbacks.map((item) => ({ ...item, again: soon(item.next_at) })));
    this.showActive(state.faults);
    this.showRates(state.clock.rate);
    this.tick(state);
  }

  /** Let the shown clock run between two answers. */
  tick(state) {
    const passed = performance.now() / 1000 - state.readAt;
    const now = state.clock.now + passed * state.clock.rate;
    this.time.textContent = hour(now);
    this.date.textContent = new Date(now * 1000).toLocaleDateString("zh-CN", {
      timeZone: "Asia/Shanghai",
      year: "numeric",
      month: "long",
      day: "numeric",
      weekday: "short",
    });
  }

  complain(text) {
    this.note.textContent = text;
    setTimeout(() => (this.note.textContent = ""), 4000);
  }

  #act(work) {
    return tap(
      async () => {
        await work();
        await this.refresh();
      },
      (text) => this.complain(text),
    );
  }

  #build() {
    this.time = h("strong");
    this.date = h("span");
    this.note = h("p", { className: "note", role: "status" });
    const rates = h("div", { className: "chips" });
    const account = h("dl", { className: "account" });
    const clock = h(
      "section",
      { className: "block clock" },
      h("div", { className: "now" }, this.time, this.date),
      h(
        "div",
        { className: "chips" },
        JUMPS.map(([label, seconds]) =>
          h("button", { type: "button", onclick: this.#act(() => sim("/clock", { advance_seconds: seconds })) }, label),
        ),
      ),
      rates,
    );
    this.showRates = keeper(rates, (rate) =>
      RATES.map((value) =>
        h(
          "button",
          { type: "button", className: value === rate ? "on" : "", onclick: this.#act(() => sim("/clock", { rate: value })) },
          value === 1 ? "正常走" : `${value} 倍速`,
        ),
      ),
    );
    this.showMoney = keeper(account, (balance) => [
      h("div", {}, h("dt", {}, "商户可用"), h("dd", {}, yuan(balance.available_fen))),
      h("div", {}, h("dt", {}, "待结算"), h("dd", {}, yuan(balance.frozen_fen))),
    ]);
    this.element.append(clock, h("section", { className: "block" }, account), this.note, this.#tabs());
  }

  #tabs() {
    const bodies = { callbacks: h("div", { className: "tab" }), faults: h("div", { className: "tab" }), bills: h("div", { className: "tab" }) };
    const labels = { callbacks: "回调", faults: "故障", bills: "账单" };
    const buttons = Object.fromEntries(
      Object.keys(bodies).map((name) => [name, h("button", { type: "button", onclick: () => choose(name) }, labels[name])]),
    );
    const choose = (name) => {
      for (const key of Object.keys(bodies)) {
        bodies[key].hidden = key !== name;
        buttons[key].classList.toggle("on", key === name);
      }
      if (name === "bills") this.#loadBill(day(this.state?.clock.now ?? Date.now() / 1000));
    };
    this.showCallbacks = keeper(bodies.callbacks, (items) =>
      items.length ? items.map((item) => this.#callback(item)) : h("p", { className: "soft" }, "还没有发给商城的通知"),
    );
    this.#buildFaults(bodies.faults);
    this.bill = bodies.bills;
    choose("callbacks");
    return h("section", { className: "block tabs" }, h("nav", {}, Object.values(buttons)), Object.values(bodies));
  }

  #callback(item) {
    const again = (times, parallel) => this.#act(() => sim(`/callbacks/${item.id}/redeliver`, { times, parallel }));
    const last = item.status ? `最近答复 ${item.status}` : item.deliveries ? "没有答复" : "";
    const facts = [`送了 ${item.deliveries} 次`, item.accepted ? `收下 ${item.accepted} 次` : last, item.again].filter(Boolean);
    return h(
      "article",
      { className: `callback ${item.state}`, title: item.note },
      h("div", { className: "row" }, h("b", {}, EVENTS[item.event] || item.event), h("i", {}, STATES[item.state])),
      h("small", { className: "subject" }, item.subject),
      h("p", { className: "soft" }, facts.join("　·　")),
      h(
        "div",
        { className: "row foot" },
        h("time", {}, moment(item.created_at)),
        h("button", { type: "button", className: "tiny", onclick: again(1, false) }, "再送一次"),
        h("button", { type: "button", className: "tiny", onclick: again(5, true) }, "同时送 5 份"),
      ),
    );
  }

  async #buildFaults(body) {
    const active = h("div", { className: "active" });
    const list = h("div");
    body.append(active, list);
    const catalog = await sim("/faults/catalog");
    const labels = Object.fromEntries(catalog.map((fault) => [fault.name, fault.label]));
    this.showActive = keeper(active, (faults) => [
      faults.length > 0 &&
        h("button", { type: "button", className: "tiny wide", onclick: this.#act(() => sim("/faults", undefined, "DELETE")) }, "全部关掉"),
      ...faults.map((fault) =>
        h(
          "div",
          { className: "fault on" },
          h("span", {}, labels[fault.name], h("small", {}, fault.times === null ? "一直" : `还有 ${fault.times} 次`)),
          h("button", { type: "button", className: "tiny", onclick: this.#act(() => sim(`/faults/${fault.id}`, undefined, "DELETE")) }, "关掉"),
        ),
      ),
    ]);
    list.append(
      ...Object.entries(GROUPS).map(([group, title]) =>
        h(
          "details",
          { open: group === "notice" },
          h("summary", {}, title),
          catalog.filter((fault) => fault.group === group).map((fault) => this.#fault(fault)),
        ),
      ),
    );
    if (this.state) this.showActive(this.state.faults);
  }

  #fault(fault) {
    const add = (times) => this.#act(() => sim("/faults", { name: fault.name, times }));
    return h(
      "div",
      { className: "fault" },
      h("span", {}, fault.label),
      h("button", { type: "button", className: "tiny", onclick: add(1) }, "下一次"),
      h("button", { type: "button", className: "tiny", onclick: add(null) }, "一直"),
    );
  }

  showActive() {} // replaced once the catalogue is here

  async #loadBill(date) {
    const bill = await sim(`/bills/${date}`);
    const step = (days) => () => this.#loadBill(day(Date.parse(`${date}T12:00:00+08:00`) / 1000 + days * 86400));
    const row = (name, amount, at, number) =>
      h("li", {}, h("time", {}, hour(at)), h("span", { title: number }, name), h("b", { className: amount < 0 ? "out" : "in" }, yuan(amount)));
    const rows = (items, name) => items.map((item) => row(name(item), item.amount_fen, item.at, item.number || item.voucher || item.order));
    this.bill.replaceChildren(
      h(
        "div",
        { className: "row" },
        h("button", { type: "button", className: "tiny", ariaLabel: "前一天", onclick: step(-1) }, "‹"),
        h("b", {}, date),
        h("button", { type: "button", className: "tiny", ariaLabel: "后一天", onclick: step(1) }, "›"),
      ),
      h("h4", {}, `交易账单　${bill.trades.length} 笔`),
      h("ul", { className: "entries" }, rows(bill.trades, (item) => item.kind)),
      h("h4", {}, `资金账单　${bill.flows.length} 笔`),
      h("ul", { className: "entries" }, rows(bill.flows, (item) => item.type)),
    );
  }
}
