// The phone's own two views: WeChat's inbox, and 我.
import { h, keeper, moment, sim, span, tap, yuan } from "./dom.js";

const KINDS = { payment: "微信支付", refund: "微信支付", transfer: "微信支付", shipping: "订单", service: "服务通知", reply: "公众号" };

/** The inbox: transfers to confirm, parcels to receive, the official account, messages. */
export function inbox(phone, screen) {
  const complain = (text) => phone.complain(text);
  const urgent = h("div", { className: "stack" });
  const account = h("div", { className: "card" });
  const list = h("ul", { className: "messages" });
  screen.append(h("h2", {}, "微信"), urgent, account, list);
  const showUrgent = keeper(urgent, ({ transfers, parcels }) => [
    ...transfers.map((bill) => transferCard(phone, bill, complain)),
    ...parcels.map((parcel) => parcelCard(phone, parcel, complain)),
  ]);
  const showAccount = keeper(account, (value) => accountCard(phone, value, complain));
  const showList = keeper(list, (messages) => (messages.length ? messages.map(messageRow) : h("li", { className: "soft" }, "还没有消息")));
  return (person, world) => {
    const transfers = person.transfers.map((bill) => ({ ...bill, left: span(bill.expires_at - world.clock.now) }));
    const parcels = person.parcels.map((item) => ({ ...item, left: span(item.receives_at - world.clock.now) }));
    showUrgent({ transfers, parcels });
    showAccount({ name: world.oa_name, is_following: person.is_following, menu: world.menu });
    showList(person.messages);
  };
}

/** 我: who this is, the codes shown to others, and small things a person can do. */
export function me(phone, screen) {
  const card = h("div", { className: "card who" });
  const codes = h("div", { className: "stack" });
  screen.append(h("h2", {}, "我"), card, codes, privacy(phone));
  const showCard = keeper(card, (person) => [
    h("img", { src: `/sim/phones/${person.id}/avatar.svg`, alt: "" }),
    h("div", {}, h("strong", {}, person.nickname), h("small", {}, `手机号 ${person.phone_number}`)),
    h("dl", { className: "ids" }, pair("小程序 openid", person.mp_openid), pair("公众号 openid", person.oa_openid)),
  ]);
  const showCodes = keeper(codes, (shown) =>
    shown.length ? shown.map((code) => codeCard(phone, code)) : h("p", { className: "soft" }, "在商城里打开邀请码，它就会出现在这里，别的手机可以扫。"),
  );
  return (person) => {
    const { id, nickname, phone_number, mp_openid, oa_openid } = person;
    showCard({ id, nickname, phone_number, mp_openid, oa_openid });
    showCodes(person.codes);
  };
}

function transferCard(phone, bill, complain) {
  const isOpen = bill.state === "WAIT_USER_CONFIRM";
  return h(
    "div",
    { className: "card money" },
    h("div", {}, h("small", {}, "商家转账"), h("strong", {}, yuan(bill.amount_fen)), h("span", {}, bill.remark)),
    h("p", { className: "soft" }, isOpen ? `还剩 ${bill.left}，过期退回商家` : "正在入账…"),
    isOpen &&
      h("button", { type: "button", className: "go", onclick: tap(() => phone.confirmTransfer(bill), complain) }, "去收款"),
  );
}

function parcelCard(phone, parcel, complain) {
  const receive = async () => {
    await sim(`/phones/${phone.id}/receive`, { transaction_id: parcel.transaction_id });
    await phone.refresh();
  };
  return h(
    "div",
    { className: "card" },
    h("div", {}, h("small", {}, "商品已发货"), h("strong", {}, parcel.description), h("span", {}, yuan(parcel.amount_fen))),
    h("p", { className: "soft" }, `${parcel.left}后自动确认收货`),
    h("button", { type: "button", className: "plain", onclick: tap(receive, complain) }, "确认收货"),
  );
}

function accountCard(phone, { name, is_following, menu }, complain) {
  const act = (path, body = {}) => tap(async () => {
    await sim(`/phones/${phone.id}/${path}`, body);
    await phone.refresh();
  }, complain);
  if (!is_following) {
    return h("div", { className: "row" }, h("strong", {}, name), h("button", { type: "button", className: "plain", onclick: act("follow") }, "关注公众号"));
  }
  const words = h("input", { placeholder: "给公众号发消息", ariaLabel: "给公众号发消息", maxLength: 200 });
  const send = async (event) => {
    event.preventDefault();
    if (!words.value.trim()) return;
    await sim(`/phones/${phone.id}/say`, { text: words.value.trim() });
    words.value = "";
  };
  const clicks = (menu?.button || []).flatMap((item) => item.sub_button || [item]).filter((item) => item.type === "click");
  return [
    h("div", { className: "row" }, h("strong", {}, name), h("button", { type: "button", className: "tiny", onclick: act("unfollow") }, "取消关注")),
    clicks.length > 0 &&
      h("div", { className: "chips" }, clicks.map((item) => h("button", { type: "button", onclick: act("click", { key: item.key }) }, item.name))),
    h("form", { className: "row", onsubmit: send }, words, h("button", {}, "发送")),
  ];
}

function messageRow(message) {
  return h(
    "li",
    {},
    h("div", { className: "row" }, h("b", {}, KINDS[message.kind] || "通知"), h("time", {}, moment(message.at))),
    message.kind !== "reply" && message.kind !== "service" && h("strong", {}, message.title),
    h("p", {}, message.text),
  );
}

function codeCard(phone, code) {
  const hide = async () => {
    await sim(`/codes/${code.id}`, undefined, "DELETE");
    await phone.refresh();
  };
  return h(
    "div",
    { className: "card code" },
    h("img", { src: `/sim/codes/${code.id}.png`, alt: code.title }),
    h("div", { className: "row" }, h("span", {}, code.title), h("button", { type: "button", className: "tiny", onclick: hide }, "收起")),
  );
}

function privacy(phone) {
  const revoke = tap(
    async () => {
      await sim(`/phones/${phone.id}/revoke`, {});
      phone.complain("已撤回授权，商城会删除你的资料");
    },
    (text) => phone.complain(text),
  );
  return h("button", { type: "button", className: "tiny wide", onclick: revoke }, "撤回小程序的信息授权");
}

function pair(name, value) {
  return [h("dt", {}, name), h("dd", { title: value }, value)];
}
