"""A new shop begins with one level, the one that new distributors are put on (D2)."""

import contextlib

from chalicelib.distributors.application import JoinRules
from chalicelib.distributors.rules import Level, LevelTaken
from chalicelib.distributors.save_level import save_level


def first_level() -> None:
    """Add 普通分销商 without ratios of its own; does nothing in a shop that has it."""
    with contextlib.suppress(LevelTaken):
        save_level(Level(JoinRules().default_level_id, "普通分销商", 1), is_new=True)
