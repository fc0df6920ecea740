"""Exports and imports may die anywhere: a file is done once, whoever goes on with it (G6)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.catalog import store as catalog
from chalicelib.jobs import jobs as back
from chalicelib.jobs import rules
from chalicelib.jobs.rules import Job
from chalicelib.kernel import jobs
from chalicelib.reports.import_lists import ImportName
from chalicelib.reports.import_step import import_step
from chalicelib.reports.start_export import start_export
from chalicelib.reports.start_import import do_import, start_import
from tests.crash.harness import kills, survives
from tests.crash.street import Street
from tests.jobs.running import WHO, finish
from tests.orders.shop import Shop
from tests.support import people
from tests.support.world import START, Clock


@pytest.fixture(autouse=True)
def at_work(shop: Shop, peer: Street, world: Clock) -> Iterator[None]:
    """After the shop, which puts every table back; without audit rows, whose images tell times."""
    people.make_staff(WHO, ("orders.read", "orders.ship", "catalog.edit", "stock.edit"))
    find = jobs._find_worker
    jobs.install_workers(lambda _: import_step)
    yield
    jobs.install_workers(find)


def parcels(shop: Shop) -> bytes:
    paid = shop.paid()
    return f"订单号,快递公司,快递单号\n{paid.order_id},顺丰速运,SF10000001".encode()


def allowed(permission: str) -> None:
    """Whoever brings a file may do what is in it."""


def brought(name: ImportName, file: bytes) -> Job:
    return start_import(name, file, pictures={}, by=WHO, key="key-0001", demand=allowed)


@kills(start_export)
def test_asking_for_an_export(peer: Street, world: Clock) -> None:
    day = START.date()
    survives(
        peer, world, lambda: start_export("orders", "csv", day, day, by=WHO, key="key-0001"), money_commits=0
    )


@kills(start_import)
def test_bringing_a_file(shop: Shop, peer: Street, world: Clock) -> None:
    file = parcels(shop)
    survives(
        peer,
        world,
        lambda: start_import("parcels", file, pictures={}, by=WHO, key="key-0001", demand=allowed),
        money_commits=0,
    )


@kills(do_import, import_step, "chalicelib.reports.import_lists")
def test_sending_by_a_file(shop: Shop, peer: Street, world: Clock) -> None:
    """One parcel, wherever it dies."""
    trial = finish(brought("parcels", parcels(shop)).job_id)
    assert trial.status == "DONE", trial

    def next_minutes() -> None:
        world.advance(minutes=7)
        back.run_waiting()

    def act() -> None:
        finish(do_import(trial.job_id, by=WHO, key="key-0002", demand=allowed).job_id)

    survives(peer, world, act, sweep=next_minutes, money_commits=0)


@kills(do_import, import_step, "chalicelib.reports.import_product")
def test_products_with_their_stock_by_a_file(
    shop: Shop, peer: Street, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One product and its whole stock once, wherever it dies: between the two as well.

    The clock stands, since new articles and movements carry the time in their numbers; nobody holds the job.
    """
    monkeypatch.setattr(rules, "HELD", timedelta(0))
    rows = "商品名称,副标题,分类,规格,售价,划线价,成本价,重量（克）,库存"
    file = f"{rows}\n茶杯,,{catalog.categories()[0].name},白,12,,,,30\n茶杯,,,青,13,,,,7".encode()
    trial = finish(brought("products", file).job_id)
    assert trial.summary["wrong"] == 0, trial

    def act() -> None:
        finish(do_import(trial.job_id, by=WHO, key="key-0002", demand=allowed).job_id)

    survives(peer, world, act, sweep=back.run_waiting, money_commits=0)
