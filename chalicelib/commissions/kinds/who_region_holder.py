"""The holder of the territory that the order goes to (R13, 省/市/县级代理)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import AREAS, Area, Claim, Facts
from chalicelib.commissions.kinds.model import Need, Who
from chalicelib.commissions.rules import OUTSIDE, Grant, Note
from chalicelib.kernel.money import allocate

_TITLES: dict[Area, str] = {"COUNTY": "县级代理", "CITY": "市级代理", "PROVINCE": "省级代理"}


@dataclass(frozen=True)
class RegionHolderWho(Who):
    """NARROWEST: county before city before province. SHARE: all holders split the reward evenly, what cannot
    be split goes to the narrower one. A single area: its holder alone."""

    area: Literal["COUNTY", "CITY", "PROVINCE", "NARROWEST", "SHARE"] = "NARROWEST"
    kind: Literal["REGION_HOLDER"] = "REGION_HOLDER"
    needs: ClassVar[frozenset[Need]] = frozenset({"REGION"})
    depth: ClassVar[int] = 3

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        wanted = AREAS if self.area in ("NARROWEST", "SHARE") else (self.area,)
        found: dict[str, Claim] = {}
        for holder in facts.holders:
            if holder.area in wanted and holder.person.member_id not in found:
                note = Note(self.kind, {"area": AREAS.index(holder.area)}, "/".join(facts.region))
                found[holder.person.member_id] = Claim(holder.person, OUTSIDE, (note,))
        claims = tuple(found.values())
        return claims if self.area == "SHARE" else claims[:1]

    def shared_out(self, claims: Sequence[Claim], grants: list[list[Grant]]) -> list[list[Grant]]:
        if len(claims) < 2:
            return grants
        even = [1] * len(claims)
        note = Note("SHARED_OUT", {"holders": len(claims)})

        def part(grant: Grant, place: int) -> Grant:
            exact = None if grant.exact_fen is None else allocate(grant.exact_fen, even)[place]
            return replace(
                grant,
                rate_bps=int(allocate(grant.rate_bps, even)[place]),
                fixed_fen=allocate(grant.fixed_fen, even)[place],
                exact_fen=exact,
                notes=(*grant.notes, note),
            )

        return [[part(grant, place) for grant in own] for place, own in enumerate(grants)]

    def told(self) -> str:
        if self.area == "NARROWEST":
            return "收货地区的代理（县、市、省里最近的一位）"
        if self.area == "SHARE":
            return "收货地区的各级代理（平分）"
        return f"收货地区的{_TITLES[self.area]}"

    @classmethod
    def tell(cls, note: Note) -> str:
        return f"收货地区（{note.text}）的{_TITLES[AREAS[note.figures['area']]]}"
