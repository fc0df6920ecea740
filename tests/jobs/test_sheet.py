"""Files for spreadsheets: no formula gets in, money adds up, Excel reads it (G6)."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from chalicelib.jobs.sheet import SheetKind, Yuan, finish_sheet, harmless, sheet

ROWS = [
    ("名称", "金额", "件数", "时间"),
    ('=HYPERLINK("http://evil")', Yuan(-1_205), 3, datetime(2026, 11, 25, 16, 0, tzinfo=UTC)),
    ('他说 "好"\n第二行', Yuan(123_456_789), 0, None),
]


def made(kind: SheetKind) -> bytes:
    file = io.BytesIO()
    finish_sheet([sheet(ROWS[:1]), b"", sheet(ROWS[1:])], kind, file)
    return file.getvalue()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1", "＋1"])
def test_no_text_begins_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["小明", "a=b", "100%", "", " x"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_what_no_file_may_hold_is_left_out() -> None:
    assert harmless("a\x00b\x1fc") == "abc"


def test_csv_as_excel_reads_it() -> None:
    raw = made("csv")
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[1] == ['\'=HYPERLINK("http://evil")', "-12.05", "3", "2026-11-26 00:00:00"]
    assert rows[2] == ['他说 "好"\n第二行', "1234567.89", "0", ""]


def test_xlsx_keeps_money_as_numbers_and_texts_as_texts() -> None:
    page = load_workbook(io.BytesIO(made("xlsx"))).active
    assert page is not None
    cells = [[(cell.value, cell.data_type) for cell in row] for row in page.iter_rows()]
    assert cells[1][0] == ('\'=HYPERLINK("http://evil")', "s")
    assert (Decimal(str(cells[1][1][0])), cells[1][1][1]) == (Decimal("-12.05"), "n")
    assert cells[2][1][0] == 1_234_567.89 and page.cell(2, 2).number_format == "0.00"
