"""Notices of WeChat Pay: the sealed and signed envelope, and the schedule on which it is repeated."""

import json

from scripts.local.wechat_sim import crypto
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.keys import PlatformKey
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World, token

PAY_RETRY_SECONDS = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
"""wechat.md §2.3: the pauses between the tries of a pay or refund notice, 24 h 4 min in all."""

TRANSFER_RETRY_SECONDS = (15,) * 10 + (300,) * 10 + (1800,) * 44
"""wechat.md §2.3: the same for transfers, the first try being made at once."""

TAMPERING = (
    "notify_stale",
    "notify_wrong_serial",
    "notify_tampered",
    "notify_other_appid",
    "notify_other_mchid",
    "notify_wrong_amount",
)

SUMMARIES = {
    "TRANSACTION.SUCCESS": ("transaction", "支付成功"),
    "REFUND.SUCCESS": ("refund", "退款成功"),
    "REFUND.ABNORMAL": ("refund", "退款异常"),
    "REFUND.CLOSED": ("refund", "退款关闭"),
    "MCHTRANSFER.BILL.FINISHED": ("mch_payment", "商家转账单据终态通知"),
}
"""Event to original_type (also the associated data) and summary."""


def announce(world: World, event: str, resource: Doc, *, url: str, subject: str, at: float) -> str | None:
    """Queue a notice for delivery at ``at``; gives its id, or ``None`` when the merchant named no URL."""
    if not url:
        return None
    number = world.store.next_number("callback")
    body: Doc = {
        "id": f"CB{number}",
        "channel": "pay",
        "notice_id": f"EV-{shanghai_time(at)[:10].replace('-', '')}{number:016d}",
        "event": event,
        "endpoint": f"notice.{event.split('.', maxsplit=1)[0]}",
        "subject": subject,
        "url": url,
        "resource": resource,
        "created_at": at,
        "state": "waiting",
        "tried": 0,
        "next_at": at,
        "retry_seconds": list(
            TRANSFER_RETRY_SECONDS if event.startswith("MCHTRANSFER") else PAY_RETRY_SECONDS
        ),
        "attempts": [],
    }
    world.store.put("callback", body["id"], body, parent=subject, due_at=at)
    world.wake.set()
    return str(body["id"])


def compose(world: World, callback: Doc, twists: dict[str, Doc]) -> tuple[dict[str, str], str]:
    """Headers and body of one delivery, twisted as the faults in ``twists`` say."""
    original_type, summary = SUMMARIES[callback["event"]]
    nonce = token(12)
    plaintext = json.dumps(_twisted(callback["resource"], twists), ensure_ascii=False, separators=(",", ":"))
    ciphertext = crypto.seal_gcm(world.keys.api_v3_key, plaintext, nonce=nonce, associated_data=original_type)
    if "notify_tampered" in twists:
        ciphertext = ("B" if ciphertext[0] == "A" else "A") + ciphertext[1:]
    envelope = {
        "id": callback["notice_id"],
        "create_time": shanghai_time(callback["created_at"]),
        "resource_type": "encrypt-resource",
        "event_type": callback["event"],
        "summary": summary,
        "resource": {
            "original_type": original_type,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": original_type,
            "nonce": nonce,
        },
    }
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
    moment = world.now() - float(twists.get("notify_stale", {}).get("seconds", 0))
    headers = signature_headers(world, body, key=signing_key(world), moment=moment)
    if "notify_wrong_serial" in twists:
        headers["Wechatpay-Serial"] = "PUB_KEY_ID_0100000000000000000000000000000000"
    if "signtest" in twists:
        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    return headers, body


def signing_key(world: World) -> PlatformKey:
    """The key that signs callbacks now, by mode and rotation; ``mixed`` alternates, as in a migration."""
    public_key = world.keys.platform(world.setting("platform_key_id") or world.keys.platform_public_key_id)
    certificate = world.keys.platform_certificate
    assert public_key is not None and certificate is not None
    mode = world.setting("mode")
    if mode == "mixed":
        return certificate if world.store.next_number("mixed") % 2 else public_key
    return certificate if mode == "certificate" else public_key


def signature_headers(
    world: World, body: str, *, key: PlatformKey, moment: float | None = None
) -> dict[str, str]:
    """The headers with which WeChat Pay signs a response or a callback (wechat.md §2.2)."""
    timestamp = str(int(world.now() if moment is None else moment))
    nonce = token(32)
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": crypto.sign_sha256(key.private, crypto.request_text(timestamp, nonce, body)),
        "Wechatpay-Serial": key.id,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        "Request-ID": request_id(),
        "Content-Type": "application/json; charset=utf-8",
    }


def request_id() -> str:
    """As in WeChat's answers: a word and, after the last dash, the internal code."""
    return f"08{token(24).upper().replace('-', 'A').replace('_', 'B')}-268498688"


def _twisted(resource: Doc, twists: dict[str, Doc]) -> Doc:
    twisted = json.loads(json.dumps(resource))
    if "notify_other_appid" in twists:
        twisted["appid"] = "wx0000000000000000"
    if "notify_other_mchid" in twists:
        twisted["mch_id" if "mch_id" in twisted else "mchid"] = "1900000001"
    if "notify_wrong_amount" in twists:
        extra_fen = int(twists["notify_wrong_amount"]["add_fen"])
        if "transfer_amount" in twisted:
            twisted["transfer_amount"] += extra_fen
        else:
            for name in ("total", "payer_total", "refund", "payer_refund"):
                if name in twisted["amount"]:
                    twisted["amount"][name] += extra_fen
    return dict(twisted)
