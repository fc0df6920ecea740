"""Tables, and the one way to write to them: ``commit``.

A verb loads, decides, and hands lists of writes to one ``commit``; lower rooms return writes and
never commit, so one transaction crosses many rooms (style B5.6). Nothing else in the product opens
a connection or writes an item.
"""

import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from botocore.exceptions import ClientError
from pynamodb.attributes import Attribute
from pynamodb.constants import LIST, MAP, NUMBER, STRING
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.kernel import aws, codec
from chalicelib.kernel.clock import parse, rfc3339
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Crowded, Unreachable
from chalicelib.kernel.money import MAX_FEN

MAX_ITEMS = 100
MAX_BYTES = 4 * 1024 * 1024
MAX_TRIES = 6
_RETRIED = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "None"}

Value = TypeVar("Value")
Row = TypeVar("Row", bound="Table")


def table_name(short: str) -> str:
    """The full name of a table in this stage: ``fenxiao-{stage}-{short}``."""
    return f"fenxiao-{config().stage}-{short}"


class Table(Model):
    """Base of every model; all of them speak through the one shared client."""

    @classmethod
    def _get_connection(cls) -> Any:
        connection = super()._get_connection()
        connection.connection._client = aws.client("dynamodb")
        return connection

    @classmethod
    def find(cls: type[Row], hash_key: str, range_key: str | None = None) -> Row | None:
        """The row under this key, read consistently, or ``None``."""
        try:
            return cls.get(hash_key, range_key, consistent_read=True)
        except cls.DoesNotExist:
            return None

    @classmethod
    def of_image(cls: type[Row], image: dict[str, Any]) -> Row:
        """The row that a stream record's image holds."""
        row = cls()
        row.deserialize(image)
        return row

    def as_value(self, kind: type[Value], **more: Any) -> Value:
        """This row as the frozen dataclass ``kind``, whose fields are named like the attributes.

        Where the row has nothing, the field's own default counts.
        """
        given = {
            field.name: found
            for field in fields(cast(Any, kind))
            if field.name not in more
            and hasattr(type(self), field.name)
            and ((found := getattr(self, field.name)) is not None or field.default is MISSING)
        }
        return kind(**given, **more)

    @classmethod
    def of_value(cls: type[Row], value: Any, **more: Any) -> Row:
        """The row that holds the frozen dataclass ``value``; ``more`` adds index attributes.

        An attribute that may be absent is, where the field is at its default: every byte is paid for.
        """
        known = cls.get_attributes()
        given = {
            field.name: inner
            for field in fields(value)
            if field.name in known.keys() - more.keys()
            and (inner := getattr(value, field.name)) is not None
            and not (known[field.name].null and inner == field.default)
        }
        return cls(**given, **more)


class IntAttribute(Attribute[int]):
    """A whole number; refuses a float or a boolean."""

    attr_type = NUMBER
    limit: ClassVar[int | None] = None

    def serialize(self, value: int) -> str:
        if type(value) is not int:
            raise TypeError(f"a whole number, not {value!r}")
        if self.limit is not None and abs(value) > self.limit:
            raise ValueError(f"out of range: {value}")
        return str(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class FenAttribute(IntAttribute):
    """Money: whole fen, at most 10¹² (invariant 1)."""

    limit = MAX_FEN


class TimeAttribute(Attribute[datetime]):
    """A moment as RFC 3339 UTC text, which sorts by time."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return rfc3339(value)

    def deserialize(self, value: str) -> datetime:
        return parse(value)


class ValueAttribute(Attribute[Value]):
    """A frozen dataclass (as a map) or a tuple of values (as a list), see ``kernel.codec``."""

    def __init__(self, hint: Any, **options: Any) -> None:
        super().__init__(**options)
        self.hint = hint
        self.attr_type = LIST if getattr(hint, "__origin__", None) in (tuple, list) else MAP

    def serialize(self, value: Value) -> Any:
        return codec.dump(value)[self.attr_type]

    def deserialize(self, value: Any) -> Value:
        return cast(Value, codec.load(self.hint, {self.attr_type: value}))


class ConditionFailed(Exception):
    """A write's condition did not hold; nothing was written. ``old`` is the item as it stands."""

    def __init__(self, write: "Write", old: dict[str, Any] | None) -> None:
        super().__init__(f"{write.action} on {write.request['TableName']}: the condition failed")
        self.write = write
        self.old = old


Otherwise = Callable[[], Exception]


@dataclass(frozen=True)
class Write:
    """One change that waits for its commit, with the refusal to give when its condition fails."""

    action: str
    request: dict[str, Any]
    otherwise: Otherwise | None = None

    @property
    def key(self) -> dict[str, Any]:
        """The item's key, in DynamoDB's typed values."""
        given = self.request.get("Key") or self.request["Item"]
        return {name: given[name] for name in _key_names(self.request["TableName"])}

    @property
    def target(self) -> tuple[str, str]:
        """Table and key, to see that a commit names no item twice."""
        return self.request["TableName"], "|".join(map(str, self.key.values()))


_tables: dict[str, type[Table]] = {}


def put_new(row: Table, otherwise: Otherwise | None = None) -> Write:
    """Put ``row`` if nothing stands under its key yet."""
    hash_key = next(one for one in type(row).get_attributes().values() if one.is_hash_key)
    return put(row, hash_key.does_not_exist(), otherwise)


def put(row: Table, condition: Condition | None = None, otherwise: Otherwise | None = None) -> Write:
    """Put ``row``, over what may stand there when no condition is given."""
    request = row.get_save_kwargs_from_instance(condition=condition)
    return _write("Put", type(row), request, otherwise)


def update(
    table: type[Table],
    key: Sequence[Any],
    actions: Sequence[Action],
    condition: Condition | None = None,
    *,
    otherwise: Otherwise | None = None,
) -> Write:
    """Change some attributes of the item under ``key``; it comes into being if it is not there."""
    request = table(*key).get_update_kwargs_from_instance(actions=list(actions), condition=condition)
    return _write("Update", table, request, otherwise)


def delete(
    table: type[Table],
    key: Sequence[Any],
    condition: Condition | None = None,
    *,
    otherwise: Otherwise | None = None,
) -> Write:
    """Take the item under ``key`` away."""
    request = table(*key).get_delete_kwargs_from_instance(condition=condition)
    return _write("Delete", table, request, otherwise)


def check(
    table: type[Table], key: Sequence[Any], condition: Condition, *, otherwise: Otherwise | None = None
) -> Write:
    """Change nothing, but let the commit fail unless ``condition`` holds."""
    hash_key, *rest = key
    request = table.get_operation_kwargs_from_class(
        hash_key, range_key=rest[0] if rest else None, condition=condition
    )
    return _write("ConditionCheck", table, request, otherwise)


Rider = Callable[[Sequence[Write]], Sequence[Write]]
_rider: ContextVar[Rider | None] = ContextVar("rider", default=None)


@contextmanager
def riding(rider: Rider) -> Iterator[None]:
    """Let every commit inside carry the writes that ``rider`` makes of it (the audit row)."""
    token = _rider.set(rider)
    try:
        yield
    finally:
        _rider.reset(token)


def commit(*writes: Write | Iterable[Write]) -> None:
    """Write all or nothing, in one ``TransactWriteItems``.

    Conflicts and throttles are retried with full jitter, at most six tries, then ``Crowded``: nothing
    was written. ``Unreachable`` when no answer came: whether it was written is open. A failed
    condition is an answer: its write's ``otherwise`` is raised, or ``ConditionFailed``.
    Asserts 100 items, 4 MB and no item named twice, which moto does not check (aws.md §3.2).
    """
    flat: list[Write] = []
    for write in writes:
        flat.extend([write] if isinstance(write, Write) else write)
    if not flat:
        return
    rider = _rider.get()
    if rider is not None:
        flat.extend(rider(flat))
    _check_limits(flat)
    items = [{write.action: write.request} for write in flat]
    token, is_open = secrets.token_hex(16), False
    for attempt in range(MAX_TRIES):
        try:
            aws.client("dynamodb").transact_write_items(TransactItems=items, ClientRequestToken=token)
            return
        except Crowded:
            pass  # throttled as a whole
        except ClientError as problem:
            # Under way already: asked again under its own token it cannot be applied twice.
            is_open = problem.response["Error"]["Code"] == "TransactionInProgressException"
            if not is_open:
                _answer(flat, problem)
                token = secrets.token_hex(16)
        time.sleep(random.uniform(0.02, min(0.4, 0.05 * 2**attempt)))
    raise Unreachable() if is_open else Crowded()


def _answer(writes: Sequence[Write], problem: ClientError) -> None:
    """Raise unless the whole transaction may simply be tried again."""
    reasons = problem.response.get("CancellationReasons")
    if problem.response["Error"]["Code"] != "TransactionCanceledException" or not reasons:
        raise problem
    for write, reason in zip(writes, reasons, strict=True):
        if reason.get("Code") == "ConditionalCheckFailed":
            failed = ConditionFailed(write, reason.get("Item"))
            if write.otherwise is not None:
                raise write.otherwise() from failed
            raise failed from None
    if {reason.get("Code", "None") for reason in reasons} - _RETRIED:
        raise problem


def _write(action: str, table: type[Table], request: dict[str, Any], otherwise: Otherwise | None) -> Write:
    full_name = request["TableName"]
    _tables[full_name] = table
    if "ConditionExpression" in request:
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return Write(action, request, otherwise)


def _key_names(full_name: str) -> list[str]:
    table = _tables[full_name]
    return [
        attribute.attr_name
        for attribute in table.get_attributes().values()
        if attribute.is_hash_key or attribute.is_range_key
    ]


def _check_limits(writes: Sequence[Write]) -> None:
    targets = [write.target for write in writes]
    assert len(writes) <= MAX_ITEMS, f"{len(writes)} items in one transaction"
    assert len(set(targets)) == len(targets), f"an item named twice: {sorted(targets)}"
    assert sum(len(repr(write.request)) for write in writes) <= MAX_BYTES, "over 4 MB"
