// For an H5 shop shown inside a phone: `WeixinJSBridge` and the few `wx` calls it needs, answered by the phone.
// Load it only in the local world: <script src="{simulator}/static/bridge.js"></script>
(() => {
  if (window.parent === window) return;
  const waiting = new Map();
  let count = 0;

  function ask(wechat, argument = {}) {
    return new Promise((resolve, reject) => {
      waiting.set(++count, { resolve, reject });
      window.parent.postMessage({ wechat, id: count, ...argument }, "*");
    });
  }

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data?.wechat !== "answer") return;
    const { resolve, reject } = waiting.get(event.data.id) || {};
    waiting.delete(event.data.id);
    if (event.data.ok) resolve?.(event.data.result);
    else reject?.(new Error(event.data.error));
  });

  // A camera in front of the screen: every picture large enough to be a code, as base64.
  const SMALLEST = 120;
  window.addEventListener("message", async (event) => {
    if (event.source !== window.parent || event.data?.wechat !== "look") return;
    const shown = [...document.images].filter((image) => image.checkVisibility() && image.parentElement.offsetWidth >= SMALLEST);
    const images = (await Promise.all(shown.map(asBase64))).filter(Boolean);
    window.parent.postMessage({ wechat: "seen", images }, "*");
  });

  async function asBase64(image) {
    try {
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/png").split(",")[1];
    } catch {
      return null; // of another origin, or broken
    }
  }

  // Name of the call, and the word before the colon in WeChat's err_msg.
  const CALLS = {
    getBrandWCPayRequest: ["requestPayment", "get_brand_wcpay_request"],
    requestMerchantTransfer: ["requestMerchantTransfer", "requestMerchantTransfer"],
  };
  const outcome = (text) => (text.endsWith(":ok") ? "ok" : text.endsWith("cancel") ? "cancel" : "fail");

  window.WeixinJSBridge = {
    invoke(name, argument, done) {
      const [wechat, word] = CALLS[name];
      ask(wechat, wechat === "requestPayment" ? { params: argument } : argument).then(
        (result) => done({ err_msg: `${word}:${outcome(result.errMsg)}` }),
        (error) => done({ err_msg: `${word}:${outcome(error.message)}`, err_desc: error.message }),
      );
    },
  };
  window.simulatedWeChat = { ask };
  document.dispatchEvent(new Event("WeixinJSBridgeReady"));
})();
