"""Subscribe messages to members (N2) and WeChat's judgement of what members write (N4)."""

import re
from collections.abc import Callable
from typing import Literal

from chalicelib.kernel import log
from chalicelib.kernel.config import config
from chalicelib.wechat import token
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

Verdict = Literal["pass", "review", "risky"]

_REFUSED_BY_MEMBER = 43101
_STATES = {"release": "formal", "trial": "trial", "develop": "developer"}
_VERDICTS: tuple[Verdict, ...] = ("pass", "review", "risky")
_MAX_CHECKED = 2500


def send_subscribe(openid: str, template_id: str, page: str, values: dict[str, str]) -> bool:
    """Send a one-time subscribe message; whether WeChat took it.

    ``values`` is keyed as in the template (``thing1``, ``amount2``). Texts are cut to WeChat's
    length for their kind; a number, time or amount that is malformed is our bug: ``ValueError``.
    ``False`` when the member has not subscribed (43101) or WeChat refuses for another reason,
    which is logged: a notice never stops business. Raises only ``WeChatUnavailable``, on an outage.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "page": page,
        "miniprogram_state": _STATES[config().mp_env_version],
        "lang": "zh_CN",
        "data": {key: {"value": fit(key, value)} for key, value in values.items()},
    }
    try:
        token.post("mp", "cgi-bin/message/subscribe/send", body)
    except WeChatRefused as refused:
        if refused.errcode != _REFUSED_BY_MEMBER:
            log.warning(
                "wechat_message_refused",
                errcode=refused.errcode,
                errmsg=refused.errmsg,
                template_id=template_id,
            )
            log.count("wechat_message_refused", errcode=str(refused.errcode))
        return False
    return True


def text_is_fine(openid: str, text: str, scene: Literal[1, 2, 3, 4]) -> Verdict:
    """WeChat's judgement of ``text`` (msg_sec_check v2): publish only what is ``pass``.

    ``scene``: 1 profile, 2 comment, 3 forum, 4 social. A text too long for one check is judged in
    pieces and the worst counts. ``review`` also when WeChat will not judge for this member (it must
    have been in the mini-program within two hours). Raises ``WeChatUnavailable``: then a person judges.
    """
    pieces = [text[start : start + _MAX_CHECKED] for start in range(0, len(text), _MAX_CHECKED)]
    verdicts = [_judged(openid, piece, scene) for piece in pieces if piece.strip()]
    return max(verdicts, key=_VERDICTS.index, default="pass")


def _judged(openid: str, text: str, scene: int) -> Verdict:
    body = {"version": 2, "openid": openid, "scene": scene, "content": text}
    try:
        answer = token.post("mp", "wxa/msg_sec_check", body)
    except WeChatRefused as refused:
        log.warning("wechat_text_not_judged", errcode=refused.errcode, errmsg=refused.errmsg)
        return "review"
    result = answer.get("result")
    suggest = result.get("suggest") if isinstance(result, dict) else None
    for verdict in _VERDICTS:
        if suggest == verdict:
            return verdict
    raise WeChatUnavailable()  # errcode 0 alone says nothing (wechat.md §3.5)


def fit(key: str, value: str) -> str:
    """``value`` as the kind of ``key`` allows it (wechat.md §3.5). Raises ``ValueError``."""
    kind = key.rstrip("0123456789")
    rule = _KINDS.get(kind)
    if rule is None or kind == key:
        raise ValueError(f"no such field in a subscribe message: {key!r}")
    cleaned = " ".join(value.split())
    fitted = rule(cleaned)
    if not fitted:
        raise ValueError(f"{key} cannot show {value!r}")
    return fitted


_Rule = Callable[[str], str]


def _cut(limit: int) -> _Rule:
    def rule(value: str) -> str:
        return value if len(value) <= limit else value[: limit - 1] + "…"

    return rule


def _matching(pattern: str) -> _Rule:
    compiled = re.compile(pattern)

    def rule(value: str) -> str:
        return value if compiled.fullmatch(value) else ""

    return rule


def _amount(value: str) -> str:
    """``kernel.money.yuan`` groups by thousands, WeChat does not."""
    plain = value.replace(",", "")
    return plain if re.fullmatch(r"[¥￥$]?\d{1,10}(\.\d{1,2})?元?", plain, re.ASCII) else ""


def _name(value: str) -> str:
    """Ten characters of Chinese, or twenty letters."""
    return value[: 20 if value.isascii() else 10]


def _phrase(value: str) -> str:
    """At most five characters, Chinese only."""
    return "".join(letter for letter in value if "\u4e00" <= letter <= "\u9fff")[:5]


_DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{2}-\d{2})"
_TIME = r"\d{1,2}:\d{2}(:\d{2})?"
_KINDS: dict[str, _Rule] = {
    "thing": _cut(20),
    "number": _matching(r"-?\d{1,32}(\.\d+)?"),
    "letter": _matching(r"[A-Za-z]{1,32}"),
    "symbol": _matching(r"[^\w\s]{1,5}"),
    "character_string": _matching(r"[!-~]{1,32}"),
    "time": _matching(rf"({_DATE} )?{_TIME}|{_DATE}"),
    "date": _matching(rf"{_DATE}( {_TIME})?"),
    "amount": _amount,
    "phone_number": _matching(r"[+\d\-]{1,17}"),
    "car_number": _matching(r"\w{1,8}"),
    "name": _name,
    "phrase": _phrase,
}
