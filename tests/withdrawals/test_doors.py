"""The doors of withdrawals as distributors, staff and WeChat see them (W2, W3, trust A6)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.content import store as content
from chalicelib.kernel.jobs import Change
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat.login import Identity
from chalicelib.withdrawals import store
from chalicelib.withdrawals.jobs import pay_out, tell_member
from tests.payments.fakes import WeChatPay
from tests.payments.signed import deliver, keys
from tests.support import api
from tests.support.world import Clock, dump, dump_all
from tests.wechat import fake
from tests.withdrawals.people import distributor, purse, waiting

LIST, FINISHED = "/distributor/withdrawals", "MCHTRANSFER.BILL.FINISHED"
KEY = "request-0001"


@pytest.fixture(autouse=True)
def _keys(world: Clock) -> Iterator[None]:
    with keys():
        yield


def ended(peer: WeChatPay, number: str, state: str = "SUCCESS", **changes: Any) -> dict[str, Any]:
    peer.end_transfer(number, state)
    return {**peer.bills[number], **changes}


def test_from_asking_to_the_money_in_the_hand(peer: WeChatPay) -> None:
    """W2, W3: each step tells in Chinese where it stands; the params open WeChat's sheet."""
    member_id = distributor()
    token = api.member_token(member_id)
    limits = api.get("/distributor/withdrawal-limits", token=token).json
    assert (limits["available_fen"], limits["min_fen"], limits["open_withdrawal_id"]) == (50_000, 1_000, None)
    asked = api.post(LIST, json={"amount_fen": 5_000}, token=token, key=KEY)
    assert (asked.status, asked.json["title"], asked.json["confirm"]) == (201, "待发放", None)
    number = asked.json["withdrawal_id"]
    assert api.post(LIST, json={"amount_fen": 5_000}, token=token, key=KEY).json == asked.json
    pay_out()
    told = api.get(f"{LIST}/{number}", token=token).json
    assert told["title"] == "待您确认" and "11月24日 10:00" in told["next"]
    assert told["until"] == "2026-11-24T02:00:00Z"
    assert told["confirm"] == {
        "mchId": "1900000001",
        "appId": "wx0000000000000001",
        "package": f"package-{number}",
    }
    answer = deliver("/wechat/transferred", FINISHED, ended(peer, number))
    assert (answer.status, answer.body) == (204, b"")
    (listed,) = api.get(LIST, token=token).json["items"]
    assert (listed["title"], listed["confirm"], listed["can_cancel"]) == ("已到账", None, False)
    assert purse(member_id) == (45_000, 0, 0)


def test_the_client_says_how_much_and_nothing_else(peer: WeChatPay) -> None:
    """Trust A6.3: no receiver, no state, no fee from outside; amounts are strict whole numbers."""
    token = api.member_token(distributor())
    before = dump_all()
    for body in (
        {"amount_fen": 5_000, "openid": "o-thief"},
        {"amount_fen": 5_000, "fee_fen": 0},
        {"amount_fen": 5_000.0},
        {"amount_fen": "5000"},
        {"amount_fen": True},
        {"amount_fen": -5_000},
        {"amount_fen": 0},
        {},
    ):
        assert api.post(LIST, json=body, token=token, key=KEY).status == 422, body
    assert api.post(LIST, json={"amount_fen": 5_000}, token=token).status == 400
    assert dump_all() == before


@pytest.mark.parametrize(
    ("amount_fen", "status", "code"),
    [
        (999, 422, "AMOUNT_OUT_OF_RANGE"),
        (20_001, 422, "AMOUNT_OUT_OF_RANGE"),
        (9_000, 409, "BALANCE_TOO_LOW"),
    ],
)
def test_refusals_are_problems_in_chinese(peer: WeChatPay, amount_fen: int, status: int, code: str) -> None:
    """Design §5."""
    token = api.member_token(distributor(available_fen=8_000))
    answer = api.post(LIST, json={"amount_fen": amount_fen}, token=token, key=KEY)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert any("一" <= letter <= "鿿" for letter in answer.json["detail"])


def test_other_content_under_the_same_key_is_409(peer: WeChatPay) -> None:
    """Design §5."""
    token = api.member_token(distributor())
    api.post(LIST, json={"amount_fen": 5_000}, token=token, key=KEY)
    assert api.post(LIST, json={"amount_fen": 6_000}, token=token, key=KEY).json["code"] == "KEY_REUSED"


def test_only_distributors_and_only_ones_own(peer: WeChatPay) -> None:
    """Trust A6.1, A6.5: members who may not promote stay outside; a stranger's withdrawal is not there."""
    sent = waiting(distributor("o-a"))
    shopper = sign_in(Identity("wx0000000000000001", "o-shopper", None)).member.member_id
    assert api.get(LIST, token=api.member_token(shopper)).status == 403
    assert api.get(LIST).status == 401
    other = api.member_token(distributor("o-b"))
    assert api.get(f"{LIST}/{sent.withdrawal_id}", token=other).status == 404
    assert api.post(f"{LIST}/{sent.withdrawal_id}/cancel", token=other).status == 404


def test_calling_off_a_waiting_transfer(peer: WeChatPay) -> None:
    """W3: asked of WeChat at once; its notice gives the money back."""
    member_id = distributor()
    sent = waiting(member_id)
    path = f"{LIST}/{sent.withdrawal_id}/cancel"
    answer = api.post(path, token=api.member_token(member_id))
    assert (answer.status, answer.json["title"]) == (200, "取消中")
    assert peer.bills[sent.withdrawal_id]["state"] == "CANCELING"
    assert (
        deliver("/wechat/transferred", FINISHED, ended(peer, sent.withdrawal_id, "CANCELLED")).status == 204
    )
    shown = api.get(f"{LIST}/{sent.withdrawal_id}", token=api.member_token(member_id)).json
    assert (shown["title"], purse(member_id)) == ("已取消", (50_000, 0, 0))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"transfer_amount": 5_001}, 409),
        ({"openid": "o-thief"}, 409),
        ({"out_bill_no": "WDUNKNOWN"}, 404),
        ({"mch_id": "1900000009"}, 401),
    ],
)
def test_a_notice_that_disagrees_is_refused_in_wechats_words(
    peer: WeChatPay, changes: dict[str, Any], status: int
) -> None:
    """Invariant 15: 4xx with ``{"code":"FAIL"}``, nothing changed; the query will tell the truth."""
    sent = waiting(distributor())
    before = dump_all()
    answer = deliver("/wechat/transferred", FINISHED, ended(peer, sent.withdrawal_id, **changes))
    assert (answer.status, answer.json["code"]) == (status, "FAIL")
    assert dump_all() == before


def test_a_forged_notice_is_401(peer: WeChatPay) -> None:
    """Trust A6.10."""
    sent = waiting(distributor())
    resource = ended(peer, sent.withdrawal_id)
    assert deliver("/wechat/transferred", FINISHED, resource, key=fake.STRANGER).status == 401
    assert deliver("/wechat/transferred", "REFUND.SUCCESS", resource).status == 401
    assert store.load(sent.withdrawal_id).status == "WAITING"


def test_staff_audit(peer: WeChatPay) -> None:
    """W2: the queue, the detail with its history, approval and rejection; permissions apart."""
    first, second = distributor("o-a"), distributor("o-b")
    numbers = [
        api.post(LIST, json={"amount_fen": 15_000}, token=api.member_token(one), key=KEY).json[
            "withdrawal_id"
        ]
        for one in (first, second)
    ]
    reader, auditor = (
        api.staff_token("withdrawals.read"),
        api.staff_token("withdrawals.audit", staff_id="STANNA"),
    )
    queue = api.get("/console/withdrawals?status=AUDIT", token=reader).json["items"]
    assert {one["withdrawal_id"] for one in queue} == set(numbers)
    approve, reject = (
        f"/console/withdrawals/{numbers[0]}/approve",
        f"/console/withdrawals/{numbers[1]}/reject",
    )
    assert api.post(approve, token=reader).status == 403
    assert api.post(approve, token=auditor).json["status"] == "APPROVED"
    assert api.post(approve, token=auditor).status == 409
    assert api.post(reject, json={}, token=auditor).status == 422
    assert api.post(reject, json={"reason": "资料不全"}, token=auditor).json["status"] == "REJECTED"
    detail = api.get(f"/console/withdrawals/{numbers[1]}", token=reader).json
    assert [(step["status"], step["actor"]) for step in detail["history"]] == [
        ("AUDIT", second),
        ("REJECTED", "STANNA"),
    ]
    assert "openid" not in detail and "package_info" not in detail
    assert api.get("/console/withdrawals/WDNONE", token=reader).status == 404
    assert api.post("/console/withdrawals/WDNONE/approve", token=auditor).status == 404
    of_day = api.get("/console/withdrawals?day=2026-11-23", token=reader).json["items"]
    assert {one["status"] for one in of_day} == {"APPROVED", "REJECTED"}
    assert api.get("/console/withdrawals?day=2026-11-22", token=reader).json["items"] == []
    shown = api.get(f"{LIST}/{numbers[1]}", token=api.member_token(second)).json
    assert (shown["title"], shown["next"]) == ("未通过", "资料不全。钱已退回您的余额。")


def test_two_persons_above_the_second_limit(peer: WeChatPay, policy: Any) -> None:
    """Trust A6.5: through the door, each with an audit row of their own."""
    policy(two_persons_above_fen=10_000)
    token = api.member_token(distributor())
    number = api.post(LIST, json={"amount_fen": 15_000}, token=token, key=KEY).json["withdrawal_id"]
    approve = f"/console/withdrawals/{number}/approve"
    anna, bert = (api.staff_token("withdrawals.audit", staff_id=one) for one in ("STANNA", "STBERT"))
    assert api.post(approve, token=anna).json["status"] == "AUDIT"
    assert api.post(approve, token=anna).json["code"] == "APPROVED_ALREADY"
    waiting_for = api.get(f"{LIST}/{number}", token=token).json["next"]
    assert "另一位" in waiting_for
    assert api.post(approve, token=bert).json["status"] == "APPROVED"


def test_the_member_is_told_once(peer: WeChatPay) -> None:
    """N2: to confirm, and that it is paid; a replayed stream tells nothing twice."""
    member_id = distributor()
    sent = waiting(member_id)
    images = [dump("withdrawals")]
    deliver("/wechat/transferred", FINISHED, ended(peer, sent.withdrawal_id))
    images.append(dump("withdrawals"))
    before, after = (json.loads(one[0]) for one in images)
    for _ in range(2):
        tell_member(Change("withdrawals", "1", None, before))
        tell_member(Change("withdrawals", "2", before, after))
    assert [one.kind for one in content.notices(member_id).items] in (
        ["withdrawal_paid", "withdrawal_confirm"],
        ["withdrawal_confirm", "withdrawal_paid"],
    )
