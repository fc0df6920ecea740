"""Change one settings document; every version is kept (G3)."""

from typing import Any

from pydantic import TypeAdapter

from chalicelib.admin import store
from chalicelib.admin.rules import SettingChanged, SettingUnknown, SettingVersion
from chalicelib.kernel import clock, settings
from chalicelib.kernel.dynamo import commit


def change_setting(name: str, values: dict[str, Any], *, version: int, by: str) -> SettingVersion:
    """Add the version after ``version`` (0 for the defaults), checked against its declaration.

    In force everywhere within ten seconds; what an order froze stays. Raises ``SettingUnknown``,
    ``Invalid`` with each wrong field, ``SettingChanged`` when somebody was faster.
    """
    declared = settings.declared().get(name)
    if declared is None:
        raise SettingUnknown()
    checked = settings.parse(name, values)
    latest = store.setting_versions(name, limit=1)
    if (latest[0].version if latest else 0) != version:
        raise SettingChanged()
    whole = TypeAdapter(declared.kind).dump_python(checked, mode="json")
    added = SettingVersion(name, version + 1, whole, changed_at=clock.now(), changed_by=by)
    commit(store.put_setting(added))
    settings.forget()
    return added
