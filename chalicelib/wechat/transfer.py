"""商家转账: paying commission out to a member, who confirms it in WeChat within 24 hours (W2).

The bill number is the withdrawal's id for ever. Every call may raise ``PayRefused``, ``PayBusy`` or
``PayUnknown`` as in ``pay_call``. WeChat takes these calls from listed addresses only (wechat.md §3.6).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid
from chalicelib.wechat import pay_call, pay_crypto, shape
from chalicelib.wechat.pay import NOT_THERE
from chalicelib.wechat.pay_call import PayBusy, PayRefused, PayUnknown
from chalicelib.wechat.shape import BadShape

__all__ = [
    "NAME_NEEDED_FROM_FEN",
    "SCENE",
    "TRANSFERRED_PATH",
    "NameNeeded",
    "PayBusy",
    "PayRefused",
    "PayUnknown",
    "Scene",
    "TransferState",
    "cancel",
    "query",
    "send",
]

TRANSFERRED_PATH = "/wechat/transferred"
MIN_FEN = 10
NAME_ALLOWED_FROM_FEN = 30
NAME_NEEDED_FROM_FEN = 200_000

Status = Literal[
    "ACCEPTED",
    "PROCESSING",
    "WAIT_USER_CONFIRM",
    "TRANSFERING",
    "SUCCESS",
    "FAIL",
    "CANCELING",
    "CANCELLED",
]
_BILL_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")
_BILLS = "/v3/fund-app/mch-transfer/transfer-bills"


@dataclass(frozen=True)
class Scene:
    """What WeChat is told the money is for. Scene 1005 (佣金报酬) wants exactly these two infos.

    They must stay the same while a bill is open: a repeat with other content is refused. Checked
    when the process starts, so that a wrong edit never reaches a payout. ``perception`` stays empty
    by default: WeChat's answers to it differ from merchant to merchant.
    """

    id: str = "1005"
    position: str = "推广员"
    explanation: str = "商品推广佣金"
    perception: str = ""

    def __post_init__(self) -> None:
        if self.id != "1005":
            raise ValueError(f"the report infos here are those of scene 1005, not {self.id!r}")
        for content in (self.position, self.explanation):
            if not 1 <= len(content) <= 32:
                raise ValueError(f"a report info has 1 to 32 characters: {content!r}")

    def as_body(self) -> dict[str, Any]:
        """The part of the request that states the scene."""
        body: dict[str, Any] = {
            "transfer_scene_id": self.id,
            "transfer_scene_report_infos": [
                {"info_type": "岗位类型", "info_content": self.position},
                {"info_type": "报酬说明", "info_content": self.explanation},
            ],
        }
        return body | ({"user_recv_perception": self.perception} if self.perception else {})


SCENE = Scene()


class NameNeeded(Invalid):
    """From 2,000 yuan on WeChat checks the receiver's real name and refuses without one."""

    title = "需要真实姓名"
    detail = "单笔满 2000 元的提现，需要先填写您的真实姓名。"


@dataclass(frozen=True)
class TransferState:
    """A transfer as WeChat knows it. Final are ``SUCCESS``, ``FAIL`` (with its reason), ``CANCELLED``.

    ``package_info`` is there while the member may confirm; it opens WeChat's sheet, so it is stored
    for the member and shown to nobody else.
    """

    state: Status
    transfer_bill_number: str
    package_info: str | None = field(default=None, repr=False)
    fail_reason: str | None = None


def send(
    *,
    bill_number: str,
    openid: str,
    amount_fen: int,
    remark: str,
    user_name: str | None = None,
    appid: str | None = None,
    is_retry: bool = False,
) -> TransferState:
    """Send a transfer, or repeat one with the same number and content and get the same bill.

    ``openid`` is of ``appid``, the mini-program unless given. ``user_name`` travels sealed, and is
    left out below 0.3 yuan, where WeChat refuses it. ``remark`` has at most 32 characters.

    A refusal is checked against a query first, and a bill found there is returned. ``PayRefused``
    therefore says that WeChat holds no such bill — but only of a first attempt: with ``is_retry`` it
    becomes ``PayUnknown``, as an earlier attempt may still be under way where a query cannot see it
    (wechat.md §4.9). Raises ``NameNeeded`` from 2,000 yuan on without a name.
    """
    assert type(amount_fen) is int and amount_fen >= MIN_FEN, amount_fen
    if len(remark) > 32 or not _BILL_NUMBER.fullmatch(bill_number):
        raise ValueError("a remark over 32 characters, or a bill number of other than letters and digits")
    if amount_fen >= NAME_NEEDED_FROM_FEN and not user_name:
        raise NameNeeded()
    body: dict[str, Any] = {
        "appid": appid or config().mp_appid,
        "out_bill_no": bill_number,
        "openid": openid,
        "transfer_amount": amount_fen,
        "transfer_remark": remark,
        "notify_url": config().public_url + TRANSFERRED_PATH,
        **SCENE.as_body(),
    }
    if user_name and amount_fen >= NAME_ALLOWED_FROM_FEN:
        body["user_name"] = pay_crypto.seal(user_name)
    try:
        answer = pay_call.post(_BILLS, body)
    except PayRefused as refused:
        made = query(bill_number)
        if made is not None:
            return made
        if is_retry:
            raise PayUnknown("refused_retry", refused.request_id) from refused
        raise
    return pay_call.reading(lambda: _state(bill_number, answer))


def query(bill_number: str) -> TransferState | None:
    """The transfer as WeChat knows it, for 30 days.

    ``None`` when it finds none, which alone proves nothing: it may still be on its way in. Repeat
    ``send`` with the same number; never give the money back on this answer.
    """
    try:
        answer = pay_call.get(f"{_BILLS}/out-bill-no/{bill_number}")
    except PayRefused as refused:
        if refused.refusal in NOT_THERE:
            return None
        raise
    return pay_call.reading(lambda: _state(bill_number, answer))


def cancel(bill_number: str) -> TransferState:
    """Ask WeChat to withdraw a transfer that nobody has confirmed yet.

    The answer is ``CANCELING``; only ``CANCELLED``, by notice or query, frees the money.
    """
    answer = pay_call.post(f"{_BILLS}/out-bill-no/{bill_number}/cancel", {})
    return pay_call.reading(lambda: _state(bill_number, answer))


def _state(bill_number: str, answer: Mapping[str, Any]) -> TransferState:
    if shape.text(answer, "out_bill_no") != bill_number:
        raise BadShape("out_bill_no")
    return TransferState(
        state=cast(Status, shape.one_of(answer, "state", get_args(Status))),
        transfer_bill_number=shape.text(answer, "transfer_bill_no"),
        package_info=shape.optional_text(answer, "package_info"),
        fail_reason=shape.optional_text(answer, "fail_reason"),
    )
