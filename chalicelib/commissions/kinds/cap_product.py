"""A cap for each product (R9)."""

from dataclasses import dataclass
from typing import Literal

from chalicelib.commissions.kinds.model import Bps, Cap, FenIn, Known, Rule
from chalicelib.commissions.kinds.tell_cap import check_limit, tell_limit
from chalicelib.commissions.rules import CapTerm
from chalicelib.kernel.money import Fen


@dataclass(frozen=True)
class ProductCap(Cap):
    """At most ``bps`` of the money paid and at most ``fen``, whichever is set, for each product."""

    bps: Bps | None = None
    fen: FenIn | None = None
    kind: Literal["PRODUCT_CAP"] = "PRODUCT_CAP"

    def term(self, rule_id: str | None) -> CapTerm:
        return CapTerm("PRODUCT", rule_id, self.bps, None if self.fen is None else Fen(self.fen))

    def check(self, rule: Rule, known: Known) -> list[tuple[str, str, str]]:
        return check_limit(self.bps, self.fen)

    def told(self) -> str:
        return f"每个商品最多 {tell_limit(self.bps, self.fen)}"
