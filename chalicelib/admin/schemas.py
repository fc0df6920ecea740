"""What the doors of this room take and give. No password or hash ever goes out, but a first one, once."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.admin.rules import StaffStatus
from chalicelib.kernel.days import Day
from chalicelib.kernel.http import Body, Out, Paging, Query

_Name = Annotated[str, Field(title="姓名", min_length=1, max_length=20, pattern=r"\S")]
_RoleIds = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=32)]], Field(title="角色", max_length=10)
]


class StaffCredentialsIn(Body):
    """A staff member's username and password."""

    username: str = Field(title="用户名", min_length=1, max_length=64)
    password: str = Field(title="密码", min_length=1, max_length=64)

    code: str | None = Field(
        None, title="动态验证码", pattern=r"^[0-9]{6}$", description="Of the second factor, if there is one."
    )


class FactorIn(Body):
    """The password again, to set a second factor up."""

    password: str = Field(title="密码", min_length=1, max_length=64)


class FactorOfferOut(Out):
    """What the phone scans or has typed into it; shown this once, good once its first code came."""

    secret: str
    uri: str
    qr: str = Field(description="The QR code as an SVG data address.")


class FirstCodeIn(Body):
    """The first code of a second factor."""

    code: str = Field(title="动态验证码", pattern=r"^[0-9]{6}$")


class StaffSessionOut(Out):
    """One of the own sessions that are not over."""

    session_id: str
    started_at: datetime
    idle_until: datetime = Field(description="Over then, unless it is used.")
    ends_at: datetime
    is_this: bool


class StaffSessionsOut(Out):
    """Where I am signed in, newest first."""

    items: list[StaffSessionOut]
    next: str | None = None


class StaffRefreshIn(Body):
    """The refresh token, good once."""

    refresh_token: str = Field(min_length=1, max_length=512)


class PasswordIn(Body):
    """The password as it is, and as it shall be."""

    old_password: str = Field(title="原密码", min_length=1, max_length=64)
    new_password: str = Field(title="新密码", min_length=1, max_length=64)


class StaffMeOut(Out):
    """The asking staff member."""

    staff_id: str
    username: str
    name: str
    role_ids: tuple[str, ...]
    permissions: list[str] = Field(description="All that the roles allow; what the console shows.")
    must_change_password: bool
    factor_at: datetime | None = Field(description="Since when a second factor is asked for.")
    must_set_factor: bool = Field(description="Nothing else can be done before one is set up.")


class StaffSignedInOut(Out):
    """A session of the console."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    me: StaffMeOut


class StaffOut(Out):
    """A staff member as others see it."""

    staff_id: str
    username: str
    name: str
    status: StaffStatus
    role_ids: tuple[str, ...]
    must_change_password: bool
    made_at: datetime
    factor_at: datetime | None = Field(description="Since when a second factor is asked for.")


class StaffListOut(Out):
    """Everybody who works in the console."""

    items: list[StaffOut]
    next: str | None = None


class FirstPasswordOut(Out):
    """A staff member and a first password, shown this once."""

    staff: StaffOut
    first_password: str


class NewStaffIn(Body):
    """Somebody new in the console."""

    username: str = Field(title="用户名", min_length=1, max_length=20)
    name: _Name
    role_ids: _RoleIds


class StaffIn(Body):
    """What is to be true of a staff member from now on."""

    name: _Name
    role_ids: _RoleIds
    status: StaffStatus = Field("ACTIVE", title="状态")


class RoleIn(Body):
    """A role of the shop's own."""

    name: str = Field(title="角色名称", min_length=1, max_length=20, pattern=r"\S")
    permissions: list[Annotated[str, Field(max_length=40)]] = Field(title="权限", max_length=200)


class RoleOut(Out):
    """A named set of permissions."""

    role_id: str
    name: str
    permissions: tuple[str, ...]
    is_preset: bool


class RolesOut(Out):
    """Every role, presets first."""

    items: list[RoleOut]
    next: str | None = None


class PermissionOut(Out):
    """One thing a role may allow."""

    name: str
    title: str


class PermissionGroupOut(Out):
    """Permissions of one part of the console."""

    title: str
    permissions: list[PermissionOut]


class PermissionsOut(Out):
    """The whole catalogue."""

    items: list[PermissionGroupOut]
    next: str | None = None


class SettingIn(Body):
    """The whole document as it shall be, and the version it was made from."""

    version: int = Field(ge=0, description="The version shown when editing began; 0 for the defaults.")
    values: dict[str, Any]


class SettingSummaryOut(Out):
    """One settings document in the list."""

    name: str
    title: str
    version: int
    changed_at: datetime | None
    changed_by: str | None


class KeyIn(Body):
    """A new key; it is kept in the vault and never shown again."""

    secret: str = Field(title="新的密钥", min_length=3, max_length=64)


class KeyOut(Out):
    """One of the keys that WeChat gave the shop, without its value."""

    name: str
    title: str
    says: str = Field(description="Where WeChat shows it.")
    looks: str
    set_at: datetime | None = Field(description="When it was put last; null when it is missing.")
    set_by: str | None = Field(description="Who did it here; null when the deployment did.")


class KeysOut(Out):
    """Every key that staff may replace."""

    items: list[KeyOut]
    next: str | None = None


class SettingsOut(Out):
    """Every settings document."""

    items: list[SettingSummaryOut]
    next: str | None = None


class SettingVersionOut(Out):
    """One version of a document."""

    version: int
    values: dict[str, Any]
    changed_at: datetime
    changed_by: str


class SettingOut(SettingSummaryOut):
    """One settings document as it is in force, with its form and its newest versions."""

    values: dict[str, Any]
    form: dict[str, Any] = Field(description="JSON Schema of the values.")
    history: list[SettingVersionOut]


class AuditAsked(Paging):
    """Which days, and perhaps whose."""

    since: Day | None = Field(None, title="从", description="Business day; a year back by default.")
    until: Day | None = Field(None, title="到", description="Business day; today by default.")
    staff_id: str | None = Field(None, title="管理员", max_length=64)


class ChainAsked(Query):
    """From which business day on; a month back by default."""

    since: Day | None = Field(None, title="从")


class ChainFindingOut(Out):
    """One thing that is not as it was sealed."""

    kind: Literal["EDITED", "DELETED", "ADDED", "BROKEN_LINK", "BROKEN_DAY"]
    day: str
    where: str
    says: str


class ChainOut(Out):
    """Whether the audit is as it was sealed (invariant 24)."""

    since: date
    is_whole: bool
    findings: list[ChainFindingOut]


class AuditChangeOut(Out):
    """What happened to one item; images are redacted JSON texts."""

    table: str
    key: str
    action: str
    before: str | None
    after: str | None


class AuditEntryOut(Out):
    """Who did what."""

    audit_id: str
    at: datetime
    staff_id: str
    staff_name: str | None
    told: str = Field(description="What was done to what, in words.")
    door: str
    request_id: str
    ip: str
    body: str | None
    changes: list[AuditChangeOut]


class AuditOut(Out):
    """A page of the audit, newest first."""

    items: list[AuditEntryOut]
    next: str | None = None
