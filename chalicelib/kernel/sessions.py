"""Sessions: one row each, renewed by a refresh token that is good once.

The row keeps only the hash of the token in force. Each renewal makes a new one; an older token that
comes again was copied, so it ends the session for the thief and the owner alike. Whose sessions
they are, and whether that person may still come in, is judged by the rooms that sign people in.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.kernel import auth, clock, crypto, ids, log
from chalicelib.kernel.auth import Entrant, Kind
from chalicelib.kernel.dynamo import (
    IntAttribute,
    Table,
    TimeAttribute,
    Write,
    commit,
    put_new,
    table_name,
    update,
)
from chalicelib.kernel.errors import Unauthorized

IDLE = {
    "mp": timedelta(hours=2),  # wx.login signs in again without a word
    "oa": timedelta(days=7),  # signing in again leaves the page a shopper is on
    "web": timedelta(days=7),  # … or asks for a password
    "console": timedelta(hours=2),
}
LONGEST = {"member": timedelta(days=30), "staff": timedelta(hours=12)}
_REMEMBERED = timedelta(days=1)


class OwnerIndex(GlobalSecondaryIndex["SessionRow"]):  # type: ignore[no-untyped-call]
    """All sessions of one person."""

    class Meta:
        index_name = "owner"
        projection = KeysOnlyProjection()

    owner_id = UnicodeAttribute(hash_key=True)


class SessionRow(Table):
    """One signed-in device."""

    class Meta:
        table_name = table_name("sessions")

    session_id = UnicodeAttribute(hash_key=True)
    owner_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    via = UnicodeAttribute()
    token_hash = UnicodeAttribute()
    started_at = TimeAttribute()
    idle_until = TimeAttribute()
    ends_at = TimeAttribute()
    ended_at = TimeAttribute(null=True)
    forget_at = IntAttribute()
    owner = OwnerIndex()


@dataclass(frozen=True)
class Session:
    """A session that may be renewed with the token it was resumed by."""

    session_id: str
    owner_id: str
    kind: Kind
    via: str
    token_hash: str
    ends_at: datetime


@dataclass(frozen=True)
class Seen:
    """A session as its owner sees it among others; unless renewed it is over at ``idle_until``."""

    session_id: str
    via: str
    started_at: datetime
    idle_until: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Tokens:
    """What the signed-in keep. The access token is good until ``expires_at``."""

    session_id: str
    access_token: str
    refresh_token: str
    expires_at: datetime


class SessionOver(Unauthorized):
    """Signed out, idle too long, renewed elsewhere, or never a session of ours."""


def start(kind: Kind, owner_id: str, via: str) -> tuple[Tokens, Write]:
    """A new session: its tokens, and the write that makes them good."""
    session_id, at = ids.new_id("SE"), clock.now()
    ends_at = at + LONGEST[kind]
    idle_until = min(at + IDLE[via], ends_at)
    tokens = _tokens(Entrant(kind, owner_id, session_id, via))
    row = SessionRow(
        session_id,
        owner_id=owner_id,
        kind=kind,
        via=via,
        token_hash=crypto.fingerprint(tokens.refresh_token),
        started_at=at,
        idle_until=idle_until,
        ends_at=ends_at,
        forget_at=_forget_at(idle_until),
    )
    return tokens, put_new(row)


def resume(refresh_token: str, kind: Kind) -> Session:
    """The live session of this token. Raises ``SessionOver``; a token used before also ends its session."""
    raw = crypto.open_signed(refresh_token, purpose=f"refresh:{kind}")
    row = SessionRow.find(json.loads(raw)[0]) if raw is not None else None
    if row is None or row.ended_at is not None or row.idle_until <= clock.now():
        raise SessionOver()
    if row.token_hash != crypto.fingerprint(refresh_token):
        log.warning("refresh_token_reused", session_id=row.session_id, owner_id=row.owner_id)
        log.count("refresh_token_reused", kind=kind)
        commit(end(row.session_id))
        raise SessionOver()
    return row.as_value(Session)


def is_live(session_id: str) -> bool:
    """Whether this session is neither over nor unknown, for whom 30 minutes of a token are too long."""
    row = SessionRow.find(session_id)
    return row is not None and row.ended_at is None and row.idle_until > clock.now()


def live(owner_id: str) -> list[Seen]:
    """This person's sessions that are not over, the newest first; at most 90."""
    found = (SessionRow.find(row.session_id) for row in SessionRow.owner.query(owner_id, limit=90))
    there = [row for row in found if row is not None]
    alive = [row for row in there if row.ended_at is None and row.idle_until > clock.now()]
    return sorted((row.as_value(Seen) for row in alive), key=lambda one: one.started_at, reverse=True)


def renew(session: Session) -> tuple[Tokens, Write]:
    """Fresh tokens, and the write that puts them in force; of two at once only one commits."""
    tokens = _tokens(Entrant(session.kind, session.owner_id, session.session_id, session.via))
    idle_until = min(clock.now() + IDLE[session.via], session.ends_at)
    write = update(
        SessionRow,
        (session.session_id,),
        [
            SessionRow.token_hash.set(crypto.fingerprint(tokens.refresh_token)),
            SessionRow.idle_until.set(idle_until),
            SessionRow.forget_at.set(_forget_at(idle_until)),
        ],
        (SessionRow.token_hash == session.token_hash) & SessionRow.ended_at.does_not_exist(),
        otherwise=SessionOver,
    )
    return tokens, write


def end(session_id: str) -> Write:
    """Sign this session out; it stays over."""
    return update(
        SessionRow,
        (session_id,),
        [SessionRow.ended_at.set(clock.now())],
        SessionRow.session_id.exists(),
        otherwise=SessionOver,
    )


def end_all(owner_id: str, *, but: str = "") -> list[Write]:
    """Sign out every session of this person except ``but``, at most 90 (staff have a handful)."""
    found = SessionRow.owner.query(owner_id, limit=90)
    return [end(row.session_id) for row in found if row.session_id != but]


def _forget_at(idle_until: datetime) -> int:
    return int((idle_until + _REMEMBERED).timestamp())


def _tokens(entrant: Entrant) -> Tokens:
    """The refresh token is signed, so that a wrong one is known to be an old one, not a guess."""
    claims = [entrant.session_id, crypto.random_token()]
    return Tokens(
        session_id=entrant.session_id,
        access_token=auth.access_token(entrant),
        refresh_token=crypto.sign(json.dumps(claims).encode(), purpose=f"refresh:{entrant.kind}"),
        expires_at=clock.now() + auth.ACCESS_LIFETIME,
    )
