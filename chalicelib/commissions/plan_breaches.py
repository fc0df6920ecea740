"""Every reason not to publish a plan, against the shop as it is now (R9, R12)."""

from chalicelib.catalog import store as catalog
from chalicelib.commissions.check_plan import Shop, check_plan
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Breach, Known, Plan
from chalicelib.commissions.rules import Compliance
from chalicelib.distributors import store as distributors
from chalicelib.kernel import settings


def plan_breaches(plan: Plan) -> tuple[Breach, ...]:
    """The breaches by today's levels, products and settings; none when the plan may be published."""
    levels = distributors.levels()
    named = {one for rule in plan.rules for kind in rule.kinds for one in getattr(kind, "product_ids", ())}
    known = Known(
        frozenset(levels),
        frozenset(catalog.load_many(named)) if named else frozenset(),
        frozenset(one.category_id for one in catalog.categories()),
    )
    people = [Person("", one.level_id, one.name, one.rates_bps) for one in levels.values()]
    return check_plan(plan, Shop(people, settings.read(Compliance), known))
