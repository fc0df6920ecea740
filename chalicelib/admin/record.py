"""Make the audit row of a staff member's commit; it rides in the same transaction (decision 5)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.admin import store
from chalicelib.admin.rules import AuditChange, AuditEntry
from chalicelib.admin.tell_audit import NAMING
from chalicelib.kernel import clock, ids, log
from chalicelib.kernel.auth import Entrant
from chalicelib.kernel.dynamo import Write, table_name

_MAX_CHARACTERS = 100_000
"""Of all images together: three bytes a Chinese character, and a row holds 400 KB."""
_MAX_IMAGE, _MAX_BODY = 4_000, 8_000
_HIDDEN = re.compile(r"_sealed$|_hash$|_index$|^street$|^signature$")


def record(
    writes: Sequence[Write],
    *,
    entrant: Entrant,
    door_name: str,
    request_id: str,
    ip: str,
    body: Any,
) -> list[Write]:
    """The audit row of these writes, as a write; none when they change nothing.

    Holds who, which door, the body and each item before and after, with secrets and personal data
    masked. ``before`` is read now, just before the commit, of an update only what it touches and what names
    the item; ``after`` comes from the writes themselves.
    """
    changing = [write for write in writes if _changes_the_shop(write)]
    if not changing:
        return []
    before = store.images_before(changing)
    room = min(_MAX_IMAGE, _MAX_CHARACTERS // (2 * len(changing)))
    entry = AuditEntry(
        audit_id=ids.new_id("AU"),
        at=clock.now(),
        staff_id=entrant.id,
        session_id=entrant.session_id,
        door=door_name,
        request_id=request_id,
        ip=ip,
        body=_text(body, _MAX_BODY),
        changes=tuple(_change(write, before.get(write.target), room) for write in changing),
    )
    return [store.put_audit(entry)]


def _changes_the_shop(write: Write) -> bool:
    """A check changes nothing, and counting a try of a password is no change of the shop's."""
    return write.action != "ConditionCheck" and write.target[0] != table_name("limits")


def _change(write: Write, before: Mapping[str, Any] | None, room: int) -> AuditChange:
    after = _after(write)
    old = None if before is None else _plain_map(before)
    if old is not None and after is not None and write.action == "Update":
        old = {name: value for name, value in old.items() if name in after or name in NAMING}
    return AuditChange(
        table=write.target[0],
        key="|".join(str(_plain(value)) for value in write.key.values()),
        action=write.action,
        before=_text(old, room),
        after=_text(after, room),
    )


def _after(write: Write) -> dict[str, Any] | None:
    """The item put, the attributes that an update sets (``None`` for those it removes), or nothing."""
    if write.action == "Put":
        return _plain_map(write.request["Item"])
    if write.action == "Update":
        return _updated(write.request)
    return None


def _updated(request: Mapping[str, Any]) -> dict[str, Any]:
    names = request.get("ExpressionAttributeNames", {})
    values = {name: _plain(one) for name, one in request.get("ExpressionAttributeValues", {}).items()}
    changed: dict[str, Any] = {}
    for verb, actions in re.findall(
        r"\b(SET|REMOVE|ADD|DELETE) (.*?)(?=\s+(?:SET|REMOVE|ADD|DELETE) |$)", request["UpdateExpression"]
    ):
        for action in re.split(r",\s*(?=#)", actions):
            path, _, given = action.strip().partition(" = " if verb == "SET" else " ")
            name = re.sub(r"#\d+", lambda found: str(names[found[0]]), path.strip())
            changed[name] = _given(verb, given.strip(), names, values)
    return changed


def _given(verb: str, given: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Any:
    if verb == "REMOVE":
        return None
    if given in values:
        return values[given] if verb == "SET" else {verb.lower(): values[given]}
    named = re.sub(r"#\d+", lambda found: names[found[0]], given)
    return re.sub(r":\d+", lambda found: json.dumps(values[found[0]], ensure_ascii=False), named)


def _plain_map(image: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in image.items()}


def _plain(typed: Mapping[str, Any]) -> Any:
    """DynamoDB's typed value as JSON knows it; whole numbers only, as everywhere."""
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value)
    if kind == "L":
        return [_plain(one) for one in value]
    if kind == "M":
        return _plain_map(value)
    return None if kind == "NULL" else value


def _text(value: Any, room: int) -> str | None:
    if value is None:
        return None
    text = json.dumps(log.redact(_hidden(value)), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= room else text[: room - 1] + "…"


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "***" if _HIDDEN.search(name) and inner is not None else _hidden(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    return value
