"""What keeps an account open: each thing under way is told by itself, with its amount (M2). Pure."""

from dataclasses import fields, replace

import pytest

from chalicelib.kernel.money import Fen
from chalicelib.privacy.rules import Standing, reasons_against

NOTHING = Standing(0, Fen(0), Fen(0), Fen(0), Fen(0), 0)


def test_nothing_under_way_nothing_against() -> None:
    assert reasons_against(NOTHING) == []


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("open_orders", "还有 1205 笔订单没有结束，请等它们完成或取消。"),
        ("available_fen", "还有 ¥12.05 可提现，请先提现。"),
        ("pending_fen", "还有 ¥12.05 佣金待结算，请等结算后提现。"),
        ("frozen_fen", "有 ¥12.05 正在提现，请等到账或先取消。"),
        ("gifts", "还有 1205 件赠品准备寄出，请等寄出后再来。"),
        ("debt_fen", "还有 ¥12.05 待抵扣，请联系客服处理。"),
    ],
)
def test_each_thing_stands_in_the_way_by_itself(name: str, says: str) -> None:
    assert reasons_against(replace(NOTHING, **{name: 1_205})) == [says]


def test_all_of_them_are_told_at_once() -> None:
    everything = Standing(1, Fen(1), Fen(1), Fen(1), Fen(1), 1)
    assert len(reasons_against(everything)) == len(fields(Standing))
