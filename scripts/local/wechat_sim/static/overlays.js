// What WeChat lays over an app: the payment sheet, the confirmation of a transfer, the scanner.
import { h, span, yuan } from "./dom.js";

/** A sheet from below with two answers; resolves to "pay" or "cancel". */
export function sheet(overlay, { merchant, description, amount_fen, title, text, means = "付款方式", yes = "支付", no = "取消" }) {
  return show(overlay, (answer) => [
    h("button", { type: "button", className: "close", ariaLabel: no, onclick: () => answer("cancel") }, "×"),
    h("h3", {}, title || merchant),
    amount_fen !== undefined && h("p", { className: "amount" }, yuan(amount_fen)),
    h("p", { className: "soft" }, text || description),
    amount_fen !== undefined && h("dl", { className: "line" }, h("dt", {}, means), h("dd", {}, "零钱")),
    h("button", { type: "button", className: "go", onclick: () => answer("pay") }, yes),
    h("button", { type: "button", className: "plain", onclick: () => answer("cancel") }, no),
  ]);
}

/** 确认收款 with the time that is left; resolves to "pay" or "cancel". */
export function transferSheet(overlay, bill, world) {
  const left = span(bill.expires_at - world.clock.now);
  const text = `${bill.remark}　·　${left}内确认，过期退回商家`;
  const words = { title: `${world.merchant} 转账给你`, text, means: "收款到", yes: "确认收款", no: "忽略" };
  return sheet(overlay, { ...words, amount_fen: bill.amount_fen });
}

const GLANCE_MS = 1000;

/** Choose what to scan; resolves to the body for /scan, or null. Like a camera it sees what comes up meanwhile. */
export function scanner(overlay, phoneId, world, look) {
  const codes = h("div");
  return show(overlay, (answer) => {
    keepLooking(codes, look, () => codesAround(phoneId, world()), answer);
    return scannerContent(codes, answer);
  });
}

async function keepLooking(place, look, around, answer) {
  let drawn = "";
  const draw = () => {
    const found = around();
    const seen = JSON.stringify(found);
    if (seen !== drawn) place.replaceChildren(...codeLists(found, answer)); // else leave it: a tap may be on its way
    drawn = seen;
  };
  draw();
  do {
    await look().catch(() => undefined); // the header says so when the simulator is away
    draw();
    await new Promise((resolve) => setTimeout(resolve, GLANCE_MS));
  } while (place.isConnected);
}

function codesAround(phoneId, { phones, codes }) {
  const others = phones
    .filter((person) => person.id !== phoneId)
    .flatMap((person) => person.codes.map(({ id, title }) => ({ id, title, from: person.nickname })));
  return { others, lately: codes.map(({ id, title }) => ({ id, title, from: "商城刚生成" })) };
}

function codeLists({ others, lately }, answer) {
  if (!others.length && !lately.length) return [h("p", { className: "soft" }, "现在没有可以扫的码。让另一台手机打开它的邀请码，这里马上就会看到。")];
  return [codeList("别人手机上的码", others, answer), codeList("商城刚生成的码", lately, answer)].filter(Boolean);
}

function scannerContent(codes, answer) {
  const text = h("input", { placeholder: "或粘贴二维码里的文字", ariaLabel: "二维码里的文字" });
  const file = h("input", {
    type: "file",
    accept: "image/*",
    onchange: async () => file.files[0] && answer({ image_base64: await base64(file.files[0]) }),
  });
  const onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim()) answer({ text: text.value.trim() });
  };
  return [
    h("button", { type: "button", className: "close", ariaLabel: "取消", onclick: () => answer(null) }, "×"),
    h("h3", {}, "扫一扫"),
    codes,
    h("label", { className: "file" }, "从相册选一张图片", file),
    h("form", { className: "row", onsubmit }, text, h("button", {}, "扫")),
  ];
}

function codeList(title, codes, answer) {
  if (!codes.length) return null;
  return h(
    "div",
    { className: "codes" },
    h("h4", {}, title),
    h(
      "div",
      { className: "code-grid" },
      codes.map((code) =>
        h(
          "button",
          { type: "button", onclick: () => answer({ code_id: code.id }) },
          h("img", { src: `/sim/codes/${code.id}.png`, alt: "" }),
          h("b", {}, code.from),
          h("small", {}, code.title),
        ),
      ),
    ),
  );
}

function show(overlay, build) {
  return new Promise((resolve) => {
    const answer = (value) => {
      overlay.hidden = true;
      overlay.replaceChildren();
      resolve(value);
    };
    const content = build(answer).filter(Boolean);
    overlay.replaceChildren(h("div", { className: "sheet", role: "dialog" }, content));
    overlay.hidden = false;
  });
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(new Error("图片读不出来"));
    reader.readAsDataURL(file);
  });
}
