"""Members' own doors: sign in and out, the profile, addresses (M1, M2)."""

from typing import Any

from chalicelib.kernel import ids
from chalicelib.kernel.auth import anyone
from chalicelib.kernel.auth import member as signed_in
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Nothing, Reply
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.passwords import WeakPassword
from chalicelib.kernel.sessions import SessionOver, Tokens
from chalicelib.members import rules, store
from chalicelib.members.begin_oauth import Begun, begin_oauth
from chalicelib.members.change_avatar import change_avatar
from chalicelib.members.change_nickname import change_nickname
from chalicelib.members.finish_oauth import finish_oauth
from chalicelib.members.offer_avatar import offer_avatar
from chalicelib.members.refresh import refresh
from chalicelib.members.remove_address import remove_address
from chalicelib.members.rules import Address, Member
from chalicelib.members.save_address import save_address
from chalicelib.members.schemas import (
    AddressesOut,
    AddressIn,
    AddressOut,
    AvatarIn,
    AvatarOfferOut,
    CredentialsIn,
    MeOut,
    MiniProgramCodeIn,
    OfficialAccountCodeIn,
    PhoneCodeIn,
    ProfileIn,
    RefreshIn,
    SignedInOut,
    WayToWeChatAsked,
)
from chalicelib.members.sign_in import sign_in
from chalicelib.members.sign_in_with_password import sign_in_with_password
from chalicelib.members.sign_out import sign_out
from chalicelib.members.sign_up import sign_up
from chalicelib.members.start_session import start_session
from chalicelib.members.take_phone import take_phone
from chalicelib.wechat.login import (
    CodeExpired,
    CodeUsed,
    LoginBlocked,
    PhoneUnavailable,
    SnapshotUser,
    identity_of_code,
)
from chalicelib.wechat.transport import WeChatUnavailable

doors = Doors("/shop")
_KEPT_OUT = (rules.MemberBlocked, rules.MemberClosed)
_FROM_WECHAT = (CodeUsed, CodeExpired, LoginBlocked, WeChatUnavailable)
_COOKIE = "fx_way"


@doors.post(
    "/sign-in/mini-program",
    who=anyone,
    body=MiniProgramCodeIn,
    returns=SignedInOut,
    errors=(*_FROM_WECHAT, *_KEPT_OUT),
)
def sign_in_from_mini_program(ask: Ask[MiniProgramCodeIn]) -> SignedInOut:
    """Sign in with the code of wx.login; the first time makes the member."""
    found = sign_in(identity_of_code(ask.body.code))
    return _session(found.member, start_session(found.member, "mp"), is_new=found.is_new)


@doors.get(
    "/sign-in/official-account/start",
    who=anyone,
    query=WayToWeChatAsked,
    returns=Nothing,
    status=302,
    errors=(rules.BadReturnAddress,),
)
def go_to_wechat(ask: Ask[Any]) -> Reply:
    """Go to WeChat to be known; it comes back to ``return_to`` with ``code`` and ``state``."""
    begun = begin_oauth(ask.query.return_to)
    return Reply(status=302, headers={"Location": begun.url, "Set-Cookie": _cookie(begun)})


@doors.post(
    "/sign-in/official-account",
    who=anyone,
    body=OfficialAccountCodeIn,
    returns=SignedInOut,
    errors=(rules.BadState, SnapshotUser, *_FROM_WECHAT, *_KEPT_OUT),
)
def sign_in_from_official_account(ask: Ask[OfficialAccountCodeIn]) -> SignedInOut:
    """Sign in with what WeChat put on the way back, in the browser that began it."""
    identity = finish_oauth(ask.body.code, ask.body.state, _nonce(ask.headers.get("cookie", "")))
    found = sign_in(identity)
    return _session(found.member, start_session(found.member, "oa"), is_new=found.is_new)


@doors.post(
    "/sign-up",
    who=anyone,
    body=CredentialsIn,
    returns=SignedInOut,
    status=201,
    errors=(rules.BadUsername, rules.UsernameTaken, WeakPassword, TooOften),
)
def sign_up_with_password(ask: Ask[CredentialsIn]) -> SignedInOut:
    """Become a member with a username and a password."""
    member = sign_up(ask.body.username, ask.body.password, ip=ask.ip)
    return _session(member, start_session(member, "web"), is_new=True)


@doors.post(
    "/sign-in/password",
    who=anyone,
    body=CredentialsIn,
    returns=SignedInOut,
    errors=(rules.WrongPassword, TooOften, *_KEPT_OUT),
)
def sign_in_by_password(ask: Ask[CredentialsIn]) -> SignedInOut:
    """Sign in with a username and a password."""
    member = sign_in_with_password(ask.body.username, ask.body.password, ip=ask.ip)
    return _session(member, start_session(member, "web"))


@doors.post(
    "/sign-in/refresh",
    who=anyone,
    body=RefreshIn,
    returns=SignedInOut,
    errors=(SessionOver, *_KEPT_OUT),
)
def renew_session(ask: Ask[RefreshIn]) -> SignedInOut:
    """Renew a session; the refresh token is used up, and using it twice ends the session."""
    return _session(*refresh(ask.body.refresh_token))


@doors.post("/sign-out", who=signed_in, returns=Nothing, status=204, errors=(SessionOver,))
def leave(ask: Ask[Any]) -> None:
    """Sign out on this device."""
    sign_out(ask.who.session_id)


@doors.get("/me", who=signed_in, returns=MeOut)
def read_me(ask: Ask[Any]) -> MeOut:
    """The asking member."""
    return _me(store.load(ask.who.id))


@doors.put(
    "/me",
    who=signed_in,
    body=ProfileIn,
    returns=MeOut,
    errors=(
        rules.NicknameNotFine,
        rules.NicknameNotChecked,
        rules.NicknameNeedsMiniProgram,
        rules.NotYourPicture,
        Invalid,
        TooOften,
    ),
)
def change_me(ask: Ask[ProfileIn]) -> MeOut:
    """Change what others see of the asking member."""
    me, given = store.load(ask.who.id), ask.body
    if given.nickname is not None and given.nickname != me.nickname:
        me = change_nickname(me.member_id, given.nickname)
    if given.avatar_url is not None:
        me = change_avatar(me.member_id, given.avatar_url)
    return _me(me)


@doors.post("/me/avatar", who=signed_in, body=AvatarIn, returns=AvatarOfferOut, errors=(TooOften,))
def upload_avatar(ask: Ask[AvatarIn]) -> AvatarOfferOut:
    """Where to upload a picture of oneself."""
    return AvatarOfferOut.model_validate(offer_avatar(ask.who.id, ask.body.content_type))


@doors.post(
    "/me/phone",
    who=signed_in,
    body=PhoneCodeIn,
    returns=MeOut,
    errors=(CodeUsed, CodeExpired, PhoneUnavailable, WeChatUnavailable, TooOften),
)
def give_phone(ask: Ask[PhoneCodeIn]) -> MeOut:
    """Keep the phone number of WeChat's phone button."""
    return _me(take_phone(ask.who.id, ask.body.code))


@doors.get("/me/addresses", who=signed_in, returns=AddressesOut)
def list_addresses(ask: Ask[Any]) -> AddressesOut:
    """The asking member's addresses, the default first."""
    book, _ = store.address_book(ask.who.id)
    ordered = sorted(book, key=lambda one: not one.is_default)
    return AddressesOut(items=[AddressOut.model_validate(one) for one in ordered])


@doors.post(
    "/me/addresses",
    who=signed_in,
    body=AddressIn,
    returns=AddressOut,
    status=201,
    errors=(rules.TooManyAddresses, rules.AddressesChanged),
)
def add_address(ask: Ask[AddressIn]) -> AddressOut:
    """Add an address."""
    return _saved(ask, ids.new_id("AD"), is_new=True)


@doors.put(
    "/me/addresses/{address_id}",
    who=signed_in,
    body=AddressIn,
    returns=AddressOut,
    errors=(rules.AddressUnknown, rules.AddressesChanged),
)
def change_address(ask: Ask[AddressIn]) -> AddressOut:
    """Change an address."""
    return _saved(ask, ask.path["address_id"], is_new=False)


@doors.delete(
    "/me/addresses/{address_id}",
    who=signed_in,
    returns=Nothing,
    status=204,
    errors=(rules.AddressUnknown, rules.AddressesChanged),
)
def drop_address(ask: Ask[Any]) -> None:
    """Remove an address."""
    remove_address(ask.who.id, ask.path["address_id"])


def _saved(ask: Ask[AddressIn], address_id: str, *, is_new: bool) -> AddressOut:
    address = Address(address_id=address_id, **ask.body.model_dump())
    return AddressOut.model_validate(save_address(ask.who.id, address, is_new=is_new))


def _session(member: Member, tokens: Tokens, *, is_new: bool = False) -> SignedInOut:
    return SignedInOut(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        is_new=is_new,
        member=_me(member),
    )


def _me(member: Member) -> MeOut:
    inviter = store.find(member.upline) if member.upline else None
    return MeOut(
        member_id=member.member_id,
        nickname=member.nickname,
        avatar_url=member.avatar_url,
        phone_masked=member.phone_masked,
        username=member.username,
        inviter_nickname=rules.masked(inviter.nickname) if inviter else None,
        joined_at=member.joined_at,
        bound_at=member.bound_at,
        has_mini_program=config().mp_appid in member.openids,
    )


def _cookie(begun: Begun) -> str:
    secure = "; Secure" if config().public_url.startswith("https:") else ""
    seconds = int(begun.lifetime.total_seconds())
    return f"{_COOKIE}={begun.nonce}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"


def _nonce(cookies: str) -> str:
    held = dict(part.strip().partition("=")[::2] for part in cookies.split(";"))
    return held.get(_COOKIE, "")
