"""A member says where a gift shall go (A3)."""

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
