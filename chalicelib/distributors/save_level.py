"""Staff add a level or change one (D2)."""

from chalicelib.distributors import rules, store
from chalicelib.distributors.rules import Level
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Invalid


def save_level(level: Level, *, is_new: bool) -> Level:
    """Store the level; what orders froze before does not move.

    Raises ``Invalid`` on ratios that no level may have, ``LevelTaken`` or ``LevelUnknown``.
    """
    try:
        rules.check_level(level)
    except ValueError as wrong:
        raise Invalid(str(wrong)) from None
    commit(store.add_level(level) if is_new else store.replace_level(level))
    store.forget_levels()
    return level
