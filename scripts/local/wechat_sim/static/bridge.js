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
