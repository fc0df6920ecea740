"""What the doors of this room take and give. Personal data goes out masked, or to its owner only."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging, Query
from chalicelib.members.rules import MAX_NICKNAME, AvatarType, Status

_Code = Annotated[str, Field(min_length=1, max_length=256)]
_Text = Annotated[str, Field(min_length=1, max_length=64, pattern=r"\S")]


class MiniProgramCodeIn(Body):
    """What ``wx.login`` gave."""

    code: _Code


class WayToWeChatAsked(Query):
    """Where to come back to after WeChat."""

    return_to: str = Field(max_length=1000, description="An address inside the H5 shop.")


class OfficialAccountCodeIn(Body):
    """What WeChat put on the way back. The browser sends its cookie by itself."""

    code: _Code
    state: str = Field(min_length=1, max_length=128)


class CredentialsIn(Body):
    """A username and its password."""

    username: str = Field(title="用户名", min_length=1, max_length=64)
    password: str = Field(title="密码", min_length=1, max_length=64)


class RefreshIn(Body):
    """The refresh token, good once."""

    refresh_token: str = Field(min_length=1, max_length=512)


class MeOut(Out):
    """The asking member."""

    member_id: str
    nickname: str
    avatar_url: str | None
    phone_masked: str | None
    username: str | None
    inviter_nickname: str | None = Field(description="The direct inviter's name, masked.")
    joined_at: datetime
    bound_at: datetime | None
    has_mini_program: bool = Field(description="Whether the member is known in the mini-program.")


class SignedInOut(Out):
    """A session: the access token is for the header, the refresh token for one renewal."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    is_new: bool
    member: MeOut


class ProfileIn(Body):
    """What a member may say about itself; what is absent stays."""

    nickname: str | None = Field(None, title="昵称", min_length=1, max_length=MAX_NICKNAME * 2)
    avatar_url: str | None = Field(None, title="头像", max_length=500, description="One of the own uploads.")


class AvatarIn(Body):
    """What kind of picture is going to be uploaded."""

    content_type: AvatarType


class AvatarOfferOut(Out):
    """Post the fields, then the file, as a form to ``url``; then set ``avatar_url``."""

    url: str
    fields: dict[str, str]
    avatar_url: str
    max_bytes: int


class PhoneCodeIn(Body):
    """What WeChat's phone button gave."""

    code: _Code


class AddressIn(Body):
    """Where to send parcels."""

    receiver: _Text = Field(title="收货人")
    phone: str = Field(title="手机号", pattern=r"^(\+[0-9]{6,18}|[0-9]{7,12})$")
    province: _Text = Field(title="省份")
    city: _Text = Field(title="城市")
    district: str = Field("", title="区县", max_length=64)
    street: str = Field(title="详细地址", min_length=2, max_length=120, pattern=r"\S")
    is_default: bool = Field(False, title="设为默认")


class AddressOut(Out):
    """An address, shown to its owner."""

    address_id: str
    receiver: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    is_default: bool


class AddressesOut(Out):
    """All addresses, the default first."""

    items: list[AddressOut]
    next: str | None = None


class MembersAsked(Paging):
    """Look somebody up by number, phone or the beginning of the nickname; or list by day, newest first."""

    member_id: str | None = Field(None, title="会员编号", max_length=64)
    phone: str | None = Field(None, title="手机号", max_length=24)
    nickname: str | None = Field(None, title="昵称", min_length=1, max_length=MAX_NICKNAME)
    since: Day | None = Field(None, title="加入时间从", description="Business day; a year back by default.")
    until: Day | None = Field(None, title="到", description="Business day; today by default.")


class DownlineAsked(Paging):
    """Which level below."""

    level: Literal["1", "2", "3"] = Field("1", title="层级")


class MemberOut(Out):
    """A member as staff see it in lists."""

    member_id: str
    nickname: str
    avatar_url: str | None
    status: Status
    phone_masked: str | None
    upline: str | None
    joined_at: datetime
    bought_at: datetime | None
    tags: tuple[str, ...]


class MembersOut(Out):
    """A page of members."""

    items: list[MemberOut]
    next: str | None = None


class MemberDetailOut(MemberOut):
    """A member as staff see it, with those above."""

    username: str | None
    known_in: list[str] = Field(description="Where the member signs in: mp, oa, web.")
    bound_at: datetime | None
    bound_code: str | None
    note: str | None
    block_reason: str | None
    uplines: list[MemberOut] = Field(description="Nearest first, at most three.")


class NoteIn(Body):
    """What staff should know; empty removes it."""

    note: str = Field(title="备注", max_length=500)


class TagsIn(Body):
    """All tags of a member, in place of those before."""

    tags: list[Annotated[str, Field(min_length=1, max_length=12, pattern=r"^\S+$")]] = Field(
        title="标签", max_length=20
    )


class BlockIn(Body):
    """Why a member is kept out."""

    reason: str = Field(title="原因", min_length=2, max_length=200)
