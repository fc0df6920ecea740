"""A closed period says why it paid what it paid, and why it paid nothing (R8, R11)."""

import json

import pytest

from chalicelib.commissions import store
from chalicelib.commissions.close_period import close_period
from chalicelib.commissions.explain import explain
from chalicelib.commissions.kinds.condition_direct_buyers import DirectBuyersCondition
from chalicelib.commissions.rules import Commission
from chalicelib.distributors.change_status import change_status
from tests.commissions.periods import china, publish, rule, sell, sellers
from tests.support import world as support
from tests.support.world import Clock


def rows() -> list[Commission]:
    found = [store.of_image(json.loads(line)) for line in support.dump("commissions")]
    return sorted(found, key=lambda row: row.order_id)


@pytest.mark.parametrize(
    ("sales_fen", "mode", "said"),
    [
        (
            15_000_000,
            "WHOLE",
            "2026 年 11 月：本期个人销售额 ¥150,000.00，在 ¥100,000.00 至不足 ¥200,000.00这一档。"
            "业绩 ¥150,000.00 × 3% = ¥4,500.00。",
        ),
        (
            15_000_000,
            "MARGINAL",
            "2026 年 11 月：业绩 ¥150,000.00，¥0.00 起的部分 × 2% = ¥2,000.00；"
            "¥100,000.00 起的部分 × 3% = ¥1,500.00，合计 ¥3,500.00。",
        ),
        (0, "WHOLE", "2026 年 11 月：没有可以计算的业绩，所以没有返利。"),
    ],
)
def test_the_figure_is_explained_in_words(world: Clock, sales_fen: int, mode: str, said: str) -> None:
    """R11: rule, base, step and ratio, as worked out by hand beside template 3."""
    publish(rule(mode=mode))
    sellers("MBA")
    sell("MBA", sales_fen)
    world.moment = china(12, 5)
    close_period()
    told = explain(rows()[0])
    assert told.says[1] == told.lines[0].says == said
    assert told.says[0] == "按《按月返利（第 1 版）》的「月度返利」结算，身份是分销商本人，等级「普通」。"
    assert told.says[-1].startswith("这个周期没有返利" if not sales_fen else "佣金 ")


def test_why_nothing_was_paid_is_explained(world: Clock) -> None:
    """R11: a payee who got nothing reads why: the condition that failed, or who may not earn; a limit too."""
    publish(rule("BUYERS", conditions=[DirectBuyersCondition(5)]), rule("CAPPED"), cap_bps=100)
    sellers("MBA", "MBB")
    sell("MBA", 1_000_000)
    sell("MBB", 1_000_000, number=2)
    change_status("MBB", "DISABLED", by="ST1", reason="停用")
    world.moment = china(12, 5)
    close_period()
    said = {(row.payee_id, row.rule): explain(row).says[1] for row in rows()}
    assert said["MBA", "BUYERS"] == (
        "2026 年 11 月：已购买的直接下级 1 人，没有达到要求的 5 人，所以没有返利。"
    )
    assert said["MBA", "CAPPED"].endswith("× 2% = ¥200.00，超过上限，减为 ¥100.00。")
    assert said["MBB", "CAPPED"] == "2026 年 11 月：结算时推广资格已停用，所以没有返利。"
