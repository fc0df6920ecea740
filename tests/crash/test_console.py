"""What staff change is done or not, its audit row in the same commit, wherever it dies (G2, G3, A6)."""

from dataclasses import replace

import pytest

from chalicelib.admin.add_staff import add_staff
from chalicelib.admin.change_password import change_password
from chalicelib.admin.change_setting import change_setting
from chalicelib.admin.change_staff import change_staff
from chalicelib.admin.create_owner import create_owner
from chalicelib.admin.record import record
from chalicelib.admin.refresh import refresh
from chalicelib.admin.remove_role import remove_role
from chalicelib.admin.reset_password import reset_password
from chalicelib.admin.save_role import save_role
from chalicelib.admin.sign_in import sign_in
from chalicelib.admin.sign_out import sign_out
from chalicelib.catalog import store as catalog
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.change_product import change_product
from chalicelib.catalog.remove_category import remove_category
from chalicelib.catalog.remove_product import remove_product
from chalicelib.catalog.remove_template import remove_template
from chalicelib.catalog.rules import Category
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.commissions.draft_plan import draft_plan
from chalicelib.commissions.first_plan import first_plan
from chalicelib.commissions.kinds.model import Plan
from chalicelib.commissions.publish_plan import publish_plan
from chalicelib.commissions.retire_plan import retire_plan
from chalicelib.commissions.submit_plan import approve_plan, submit_plan
from chalicelib.content.publish_announcement import publish_announcement
from chalicelib.content.save_announcement import save_announcement
from chalicelib.content.withdraw_announcement import withdraw_announcement
from chalicelib.distributors.apply import apply
from chalicelib.distributors.assign import assign
from chalicelib.distributors.change_status import change_status
from chalicelib.distributors.rules import Level
from chalicelib.distributors.save_level import save_level
from chalicelib.distributors.set_level import set_level
from chalicelib.inventory import store as inventory
from chalicelib.inventory.adjust_stock import Adjustment, adjust_stock
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.kernel import dynamo
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.money import Fen
from chalicelib.kernel.sessions import SessionOver
from chalicelib.members.annotate import annotate
from chalicelib.members.block import block
from chalicelib.members.unblock import unblock
from chalicelib.orders.move_refund import Slice
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.payments import store as payments
from chalicelib.payments.quarantine import quarantine
from chalicelib.payments.resolve import resolve
from chalicelib.wallet.decide_grant import decide_grant
from chalicelib.wallet.grant_points import grant_points
from chalicelib.wallet.rebuild import rebuild
from tests.admin.staff import PASSWORD, employee, owner, token
from tests.commissions.periods import rule
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole, kills, survives
from tests.crash.street import Street
from tests.orders.shop import Shop, _freight
from tests.support import api
from tests.support.world import START, Clock, dump
from tests.withdrawals.people import earn

by_staff = Cases()


def audited(act: Act) -> Act:
    """The act as it runs behind a door of the console."""
    who = Entrant("staff", "ST1", "SE1", "console")

    def run() -> object:
        with dynamo.riding(
            lambda writes: record(
                writes, entrant=who, door_name="POST /x", request_id="RQ1", ip="1.2.3.4", body=None
            )
        ):
            return act()

    return run


@by_staff.of(add_staff)
def adding_staff(shop: Shop) -> Act:
    boss = owner()
    return lambda: add_staff("ann", "小安", ["service"], by=boss.staff_id)


@by_staff.of(change_staff)
def changing_staff(shop: Shop) -> Act:
    boss = owner()
    ann = employee("ann", "service", by=boss)
    return lambda: change_staff(ann.staff_id, "小安", ["service"], status="DISABLED", by=boss.staff_id)


@by_staff.of(reset_password)
def resetting_a_password(shop: Shop) -> Act:
    boss = owner()
    ann = employee("ann", "service", by=boss)
    return lambda: reset_password(ann.staff_id, by=boss.staff_id)


@by_staff.of(change_password)
def changing_a_password(shop: Shop) -> Act:
    boss = owner()
    return lambda: change_password(boss.staff_id, PASSWORD, "five other plain words", session_id="")


@by_staff.of(save_role)
def saving_a_role(shop: Shop) -> Act:
    boss = owner()
    return lambda: save_role("客服", ["orders.read"], by=boss.staff_id)


@by_staff.of(remove_role)
def removing_a_role(shop: Shop) -> Act:
    boss = owner()
    role = save_role("客服", ["orders.read"], by=boss.staff_id)
    return lambda: remove_role(role.role_id, by=boss.staff_id)


@by_staff.of(change_setting)
def changing_a_setting(shop: Shop) -> Act:
    return lambda: change_setting("subscribe-messages", {}, version=0, by="ST1")


@by_staff.of(add_product)
def adding_a_product(shop: Shop) -> Act:
    draft = replace(shop.tea, product_id="", skus=tuple(replace(one, sku_id="") for one in shop.tea.skus))
    return lambda: add_product(replace(draft, is_on_shelf=False, version=0))


@by_staff.of(change_product)
def changing_a_product(shop: Shop) -> Act:
    tea = catalog.load(shop.tea.product_id)
    return lambda: change_product(replace(tea, title="高山红茶"))


@by_staff.of(set_shelf)
def taking_a_product_off(shop: Shop) -> Act:
    tea = catalog.load(shop.tea.product_id)
    return lambda: set_shelf(tea.product_id, is_on_shelf=False, version=tea.version)


@by_staff.of(remove_product)
def removing_a_product(shop: Shop) -> Act:
    tea = catalog.load(shop.tea.product_id)
    set_shelf(tea.product_id, is_on_shelf=False, version=tea.version)
    return lambda: remove_product(tea.product_id)


@by_staff.of(save_category)
def adding_a_category(shop: Shop) -> Act:
    return lambda: save_category(Category("", "茶具"))


@by_staff.of(remove_category)
def removing_a_category(shop: Shop) -> Act:
    made = save_category(Category("", "茶具"))
    return lambda: remove_category(made.category_id)


@by_staff.of(save_template)
def adding_a_template(shop: Shop) -> Act:
    return lambda: save_template(_freight())


@by_staff.of(remove_template)
def removing_a_template(shop: Shop) -> Act:
    made = save_template(_freight())
    return lambda: remove_template(made.template_id)


@by_staff.of(draft_plan)
def drafting_a_plan(shop: Shop) -> Act:
    return lambda: draft_plan(Plan("", 0, "春季方案", "DRAFT", (rule(),)))


@by_staff.of(submit_plan)
def submitting_a_plan(shop: Shop) -> Act:
    draft = draft_plan(Plan("", 0, "春季方案", "DRAFT", (rule(),)))
    return lambda: submit_plan(draft.plan_id, revision=1, by="ST1")


@by_staff.of(publish_plan)
def publishing_a_plan(shop: Shop) -> Act:
    plan = _approved()
    return lambda: publish_plan(plan.plan_id, revision=plan.revision, starts_at=None)


@by_staff.of(retire_plan)
def retiring_a_plan(shop: Shop) -> Act:
    plan = _approved()
    publish_plan(plan.plan_id, revision=plan.revision, starts_at=None)
    return lambda: retire_plan(plan.plan_id, revision=plan.revision + 1)


@by_staff.of(save_announcement)
def writing_an_announcement(shop: Shop) -> Act:
    return lambda: save_announcement("放假通知", "春节照常发货")


@by_staff.of(publish_announcement)
def publishing_an_announcement(shop: Shop) -> Act:
    made = save_announcement("放假通知", "春节照常发货")
    return lambda: publish_announcement(made.announcement_id)


@by_staff.of(withdraw_announcement)
def withdrawing_an_announcement(shop: Shop) -> Act:
    made = publish_announcement(save_announcement("放假通知", "春节照常发货").announcement_id)
    return lambda: withdraw_announcement(made.announcement_id)


@by_staff.of(change_status)
def approving_a_distributor(shop: Shop) -> Act:
    apply(shop.c, "我想推广")
    return lambda: change_status(shop.c, "APPROVED", by="ST1")


@by_staff.of(assign)
def making_a_distributor(shop: Shop) -> Act:
    return lambda: assign(shop.c, "normal", by="ST1", reason="门店")


@by_staff.of(save_level)
def adding_a_level(shop: Shop) -> Act:
    return lambda: save_level(Level("gold", "金牌", 3), is_new=True)


@by_staff.of(set_level)
def setting_a_level(shop: Shop) -> Act:
    save_level(Level("gold", "金牌", 3), is_new=True)
    return lambda: set_level(shop.b, "gold", by="ST1", reason="业绩")


@by_staff.of(set_stock)
def counting_stock(shop: Shop) -> Act:
    sku_id = shop.tea.skus[0].sku_id
    before = inventory.load(sku_id)
    count = Count(shop.tea.product_id, sku_id, 4, 1, version=before.version, by="ST1", reason="盘点")
    return lambda: set_stock(count)


@by_staff.of(adjust_stock)
def adjusting_stock(shop: Shop) -> Act:
    return lambda: adjust_stock(Adjustment(shop.tea.skus[0].sku_id, -2, "ST1", "破损", "key-0001"))


@by_staff.of(annotate)
def noting_about_a_member(shop: Shop) -> Act:
    return lambda: annotate(shop.c, note="老客户")


@by_staff.of(block)
def blocking_a_member(shop: Shop) -> Act:
    return lambda: block(shop.c, reason="刷单")


@by_staff.of(unblock)
def unblocking_a_member(shop: Shop) -> Act:
    block(shop.c, reason="刷单")
    return lambda: unblock(shop.c)


@by_staff.of(resolve)
def resolving_a_case(shop: Shop) -> Act:
    _report()
    (case,) = payments.quarantined("OPEN", limit=5, cursor=None).items
    return lambda: resolve(case.quarantine_id, staff_id="ST1", note="已退回")


@by_staff.of(decide_grant)
def agreeing_to_a_grant(shop: Shop) -> Act:
    grant = grant_points(shop.c, 1_000_000, reason="补偿", by="ST2", key="grant-1")
    return lambda: decide_grant(grant.grant_id, is_agreed=True, by="ST1")


@by_staff.of(refuse_refund)
def refusing_a_refund(shop: Shop) -> Act:
    refund = shop.ask(shop.paid(), Slice(1, 1))
    return lambda: refuse_refund(refund.refund_id, said="商品已使用")


@pytest.mark.parametrize("case", by_staff, ids=lambda case: case.name)
def test_what_staff_do_is_done_with_its_audit_row_or_not(
    case: Case, shop: Shop, peer: Street, world: Clock
) -> None:
    """Invariants 17, 24."""
    act = audited(case.prepare(shop))
    before = len(dump("audit"))
    is_whole(peer, world, act)
    assert_killed(case.verbs)
    assert len(dump("audit")) == before + 1, "the last death came after everything was done"


alone = Cases()


@alone.of(create_owner)
def the_first_owner(shop: Shop) -> Act:
    return lambda: create_owner("boss", "店主", PASSWORD)


@alone.of(sign_in)
def staff_signing_in(shop: Shop) -> Act:
    owner()
    return lambda: sign_in("boss", PASSWORD, ip="1.2.3.4", request_id="RQ1")


@alone.of(refresh)
def staff_renewing_a_session(shop: Shop) -> Act:
    owner()
    _, tokens = sign_in("boss", PASSWORD, ip="1.2.3.4", request_id="RQ1")
    return lambda: refresh(tokens.refresh_token)


@alone.of(sign_out)
def staff_signing_out(shop: Shop) -> Act:
    owner()
    _, tokens = sign_in("boss", PASSWORD, ip="1.2.3.4", request_id="RQ1")
    return lambda: sign_out(tokens.session_id)


@alone.of("chalicelib.kernel.sessions")
def a_stolen_token_used_again(shop: Shop) -> Act:
    """A token used before ends its session (trust A6.2)."""
    owner()
    _, tokens = sign_in("boss", PASSWORD, ip="1.2.3.4", request_id="RQ1")
    refresh(tokens.refresh_token)

    def act() -> None:
        with pytest.raises(SessionOver):
            refresh(tokens.refresh_token)

    return act


@pytest.mark.parametrize("case", alone, ids=lambda case: case.name)
def test_what_carries_its_own_audit_row_or_none(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    is_whole(peer, world, case.prepare(shop))
    assert_killed(case.verbs)


@kills(change_setting, "chalicelib.admin.console")
def test_a_change_through_the_door_of_the_console(peer: Street, world: Clock) -> None:
    """The real route, guard, body and rider: setting and audit row, both or neither."""
    boss = token(owner())
    is_whole(
        peer,
        world,
        lambda: api.put("/console/settings/subscribe-messages", {"version": 0, "values": {}}, token=boss),
    )


@kills(quarantine)
def test_reporting_a_payment_that_does_not_fit(peer: Street, world: Clock) -> None:
    """Reported by every repeat of the notice, kept once."""
    survives(peer, world, _report)


@kills(rebuild)
def test_rebuilding_totals(shop: Shop, peer: Street, world: Clock) -> None:
    """Started again it goes on, and counts nothing twice (decision 0003)."""
    earn(shop.b, 5_000)
    survives(peer, world, lambda: rebuild(shop.b, since=START.date()), money_commits=0)


@kills(first_plan)
def test_the_first_plan(peer: Street, world: Clock) -> None:
    is_whole(peer, world, first_plan)


def _report() -> None:
    quarantine(
        reason="AMOUNT",
        order_number="OR1",
        transaction_id="42000",
        amount_fen=Fen(1),
        expected_fen=Fen(2),
        notice_id="EV1",
    )


def _approved() -> Plan:
    """A plan that may be published, by a second person where one is needed."""
    draft = draft_plan(Plan("", 0, "春季方案", "DRAFT", (rule(),)))
    told = submit_plan(draft.plan_id, revision=draft.revision, by="ST1")
    return (
        approve_plan(told.plan_id, revision=told.revision, by="ST2") if told.status == "SUBMITTED" else told
    )
