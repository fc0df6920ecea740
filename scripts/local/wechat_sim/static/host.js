// The phone's side of the bridge: what a shop page inside a phone may ask of WeChat.
//
// A page in the frame posts {wechat: method, id, ...argument}; it is answered {wechat: "answer", id, ok, result | error}.
// bridge.js, which the page may load from here, wraps this as `WeixinJSBridge` and `wx`.

const METHODS = {
  requestPayment: (phone, { params }) => phone.requestPayment(params),
  requestMerchantTransfer: (phone, argument) => phone.requestMerchantTransfer(argument),
  requestSubscribeMessage: (phone, { tmplIds }) => phone.requestSubscribeMessage(tmplIds),
  scanCode: (phone) => phone.scan(),
};

/** Answer the frames of the phones; `phoneOf(id)` gives the phone. A frame can only speak for its own phone. */
export function listen(phoneOf) {
  window.addEventListener("message", async (event) => {
    const question = event.data;
    const frame = [...document.querySelectorAll("iframe")].find((item) => item.contentWindow === event.source);
    const method = question && METHODS[question.wechat];
    if (!frame || !method || event.origin !== new URL(frame.src).origin) return;
    const phone = phoneOf(frame.dataset.phone);
    const answer = { wechat: "answer", id: question.id };
    try {
      Object.assign(answer, { ok: true, result: await method(phone, question) });
    } catch (error) {
      Object.assign(answer, { ok: false, error: error.message });
    }
    event.source.postMessage(answer, event.origin);
  });
}

const PATIENCE_MS = 3000;

/** The pictures that a page in a frame shows now, as base64; none when it does not answer. */
export function seen(frame) {
  return new Promise((resolve) => {
    const take = (event) => {
      if (event.source !== frame.contentWindow || event.data?.wechat !== "seen") return;
      done(event.data.images);
    };
    const done = (images) => {
      window.removeEventListener("message", take);
      clearTimeout(timer);
      resolve(images);
    };
    const timer = setTimeout(() => done([]), PATIENCE_MS);
    window.addEventListener("message", take);
    frame.contentWindow.postMessage({ wechat: "look" }, new URL(frame.src).origin);
  });
}
