"""The plain plan as rules: so many upline levels, and perhaps the buyer's own purchases (R1, R2)."""

from collections.abc import Sequence

from chalicelib.commissions.kinds.base_paid import PaidBase
from chalicelib.commissions.kinds.how_configured import ConfiguredHow
from chalicelib.commissions.kinds.model import Rule
from chalicelib.commissions.kinds.who_buyer import BuyerWho
from chalicelib.commissions.kinds.who_upline import UplineWho

_TITLES = ("一级佣金", "二级佣金", "三级佣金")


def level_rules(rates_bps: Sequence[int], *, self_purchase: bool = False) -> tuple[Rule, ...]:
    """Rules ``L1``, ``L2`` … with these ratios where product, SKU and level set none, and ``SELF``.

    With ``self_purchase`` a buyer who is an active distributor earns what the first upline earns, and
    the uplines earn theirs as always.
    """
    own = Rule("SELF", "自购返利", BuyerWho(), PaidBase(), ConfiguredHow(rates_bps[0] if rates_bps else 0))
    levels = [
        Rule(
            f"L{place}",
            _TITLES[place - 1] if place <= len(_TITLES) else f"{place} 级佣金",
            UplineWho(place),
            PaidBase(),
            ConfiguredHow(rate_bps),
        )
        for place, rate_bps in enumerate(rates_bps, 1)
    ]
    return (own, *levels) if self_purchase else tuple(levels)
