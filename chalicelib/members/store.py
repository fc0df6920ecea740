"""Members in their tables. Reads give frozen values; write-makers return writes and commit nothing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.kernel import clock, crypto
from chalicelib.kernel.days import walk_back
from chalicelib.kernel.dynamo import Otherwise, Write, check, delete, put, put_new, update
from chalicelib.kernel.jobs import Change
from chalicelib.kernel.paging import MAX_PAGE, Page, page
from chalicelib.members.models import AddressBookRow, IdentityRow, MemberRow
from chalicelib.members.rules import (
    CLOSED_NAME,
    Address,
    AddressesChanged,
    AddressUnknown,
    BoughtBefore,
    Credential,
    Member,
    MemberChanged,
    MemberClosed,
    MemberUnknown,
    Status,
    masked_phone,
)

_UPLINES = (MemberRow.upline_1, MemberRow.upline_2, MemberRow.upline_3)
_LEVELS = (MemberRow.downline_1, MemberRow.downline_2, MemberRow.downline_3)


# -- members ------------------------------------------------------------------------------------


def load(member_id: str) -> Member:
    """The member. Raises ``MemberUnknown``."""
    member = find(member_id)
    if member is None:
        raise MemberUnknown()
    return member


def find(member_id: str) -> Member | None:
    """The member as it stands now, or ``None``."""
    row = MemberRow.find(member_id)
    return None if row is None else _member(row)


def load_many(member_ids: Iterable[str]) -> dict[str, Member]:
    """Those members who exist, by id; one batch read for each hundred."""
    wanted = sorted(set(member_ids))
    return {row.member_id: _member(row) for row in MemberRow.batch_get(wanted)} if wanted else {}


def downline(member_id: str, level: int, *, limit: int = 20, cursor: str | None = None) -> Page[Member]:
    """Members ``level`` (1 to 3) steps below, newest first. Read eventually consistent."""
    index = _LEVELS[level - 1]
    return page(index, member_id, limit=limit, cursor=cursor).map(_member)


def count_downline(member_id: str, level: int) -> int:
    """How many members stand ``level`` (1 to 3) steps below; read eventually consistent."""
    return _LEVELS[level - 1].count(member_id)


def joined(*, newest: date, oldest: date, limit: int = 20, cursor: str | None = None) -> Page[Member]:
    """Members who joined between these business days, newest first."""
    found = walk_back(
        lambda day, count, inner: page(MemberRow.day, day, limit=count, cursor=inner),
        name="members",
        newest=newest,
        oldest=oldest,
        limit=limit,
        cursor=cursor,
    )
    return found.map(_member)


def with_phone(phone: str) -> list[Member]:
    """Members with this number, at most a hundred."""
    rows = MemberRow.phone.query(crypto.blind_index(phone, field="phone"), limit=MAX_PAGE)
    return list(load_many(row.member_id for row in rows).values())


def with_nickname(beginning: str, *, limit: int = 20) -> list[Member]:
    """Members whose chosen nickname begins so."""
    begins = MemberRow.nickname.startswith(beginning)
    rows = MemberRow.by_nickname.query(beginning[0], begins, limit=max(1, min(limit, MAX_PAGE)))
    return list(load_many(row.member_id for row in rows).values())


def images_of(change: Change) -> tuple[Member | None, Member]:
    """The member before and after a change of the table; for followers."""
    new, old = change.new or change.old, change.old if change.new else None
    assert new is not None, "a change has an image"
    return (_member(MemberRow.of_image(old)) if old else None), _member(MemberRow.of_image(new))


def put_member(member: Member) -> Write:
    """Put a member who is new; ``ConditionFailed`` when the id is taken."""
    day = clock.business_day(member.joined_at).isoformat()
    return put_new(MemberRow.of_value(member, joined_day=day, **_uplines(member.path)))


def bind_upline(
    member: Member, path: Sequence[str], *, at: datetime, code: str, otherwise: Otherwise | None = None
) -> Write:
    """Set the uplines to ``path`` (nearest first) if the direct inviter is still as in ``member``."""
    actions = [*_set_path(path), MemberRow.bound_at.set(at), MemberRow.bound_code.set(code)]
    return _change(member.member_id, actions, _upline_is(member), otherwise=otherwise or MemberChanged)


def unchanged(member: Member, otherwise: Otherwise | None = None) -> Write:
    """Let the commit fail unless the direct inviter is still as in ``member``."""
    return check(MemberRow, (member.member_id,), _upline_is(member), otherwise=otherwise or MemberChanged)


def still_open(member_id: str) -> Write:
    """Let the commit fail with ``MemberClosed`` once the member has closed the account."""
    return check(MemberRow, (member_id,), MemberRow.status != "CLOSED", otherwise=MemberClosed)


def same_path(member: Member) -> Write:
    """Let the commit fail unless the whole path is still as in ``member``."""
    return check(MemberRow, (member.member_id,), _path_is(member.path), otherwise=MemberChanged)


def set_path(member: Member, path: Sequence[str]) -> Write:
    """Correct the path above the direct inviter, if the direct inviter is still as in ``member``."""
    assert path[:1] == member.path[:1], "a correction never changes the inviter"
    return _change(member.member_id, _set_path(path), _upline_is(member))


def mark_bought(member_id: str, at: datetime) -> Write:
    """Note when the member first bought; the commit raises ``BoughtBefore`` when that was no later.

    So the earliest stays in whatever order the orders' events come.
    """
    is_first = MemberRow.bought_at.does_not_exist() | (MemberRow.bought_at > at)
    return _change(member_id, [MemberRow.bought_at.set(at)], is_first, otherwise=BoughtBefore)


def add_openid(member_id: str, appid: str, openid: str) -> Write:
    """Note by which openid the member is known in one more app."""
    return _change(member_id, [MemberRow.openids[appid].set(openid)])


def set_unionid(member_id: str, unionid: str) -> Write:
    """Note the name that joins the member's identities."""
    return _change(member_id, [MemberRow.unionid.set(unionid)])


def set_nickname(member_id: str, nickname: str) -> Write:
    """The nickname the member chose."""
    actions = [MemberRow.nickname.set(nickname), MemberRow.nickname_initial.set(nickname[0])]
    return _change(member_id, actions)


def set_avatar(member_id: str, avatar_url: str) -> Write:
    """The picture the member chose."""
    return _change(member_id, [MemberRow.avatar_url.set(avatar_url)])


def set_phone(member_id: str, phone: str) -> Write:
    """Keep the number sealed, with its blind index and what may be shown (N4)."""
    actions = [
        MemberRow.phone_sealed.set(crypto.seal(phone, context=f"{member_id}:phone")),
        MemberRow.phone_index.set(crypto.blind_index(phone, field="phone")),
        MemberRow.phone_masked.set(masked_phone(phone)),
    ]
    return _change(member_id, actions)


def set_note(member_id: str, note: str) -> Write:
    """What staff should know about the member; an empty text removes it."""
    return _change(member_id, [MemberRow.note.set(note) if note else MemberRow.note.remove()])


def set_tags(member_id: str, tags: tuple[str, ...]) -> Write:
    """The tags by which staff group members."""
    return _change(member_id, [MemberRow.tags.set(tags)])


def set_status(member: Member, status: Status, *, reason: str | None) -> Write:
    """Block or let in again, if the status is still as in ``member``."""
    why = MemberRow.block_reason.set(reason) if reason else MemberRow.block_reason.remove()
    return _change(member.member_id, [MemberRow.status.set(status), why], MemberRow.status == member.status)


def close(member: Member) -> Write:
    """Close the account and empty it of what names the person, if status and names are as in ``member``."""
    row = MemberRow
    gone = (
        row.nickname_initial, row.avatar_url, row.unionid, row.username, row.phone_sealed, row.phone_index,
        row.phone_masked, row.note, row.block_reason,
    )  # fmt: skip
    actions = [
        row.status.set("CLOSED"),
        row.nickname.set(CLOSED_NAME),
        row.openids.set({}),
        row.tags.set(()),
        *(attribute.remove() for attribute in gone),
    ]
    same_names = (row.openids == dict(member.openids)) & _is(row.unionid, member.unionid)
    return _change(member.member_id, actions, (row.status == member.status) & same_names)


def phone_of(member_id: str) -> str | None:
    """The member's own number, unsealed; for the member alone."""
    row = MemberRow.find(member_id)
    sealed = row.phone_sealed if row else None
    return crypto.unseal(sealed, context=f"{member_id}:phone") if sealed else None


# -- identities ---------------------------------------------------------------------------------


def member_of_identity(appid: str, openid: str) -> str | None:
    """Whose openid this is."""
    row = IdentityRow.find(_wechat(appid, openid))
    return None if row is None else row.member_id


def member_of_unionid(unionid: str) -> str | None:
    """Whose unionid this is."""
    row = IdentityRow.find(f"unionid:{unionid}")
    return None if row is None else row.member_id


def credential(username: str) -> Credential | None:
    """What this username opens."""
    row = IdentityRow.find(f"username:{username}")
    return None if row is None or row.password_hash is None else Credential(row.member_id, row.password_hash)


def put_identity(appid: str, openid: str, member_id: str) -> Write:
    """Let this openid mean this member; ``ConditionFailed`` when it means somebody already."""
    return put_new(IdentityRow(_wechat(appid, openid), member_id=member_id, made_at=clock.now()))


def put_unionid(unionid: str, member_id: str) -> Write:
    """Let this unionid mean this member; ``ConditionFailed`` when it means somebody already."""
    return put_new(IdentityRow(f"unionid:{unionid}", member_id=member_id, made_at=clock.now()))


def put_username(username: str, credential: Credential, otherwise: Otherwise) -> Write:
    """Let this username mean this member, if it is free."""
    row = IdentityRow(
        f"username:{username}",
        member_id=credential.member_id,
        password_hash=credential.password_hash,
        made_at=clock.now(),
    )
    return put_new(row, otherwise)


def drop_identities(member: Member) -> list[Write]:
    """Let every name by which the member signs in mean nobody."""
    names = [_wechat(appid, openid) for appid, openid in member.openids.items()]
    names += [f"unionid:{member.unionid}"] if member.unionid else []
    names += [f"username:{member.username}"] if member.username else []
    return [delete(IdentityRow, (name,)) for name in names]


# -- addresses ----------------------------------------------------------------------------------


def address(member_id: str, address_id: str) -> Address:
    """One of the member's own addresses. Raises ``AddressUnknown``, also for somebody else's."""
    for one in address_book(member_id)[0]:
        if one.address_id == address_id:
            return one
    raise AddressUnknown()


def address_book(member_id: str) -> tuple[tuple[Address, ...], int]:
    """The member's addresses and the version of the book, 0 before the first."""
    row = AddressBookRow.find(member_id)
    if row is None:
        return (), 0
    opened = crypto.unseal(row.addresses_sealed, context=f"{member_id}:addresses")
    return tuple(Address(**one) for one in json.loads(opened)), row.version


def put_address_book(member_id: str, book: tuple[Address, ...], *, version: int) -> Write:
    """The whole book anew, if it still has ``version``."""
    text = json.dumps([asdict(one) for one in book], ensure_ascii=False)
    sealed = crypto.seal(text, context=f"{member_id}:addresses")
    row = AddressBookRow(member_id, version=version + 1, addresses_sealed=sealed)
    if version == 0:
        return put_new(row, AddressesChanged)
    return put(row, AddressBookRow.version == version, AddressesChanged)


def drop_address_book(member_id: str) -> Write:
    """Remove all addresses of the member."""
    return delete(AddressBookRow, (member_id,))


# -- helpers ------------------------------------------------------------------------------------


def _member(row: MemberRow) -> Member:
    path = tuple(one for one in (row.upline_1, row.upline_2, row.upline_3) if one)
    return row.as_value(Member, path=path)


def _change(
    member_id: str,
    actions: Sequence[Action],
    condition: Condition | None = None,
    *,
    otherwise: Otherwise = MemberChanged,
) -> Write:
    """An update never makes a member: one that is not there fails."""
    exists = MemberRow.member_id.exists()
    whole = exists if condition is None else exists & condition
    return update(MemberRow, (member_id,), actions, whole, otherwise=otherwise)


def _upline_is(member: Member) -> Condition:
    if member.upline is None:
        return MemberRow.upline_1.does_not_exist()
    return MemberRow.upline_1 == member.upline


def _is(attribute: UnicodeAttribute, value: str | None) -> Condition:
    return attribute.does_not_exist() if value is None else attribute == value


def _path_is(path: Sequence[str]) -> Condition:
    padded = [*path, None, None, None]
    first, *rest = (
        attribute.does_not_exist() if upline is None else attribute == upline
        for attribute, upline in zip(_UPLINES, padded, strict=False)
    )
    for one in rest:
        first = first & one
    return first


def _set_path(path: Sequence[str]) -> list[Action]:
    assert len(path) <= len(_UPLINES) and len(set(path)) == len(path), f"no such path: {path}"
    padded = [*path, None, None, None]
    return [
        attribute.remove() if upline is None else attribute.set(upline)
        for attribute, upline in zip(_UPLINES, padded, strict=False)
    ]


def _uplines(path: Sequence[str]) -> dict[str, str]:
    return {f"upline_{level}": upline for level, upline in enumerate(path, 1)}


def _wechat(appid: str, openid: str) -> str:
    return f"{appid}#{openid}"
