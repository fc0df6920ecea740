"""Members are made once and bound once, wherever the process dies (M1, M2, I3, M3, D1; invariant 9)."""

import pytest

from chalicelib.agreements.publish_agreement import publish_agreement
from chalicelib.agreements.sign_agreement import sign_agreement
from chalicelib.catalog.favour import favour
from chalicelib.content import store as content
from chalicelib.content.accept_messages import accept_messages
from chalicelib.content.notify import notify
from chalicelib.content.read_notice import read_notice
from chalicelib.distributors.apply import apply
from chalicelib.invites.make_code import make_code
from chalicelib.invites.move import move
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.revoke_code import revoke_code
from chalicelib.invites.store import kept_picture
from chalicelib.kernel.config import config
from chalicelib.members import store
from chalicelib.members.change_avatar import change_avatar
from chalicelib.members.change_nickname import change_nickname
from chalicelib.members.offer_avatar import offer_avatar
from chalicelib.members.refresh import refresh
from chalicelib.members.remove_address import remove_address
from chalicelib.members.rules import Address
from chalicelib.members.save_address import save_address
from chalicelib.members.sign_in import sign_in
from chalicelib.members.sign_in_with_password import sign_in_with_password
from chalicelib.members.sign_out import sign_out
from chalicelib.members.sign_up import sign_up
from chalicelib.members.start_session import start_session
from chalicelib.members.take_phone import take_phone
from chalicelib.orders.fill_cart import fill_cart
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.offer_upload import offer_upload
from chalicelib.orders.receive import receive
from chalicelib.privacy.close_account import close_account
from chalicelib.privacy.forget import forget
from chalicelib.ranking.enter_ranking import enter_ranking
from chalicelib.wechat.login import Identity, identity_of_code
from tests.conftest import Policy
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole, kills, survives
from tests.crash.street import Street
from tests.orders.shop import HOME, Shop
from tests.support.world import Clock, dump, upload
from tests.withdrawals.people import approve_distributor

WORDS = "如实推广，不夸大，也不刷单，佣金只来自真实成交。"
PASSWORD = "four plain words"


@kills(sign_in)
def test_signing_in_for_the_first_time(peer: Street, world: Clock) -> None:
    """A code is good once; the phone brings another one, and the member is made once (wechat.md §6.2)."""
    survives(peer, world, lambda: sign_in(identity_of_code(peer.code("o-new"))))
    assert len(dump("members")) == 1 and len(dump("identities")) == 2


@kills(sign_in)
def test_signing_in_by_a_second_app(peer: Street, world: Clock) -> None:
    """The identity of the official account and the member's note of it are one commit."""
    sign_in(Identity(config().mp_appid, "o-mp", "u-1"))
    survives(peer, world, lambda: sign_in(Identity(config().oa_appid, "o-oa", "u-1")))
    assert len(dump("members")) == 1


@kills(sign_in)
def test_learning_the_unionid(peer: Street, world: Clock) -> None:
    sign_in(Identity(config().mp_appid, "o-mp", None))
    survives(peer, world, lambda: sign_in(Identity(config().mp_appid, "o-mp", "u-1")))


@kills(record_scan)
def test_being_bound_by_a_scan(shop: Shop, peer: Street, world: Clock) -> None:
    """The relation, its journal row and the checks against loops are one commit; once."""
    newcomer = sign_in(Identity(config().mp_appid, "o-new", None)).member.member_id
    code = make_code(shop.b).code
    survives(peer, world, lambda: record_scan(newcomer, code, source="MINI_PROGRAM"))
    assert store.load(newcomer).path == (shop.b, shop.a)
    assert len(dump("attributions")) == 1


@kills(record_scan)
def test_a_scan_that_binds_nobody(shop: Shop, peer: Street, world: Clock) -> None:
    """C is bound already: the journal says so once."""
    code = make_code(shop.a).code
    survives(peer, world, lambda: record_scan(shop.c, code, source="MINI_PROGRAM"))
    assert len(dump("attributions")) == 1


@kills(close_account)
def test_closing_an_account(shop: Shop, peer: Street, world: Clock) -> None:
    """M2: the row emptied, names, addresses and sessions gone, in one commit; twice as once."""
    start_session(store.load(shop.c), "mp")
    survives(peer, world, lambda: close_account(shop.c))
    assert store.load(shop.c).status == "CLOSED"
    assert not [line for line in dump("identities") if shop.c in line]


@kills(forget)
def test_forgetting_whoever_left(shop: Shop, peer: Street, world: Clock) -> None:
    """N4: words, pictures and places go wherever it dies; what is gone is not missed the next time."""
    order = receive(shop.shipped(shop.pay(shop.place(shop.wanted(shop.tea, 0, 1), note="放门口"))))
    evidence = offer_upload(shop.c, "image/png").picture_key
    upload(evidence)
    shop.pay_back(shop.ask(order, Slice(1, 1), note="漏了", picture_keys=(evidence,)))
    apply(shop.c, "我想推广")
    approve_distributor(shop.c)
    make_code(shop.c, channel="我的小店")
    fill_cart(shop.c, shop.wanted(shop.tea, 0, 1))
    favour(shop.c, shop.tea.product_id, is_favourite=True)
    notify("EV1", shop.c, "order_paid", {}, openid=None)
    survives(peer, world, lambda: forget(shop.c), money_commits=0)
    left = [line for table in ("orders", "refunds", "invites", "distributors") for line in dump(table)]
    assert not [
        line for line in left if any(word in line for word in ("放门口", "漏了", "我的小店", "我想推广"))
    ]
    assert dump("cart-lines") == dump("favourites") == dump("inbox") == []
    assert kept_picture(evidence) is None


@kills(make_code)
def test_making_a_code(shop: Shop, peer: Street, world: Clock) -> None:
    """I1: one personal code, however often it is asked for."""
    survives(peer, world, lambda: make_code(shop.b))
    assert len(dump("invites")) == 1


@kills(enter_ranking)
def test_entering_and_leaving_a_ranking(shop: Shop, peer: Street, world: Clock) -> None:
    """D6: in once, and out at once."""
    survives(peer, world, lambda: enter_ranking(shop.b, is_in=True))
    assert len(dump("ranking-entrants")) == 1
    survives(peer, world, lambda: enter_ranking(shop.b, is_in=False))
    assert not dump("ranking-entrants")


@kills(publish_agreement)
def test_publishing_an_agreement(shop: Shop, peer: Street, world: Clock) -> None:
    """D4: one version, however often the button's request comes."""
    survives(peer, world, lambda: publish_agreement("合作协议", WORDS, version=0, by="ST1"))
    assert len(dump("agreements")) == 1


@kills(sign_agreement)
def test_signing_an_agreement(shop: Shop, peer: Street, world: Clock) -> None:
    """D4: signed once, at the first moment."""
    publish_agreement("合作协议", WORDS, version=0, by="ST1")
    survives(peer, world, lambda: sign_agreement(shop.b, 1, "H5"))
    assert len(dump("agreement-signatures")) == 1


@kills(apply)
def test_applying_with_an_agreement(shop: Shop, peer: Street, world: Clock) -> None:
    """D4: the application and its signature are one commit."""
    publish_agreement("合作协议", WORDS, version=0, by="ST1")
    survives(peer, world, lambda: apply(shop.c, "我想推广", agreed=1))
    assert len(dump("agreement-signatures")) == 1


@kills(apply)
def test_applying_to_be_a_distributor(shop: Shop, peer: Street, world: Clock) -> None:
    """D1: status and its line of history are one commit."""
    survives(peer, world, lambda: apply(shop.c, "我想推广"))


@kills(take_phone)
def test_giving_a_phone_number(shop: Shop, peer: Street, world: Clock) -> None:
    """M2: a number whose code was spent when we died is asked for again."""
    survives(peer, world, lambda: take_phone(shop.c, peer.code("o-c")))
    assert store.load(shop.c).phone_masked


by_members = Cases()


@by_members.of(sign_up)
def signing_up(shop: Shop) -> Act:
    return lambda: sign_up("lilei", PASSWORD, ip="1.2.3.4")


@by_members.of(sign_in_with_password, start_session)
def signing_in_by_password(shop: Shop) -> Act:
    sign_up("lilei", PASSWORD, ip="1.2.3.4")
    return lambda: start_session(sign_in_with_password("lilei", PASSWORD, ip="1.2.3.4"), "web")


@by_members.of(refresh)
def renewing_a_session(shop: Shop) -> Act:
    tokens = start_session(store.load(shop.c), "mp")
    return lambda: refresh(tokens.refresh_token)


@by_members.of(sign_out)
def signing_out(shop: Shop) -> Act:
    session_id = start_session(store.load(shop.c), "mp").session_id
    return lambda: sign_out(session_id)


@by_members.of(change_nickname)
def choosing_a_name(shop: Shop) -> Act:
    return lambda: change_nickname(shop.c, "小林")


@by_members.of(change_avatar)
def choosing_a_picture(shop: Shop) -> Act:
    offer = offer_avatar(shop.c, "image/png")
    upload(offer.fields["key"])
    return lambda: change_avatar(shop.c, offer.avatar_url)


@by_members.of(save_address)
def adding_an_address(shop: Shop) -> Act:
    address = Address("AD-NEW", "李雷", "13800138000", "广东省", "某市", "某区", "某路 2 号")
    return lambda: save_address(shop.c, address, is_new=True)


@by_members.of(remove_address)
def removing_an_address(shop: Shop) -> Act:
    return lambda: remove_address(shop.c, HOME)


@by_members.of(fill_cart)
def filling_the_cart(shop: Shop) -> Act:
    return lambda: fill_cart(shop.c, shop.wanted(shop.tea, 0, 1))


@by_members.of(favour)
def liking_a_product(shop: Shop) -> Act:
    return lambda: favour(shop.c, shop.tea.product_id, is_favourite=True)


@by_members.of(revoke_code)
def revoking_a_code(shop: Shop) -> Act:
    code = make_code(shop.b).code
    return lambda: revoke_code(shop.b, code)


@by_members.of(read_notice)
def reading_a_notice(shop: Shop) -> Act:
    notify("EV1", shop.c, "order_paid", {}, openid=None)
    (notice,) = content.notices(shop.c).items
    return lambda: read_notice(shop.c, notice.notice_id)


@kills(accept_messages)
def test_accepting_messages(shop: Shop, peer: Street, world: Clock, policies: Policy) -> None:
    template = {"kind": "order_paid", "template_id": "TEMPLATE_0001", "fields": {"amount2": "amount"}}
    policies.put("subscribe-messages", templates=[template])
    is_whole(peer, world, lambda: accept_messages(shop.c, ["order_paid"]))


@pytest.mark.parametrize("case", by_members, ids=lambda case: case.name)
def test_what_members_do_is_done_or_not(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """Invariant 17."""
    is_whole(peer, world, case.prepare(shop))
    assert_killed(case.verbs)


@kills(move)
def test_moving_a_member(shop: Shop, peer: Street, world: Clock) -> None:
    """M3: the move and its journal row are one commit; below, the follower goes on (see test_streams)."""
    is_whole(peer, world, lambda: move(shop.c, shop.a, by="ST1", reason="换线"))
