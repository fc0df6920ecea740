"""Where access tokens are kept, so that all containers share one and only one of them fetches it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import ConditionFailed, commit, update
from chalicelib.wechat.models import TokenRow

REFRESH_LOCK = timedelta(seconds=10)
"""Longer than one call with its time-outs, so the lock of a dead container frees itself."""


@dataclass(frozen=True)
class Token:
    """An access token as it is kept; ``forced_at`` is when WeChat was last made to renew it early."""

    access_token: str
    expires_at: datetime
    forced_at: datetime | None = None


def find(app: str) -> Token | None:
    """The token kept for ``app``, expired or not."""
    row = TokenRow.find(app)
    if row is None or row.access_token is None or row.expires_at is None:
        return None
    return Token(row.access_token, row.expires_at, row.forced_at)


def take_refresh_lock(app: str, seen: Token | None) -> bool:
    """Whether the caller may refresh: nobody else is at it, and the token is still the one ``seen``."""
    is_free = TokenRow.refresh_lock_until.does_not_exist() | (TokenRow.refresh_lock_until < now())
    is_unchanged = (
        TokenRow.access_token == seen.access_token if seen else TokenRow.access_token.does_not_exist()
    )
    try:
        commit(
            update(
                TokenRow,
                (app,),
                [TokenRow.refresh_lock_until.set(now() + REFRESH_LOCK)],
                is_free & is_unchanged,
            )
        )
    except ConditionFailed:
        return False
    return True


def keep(app: str, token: Token) -> None:
    """Store the fresh ``token`` and let go of the lock, in one write."""
    actions = [
        TokenRow.access_token.set(token.access_token),
        TokenRow.expires_at.set(token.expires_at),
        TokenRow.refresh_lock_until.remove(),
    ]
    if token.forced_at is not None:
        actions.append(TokenRow.forced_at.set(token.forced_at))
    commit(update(TokenRow, (app,), actions))


def release_refresh_lock(app: str) -> None:
    """Let the next one try, after a refresh that failed."""
    commit(update(TokenRow, (app,), [TokenRow.refresh_lock_until.remove()]))
