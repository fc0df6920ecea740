"""The bills of a day and the differences a reconciliation must find (wechat.md §4.9)."""

import csv
import gzip
import hashlib
import io
from typing import Any

import pytest

from tests.contract.peers import Merchant, Simulator


class Book:
    """A day with two payments, one refund and one transfer, looked at two days later."""

    def __init__(self, simulator: Simulator, merchant: Merchant) -> None:
        self.merchant = merchant
        person = simulator.person()
        self.orders = [
            merchant.paid(person, amount={"total": fen, "currency": "CNY"}) for fen in (1, 123_456)
        ]
        self.refund = merchant.refund_body(self.orders[1], 23_456)
        merchant.call("POST", "/v3/refund/domestic/refunds", self.refund)
        self.transfer = merchant.transfer_body(person)
        merchant.call("POST", "/v3/fund-app/mch-transfer/transfer-bills", self.transfer)
        self.day = simulator.sim("/clock")["shown"][:10]
        simulator.advance(3)
        self.is_same_day = simulator.sim("/clock")["shown"][:10] == self.day
        simulator.advance(2 * 86_400)

    def bill(self, name: str, more: str = "") -> tuple[list[dict[str, str]], list[str], dict[str, Any]]:
        answer = self.merchant.call("GET", f"/v3/bill/{name}?bill_date={self.day}{more}").json()
        path = answer["download_url"].partition("/v3/")[2]
        content = self.merchant.send("GET", f"/v3/{path}").content
        plain = gzip.decompress(content) if "GZIP" in more else content
        answer["is_hash_right"] = hashlib.sha1(plain).hexdigest() == answer["hash_value"]
        lines = list(csv.reader(io.StringIO(plain.decode("utf-8-sig"))))
        rows = [
            dict(zip(lines[0], (cell.removeprefix("`") for cell in line), strict=True))
            for line in lines[1:-2]
        ]
        assert all(cell.startswith("`") for line in lines[1:-2] for cell in line)
        return rows, [cell.removeprefix("`") for cell in lines[-1]], answer


@pytest.fixture
def book(simulator: Simulator, merchant: Merchant) -> Book:
    return Book(simulator, merchant)


def test_trade_bill_holds_payments_and_refunds_in_yuan(book: Book) -> None:
    assert book.is_same_day, "ran over midnight"
    rows, totals, answer = book.bill("tradebill")
    assert answer["is_hash_right"]
    assert [row["应结订单金额"] for row in rows] == ["0.01", "1234.56", "0.00"]
    assert [row["退款金额"] for row in rows] == ["0.00", "0.00", "234.56"]
    assert [row["手续费"] for row in rows] == ["0.00", "7.41", "-1.40"]
    assert [row["商户订单号"] for row in rows[:2]] == [order["out_trade_no"] for order in book.orders]
    assert rows[2]["商户退款单号"] == book.refund["out_refund_no"]
    assert len(rows[0]) == 27
    assert totals == ["3", "1234.57", "234.56", "0.00", "6.01", "1234.57", "234.56"]


def test_fund_flow_bill_holds_transfers_too(book: Book) -> None:
    rows, totals, answer = book.bill("fundflowbill", "&account_type=BASIC&tar_type=GZIP")
    assert answer["is_hash_right"], "the digest is over the unpacked file"
    signs = {"收入": 1, "支出": -1}
    fen = [signs[row["收支类型"]] * int(row["收支金额（元）"].replace(".", "")) for row in rows]
    assert sorted(fen) == sorted([1, 123_456, -741, -23_456, 140, -2000])
    assert int(rows[-1]["账户结余（元）"].replace(".", "")) == 100_000_000 + sum(fen)
    assert book.transfer["out_bill_no"] in [row["业务凭证号"] for row in rows]
    assert totals[0] == str(len(rows))


def test_planted_differences(simulator: Simulator, book: Book) -> None:
    right, _, _ = book.bill("tradebill")
    for fault in ("bill_missing_row", "bill_extra_row", "bill_wrong_amount", "bill_bad_hash"):
        simulator.fault(fault, endpoint="pay.trade_bill")
    wrong, _, answer = book.bill("tradebill")
    assert not answer["is_hash_right"]
    numbers = [row["商户订单号"] for row in wrong]
    assert book.orders[0]["out_trade_no"] not in numbers, "one is missing"
    assert "STRANGE00001" in numbers, "one is too many"
    assert wrong[0]["应结订单金额"] == "1234.57", "one is a fen dearer"
    assert book.bill("tradebill")[0] == right, "and all of it only once"


def test_days_without_a_bill(simulator: Simulator, merchant: Merchant, book: Book) -> None:
    def code(path: str) -> tuple[int, str]:
        answer = merchant.call("GET", path)
        return answer.status_code, answer.json()["code"]

    today = simulator.sim("/clock")["shown"][:10]
    assert code("/v3/bill/tradebill?bill_date=2026-13-01") == (400, "PARAM_ERROR")
    assert code(f"/v3/bill/tradebill?bill_date={today}") == (400, "PARAM_ERROR")
    assert code(f"/v3/bill/fundflowbill?bill_date={book.day}&account_type=FEES") == (
        400,
        "NO_STATEMENT_EXIST",
    )
    assert code(f"/v3/bill/tradebill?bill_date={book.day}&bill_type=OTHER") == (400, "PARAM_ERROR")
    simulator.fault("bill_creating")
    assert code(f"/v3/bill/tradebill?bill_date={book.day}") == (400, "STATEMENT_CREATING")
    assert merchant.call("GET", "/v3/billdownload/file?token=unknown").status_code == 404
