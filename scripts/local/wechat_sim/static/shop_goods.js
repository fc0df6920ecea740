// Looking around: the home page and one product.
import { h, yuan } from "./dom.js";
import { box, button, chips, empty, list, page, picture, price, show, stepper } from "./shop_kit.js";

export const pages = { home, product };

/** Where the person stands as a distributor; only an approved one sees what sharing earns. */
export async function isDistributor(view) {
  return (await view.api.get("/shop/distributor")).status === "APPROVED";
}

async function home(view) {
  const load = async () => {
    const [categories, isPromoter] = await Promise.all([view.api.get("/shop/categories"), isDistributor(view)]);
    const promoted = isPromoter ? (await view.api.get("/distributor/products", { limit: 100 })).items : [];
    const earns = Object.fromEntries(promoted.map((item) => [item.product_id, item.earn_says]));
    return { categories: categories.items, earns };
  };
  await show(view, load, ({ categories, earns }) => {
    const shelf = h("div", { className: "shelf" });
    const fill = (category_id) => shelf.replaceChildren(products(view, category_id, earns));
    fill("");
    const choices = [["", "全部"], ...categories.map((one) => [one.category_id, one.name])];
    return [chips(choices, "", fill, "chips scroll"), shelf];
  });
}

function products(view, category_id, earns) {
  return list(view, {
    className: "cards",
    load: (next) => view.api.get("/shop/products", page(next, { category_id })),
    row: (item) => card(view, item, earns[item.product_id]),
    none: empty("这里还没有商品", "店家正在准备，过一会儿再来看看。"),
  });
}

function card(view, item, earn) {
  const isBetter = item.your_price_fen !== null && item.your_price_fen < item.price_fen;
  return h(
    "button",
    { type: "button", className: "product-card", onclick: () => view.open("product", { product_id: item.product_id }) },
    picture(item.picture_url),
    h("strong", {}, item.title),
    h("p", {}, item.subtitle),
    price(isBetter ? item.your_price_fen : item.price_fen, item.sku_count > 1 && "起"),
    earn && h("span", { className: "earn" }, earn.replaceAll(" ", "")),
  );
}

async function product(view, { product_id }) {
  view.title("商品");
  const load = async () => {
    const at = `/shop/products/${product_id}`;
    const [item, stock, isPromoter] = await Promise.all([view.api.get(at), view.api.get(`${at}/stock`), isDistributor(view)]);
    const left = Object.fromEntries(stock.items.map((one) => [one.sku_id, one.available]));
    return { item, left, promoted: isPromoter ? await promotable(view, product_id) : null };
  };
  await show(view, load, (all) => drawProduct(view, all));
}

/** What sharing this product earns; null when it takes no part. */
async function promotable(view, product_id) {
  try {
    return await view.api.get(`/distributor/products/${product_id}`);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function drawProduct(view, { item, left, promoted }) {
  let sku = item.skus.find((one) => left[one.sku_id] > 0) || item.skus[0];
  let quantity = 1;
  const most = () => Math.max(1, Math.min(left[sku.sku_id] ?? 0, item.limit_per_order ?? 999));
  const amount = h("div", { className: "product-price" });
  const stock = h("small", { className: "hint" });
  const count = stepper(1, { most, change: (value) => (quantity = value) });
  const wanted = () => ({ product_id: item.product_id, sku_id: sku.sku_id, quantity });
  const choose = (sku_id) => {
    sku = item.skus.find((one) => one.sku_id === sku_id);
    const pays = sku.your_price_fen ?? sku.price_fen;
    const before = pays < sku.price_fen ? sku.price_fen : sku.market_price_fen;
    const earns = promoted?.skus.find((one) => one.sku_id === sku_id)?.earn_fen;
    amount.replaceChildren(
      ...[price(pays), before && h("s", {}, yuan(before)), earns > 0 && h("span", { className: "earn" }, `推广赚 ${yuan(earns)}`)].filter(Boolean),
    );
    const units = left[sku_id] ?? 0;
    stock.textContent = units === 0 ? "已售完" : units < 10 ? `只剩 ${units} 件` : "有货";
    if (item.limit_per_order) stock.textContent += ` · 每单限购 ${item.limit_per_order} 件`;
    count.set(quantity);
    drawActions(view, { isSoldOut: units === 0, wanted, promoted });
  };
  choose(sku.sku_id);
  return [
    h("div", { className: "gallery" }, item.picture_urls.map((url) => picture(url, item.title))),
    box(
      amount,
      h("h3", { className: "product-title" }, item.title),
      h("p", { className: "hint" }, item.subtitle),
      item.has_free_delivery && h("div", { className: "tags" }, h("span", {}, "包邮")),
    ),
    box(
      h("h4", {}, "规格"),
      chips(item.skus.map((one) => [one.sku_id, one.name, !left[one.sku_id]]), sku.sku_id, choose),
      h("div", { className: "row" }, h("span", {}, "数量 ", stock), count),
    ),
    item.description.length > 0 &&
      box(h("h4", {}, "商品介绍"), item.description.map((block) => (block.text ? h("p", { className: "says" }, block.text) : picture(block.picture_url)))),
  ];
}

function drawActions(view, { isSoldOut, wanted, promoted }) {
  const add = async () => {
    const { sku_id, ...line } = wanted();
    await view.api.put(`/shop/cart/${sku_id}`, line);
    view.say("已放进购物车");
  };
  const share = async () => {
    const made = await view.api.post("/distributor/codes", { product_id: promoted.product_id });
    const { image_base64 } = await view.api.picture(`/distributor/codes/${made.code}/picture`);
    await view.phone.showCode({ title: `推荐：${promoted.title}`, image_base64 });
  };
  view.actions(
    promoted ? button(view, "出示商品码", share) : button(view, "购物车", () => view.open("cart")),
    button(view, "加入购物车", add, { disabled: isSoldOut }),
    button(view, isSoldOut ? "已售完" : "立即购买", () => view.open("checkout", { lines: [wanted()] }), { className: "go", disabled: isSoldOut }),
  );
}
