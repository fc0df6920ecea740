"""The commission rows of a paid sale: one for each payee, rule and form (R7, R9). Pure."""

from dataclasses import replace
from datetime import datetime

from chalicelib.commissions.plan_credits import plan_credits
from chalicelib.commissions.rules import Commission, Credit, FormTerm, Part, Sale
from chalicelib.kernel.money import Fen, allocate

MAX_THINGS = 20
"""Coupons and gifts that one order, or one payee's closed period, gives in all. Each is an item of the one
transaction that hands them out, and of the one that takes them back beside a refund's other items."""
_ALL_CASH = (FormTerm("CASH"),)


def commissions_of(sale: Sale, at: datetime, period_id: str | None = None) -> list[Commission]:
    """The rows that a payment, or closing a period, puts.

    Who earns nothing has one row in state ZERO, which says why.

    Where a rule splits over forms, each line's amount is split by ``allocate``, so the forms sum to it.
    Units are counted on the whole row and rounded down once; the remainder stays with the shop, and so
    does what goes beyond ``MAX_THINGS``.
    """
    found: list[Commission] = []
    for credit in plan_credits(sale):
        forms = credit.payee.forms or _ALL_CASH
        if credit.amount_fen == 0:
            found.append(_row(sale, credit, credit.parts, _ALL_CASH[0], at=at, period_id=period_id))
        elif len(forms) == 1:
            found.append(_row(sale, credit, credit.parts, forms[0], at=at, period_id=period_id))
        else:
            found += _split(sale, credit, forms, at=at, period_id=period_id)
    return _within(found, MAX_THINGS)


def _within(rows: list[Commission], room: int) -> list[Commission]:
    """The rows with no more coupons and gifts than there is room for, the first first."""
    held = []
    for row in rows:
        if row.form in ("COUPON", "GIFT"):
            units = min(row.units, room)
            room -= units
            held.append(replace(row, units=units, state="PENDING" if units else "ZERO"))
        else:
            held.append(row)
    return held


def _split(
    sale: Sale, credit: Credit, forms: tuple[FormTerm, ...], *, at: datetime, period_id: str | None
) -> list[Commission]:
    weights = [form.share_bps for form in forms]
    split = [allocate(part.amount_fen, weights) for part in credit.parts]
    rows = [
        _row(
            sale,
            credit,
            tuple(
                replace(part, amount_fen=amounts[place])
                for part, amounts in zip(credit.parts, split, strict=True)
            ),
            form,
            at=at,
            period_id=period_id,
        )
        for place, form in enumerate(forms)
    ]
    return [row for row in rows if row.amount_fen]


def _row(
    sale: Sale,
    credit: Credit,
    parts: tuple[Part, ...],
    form: FormTerm,
    *,
    at: datetime,
    period_id: str | None,
) -> Commission:
    terms, payee = sale.terms, credit.payee
    amount_fen = sum(part.amount_fen for part in parts)
    units = amount_fen // form.unit_fen if form.unit_fen else 0
    is_worth = amount_fen if form.form == "CASH" else units
    return Commission(
        order_id=sale.order_id,
        payee_id=payee.member_id,
        rule=payee.rule,
        level=payee.level,
        buyer_id=sale.buyer_id,
        state="PENDING" if is_worth else "ZERO",
        amount_fen=Fen(amount_fen),
        created_at=at,
        plan_id=terms.plan_id,
        plan_version=terms.plan_version,
        plan_name=terms.plan_name,
        cap_bps=terms.cap_bps,
        parts=parts,
        distributor_level_id=payee.distributor_level_id,
        distributor_level_name=payee.distributor_level_name,
        excluded=payee.excluded,
        rule_title=payee.rule_title,
        base=payee.base,
        form=form.form,
        share_bps=form.share_bps,
        unit_fen=form.unit_fen,
        units=units,
        ref=form.ref,
        notes=payee.notes,
        period_id=period_id,
    )
