"""The people with phones: their identities towards both apps, their codes and their inbox."""

import base64
import secrets

from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World, token

CODE_SECONDS = 300
"""A login code lives five minutes (wechat.md §3.1)."""

COLOURS = ("#5b8ff9", "#f6903d", "#61a37c", "#9270ca", "#e8684a", "#269a99", "#d07ca6", "#6d7f9e")


class CodeRefused(Exception):
    """A code that WeChat does not accept; carries WeChat's errcode."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


def create(world: World, nickname: str, *, phone_number: str | None = None) -> Doc:
    """A new person: one openid per app, one unionid over both, a phone number."""
    number = world.store.next_number("person")
    person: Doc = {
        "id": f"P{number}",
        "nickname": nickname,
        "colour": COLOURS[(number - 1) % len(COLOURS)],
        "mp_openid": "o" + token(27),
        "oa_openid": "o" + token(27),
        "unionid": "o" + token(27),
        "phone_number": phone_number or f"138{number:08d}",
        "real_name": nickname,
        "is_following": False,
        "followed_at": None,
        "quota": {},
        "session_key": "",
        "visited_at": world.now(),
    }
    save(world, person)
    for app in ("mp", "oa"):
        world.store.put("openid", str(person[f"{app}_openid"]), {"person": person["id"], "app": app})
    return person


def save(world: World, person: Doc) -> None:
    """Write the person."""
    world.store.put("person", person["id"], person)


def by_openid(world: World, openid: str, appid: str) -> Doc | None:
    """The person whose openid towards ``appid`` this is; another app's openid is a stranger."""
    found = world.store.get("openid", openid)
    if found is None or appid != appid_of(world, found["app"]):
        return None
    return world.store.get("person", found["person"])


def appid_of(world: World, app: str) -> str:
    """``mp`` or ``oa`` to its appid."""
    return {"mp": world.keys.mp_appid, "oa": world.keys.oa_appid}[app]


def openid_for(world: World, person: Doc, appid: str) -> str:
    """The person's openid towards one of our appids."""
    openid: str = person["mp_openid" if appid == world.keys.mp_appid else "oa_openid"]
    return openid


def new_code(world: World, person: Doc, use: str, **more: object) -> str:
    """A fresh code of ``use`` ``mp`` (wx.login), ``oa`` (web sign-in) or ``phone``."""
    code = secrets.token_hex(32) if use == "phone" else "0" + token(31)
    body: Doc = {
        "code": code,
        "person": person["id"],
        "use": use,
        "expires_at": world.now() + CODE_SECONDS,
        "is_used": False,
    }
    world.store.put("code", code, {**body, **more})
    if use == "mp":
        person["session_key"] = base64.b64encode(secrets.token_bytes(16)).decode()
    person["visited_at"] = world.now()
    save(world, person)
    return code


def redeem(world: World, code: str, use: str) -> tuple[Doc, Doc]:
    """Use a code up; gives the person and the code. Raises ``CodeRefused`` 40029 or 40163."""
    found = world.store.get("code", code)
    if found is None or found["use"] != use or world.now() > found["expires_at"]:
        raise CodeRefused(40029, "invalid code")
    if found["is_used"]:
        raise CodeRefused(40163, "code been used")
    found["is_used"] = True
    world.store.put("code", code, found)
    return world.store.need("person", found["person"]), found


def tell(world: World, person_id: str, kind: str, title: str, **more: object) -> None:
    """Put a message into the person's inbox."""
    number = world.store.next_number("message")
    body: Doc = {
        "id": f"M{number}",
        "person": person_id,
        "kind": kind,
        "title": title,
        "at": world.now(),
        **more,
    }
    world.store.put("message", body["id"], body, parent=person_id)
