"""A small town in which every thing that has a number exists, for suites that knock at every door.

The shop of ``tests.orders.shop`` (A invites B invites C, who buys), and D, a distributor who has
nothing to do with them. ``known`` names for every path parameter of the product what exists: a new
parameter must be added here, or the suites that walk the routes fail.
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

import app  # noqa: F401 - opens the front door
from chalicelib.adjustments.ask_adjustment import ask_adjustment
from chalicelib.admin.rules import EVERYTHING
from chalicelib.agreements.publish_agreement import publish_agreement
from chalicelib.agreements.sign_agreement import sign_agreement
from chalicelib.catalog.favour import favour
from chalicelib.commissions import store as commissions
from chalicelib.commissions.draft_plan import draft_plan
from chalicelib.content.notify import notify
from chalicelib.content.publish_announcement import publish_announcement
from chalicelib.content.save_announcement import save_announcement
from chalicelib.distributors import store as distributors
from chalicelib.invites.make_code import make_code
from chalicelib.jobs.rules import Kind
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import auth, clock, settings
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.marketing import store as marketing
from chalicelib.marketing.allot_coupons import allot_coupons
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.grant_form import claim_id_of, grant_form
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.members.rules import Address
from chalicelib.members.save_address import save_address
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Refund, Slice
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import Order
from chalicelib.payments.quarantine import quarantine
from chalicelib.reports.audit import audit
from chalicelib.service.write_review import Said, write_review
from chalicelib.standing.hold_territory import hold_territory
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wechat import keys as wechat_keys
from chalicelib.wechat.codes import plain_qr
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Withdrawal
from tests.marketing import campaigns
from tests.orders import shop as shops
from tests.orders.shop import Shop, open_shop
from tests.payments.fakes import WeChatPay, installed
from tests.support import people, world
from tests.wechat import fake
from tests.wechat.conftest import SECRETS, forget
from tests.withdrawals import people as earners

EMPLOYEE, COLLEAGUE = "STALL", "STCOLLEAGUE"
"""A staff member with every permission, and one with a single permission."""


@dataclass(frozen=True)
class Town:
    """What there is. ``unpaid`` … are orders of C; ``withdrawal`` is B's."""

    shop: Shop
    d: str
    unpaid: Order
    paid: Order
    shipped: Order
    asked: Refund
    withdrawal: Withdrawal
    known: dict[str, tuple[str, ...]]

    @property
    def a(self) -> str:
        return self.shop.a

    @property
    def b(self) -> str:
        return self.shop.b

    @property
    def c(self) -> str:
        return self.shop.c

    @property
    def peer(self) -> WeChatPay:
        return self.shop.peer

    def token(self, kind: str) -> str | None:
        """Of ``anonymous``, ``member`` (C), ``distributor`` (B) or ``staff`` (with every permission)."""
        if kind == "anonymous":
            return None
        if kind == "staff":
            return people.staff_token(EMPLOYEE)
        return auth.access_token(
            Entrant("member", self.b if kind == "distributor" else self.c, "SETEST", "mp")
        )


_built: list[tuple[Any, Any, Town]] = []
"""The tables, WeChat Pay's memory and the names of the town, built once in a process."""


@contextmanager
def standing() -> Iterator[Town]:
    """The town as it was built, with WeChat Pay and the rest of WeChat beside it."""
    with world.small_world(), installed() as peer, _street():
        world.faults.append(_notice)
        town = _copied(peer)
        yield town


def rebuild(town: Town) -> None:
    """Let everything be as it was built; cheap enough for every example of a property."""
    if _touched:
        _copied(town.peer)


def snapshot() -> dict[str, list[str]]:
    """Every item of every table, as ``world.dump_all`` gives them but a hundred times as fast."""
    return {
        name: sorted(json.dumps(item.to_json(), sort_keys=True) for item in table.all_items())
        for name, table in _backend().tables.items()
    }


def key_id() -> str:
    """The serial under which WeChat signs here."""
    return config().pay_public_key_id


_touched: list[str] = []
"""The writes since the town was built."""


def _notice(event: str, request: Any) -> None:
    operation = request.headers.get("X-Amz-Target", b"").decode().rpartition(".")[2]
    if not operation.startswith(("Get", "Query", "Scan", "BatchGet")):
        _touched.append(operation)


def _copied(peer: WeChatPay) -> Town:
    if not _built:
        _forget()
        made = _build(peer)
        _built.append((copy.deepcopy(_backend().tables), copy.deepcopy(peer.state()), made))
    tables, state, town = _built[0]
    _forget()
    _backend().tables = copy.deepcopy(tables)
    peer.set_state(copy.deepcopy(state))
    _touched.clear()
    return replace(town, shop=replace(town.shop, peer=peer))


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]


def _forget() -> None:
    distributors.forget_levels()
    commissions.forget_plans()
    settings.forget()


def _build(peer: WeChatPay) -> Town:
    shop = open_shop(peer)
    d = shops._person("d")
    earners.approve_distributor(d)
    people.make_staff(EMPLOYEE, tuple(sorted(EVERYTHING)))
    people.make_staff(COLLEAGUE, ("orders.read",))
    for staff_id in (EMPLOYEE, COLLEAGUE):
        people.staff_token(staff_id)
    unpaid, paid, shipped = (shop.place(key=f"order-{name}") for name in ("unpaid", "paid", "shipped"))
    paid = shop.pay(paid)
    shipped = shop.shipped(shop.pay(shipped))
    asked = shop.ask(shipped, Slice(1, 1), kind="RETURN")
    earners.earn(shop.b, 900_000)
    earners.earn(d, 900_000)
    withdrawal = request(shop.b, Fen(15_000), key="request-1")
    publish_agreement("合作协议", "如实推广，不夸大，不刷单；佣金只来自真实成交。", version=0, by=EMPLOYEE)
    for member_id in (shop.a, shop.b, d):
        sign_agreement(member_id, 1, "H5")
    return Town(
        shop, d, unpaid, paid, shipped, asked, withdrawal, _known(shop, unpaid, shipped, asked, withdrawal)
    )


def _known(
    shop: Shop, unpaid: Order, shipped: Order, asked: Refund, withdrawal: Withdrawal
) -> dict[str, tuple[str, ...]]:
    code = make_code(shop.b).code
    notify("EV1", shop.c, "order_paid", {"order": unpaid.order_id}, openid=None)
    notice_id = _rows("inbox")[0]["notice_id"]["S"]
    favour(shop.c, shop.tea.product_id, is_favourite=True)
    fill_cart(shop.c, shop.wanted(shop.tea, 0, 1))
    for member_id, address_id in ((shop.b, "AD-B"), (shop.c, "AD-C")):
        address = Address(address_id, "韩梅", "13900139000", "广东省", "某市", "", "某路 2 号")
        save_address(member_id, address, is_new=True)
    draft = save_announcement("双十二活动", "全场包邮")
    published = publish_announcement(save_announcement("放假通知", "国庆照常发货").announcement_id)
    plan = commissions.plans()[0]
    drafted = draft_plan(plan)
    _pay_wrongly(unpaid)
    return {
        **_marketing(shop),
        "address_id": ("AD-C",),
        "agreement_version": ("1",),
        "announcement_id": (draft.announcement_id, published.announcement_id),
        "audit_id": (audit().audit_id,),
        "category_id": (shop.tea.category_id,),
        "code": (code,),
        "job_id": (_job(),),
        "level_id": ("normal",),
        "member_id": (shop.a, shop.b, shop.c),
        "name": tuple(settings.declared()),
        "key_name": tuple(key.name for key in wechat_keys.KEYS),
        "notice_id": (notice_id,),
        "order_id": (unpaid.order_id, shipped.order_id),
        "parcel_no": ("1",),
        "period_id": ("M2026-11", "Y2026"),
        "plan_id": (drafted.plan_id, plan.plan_id),
        "product_id": (shop.tea.product_id, shop.samples.product_id),
        "quarantine_id": (_rows("payment-quarantine")[0]["quarantine_id"]["S"],),
        "refund_id": (asked.refund_id,),
        "role_id": (f"RO{COLLEAGUE}", "owner"),
        "session_id": (f"SE{COLLEAGUE}",),
        "sku_id": (shop.tea.skus[0].sku_id, shop.samples.skus[0].sku_id),
        "staff_id": (COLLEAGUE, EMPLOYEE),
        "violation_id": (_violation(shop.b),),
        "template_id": (shop.tea.freight_template_id or "",),
        "withdrawal_id": (withdrawal.withdrawal_id,),
    }


def _pay_wrongly(order: Order) -> None:
    """A notice over another amount than the order's."""
    quarantine(
        reason="amount_fen",
        order_number=order.order_id,
        transaction_id="4200000000000009",
        amount_fen=Fen(1),
        expected_fen=order.total_fen,
        notice_id="EV-1",
    )


def _job() -> str:
    """Long work that waits for its turn."""
    kind = Kind("ROWS", "逐行处理", "orders.read")
    return start_job(kind, {}, by=EMPLOYEE, key="job-0001", file_name="行.csv").job_id


def _review(shop: Shop) -> str:
    order = receive(shop.shipped(shop.paid(shop.wanted(shop.samples, 0, 1), key="order-reviewed")))
    return write_review(shop.c, order.order_id, Said(1, 5, "", ())).review_id


def _violation(member_id: str) -> str:
    told = "请不要低于指导价销售。"
    warned = Violation(member_id, "VITOWN", "PRICE_CUTTING", "WARN", told, "", clock.now(), EMPLOYEE)
    hold_territory("广东省", "PROVINCE", member_id, by=EMPLOYEE, reason="签约")
    return record_violation(warned).violation_id


def _marketing(shop: Shop) -> dict[str, tuple[str, ...]]:
    """C has a coupon and a gift that waits, B a coupon to hand on and a code; all have points."""
    made = campaigns.campaign()
    theirs = claim_coupon(shop.c, made.template_id, key="claim-0001")
    send_coupons(made.template_id, [shop.b], by=EMPLOYEE, key="send-0001")
    mine = marketing.usable_coupons(shop.b, clock.now(), 1)[0]
    until = clock.now() + timedelta(days=30)
    code = allot_coupons(made.template_id, shop.b, 5, ends_at=until, by=EMPLOYEE, key="allot-0001").code
    gift = campaigns.gift()
    at = clock.now()
    commit(grant_form("GIFT", gift.gift_id, member_id=shop.c, grant_id="TOWN", units=1, at=at))
    campaigns.points(shop.c, 100)
    adjusted = ask_adjustment(shop.c, 500, reason="补差", by=COLLEAGUE, key="adjust-0001")
    large = grant_points(shop.c, 5_000, reason="年度奖励", by=COLLEAGUE, key="grant-0001")
    return {
        "adjustment_id": (adjusted.adjustment_id,),
        "campaign_id": (made.template_id,),
        "coupon_code": (code,),
        "coupon_id": (theirs.coupon_id, mine.coupon_id),
        "gift_id": (gift.gift_id,),
        "grant_id": (claim_id_of("TOWN", 0), large.grant_id),
        "review_id": (_review(shop),),
    }


def _rows(short: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.dump(short)]


_served: list[fake.FakeWeChat] = []


@contextmanager
def _street() -> Iterator[fake.FakeWeChat]:
    """The rest of WeChat: signs anybody in by the code's own words, finds every text fine."""
    if not _served:
        _served.append(fake.FakeWeChat())
    wechat = _served[0]
    wechat.reset()
    for path, answer in _ANSWERS.items():
        wechat.on(path, answer)
    for path in ("/sns/jscode2session", "/sns/oauth2/access_token"):
        wechat.answers[path] = _identity
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FENXIAO_WECHAT_API_URL", wechat.url)
        for name, value in SECRETS.items():
            world.put_secret(name, value)
        forget()
        yield wechat
    forget()


def _identity(seen: fake.Seen) -> fake.Reply:
    code = seen.query.get("js_code") or seen.query["code"]
    return fake.of_json({"openid": f"o-{code}"[:60], "session_key": "planted-session-key"})


_ANSWERS: dict[str, fake.Reply | dict[str, Any]] = {
    "/cgi-bin/stable_token": {"access_token": "planted-access-token-1", "expires_in": 7200},
    "/wxa/msg_sec_check": {"errcode": 0, "result": {"suggest": "pass"}},
    "/wxa/business/getuserphonenumber": {
        "errcode": 0,
        "phone_info": {"purePhoneNumber": "13800138000", "countryCode": "86"},
    },
    "/cgi-bin/qrcode/create": {"url": "http://weixin.qq.com/q/x"},
    "/cgi-bin/user/info": {"openid": "o-1", "unionid": "u-1"},
    "/cgi-bin/message/subscribe/send": {"errcode": 0},
    "/wxa/getwxacodeunlimit": fake.Reply(plain_qr("planted-scene"), 200, {"Content-Type": "image/png"}),
    "/wxa/sec/order/upload_shipping_info": {"errcode": 0},
}
