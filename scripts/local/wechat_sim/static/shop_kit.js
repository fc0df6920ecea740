// What the shop's screens are made of: pages that load, lists, sheets, steppers, prices.
import { h, tap, yuan } from "./dom.js";
import { Unreachable } from "./shop_api.js";

const ROWS = 20;

/** A price with small cents; `note` stands behind it. */
export function price(fen, note) {
  const [whole, cents] = yuan(fen).replace("¥", "").split(".");
  return h("span", { className: "price" }, h("small", {}, "¥"), whole, h("small", {}, `.${cents}`), note && h("em", {}, note));
}

/** A product's picture, or a calm square where there is none. */
export function picture(url, alt = "") {
  return url ? h("img", { className: "pic", src: url, alt, loading: "lazy" }) : h("span", { className: "pic" });
}

/** 11月24日 15:04 in Shanghai, from RFC 3339. */
export function when(text) {
  const parts = { timeZone: "Asia/Shanghai", hour12: false, month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(text).toLocaleString("zh-CN", parts);
}

/** A button whose work runs once at a time; refusals are said. */
export function button(view, label, work, { className = "plain", disabled = false } = {}) {
  return h("button", { type: "button", className, disabled, onclick: tap(work, view.say) }, label);
}

/** A line that leads somewhere. */
export function cell(label, value, go) {
  const content = [h("span", {}, label), h("em", {}, value ?? ""), go && h("i", { className: "chevron" })];
  return go ? h("button", { type: "button", className: "cell", onclick: go }, content) : h("div", { className: "cell" }, content);
}

export function box(...children) {
  return h("section", { className: "box" }, ...children.flat(3));
}

/** Name and figure pairs, e.g. the parts of a total. */
export function figures(pairs) {
  return h("dl", { className: "figures" }, pairs.filter(Boolean).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export function note(text, className = "hint") {
  return text ? h("p", { className }, text) : null;
}

/** Nothing here, why, and what to do about it. */
export function empty(title, reason, action) {
  return h("div", { className: "blank" }, h("span", { className: "blank-mark" }), h("strong", {}, title), h("p", {}, reason), action);
}

/** How it failed, and a button to try again. */
export function failed(view, error, retry) {
  return h("div", { className: "blank bad" }, h("strong", {}, "没有打开"), h("p", {}, error.message), button(view, "再试一次", retry));
}

export function skeleton(rows = 4) {
  return h("div", { className: "skeleton", ariaLabel: "正在打开" }, Array.from({ length: rows }, () => h("span")));
}

/**
 * Load and draw a page: skeleton, then content, or the failure with a retry. Returns a function that loads again.
 * With `every(value)` giving seconds the page stays fresh while it is seen; it is drawn anew only when it changed.
 */
export async function show(view, load, draw, every) {
  let drawn;
  let turn = 0;
  const again = async (isQuiet = false) => {
    const mine = ++turn;
    try {
      const value = await load();
      if (!view.isOpen() || mine !== turn) return;
      const text = JSON.stringify(value);
      if (text !== drawn) view.body.replaceChildren(...[draw(value, again)].flat(3).filter(Boolean));
      drawn = text;
      const pause = every?.(value);
      if (pause) view.later(() => mine === turn && again(true), pause);
    } catch (error) {
      if (!view.isOpen() || mine !== turn) return;
      if (isQuiet) {
        view.later(() => mine === turn && again(true), 8); // what is seen stays; the next round tries again
        return;
      }
      drawn = undefined;
      view.body.replaceChildren(failed(view, error, () => again()));
      if (error instanceof Unreachable) view.later(() => mine === turn && again(), 5); // the shop may be starting
    }
  };
  view.body.replaceChildren(skeleton());
  await again();
  return again;
}

/** A list that loads page by page. `load(next)` gives {items, next}; `row(item)` an element; `none` what an empty list says. */
export function list(view, { load, row, none, className = "rows" }) {
  const rows = h("div", { className });
  const foot = h("div", { className: "more" }, skeleton(3));
  const more = async (next) => {
    try {
      const page = await load(next);
      rows.append(...page.items.map(row).flat().filter(Boolean));
      if (page.next && !page.items.length) await more(page.next);
      else if (page.next) foot.replaceChildren(button(view, "再看一些", () => more(page.next), { className: "tiny" }));
      else foot.replaceChildren(rows.children.length ? h("small", {}, rows.children.length > 4 ? "都在这里了" : "") : none);
    } catch (error) {
      foot.replaceChildren(failed(view, error, () => more(next)));
    }
  };
  more(undefined);
  return h("div", { className: "list" }, rows, foot);
}

/** The query of one page of a list. */
export function page(next, more = {}) {
  return { limit: ROWS, next, ...more };
}

/** Choose one of [value, label]; the chosen one is told to `change`. */
export function chips(choices, chosen, change, className = "chips") {
  const row = h("div", { className, role: "tablist" });
  const draw = (value) => {
    row.replaceChildren(
      ...choices.map(([name, label, isOff]) => {
        const pick = () => {
          draw(name);
          change(name);
        };
        const isChosen = name === value;
        return h("button", { type: "button", className: isChosen ? "on" : "", disabled: Boolean(isOff), ariaSelected: String(isChosen), role: "tab", onclick: pick }, label);
      }),
    );
  };
  draw(chosen);
  return row;
}

/** A number between `least` and `most()`. */
export function stepper(value, { least = 1, most, change, label = "数量" }) {
  const shown = h("output", { ariaLabel: label });
  const less = h("button", { type: "button", ariaLabel: "少一件", onclick: () => set(value - 1) }, "−");
  const more = h("button", { type: "button", ariaLabel: "多一件", onclick: () => set(value + 1) }, "+");
  function set(wanted, isFirst = false) {
    value = Math.max(least, Math.min(wanted, most()));
    shown.textContent = value;
    less.disabled = value <= least;
    more.disabled = value >= most();
    if (!isFirst) change(value);
  }
  set(value, true);
  return Object.assign(h("span", { className: "stepper" }, less, shown, more), { set });
}

/** A labelled field. Only a form element gets a true label: around buttons it would tap the first of them. */
export function field(label, input, hint) {
  return h(input.matches("input, select, textarea") ? "label" : "div", { className: "field" }, h("span", {}, label), input, note(hint));
}

export function select(choices, chosen, change) {
  const options = choices.map(([value, label]) => h("option", { value, selected: value === chosen }, label));
  return h("select", { onchange: (event) => change?.(event.currentTarget.value) }, options);
}

/** A form whose button works once at a time; `work` gets its values by name. */
export function form(view, fields, label, work) {
  const submit = h("button", { className: "go" }, label);
  const send = async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    try {
      await work(Object.fromEntries(new FormData(event.target)));
    } catch (error) {
      view.say(error.message);
    } finally {
      submit.disabled = false;
    }
  };
  return h("form", { className: "form", onsubmit: send }, fields.flat(3), submit);
}

/** Yuan as typed, in fen; null when it is no amount. Whole numbers only, never floating point. */
export function fenOf(text) {
  const found = /^\s*(\d{1,8})(?:\.(\d{1,2}))?\s*$/.exec(text);
  return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : null;
}
