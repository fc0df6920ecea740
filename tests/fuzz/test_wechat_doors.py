"""WeChat's doors take raw bytes, so no schema says what may come: here anything comes (trust A5.6, A6.10)."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import front_door
from tests.support import api, nightly
from tests.support import town as towns
from tests.support.town import Town
from tests.wechat import fake

PAY = [door.path for door in front_door.all_doors() if door.who.kind == "wechat" and door.refusal is not None]
KINDS = ["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "MCHTRANSFER.BILL.FINISHED", "x"]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "out_trade_no",
    "out_refund_no",
    "out_bill_no",
    "transaction_id",
    "transfer_bill_no",
    "refund_id",
    "mchid",
    "appid",
    "amount",
    "payer",
    "state",
    "trade_state",
    "trade_type",
    "refund_status",
    "success_time",
    "transfer_amount",
    "openid",
    "update_time",
]
RESOURCES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=18)
HEADERS = st.dictionaries(
    st.sampled_from(list(fake.signature_headers(b""))), st.text(st.characters(codec="ascii"), max_size=30)
)
quietly = settings(
    max_examples=nightly.pick(40, 2_000), suppress_health_check=list(HealthCheck), deadline=None
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with towns.standing() as made:
        yield made


@pytest.mark.parametrize("path", PAY)
@quietly
@given(body=st.binary(max_size=200) | JSON.map(lambda one: json.dumps(one).encode()), headers=HEADERS)
def test_what_wechat_did_not_sign_is_401(town: Town, path: str, body: bytes, headers: dict[str, str]) -> None:
    assert api.post(path, body=body, headers=headers).status == 401


@pytest.mark.parametrize("path", PAY)
@quietly
@given(resource=RESOURCES, kind=st.sampled_from(KINDS))
def test_what_wechat_signed_may_be_of_any_shape(
    town: Town, path: str, resource: dict[str, object], kind: str
) -> None:
    """Signed and sealed for us and yet nonsense: refused in WeChat's words, never a server error."""
    towns.rebuild(town)
    body = fake.notice_body(resource, kind)
    answer = api.post(path, body=body, headers=fake.signature_headers(body, serial=towns.key_id()))
    assert answer.status in (401, 404, 409)
    assert answer.json["code"] == "FAIL"


@quietly
@given(
    query=st.dictionaries(
        st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr"]),
        st.text(max_size=20),
    ),
    body=st.binary(max_size=200) | TEXTS.map(lambda text: f"<xml>{text}</xml>".encode()),
    method=st.sampled_from(["GET", "POST"]),
)
def test_a_push_that_wechat_did_not_sign_is_refused(
    town: Town, query: dict[str, str], body: bytes, method: str
) -> None:
    path = f"/wechat/official-account?{urlencode(query)}"
    headers = {"content-type": "text/xml"} if method == "POST" else {}
    answer = api.call(method, path, body=body if headers else None, headers=headers)
    assert answer.status in (400, 401, 403)
