"""Staff, what their roles allow (the catalogue of all permissions), and the audit's values (G2, G3)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chalicelib.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized

StaffStatus = Literal["ACTIVE", "DISABLED"]
MIN_PASSWORD = 10


@dataclass(frozen=True)
class Group:
    """Permissions of one part of the console, with the titles staff read."""

    title: str
    permissions: dict[str, str]


CATALOGUE: tuple[Group, ...] = (
    Group(
        "会员",
        {"members.read": "查看会员", "members.edit": "备注、标签与封禁", "members.move": "更换上级"},
    ),
    Group(
        "分销商",
        {
            "distributors.read": "查看分销商",
            "distributors.audit": "审核申请",
            "distributors.edit": "添加、停用分销商",
            "levels.edit": "设置分销商等级",
            "violations.edit": "记录与解除违规",
            "territories.edit": "设置区域代理",
            "agreements.edit": "发布合作协议",
            "invites.read": "查看邀请与推广码",
        },
    ),
    Group(
        "商品与库存",
        {"catalog.read": "查看商品", "catalog.edit": "编辑商品", "stock.edit": "调整库存"},
    ),
    Group("订单", {"orders.read": "查看订单", "orders.ship": "发货与关闭订单"}),
    Group("售后", {"refunds.read": "查看售后", "refunds.audit": "审核退款"}),
    Group(
        "返利",
        {
            "plans.read": "查看返利方案",
            "plans.edit": "编辑返利方案",
            "plans.publish": "发布返利方案",
            "commissions.read": "查看佣金",
        },
    ),
    Group(
        "资金",
        {
            "wallet.read": "查看钱包与账目",
            "wallet.adjust": "调整余额",
            "points.grant": "发放积分",
            "withdrawals.read": "查看提现",
            "withdrawals.audit": "审核提现",
        },
    ),
    Group(
        "营销",
        {"marketing.read": "查看优惠券与赠品", "marketing.edit": "发券与管理赠品", "gifts.ship": "寄送赠品"},
    ),
    Group("内容", {"content.edit": "发布公告", "reviews.edit": "审核与回复评价"}),
    Group(
        "系统",
        {
            "settings.read": "查看设置",
            "settings.edit": "修改设置",
            "settings.keys": "更换微信密钥",
            "staff.read": "查看管理员",
            "staff.edit": "管理管理员与角色",
            "audit.read": "查看操作记录",
        },
    ),
)
EVERYTHING: frozenset[str] = frozenset(name for group in CATALOGUE for name in group.permissions)


@dataclass(frozen=True)
class Role:
    """A named set of permissions. Presets are part of the product; shops add their own."""

    role_id: str
    name: str
    permissions: tuple[str, ...]
    is_preset: bool = False
    version: int = 0


def _preset(role_id: str, name: str, permissions: Collection[str]) -> Role:
    return Role(role_id, name, tuple(sorted(permissions)), is_preset=True)


OWNER = "owner"
_READ = {one for one in EVERYTHING if one.endswith(".read")}
_SYSTEM = {"settings.read", "staff.read", "audit.read"}
_MONEY = {"wallet.read", "withdrawals.read", "commissions.read"}
PRESETS: dict[str, Role] = {
    role.role_id: role
    for role in (
        _preset(OWNER, "店主", EVERYTHING),
        _preset(
            "operator",
            "运营",
            (_READ - _SYSTEM)
            | {
                "members.edit",
                "distributors.audit",
                "distributors.edit",
                "levels.edit",
                "violations.edit",
                "territories.edit",
                "catalog.edit",
                "stock.edit",
                "plans.edit",
                "content.edit",
                "agreements.edit",
                "reviews.edit",
                "marketing.edit",
            },
        ),
        _preset(
            "finance",
            "财务",
            _MONEY
            | {
                "members.read",
                "distributors.read",
                "orders.read",
                "refunds.read",
                "refunds.audit",
                "plans.read",
                "points.grant",
                "wallet.adjust",
                "withdrawals.audit",
            },
        ),
        _preset(
            "service",
            "客服",
            {
                "members.read",
                "members.edit",
                "distributors.read",
                "catalog.read",
                "orders.read",
                "refunds.read",
                "invites.read",
            },
        ),
        _preset(
            "warehouse", "仓库", {"catalog.read", "stock.edit", "orders.read", "orders.ship", "gifts.ship"}
        ),
    )
}


@dataclass(frozen=True)
class Staff:
    """Somebody who works in the console."""

    staff_id: str
    username: str
    name: str
    status: StaffStatus
    role_ids: tuple[str, ...]
    must_change_password: bool
    made_at: datetime
    password_changed_at: datetime | None
    version: int
    factor_at: datetime | None = None
    """Since when signing in takes a code of the second factor, too."""

    @property
    def is_owner(self) -> bool:
        """Whether this one may do everything, and change owners."""
        return OWNER in self.role_ids


@dataclass(frozen=True)
class SettingVersion:
    """One version of one settings document; versions are only ever added."""

    name: str
    version: int
    values: dict[str, Any]
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class AuditChange:
    """What a commit did to one item. Images are redacted JSON, shortened when very long."""

    table: str
    key: str
    action: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class AuditEntry:
    """Who did what, when, from where, and what changed; put once, never touched again."""

    audit_id: str
    at: datetime
    staff_id: str
    session_id: str
    door: str
    request_id: str
    ip: str
    body: str | None
    changes: tuple[AuditChange, ...]


class StaffUnknown(NotFound):
    title = "没有找到管理员"
    detail = "这位管理员不存在。"


class StaffExists(Conflict):
    title = "用户名已被使用"
    detail = "已经有管理员使用这个用户名。"


class StaffChanged(Conflict):
    title = "管理员刚刚有变化"
    detail = "管理员信息刚刚在别处修改过，请刷新后再试。"


class WrongStaffPassword(Unauthorized):
    """The same answer for an unknown user, a wrong password and a disabled account."""

    title = "登录没有成功"
    detail = "用户名或密码不对，请检查后再试。"


class WrongOldPassword(Invalid):
    title = "原密码不对"
    detail = "原密码不对，请重新输入。"


class StaffSignedOut(Unauthorized):
    """Disabled or removed since the token was given."""

    title = "请重新登录"
    detail = "您的账号已停用或登录已失效，请联系店主。"


class PasswordMustChange(Forbidden):
    title = "请先修改密码"
    detail = "首次登录需要先修改密码，才能继续使用。"


class SessionUnknown(NotFound):
    title = "没有找到这次登录"
    detail = "这次登录已经结束。"


class CannotChangeSelf(Conflict):
    """So that no owner can lock the last owner out."""

    title = "不能修改自己"
    detail = "自己的角色和状态需要由另一位店主来修改。"


class OnlyOwners(Forbidden):
    title = "只有店主可以操作"
    detail = "店主账号只能由店主来管理。"


class NotYoursToGrant(Forbidden):
    """Nobody hands out, or takes over, more than they hold."""

    title = "权限不足"
    detail = "您只能分配自己拥有的权限。"


class BadStaffUsername(Invalid):
    title = "用户名不合适"
    detail = "用户名需要 3 到 20 位，以字母开头，只用小写字母、数字、点和下划线。"


class RoleUnknown(NotFound):
    title = "没有找到角色"
    detail = "这个角色不存在。"


class RoleFixed(Conflict):
    title = "系统角色不能修改"
    detail = "系统自带的角色不能修改或删除，请新建一个角色。"


class RoleInUse(Conflict):
    title = "角色正在使用"
    detail = "还有管理员在使用这个角色，请先更换他们的角色。"


class RoleChanged(Conflict):
    title = "角色刚刚有变化"
    detail = "角色刚刚在别处修改过，请刷新后再试。"


class PermissionUnknown(Invalid):
    title = "权限不存在"
    detail = "选择的权限中有系统不认识的，请刷新后再试。"


class SettingUnknown(NotFound):
    title = "没有找到设置"
    detail = "没有这一项设置。"


class SettingChanged(Conflict):
    title = "设置刚刚有变化"
    detail = "这项设置刚刚被其他人修改过，请刷新后再试。"


def cleaned_staff_username(text: str) -> str:
    """The username in lower case. Raises ``BadStaffUsername``."""
    name = text.strip().lower()
    if not re.fullmatch(r"[a-z][a-z0-9._]{2,19}", name):
        raise BadStaffUsername()
    return name


def granted(staff: Staff, roles: Mapping[str, Role]) -> frozenset[str]:
    """All that this one's roles allow; an owner may do everything, whatever is added later."""
    if staff.is_owner:
        return EVERYTHING
    return frozenset(
        permission
        for role_id in staff.role_ids
        if role_id in roles
        for permission in roles[role_id].permissions
    )


def demand_may_change(
    actor: Staff, target: Staff | None, role_ids: Collection[str], roles: Mapping[str, Role]
) -> None:
    """Let ``actor`` make ``target`` (or somebody new) a holder of ``role_ids``.

    Raises ``CannotChangeSelf``, ``OnlyOwners``, ``RoleUnknown``, ``NotYoursToGrant``. Because nobody
    changes itself, whoever takes the owner's role from another is an owner that remains.
    """
    if target is not None and target.staff_id == actor.staff_id:
        raise CannotChangeSelf()
    held = {*role_ids, *(target.role_ids if target else ())}
    if OWNER in held and not actor.is_owner:
        raise OnlyOwners()
    if not set(role_ids) <= roles.keys():
        raise RoleUnknown()
    wanted = {one for role_id in held if role_id in roles for one in roles[role_id].permissions}
    demand_holds(actor, wanted, roles)


def demand_holds(actor: Staff, permissions: Collection[str], roles: Mapping[str, Role]) -> None:
    """Nobody deals in permissions they do not hold. Raises ``NotYoursToGrant``."""
    if not actor.is_owner and not set(permissions) <= granted(actor, roles):
        raise NotYoursToGrant()


def demand_known(permissions: Collection[str]) -> None:
    """Raises ``PermissionUnknown`` unless every one is in the catalogue."""
    if not set(permissions) <= EVERYTHING:
        raise PermissionUnknown()


def key_document(name: str) -> str:
    """Under which name it is written down who replaced a key; no settings are called so."""
    return f"key:{name}"
