// A small client of the shop's API inside each phone, until the real H5 is built: pages, their way back, scans.
import { h } from "./dom.js";
import { Api } from "./shop_api.js";
import { pages as places } from "./shop_address.js";
import { pages as buying } from "./shop_buy.js";
import { pages as goods } from "./shop_goods.js";
import { pages as own } from "./shop_me.js";
import { pages as money } from "./shop_money.js";
import { pages as orders } from "./shop_orders.js";
import { pages as promotion } from "./shop_promotion.js";
import { pages as refunds } from "./shop_refunds.js";

const PAGES = { ...goods, ...places, ...buying, ...orders, ...refunds, ...promotion, ...money, ...own };
const TABS = [
  ["home", "首页"],
  ["orders", "订单"],
  ["promotion", "推广"],
  ["me", "我的"],
];

/** Open the shop in `element`, for the person of `phone`. */
export function mountShop(element, phone) {
  dress();
  const mall = new Mall(element, phone);
  mall.open("home");
  phone.onScan((scan) => mall.arrive(scan));
}

class Mall {
  constructor(element, phone) {
    this.phone = phone;
    this.api = new Api(phone);
    this.trail = [];
    this.root = h("div", { className: "mall" });
    element.replaceChildren(this.root);
  }

  /** Go on to a page. */
  open(name, given = {}) {
    const isTab = TABS.some(([tab]) => tab === name);
    this.trail = isTab ? [] : this.trail;
    this.trail.push({ name, given });
    this.#draw();
  }

  /** Go on to a page that takes the place of this one. */
  replace(name, given = {}) {
    this.trail.pop();
    this.open(name, given);
  }

  back() {
    this.trail.pop();
    if (!this.trail.length) this.trail.push({ name: "home", given: {} });
    this.#draw();
  }

  /** Somebody's mini-program code was scanned: report it, say what it did, and open what it points to. */
  async arrive({ scene }) {
    try {
      const said = await this.api.post("/shop/scans", { scene, source: "MINI_CODE" });
      if (said.product_id) this.open("product", { product_id: said.product_id });
      else this.open("home");
      this.#welcome(said);
    } catch (error) {
      this.phone.complain(error.message);
    }
  }

  #welcome(said) {
    const { inviter } = said;
    this.view.sheet(
      inviter ? `${inviter.nickname} 邀请你来` : "扫码结果",
      (close) => [
        inviter?.avatar_url && h("img", { className: "face", src: inviter.avatar_url, alt: "" }),
        h("p", { className: "says" }, said.says),
        h("button", { type: "button", className: "go", onclick: close }, said.product_id ? "看看这件商品" : "去逛逛"),
      ],
    );
  }

  #draw() {
    const { name, given } = this.trail.at(-1);
    this.view?.leave();
    this.view = new View(this);
    const tab = TABS.some(([one]) => one === name) ? name : null;
    this.view.head.replaceChildren(tab ? this.#tabs(tab) : this.#title());
    this.root.replaceChildren(this.view.head, this.view.body, this.view.foot, this.view.cover);
    PAGES[name](this.view, given);
  }

  #tabs(chosen) {
    const tab = ([name, label]) => h("button", { type: "button", className: name === chosen ? "on" : "", onclick: () => this.open(name) }, label);
    return h("nav", { className: "mall-tabs", ariaLabel: "商城" }, TABS.map(tab));
  }

  #title() {
    this.view.name = h("h2", {});
    return h("div", { className: "mall-title" }, h("button", { type: "button", className: "back", ariaLabel: "返回", onclick: () => this.back() }), this.view.name);
  }
}

/** One opened page: where it draws, and what it may do. */
class View {
  constructor(mall) {
    this.mall = mall;
    this.api = mall.api;
    this.phone = mall.phone;
    this.head = h("header", { className: "mall-head" });
    this.body = h("div", { className: "mall-body" });
    this.foot = h("footer", { className: "mall-foot", hidden: true });
    this.cover = h("div", { className: "mall-cover", hidden: true });
    this.timers = new Set();
    this.hasLeft = false;
    this.say = (text) => this.phone.complain(text);
    this.open = (name, given) => mall.open(name, given);
    this.replace = (name, given) => mall.replace(name, given);
    this.back = () => mall.back();
  }

  title(text) {
    this.name.textContent = text;
  }

  /** The bar below the page; without actions there is none. */
  actions(...children) {
    const shown = children.flat().filter(Boolean);
    this.foot.hidden = shown.length === 0;
    this.foot.replaceChildren(...shown);
  }

  isOpen() {
    return !this.hasLeft;
  }

  /** Do something in some seconds, if the page is still open; waits on while nobody sees it. */
  later(work, seconds) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.body.offsetParent === null || document.hidden) this.later(work, 1);
      else work();
    }, seconds * 1000);
    this.timers.add(timer);
  }

  /** A sheet over the page; `build(close)` gives its content. */
  sheet(title, build) {
    const close = () => {
      this.cover.hidden = true;
      this.cover.replaceChildren();
    };
    const top = h("div", { className: "mall-sheet-top" }, h("h3", {}, title), h("button", { type: "button", ariaLabel: "关闭", onclick: close }, "×"));
    this.cover.onclick = (event) => event.target === this.cover && close();
    this.cover.replaceChildren(h("div", { className: "mall-sheet", role: "dialog", ariaLabel: title }, top, ...[build(close)].flat(3).filter(Boolean)));
    this.cover.hidden = false;
    return close;
  }

  leave() {
    this.hasLeft = true;
    for (const timer of this.timers) clearTimeout(timer);
  }
}

function dress() {
  if (document.getElementById("shop-style")) return;
  document.head.append(h("link", { id: "shop-style", rel: "stylesheet", href: "/static/shop.css" }));
}
