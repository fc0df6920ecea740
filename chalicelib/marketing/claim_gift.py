"""A member says where a gift shall go; staff send it (A3)."""

from dataclasses import replace

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.marketing import store
from chalicelib.marketing.rules import GiftClaim, GiftMoved
from chalicelib.members import store as members


def claim_gift(member_id: str, grant_id: str, address_id: str) -> GiftClaim:
    """WAITING → CLAIMED, with the address sealed; claimed or sent already, it stays as it is.

    Raises ``GiftUnknown``, ``AddressUnknown``, and ``GiftMoved`` once its time is over.
    """
    claim, at = store.load_claim(member_id, grant_id), now()
    if claim.status in ("CLAIMED", "SHIPPED"):
        return claim
    if claim.status != "WAITING" or claim.expires_at <= at:
        raise GiftMoved("领取时间已过，赠品已经收回。")
    address = members.address(member_id, address_id)
    claimed = replace(
        claim, status="CLAIMED", claimed_at=at, address_sealed=store.sealed(address, claim.grant_id)
    )
    commit(store.replace_claim(claim, claimed))
    return claimed


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
