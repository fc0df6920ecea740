"""Staff replace one of the keys that WeChat gave the shop (G3)."""

from chalicelib.admin import store
from chalicelib.admin.rules import SettingVersion, key_document
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.wechat import keys


def set_key(name: str, value: str, *, by: str) -> SettingVersion:
    """Try ``value``, write down who replaces the key, then put it; its value is kept in the vault alone.

    The line comes first: a key never changes without one, and whoever dies between does it again.
    Raises ``KeyUnknown``, ``Invalid``, ``WeChatUnavailable``, ``SettingChanged`` when two do it at once.
    """
    key = keys.key_named(name)
    keys.check_key(key, value)
    latest = store.key_set(name)
    version = latest.version if latest else 0
    added = SettingVersion(key_document(name), version + 1, {}, changed_at=clock.now(), changed_by=by)
    commit(store.put_setting(added))
    keys.keep_key(key, value)
    return added
