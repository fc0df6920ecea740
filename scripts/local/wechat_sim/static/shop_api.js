// The shop's API as one phone uses it: a session that renews itself, and refusals in the shop's own words.

/** What the shop refused; `message` is its Chinese sentence, `body` the whole problem+json. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "没有成功，请稍后再试");
    this.status = status;
    this.code = body.code || "";
    this.body = body;
  }
}

/** The shop cannot be reached; nobody knows whether it heard us. */
export class Unreachable extends Error {
  constructor() {
    super("商城没有回应，请检查网络后再试");
  }
}

export class Api {
  /** `phone` is the phone of the page; the session is kept for its person, and shared by the browser's tabs. */
  constructor(phone) {
    this.phone = phone;
    this.prefix = `fenxiao:${phone.person.mp_openid}`;
  }

  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
    return this.#asMember("GET", given.length ? `${path}?${new URLSearchParams(given)}` : path);
  }

  post(path, body, key) {
    return this.#asMember("POST", path, body, key);
  }

  put(path, body) {
    return this.#asMember("PUT", path, body);
  }

  delete(path) {
    return this.#asMember("DELETE", path);
  }

  /**
   * Make something once. The key is kept before it is sent: when the answer got lost, the same wish sends the
   * same key again and gets what was made then. It is dropped when the shop has answered, whatever it said.
   */
  async once(name, path, body) {
    const place = `${this.prefix}:once:${name}`;
    const text = JSON.stringify(body);
    let kept = JSON.parse(localStorage.getItem(place) || "null");
    if (kept?.text !== text) kept = { key: newKey(), text };
    localStorage.setItem(place, JSON.stringify(kept));
    try {
      const made = await this.post(path, body, kept.key);
      localStorage.removeItem(place);
      return made;
    } catch (error) {
      if (error instanceof Refusal && error.status < 500) localStorage.removeItem(place);
      throw error;
    }
  }

  /** A picture behind the sign-in, as base64 and its type. */
  async picture(path) {
    const response = await this.#asMember("GET", path, undefined, undefined, (answer) => answer);
    const blob = await response.blob();
    const url = await new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(new Error("图片读不出来"));
      reader.readAsDataURL(blob);
    });
    return { url, image_base64: url.split(",")[1] };
  }

  /** Forget the session; the next request signs in again. */
  async signOut() {
    await this.post("/shop/sign-out");
    localStorage.removeItem(this.#place);
  }

  get #place() {
    return `${this.prefix}:session`;
  }

  #session() {
    return JSON.parse(localStorage.getItem(this.#place) || "null");
  }

  async #asMember(method, path, body, key, read = content) {
    const session = this.#session() || (await this.#renewed(null));
    let answer = await this.#send(method, path, { body, key, token: session.access_token });
    if (answer.status === 401) {
      const { access_token } = await this.#renewed(session.access_token);
      answer = await this.#send(method, path, { body, key, token: access_token });
    }
    if (!answer.ok) throw new Refusal(answer.status, await problem(answer));
    return read(answer);
  }

  /** A session other than the `refused` one; a refresh token is good once, so only one tab renews at a time. */
  #renewed(refused) {
    return navigator.locks.request(this.#place, async () => {
      const kept = this.#session();
      if (kept && kept.access_token !== refused) return kept;
      const signed = (kept && (await this.#refreshed(kept))) || (await this.#signedIn());
      const { access_token, refresh_token } = signed;
      localStorage.setItem(this.#place, JSON.stringify({ access_token, refresh_token }));
      if (signed.is_new) await this.#introduce(access_token);
      return { access_token };
    });
  }

  async #refreshed({ refresh_token }) {
    const answer = await this.#send("POST", "/shop/sign-in/refresh", { body: { refresh_token } });
    if (answer.ok) return content(answer);
    if (answer.status >= 500) throw new Refusal(answer.status, await problem(answer));
    return null;
  }

  async #signedIn() {
    const code = await this.phone.login("mp");
    const answer = await this.#send("POST", "/shop/sign-in/mini-program", { body: { code } });
    if (!answer.ok) throw new Refusal(answer.status, await problem(answer));
    return content(answer);
  }

  /** A new member is called as in WeChat, so that others recognise the name. */
  async #introduce(token) {
    const body = { nickname: this.phone.person.nickname };
    const answer = await this.#send("PUT", "/shop/me", { body, token });
    if (!answer.ok) this.phone.complain((await problem(answer)).detail);
  }

  async #send(method, path, { body, key, token }) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await fetch(this.phone.shopUrl + path, { method, headers, body: text });
    } catch {
      throw new Unreachable();
    }
  }
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function content(answer) {
  return answer.status === 204 ? null : answer.json();
}

async function problem(answer) {
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  return isJson ? answer.json() : {};
}
