"""Subscription messages with their quotas and value limits, and the content check."""

import re

from scripts.local.wechat_sim import people
from scripts.local.wechat_sim.api_door import OK, ApiCall, ApiError
from scripts.local.wechat_sim.checks import integer, mapping, one_of, record, text
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import token

VISIT_SECONDS = 7200
"""The content check wants a user who was here within two hours (wechat.md §3.5)."""

SEND = record(
    {
        "touser": text(1).required,
        "template_id": text(1).required,
        "page": text(),
        "miniprogram_state": one_of("developer", "trial", "formal"),
        "lang": one_of("zh_CN", "en_US", "zh_HK", "zh_TW"),
        "data": mapping(record({"value": text().required})).required,
    }
)
CHECK = record(
    {
        "version": integer(2, 2).required,
        "openid": text(1).required,
        "scene": integer(0, 99).required,
        "content": text(1).required,
        "nickname": text(),
        "title": text(),
        "signature": text(),
    }
)

TIME = r"\d{1,2}:\d{2}(:\d{2})?"
DATE = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
VALUES = {
    "thing": r"(?s).{1,20}",
    "number": r"-?\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x21-\x7e]{1,32}",
    "time": rf"({DATE} ?)?{TIME}([~～]{TIME})?",
    "date": rf"{DATE}( {TIME})?([~～]{DATE}( {TIME})?)?",
    "amount": r"[¥￥$€£]?\d{1,10}(\.\d{1,2})?元?",
    "phone_number": r"[0-9+\-*]{1,17}",
    "car_number": r"[A-Za-z0-9\u4e00-\u9fff]{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}
"""Key prefix to what its value may be (wechat.md §3.5)."""


def send_subscribed(call: ApiCall) -> Doc:
    """POST /cgi-bin/message/subscribe/send: one accepted subscription pays for one message."""
    world, body = call.world, call.body
    person = people.by_openid(world, body["touser"], people.appid_of(world, call.app))
    if person is None:
        raise ApiError(40003, "invalid openid")
    templates = world.setting("templates")
    if templates is not None and body["template_id"] not in templates:
        raise ApiError(40037, "invalid template_id")
    _refuse_page(call)
    for name, entry in body["data"].items():
        _refuse_value(name, entry["value"])
    left = person["quota"].get(body["template_id"], 0)
    if left < 1 or world.faults.hits("subscribe_refused", call.endpoint):
        raise ApiError(43101, "user refuse to accept the msg")
    person["quota"][body["template_id"]] = left - 1
    people.save(world, person)
    values = {name: entry["value"] for name, entry in body["data"].items()}
    more = {"page": body.get("page", ""), "template_id": body["template_id"], "values": values}
    people.tell(world, person["id"], "service", "服务通知", text="　".join(values.values()), **more)
    return OK


def check_content(call: ApiCall) -> Doc:
    """POST /wxa/msg_sec_check, version 2: judge by ``result.suggest``."""
    world, body = call.world, call.body
    person = people.by_openid(world, body["openid"], people.appid_of(world, call.app))
    if person is None:
        raise ApiError(40003, "invalid openid")
    if body["scene"] not in (1, 2, 3, 4):
        raise ApiError(40129, "invalid scene")
    if len(body["content"]) > 2500:
        raise ApiError(45002, "content size out of limit")
    if call.now > person["visited_at"] + VISIT_SECONDS:
        raise ApiError(61010, "code is expired")
    result = _judge(call)
    label = {"strategy": "content_model", "errcode": 0, "prob": 90, **result}
    return {**OK, "trace_id": f"{token(8)}-{token(8)}", "result": result, "detail": [label]}


def _judge(call: ApiCall) -> Doc:
    wanted = call.world.faults.take("content_risky", call.endpoint)
    if wanted:
        return {"suggest": wanted["suggest"], "label": wanted["label"]}
    texts = " ".join(str(call.body.get(name, "")) for name in ("content", "nickname", "title", "signature"))
    if any(word in texts for word in call.world.setting("risky_words")):
        return {"suggest": "risky", "label": 20006}
    return {"suggest": "pass", "label": 100}


def _refuse_page(call: ApiCall) -> None:
    page, published = call.body.get("page", ""), call.world.setting("published_pages")
    if page.startswith("/") or (page and published is not None and page.split("?")[0] not in published):
        raise ApiError(41030, "invalid page")


def _refuse_value(name: str, value: str) -> None:
    prefix = name.rstrip("0123456789")
    if prefix not in VALUES or prefix == name:
        raise ApiError(47003, f"argument invalid! data.{name} is not in the template")
    if not value:
        raise ApiError(47003, f"argument invalid! data.{name}.value is empty")
    if not re.fullmatch(VALUES[prefix], value):
        raise ApiError(47003, f"argument invalid! data.{name}.value invalid")
