"""The story behind the tests of projections is itself held against the auditor, step by step."""

from tests.books.history import told


def test_the_story_is_told_as_the_auditor_has_it() -> None:
    """Invariants 1 to 17, 21, with three partial refunds of one line, after maturing and payout."""
    with told() as found:
        assert found.records and len(found.story.auditor.refunds) >= 4
