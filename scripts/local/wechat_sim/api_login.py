"""Signing in: the mini program's login code, the phone number, and web sign-in (OAuth) for the H5 shop."""

from scripts.local.wechat_sim import people
from scripts.local.wechat_sim.api_door import OK, ApiCall, ApiError
from scripts.local.wechat_sim.api_token import app_with_secret
from scripts.local.wechat_sim.checks import record, text
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import token

PHONE = record({"code": text(1, 512).required, "openid": text(1, 128)})
WEB_TOKEN_SECONDS = 7200
REFRESH_SECONDS = 30 * 86_400


def session_of_code(call: ApiCall) -> Doc:
    """GET /sns/jscode2session."""
    query = call.query
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    if app_with_secret(call.world, query.get("appid", ""), query.get("secret", "")) != "mp":
        raise ApiError(40013, "invalid appid")
    if not query.get("js_code"):
        raise ApiError(41008, "missing code")
    person, _ = people.redeem(call.world, query["js_code"], "mp")
    return {"session_key": person["session_key"], "openid": person["mp_openid"], "unionid": person["unionid"]}


def phone_number(call: ApiCall) -> Doc:
    """POST /wxa/business/getuserphonenumber."""
    person, _ = people.redeem(call.world, call.body["code"], "phone")
    number, country = person["phone_number"], "86"
    if number.startswith("+"):
        country, number = number[1:].split(" ", 1)
    info = {
        "phoneNumber": number if country == "86" else f"+{country}{number}",
        "purePhoneNumber": number,
        "countryCode": country,
        "watermark": {"timestamp": int(call.now), "appid": call.world.keys.mp_appid},
    }
    return {**OK, "phone_info": info}


def web_token(call: ApiCall) -> Doc:
    """GET /sns/oauth2/access_token."""
    query = call.query
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    if app_with_secret(call.world, query.get("appid", ""), query.get("secret", "")) != "oa":
        raise ApiError(40013, "invalid appid")
    if not query.get("code"):
        raise ApiError(41008, "missing code")
    person, code = people.redeem(call.world, query["code"], "oa")
    is_snapshot = bool(code.get("is_snapshot"))
    openid = "oSNAPSHOT" + token(19) if is_snapshot else person["oa_openid"]
    session = {
        "person": person["id"],
        "openid": openid,
        "scope": code["scope"],
        "refresh_until": call.now + REFRESH_SECONDS,
    }
    answer = _web_session(call, session)
    if is_snapshot:
        return {**answer, "is_snapshotuser": 1}
    return {**answer, "unionid": person["unionid"]}


def refresh_web_token(call: ApiCall) -> Doc:
    """GET /sns/oauth2/refresh_token."""
    if call.query.get("appid") != call.world.keys.oa_appid:
        raise ApiError(40013, "invalid appid")
    session = call.world.store.get("web_refresh", call.query.get("refresh_token", ""))
    if session is None or call.now > session["refresh_until"]:
        raise ApiError(40030, "invalid refresh_token")
    return _web_session(call, session)


def web_user(call: ApiCall) -> Doc:
    """GET /sns/userinfo: name and picture only after snsapi_userinfo; sex and place are always empty."""
    session = _session(call)
    if session["scope"] != "snsapi_userinfo":
        raise ApiError(48001, "api unauthorized")
    person = call.world.store.need("person", session["person"])
    is_snapshot = session["openid"] != person["oa_openid"]
    return {
        "openid": session["openid"],
        "nickname": "微信用户" if is_snapshot else person["nickname"],
        "sex": 0,
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": f"{call.world.options.base_url}/sim/phones/{person['id']}/avatar.svg",
        "privilege": [],
        **({} if is_snapshot else {"unionid": person["unionid"]}),
    }


def web_token_check(call: ApiCall) -> Doc:
    """GET /sns/auth."""
    _session(call)
    return OK


def _web_session(call: ApiCall, session: Doc) -> Doc:
    access, refresh = token(120), token(120)
    store = call.world.store
    store.put("web_token", access, {**session, "expires_at": call.now + WEB_TOKEN_SECONDS})
    store.put("web_refresh", refresh, session)
    return {
        "access_token": access,
        "expires_in": WEB_TOKEN_SECONDS,
        "refresh_token": refresh,
        "openid": session["openid"],
        "scope": session["scope"],
    }


def _session(call: ApiCall) -> Doc:
    session = call.world.store.get("web_token", call.query.get("access_token", ""))
    if session is None:
        raise ApiError(40001, "invalid credential")
    if call.now > session["expires_at"]:
        raise ApiError(42001, "access_token expired")
    if call.query.get("openid") != session["openid"]:
        raise ApiError(40003, "invalid openid")
    return session
