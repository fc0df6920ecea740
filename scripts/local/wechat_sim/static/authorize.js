// The consent page of web sign-in. Inside a phone the frame's name says whose phone it is.
import { h, sim } from "./dom.js";

const request = JSON.parse(document.body.dataset.request);
const merchant = document.body.dataset.merchant;
const main = document.getElementById("consent");

async function pass(phoneId) {
  const { redirect } = await sim(`/phones/${phoneId}/authorize`, request);
  location.replace(redirect);
}

function ask(phoneId) {
  main.replaceChildren(
    h("h1", {}, merchant),
    h("p", {}, "申请获取你的昵称和头像"),
    h("button", { type: "button", className: "go", onclick: () => pass(phoneId) }, "允许"),
    h("button", { type: "button", className: "plain", onclick: () => history.back() }, "拒绝"),
  );
}

async function choose() {
  const phones = await sim("/phones");
  main.replaceChildren(
    h("h1", {}, "你是谁？"),
    h("p", {}, phones.length ? "选一台手机登录" : "还没有手机，请先到“手机一排”添一台"),
    ...phones.map((person) => h("button", { type: "button", className: "plain", onclick: () => begin(person.id) }, person.nickname)),
  );
}

function begin(phoneId) {
  return request.scope === "snsapi_base" ? pass(phoneId) : ask(phoneId);
}

const owner = window.name.startsWith("phone:") ? window.name.slice("phone:".length) : "";
if (owner) begin(owner);
else choose();
