"""Reads of coupons, codes and gifts as values, and their writes for a verb's one commit."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import crypto
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import Otherwise, Write, put, put_new, update
from chalicelib.kernel.ids import shard_of
from chalicelib.kernel.jobs import mark_once
from chalicelib.kernel.money import allocate
from chalicelib.kernel.paging import Page, page
from chalicelib.marketing.models import (
    AllotmentRow,
    CampaignRow,
    CampaignStockRow,
    CouponCountRow,
    CouponMarkRow,
    CouponRow,
    CouponStatsRow,
    GiftClaimRow,
    GiftRow,
)
from chalicelib.marketing.rules import (
    STOCK_SHARDS,
    TELL_DAYS,
    Allotment,
    Campaign,
    CampaignMoved,
    CampaignUnknown,
    CodeOver,
    CodeUnknown,
    Coupon,
    CouponMoved,
    CouponStatus,
    CouponUnknown,
    Gift,
    GiftClaim,
    GiftMoved,
    GiftStatus,
    GiftUnknown,
    LimitReached,
    SoldOut,
    StatsMoved,
    pick_shards,
)
from chalicelib.marketing.stats_of_coupon import CouponStats
from chalicelib.members.rules import Address

DUE_SHARDS = 8
_CAMPAIGNS, _GIFTS = "campaigns", "gifts"


# -- campaigns and stock ------------------------------------------------------------------------


def campaigns() -> list[Campaign]:
    """All campaigns, newest first; a shop has a few hundred at most."""
    rows = CampaignRow.query(_CAMPAIGNS, consistent_read=True, scan_index_forward=False)
    return [row.as_value(Campaign) for row in rows]


def load_campaign(template_id: str) -> Campaign:
    """The campaign. Raises ``CampaignUnknown``."""
    row = CampaignRow.find(_CAMPAIGNS, template_id)
    if row is None:
        raise CampaignUnknown()
    return row.as_value(Campaign)


def put_campaign(campaign: Campaign, otherwise: Otherwise) -> list[Write]:
    """Put a fresh campaign with its stock; ``otherwise`` is raised when its id is taken."""
    row = CampaignRow.of_value(campaign, shelf=_CAMPAIGNS)
    return [put_new(row, otherwise), *_stocked(campaign.template_id, campaign.quantity or 0)]


def replace_campaign(before: Campaign, after: Campaign) -> list[Write]:
    """Write ``after`` over the campaign read as ``before``, more stock added; ``CampaignMoved`` else."""
    row = CampaignRow.of_value(replace(after, version=before.version + 1), shelf=_CAMPAIGNS)
    more = (after.quantity or 0) - (before.quantity or 0)
    return [
        put(row, CampaignRow.version == before.version, CampaignMoved),
        *_stocked(before.template_id, more),
    ]


def left(item_id: str) -> dict[int, int]:
    """What is left of a campaign or a gift, counter by counter."""
    rows = CampaignStockRow.query(item_id, consistent_read=True)
    return {int(row.shard): row.left for row in rows}


def take(item_id: str, count: int, *, near: str, otherwise: Otherwise = SoldOut) -> list[Write]:
    """Take ``count`` off the counters, beginning with the one that ``near`` falls on.

    Raises ``SoldOut`` at once when there are too few; the commit raises ``otherwise`` when a counter
    ran low meanwhile, so never more is given out than there is (invariant 18).
    """
    shards = pick_shards(left(item_id), shard_of(near, STOCK_SHARDS), count)
    if shards is None:
        raise SoldOut()
    row = CampaignStockRow
    return [
        update(
            row, (item_id, str(shard)), [row.left.set(row.left - some)], row.left >= some, otherwise=otherwise
        )
        for shard, some in shards.items()
    ]


def put_back(item_id: str, count: int, *, near: str) -> Write:
    """Give stock back."""
    row = CampaignStockRow
    key = (item_id, str(shard_of(near, STOCK_SHARDS)))
    return update(row, key, [row.left.set((row.left | 0) + count)])


def _stocked(item_id: str, more: int) -> list[Write]:
    assert more >= 0, more
    row = CampaignStockRow
    parts = allocate(more, [1] * STOCK_SHARDS)
    return [
        update(row, (item_id, str(shard)), [row.left.set((row.left | 0) + part)])
        for shard, part in enumerate(parts)
        if part
    ]


def taken(member_id: str, template_id: str) -> int:
    """How many coupons of the campaign the member took by themselves."""
    row = CouponCountRow.find(member_id, template_id)
    return row.taken if row else 0


def count_taken(member_id: str, template_id: str, *, limit: int) -> Write:
    """Count one more; the commit raises ``LimitReached`` when there are ``limit`` (invariant 18)."""
    row = CouponCountRow
    below = row.taken.does_not_exist() | (row.taken < limit)
    return update(
        row, (member_id, template_id), [row.taken.set((row.taken | 0) + 1)], below, otherwise=LimitReached
    )


# -- coupons ------------------------------------------------------------------------------------


def find_coupon(member_id: str, coupon_id: str) -> Coupon | None:
    """The member's own coupon, or ``None``."""
    row = CouponRow.find(member_id, coupon_id)
    return row.as_value(Coupon) if row else None


def load_coupon(member_id: str, coupon_id: str) -> Coupon:
    """The member's own coupon. Raises ``CouponUnknown``."""
    found = find_coupon(member_id, coupon_id)
    if found is None:
        raise CouponUnknown()
    return found


def coupons_of(member_id: str, status: CouponStatus, *, limit: int, cursor: str | None) -> Page[Coupon]:
    """A member's coupons of this state, the first to run out first; from an index, about a second late."""
    found = page(CouponRow.by_state, f"{member_id}#{status}", limit=limit, cursor=cursor, newest_first=False)
    return found.map(lambda row: row.as_value(Coupon))


def all_coupons_of(member_id: str, *, limit: int, cursor: str | None) -> Page[Coupon]:
    """A member's coupons of every state."""
    return page(CouponRow, member_id, limit=limit, cursor=cursor).map(lambda row: row.as_value(Coupon))


def usable_coupons(member_id: str, at: datetime, limit: int) -> list[Coupon]:
    """Unused coupons that have not run out, the first to run out first."""
    rows = CouponRow.by_state.query(f"{member_id}#UNUSED", CouponRow.expires_at > at, limit=limit)
    return [row.as_value(Coupon) for row in rows]


def put_coupon(coupon: Coupon, otherwise: Otherwise | None = None) -> Write:
    """Put a fresh coupon, once."""
    return put_new(_coupon_row(coupon), otherwise)


def replace_coupon(before: Coupon, after: Coupon) -> Write:
    """Write ``after`` over the coupon read as ``before``; ``CouponMoved`` when it moved meanwhile."""
    assert before.coupon_id == after.coupon_id
    row = _coupon_row(replace(after, version=before.version + 1))
    return put(row, CouponRow.version == before.version, CouponMoved)


def due_coupons(at: datetime, limit: int) -> Iterator[tuple[str, str]]:
    """Unused coupons to tell of or to end by ``at``, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in CouponRow.by_due.query(str(shard), CouponRow.due_at <= at, limit=limit):
            yield row.member_id, row.coupon_id


def coupon_of_image(image: dict[str, Any]) -> Coupon:
    """The coupon that a stream record of ``coupons`` holds."""
    return CouponRow.of_image(image).as_value(Coupon)


def _coupon_row(coupon: Coupon) -> CouponRow:
    row = CouponRow.of_value(coupon, member_state=f"{coupon.member_id}#{coupon.status}")
    if coupon.status == "UNUSED":
        row.due_shard = str(shard_of(coupon.coupon_id, DUE_SHARDS))
        row.due_at = _due_at(coupon.expires_at, coupon.is_told)
    return row


def _due_at(expires_at: datetime, is_told: bool) -> datetime:
    return expires_at if is_told else expires_at - timedelta(days=TELL_DAYS)


# -- statistics of campaigns --------------------------------------------------------------------


def stats_of(template_ids: Iterable[str]) -> dict[str, CouponStats]:
    """What became of these campaigns' coupons, zeros where nothing did; one batch for each hundred."""
    wanted = list(dict.fromkeys(template_ids))
    rows = CouponStatsRow.batch_get(wanted) if wanted else ()
    found = {row.template_id: row.as_value(CouponStats) for row in rows}
    return {one: found.get(one, CouponStats(one)) for one in wanted}


def add_to_stats(more: CouponStats) -> Write:
    """Count more for a campaign; the caller's mark in the same commit keeps it to once."""
    grown = [attribute.add(number) for attribute, number in _figures(more) if number]
    return update(CouponStatsRow, (more.template_id,), grown)


def put_stats(counted: CouponStats, seen: CouponStats) -> Write:
    """Write recounted statistics over exactly those seen, else ``StatsMoved``."""
    as_seen: Any = None
    for attribute, number in _figures(seen):
        same = attribute == number if number else attribute.does_not_exist() | (attribute == 0)
        as_seen = same if as_seen is None else as_seen & same
    return put(CouponStatsRow.of_value(counted), as_seen, StatsMoved)


def mark_counted(mark: str) -> Write:
    """Remember that an event was counted; ``CountedBefore`` when it was before."""
    return mark_once(CouponMarkRow, mark)


def _figures(stats: CouponStats) -> list[tuple[Any, int]]:
    return [(getattr(CouponStatsRow, name), number) for name, number in stats.figures.items()]


# -- codes --------------------------------------------------------------------------------------


def find_allotment(code: str) -> Allotment | None:
    """What stands behind a code, or ``None``."""
    row = AllotmentRow.find(code)
    return row.as_value(Allotment) if row else None


def load_allotment(code: str) -> Allotment:
    """What stands behind a code. Raises ``CodeUnknown``."""
    found = find_allotment(code)
    if found is None:
        raise CodeUnknown()
    return found


def allotments_of(owner_id: str, *, limit: int, cursor: str | None) -> Page[Allotment]:
    """A distributor's codes, newest first."""
    found = page(AllotmentRow.by_owner, owner_id, limit=limit, cursor=cursor)
    return found.map(lambda row: row.as_value(Allotment))


def put_allotment(allotment: Allotment, otherwise: Otherwise) -> Write:
    """Put a fresh code; ``otherwise`` is raised when it is taken."""
    return put_new(AllotmentRow.of_value(allotment), otherwise)


def take_from_allotment(code: str) -> Write:
    """One coupon less behind the code; the commit raises ``CodeOver`` when none is left or it ended."""
    row = AllotmentRow
    there = (row.left >= 1) & (row.ends_at > now())
    return update(row, (code,), [row.left.set(row.left - 1)], there, otherwise=CodeOver)


# -- gifts --------------------------------------------------------------------------------------


def gifts() -> list[Gift]:
    """All gifts, newest first."""
    rows = GiftRow.query(_GIFTS, consistent_read=True, scan_index_forward=False)
    return [row.as_value(Gift) for row in rows]


def load_gift(gift_id: str) -> Gift:
    """The gift. Raises ``GiftUnknown``."""
    row = GiftRow.find(_GIFTS, gift_id)
    if row is None:
        raise GiftUnknown()
    return row.as_value(Gift)


def put_gift(gift: Gift, otherwise: Otherwise) -> list[Write]:
    """Put a fresh gift with its stock."""
    return [put_new(GiftRow.of_value(gift, shelf=_GIFTS), otherwise), *_stocked(gift.gift_id, gift.quantity)]


def replace_gift(before: Gift, after: Gift) -> list[Write]:
    """Write ``after`` over the gift read as ``before``, more stock added; ``CampaignMoved`` else."""
    row = GiftRow.of_value(replace(after, version=before.version + 1), shelf=_GIFTS)
    return [
        put(row, GiftRow.version == before.version, CampaignMoved),
        *_stocked(before.gift_id, after.quantity - before.quantity),
    ]


def find_claim(member_id: str, grant_id: str) -> GiftClaim | None:
    """The member's own gift, or ``None``."""
    row = GiftClaimRow.find(member_id, grant_id)
    return row.as_value(GiftClaim) if row else None


def load_claim(member_id: str, grant_id: str) -> GiftClaim:
    """The member's own gift. Raises ``GiftUnknown``."""
    found = find_claim(member_id, grant_id)
    if found is None:
        raise GiftUnknown()
    return found


def claims_of(member_id: str, *, limit: int, cursor: str | None) -> Page[GiftClaim]:
    """A member's gifts."""
    return page(GiftClaimRow, member_id, limit=limit, cursor=cursor).map(lambda row: row.as_value(GiftClaim))


def claims_in(status: GiftStatus, *, limit: int, cursor: str | None) -> Page[GiftClaim]:
    """Everybody's gifts of this state, longest waiting first."""
    found = page(GiftClaimRow.by_state, status, limit=limit, cursor=cursor, newest_first=False)
    rows = {
        (row.member_id, row.grant_id): row
        for row in GiftClaimRow.batch_get([(row.member_id, row.grant_id) for row in found.items])
    }
    whole = [rows[key] for row in found.items if (key := (row.member_id, row.grant_id)) in rows]
    return Page([row.as_value(GiftClaim) for row in whole], found.next)


def put_claim(claim: GiftClaim, otherwise: Otherwise | None = None) -> Write:
    """Put a fresh gift into a member's hands, once."""
    return put_new(_claim_row(claim), otherwise)


def replace_claim(before: GiftClaim, after: GiftClaim) -> Write:
    """Write ``after`` over the gift read as ``before``; ``GiftMoved`` when it moved meanwhile."""
    row = _claim_row(replace(after, version=before.version + 1))
    return put(row, GiftClaimRow.version == before.version, GiftMoved)


def due_claims(at: datetime, limit: int) -> Iterator[tuple[str, str]]:
    """Gifts without an address to tell of or to end by ``at``, at most ``limit`` of each shard."""
    for shard in range(DUE_SHARDS):
        for row in GiftClaimRow.by_due.query(str(shard), GiftClaimRow.due_at <= at, limit=limit):
            yield row.member_id, row.grant_id


def claim_of_image(image: dict[str, Any]) -> GiftClaim:
    """The gift that a stream record of ``gift-claims`` holds."""
    return GiftClaimRow.of_image(image).as_value(GiftClaim)


def sealed(address: Address, grant_id: str) -> str:
    """Where the gift goes, unreadable without our key."""
    region = [address.province, address.city, address.district]
    whole = [address.receiver, address.phone, *region, address.street]
    return crypto.seal(json.dumps(whole, ensure_ascii=False), context=f"{grant_id}:gift")


def receiver_of(claim: GiftClaim) -> Mapping[str, str]:
    """The receiver of a claimed gift, for whoever packs it."""
    assert claim.address_sealed is not None
    whole = json.loads(crypto.unseal(claim.address_sealed, context=f"{claim.grant_id}:gift"))
    return dict(zip(("receiver", "phone", "province", "city", "district", "street"), whole, strict=True))


def _claim_row(claim: GiftClaim) -> GiftClaimRow:
    row = GiftClaimRow.of_value(claim)
    if claim.status == "WAITING":
        row.due_shard = str(shard_of(claim.grant_id, DUE_SHARDS))
        row.due_at = _due_at(claim.expires_at, claim.is_told)
    return row
