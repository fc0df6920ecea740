"""The real stream records of the engine, and the delivery to the real followers."""

import copy
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from chalicelib import front_door
from chalicelib.kernel.config import config
from chalicelib.kernel.jobs import deliver

Record = dict[str, Any]
Records = list[tuple[str, Record]]
"""Table and record, in the order of their making."""


def take() -> Records:
    """Everything the followed streams hold by now, taken out of them."""
    (account,) = dynamodb_backends
    held = dynamodb_backends[account][config().region].tables
    found: Records = []
    for table in front_door.followers():
        shard = held[f"fenxiao-{config().stage}-{table}"].stream_shard
        found += [(table, copy.deepcopy(one.to_json())) for one in shard.items]
        shard.items.clear()
    return found


def follow(records: Records) -> None:
    """Hand these to their followers, one batch of one record at a time; all must go well."""
    followers = front_door.followers()
    for table, record in records:
        assert deliver(table, [record], followers[table]) == [], (table, record)


def drain(keep: Callable[[Records], None] = lambda records: None) -> None:
    """Deliver until nothing more comes; ``keep`` sees each round's records."""
    while records := take():
        keep(records)
        follow(records)
