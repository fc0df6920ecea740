// Money of a distributor: withdrawing, its progress, and the wallet's lines by month.
import { h, yuan } from "./dom.js";
import { box, button, empty, fenOf, field, figures, form, list, note, page, price, select, show, when } from "./shop_kit.js";

export const pages = { withdraw, withdrawal, withdrawals, wallet };

const MONTHS = 12;
const WEEKDAYS = "一二三四五六日";
const ENDED = ["PAID", "RETURNED", "REJECTED", "CANCELLED"];

async function withdraw(view) {
  view.title("提现");
  await show(view, () => view.api.get("/distributor/withdrawal-limits"), (limits) => {
    if (limits.open_withdrawal_id) return underWay(view, limits.open_withdrawal_id);
    return [
      h("div", { className: "purse" }, h("small", {}, "可提现"), price(limits.available_fen), h("p", {}, "提到您的微信零钱")),
      box(h("ul", { className: "conditions" }, rulesOf(limits).map((text) => h("li", {}, text)))),
      amountForm(view, limits),
    ];
  });
}

function underWay(view, withdrawal_id) {
  const go = button(view, "看看到哪一步了", () => view.replace("withdrawal", { withdrawal_id }), { className: "go" });
  return empty("有一笔提现正在进行", "这笔结束以后，就可以再次提现。", go);
}

/** What one may ask for, said before anything is typed. */
function rulesOf(limits) {
  const days = limits.allowed_weekdays;
  const fee = limits.fee_bps ? `手续费 ${limits.fee_bps / 100}%，从提现金额里扣除` : "不收手续费";
  return [
    `每次 ${yuan(limits.min_fen)} 到 ${yuan(limits.max_fen)}`,
    `今天还可提 ${yuan(limits.left_today_fen)}，本月还可提 ${yuan(limits.left_this_month_fen)}`,
    fee,
    days.length < 7 && `每周${days.map((day) => WEEKDAYS[day - 1]).join("、")}可以提现`,
    `满 ${yuan(limits.name_needed_from_fen)} 需要填写微信实名`,
  ].filter(Boolean);
}

function amountForm(view, limits) {
  const most = Math.min(limits.available_fen, limits.max_fen, limits.left_today_fen, limits.left_this_month_fen);
  const obstacle = obstacleOf(limits, most);
  if (obstacle) return h("p", { className: "problem wide" }, obstacle);
  const amount = h("input", { name: "amount", inputMode: "decimal", required: true, autocomplete: "off", placeholder: "0.00", ariaLabel: "提现金额（元）" });
  const name = h("input", { name: "real_name", maxLength: 30, autocomplete: "off", placeholder: "与微信实名一致" });
  const nameField = field("真实姓名", name);
  const arrives = h("b", {});
  const weigh = () => {
    const fen = fenOf(amount.value) ?? 0;
    const fee = Math.floor((fen * limits.fee_bps) / 10000);
    arrives.textContent = yuan(fen - fee);
    nameField.hidden = fen < limits.name_needed_from_fen;
    name.required = !nameField.hidden;
  };
  amount.addEventListener("input", weigh);
  weigh();
  const all = () => {
    const [whole, cents] = [Math.trunc(most / 100), String(most % 100).padStart(2, "0")];
    amount.value = `${whole}.${cents}`;
    weigh();
  };
  const fields = [
    h("div", { className: "amount-row" }, h("span", {}, "¥"), amount, h("button", { type: "button", className: "tiny", onclick: all }, "全部")),
    nameField,
    figures([["预计到账", arrives]]),
  ];
  return box(form(view, fields, "申请提现", (values) => ask(view, values)));
}

/** Why nothing can be withdrawn now; null when something can. */
function obstacleOf(limits, most) {
  if (!limits.is_allowed_today) return "今天不是提现日，请在上面写的日子再来。";
  if (limits.available_fen < limits.min_fen) return `可提现金额还不到 ${yuan(limits.min_fen)}，再等等。`;
  return most < limits.min_fen ? "今天或本月的提现额度已用完。" : null;
}

async function ask(view, { amount, real_name }) {
  const amount_fen = fenOf(amount);
  if (amount_fen === null) throw new Error("请填写金额，最多两位小数");
  const body = real_name?.trim() ? { amount_fen, real_name: real_name.trim() } : { amount_fen };
  const made = await view.api.once("withdrawal", "/distributor/withdrawals", body);
  view.replace("withdrawal", { withdrawal_id: made.withdrawal_id });
}

async function withdrawal(view, { withdrawal_id }) {
  view.title("提现进度");
  const path = `/distributor/withdrawals/${withdrawal_id}`;
  const draw = (item, again) => {
    const confirm = async () => {
      await view.phone.requestMerchantTransfer(item.confirm);
      await again();
    };
    const cancel = async () => {
      await view.api.post(`${path}/cancel`);
      await again();
    };
    view.actions(
      item.can_cancel && button(view, "取消提现", cancel),
      item.confirm && item.status === "WAITING" && button(view, "确认收款", confirm, { className: "go" }),
    );
    return [
      h("div", { className: `standing ${item.status === "PAID" ? "received" : "shipped"}` }, h("strong", {}, item.title), h("p", {}, item.next)),
      box(
        figures([
          ["提现金额", yuan(item.amount_fen)],
          item.fee_fen > 0 && ["手续费", yuan(item.fee_fen)],
          ["到账金额", h("b", {}, yuan(item.paid_fen))],
          ["申请时间", when(item.requested_at)],
          item.ended_at && ["结束时间", when(item.ended_at)],
        ]),
      ),
      h("p", { className: "number" }, `提现单号 ${item.withdrawal_id}`),
    ];
  };
  await show(view, () => view.api.get(path), draw, (item) => !ENDED.includes(item.status) && 2);
}

function withdrawals(view) {
  view.title("提现记录");
  const row = (item) =>
    h(
      "button",
      { type: "button", className: "box", onclick: () => view.open("withdrawal", { withdrawal_id: item.withdrawal_id }) },
      h("div", { className: "row" }, h("strong", {}, yuan(item.amount_fen)), h("b", {}, item.title)),
      h("small", {}, when(item.requested_at)),
      note(item.next),
    );
  const none = empty("还没有提现过", "有了可提现的佣金，就能提到微信零钱。");
  view.body.replaceChildren(list(view, { load: (next) => view.api.get("/distributor/withdrawals", page(next)), row, none }));
}

async function wallet(view) {
  view.title("钱包");
  await show(view, () => view.api.get("/shop/wallet"), (purse) => {
    const shelf = h("div", {});
    const fill = (month) => shelf.replaceChildren(lines(view, month));
    fill("");
    const choices = [["", "全部月份"], ...monthsBack(view.phone.world().clock.now).map((month) => [month, title(month)])];
    return [
      h("div", { className: "purse" }, h("small", {}, "累计收入"), price(purse.earned_fen)),
      box(
        sum("可提现", purse.available_fen, purse.says.available),
        sum("待结算", purse.pending_fen, purse.says.pending),
        sum("提现中", purse.frozen_fen, purse.says.frozen),
        sum("已提现", purse.withdrawn_fen, purse.says.withdrawn),
        purse.debt_fen > 0 && sum("待抵扣", purse.debt_fen, purse.says.debt),
      ),
      h("div", { className: "row months" }, h("h4", {}, "流水"), select(choices, "", fill)),
      shelf,
    ];
  });
}

function sum(name, fen, says) {
  return h("div", { className: "sum-row" }, h("span", {}, name), h("b", {}, yuan(fen)), h("small", {}, says));
}

function lines(view, month) {
  const seen = new Set();
  const earned = {};
  return list(view, {
    load: async (next) => {
      const found = await view.api.get("/shop/wallet/lines", page(next, { month }));
      for (const one of found.months) earned[one.month] = one.earned_fen;
      return found;
    },
    row: (line) => {
      const isFirst = !seen.has(line.month);
      seen.add(line.month);
      return [isFirst && monthHead(line.month, earned[line.month]), walletLine(line)];
    },
    none: empty("没有流水", month ? "这个月没有变动，换个月份看看。" : "有了佣金或提现，每一笔都会记在这里。"),
  });
}

function monthHead(month, fen) {
  return h("div", { className: "row month-head" }, h("b", {}, title(month)), h("small", {}, `收入 ${yuan(fen)}`));
}

function walletLine(line) {
  const purses = [
    ["可提现", line.available_fen],
    ["待结算", line.pending_fen],
    ["提现中", line.frozen_fen],
    ["待抵扣", line.debt_fen],
  ];
  const changes = purses.filter(([, fen]) => fen).map(([name, fen]) => h("span", { className: fen > 0 ? "gain" : "gone" }, `${name} ${fen > 0 ? "+" : ""}${yuan(fen).replace("¥", "")}`));
  return h("div", { className: "wallet-line" }, h("div", {}, h("strong", {}, line.title), h("small", {}, when(line.at))), h("div", { className: "changes" }, changes));
}

/** This month and those before it, as 2026-11. */
function monthsBack(seconds) {
  const [year, month] = new Date(seconds * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" }).split("-").map(Number);
  return Array.from({ length: MONTHS }, (_, back) => {
    const count = year * 12 + month - 1 - back;
    return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
  });
}

function title(month) {
  const [year, number] = month.split("-");
  return `${year} 年 ${Number(number)} 月`;
}
