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

  const calls = { getBrandWCPayRequest: "requestPayment", requestMerchantTransfer: "requestMerchantTransfer" };

  window.WeixinJSBridge = {
    invoke(name, argument, done) {
      const body = name === "getBrandWCPayRequest" ? { params: argument } : argument;
      ask(calls[name], body).then(
        (result) => done({ ...result, err_msg: `${name}:${result.errMsg.split(":")[1].replace("fail cancel", "cancel")}` }),
        (error) => done({ err_msg: `${name}:fail`, err_desc: error.message }),
      );
    },
  };
  window.simulatedWeChat = { ask };
  document.dispatchEvent(new Event("WeixinJSBridgeReady"));
})();
