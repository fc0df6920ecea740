"""Long work: asked for once, done in steps, read, cancelled and downloaded by whoever asked (decision 10)."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import pytest

from chalicelib.admin import store as admin
from chalicelib.jobs import jobs as back
from chalicelib.jobs import store
from chalicelib.jobs.cancel_job import cancel_job
from chalicelib.jobs.rules import (
    HELD,
    MAX_TRIES,
    Job,
    JobOver,
    JobUnknown,
    Run,
    Step,
    TooManyJobs,
    told,
)
from chalicelib.jobs.run_job import run_job
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import clock, jobs, log
from chalicelib.kernel.errors import Conflict, KeyReused, Unreachable
from chalicelib.kernel.jobs import Change
from tests.jobs.running import LINES, ROWS, WHO, finish, result_of, rows, start, working
from tests.support import api, people
from tests.support.world import Clock

WHOLE = b"a:1\nbb:2\nccc:3\ndddd:4\neeeee:5\n"


@pytest.fixture(autouse=True)
def at_work(world: Clock) -> Iterator[None]:
    with working():
        yield


def seen(job_id: str) -> Job:
    found = store.find(job_id)
    assert found is not None
    return found


def image(job: Job) -> Change:
    return Change("jobs", "EV1", None, store._row(job).serialize())


def test_steps_make_one_result() -> None:
    """Three steps hand each other the sum of letters and come to one file in order."""
    job = finish(start().job_id)
    assert (job.status, job.step, job.done, job.total, job.pieces) == ("DONE", 3, 5, 5, 3)
    assert result_of(job) == WHOLE and job.result_bytes == len(WHOLE)
    assert job.summary == {"letters": 15}
    assert told(job) == "已完成，共处理 5。"
    assert not run_job(job.job_id), "what is done is left alone"


def test_a_long_turn_does_many_steps_a_short_one_one() -> None:
    short, long = start(), start("key-0002")
    assert run_job(short.job_id) and seen(short.job_id).step == 1
    assert run_job(long.job_id, seconds=60) and seen(long.job_id).status == "DONE"


def test_the_same_key_is_the_same_job() -> None:
    first = start()
    assert start() == first
    with pytest.raises(KeyReused):
        start(other="params")
    with pytest.raises(KeyReused):
        start_job(ROWS, {}, by=WHO, key="key-0001", file_name="行.txt", given=b"other lines")
    assert start_job(ROWS, {}, by="STOTHER", key="key-0001", file_name="x").job_id != first.job_id


def test_at_most_five_wait_or_run() -> None:
    started = [start(f"key-000{number}") for number in range(5)]
    with pytest.raises(TooManyJobs):
        start("key-0009")
    assert start("key-0001") == started[1], "asking again is no new one"
    finish(started[0].job_id)
    start("key-0009")


def test_its_change_starts_it_at_once_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back, "_SECONDS", 0)
    job = start()
    back.go_on(image(job))
    free = seen(job.job_id)
    assert free.step == 1 and free.due_at <= clock.now(), "left free for its own change"
    back.go_on(image(free))
    back.go_on(image(seen(job.job_id)))
    assert seen(job.job_id).status == "DONE"
    back.go_on(image(seen(job.job_id)))
    back.go_on(Change("jobs", "EV2", None, None))


def test_the_sweeper_goes_on_with_what_a_dead_one_held(world: Clock) -> None:
    """Nobody else runs it while it is held; six minutes later it is free."""
    job = start()

    def die(run: Run) -> Step:
        raise KeyboardInterrupt

    with working(die), pytest.raises(KeyboardInterrupt):
        run_job(job.job_id)
    assert not run_job(job.job_id)
    back.run_waiting()
    assert seen(job.job_id).step == 0
    world.advance(seconds=HELD.total_seconds())
    with working():
        back.run_waiting()
    assert seen(job.job_id).status == "DONE"


def test_a_step_that_always_dies_ends_the_job(world: Clock) -> None:
    job = start()

    def die(run: Run) -> Step:
        raise KeyboardInterrupt

    with working(die):
        for _ in range(MAX_TRIES):
            with pytest.raises(KeyboardInterrupt):
                run_job(job.job_id)
            world.advance(minutes=6)
        run_job(job.job_id)
    assert seen(job.job_id).status == "FAILED"


def test_a_bug_is_tried_five_times_and_told_in_words(
    world: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()

    def broken(run: Run) -> Step:
        raise LookupError("planted")

    with working(broken):
        for _ in range(MAX_TRIES):
            assert run_job(job.job_id)
            assert not run_job(job.job_id), "put off, or over"
            world.advance(minutes=20)
    after = seen(job.job_id)
    assert (after.status, after.tries) == ("FAILED", MAX_TRIES)
    assert after.error == "系统出了点问题，我们已经记录下来，请稍后重新发起。"
    assert capsys.readouterr().out.count('"job_failed": 1') == MAX_TRIES


def test_what_is_out_of_reach_comes_again_without_alarm(
    world: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start()

    def shaky(run: Run) -> Step:
        raise Unreachable()

    with working(shaky):
        run_job(job.job_id)
    assert (seen(job.job_id).status, seen(job.job_id).step) == ("RUNNING", 0)
    assert "job_failed" not in capsys.readouterr().out
    world.advance(minutes=1)
    assert finish(job.job_id).status == "DONE"


def test_a_refusal_ends_it_with_its_own_words() -> None:
    job = start()

    def refusing(run: Run) -> Step:
        raise Conflict("第 3 行的订单已经发货。")

    with working(refusing):
        assert finish(job.job_id).error == "第 3 行的订单已经发货。"
    assert told(seen(job.job_id)) == "没有完成：第 3 行的订单已经发货。"


def test_whoever_lost_the_permission_gets_nothing_more() -> None:
    job = start()
    run_job(job.job_id)
    people.make_staff(WHO, ("catalog.read",))
    assert finish(job.job_id).status == "FAILED"
    token = api.staff_token("catalog.read", staff_id=WHO)
    assert api.get(f"/console/jobs/{job.job_id}", token=token).status == 403


def test_a_job_that_is_cancelled_under_way_stops() -> None:
    job = start()

    def cancelled_meanwhile(run: Run) -> Step:
        cancel_job(job.job_id, WHO)
        return rows(run)

    with working(cancelled_meanwhile):
        assert run_job(job.job_id, seconds=60)
    after = seen(job.job_id)
    assert (after.status, after.step, after.finished_at) == ("CANCELLED", 0, clock.now())
    assert cancel_job(job.job_id, WHO) == after
    assert not run_job(job.job_id)


def test_what_a_step_changes_carries_an_audit_row_of_whoever_asked() -> None:
    """Every change by staff leaves one (G3); the job's own progress is none."""
    job = finish(start(member="MBA").job_id)
    today = clock.business_day(clock.now())
    entries = [one for one in admin.audit(newest=today, oldest=today).items if one.staff_id == WHO]
    assert [(one.door, one.request_id) for one in entries] == [("JOB TEST_ROWS", job.job_id)] * 3


def test_a_job_that_does_not_get_on_is_counted(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 23."""
    counted: list[str] = []
    monkeypatch.setattr(log, "count", lambda name, *_, **__: counted.append(name))
    monkeypatch.setattr(back, "run_job", lambda *_, **__: True)
    start()
    back.run_waiting()
    assert counted == []
    world.advance(minutes=31)
    back.run_waiting()
    assert counted == ["job_stuck"]


def test_nobody_does_unknown_work() -> None:
    with pytest.raises(KeyError):
        jobs.worker_of("NOBODY")
    jobs.install_workers(None)
    with pytest.raises(KeyError):
        jobs.worker_of(ROWS.name)


def test_the_doors(world: Clock) -> None:
    """Listed, read, downloaded under its name by whoever asked, and by nobody else."""
    token = api.staff_token(ROWS.permission, staff_id=WHO)
    job = start()
    shown = api.get(f"/console/jobs/{job.job_id}", token=token).json
    assert (shown["status"], shown["says"], shown["has_result"]) == ("QUEUED", "排队中，马上开始。", False)
    assert api.get(f"/console/jobs/{job.job_id}/result", token=token).json["code"] == "JOB_HAS_NO_RESULT"
    run_job(job.job_id)
    assert api.get(f"/console/jobs/{job.job_id}", token=token).json["says"] == "进行中，已处理 2 / 5。"
    finish(job.job_id)
    given = api.get(f"/console/jobs/{job.job_id}/result", token=token).json
    assert given["result_bytes"] == len(WHOLE)
    assert "行.txt" in unquote(unquote(given["url"]))
    assert f"jobs/{job.job_id}/result?" in given["url"] and given["valid_seconds"] == 300
    assert [one["job_id"] for one in api.get("/console/jobs", token=token).json["items"]] == [job.job_id]
    assert api.post(f"/console/jobs/{job.job_id}/cancel", token=token).json["code"] == "JOB_OVER"
    other = api.staff_token(ROWS.permission, staff_id="STOTHER")
    assert api.get("/console/jobs", token=other).json["items"] == []
    for method, path in (("GET", ""), ("GET", "/result"), ("POST", "/cancel")):
        answer = api.call(method, f"/console/jobs/{job.job_id}{path}", token=other)
        assert (answer.status, answer.json["code"]) == (404, "JOB_UNKNOWN")
    world.advance(days=7)
    token = api.staff_token(ROWS.permission, staff_id=WHO)
    assert api.get(f"/console/jobs/{job.job_id}/result", token=token).json["code"] == "RESULT_EXPIRED"


def test_cancelling_by_the_door() -> None:
    token = api.staff_token(ROWS.permission, staff_id=WHO)
    job = start()
    assert api.post(f"/console/jobs/{job.job_id}/cancel", token=token).json["says"] == "已取消。"
    with pytest.raises(JobUnknown):
        cancel_job("JB0", WHO)
    with pytest.raises(JobOver):
        cancel_job(finish(start("key-0002").job_id).job_id, WHO)


def test_nothing_given_is_nothing_kept() -> None:
    job = start_job(ROWS, {}, by=WHO, key="key-0001", file_name="x")
    assert store.input_of(job) == b""
    assert LINES and job.expires_at - job.created_at == timedelta(days=7)
    done = finish(job.job_id)
    assert (done.status, done.result_bytes) == ("DONE", None)
