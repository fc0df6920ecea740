// One phone: its frame, its three views (shop, WeChat, me) and what WeChat lays over them.
import { h, hour, sim, tap } from "./dom.js";
import { seen } from "./host.js";
import { scanner, sheet, transferSheet } from "./overlays.js";
import { inbox, me } from "./views.js";

const TABS = [
  ["shop", "商城"],
  ["wechat", "微信"],
  ["me", "我"],
];

/** Pictures that were looked at and are no codes: all phones show the same goods, and reading one takes a while. */
const noCodes = new Set();

/** A person's phone; what its shop may ask of it, it asks through the bridge (host.js). */
export class Phone {
  constructor(person, { refresh, world, lookAround }) {
    this.id = person.id;
    this.person = person;
    this.refresh = refresh;
    this.world = world;
    this.lookAround = lookAround;
    this.#build();
    this.choose("wechat");
  }

  // ── what a shop may ask ────────────────────────────────────────────────────────────────────────

  /** wx.requestPayment: opens the sheet; fails like WeChat when the person cancels. */
  async requestPayment(params) {
    const bill = await this.#ask("sheet", { params });
    const action = await sheet(this.overlay, bill);
    const answer = await this.#ask("pay", { params, action });
    await this.refresh();
    if (action === "cancel") throw new Error(answer.errMsg);
    return answer;
  }

  /** wx.requestMerchantTransfer({package}): opens the confirmation of that transfer. */
  async requestMerchantTransfer(argument) {
    await this.refresh();
    const bill = this.person.transfers.find((item) => item.package_info === argument.package);
    if (!bill) throw new Error("requestMerchantTransfer:fail 收款信息不存在");
    return this.confirmTransfer(bill);
  }

  /** wx.requestSubscribeMessage: asks 允许 or 不用了. */
  async requestSubscribeMessage(templateIds) {
    const title = `${this.world().merchant} 想给你发送消息`;
    const action = await sheet(this.overlay, { title, text: `共 ${templateIds.length} 类通知`, yes: "允许", no: "不用了" });
    return this.#ask("subscribe", { template_ids: templateIds, accept: action === "pay" });
  }

  /** 扫一扫: gives what was scanned, or null when the person turns away. */
  async scan() {
    const choice = await scanner(this.overlay, this.id, this.world, () => this.lookAround(this));
    if (!choice) return null;
    const result = await this.#ask("scan", choice);
    await this.refresh();
    return result;
  }

  // ── the phone itself ───────────────────────────────────────────────────────────────────────────

  /** Show the shop if there is one: the H5 in a frame. */
  open(shop) {
    if (shop.h5_url === this.h5Url) return;
    this.h5Url = shop.h5_url;
    this.frame = null;
    if (this.h5Url) this.#openPage(this.h5Url);
    else this.screens.shop.replaceChildren(this.#noShop());
    this.choose(this.h5Url ? "shop" : "wechat");
  }

  update(person, world) {
    this.person = person;
    this.clock.textContent = hour(world.clock.now);
    this.inbox(person, world);
    this.me(person, world);
    const waiting = person.transfers.filter((item) => item.state === "WAIT_USER_CONFIRM").length + person.parcels.length;
    this.badge.textContent = waiting || "";
    this.badge.hidden = !waiting;
  }

  choose(tab) {
    for (const [name] of TABS) {
      this.screens[name].hidden = name !== tab;
      this.tabs[name].classList.toggle("on", name === tab);
    }
  }

  async confirmTransfer(bill) {
    const action = await transferSheet(this.overlay, bill, this.world());
    const path = `transfers/${bill.out_bill_no}/confirm`;
    const answer = await this.#ask(path, action === "pay" ? { package: bill.package_info } : { ignore: true });
    await this.refresh();
    return answer;
  }

  complain(text) {
    const toast = h("p", { className: "toast", role: "status" }, text);
    this.overlay.after(toast);
    setTimeout(() => toast.remove(), 3200);
  }

  #ask(path, body) {
    return sim(`/phones/${this.id}/${path}`, body);
  }

  /** Show the codes on this phone's screen to the others, as a camera would see them. */
  async showScreen() {
    if (!this.frame) return;
    for (const image of await seen(this.frame)) {
      if (noCodes.has(image)) continue;
      await this.#ask("codes", { title: "屏幕上的码", image_base64: image }).catch((problem) => {
        if (!(problem instanceof TypeError)) noCodes.add(image); // else the simulator was not reached
      });
    }
  }

  /** Open an address of the shop anew, as WeChat does after a scan. */
  #openPage(url) {
    this.frame = h("iframe", { name: `phone:${this.id}`, data: { phone: this.id }, title: `${this.person.nickname}的商城` });
    this.frame.src = this.#ownAddress(url);
    this.screens.shop.replaceChildren(this.frame);
  }

  /** Every phone opens the shop under a name of its own (p1.localhost), so each has its own storage. */
  #ownAddress(url) {
    const address = new URL(url);
    if (["127.0.0.1", "localhost"].includes(address.hostname)) address.hostname = `${this.id.toLowerCase()}.fenxiao.localhost`;
    return address.href;
  }

  #noShop() {
    return h(
      "div",
      { className: "quiet" },
      h("div", { className: "quiet-mark" }),
      h("strong", {}, "商城还没有开门"),
      h("p", {}, "商城启动以后，会自动出现在这里。"),
    );
  }

  async #scanFromDock() {
    const result = await this.scan();
    if (!result) return;
    if (result.kind === "mini_program") {
      this.#openMiniProgram(result);
    } else if (result.kind === "official_account") {
      this.choose("wechat");
      this.complain("已关注公众号");
    } else if (this.frame && result.text.startsWith(this.h5Url)) {
      this.choose("shop");
      this.#openPage(result.text);
    } else {
      this.complain(`扫到：${result.text}`.slice(0, 60));
    }
  }

  #openMiniProgram(result) {
    if (!this.frame) {
      this.complain(`扫到小程序码：${result.scene}`);
      return;
    }
    this.choose("shop");
    this.#openPage(`${this.h5Url}#/${result.page}?scene=${encodeURIComponent(result.scene)}`);
  }

  #build() {
    const screen = (name) => h("section", { className: `screen ${name}` });
    this.screens = Object.fromEntries(TABS.map(([name]) => [name, screen(name)]));
    this.badge = h("i", { className: "badge", hidden: true });
    this.tabs = Object.fromEntries(
      TABS.map(([name, label]) => [
        name,
        h("button", { type: "button", onclick: () => this.choose(name) }, label, name === "wechat" && this.badge),
      ]),
    );
    this.clock = h("time");
    this.overlay = h("div", { className: "overlay", hidden: true });
    const scan = tap(() => this.#scanFromDock(), (text) => this.complain(text));
    const dock = [this.tabs.shop, h("button", { type: "button", className: "scan", onclick: scan }, "扫一扫"), this.tabs.wechat, this.tabs.me];
    this.element = h(
      "article",
      { className: "phone", data: { phone: this.id }, ariaLabel: `${this.person.nickname}的手机` },
      h(
        "header",
        { className: "bar" },
        this.clock,
        h("span", { className: "owner" }, h("img", { src: `/sim/phones/${this.id}/avatar.svg`, alt: "" }), this.person.nickname),
        h("span", { className: "signal" }, "5G"),
      ),
      h("div", { className: "glass" }, ...Object.values(this.screens), this.overlay),
      h("nav", { className: "dock" }, dock),
    );
    this.inbox = inbox(this, this.screens.wechat);
    this.me = me(this, this.screens.me);
  }
}
