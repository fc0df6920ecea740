"""Whom of a buyer's uplines an order may pay at all (R12, invariant 9). Pure."""

from collections.abc import Iterable


def limit_chain(buyer_id: str, uplines: Iterable[str], depth: int) -> list[str]:
    """At most ``depth`` uplines, nearest first; nobody twice, and never the buyer."""
    return [one for one in dict.fromkeys(uplines) if one != buyer_id][:depth]
