"""The life of long work: held by one, put off and given up, told in a sentence (decision 10). Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.jobs import rules
from chalicelib.jobs.rules import Job, Status, Step

AT = datetime(2026, 11, 26, tzinfo=UTC)
JOB = Job("JB1", "export", "导出", "orders.read", "ST1", {}, "a.csv", "QUEUED", AT, AT, AT, AT + rules.KEPT)


@pytest.mark.parametrize("status", ["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED"])
def test_only_what_is_open_goes_on(status: Status) -> None:
    is_open = status in ("QUEUED", "RUNNING")
    job = replace(JOB, status=status)
    assert (job.is_open, rules.is_due(job, AT)) == (is_open, is_open)


def test_whoever_takes_it_has_it_alone_for_a_while() -> None:
    """Nobody else may go on before ``HELD`` is over; clocks may differ by a second, not by two."""
    job = rules.held(JOB, AT)
    assert (job.status, job.tries, job.due_at) == ("RUNNING", 1, AT + rules.HELD)
    assert rules.is_due(job, AT + rules.HELD - timedelta(seconds=1))
    assert not rules.is_due(job, AT + rules.HELD - timedelta(seconds=2))


@pytest.mark.parametrize(("goes_on", "due_at"), [(True, AT + rules.HELD), (False, AT)])
def test_a_step_is_counted_and_forgives_earlier_failures(goes_on: bool, due_at: datetime) -> None:
    job = replace(JOB, tries=3, pieces=2, step=7, summary={"rows": 5})
    after = rules.stepped(job, Step("c", 30, 90, body=b"x"), AT, goes_on=goes_on)
    assert (after.step, after.cursor, after.done, after.total, after.tries) == (8, "c", 30, 90, 0)
    assert (after.pieces, after.summary, after.due_at) == (3, {"rows": 5}, due_at)


def test_a_step_that_leaves_nothing_adds_no_piece_and_may_say_more() -> None:
    after = rules.stepped(JOB, Step(summary={"rows": 6}), AT, goes_on=True)
    assert (after.pieces, after.summary) == (0, {"rows": 6})


def test_failures_wait_ever_longer_and_the_fifth_is_the_last() -> None:
    """20, 40, 80, 160 seconds; then it fails, and says so without the bug's own words."""
    job, waits = JOB, []
    while (job := rules.put_off(rules.held(job, AT), AT)).is_open:
        waits.append((job.due_at - AT).total_seconds())
    assert waits == [20, 40, 80, 160]
    assert (job.status, job.tries, job.finished_at) == ("FAILED", rules.MAX_TRIES, AT)
    assert rules.told(job) == "没有完成：系统出了点问题，我们已经记录下来，请稍后重新发起。"


@pytest.mark.parametrize(
    ("job", "told"),
    [
        (JOB, "排队中，马上开始。"),
        (replace(JOB, status="RUNNING", done=30), "进行中，已处理 30。"),
        (replace(JOB, status="RUNNING", done=30, total=90), "进行中，已处理 30 / 90。"),
        (rules.finished(replace(JOB, done=90), AT, 12), "已完成，共处理 90。"),
        (replace(JOB, status="CANCELLED"), "已取消。"),
        (rules.failed(JOB, AT, "第 3 行不对"), "没有完成：第 3 行不对"),
    ],
    ids=lambda one: one.status if isinstance(one, Job) else "",
)
def test_where_it_stands_in_a_sentence(job: Job, told: str) -> None:
    assert rules.told(job) == told


def test_what_is_finished_can_be_downloaded_by_its_size() -> None:
    done = rules.finished(JOB, AT, 12)
    assert (done.status, done.result_bytes, done.finished_at) == ("DONE", 12, AT)
