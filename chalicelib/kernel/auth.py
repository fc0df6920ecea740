"""Who is at the door: short signed access tokens and the guards that doors name as ``who=``.

A token says who and in which session, and a member's is believed for 30 minutes without a read; the
refresh row that renews it can be revoked (the rooms that sign people in keep those rows). Some guards
ask more (is she an approved distributor, is this staff member's session live, may he do that): the
front door tells the kernel how, with ``install``.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from chalicelib.kernel import clock, crypto
from chalicelib.kernel.errors import DomainError, Forbidden, Unauthorized

Kind = Literal["anyone", "member", "staff", "wechat"]
ACCESS_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class Entrant:
    """Somebody who came in. ``via`` is how they signed in: mp, oa, web or console."""

    kind: Kind
    id: str = ""
    session_id: str = ""
    via: str = ""


@dataclass(frozen=True)
class Guard:
    """What a door demands: a kind of entrant, and perhaps a check with its argument."""

    name: str
    kind: Kind
    check: str | None = None
    argument: str = ""


anyone = Guard("anyone", "anyone")
member = Guard("member", "member")
wechat = Guard("wechat", "wechat")
"""WeChat proves itself by its signature, inside the door."""


OWN = "own"
"""What every staff member may do without a role: see itself, change its password, sign out."""


def staff(permission: str) -> Guard:
    """A staff member whose role grants ``permission``, e.g. ``orders.ship``."""
    return Guard(f"staff:{permission}", "staff", "staff", permission)


_checks: dict[str, Callable[[Entrant, str], None]] = {}
_refusals: dict[str, Callable[[], tuple[type[DomainError], ...]]] = {}


def install(
    check: str,
    how: Callable[[Entrant, str], None],
    refusals: Callable[[], tuple[type[DomainError], ...]] = tuple,
) -> None:
    """Let guards with this check be judged by ``how(entrant, argument)``, which raises one of ``refusals()``.

    ``Unauthorized`` and ``Forbidden`` need not be named. Asked for the contract only.
    """
    _checks[check] = how
    _refusals[check] = refusals


def refusals_of(guard: Guard) -> tuple[type[DomainError], ...]:
    """How this guard may refuse whom it is shown, for the contract."""
    if guard.kind == "anyone":
        return ()
    own = _refusals[guard.check]() if guard.check is not None else ()
    return (Unauthorized, Forbidden, *own)


def access_token(entrant: Entrant) -> str:
    """A token that lets this entrant in for 30 minutes."""
    until = int((clock.now() + ACCESS_LIFETIME).timestamp())
    claims = [entrant.kind, entrant.id, entrant.session_id, entrant.via, until]
    return crypto.sign(json.dumps(claims).encode(), purpose="access")


def admit(guard: Guard, authorization: str | None) -> Entrant:
    """The entrant, if the guard lets them in. Raises ``Unauthorized`` or ``Forbidden``."""
    if guard.kind in ("anyone", "wechat"):
        return _read(authorization) or Entrant(guard.kind)
    entrant = _read(authorization)
    if entrant is None:
        raise Unauthorized()
    if entrant.kind != guard.kind:
        raise Forbidden()
    demand(guard, entrant)
    return entrant


def demand(guard: Guard, entrant: Entrant) -> None:
    """The guard's own check of who is in already; for what only the thing asked for names.

    Raises what the check refuses by, ``Forbidden`` among it.
    """
    if guard.check is not None:
        _checks[guard.check](entrant, guard.argument)


def _read(authorization: str | None) -> Entrant | None:
    scheme, _, token = (authorization or "").partition(" ")
    raw = crypto.open_signed(token, purpose="access") if scheme == "Bearer" else None
    if raw is None:
        return None
    kind, who, session_id, via, until = json.loads(raw)
    if until <= clock.now().timestamp():
        return None
    return Entrant(kind, who, session_id, via)
