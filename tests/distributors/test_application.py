"""Ways to become a distributor, without tables (D1, R12)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from chalicelib.distributors.application import (
    KEPT_IN_ALL,
    MAX_JOIN_PRODUCTS,
    ConditionOpen,
    JoinRules,
    Kept,
    KeptSum,
    MayNotApply,
    Mode,
    OnlyByInvitation,
    Purchase,
    application,
    kept_sums,
    way_text,
)
from chalicelib.distributors.rules import Distributor, Status
from chalicelib.kernel import settings
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import MAX_FEN, Fen

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NOTHING = Kept()
SPEND = JoinRules("SPEND", spend_fen=Fen(50_000))
PRODUCT = JoinRules("PRODUCT", product_ids=("PR1", "PR2"))
RULES = {"OPEN": JoinRules("OPEN"), "APPLY": JoinRules("APPLY"), "SPEND": SPEND, "PRODUCT": PRODUCT}
ENOUGH = Kept(Fen(50_000), frozenset({"PR2"}))


def standing(status: Status) -> Distributor:
    return Distributor("ME1", status, "silver", AT, AT, version=3)


def asked(
    rules: JoinRules, kept: Kept = NOTHING, present: Distributor | None = None, message: str = "hi"
) -> Distributor:
    return application(present, "ME1", message, rules, at=AT, kept=kept)


def test_an_open_shop_takes_everybody_and_a_careful_one_asks_its_staff() -> None:
    """D1."""
    opened = asked(JoinRules("OPEN", "gold"))
    assert (opened.status, opened.level_id, opened.decided_at) == ("APPROVED", "gold", AT)
    waiting = asked(JoinRules("APPLY"))
    assert (waiting.status, waiting.level_id, waiting.decided_at, waiting.message) == (
        "PENDING",
        "normal",
        None,
        "hi",
    )


@pytest.mark.parametrize(
    ("rules", "short"),
    [
        (SPEND, Kept(Fen(49_999), frozenset({"PR1"}))),
        (PRODUCT, Kept(Fen(10**9), frozenset())),
        (PRODUCT, Kept(Fen(10**9), frozenset({"PR3"}))),
    ],
)
def test_by_purchase_only_what_was_kept_opens_the_way(rules: JoinRules, short: Kept) -> None:
    """D1: a fen or a product short is refused, in words that name it; enough makes one at once."""
    with pytest.raises(ConditionOpen) as refused:
        asked(rules, short)
    assert refused.value.detail == way_text(rules, short)
    assert asked(rules, ENOUGH).status == "APPROVED"
    assert asked(replace(rules, is_audited=True), ENOUGH).status == "PENDING"


@pytest.mark.parametrize("status", ["PENDING", "APPROVED"])
def test_applying_twice_changes_nothing(status: Status) -> None:
    """D1: the same answer again, whatever the way is by now."""
    present = standing(status)
    for rules in (*RULES.values(), JoinRules("ASSIGN")):
        assert asked(rules, NOTHING, present) is present


@pytest.mark.parametrize("status", ["DISABLED", "SUSPENDED", "EXPELLED"])
def test_the_disabled_do_not_come_back_by_applying_or_by_buying(status: Status) -> None:
    """D1: only staff enable."""
    for rules in (*RULES.values(), JoinRules("ASSIGN")):
        with pytest.raises(MayNotApply):
            asked(rules, ENOUGH, standing(status))


def test_the_rejected_may_try_again_and_the_deleted_are_looked_at_in_every_way() -> None:
    """D1."""
    for rules in RULES.values():
        again = asked(rules, ENOUGH, standing("DELETED"))
        assert (again.status, again.reason, again.decided_at, again.version) == ("PENDING", None, None, 4)
    assert asked(JoinRules("APPLY"), NOTHING, standing("REJECTED")).status == "PENDING"
    for rules in (JoinRules("OPEN"), SPEND, PRODUCT):
        assert asked(rules, ENOUGH, standing("REJECTED")).status == "APPROVED"


def test_where_staff_choose_nobody_applies() -> None:
    """D1: by admin's assignment only."""
    for present in (None, standing("REJECTED"), standing("DELETED")):
        with pytest.raises(OnlyByInvitation):
            asked(JoinRules("ASSIGN"), ENOUGH, present)


def test_the_way_names_what_is_missing() -> None:
    """D1: the remaining condition, and that what may still go back does not count yet."""
    assert way_text(SPEND, Kept(Fen(12_050))).startswith("再消费 ¥379.50 即可成为分销商，")
    assert "审核" in way_text(replace(SPEND, is_audited=True), NOTHING)
    assert "指定商品" in way_text(PRODUCT, NOTHING) and "售后期" in way_text(PRODUCT, NOTHING)
    assert way_text(SPEND, ENOUGH) == way_text(JoinRules("OPEN"), NOTHING) == "您现在就可以成为分销商。"
    assert "邀请" in way_text(JoinRules("ASSIGN"), NOTHING)


def test_no_way_speaks_of_a_fee_to_pay() -> None:
    """R12: no entry fee, in words either."""
    for mode in get_args(Mode):
        said = way_text(replace(SPEND, mode=mode, product_ids=("PR1",)), NOTHING)
        assert not any(word in said for word in ("加盟费", "入门费", "缴", "门槛费"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (JoinRules(default_level_id=""), "等级"),
        (JoinRules("SPEND"), "消费满"),
        (JoinRules(spend_fen=Fen(-1)), "不能为负"),
        (JoinRules(spend_fen=Fen(MAX_FEN + 1)), "不能为负"),
        (JoinRules("PRODUCT"), "指定商品"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: JoinRules, said: str) -> None:
    """G3: settings are validated."""
    with pytest.raises(ValueError, match=said):
        wrong.check()


def test_settings_that_mean_something_pass() -> None:
    """G3."""
    for rules in (*RULES.values(), JoinRules("ASSIGN"), JoinRules()):
        rules.check()
    assert settings.parse("join", {"mode": "PRODUCT", "product_ids": ["PR1", "PR2"]}) == PRODUCT
    many = [f"PR{number}" for number in range(MAX_JOIN_PRODUCTS + 1)]
    with pytest.raises(Invalid):
        settings.parse("join", {"mode": "PRODUCT", "product_ids": many})


def test_sums_are_the_sums_of_the_purchases() -> None:
    """A rebuild has only the purchases."""
    one = Purchase("ME1", "OR1", Fen(500), {"PR1": 2}, 7)
    two = Purchase("ME1", "OR2", Fen(0), {"PR1": 1, "PR2": 1}, 3)
    assert kept_sums("ME1", [one, two]) == {
        KEPT_IN_ALL: KeptSum("ME1", KEPT_IN_ALL, Fen(500)),
        "PR1": KeptSum("ME1", "PR1", units=3),
        "PR2": KeptSum("ME1", "PR2", units=1),
    }
