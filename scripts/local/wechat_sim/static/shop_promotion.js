// 我的推广: becoming a distributor, the centre, codes to show, commissions with their reasons, the team.
import { h, yuan } from "./dom.js";
import { box, button, cell, chips, empty, figures, form, list, note, page, price, show, when } from "./shop_kit.js";

export const pages = { promotion, codes, commissions, team };

async function promotion(view) {
  const load = async () => {
    const standing = await view.api.get("/shop/distributor");
    const centre = standing.status === "APPROVED" ? await view.api.get("/distributor/centre") : null;
    return { standing, centre };
  };
  const draw = ({ standing, centre }, again) => (centre ? drawCentre(view, standing, centre) : drawStanding(view, standing, again));
  await show(view, load, draw, ({ standing }) => (standing.status === "APPROVED" ? 5 : 3));
}

function drawStanding(view, standing, again) {
  const apply = async (values) => {
    await view.api.post("/shop/distributor/application", { message: values.message.trim() || null });
    await again();
  };
  const words = { NONE: "分享好物，得佣金", PENDING: "申请已收到", REJECTED: "这次没有通过", DISABLED: "推广资格已停用", SUSPENDED: "推广资格已暂停", EXPELLED: "推广资格已取消", DELETED: "推广资格已取消" };
  const message = h("textarea", { name: "message", maxLength: 200, rows: 3, placeholder: "介绍一下自己，打算怎么推荐（可不填）", ariaLabel: "申请说明" });
  return [
    h("div", { className: "standing shipped" }, h("strong", {}, words[standing.status]), h("p", {}, standing.says)),
    standing.reason && box(h("h4", {}, "店家的话"), note(standing.reason, "says")),
    standing.status === "NONE" &&
      box(
        h("ol", { className: "steps" }, ["把推广码给朋友扫", "朋友买了商品，确认收货", "过了售后期，佣金就能提现"].map((step) => h("li", {}, step))),
        note("佣金只来自真实的商品成交。加入不收任何费用。"),
      ),
    standing.can_apply && box(form(view, [message], "申请成为分销商", apply)),
    standing.applied_at && note(`申请时间 ${when(standing.applied_at)}`),
    standing.status !== "NONE" && box(cell("我的钱包", "", () => view.open("wallet"))),
  ];
}

function drawCentre(view, standing, centre) {
  return [
    h(
      "div",
      { className: "purse" },
      h("small", {}, "可提现"),
      price(centre.available_fen),
      h("p", {}, comingText(centre)),
      button(view, "提现", () => view.open("withdraw"), { className: "go" }),
      standing.level && h("span", { className: "level" }, standing.level.name),
    ),
    h(
      "div",
      { className: "quad" },
      quad("待结算", centre.pending_fen),
      quad("提现中", centre.frozen_fen),
      quad("已提现", centre.withdrawn_fen),
      quad("今日", centre.today_fen),
      quad("本月", centre.month_fen),
      centre.debt_fen > 0 ? quad("待抵扣", centre.debt_fen, "owed") : quad("累计", centre.earned_fen),
    ),
    centre.says.map((text) => note(text)),
    box(
      cell("我的推广码", "给朋友扫", () => view.open("codes")),
      cell("佣金明细", "", () => view.open("commissions")),
      cell("我的团队", "", () => view.open("team")),
      cell("提现记录", "", () => view.open("withdrawals")),
      cell("钱包流水", "", () => view.open("wallet")),
    ),
  ];
}

function comingText({ coming, pending_fen }) {
  if (coming) return `下一笔 ${yuan(coming.amount_fen)}，${when(coming.at)} 可提现`;
  return pending_fen ? "待结算的佣金，买家收货后就知道哪天可提现" : "有了新的佣金，这里会写哪天可提现";
}

function quad(name, fen, className = "") {
  return h("div", { className }, h("small", {}, name), h("b", {}, yuan(fen)));
}

async function codes(view) {
  view.title("我的推广码");
  const load = async () => {
    const found = await view.api.get("/distributor/codes", page());
    const { url, image_base64 } = await view.api.picture(`/distributor/codes/${found.personal.code}/picture`);
    return { personal: found.personal, url, image_base64 };
  };
  await show(view, load, ({ personal, url, image_base64 }) => {
    const shelf = h("div", {});
    const fill = () => shelf.replaceChildren(codeList(view));
    fill();
    const title = `${view.phone.person.nickname}的推广码`;
    return [
      h(
        "div",
        { className: "box code-box" },
        h("img", { src: url, alt: "我的小程序码" }),
        h("strong", {}, `邀请码 ${personal.code}`),
        note("给别人看这个码，对方扫了就和您绑定。"),
        button(view, "给别人扫", () => view.phone.showCode({ title, image_base64 }), { className: "go" }),
      ),
      box(h("h4", {}, "更多码"), newCode(view, fill), shelf),
    ];
  });
}

function newCode(view, made) {
  const channel = h("input", { name: "channel", required: true, maxLength: 20, placeholder: "渠道，例如：朋友圈", ariaLabel: "渠道名称" });
  const make = async (values) => {
    await view.api.post("/distributor/codes", { channel: values.channel.trim() });
    channel.value = "";
    made();
  };
  return h("div", { className: "inline" }, form(view, [channel], "新建", make));
}

function codeList(view) {
  return list(view, {
    load: (next) => view.api.get("/distributor/codes", page(next)),
    row: (code) => codeRow(view, code),
    none: note("还没有其他的码。"),
  });
}

function codeRow(view, code) {
  const name = code.channel || (code.product_id ? "商品码" : "个人码");
  const came = `扫码 ${code.scans} · 注册 ${code.sign_ups} · 绑定 ${code.bindings}`;
  const isGood = code.state === "GOOD";
  return h(
    "div",
    { className: "code-row" },
    h("div", {}, h("strong", {}, name, !isGood && h("span", { className: "tag" }, "已失效")), h("small", {}, came)),
    isGood && button(view, "出示", () => showOne(view, code), { className: "tiny" }),
  );
}

async function showOne(view, code) {
  const { image_base64 } = await view.api.picture(`/distributor/codes/${code.code}/picture`);
  const title = [view.phone.person.nickname, code.channel || (code.product_id ? "商品码" : "推广码")].join(" · ");
  await view.phone.showCode({ title, image_base64 });
}

async function commissions(view, { order_id }) {
  view.title("佣金明细");
  const states = [
    ["", "全部"],
    ["PENDING", "待结算"],
    ["MATURED", "已结算"],
    ["CLAWED", "已扣回"],
  ];
  const shelf = h("div", {});
  const fill = (state) => shelf.replaceChildren(commissionList(view, state));
  fill("");
  view.body.replaceChildren(chips(states, "", fill, "chips scroll"), shelf);
  if (order_id) await explain(view, order_id);
}

function commissionList(view, state) {
  return list(view, {
    load: (next) => view.api.get("/distributor/commissions", page(next, { state })),
    row: (item) =>
      h(
        "button",
        { type: "button", className: "box commission-row", onclick: () => explain(view, item.order_id) },
        h("div", { className: "row" }, h("strong", {}, item.titles.join("、")), h("b", { className: item.left_fen ? "gain" : "gone" }, `+${yuan(item.left_fen).replace("¥", "")}`)),
        h("small", {}, `${item.buyer} · ${when(item.created_at)}`, item.is_held && h("span", { className: "tag" }, "退款处理中")),
        note(item.says),
        h("span", { className: "why" }, "为什么是这个数"),
      ),
    none: empty("还没有佣金", "朋友扫您的码后下单，佣金会出现在这里。", button(view, "我的推广码", () => view.open("codes"))),
  });
}

/** 为什么是这个数: every figure with its source. */
async function explain(view, order_id) {
  try {
    const { items } = await view.api.get(`/distributor/commissions/${order_id}`);
    view.sheet("为什么是这个数", () => items.map(explained));
  } catch (error) {
    view.say(error.message);
  }
}

function explained(item) {
  return [
    h("div", { className: "purse slim" }, h("small", {}, item.payee_title), price(item.left_fen)),
    h("ol", { className: "reasons" }, item.explanation.map((text) => h("li", {}, text))),
    item.lines.map((line) =>
      h(
        "div",
        { className: "reckoning" },
        h("strong", {}, `${line.title} ×${line.quantity}`),
        figures([
          ["实付（不含运费）", yuan(line.base_fen)],
          [line.source_title, line.fixed_fen ? `每件 ${yuan(line.fixed_fen)}` : `${line.rate_bps / 100}%`],
          line.amount_fen < line.wanted_fen && ["封顶前", yuan(line.wanted_fen)],
          ["佣金", yuan(line.amount_fen)],
          line.clawed_fen > 0 && [`退款 ${yuan(line.refunded_fen)}，扣回`, `-${yuan(line.clawed_fen)}`],
        ]),
      ),
    ),
    h("h4", {}, "规则"),
    h("ul", { className: "conditions" }, item.conditions.map((text) => h("li", {}, text))),
    note(`按方案：${item.plan_title}`),
  ];
}

async function team(view) {
  view.title("我的团队");
  const shelf = h("div", {});
  await show(view, () => view.api.get("/distributor/team", { level: 1, limit: 1 }), (found) => {
    const fill = (level) => shelf.replaceChildren(teamList(view, level));
    fill("1");
    const choices = [["1", `直接邀请 ${found.level_1}`], ["2", `间接邀请 ${found.level_2}`]];
    return [chips(choices, "1", fill), shelf];
  });
}

function teamList(view, level) {
  return list(view, {
    load: (next) => view.api.get("/distributor/team", page(next, { level })),
    row: (mate) =>
      h(
        "div",
        { className: "box mate" },
        mate.avatar_url ? h("img", { className: "face", src: mate.avatar_url, alt: "" }) : h("span", { className: "face" }, mate.name.slice(0, 1)),
        h("div", {}, h("strong", {}, mate.name), h("small", {}, mate.bound_at ? `${when(mate.bound_at)} 加入` : "")),
        h("div", { className: "tags" }, mate.has_bought && h("span", {}, "已下单"), mate.is_distributor && h("span", {}, "分销商")),
      ),
    none: level === "1"
      ? empty("还没有人加入", "朋友扫了您的推广码，就会出现在这里。", button(view, "我的推广码", () => view.open("codes")))
      : empty("还没有间接邀请", "朋友再邀请的人，会出现在这里。"),
  });
}
