"""Figures, levels, violations, regions and every recount survive a death (D2, D3, R12, R13; 17, 22)."""

import pytest

from chalicelib.commissions.recount_tree import recount_tree
from chalicelib.distributors import store as distributors
from chalicelib.distributors.application import KEPT_IN_ALL, KeptSum, Purchase
from chalicelib.distributors.keep_purchase import keep_purchase
from chalicelib.distributors.refold_kept import refold_kept
from chalicelib.distributors.release_level import release_level
from chalicelib.distributors.save_level import save_level
from chalicelib.distributors.set_level import set_level
from chalicelib.inventory import store as inventory
from chalicelib.inventory.list_low import list_low
from chalicelib.inventory.set_stock import Count, set_stock
from chalicelib.invites.count_code_sale import count_code_sale
from chalicelib.invites.count_row import CodeStats
from chalicelib.invites.recount_code import recount_code
from chalicelib.invites.recount_team import recount_team
from chalicelib.kernel import clock
from chalicelib.kernel.clock import business_day
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.marketing.recount_campaign import recount_campaign
from chalicelib.marketing.stats_of_coupon import CouponStats
from chalicelib.orders.note_first_purchase import note_first_purchase
from chalicelib.orders.recount import recount
from chalicelib.reports import store as reports
from chalicelib.reports.day_figures import DayFigures, Tally
from chalicelib.reports.recount_day import recount_day
from chalicelib.reports.recount_lot import recount_lot
from chalicelib.reports.sums_of import Sum
from chalicelib.standing import store
from chalicelib.standing.appeal import appeal
from chalicelib.standing.count_sale import count_sale
from chalicelib.standing.hold_territory import hold_territory, release_territory
from chalicelib.standing.lift_violation import lift_violation
from chalicelib.standing.move_level import move_level
from chalicelib.standing.rebuild import rebuild
from chalicelib.standing.record_violation import record_violation
from chalicelib.standing.rules import ALL, Metrics, SaleEvent
from chalicelib.standing.territory import territory
from chalicelib.team.recount_teammate import recount_teammate
from tests.crash.harness import Act, Case, Cases, assert_killed, is_whole, survives
from tests.crash.story import earn_silver, recorded
from tests.crash.street import Street
from tests.orders.shop import Shop
from tests.standing.people import SILVER, sell
from tests.support.world import Clock

again = Cases()
"""What machines repeat, or a client with its key: each in commits that count nothing twice."""


@again.of(count_sale)
def counting_a_sale(shop: Shop) -> Act:
    event = SaleEvent("PAID:OR1", "OR1", shop.c, (shop.b, shop.a), clock.now(), 5_000, 1)
    return lambda: count_sale(event)


@again.of(count_code_sale)
def counting_an_order_for_its_code(shop: Shop) -> Act:
    return lambda: count_code_sale("PAID:OR1", CodeStats("CODE0001", orders=1, sales_fen=Fen(5_000)))


@again.of(recount)
def counting_the_orders_of_a_day(shop: Shop) -> Act:
    shop.paid()
    return lambda: recount(business_day(clock.now()))


@again.of(rebuild)
def folding_figures_again(shop: Shop) -> Act:
    """Every stored figure was wrong."""
    sell(shop.b, 5_000)
    for one in store.all_metrics(shop.b):
        if one.scope != ALL:
            commit(store.put_metrics(Metrics(shop.b, one.scope)))
    return lambda: rebuild(shop.b)


@again.of(keep_purchase)
def keeping_what_was_bought(shop: Shop) -> Act:
    keep_purchase(Purchase(shop.c, "OR1", Fen(5_000), {"PR1": 2}, 3))
    return lambda: keep_purchase(Purchase(shop.c, "OR1", Fen(2_500), {"PR1": 1}, 4))


@again.of(refold_kept)
def folding_what_was_kept_again(shop: Shop) -> Act:
    """Every stored sum was wrong."""
    keep_purchase(Purchase(shop.c, "OR1", Fen(5_000), {"PR1": 2}, 3))
    commit(distributors.put_kept_sum(KeptSum(shop.c, KEPT_IN_ALL, Fen(77), changes=1)))
    commit(distributors.put_kept_sum(KeptSum(shop.c, "PR1", units=77, changes=1)))
    return lambda: refold_kept(shop.c)


@again.of(move_level)
def rising(shop: Shop) -> Act:
    earn_silver(shop)
    return lambda: move_level(shop.b)


@again.of(record_violation)
def recording_a_violation(shop: Shop) -> Act:
    one = recorded(shop.b)
    return lambda: record_violation(one)


@again.of(note_first_purchase)
def noting_who_bought(shop: Shop) -> Act:
    shop.paid()
    return lambda: note_first_purchase(shop.c)


@pytest.mark.parametrize("case", again, ids=lambda case: case.name)
def test_what_comes_again_counts_once(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """Invariant 22."""
    survives(peer, world, case.prepare(shop), money_commits=0)
    assert_killed(case.verbs)


once = Cases()
"""What a person does, and a mending whose second look is held to what the first one saw."""


@once.of(appeal)
def appealing(shop: Shop) -> Act:
    record_violation(recorded(shop.b))
    return lambda: appeal(shop.b, "VI1", "不是我发的。")


@once.of(lift_violation)
def lifting_a_violation(shop: Shop) -> Act:
    record_violation(recorded(shop.b))
    return lambda: lift_violation(shop.b, "VI1", to="SERVED", by="ST1", reason="已整改")


@once.of(hold_territory)
def giving_a_region(shop: Shop) -> Act:
    region, level = territory("广东省", "深圳市")
    return lambda: hold_territory(region, level, shop.b, by="ST1", reason="签约")


@once.of(hold_territory)
def passing_a_region_on(shop: Shop) -> Act:
    region, level = territory("广东省", "深圳市")
    hold_territory(region, level, shop.b, by="ST1", reason="签约")
    return lambda: hold_territory(region, level, shop.a, by="ST1", reason="转让", passed_on=True)


@once.of(hold_territory)
def taking_a_region_back(shop: Shop) -> Act:
    region, level = territory("广东省", "深圳市")
    hold_territory(region, level, shop.b, by="ST1", reason="签约")
    return lambda: release_territory(region, by="ST1", reason="到期")


@once.of(release_level)
def leaving_a_level_to_the_tasks(shop: Shop) -> Act:
    save_level(SILVER, is_new=True)
    set_level(shop.b, SILVER.level_id, by="ST1", reason="业绩", is_held=True)
    return lambda: release_level(shop.b, by="ST1", reason="恢复考核")


@once.of(list_low)
def listing_low_stock(shop: Shop) -> Act:
    sku_id = shop.samples.skus[0].sku_id
    before = inventory.load(sku_id)
    set_stock(Count(shop.samples.product_id, sku_id, 1, 5, version=before.version, by="ST1", reason="盘点"))
    return lambda: list_low(inventory.load(sku_id), is_listed=False)


@once.of(recount_team, "chalicelib.kernel.jobs")
def mending_a_team(shop: Shop) -> Act:
    drift = recount_team(shop.a)
    return lambda: recount_team(shop.a, drift)


@once.of(recount_teammate)
def mending_what_a_buyer_brought(shop: Shop) -> Act:
    drift = recount_teammate(shop.c)
    return lambda: recount_teammate(shop.c, drift)


@once.of(recount_tree)
def mending_a_tree(shop: Shop) -> Act:
    drift = recount_tree(shop.a)
    return lambda: recount_tree(shop.a, drift)


@once.of(recount_code)
def mending_a_code(shop: Shop) -> Act:
    counted = CodeStats("CODE1", scans=2, bindings=1)
    drift = recount_code(counted)
    return lambda: recount_code(counted, drift)


@once.of(recount_campaign)
def mending_a_campaign(shop: Shop) -> Act:
    counted = CouponStats("CC1", given=3, used=1)
    drift = recount_campaign(counted)
    return lambda: recount_campaign(counted, drift)


@once.of(recount_lot)
def mending_the_sums_of_commissions(shop: Shop) -> Act:
    counted = {business_day(clock.now()): Sum(2, Fen(500), Fen(400))}
    drift = recount_lot(("PENDING", 1), counted)
    return lambda: recount_lot(("PENDING", 1), counted, drift)


@once.of(recount_day)
def mending_the_figures_of_a_day(shop: Shop) -> Act:
    day = business_day(clock.now())
    commit(reports.add_tally(Tally("PAID:NONE", day, DayFigures(orders=1, sales_fen=Fen(5_000)))))
    drift = recount_day(day, [])
    return lambda: recount_day(day, [], drift)


@pytest.mark.parametrize("case", once, ids=lambda case: case.name)
def test_what_is_done_once_is_done_or_not(case: Case, shop: Shop, peer: Street, world: Clock) -> None:
    """Invariant 17; the line of history rides along."""
    is_whole(peer, world, case.prepare(shop))
    assert_killed(case.verbs)
