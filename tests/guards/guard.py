"""One rule, the line of ours that holds it, and what the product looks like without it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """``text`` in ``file`` holds ``rule``; with ``without`` in its place the rule is open.

    ``noticed_by`` are tests (node ids of pytest); each of them fails then.
    """

    rule: str
    file: str
    text: str
    without: str
    noticed_by: tuple[str, ...]
