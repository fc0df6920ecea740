// Small helpers: elements, requests, and how amounts and times are written.

/** An element with properties and children; strings become text, never markup. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A request to the control surface; a refusal becomes an Error with its text. */
export async function sim(path, body, method = body === undefined ? "GET" : "POST") {
  const response = await fetch(`/sim${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || "没有成功，请再试一次");
  return answer;
}

/** Fen as ¥1,234.50, without floating point. */
export function yuan(fen) {
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString("zh-CN");
  return `${fen < 0 ? "-" : ""}¥${whole}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
}

const zone = { timeZone: "Asia/Shanghai", hour12: false };

/** 15:04 in Shanghai. */
export function hour(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit" });
}

/** 11月24日 15:04 in Shanghai. */
export function moment(seconds) {
  const parts = { ...zone, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(seconds * 1000).toLocaleString("zh-CN", parts);
}

/** 2026-11-24 in Shanghai. */
export function day(seconds) {
  return new Date(seconds * 1000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** How long until something, in words. */
export function span(seconds) {
  const left = Math.max(0, Math.round(seconds));
  if (left < 90) return `${left} 秒`;
  if (left < 5400) return `${Math.round(left / 60)} 分钟`;
  if (left < 129600) return `${Math.floor(left / 3600)} 小时 ${Math.floor((left % 3600) / 60)} 分`;
  return `${Math.round(left / 86400)} 天`;
}

/** Renders into `element` only when `value` has changed since the last time. */
export function keeper(element, render) {
  let last;
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    element.replaceChildren(...[render(value)].flat().filter(Boolean));
  };
}

/** Run a tap's work; a failure is shown where `complain` says. */
export function tap(work, complain) {
  return async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await work(event);
    } catch (error) {
      complain(error.message);
    } finally {
      button.disabled = false;
    }
  };
}
