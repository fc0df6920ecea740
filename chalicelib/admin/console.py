"""Staff's doors to staff, roles, settings and the audit (G2, G3)."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from chalicelib.admin import rules, store
from chalicelib.admin.add_staff import add_staff
from chalicelib.admin.change_setting import change_setting
from chalicelib.admin.change_staff import change_staff
from chalicelib.admin.remove_role import remove_role
from chalicelib.admin.reset_factor import reset_factor
from chalicelib.admin.reset_password import reset_password
from chalicelib.admin.rules import CATALOGUE, SettingUnknown, Staff
from chalicelib.admin.save_role import save_role
from chalicelib.admin.schemas import (
    ChainAsked,
    ChainFindingOut,
    ChainOut,
    FirstPasswordOut,
    KeyIn,
    KeyOut,
    KeysOut,
    NewStaffIn,
    PermissionGroupOut,
    PermissionOut,
    PermissionsOut,
    RoleIn,
    RoleOut,
    RolesOut,
    SettingIn,
    SettingOut,
    SettingsOut,
    SettingSummaryOut,
    SettingVersionOut,
    StaffIn,
    StaffListOut,
    StaffOut,
)
from chalicelib.admin.set_key import set_key
from chalicelib.admin.tell_setting import tell_setting
from chalicelib.admin.verify_chain import verify_chain
from chalicelib.kernel import clock, settings
from chalicelib.kernel.auth import staff
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Nothing
from chalicelib.wechat import keys
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

doors = Doors("/console")
_GRANTING = (rules.OnlyOwners, rules.NotYoursToGrant, rules.StaffChanged)
_CHANGING = (rules.StaffUnknown, rules.CannotChangeSelf, *_GRANTING)
_ROLES = (rules.NotYoursToGrant, rules.RoleFixed, rules.RoleChanged, rules.StaffChanged)


@doors.get("/staff", who=staff("staff.read"), returns=StaffListOut)
def list_staff(ask: Ask[Any]) -> StaffListOut:
    """Everybody who works in the console, by name."""
    return StaffListOut(items=[_shown(one) for one in store.all_staff()])


@doors.post(
    "/staff",
    who=staff("staff.edit"),
    body=NewStaffIn,
    returns=FirstPasswordOut,
    status=201,
    errors=(rules.BadStaffUsername, rules.StaffExists, rules.RoleUnknown, *_GRANTING),
)
def add(ask: Ask[NewStaffIn]) -> FirstPasswordOut:
    """Let somebody work in the console; the first password is shown this once."""
    given = ask.body
    made, password = add_staff(given.username, given.name, given.role_ids, by=ask.who.id)
    return FirstPasswordOut(staff=_shown(made), first_password=password)


@doors.get("/staff/{staff_id}", who=staff("staff.read"), returns=StaffOut, errors=(rules.StaffUnknown,))
def read_staff(ask: Ask[Any]) -> StaffOut:
    """One staff member."""
    return _shown(store.load_staff(ask.path["staff_id"]))


@doors.put(
    "/staff/{staff_id}",
    who=staff("staff.edit"),
    body=StaffIn,
    returns=StaffOut,
    errors=(rules.RoleUnknown, *_CHANGING),
)
def change(ask: Ask[StaffIn]) -> StaffOut:
    """Change somebody's name, roles or status."""
    given, staff_id = ask.body, ask.path["staff_id"]
    return _shown(change_staff(staff_id, given.name, given.role_ids, status=given.status, by=ask.who.id))


@doors.delete("/staff/{staff_id}", who=staff("staff.edit"), returns=Nothing, status=204, errors=_CHANGING)
def disable(ask: Ask[Any]) -> None:
    """Keep somebody out of the console; the name stays known to the audit."""
    one = store.load_staff(ask.path["staff_id"])
    change_staff(one.staff_id, one.name, list(one.role_ids), status="DISABLED", by=ask.who.id)


@doors.post(
    "/staff/{staff_id}/reset-password",
    who=staff("staff.edit"),
    returns=FirstPasswordOut,
    errors=_CHANGING,
)
def forget_password(ask: Ask[Any]) -> FirstPasswordOut:
    """Give somebody a first password again, shown this once."""
    changed, password = reset_password(ask.path["staff_id"], by=ask.who.id)
    return FirstPasswordOut(staff=_shown(changed), first_password=password)


@doors.post("/staff/{staff_id}/reset-factor", who=staff("staff.edit"), returns=StaffOut, errors=_CHANGING)
def forget_factor(ask: Ask[Any]) -> StaffOut:
    """An owner takes somebody's second factor away, for a phone that is lost."""
    return _shown(reset_factor(ask.path["staff_id"], by=ask.who.id))


@doors.get("/permissions", who=staff("staff.read"), returns=PermissionsOut)
def list_permissions(ask: Ask[Any]) -> PermissionsOut:
    """All that roles may allow, by the parts of the console."""
    return PermissionsOut(
        items=[
            PermissionGroupOut(
                title=group.title,
                permissions=[
                    PermissionOut(name=one, title=title) for one, title in group.permissions.items()
                ],
            )
            for group in CATALOGUE
        ]
    )


@doors.get("/roles", who=staff("staff.read"), returns=RolesOut)
def list_roles(ask: Ask[Any]) -> RolesOut:
    """Every role, presets first."""
    return RolesOut(items=[RoleOut.model_validate(one) for one in store.roles().values()])


@doors.post(
    "/roles",
    who=staff("staff.edit"),
    body=RoleIn,
    returns=RoleOut,
    status=201,
    errors=(rules.PermissionUnknown, *_ROLES),
)
def make_role(ask: Ask[RoleIn]) -> RoleOut:
    """Make a role of the shop's own."""
    return RoleOut.model_validate(save_role(ask.body.name, ask.body.permissions, by=ask.who.id))


@doors.get("/roles/{role_id}", who=staff("staff.read"), returns=RoleOut, errors=(rules.RoleUnknown,))
def read_role(ask: Ask[Any]) -> RoleOut:
    """One role."""
    return RoleOut.model_validate(store.load_role(ask.path["role_id"]))


@doors.put(
    "/roles/{role_id}",
    who=staff("staff.edit"),
    body=RoleIn,
    returns=RoleOut,
    errors=(rules.RoleUnknown, rules.PermissionUnknown, *_ROLES),
)
def change_role(ask: Ask[RoleIn]) -> RoleOut:
    """Change a role of the shop's own; counts at its holders' next step."""
    given, role_id = ask.body, ask.path["role_id"]
    return RoleOut.model_validate(save_role(given.name, given.permissions, by=ask.who.id, role_id=role_id))


@doors.delete(
    "/roles/{role_id}",
    who=staff("staff.edit"),
    returns=Nothing,
    status=204,
    errors=(rules.RoleUnknown, rules.RoleInUse, *_ROLES),
)
def drop_role(ask: Ask[Any]) -> None:
    """Remove a role of the shop's own that nobody holds."""
    remove_role(ask.path["role_id"], by=ask.who.id)


_CHAIN_SAYS = {
    "EDITED": "这条操作记录被改过",
    "DELETED": "这条操作记录被删掉了",
    "ADDED": "这条操作记录是后来加进去的",
    "BROKEN_LINK": "链条在这里断开",
    "BROKEN_DAY": "这一天的封存对不上",
}


@doors.get("/audit/chain", who=staff("audit.read"), query=ChainAsked, returns=ChainOut)
def check_chain(ask: Ask[Any]) -> ChainOut:
    """Whether anything was done to the audit after it was sealed."""
    since = ask.query.since or clock.business_day(clock.now()) - timedelta(days=30)
    found = [
        ChainFindingOut(**vars(one), says=_CHAIN_SAYS[one.kind])
        for one in verify_chain(since=since.isoformat())
    ]
    return ChainOut(since=since, is_whole=not found, findings=found)


@doors.get("/settings", who=staff("settings.read"), returns=SettingsOut)
def list_settings(ask: Ask[Any]) -> SettingsOut:
    """Every settings document, by name."""
    return SettingsOut(items=[_summary(name) for name in sorted(settings.declared())])


@doors.get("/settings/{name}", who=staff("settings.read"), returns=SettingOut, errors=(SettingUnknown,))
def read_setting(ask: Ask[Any]) -> SettingOut:
    """One settings document as it is in force, its form and its newest versions."""
    return _setting(ask.path["name"])


@doors.put(
    "/settings/{name}",
    who=staff("settings.edit"),
    body=SettingIn,
    returns=SettingOut,
    errors=(SettingUnknown, rules.SettingChanged, Invalid),
)
def put_setting(ask: Ask[SettingIn]) -> SettingOut:
    """Change a settings document; the versions before are kept."""
    name = ask.path["name"]
    change_setting(name, ask.body.values, version=ask.body.version, by=ask.who.id)
    return _setting(name)


@doors.get("/wechat-keys", who=staff("settings.keys"), returns=KeysOut)
def list_keys(ask: Ask[Any]) -> KeysOut:
    """The keys that WeChat gave the shop: when each was put, never its value."""
    return KeysOut(items=[_key(one) for one in keys.KEYS])


@doors.put(
    "/wechat-keys/{key_name}",
    who=staff("settings.keys"),
    body=KeyIn,
    returns=KeyOut,
    errors=(keys.KeyUnknown, rules.SettingChanged, Invalid, WeChatUnavailable, WeChatRefused),
)
def put_key(ask: Ask[KeyIn]) -> KeyOut:
    """Replace a key after WeChat took it; in use everywhere within five minutes."""
    name = ask.path["key_name"]
    set_key(name, ask.body.secret.strip(), by=ask.who.id)
    return _key(keys.key_named(name))


def _shown(one: Staff) -> StaffOut:
    return StaffOut.model_validate(one)


def _summary(name: str) -> SettingSummaryOut:
    latest = next(iter(store.setting_versions(name, limit=1)), None)
    return SettingSummaryOut(
        name=name,
        title=settings.declared()[name].title,
        version=latest.version if latest else 0,
        changed_at=latest.changed_at if latest else None,
        changed_by=latest.changed_by if latest else None,
    )


def _setting(name: str) -> SettingOut:
    declared = settings.declared().get(name)
    if declared is None:
        raise SettingUnknown()
    adapter = TypeAdapter(declared.kind)
    history = store.setting_versions(name)
    values = history[0].values if history else adapter.dump_python(declared.kind(), mode="json")
    return SettingOut(
        **_summary(name).model_dump(),
        values=values,
        form=tell_setting(name, adapter.json_schema()),
        history=[SettingVersionOut.model_validate(one) for one in history],
    )


def _key(key: keys.Key) -> KeyOut:
    last = store.key_set(key.name)
    return KeyOut(
        name=key.name,
        title=key.title,
        says=key.says,
        looks=key.looks,
        set_at=last.changed_at if last else keys.set_at(key),
        set_by=last.changed_by if last else None,
    )
