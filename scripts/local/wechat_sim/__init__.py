"""A simulated WeChat: api.weixin.qq.com, api.mch.weixin.qq.com and the people with their phones.

A process of its own, with its own cryptography; it imports nothing from the shop. All state is one
SQLite file in ``--state``, so that stopping it, even by ``kill -9``, loses nothing.

    python -m scripts.local.wechat_sim --port 8801 --state DIR --clock FILE [--shop-url http://127.0.0.1:8800]

``DIR/keys.json`` (mode 600), made at the first start
    mp_appid, mp_secret, mp_original_id         the mini program
    oa_appid, oa_secret, oa_original_id         the official account
    oa_token, oa_encoding_aes_key               its message server (43 letters)
    mch_id, mch_serial                          the merchant; the serial of its certificate
    mch_private_key_pem, mch_certificate_pem    what the merchant signs requests with
    api_v3_key                                  32 letters: opens the notices
    platform_public_key_pem, platform_public_key_id   what WeChat Pay signs with (public-key mode)
    platform_keys                               all public keys [{id, private_key_pem, public_key_pem}]
    platform_certificate                        the platform certificate for modes certificate and mixed

``FILE``, the clock shared by the local world: {"real": s, "shown": s, "rate": 1.0};
now = shown + (machine's now - real) * rate. No file: real time.

The control surface (JSON; mistakes answer 4xx {"error": text})
  GET    /sim/health                    GET /sim/help (this text)      GET /sim/state (all the page shows)
  GET    /sim/clock                     POST {advance_seconds} and/or {rate}
  GET    /sim/settings                  POST {name: value}, e.g. balance_fen, transfer_max_fen,
                                        transfer_allowed_ips, refund_seconds, refund_gap_seconds, templates,
                                        published_pages, official_account_url,
                                        mode (public_key | certificate | mixed); all of them: world.py
  GET    /sim/faults/catalog            every fault with its group, label and parameters
  GET    /sim/faults                    POST {name, times: 1|n|null, endpoint: "*", parameters: {}}
  DELETE /sim/faults[/{id}]
  POST   /sim/keys/rotate               {sign_with: new | old}; keys.json then lists both keys
  POST   /sim/reset                     an empty world with the same keys
  POST   /sim/official-account/check-url   the GET with which WeChat verifies a message server
  GET    /sim/trades /sim/refunds /sim/transfers /sim/callbacks /sim/flows  [?limit=200], newest first
  GET    /sim/bills/{YYYY-MM-DD}        the day so far
  POST   /sim/callbacks/{id}/redeliver  {times: 1, parallel: false}: gives the attempts
Phones
  GET    /sim/phones                    POST {nickname, phone_number?} gives id, mp_openid, unionid …
  POST   /sim/phones/{id}               {nickname?, phone_number?, real_name?}
  POST   …/login {app: mp|oa, scope?}   gives {code}        …/phone-code gives {code}
  POST   …/authorize {appid, redirect_uri, response_type, scope, state}   gives {redirect}
         (or open /connect/oauth2/authorize?…&phone=P1, which redirects at once)
  POST   …/scan {text | scene, page? | ticket | image_base64}
         gives {kind: mini_program, page, scene} | {kind: official_account, scene} | {kind: text, text}
         (…/codes {title, text | image_base64} shows a code to the others, who scan it by {code_id};
         DELETE /sim/codes/{id}; GET /sim/codes/{id}.png)
  POST   …/follow  …/unfollow  …/say {text}  …/click {key}  …/revoke {}
  POST   …/subscribe {template_ids, accept: true}
  POST   …/sheet {params}               what the payment sheet shows
  POST   …/pay {params, action: pay | cancel}     params are those of wx.requestPayment; paySign is verified
  GET    …/transfers                    POST …/transfers/{out_bill_no}/confirm {package} | {ignore: true}
  POST   …/receive {transaction_id}     confirm the receipt of goods
  GET    …/messages                     oldest first

Endpoints for faults: pay.prepay pay.query pay.close pay.refund pay.refund_query pay.transfer
pay.transfer_query pay.transfer_cancel pay.certificates pay.trade_bill pay.fund_bill pay.bill_file ·
notice.TRANSACTION notice.REFUND notice.MCHTRANSFER · official.subscribe official.SCAN … ·
api.jscode2session api.stable_token api.token api.wxacode api.phone api.subscribe_send api.msg_sec_check
api.upload_shipping api.get_order api.oauth_token … (api_routes.py). Patterns such as "pay.*" work.
"""
