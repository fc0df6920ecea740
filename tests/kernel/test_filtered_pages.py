"""Lists with a filter: a request looks at a bounded number of rows, and none is lost between pages (N5)."""

from dataclasses import replace

import pytest

from chalicelib.admin import store
from chalicelib.admin.rules import AuditEntry
from chalicelib.kernel import clock, days, ids, paging
from chalicelib.kernel.dynamo import commit
from tests.support.world import Clock

ROWS = 90


@pytest.fixture
def of_a(world: Clock, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every ninth row is A's, all of one day; a read judges ten. A's rows, newest first."""
    monkeypatch.setattr(paging, "LOOKED_AT", 10)
    model = AuditEntry("", world.now(), "STB", "SE1", "PUT /console/x", "RQ1", "127.0.0.1", None, ())
    made = []
    for number in range(ROWS):
        world.advance(minutes=1)
        who = "STA" if number % 9 == 4 else "STB"
        made.append(replace(model, audit_id=ids.new_id("AE"), at=clock.now(), staff_id=who))
    commit([store.put_audit(one) for one in made])
    return [one.audit_id for one in reversed(made) if one.staff_id == "STA"]


def pages(staff_id: str, limit: int) -> list[list[str]]:
    today = clock.business_day(clock.now())
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        page = store.audit(newest=today, oldest=today, staff_id=staff_id, limit=limit, cursor=cursor)
        found.append([one.audit_id for one in page.items])
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_what_matches_comes_once_and_in_order(of_a: list[str], limit: int) -> None:
    found = pages("STA", limit)
    assert [one for page in found for one in page] == of_a
    assert all(len(page) <= limit for page in found)


def test_many_of_a_read_that_match_are_handed_out_page_by_page(of_a: list[str]) -> None:
    """The page ends inside of what was read; the next one begins there."""
    found = pages("STB", 3)
    assert len({one for page in found for one in page}) == ROWS - len(of_a)
    assert all(len(page) <= 3 for page in found)


def test_a_request_ends_after_so_many_reads_though_nothing_matched(of_a: list[str]) -> None:
    """The page is empty, and still goes on: nobody waits until all rows were judged."""
    found = pages("STC", 20)
    assert found == [[]] * len(found)
    assert len(found) >= ROWS // (days.MAX_SHORT_READS * 10)
