"""What the message server pushes to the shop in secure mode, and the shop's replies to it."""

import secrets
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from scripts.local.wechat_sim import crypto, people
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

RETRY_SECONDS = (5, 5, 5)
"""Three more tries when the shop does not answer (wechat.md §5)."""

MINI_PROGRAM_EVENTS = ("trade_manage_", "user_authorization_revoke", "subscribe_msg_")


def push(world: World, person: Doc, fields: Doc, *, at: float) -> str:
    """Queue one message or event from ``person``; ``fields`` are its XML elements beside the common ones."""
    number = world.store.next_number("callback")
    event = str(fields.get("Event", fields["MsgType"]))
    is_mini = event.startswith(MINI_PROGRAM_EVENTS) and world.setting("mini_program_push") == "mini_program"
    app = "mp" if is_mini else "oa"
    common = {
        "ToUserName": world.keys.mp_original_id if is_mini else world.keys.oa_original_id,
        "FromUserName": person[_openid_name(event, app)],
        "CreateTime": str(int(at)),
    }
    body: Doc = {
        "id": f"CB{number}",
        "channel": "official",
        "event": event,
        "endpoint": f"official.{event}",
        "subject": person["id"],
        "person": person["id"],
        "app": app,
        "url": world.setting("official_account_url") or f"{world.options.shop_url}/wechat/official-account",
        "xml": _xml({**common, **fields}),
        "created_at": at,
        "state": "waiting",
        "tried": 0,
        "next_at": at,
        "retry_seconds": list(RETRY_SECONDS),
        "attempts": [],
    }
    world.store.put("callback", body["id"], body, parent=person["id"], due_at=at)
    world.wake.set()
    return str(body["id"])


def say(world: World, person: Doc, content: str) -> str:
    """The person writes to the official account."""
    message_id = str(23_000_000_000_000_000 + world.store.next_number("message_id"))
    return push(world, person, {"MsgType": "text", "Content": content, "MsgId": message_id}, at=world.now())


def compose(world: World, callback: Doc, twists: dict[str, Doc]) -> tuple[str, dict[str, str], str]:
    """URL with the signed query, headers and sealed body of one delivery."""
    person = world.store.need("person", callback["person"])
    cipher = _cipher(world, callback["app"])
    sealed = cipher.seal(callback["xml"])
    query = signed_query(world, sealed)
    if "event_bad_signature" in twists:
        query["msg_signature"] = query["msg_signature"][::-1]
    query.update(openid=person["oa_openid"], encrypt_type="aes")
    original_id = world.keys.oa_original_id if callback["app"] == "oa" else world.keys.mp_original_id
    joint = "&" if "?" in callback["url"] else "?"
    url = callback["url"] + joint + "&".join(f"{name}={value}" for name, value in query.items())
    body = _xml({"ToUserName": original_id, "Encrypt": sealed})
    return url, {"Content-Type": "text/xml"}, body


def signed_query(world: World, sealed: str = "") -> dict[str, str]:
    """timestamp, nonce and the SHA-1 signatures over them."""
    timestamp, nonce, token = str(int(world.now())), str(secrets.randbelow(10**10)), world.keys.oa_token
    query = {
        "signature": crypto.sha1_signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    if sealed:
        query["msg_signature"] = crypto.sha1_signature(token, timestamp, nonce, sealed)
    return query


def take_reply(world: World, callback: Doc, answer: str) -> str:
    """Show the shop's passive reply on the phone; gives a note when WeChat would complain of it."""
    if answer.strip() in ("", "success"):
        return ""
    try:
        fields = open_reply(world, callback["app"], answer)
    except (ElementTree.ParseError, crypto.NotReadable, KeyError) as error:
        return f"公众号回复无法识别：{error}"[:200]
    text = fields.get("Content") or fields.get("Title") or "［暂不支持的消息类型］"
    more = {name.lower(): fields[name] for name in ("Description", "Url", "PicUrl") if name in fields}
    people.tell(world, callback["person"], "reply", "公众号", text=text, **more)
    return ""


def open_reply(world: World, app: str, answer: str) -> dict[str, str]:
    """The elements of an encrypted reply. Raises when signature, seal or XML are wrong."""
    outer = _elements(answer)
    sealed = outer["Encrypt"]
    expected = crypto.sha1_signature(world.keys.oa_token, outer["TimeStamp"], outer["Nonce"], sealed)
    if outer["MsgSignature"] != expected:
        raise crypto.NotReadable("the reply's signature is wrong")
    return _elements(_cipher(world, app).open(sealed))


def _cipher(world: World, app: str) -> crypto.OfficialCipher:
    return crypto.OfficialCipher(world.keys.oa_encoding_aes_key, people.appid_of(world, app))


def _openid_name(event: str, app: str) -> str:
    # The mini program's events name the user as the mini program knows him, whoever delivers them.
    return "mp_openid" if app == "mp" or event.startswith(MINI_PROGRAM_EVENTS) else "oa_openid"


def _elements(text: str) -> dict[str, str]:
    if "<!" in text.replace("<![CDATA[", ""):
        raise crypto.NotReadable("declarations are not allowed")
    return {node.tag: node.text or "" for node in ElementTree.fromstring(text).iter()}


def _xml(fields: Doc) -> str:
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: Doc) -> str:
    parts = []
    for name, value in fields.items():
        for entry in value if isinstance(value, list) else [value]:
            content = _inner(entry) if isinstance(entry, dict) else _leaf(entry)
            parts.append(f"<{name}>{content}</{name}>")
    return "".join(parts)


def _leaf(value: object) -> str:
    text = str(value)
    if text.isdigit():
        return text
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"
