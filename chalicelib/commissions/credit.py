"""A paid sale earns its uplines a pending commission (R1, R2, R9)."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.commissions import store
from chalicelib.commissions.rules import Commission, Credit, Sale, plan_credits
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.money import Fen
from chalicelib.wallet.rules import account_of


@dataclass(frozen=True)
class Credited:
    """The writes and postings for the payment's commit and its one journal entry."""

    writes: list[Write]
    postings: list[tuple[str, int]]
    total_fen: Fen


def credit(sale: Sale, at: datetime) -> Credited:
    """One row for each payee and rule, by the terms the order froze; needs no read, commits nothing.

    The postings move the sum from ``shop:commission`` to each payee's pending account and sum to
    zero. A payee who earns nothing gets a row too, in state ZERO, which says why; it books nothing.
    """
    rows = [_commission(sale, one, at) for one in plan_credits(sale)]
    total_fen = Fen(sum(row.amount_fen for row in rows))
    postings = [(account_of(row.payee_id, "pending"), int(row.amount_fen)) for row in rows if row.amount_fen]
    if total_fen:
        postings.insert(0, ("shop:commission", -total_fen))
    return Credited([store.add(row) for row in rows], postings, total_fen)


def _commission(sale: Sale, one: Credit, at: datetime) -> Commission:
    terms, payee = sale.terms, one.payee
    return Commission(
        order_id=sale.order_id,
        payee_id=payee.member_id,
        rule=payee.rule,
        level=payee.level,
        buyer_id=sale.buyer_id,
        state="PENDING" if one.amount_fen else "ZERO",
        amount_fen=one.amount_fen,
        created_at=at,
        plan_id=terms.plan_id,
        plan_version=terms.plan_version,
        plan_name=terms.plan_name,
        cap_bps=terms.cap_bps,
        parts=one.parts,
        distributor_level_id=payee.distributor_level_id,
        distributor_level_name=payee.distributor_level_name,
        excluded=payee.excluded,
    )
