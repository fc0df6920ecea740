"""Any plan on any order: caps hold, nothing is negative, refunds end equal (R9, invariants 9 … 11, 19)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.commissions.commissions_of import commissions_of
from chalicelib.commissions.decide_terms import decide_terms
from chalicelib.commissions.kinds.facts import Article, Facts, Holder, Person
from chalicelib.commissions.kinds.model import Plan, Rule
from chalicelib.commissions.plan_templates import plan_templates
from chalicelib.commissions.rules import Commission, RefundedLine
from chalicelib.commissions.take_back import take_back
from chalicelib.kernel import codec
from chalicelib.kernel.money import Fen, share
from tests.commissions import moment
from tests.support.world import START

RULES = [rule for one in plan_templates() for rule in one.plan.rules if rule.when == "ORDER"]
"""Every kind of rule, as shipped; plans are any of them together."""
LEVELS = ("normal", "silver", "gold")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    picked = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=10))
    rules: list[Rule] = [replace(rule, rule_id=f"R{number}") for number, rule in enumerate(picked)]
    bonus = [
        replace(one, how=replace(one.how, of_rules=("R0",))) if one.how.kind == "BONUS" else one  # type: ignore[type-var]
        for one in rules
    ]
    return Plan("PL1", 1, "方案", "PUBLISHED", tuple(bonus), draw(st.integers(1, 10_000)))


people = st.builds(
    lambda name, level, buyers, excluded: Person(
        name, level, level, (), excluded, START, direct_buyers=buyers
    ),
    st.sampled_from(["MBA", "MBB", "MBC", "MBD"]),
    st.sampled_from(LEVELS),
    st.integers(0, 9),
    st.none() | st.just("DISABLED"),
)


@st.composite
def orders(draw: st.DrawFn) -> Facts:
    articles = tuple(
        moment.article(
            draw(st.integers(0, 10**6)),
            line_no=number,
            cost_fen=draw(st.integers(0, 10**6)),
            list_fen=draw(st.integers(0, 2 * 10**6)),
            quantity=draw(st.integers(1, 9)),
            category_id=draw(st.sampled_from(["CA1", "CHOOSE"])),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    )
    chain = draw(st.lists(people, max_size=3, unique_by=lambda one: one.member_id))
    return moment.order(
        *articles,
        chain=chain,
        sharer=draw(st.none() | people),
        holders=tuple(
            Holder(area, draw(people)) for area in draw(st.sampled_from([(), ("CITY", "PROVINCE")]))
        ),
        region=("广东省", "深圳市", "南山区"),
        is_first_order=draw(st.booleans()),
    )


@given(plans(), orders())
def test_caps_hold_and_nothing_is_negative(plan: Plan, facts: Facts) -> None:
    """Invariant 10: on every line, over all payees, rules and forms."""
    rows = moment.rows(plan, facts)
    for line in facts.articles:
        parts = [part for row in rows for part in row.parts if part.line_no == line.line_no]
        assert all(part.amount_fen >= 0 for part in parts)
        assert sum(part.amount_fen for part in parts) <= share(line.paid_fen, plan.cap_bps)
    assert all(row.amount_fen == sum(part.amount_fen for part in row.parts) for row in rows)
    assert all(row.units * row.unit_fen <= row.amount_fen for row in rows)
    assert len({(row.payee_rule) for row in rows}) == len(rows)


@given(plans(), orders())
def test_terms_survive_being_stored_and_pay_the_same(plan: Plan, facts: Facts) -> None:
    """An order's payees and figures never change after placement: paying needs nothing but the order."""
    sale = moment.sale(plan, facts)
    kept = replace(sale, terms=codec.load(type(sale.terms), codec.dump(sale.terms)))
    assert commissions_of(kept, START) == commissions_of(sale, START)


@given(plans(), orders(), st.randoms(use_true_random=False))
def test_any_order_of_refunds_ends_equal_in_every_form(plan: Plan, facts: Facts, chance: object) -> None:
    """Invariants 11 and 19: path-independent for value and units; a full refund takes back everything."""
    steps = [(line, cut) for line in facts.articles if line.paid_fen for cut in _cuts(line.paid_fen)]
    shuffled = list(steps)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for row in moment.rows(plan, facts):
        some = shuffled[: len(shuffled) // 2]
        assert _refunded(row, some) == _refunded(row, some[::-1])
        ends = [_refunded(row, path) for path in (steps, shuffled)]
        assert ends[0] == ends[1]
        given_fen = 0 if row.state == "PENDING" else row.amount_fen  # too little for one unit: not given
        assert (ends[0].left_fen, ends[0].left_units) == (given_fen, 0)


@given(plans(), orders())
def test_an_unrelated_rule_changes_no_other_row(plan: Plan, facts: Facts) -> None:
    """A rule that pays nobody on this order leaves all figures as they are."""
    nobody = replace(RULES[0], rule_id="NOBODY", who=replace(RULES[0].who, level=9))  # type: ignore[type-var]
    more = replace(plan, rules=(*plan.rules, nobody))
    assert decide_terms(more, facts) == decide_terms(plan, facts)


def _cuts(paid_fen: int) -> list[int]:
    third = paid_fen // 3
    return [one for one in (third, third, paid_fen - 2 * third) if one]


def _refunded(row: Commission, steps: list[tuple[Article, int]]) -> Commission:
    for line, amount_fen in steps:
        taken = take_back(row, {line.line_no: RefundedLine(line.paid_fen, Fen(0), Fen(amount_fen))})
        if taken is not None:
            row = replace(
                row,
                clawed_fen=Fen(row.clawed_fen + taken.taken_fen),
                refunded_fen=taken.refunded_fen,
                refunded_by_line=taken.refunded_by_line,
            )
            assert 0 <= row.clawed_fen <= row.amount_fen
            assert 0 <= row.left_units <= row.units
    return row
