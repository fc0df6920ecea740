"""People for tests, made through the rooms' own verbs and stores."""

from collections.abc import Sequence


def make_staff(staff_id: str, permissions: Sequence[str]) -> None:
    """A staff member with one role of these permissions; the admin room fills this in."""
    raise NotImplementedError(staff_id)
