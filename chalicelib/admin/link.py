"""The audit's chain: each link seals a batch of rows and all that came before (trust 24). Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SealedRow:
    """A row's fingerprint as it was when it was sealed."""

    audit_id: str
    digest: str


@dataclass(frozen=True)
class Head:
    """One link of the chain: a batch of rows of one day, tied to all that came before."""

    number: int
    day: str
    rows: tuple[SealedRow, ...]
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class DayHead:
    """The chain at the end of a business day: what a copy outside this system is compared with."""

    day: str
    number: int
    """Of the last link up to that day, 0 before the first."""
    hash: str


def digest(image: Mapping[str, Any]) -> str:
    """The fingerprint of a stored row, given in DynamoDB's typed values."""
    return hashlib.sha256(json.dumps(image, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def link(last: Head | None, day: str, rows: Sequence[SealedRow]) -> Head:
    """The next link after ``last``, sealing these rows of ``day``."""
    number, previous = (last.number + 1, last.hash) if last else (1, "")
    lines = [previous, str(number), day, *(f"{row.audit_id} {row.digest}" for row in rows)]
    sealed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Head(number, day, tuple(rows), previous, sealed)
