"""One member who has done everything a member can do, in words that can be looked for."""

from dataclasses import dataclass, replace

from chalicelib import front_door
from chalicelib.agreements.publish_agreement import publish_agreement
from chalicelib.agreements.sign_agreement import sign_agreement
from chalicelib.catalog.favour import favour
from chalicelib.content import store as content
from chalicelib.content.notify import notify
from chalicelib.distributors.apply import apply
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import deliver
from chalicelib.marketing import store as marketing
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.marketing.hand_on import hand_on
from chalicelib.marketing.make_poster import make_poster
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.marketing.ship_gift import ship_gift
from chalicelib.members import store as members
from chalicelib.members.annotate import annotate
from chalicelib.members.change_avatar import change_avatar
from chalicelib.members.offer_avatar import offer_avatar
from chalicelib.members.save_address import save_address
from chalicelib.members.sign_in import sign_in
from chalicelib.members.start_session import start_session
from chalicelib.orders import store as orders
from chalicelib.orders.complete import complete
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.offer_upload import offer_upload
from chalicelib.orders.receive import receive
from chalicelib.orders.rules import Order
from chalicelib.service.write_review import Said, write_review
from chalicelib.standing.appeal import appeal
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.violation import Violation
from chalicelib.wallet.check_in import check_in
from chalicelib.wechat.login import Identity
from chalicelib.withdrawals import store as withdrawals
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.rules import Outcome
from tests.crash.books import changes
from tests.crash.story import give_gift
from tests.marketing import campaigns
from tests.orders.shop import HOME, Shop
from tests.support.world import Clock, upload
from tests.withdrawals.people import approve_distributor, ask, earn

PHONE = "13977778888"
WORDS = (
    "韩梅梅甲", PHONE, "139****8888", "收货人乙", "13855556666", "百花路丙", "备注丁", "退货戊",
    "评价己", "申诉庚", "自荐辛", "渠道壬", "爱喝茶癸",
)  # fmt: skip
"""Name, phones, address; what was written with order … code; staff's note."""


@dataclass(frozen=True)
class Life:
    """Who lived it, and what of it is to be found again."""

    member_id: str
    order: Order
    openid: str
    unionid: str
    avatar_url: str
    pump: "Pump"


def live(shop: Shop, world: Clock) -> Life:
    """C's: money and goods are all at rest in the end, so that the account could be closed."""
    me, openid, unionid = shop.c, "o-c", "u-c"
    _be_somebody(shop, me)
    avatar = offer_avatar(me, "image/png")
    upload(avatar.fields["key"])
    change_avatar(me, avatar.avatar_url)
    order = _buy(shop, me)
    publish_agreement("合作协议", "如实推广，不夸大，也不刷单，佣金只来自成交。", version=0, by="ST1")
    sign_agreement(me, 1, "H5")
    apply(me, WORDS[10])
    approve_distributor(me)
    _promote(shop, me)
    _be_given(shop, me)
    earn(me, 5_000)
    asked = ask(me)
    pay_out()
    shop.peer.end_transfer(asked.withdrawal_id)
    post(asked.withdrawal_id, Outcome("SUCCESS", amount_fen=5_000, openid=openid))
    assert withdrawals.load(asked.withdrawal_id).status == "PAID"
    favour(me, shop.tea.product_id, is_favourite=True)
    check_in(me)
    notify("EV1", me, "order_paid", {}, openid=None)
    commit(content.accept(me, "order_paid"))
    world.advance(days=8)
    complete(orders.load(order.order_id))
    pump = Pump()
    pump()
    fill_cart(me, shop.wanted(shop.tea, 0, 2))
    start_session(members.load(me), "mp")
    return Life(me, order, openid, unionid, avatar.avatar_url, pump)


def _be_somebody(shop: Shop, me: str) -> None:
    commit(members.set_nickname(me, WORDS[0]))
    commit(members.set_phone(me, PHONE))
    annotate(me, note=WORDS[12], tags=["老客"])
    book, _ = members.address_book(me)
    home = replace(book[0], address_id=HOME, receiver=WORDS[3], phone=WORDS[4], street=WORDS[5])
    save_address(me, home, is_new=False)
    record_scan(me, make_code(shop.b).code, source="MINI_CODE")


def _buy(shop: Shop, me: str) -> Order:
    order = receive(shop.shipped(shop.pay(shop.place(note=WORDS[6]))))
    keys = [offer_upload(me, "image/png").picture_key for _ in range(2)]
    for key in keys:
        upload(key)
    write_review(me, order.order_id, Said(1, 5, WORDS[8], (keys[0],)))
    shop.pay_back(shop.ask(order, Slice(2, 1), note=WORDS[7], picture_keys=(keys[1],)))
    return orders.load(order.order_id)


def _promote(shop: Shop, me: str) -> None:
    code = make_code(me, channel=WORDS[11]).code
    make_poster(me, code, "h5")
    friend = sign_in(Identity(config().mp_appid, "o-friend", None)).member.member_id
    record_scan(friend, code, source="MINI_CODE")
    record_violation(Violation(me, "VI1", "PRICE_CUTTING", "WARN", "低价倒卖。", "", now(), "ST1"))
    appeal(me, "VI1", WORDS[9])


def _be_given(shop: Shop, me: str) -> None:
    for key in ("kept", "handed-on"):
        send_coupons(campaigns.campaign(key=key).template_id, [me], by="ST1", key=f"send-{key}")
    hand_on(me, marketing.coupons_of(me, "UNUSED", limit=9, cursor=None).items[0].coupon_id)
    grant_id = give_gift(me)
    claim_gift(me, grant_id, HOME)
    ship_gift(me, grant_id, company="SF", tracking_number="SF20000001")


class Pump:
    """Hands every change of every table once to all who follow it, until nothing comes of it."""

    def __init__(self) -> None:
        self.followers = front_door.followers()
        self.done = dict.fromkeys(self.followers, 0)

    def __call__(self) -> None:
        while any(
            waiting := {table: changes(table)[self.done[table] :] for table in self.followers}.values()
        ):
            for table, records in zip(self.followers, waiting, strict=True):
                self.done[table] += len(records)
                assert deliver(table, records, self.followers[table]) == [], table
