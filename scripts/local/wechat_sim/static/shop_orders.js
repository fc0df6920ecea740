// My orders: by state, and one of them with its timeline, parcels and what can be done now.
import { h, yuan } from "./dom.js";
import { goodsLine, isPaidHere, payAndShow } from "./shop_buy.js";
import { box, button, cell, chips, empty, figures, list, note, page, price, show, when } from "./shop_kit.js";
import { refundRow } from "./shop_refunds.js";

export const pages = { orders, order };

const STATES = [
  ["", "全部"],
  ["UNPAID", "待付款"],
  ["PAID", "待发货"],
  ["SHIPPED", "待收货"],
  ["REFUNDS", "售后"],
];
const NOTHING = {
  "": "下单以后，订单会在这里。",
  UNPAID: "没有等着付款的订单。",
  PAID: "没有等着发货的订单。",
  SHIPPED: "没有在路上的包裹。",
  REFUNDS: "没有申请过售后。",
};

async function orders(view, { state = "" }) {
  const load = () => view.api.get("/shop/order-counts");
  await show(view, load, (counts) => {
    const badges = { UNPAID: counts.unpaid, PAID: counts.paid, SHIPPED: counts.shipped };
    const shelf = h("div", {});
    const fill = (chosen) => shelf.replaceChildren(chosen === "REFUNDS" ? refundList(view) : orderList(view, chosen));
    fill(state);
    const choices = STATES.map(([value, label]) => [value, badges[value] ? `${label} ${badges[value]}` : label]);
    return [chips(choices, state, fill, "chips scroll"), shelf];
  });
}

function orderList(view, status) {
  return list(view, {
    load: (next) => view.api.get("/shop/orders", page(next, { status })),
    row: (item) => orderRow(view, item),
    none: empty("这里是空的", NOTHING[status], button(view, "去逛逛", () => view.open("home"))),
  });
}

function refundList(view) {
  return list(view, {
    load: (next) => view.api.get("/shop/refunds", page(next)),
    row: (refund) => refundRow(view, refund),
    none: empty("这里是空的", NOTHING.REFUNDS),
  });
}

function orderRow(view, item) {
  return h(
    "button",
    { type: "button", className: "box order-row", onclick: () => view.open("order", { order_id: item.order_id }) },
    h("div", { className: "row" }, h("small", {}, when(item.placed_at)), h("b", {}, isPaidHere(item) ? "确认付款中" : item.status_text)),
    item.lines.map((line) => goodsLine(line, line.after_sale_text && h("span", { className: "tag" }, line.after_sale_text))),
    h("div", { className: "row" }, h("small", {}, `共 ${item.lines.reduce((sum, line) => sum + line.quantity, 0)} 件`), h("span", {}, "合计 ", price(item.total_fen))),
  );
}

async function order(view, { order_id }) {
  view.title("订单详情");
  const load = () => view.api.get(`/shop/orders/${order_id}`);
  const draw = (item, again) => {
    drawActions(view, item, again);
    return [
      h("div", { className: `standing ${item.status.toLowerCase()}` }, h("strong", {}, isPaidHere(item) ? "正在确认付款" : item.status_text), h("p", {}, isPaidHere(item) ? "微信已收款，马上就好，请不要重复付款。" : item.says)),
      item.refunds.map((refund) => refundRow(view, refund)),
      item.parcels.length > 0 && box(h("h4", {}, "包裹"), item.parcels.map(parcelRow)),
      box(item.lines.map((line) => goodsLine(line, line.after_sale_text && h("span", { className: "tag" }, line.after_sale_text)))),
      box(
        figures([
          ["商品金额", yuan(item.goods_fen)],
          ["运费", item.freight_fen ? yuan(item.freight_fen) : "包邮"],
          ["合计", h("b", {}, yuan(item.total_fen))],
          item.refunded_fen > 0 && ["已退款", yuan(item.refunded_fen)],
        ]),
      ),
      box(h("strong", {}, `${item.receiver.receiver}　${item.receiver.phone}`), note([item.receiver.province, item.receiver.city, item.receiver.district, item.receiver.street].filter(Boolean).join(" ")), note(item.note && `留言：${item.note}`)),
      box(h("h4", {}, "经过"), h("ol", { className: "timeline" }, item.timeline.map((moment) => h("li", {}, h("span", {}, moment.says), h("time", {}, when(moment.at)))))),
      h("p", { className: "number" }, `订单号 ${item.order_id}`),
    ];
  };
  const isMoving = (item) => (["COMPLETED", "CLOSED"].includes(item.status) ? 20 : isPaidHere(item) ? 1 : 4);
  await show(view, load, draw, isMoving);
}

function parcelRow(parcel) {
  const carrier = [parcel.express_name || parcel.delivery_text, parcel.tracking_number].filter(Boolean).join(" ");
  return cell(carrier, when(parcel.shipped_at));
}

function drawActions(view, item, again) {
  const path = `/shop/orders/${item.order_id}`;
  const step = (name, said) => async () => {
    await view.api.post(`${path}/${name}`);
    view.say(said);
    await again();
  };
  const receive = () =>
    view.sheet("收到商品了吗？", (close) => [
      note("确认以后，订单就算收货了。商品有问题，仍然可以申请售后。"),
      button(view, "收到了", async () => {
        await step("receive", "已确认收货")();
        close();
      }, { className: "go" }),
    ]);
  const canPay = item.can_pay && !isPaidHere(item);
  const canAsk = item.lines.some((line) => line.can_ask_refund);
  view.actions(
    item.can_cancel && !isPaidHere(item) && button(view, "取消订单", step("cancel", "订单已取消")),
    canAsk && button(view, "申请退款", () => view.open("askRefund", { order_id: item.order_id })),
    item.can_receive && button(view, "确认收货", receive, { className: "go" }),
    canPay && button(view, "去付款", () => payAndShow(view, item.order_id), { className: "go" }),
  );
}
