// After-sales: asking money back for lines and quantities, and following how it goes.
import { h, yuan } from "./dom.js";
import { box, button, chips, field, figures, form, note, picture, select, show, stepper, when } from "./shop_kit.js";

export const pages = { askRefund, refund };

const REASONS = [
  ["CHANGED_MIND", "不想要了"],
  ["NOT_RECEIVED", "没有收到货"],
  ["WRONG_ITEM", "发错或漏发"],
  ["QUALITY", "商品质量问题"],
  ["NOT_AS_DESCRIBED", "与描述不符"],
  ["OUT_OF_STOCK", "商家缺货"],
  ["OTHER", "其他"],
];
const KINDS = [
  ["REFUND_ONLY", "只退款"],
  ["RETURN", "退货退款"],
];
const ENDED = ["POSTED", "FAILED", "REFUSED", "CANCELLED"];

/** A refund in a list. */
export function refundRow(view, item) {
  const titles = item.lines.map((line) => `${line.title} ×${line.quantity}`).join("、");
  return h(
    "button",
    { type: "button", className: "box refund-row", onclick: () => view.open("refund", { refund_id: item.refund_id }) },
    h("div", { className: "row" }, h("b", {}, `售后 · ${item.status_text}`), h("span", {}, yuan(item.amount_fen))),
    h("small", {}, titles),
    note(item.says),
  );
}

async function askRefund(view, { order_id }) {
  view.title("申请退款");
  await show(view, () => view.api.get(`/shop/orders/${order_id}`), (order) => {
    const lines = order.lines.filter((line) => line.can_ask_refund);
    const wanted = new Map(lines.map((line) => [line.line_no, lines.length === 1 ? line.refundable_quantity : 0]));
    const canReturn = lines.some((line) => line.shipped_quantity > 0);
    let kind = "REFUND_ONLY";
    const total = h("b", {});
    const count = () => {
      const sum = lines.reduce((fen, line) => fen + unitsFen(line, wanted.get(line.line_no)), 0);
      total.textContent = yuan(sum);
    };
    count();
    const reason = select(REASONS, "CHANGED_MIND");
    reason.name = "reason";
    const fields = [
      h("h4", {}, "退哪些，退几件"),
      lines.map((line) => lineChoice(line, wanted, count)),
      canReturn && field("怎么退", chips(KINDS, kind, (value) => (kind = value)), "收到了货，要寄回去，请选“退货退款”。"),
      field("原因", reason),
      field("说明", h("textarea", { name: "note", maxLength: 200, rows: 2, placeholder: "可不填" })),
      figures([["商品退款", total]]),
      note("整单都没发货时，运费也一起退；以审核结果为准。"),
    ];
    return box(
      form(view, fields, "提交申请", async (values) => {
        const slices = [...wanted].filter(([, quantity]) => quantity > 0).map(([line_no, quantity]) => ({ line_no, quantity }));
        if (!slices.length) throw new Error("请先选要退的件数");
        const body = { kind, lines: slices, reason: values.reason, note: values.note.trim() || null };
        const made = await view.api.once(`refund:${order_id}`, `/shop/orders/${order_id}/refunds`, body);
        view.replace("refund", { refund_id: made.refund_id });
      }),
    );
  });
}

/** What the next units of a line cost: a difference of cumulative floors, as the shop reckons (whole fen). */
function unitsFen(line, quantity) {
  if (quantity === line.refundable_quantity) return line.refundable_fen;
  const upTo = (units) => Math.floor((line.paid_fen * units) / line.quantity);
  return upTo(line.refunded_quantity + quantity) - upTo(line.refunded_quantity);
}

function lineChoice(line, wanted, change) {
  const count = stepper(wanted.get(line.line_no), {
    least: 0,
    most: () => line.refundable_quantity,
    label: `${line.title}退几件`,
    change: (quantity) => {
      wanted.set(line.line_no, quantity);
      change();
    },
  });
  return h(
    "div",
    { className: "goods" },
    picture(line.picture_url),
    h("div", {}, h("strong", {}, line.title), h("small", {}, `${line.sku_name} · 可退 ${line.refundable_quantity} 件`)),
    count,
  );
}

async function refund(view, { refund_id }) {
  view.title("售后进度");
  const path = `/shop/refunds/${refund_id}`;
  const draw = (item, again) => {
    const giveUp = async () => {
      await view.api.post(`${path}/cancel`);
      view.say("已撤销申请");
      await again();
    };
    view.actions(
      button(view, "看订单", () => view.open("order", { order_id: item.order_id })),
      item.can_cancel && button(view, "撤销申请", giveUp),
    );
    return [
      h("div", { className: `standing ${item.status === "POSTED" ? "received" : "shipped"}` }, h("strong", {}, item.status_text), h("p", {}, item.says)),
      item.return_address && box(h("h4", {}, "寄回地址"), note(item.return_address, "says")),
      item.can_send_return && returnForm(view, path, again),
      box(
        item.lines.map((line) =>
          h("div", { className: "goods" }, picture(line.picture_url), h("div", {}, h("strong", {}, line.title), h("small", {}, `${line.sku_name} ×${line.quantity}`)), h("span", { className: "goods-right" }, yuan(line.amount_fen))),
        ),
        figures([
          item.freight_fen > 0 && ["退运费", yuan(item.freight_fen)],
          ["退款合计", h("b", {}, yuan(item.amount_fen))],
          ["方式", KINDS.find(([kind]) => kind === item.kind)[1]],
          ["原因", item.reason_text],
          item.return_tracking_number && ["寄回单号", `${item.return_company} ${item.return_tracking_number}`],
          ["申请时间", when(item.asked_at)],
          item.ended_at && ["结束时间", when(item.ended_at)],
        ]),
        note(item.note && `说明：${item.note}`),
      ),
    ];
  };
  await show(view, () => view.api.get(path), draw, (item) => !ENDED.includes(item.status) && 3);
}

function returnForm(view, path, again) {
  const fields = [
    h("h4", {}, "填写寄回的快递"),
    field("快递公司", h("input", { name: "company", required: true, maxLength: 20, placeholder: "例如：顺丰速运", autocomplete: "off" })),
    field("快递单号", h("input", { name: "tracking_number", required: true, pattern: "[A-Za-z0-9\\-]{5,40}", autocomplete: "off" })),
  ];
  const send = async (values) => {
    await view.api.post(`${path}/return`, values);
    view.say("已告诉商家");
    await again();
  };
  return box(form(view, fields, "我已寄出", send));
}
