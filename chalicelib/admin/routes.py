"""Staff's doors to themselves: sign in and out, the own password (G2)."""

from typing import Any

from chalicelib.admin import rules, store
from chalicelib.admin.change_password import change_password
from chalicelib.admin.end_session import end_session
from chalicelib.admin.matching_step import (
    FactorNeeded,
    FactorNotOffered,
    FactorThere,
    StaffRules,
    WrongCode,
    WrongFirstCode,
)
from chalicelib.admin.offer_factor import offer_factor
from chalicelib.admin.refresh import refresh
from chalicelib.admin.rules import Staff
from chalicelib.admin.schemas import (
    FactorIn,
    FactorOfferOut,
    FirstCodeIn,
    PasswordIn,
    StaffCredentialsIn,
    StaffMeOut,
    StaffRefreshIn,
    StaffSessionOut,
    StaffSessionsOut,
    StaffSignedInOut,
)
from chalicelib.admin.set_factor import set_factor
from chalicelib.admin.sign_in import sign_in
from chalicelib.admin.sign_out import sign_out
from chalicelib.kernel import sessions, settings
from chalicelib.kernel.auth import OWN, anyone, staff
from chalicelib.kernel.http import Ask, Doors, Nothing
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.passwords import WeakPassword
from chalicelib.kernel.sessions import SessionOver, Tokens

doors = Doors("/console")
_OWN = staff(OWN)


@doors.post(
    "/sign-in",
    who=anyone,
    body=StaffCredentialsIn,
    returns=StaffSignedInOut,
    errors=(rules.WrongStaffPassword, FactorNeeded, WrongCode, rules.StaffChanged, TooOften),
)
def sign_in_staff(ask: Ask[StaffCredentialsIn]) -> StaffSignedInOut:
    """Sign in to the console."""
    given = ask.body
    return _session(
        *sign_in(given.username, given.password, given.code, ip=ask.ip, request_id=ask.request_id)
    )


@doors.post(
    "/sign-in/refresh",
    who=anyone,
    body=StaffRefreshIn,
    returns=StaffSignedInOut,
    errors=(SessionOver, rules.StaffSignedOut),
)
def renew_staff_session(ask: Ask[StaffRefreshIn]) -> StaffSignedInOut:
    """Renew a session of the console; using a refresh token twice ends the session."""
    return _session(*refresh(ask.body.refresh_token))


@doors.post("/sign-out", who=_OWN, returns=Nothing, status=204, errors=(SessionOver,))
def leave_console(ask: Ask[Any]) -> None:
    """Sign out on this device."""
    sign_out(ask.who.session_id)


@doors.get("/me", who=_OWN, returns=StaffMeOut)
def read_staff_me(ask: Ask[Any]) -> StaffMeOut:
    """The asking staff member, with all that its roles allow."""
    return _me(store.load_staff(ask.who.id))


@doors.put(
    "/me/password",
    who=_OWN,
    body=PasswordIn,
    returns=StaffMeOut,
    errors=(rules.WrongOldPassword, WeakPassword, rules.StaffChanged, TooOften),
)
def change_own_password(ask: Ask[PasswordIn]) -> StaffMeOut:
    """Change the own password; every other session ends."""
    given, session_id = ask.body, ask.who.session_id
    return _me(change_password(ask.who.id, given.old_password, given.new_password, session_id=session_id))


@doors.post(
    "/me/factor",
    who=_OWN,
    body=FactorIn,
    returns=FactorOfferOut,
    errors=(FactorThere, rules.WrongOldPassword, rules.StaffChanged, TooOften),
)
def begin_factor(ask: Ask[FactorIn]) -> FactorOfferOut:
    """Begin to set a second factor up: scan this, then give its first code."""
    return FactorOfferOut.model_validate(offer_factor(ask.who.id, ask.body.password))


@doors.post(
    "/me/factor/confirm",
    who=_OWN,
    body=FirstCodeIn,
    returns=StaffMeOut,
    errors=(
        FactorThere,
        FactorNotOffered,
        WrongFirstCode,
        rules.StaffChanged,
        TooOften,
    ),
)
def confirm_factor(ask: Ask[FirstCodeIn]) -> StaffMeOut:
    """Put the second factor in force; every other session ends."""
    return _me(set_factor(ask.who.id, ask.body.code, session_id=ask.who.session_id))


@doors.get("/me/sessions", who=_OWN, returns=StaffSessionsOut)
def list_sessions(ask: Ask[Any]) -> StaffSessionsOut:
    """Where I am signed in."""
    found = sessions.live(ask.who.id)
    this = ask.who.session_id
    return StaffSessionsOut(
        items=[StaffSessionOut(**vars(one), is_this=one.session_id == this) for one in found]
    )


@doors.delete(
    "/me/sessions/{session_id}", who=_OWN, returns=Nothing, status=204, errors=(rules.SessionUnknown,)
)
def revoke_session(ask: Ask[Any]) -> None:
    """End one of my sessions."""
    end_session(ask.who.id, ask.path["session_id"])


def _session(staff_member: Staff, tokens: Tokens) -> StaffSignedInOut:
    return StaffSignedInOut(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        me=_me(staff_member),
    )


def _me(staff_member: Staff) -> StaffMeOut:
    return StaffMeOut(
        staff_id=staff_member.staff_id,
        username=staff_member.username,
        name=staff_member.name,
        role_ids=staff_member.role_ids,
        permissions=sorted(rules.granted(staff_member, store.roles())),
        must_change_password=staff_member.must_change_password,
        factor_at=staff_member.factor_at,
        must_set_factor=staff_member.factor_at is None and settings.read(StaffRules).must_have_factor,
    )
