"""What each payee of a paid sale earns, by the terms its order froze (R1 … R9, invariant 10). Pure.

In this order: each grant is rounded down once, the remainder stays with the shop; caps of one rule; bonuses
on what others earn by then; caps of the plan; last the shop's ceiling on each line. A cap that binds
scales down all it covers by ``allocate``, so the sum is exactly the cap.
"""

from collections.abc import Callable, Sequence

from chalicelib.commissions.rules import CapTerm, Credit, Grant, Note, Part, Payee, Sale, SaleLine, Terms
from chalicelib.kernel.money import Fen, allocate, share

Cell = tuple[int, int]
"""Line and payee, by their places."""


def plan_credits(sale: Sale) -> tuple[Credit, ...]:
    """One credit for each payee of the terms, line by line; who earns nothing is there with zeros.

    A line never pays more than ``cap_bps`` of the money paid for it, fixed amounts and other bases
    included, so it never pays more than it brought in.
    """
    terms = sale.terms
    if not terms.payees:
        return ()
    frozen = {line.line_no: line.grants for line in terms.lines}
    table = _Table(sale.lines, [frozen[line.line_no] for line in sale.lines], terms)
    table.fill()
    by_line = [table.parts_of(number) for number in range(len(sale.lines))]
    return tuple(
        Credit(payee, tuple(parts[place] for parts in by_line)) for place, payee in enumerate(terms.payees)
    )


class _Table:
    """The amounts of one sale, by line and payee, as they come into being."""

    def __init__(self, lines: Sequence[SaleLine], grants: list[tuple[Grant, ...]], terms: Terms) -> None:
        self.lines = lines
        self.grants = grants
        self.terms = terms
        self.payees = terms.payees
        self.ceilings = [
            min(line.goods_paid_fen, share(line.goods_paid_fen, terms.cap_bps)) for line in lines
        ]
        self.bases = [
            [line.goods_paid_fen if one.base_fen is None else one.base_fen for one in own]
            for line, own in zip(lines, grants, strict=True)
        ]
        self.wanted = [
            [_wanted(line, grant, base) for grant, base in zip(own, bases, strict=True)]
            for line, own, bases in zip(lines, grants, self.bases, strict=True)
        ]
        self.amounts: list[list[int]] = [list(row) for row in self.wanted]
        self.notes: dict[Cell, list[Note]] = {}

    def fill(self) -> None:
        """All steps, in the order of this file's first lines."""
        has_bonus = any(payee.bonus_of for payee in self.payees)
        if self.terms.caps:
            self._hold(lambda payee, cap: cap.rule == payee.rule and not payee.bonus_of)
        if has_bonus:
            self._add_bonuses()
        if self.terms.caps:
            if has_bonus:
                self._hold(lambda payee, cap: cap.rule == payee.rule and bool(payee.bonus_of))
            self._hold(lambda payee, cap: cap.rule is None)
        for number, row in enumerate(self.amounts):
            if sum(row) > self.ceilings[number]:
                cells = [(number, place) for place in range(len(row))]
                self._scale(cells, self.ceilings[number], "CEILING")

    def parts_of(self, number: int) -> list[Part]:
        """One line's parts, in the order of the payees."""
        line, bases, cap_fen = self.lines[number], self.bases[number], Fen(self.ceilings[number])
        amounts = self.amounts[number]
        assert 0 <= sum(amounts) <= cap_fen and min(amounts) >= 0, (line, amounts)
        return [
            Part(
                line.line_no,
                line.title,
                line.quantity,
                Fen(bases[place]),
                grant.source,
                grant.rate_bps,
                grant.fixed_fen,
                Fen(self.wanted[number][place]),
                cap_fen,
                Fen(amounts[place]),
                None if bases[place] == line.goods_paid_fen else line.goods_paid_fen,
                grant.notes + tuple(self.notes.get((number, place), ())) if self.notes else grant.notes,
            )
            for place, grant in enumerate(self.grants[number])
        ]

    def _add_bonuses(self) -> None:
        for number, row in enumerate(self.amounts):
            for place, payee in enumerate(self.payees):
                if payee.bonus_of:
                    base_fen = sum(row[other] for other in payee.bonus_of)
                    self.bases[number][place] = Fen(base_fen)
                    row[place] = share(base_fen, self.grants[number][place].rate_bps)
                    self.wanted[number][place] = row[place]

    def _hold(self, covers: Callable[[Payee, CapTerm], bool]) -> None:
        for cap in self.terms.caps:
            places = [place for place, payee in enumerate(self.payees) if covers(payee, cap)]
            for numbers in self._groups(cap) if places else ():
                cells = [(number, place) for number in numbers for place in places]
                paid_fen = sum(self.lines[number].goods_paid_fen for number in numbers)
                limits = [share(paid_fen, cap.bps)] if cap.bps is not None else []
                limits += [cap.fen] if cap.fen is not None else []
                limit = min(limits)
                if sum(self.amounts[number][place] for number, place in cells) > limit:
                    self._scale(cells, limit, f"{cap.scope}_CAP")

    def _groups(self, cap: CapTerm) -> list[list[int]]:
        numbers = list(range(len(self.lines)))
        if cap.scope == "ORDER":
            return [numbers]
        if cap.scope == "LINE":
            return [[number] for number in numbers]
        products = {line.line_no: line.product_id for line in self.terms.lines}
        groups: dict[str, list[int]] = {}
        for number in numbers:
            groups.setdefault(products[self.lines[number].line_no], []).append(number)
        return list(groups.values())

    def _scale(self, cells: Sequence[Cell], limit: int, kind: str) -> None:
        before = [self.amounts[number][place] for number, place in cells]
        for (number, place), was, becomes in zip(cells, before, allocate(limit, before), strict=True):
            self.amounts[number][place] = becomes
            if becomes != was:
                figures = {"before_fen": was, "after_fen": int(becomes), "limit_fen": int(limit)}
                self.notes.setdefault((number, place), []).append(Note(kind, figures))


def _wanted(line: SaleLine, grant: Grant, base_fen: int) -> int:
    if grant.exact_fen is not None:
        return grant.exact_fen
    if grant.fixed_fen:
        return grant.fixed_fen * line.quantity
    return share(base_fen, grant.rate_bps)
