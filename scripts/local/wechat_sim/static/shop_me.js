// 我的: who I am here, my inbox, and small things.
import { h } from "./dom.js";
import { box, button, cell, empty, field, form, list, note, page, show, when } from "./shop_kit.js";

export const pages = { me, inbox };

/** Where a notice leads: the client's page, its page here, and the name of its argument. */
const WAYS = [
  ["pages/orders/detail", "order", "id", "order_id"],
  ["pages/refunds/detail", "refund", "id", "refund_id"],
  ["pages/wallet/withdrawal", "withdrawal", "withdrawal_id", "withdrawal_id"],
  ["pages/distributor/commissions", "commissions", "order_id", "order_id"],
];

async function me(view) {
  const load = async () => {
    const [self, notices] = await Promise.all([view.api.get("/shop/me"), view.api.get("/shop/inbox", { limit: 1 })]);
    return { self, unread: notices.unread };
  };
  const draw = ({ self, unread }, again) => [
    h(
      "div",
      { className: "box self" },
      self.avatar_url ? h("img", { className: "face", src: self.avatar_url, alt: "" }) : h("span", { className: "face" }, self.nickname.slice(0, 1)),
      h("div", {}, h("strong", {}, self.nickname), h("small", {}, self.phone_masked || "还没有绑定手机号")),
      !self.phone_masked && button(view, "绑定手机号", () => bindPhone(view, again), { className: "tiny" }),
    ),
    box(
      cell("消息", unread ? h("span", { className: "dot" }, String(unread)) : "", () => view.open("inbox")),
      cell("购物车", "", () => view.open("cart")),
      cell("收货地址", "", () => view.open("addresses")),
      cell("钱包", "", () => view.open("wallet")),
    ),
    box(
      cell("邀请我的人", self.inviter_nickname || "还没有", self.inviter_nickname ? undefined : () => typeCode(view, again)),
      cell("加入时间", when(self.joined_at)),
      cell("改昵称", "", () => rename(view, self, again)),
      cell("退出登录", "", () => leave(view)),
    ),
    h("p", { className: "number" }, `会员号 ${self.member_id}`),
  ];
  await show(view, load, draw, () => 5);
}

async function bindPhone(view, again) {
  await view.api.post("/shop/me/phone", { code: await view.phone.phoneCode() });
  view.say("手机号已绑定");
  await again();
}

function typeCode(view, again) {
  view.sheet("填写邀请码", (close) => {
    const code = h("input", { name: "code", required: true, maxLength: 32, autocomplete: "off", placeholder: "朋友给您的 8 位邀请码" });
    return form(view, [field("邀请码", code)], "好了", async (values) => {
      const said = await view.api.post("/shop/scans", { code: values.code.trim().toUpperCase(), source: "TYPED" });
      close();
      view.say(said.says);
      await again();
    });
  });
}

function rename(view, self, again) {
  view.sheet("改昵称", (close) => {
    const nickname = h("input", { name: "nickname", required: true, maxLength: 20, value: self.nickname, autocomplete: "off" });
    return form(view, [field("昵称", nickname)], "保存", async (values) => {
      await view.api.put("/shop/me", { nickname: values.nickname.trim() });
      close();
      await again();
    });
  });
}

function leave(view) {
  view.sheet("退出登录？", (close) => [
    note("再来的时候，会用微信登录。"),
    button(view, "退出", async () => {
      await view.api.signOut();
      close();
      view.leave();
      view.body.replaceChildren(empty("已退出登录", "想逛的时候，用微信登录就好。", button(view, "微信登录", () => view.open("home"), { className: "go" })));
    }, { className: "go" }),
  ]);
}

async function inbox(view) {
  view.title("消息");
  await show(view, () => view.api.get("/shop/subscriptions"), ({ items }) => {
    const remind = async () => {
      const asked = items.toSorted((one, other) => one.accepted - other.accepted).slice(0, 3); // WeChat takes three at once
      const answer = await view.phone.requestSubscribeMessage(asked.map((one) => one.template_id));
      const kinds = asked.filter((one) => answer[one.template_id] === "accept").map((one) => one.kind);
      if (!kinds.length) return;
      await view.api.post("/shop/subscriptions", { kinds });
      view.say("好的，有进展会在微信里提醒");
    };
    return [
      items.length > 0 && box(h("div", { className: "row" }, h("span", {}, "也在微信里提醒我"), button(view, "打开", remind, { className: "tiny" }))),
      list(view, {
        load: (next) => view.api.get("/shop/inbox", page(next)),
        row: (notice) => noticeRow(view, notice),
        none: empty("还没有消息", "订单和佣金有了进展，会在这里告诉您。"),
      }),
    ];
  });
}

function noticeRow(view, notice) {
  const row = h(
    "button",
    { type: "button", className: notice.read_at ? "box notice" : "box notice unread", onclick: () => read() },
    h("div", { className: "row" }, h("strong", {}, notice.title), h("time", {}, when(notice.made_at))),
    h("p", { className: "says" }, notice.text),
  );
  async function read() {
    try {
      if (!notice.read_at) await view.api.post(`/shop/inbox/${notice.notice_id}/read`);
      row.classList.remove("unread");
      follow(view, notice.page);
    } catch (error) {
      view.say(error.message);
    }
  }
  return row;
}

function follow(view, place) {
  const [path, query] = place.split("?");
  const way = WAYS.find(([client]) => client === path);
  const id = way && new URLSearchParams(query).get(way[2]);
  if (id) view.open(way[1], { [way[3]]: id });
}
