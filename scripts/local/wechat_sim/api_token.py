"""Access tokens: the stable one, and the old one of which each call invalidates the last."""

from scripts.local.wechat_sim.api_door import ApiCall, ApiError
from scripts.local.wechat_sim.checks import boolean, record, text
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World, token

LIFE_SECONDS = 7200
OVERLAP_SECONDS = 300
FORCED_PER_DAY = 20
FORCED_GAP_SECONDS = 30
FOREVER = 9e15

STABLE = record(
    {
        "grant_type": text().required,
        "appid": text().required,
        "secret": text().required,
        "force_refresh": boolean(),
    }
)


def stable_token(call: ApiCall) -> Doc:
    """POST /cgi-bin/stable_token: the same token until five minutes before its end (wechat.md §3.3)."""
    app = check_app(call.world, call.body)
    latest = call.world.store.get("stable_token", app)
    if call.body.get("force_refresh", False):
        _count_forced(call, app)
    elif latest and call.now < latest["expires_at"] - OVERLAP_SECONDS:
        return {"access_token": latest["token"], "expires_in": int(latest["expires_at"] - call.now)}
    return _issue(call, app, "stable_token", latest, is_forced=bool(call.body.get("force_refresh", False)))


def plain_token(call: ApiCall) -> Doc:
    """GET /cgi-bin/token: always a fresh one; its predecessor lives five minutes more."""
    app = check_app(call.world, call.query)
    return _issue(call, app, "plain_token", call.world.store.get("plain_token", app), is_forced=False)


def check_app(world: World, fields: Doc) -> str:
    """``mp`` or ``oa``. Raises ``ApiError`` for a wrong grant type, appid or secret."""
    if fields.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    return app_with_secret(world, str(fields.get("appid", "")), str(fields.get("secret", "")))


def app_with_secret(world: World, appid: str, secret: str) -> str:
    """``mp`` or ``oa``. Raises ``ApiError`` 40013 or 40125."""
    expected = world.keys.secret_of(appid)
    if expected is None:
        raise ApiError(40013, "invalid appid")
    if secret != expected:
        raise ApiError(40125, "invalid appsecret, view more at http://t.cn/RAEkdVq")
    return "mp" if appid == world.keys.mp_appid else "oa"


def _issue(call: ApiCall, app: str, channel: str, latest: Doc | None, *, is_forced: bool) -> Doc:
    store, fresh = call.world.store, token(136)
    if latest:
        old = store.get("access_token", latest["token"])
        if old:
            # A forced refresh kills the old token at once; a normal one leaves it five minutes.
            old["replaced_at"] = call.now + (0 if is_forced else OVERLAP_SECONDS)
            store.put("access_token", latest["token"], old)
    expires_at = call.now + LIFE_SECONDS
    store.put("access_token", fresh, {"app": app, "expires_at": expires_at, "replaced_at": FOREVER})
    store.put(channel, app, {"token": fresh, "expires_at": expires_at})
    return {"access_token": fresh, "expires_in": LIFE_SECONDS}


def _count_forced(call: ApiCall, app: str) -> None:
    store, day = call.world.store, int(call.now // 86_400)
    counted = store.get("forced_token", app) or {"day": day, "count": 0, "at": 0.0}
    if counted["day"] != day:
        counted = {"day": day, "count": 0, "at": counted["at"]}
    if counted["count"] >= FORCED_PER_DAY or call.now < counted["at"] + FORCED_GAP_SECONDS:
        raise ApiError(45009, "reach max api daily quota limit")
    store.put("forced_token", app, {"day": day, "count": counted["count"] + 1, "at": call.now})
