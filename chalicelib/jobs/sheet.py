"""Tables that people open in a spreadsheet: rows piece by piece, at the end one CSV or XLSX file (G6)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Literal

from chalicelib.kernel.clock import SHANGHAI

SheetKind = Literal["csv", "xlsx"]
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Yuan:
    """Money in a cell; in the file it is a number of yuan, so that people can add it up."""

    fen: int

    @property
    def number(self) -> Decimal:
        """Exactly two decimals."""
        return Decimal(self.fen).scaleb(-2)


Cell = str | int | Yuan | datetime | None


def sheet(rows: Iterable[Sequence[Cell]]) -> bytes:
    """These as a piece of long work keeps them until ``finish_sheet``: one JSON list a line."""
    return "".join(
        json.dumps([_kept(one) for one in row], ensure_ascii=False) + "\n" for row in rows
    ).encode()


def finish_sheet(pieces: Iterable[bytes], kind: SheetKind, file: IO[bytes]) -> None:
    """Write all pieces as one file; one row at a time is in memory.

    CSV is UTF-8 with a mark at its beginning and CRLF, as Excel in Chinese reads it. No text a shopper
    wrote can become a formula in either (CSV injection): what would begin one gets a ``'`` before it.
    """
    if kind == "csv":
        _write_csv(_rows(pieces), file)
    else:
        _write_xlsx(_rows(pieces), file)


def _kept(cell: Cell) -> str | int | list[int] | None:
    if isinstance(cell, Yuan):
        return [cell.fen]
    if isinstance(cell, datetime):
        return f"{cell.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, str):
        return harmless(cell)
    return cell


def harmless(text: str) -> str:
    """The text as no spreadsheet runs it, and without what no XML file may hold."""
    clean = "".join(one for one in text if one >= " " or one in "\t\n\r")
    return f"'{clean}" if clean.lstrip(" ").startswith(_STARTS_FORMULA) else clean


def _rows(pieces: Iterable[bytes]) -> Iterator[list[str | int | Decimal | None]]:
    for piece in pieces:
        for line in io.BytesIO(piece):
            yield [Yuan(*one).number if isinstance(one, list) else one for one in json.loads(line)]


def _write_csv(rows: Iterable[Sequence[str | int | Decimal | None]], file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows(rows)
    text.detach()


def _write_xlsx(rows: Iterable[Sequence[str | int | Decimal | None]], file: IO[bytes]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    page = book.create_sheet("数据")
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(page, value=value)
            if isinstance(value, Decimal):
                cell.number_format = "0.00"
            elif isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        page.append(cells)
    book.save(file)
