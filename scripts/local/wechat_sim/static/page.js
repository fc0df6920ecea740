// The page: asks for the state of the world every second and hands it to phones and panel.
import { h, sim } from "./dom.js";
import { listen } from "./host.js";
import { Panel } from "./panel.js";
import { Phone } from "./phone.js";

const street = document.getElementById("phones");
const panel = new Panel(document.getElementById("panel"), refresh);
const phones = new Map();
let shop = { h5_url: "" };
let state = null;
let asked = 0;
let newest = null;

/** The world as it is now or later; a question that was overtaken waits for the newer answer. */
export function refresh() {
  newest = look(++asked);
  return newest;
}

async function look(question) {
  const answer = await sim("/state");
  if (question < asked) return newest;
  state = answer;
  state.readAt = performance.now() / 1000;
  showPhones();
  panel.update(state);
}

function showPhones() {
  const alive = new Set(state.phones.map((person) => person.id));
  for (const [id, phone] of phones) {
    if (alive.has(id)) continue;
    phone.element.remove();
    phones.delete(id);
  }
  for (const person of state.phones) {
    if (!phones.has(person.id)) {
      const phone = new Phone(person, { refresh, world: () => state, lookAround });
      phones.set(person.id, phone);
      street.append(phone.element);
      phone.open(shop);
    }
    phones.get(person.id).update(person, state);
  }
  const isEmpty = phones.size === 0;
  const hint = street.querySelector(".empty");
  if (isEmpty && !hint) street.append(emptyHint());
  if (!isEmpty && hint) hint.remove();
}

/** While somebody scans: what the screens of the others show becomes known. */
async function lookAround(scanner) {
  await Promise.all([...phones.values()].filter((phone) => phone !== scanner).map((phone) => phone.showScreen()));
  await refresh();
}

function emptyHint() {
  return h(
    "section",
    { className: "empty" },
    h("img", { src: "/static/icon.svg", alt: "" }),
    h("h2", {}, "还没有手机"),
    h("p", {}, "点右上角“添一台手机”，给它起个名字。两台手机之间可以互相扫码。"),
  );
}

// A browser lets a page in a frame keep things only when it is of the same site as the page around it, so this
// page shares a name with the phones' own addresses (p1.fenxiao.localhost); such names never leave the machine.
function moveNextDoor() {
  if (location.hostname.endsWith(".fenxiao.localhost")) return false;
  location.replace(`http://phones.fenxiao.localhost:${location.port}${location.pathname}${location.search}`);
  return true;
}

async function lookForShop() {
  const found = await sim("/shop");
  if (JSON.stringify(found) === JSON.stringify(shop)) return;
  shop = found;
  if (shop.h5_url && moveNextDoor()) return;
  for (const phone of phones.values()) phone.open(shop);
}

function addPhone() {
  const name = h("input", { name: "nickname", maxLength: 16, required: true, placeholder: "例如：小林", autocomplete: "off" });
  const dialog = h(
    "dialog",
    { className: "ask", onclose: () => dialog.remove() },
    h(
      "form",
      {
        method: "dialog",
        onsubmit: async () => {
          if (!name.value.trim()) return;
          await sim("/phones", { nickname: name.value.trim() });
          await refresh();
        },
      },
      h("h2", {}, "添一台手机"),
      h("label", {}, "这个人叫什么？", name),
      h(
        "div",
        { className: "row end" },
        h("button", { type: "button", onclick: () => dialog.close() }, "取消"),
        h("button", { className: "primary" }, "好了"),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}

async function keepUp(work, pause) {
  for (;;) {
    try {
      await work();
      document.body.classList.remove("offline");
    } catch {
      document.body.classList.add("offline"); // the header says so; the next round tries again
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

document.getElementById("add-phone").addEventListener("click", addPhone);
listen((id) => phones.get(id));
keepUp(refresh, 1000);
keepUp(lookForShop, 5000);
setInterval(() => state && panel.tick(state), 250);
