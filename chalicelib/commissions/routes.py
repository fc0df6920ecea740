"""Distributors' doors: the centre, my commissions with their reasons, what to share (R11, P2); and for
everybody the calculator."""

from typing import Any

from chalicelib.catalog.rules import CategoryUnknown, ProductUnknown
from chalicelib.commissions import store
from chalicelib.commissions.promote import promote, promote_one
from chalicelib.commissions.rules import CommissionUnknown
from chalicelib.commissions.schemas import (
    CentreOut,
    CommissionsOut,
    ExplainedListOut,
    MineAsked,
    PeriodClosesOut,
    PeriodExplainedOut,
    ProductsAsked,
    PromotableDetailOut,
    PromotablesOut,
)
from chalicelib.commissions.show import show, show_explained
from chalicelib.commissions.show_centre import show_centre
from chalicelib.commissions.show_estimate import EarningsEstimateOut, EstimateAsked, show_estimate
from chalicelib.commissions.show_periods import PeriodNotClosed, show_close, show_closes
from chalicelib.distributors.enter import distributor
from chalicelib.kernel.auth import anyone
from chalicelib.kernel.http import Ask, Doors, Paging
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.paging import BadCursor
from chalicelib.standing.period_of import PeriodUnknown

doors = Doors("/distributor")
shop = Doors("/shop")


@doors.get("/centre", who=distributor, returns=CentreOut)
def read_centre(ask: Ask[Any]) -> CentreOut:
    """My centre: what I may withdraw, what is coming, and when."""
    return show_centre(ask.who.id)


@doors.get("/commissions", who=distributor, query=MineAsked, returns=CommissionsOut, errors=(BadCursor,))
def list_commissions(ask: Ask[Any]) -> CommissionsOut:
    """My commissions, newest first; a page of one state may hold fewer than asked."""
    given = ask.query
    found = store.of_payee(ask.who.id, limit=given.limit, cursor=given.next, state=given.state)
    return CommissionsOut(items=show(found.items), next=found.next)


@doors.get("/commissions/{order_id}", who=distributor, returns=ExplainedListOut, errors=(CommissionUnknown,))
def read_commission(ask: Ask[Any]) -> ExplainedListOut:
    """My commission on one order, and why it is what it is."""
    return ExplainedListOut(items=show_explained(store.of_order_and_payee(ask.path["order_id"], ask.who.id)))


@doors.get(
    "/products",
    who=distributor,
    query=ProductsAsked,
    returns=PromotablesOut,
    errors=(BadCursor, CategoryUnknown),
)
def list_products(ask: Ask[Any]) -> PromotablesOut:
    """Products to share and what I would earn on each."""
    given = ask.query
    return promote(ask.who.id, category_id=given.category_id, limit=given.limit, cursor=given.next)


@doors.get("/products/{product_id}", who=distributor, returns=PromotableDetailOut, errors=(ProductUnknown,))
def read_product(ask: Ask[Any]) -> PromotableDetailOut:
    """One product to share, article by article."""
    return promote_one(ask.who.id, ask.path["product_id"])


@doors.get("/periods", who=distributor, query=Paging, returns=PeriodClosesOut, errors=(BadCursor,))
def list_periods(ask: Ask[Any]) -> PeriodClosesOut:
    """My closed periods."""
    found = store.closes_of(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    return PeriodClosesOut(items=show_closes(found.items), next=found.next)


@doors.get(
    "/periods/{period_id}",
    who=distributor,
    returns=PeriodExplainedOut,
    errors=(PeriodUnknown, PeriodNotClosed),
)
def read_period(ask: Ask[Any]) -> PeriodExplainedOut:
    """One of my closed periods, each figure explained."""
    return show_close(ask.who.id, ask.path["period_id"])


@shop.get(
    "/earnings-estimate",
    who=anyone,
    query=EstimateAsked,
    returns=EarningsEstimateOut,
    errors=(TooOften,),
)
def estimate_earnings(ask: Ask[Any]) -> EarningsEstimateOut:
    """What a beginner would earn a month when so many friends buy; an estimate, never a promise."""
    return show_estimate(ask.query, ip=ask.ip)
