"""Long work survives a death at every call: no row of the result twice, no effect twice (invariant 22)."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.commissions import store as commissions
from chalicelib.commissions.past_order import OrderIn, past_order
from chalicelib.commissions.simulate import Simulation, simulate
from chalicelib.commissions.tell_row import tell_row
from chalicelib.jobs import jobs as back
from chalicelib.jobs import store
from chalicelib.jobs.cancel_job import cancel_job
from chalicelib.jobs.run_job import run_job
from chalicelib.jobs.start_job import start_job
from chalicelib.kernel import jobs
from chalicelib.kernel.jobs import deliver
from chalicelib.orders import simulate_step
from chalicelib.orders.start_simulation import SIMULATION, start_simulation
from chalicelib.wallet import store as wallet
from tests.crash.books import changes
from tests.crash.harness import is_whole, kills, survives
from tests.crash.street import Street
from tests.jobs.running import ROWS, WHO, finish, result_of, rows, start, working
from tests.orders.shop import Shop
from tests.orders.test_simulation_job import ORDER, drafted
from tests.support import people
from tests.support.world import Clock

THREE = b"a\nbb\nccc"
"""Two steps."""


@pytest.fixture(autouse=True)
def at_work(peer: Street, world: Clock) -> Iterator[None]:
    """Without the audit rows, whose images tell the times at which a death let a thing happen."""
    with working():
        jobs.install_workers({ROWS.name: rows}.__getitem__)
        yield


@kills(start_job)
def test_asking(peer: Street, world: Clock) -> None:
    """What it is given is kept before the row is there; asked again it is the same job."""
    survives(peer, world, start, money_commits=0)


@kills(run_job)
def test_running(peer: Street, world: Clock) -> None:
    """Dead anywhere, also between the files and the row, the sweeper goes on when it is free again."""
    job = start(given=THREE, member="MBA")

    def next_minutes() -> None:
        world.advance(minutes=7)
        back.run_waiting()

    survives(peer, world, lambda: finish(job.job_id), sweep=next_minutes, money_commits=2)
    assert result_of(finish(job.job_id)) == b"a:1\nbb:2\nccc:3\n"
    assert wallet.find_points("MBA").available == 2


@kills(run_job)
def test_running_by_its_change(peer: Street, world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream calls a runner for each step; what it leaves the sweeper finds."""
    monkeypatch.setattr(back, "_SECONDS", 0)
    start(given=THREE)

    def follow() -> None:
        done = 0
        while records := changes("jobs")[done:]:
            done += len(records)
            deliver("jobs", records, [back.go_on])

    def next_minutes() -> None:
        world.advance(minutes=7)
        back.run_waiting()

    survives(peer, world, follow, sweep=next_minutes, rounds=3, money_commits=0)
    (job,) = store.mine(WHO, limit=5).items
    assert (job.status, job.result_bytes) == ("DONE", 15)


@kills(start_simulation)
def test_asking_for_a_simulation(shop: Shop, peer: Street, world: Clock) -> None:
    people.make_staff(WHO, (SIMULATION.permission,))
    plan_id = commissions.plans()[0].plan_id
    survives(
        peer,
        world,
        lambda: start_simulation(plan_id, days=2, orders=None, by=WHO, key="simulate-1"),
        money_commits=0,
    )


@kills(run_job)
def test_running_a_simulation(
    shop: Shop, peer: Street, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dead anywhere it goes on with its last step: the file is what one replay in one go comes to (R10)."""
    monkeypatch.setattr(simulate_step, "PAGE", 1)
    monkeypatch.setattr(simulate_step, "_PAGES", 1)
    monkeypatch.setattr(simulate_step, "_PAYEES", 1)
    jobs.install_workers({SIMULATION.name: simulate_step.simulate_step}.__getitem__)
    people.make_staff(WHO, (SIMULATION.permission,))
    plan = drafted("13_mixed")
    chain = [{**ORDER["uplines"][0], "member_id": name} for name in ("MBA", "MBB")]
    lines = [{**ORDER["lines"][0], "paid_fen": 900_000}]
    texts = [json.dumps({**ORDER, "order_id": f"OR{n}", "uplines": chain, "lines": lines}) for n in range(2)]
    orders = [OrderIn.model_validate_json(one) for one in texts]
    job = start_simulation(plan.plan_id, days=1, orders=orders, by=WHO, key="simulate-1")

    def next_minutes() -> None:
        world.advance(minutes=7)
        back.run_waiting()

    survives(peer, world, lambda: finish(job.job_id), sweep=next_minutes, money_commits=0)
    replayed = Simulation(plan)
    rows = [tell_row(row) for found in simulate(replayed, map(past_order, texts)) for row in found]
    told = json.loads(result_of(finish(job.job_id)))
    assert told["rows"] == rows
    assert {row["payee"] for row in rows if row["period"]} == {"MBA", "MBB"}
    assert told["totals"]["cost_fen"] == replayed.replay.totals.cost_fen > 0


@kills(cancel_job)
def test_cancelling(peer: Street, world: Clock) -> None:
    job = start()
    run_job(job.job_id)
    is_whole(peer, world, lambda: cancel_job(job.job_id, WHO))
