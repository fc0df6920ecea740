"""Lists as files: whole, in step with the books, only for who may see the list (G6, G2)."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.distributors.change_status import change_status
from chalicelib.jobs.rules import Job
from chalicelib.kernel import clock
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.jobs import deliver
from chalicelib.members import store as members
from chalicelib.orders.receive import receive
from chalicelib.reports import export_step as steps
from chalicelib.reports.jobs import count_in_ledger
from tests.commissions.test_jobs import records
from tests.jobs.running import finish, result_of
from tests.orders.conftest import shop
from tests.orders.shop import Shop
from tests.support import api
from tests.support.world import Clock

__all__ = ["shop"]
ALL = (
    *("orders.read", "refunds.read", "members.read", "commissions.read", "withdrawals.read", "wallet.read"),
    *("distributors.read", "audit.read"),
)


def export(name: str, *permissions: str, sheet: str = "csv", key: str = "export-key-1") -> api.Answer:
    today = clock.business_day(clock.now())
    body = {"list": name, "since": str(today - timedelta(days=2)), "until": str(today), "sheet": sheet}
    return api.post("/console/exports", body, token=api.staff_token(*permissions), key=key)


def rows_of(job: Job) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result_of(job).decode("utf-8-sig"), newline="")))


def fen(text: str) -> int:
    return int(Decimal(text or 0) * 100)


def test_orders_and_commissions_agree_with_the_books(
    shop: Shop, world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many steps make one file; sums of its columns are what orders and the journal say."""
    monkeypatch.setattr(steps, "_MOST_THINGS", 2)
    monkeypatch.setattr("chalicelib.reports.export_lists._AT_ONCE", 2)
    placed = [shop.paid(key=f"order-000{number}") for number in range(2)]
    world.advance(days=1)
    placed += [shop.paid(key=f"order-001{number}") for number in range(1)]
    receive(shop.shipped(placed[0]))
    job = finish(export("orders", *ALL).json["job_id"])
    found = rows_of(job)
    assert job.status == "DONE" and job.done == 3 and job.pieces >= 2
    assert job.summary == {"rows": len(found)} and len(found) == sum(len(one.lines) for one in placed)
    assert sum(fen(one["订单实付"]) for one in found) == sum(one.total_fen for one in placed)
    assert sum(fen(one["商品实付"]) for one in found) == sum(
        line.paid_fen for one in placed for line in one.lines
    )
    for record in records("commissions"):
        assert deliver("commissions", [record], [count_in_ledger]) == []
    earned = rows_of(finish(export("commissions", *ALL, key="export-key-2").json["job_id"]))
    books = rows_of(finish(export("journal", *ALL, key="export-key-3").json["job_id"]))
    for payee in (shop.a, shop.b):
        pending = sum(
            fen(one["剩余"]) for one in earned if one["得佣人"] == payee and one["状态"] == "待结算"
        )
        booked = sum(fen(one["金额"]) for one in books if one["账户"].startswith(f"m:{payee}:"))
        assert 0 < pending == booked
    assert sum(fen(one["金额"]) for one in books) == 0, "entries sum to zero"


@pytest.mark.parametrize("name", ["refunds", "members", "withdrawals"])
def test_every_list_has_a_header_and_ends(shop: Shop, name: str) -> None:
    job = finish(export(name, *ALL).json["job_id"])
    assert job.status == "DONE", job.error
    assert result_of(job).count(b"\r\n") == job.summary["rows"] + 1
    assert (name == "members") == (job.summary["rows"] > 0)


def test_xlsx_and_its_name(shop: Shop) -> None:
    job = finish(export("members", *ALL, sheet="xlsx").json["job_id"])
    assert (
        result_of(job).startswith(b"PK")
        and job.file_name.startswith("会员-")
        and job.file_name.endswith(".xlsx")
    )


def test_it_takes_the_permission_to_see_the_list(shop: Shop) -> None:
    assert export("withdrawals", "orders.read").status == 403
    assert export("orders", "orders.read").status == 202
    for name, needs in (("distributors", "distributors.read"), ("audit", "audit.read")):
        assert export(name, "orders.read", "members.read", key=f"export-key-{name}").status == 403
        assert export(name, needs, key=f"export-key-{name}").status == 202


def test_every_distributor_once_whatever_the_days(shop: Shop, world: Clock) -> None:
    """G6: of every status, with names; a distributor of long ago as well."""
    world.advance(days=30)
    commit(members.set_nickname(shop.b, "=HYPERLINK(1)"))
    change_status(shop.a, "DISABLED", by="ST1", reason="刷单")
    job = finish(export("distributors", *ALL).json["job_id"])
    found = {one["会员号"]: one for one in rows_of(job)}
    assert job.summary == {"rows": len(found)} and {shop.a, shop.b} <= found.keys()
    assert (found[shop.a]["状态"], found[shop.a]["最近原因"]) == ("已停用", "刷单")
    assert found[shop.b]["昵称"] == "'=HYPERLINK(1)" and found[shop.b]["状态"] == "正常"
    assert job.file_name == f"分销商-{clock.business_day(clock.now()):%Y%m%d}.csv"


def test_the_audit_is_written_in_words(shop: Shop) -> None:
    """G2, G6: what staff did, as the page tells it, and no formula."""
    held = api.staff_token("content.edit")
    api.post("/console/announcements", {"title": "=1+1", "text": "欢迎"}, token=held)
    found = rows_of(finish(export("audit", *ALL).json["job_id"]))
    assert "写了公告“=1+1”" in [one["做了什么"] for one in found]
    assert {one["接口"] for one in found} >= {"POST /console/announcements"}


def test_bad_days_are_refused_in_words(shop: Shop) -> None:
    for since, until, field in (("2026-11-02", "2026-11-01", "until"), ("2025-01-01", "2026-11-01", "since")):
        body = {"list": "orders", "since": since, "until": until}
        answer = api.post("/console/exports", body, token=api.staff_token("orders.read"), key="export-key-9")
        assert (answer.status, set(answer.json["fields"])) == (422, {field})
