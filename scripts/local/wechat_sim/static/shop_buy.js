// Buying: the cart, checkout with address and quote, paying, and what came of it.
import { h, yuan } from "./dom.js";
import { offerAddress, oneLine } from "./shop_address.js";
import { box, button, cell, empty, figures, note, picture, price, show, stepper } from "./shop_kit.js";

export const pages = { cart, checkout, result };

const paying = new Set();

/**
 * Pay an order through WeChat's sheet. Says what happened: "paid", "cancelled" or "busy" while another tap is at it.
 * An order that WeChat took money for is remembered, so that nobody is asked again before the shop knows.
 */
export async function pay(view, order_id) {
  if (paying.has(order_id)) return "busy";
  paying.add(order_id);
  try {
    const params = await view.api.post(`/shop/orders/${order_id}/payment`);
    await view.phone.requestPayment(params);
    sessionStorage.setItem(`paid:${order_id}`, "1");
    return "paid";
  } catch (error) {
    if (error.message.endsWith("cancel")) return "cancelled";
    throw error;
  } finally {
    paying.delete(order_id);
  }
}

/** Whether this phone has paid an order of which the shop does not know yet. */
export function isPaidHere(order) {
  return order.status === "UNPAID" && sessionStorage.getItem(`paid:${order.order_id}`) !== null;
}

/** Pay, and go on to what came of it. */
export async function payAndShow(view, order_id) {
  const outcome = await pay(view, order_id);
  if (outcome === "paid") view.replace("result", { order_id });
  if (outcome === "cancelled") {
    view.say("还没有付款，订单为您留着");
    view.replace("order", { order_id });
  }
}

/** One line of goods: picture, names, how many. */
export function goodsLine(line, ...more) {
  return h(
    "div",
    { className: "goods" },
    picture(line.picture_url),
    h("div", {}, h("strong", {}, line.title || "商品已下架"), h("small", {}, line.sku_name), more),
    h("span", { className: "goods-right" }, yuan(line.price_fen ?? line.amount_fen), h("small", {}, `×${line.quantity}`)),
  );
}

async function cart(view) {
  view.title("购物车");
  await show(view, () => view.api.get("/shop/cart"), (found, again) => {
    if (!found.lines.length) {
      view.actions();
      return empty("购物车是空的", "看到喜欢的商品，先放进来。", button(view, "去逛逛", () => view.open("home")));
    }
    const lines = found.lines.map(({ product_id, sku_id, quantity }) => ({ product_id, sku_id, quantity }));
    const buy = () => view.open("checkout", { lines });
    view.actions(h("span", { className: "sum" }, "合计 ", price(found.goods_fen)), button(view, "去结算", buy, { className: "go", disabled: found.lines.some((line) => line.problem) }));
    return [box(found.lines.map((line) => cartLine(view, line, again))), note("运费在填写地址后计算。")];
  });
}

function cartLine(view, line, again) {
  const path = `/shop/cart/${line.sku_id}`;
  const set = async (quantity) => {
    try {
      await view.api.put(path, { product_id: line.product_id, quantity });
    } catch (error) {
      view.say(error.message);
    }
    await again();
  };
  const drop = async () => {
    await view.api.delete(path);
    await again();
  };
  return h(
    "div",
    { className: "with-problem" },
    goodsLine(line),
    note(line.problem_text, "problem"),
    h("div", { className: "row" }, button(view, "移除", drop, { className: "tiny" }), stepper(line.quantity, { most: () => Math.max(line.quantity, line.left), change: set })),
  );
}

async function checkout(view, { lines, address_id }) {
  view.title("确认订单");
  let asked = address_id;
  const load = async () => {
    const addresses = (await view.api.get("/shop/me/addresses")).items;
    const address = addresses.find((one) => one.address_id === asked) || addresses[0] || null;
    const quote = await view.api.post("/shop/quote", { lines, address_id: address?.address_id ?? null });
    return { addresses, address, quote };
  };
  await show(view, load, ({ addresses, address, quote }, again) => {
    const choose = (chosen_id) => {
      asked = chosen_id;
      return again();
    };
    const message = h("input", { maxLength: 100, placeholder: "给商家留句话（可不填）", ariaLabel: "留言" });
    const total = h("div", { className: "group" });
    const drawTotal = (current) => {
      total.replaceChildren(...priced(current));
      const place = () => placeAndPay(view, { lines, address, quote: current, note: message.value.trim() || null }, drawTotal);
      const canPlace = current.can_place && address !== null;
      view.actions(h("span", { className: "sum" }, price(current.total_fen)), button(view, address ? "提交并付款" : "先填地址", place, { className: "go", disabled: !canPlace }));
    };
    drawTotal(quote);
    return [whereTo(view, addresses, address, choose), total, box(message)];
  });
}

function whereTo(view, addresses, address, choose) {
  if (!address) return offerAddress(view, (made) => choose(made.address_id));
  const pick = () =>
    view.sheet("寄到哪里", (close) => [
      ...addresses.map((one) =>
        cell(oneLine(one), "", () => {
          close();
          choose(one.address_id);
        }),
      ),
      button(view, "管理地址", () => view.open("addresses"), { className: "tiny" }),
    ]);
  return h(
    "button",
    { type: "button", className: "box address", onclick: pick },
    h("strong", {}, `${address.receiver}　${address.phone}`),
    h("span", {}, oneLine(address, { isShort: true })),
    h("i", { className: "chevron" }),
  );
}

function priced(quote) {
  return [
    box(quote.lines.map((line) => h("div", { className: "with-problem" }, goodsLine(line), note(line.problem_text, "problem")))),
    box(
      figures([
        ["商品金额", yuan(quote.goods_fen)],
        ["运费", quote.freight_fen === null ? "填写地址后计算" : quote.freight_fen ? yuan(quote.freight_fen) : "包邮"],
        ["应付", h("b", {}, yuan(quote.total_fen))],
      ]),
    ),
  ];
}

async function placeAndPay(view, { lines, address, quote, note: said }, drawTotal) {
  const body = { lines, address_id: address.address_id, expected_total_fen: quote.total_fen, note: said };
  let order;
  try {
    order = await view.api.once("order", "/shop/orders", body);
  } catch (error) {
    if (error.body?.quote) drawTotal(error.body.quote);
    throw error;
  }
  try {
    await payAndShow(view, order.order_id);
  } catch (error) {
    view.say(error.message); // the order is there; it can be paid from its own page
    view.replace("order", { order_id: order.order_id });
  }
}

async function result(view, { order_id }) {
  view.title("付款结果");
  let rounds = 0;
  const load = async () => ({ order: await view.api.get(`/shop/orders/${order_id}`), isLate: (rounds += 1) > 12 });
  const draw = ({ order, isLate }) => {
    const isKnown = order.status !== "UNPAID";
    view.actions(button(view, "再逛逛", () => view.open("home")), button(view, "看订单", () => view.replace("order", { order_id }), { className: "go" }));
    return h(
      "div",
      { className: "outcome" },
      h("span", { className: isKnown ? "tick" : "tick waiting" }),
      h("strong", {}, isKnown ? "付款成功" : "正在确认付款"),
      price(order.total_fen),
      h("p", {}, isKnown ? order.says : isLate ? "微信已收款，结果稍晚到，请不要重复付款。" : "微信已收款，马上就好。"),
    );
  };
  await show(view, load, draw, ({ order }) => order.status === "UNPAID" && (rounds > 12 ? 5 : 1));
}
