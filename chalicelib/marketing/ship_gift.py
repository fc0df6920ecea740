"""Staff send a gift that was claimed (A3)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store
from chalicelib.marketing.rules import GiftClaim, GiftMoved


def ship_gift(member_id: str, grant_id: str, *, company: str, tracking_number: str) -> GiftClaim:
    """CLAIMED → SHIPPED; the same parcel again is the same. Raises ``GiftUnknown``, ``GiftMoved``."""
    claim = store.load_claim(member_id, grant_id)
    if (claim.status, claim.tracking_number) == ("SHIPPED", tracking_number):
        return claim
    if claim.status != "CLAIMED":
        raise GiftMoved("顾客还没有填写地址，或赠品已经寄出。")
    shipped = replace(
        claim, status="SHIPPED", express_company=company, tracking_number=tracking_number, shipped_at=now()
    )
    commit(store.replace_claim(claim, shipped))
    return shipped
