"""Members: who they are, what others may see of them, and when they may come in (M1–M3)."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from chalicelib.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized, Unavailable

Status = Literal["ACTIVE", "BLOCKED", "CLOSED"]
CLOSED_NAME = "已注销会员"
MAX_PATH = 3
"""The law and WeChat allow no deeper chain (R12, invariant 9)."""
MAX_ADDRESSES = 20
MIN_PASSWORD = 8
MAX_NICKNAME = 20
AvatarType = Literal["image/jpeg", "image/png"]
AVATAR_ENDINGS: dict[AvatarType, str] = {"image/jpeg": "jpg", "image/png": "png"}
STATE_LIFETIME = timedelta(minutes=10)
"""How long the way through WeChat may take."""


@dataclass(frozen=True)
class Member:
    """A person who uses the shop. ``path`` holds the uplines, nearest first, at most three."""

    member_id: str
    status: Status
    nickname: str
    avatar_url: str | None
    path: tuple[str, ...]
    joined_at: datetime
    bound_at: datetime | None
    bound_code: str | None
    bought_at: datetime | None
    openids: dict[str, str]
    """By appid; WeChat alone tells them."""
    unionid: str | None
    phone_masked: str | None
    tags: tuple[str, ...]
    note: str | None
    username: str | None = None
    block_reason: str | None = None

    @property
    def upline(self) -> str | None:
        """The direct inviter, if any."""
        return self.path[0] if self.path else None

    @property
    def is_active(self) -> bool:
        """Whether the member may sign in."""
        return self.status == "ACTIVE"


@dataclass(frozen=True)
class Credential:
    """What a username opens: the member, and the hash of the password."""

    member_id: str
    password_hash: str


@dataclass(frozen=True)
class Address:
    """Where to send a parcel; personal data in the clear, so it goes only to those who need it."""

    address_id: str
    receiver: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    is_default: bool = False


class MemberUnknown(NotFound):
    title = "没有找到这位会员"
    detail = "会员不存在，请核对后再试。"


class MemberBlocked(Forbidden):
    title = "账号暂时不能使用"
    detail = "您的账号暂时不能登录，如有疑问请联系客服。"


class MemberClosed(Forbidden):
    title = "账号已注销"
    detail = "这个账号已经注销，不能再登录。"


class BoughtBefore(Conflict):
    """The member is known to have bought by then; nothing is to be noted."""

    title = "已记录首次购买"
    detail = "这位会员更早就买过东西，不需要再记录。"


class MemberChanged(Conflict):
    """The upline or the status is no longer as it was read; try again with what is true now."""

    title = "会员信息刚刚有变化"
    detail = "会员信息刚刚有变化，请刷新后再试。"


class WrongPassword(Unauthorized):
    """The same answer for an unknown user and a wrong password."""

    title = "登录没有成功"
    detail = "用户名或密码不对，请检查后再试。"


class UsernameTaken(Conflict):
    title = "用户名已被使用"
    detail = "这个用户名已经有人用了，请换一个。"


class BadUsername(Invalid):
    title = "用户名不合适"
    detail = "用户名需要 4 到 20 位，以字母开头，只用字母、数字和下划线。"


class BadState(Unauthorized):
    """The way back from WeChat did not begin in this browser within ten minutes, or was used before."""

    title = "登录没有成功"
    detail = "这次登录已经失效，请回到商城再点一次登录。"


class BadReturnAddress(Invalid):
    """An address outside the shop would let a stranger take over the sign-in (wechat.md §6.19)."""

    title = "链接不对"
    detail = "请从商城页面重新登录。"


class NicknameNotFine(Invalid):
    title = "昵称不合适"
    detail = "这个昵称暂时不能使用，请换一个试试。"


class NicknameNotChecked(Unavailable):
    """WeChat is out of reach; nothing unjudged is published (N4)."""

    title = "昵称暂时改不了"
    detail = "现在无法确认昵称是否合适，请稍后再试，其他功能不受影响。"


class NicknameNeedsMiniProgram(Conflict):
    """WeChat judges a text only for somebody it knows in the mini-program."""

    title = "请在小程序里修改"
    detail = "昵称需要在微信小程序里修改，请打开小程序后再试。"


class NotYourPicture(Invalid):
    """Only what was uploaded through us is shown."""

    title = "头像没有换好"
    detail = "请重新选择一张图片。"


class AddressUnknown(NotFound):
    title = "没有找到收货地址"
    detail = "这个收货地址不存在或已删除。"


class TooManyAddresses(Conflict):
    title = "收货地址已满"
    detail = f"最多保存 {MAX_ADDRESSES} 个收货地址，请先删除不用的。"


class AddressesChanged(Conflict):
    title = "收货地址刚刚有变化"
    detail = "收货地址刚刚在别处修改过，请刷新后再试。"


def new_member(
    member_id: str,
    joined_at: datetime,
    *,
    openids: dict[str, str] | None = None,
    unionid: str | None = None,
    username: str | None = None,
) -> Member:
    """A member as the first moment finds it: active, unbound, with a name we give."""
    return Member(
        member_id=member_id,
        status="ACTIVE",
        nickname=default_nickname(member_id),
        avatar_url=None,
        path=(),
        joined_at=joined_at,
        bound_at=None,
        bound_code=None,
        bought_at=None,
        openids=openids or {},
        unionid=unionid,
        phone_masked=None,
        tags=(),
        note=None,
        username=username,
    )


def demand_active(member: Member) -> None:
    """Let an active member pass. Raises ``MemberBlocked`` or ``MemberClosed``."""
    if member.status == "BLOCKED":
        raise MemberBlocked()
    if member.status == "CLOSED":
        raise MemberClosed()


def status_after(member: Member, wanted: Status) -> Status:
    """The status staff may give; a closed account stays closed. Raises ``MemberClosed``."""
    if member.status == "CLOSED":
        raise MemberClosed("这个账号已经由会员本人注销。")
    return wanted


def below(upline_id: str, upline_path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of a member directly below ``upline_id``."""
    return (upline_id, *upline_path)[:MAX_PATH]


def masked(name: str) -> str:
    """A name as strangers may see it: ``小**``."""
    return f"{name[0]}**" if name else "会员"


def masked_phone(phone: str) -> str:
    """``138****8000``, ``+85****4567``: the first three and the last four."""
    return f"{phone[:3]}****{phone[-4:]}"


def default_nickname(member_id: str) -> str:
    """A name for somebody who has not chosen one; WeChat no longer tells nicknames (wechat.md §3.1)."""
    return f"会员{member_id[-4:]}"


def cleaned_nickname(text: str) -> str:
    """The nickname without invisible letters and doubled spaces. Raises ``NicknameNotFine``."""
    visible = "".join(one for one in text if unicodedata.category(one)[0] != "C")
    name = " ".join(visible.split())
    if not 1 <= len(name) <= MAX_NICKNAME:
        raise NicknameNotFine(f"昵称需要 1 到 {MAX_NICKNAME} 个字。")
    return name


def cleaned_username(text: str) -> str:
    """The username in lower case. Raises ``BadUsername``."""
    name = text.strip().lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]{3,19}", name):
        raise BadUsername()
    return name


def avatar_folder(member_id: str) -> str:
    """Where in the media bucket the member's pictures are."""
    return f"media/avatars/{member_id}/"


def demand_own_avatar(public_url: str, member_id: str, avatar_url: str) -> None:
    """Accept only a picture in the member's own folder. Raises ``NotYourPicture``."""
    folder = re.escape(f"{public_url}/{avatar_folder(member_id)}")
    endings = "|".join(AVATAR_ENDINGS.values())
    if not re.fullmatch(rf"{folder}AV[0-9A-Z]{{26}}\.({endings})", avatar_url):
        raise NotYourPicture()


def demand_within(h5_url: str, return_to: str) -> None:
    """Accept only an address of our own H5 shop to return to. Raises ``BadReturnAddress``.

    A shop on this machine also answers to names under ``.localhost``, which never leave it (RFC 6761):
    each phone of the local world opens it under a name, and so with a storage, of its own.
    """
    if not re.fullmatch(r"[!-~]{1,1000}", return_to) or "\\" in return_to:
        raise BadReturnAddress()
    ours, given = urlsplit(h5_url), urlsplit(return_to)
    is_phone = ours.hostname == "127.0.0.1" and bool(
        re.fullmatch(rf"p\d+\.fenxiao\.localhost:{ours.port}", given.netloc)
    )
    is_ours = given.scheme == ours.scheme and (given.netloc == ours.netloc or is_phone)
    steps = given.path.lower().replace("%2e", ".").replace("%2f", "/").split("/")
    if not is_ours or not given.path.startswith(ours.path) or ".." in steps:
        raise BadReturnAddress()


def with_address(book: tuple[Address, ...], address: Address) -> tuple[Address, ...]:
    """The book with this address added, or in place of the one with its id; exactly one is the default.

    The first address is the default whatever was said. Raises ``TooManyAddresses``.
    """
    is_new = all(one.address_id != address.address_id for one in book)
    if is_new and len(book) >= MAX_ADDRESSES:
        raise TooManyAddresses()
    changed = (*book, address) if is_new else _replaced(book, address)
    return _with_one_default(changed, address.address_id if address.is_default else None)


def without_address(book: tuple[Address, ...], address_id: str) -> tuple[Address, ...]:
    """The book without this address; the default passes to the first that is left.

    Raises ``AddressUnknown``.
    """
    left = tuple(one for one in book if one.address_id != address_id)
    if len(left) == len(book):
        raise AddressUnknown()
    return _with_one_default(left, None)


def _replaced(book: tuple[Address, ...], address: Address) -> tuple[Address, ...]:
    return tuple(address if one.address_id == address.address_id else one for one in book)


def _with_one_default(book: tuple[Address, ...], wanted: str | None) -> tuple[Address, ...]:
    if not book:
        return ()
    present = next((one.address_id for one in book if one.is_default), book[0].address_id)
    default = wanted or present
    return tuple(replace(one, is_default=one.address_id == default) for one in book)
