"""Read a table that somebody made in a spreadsheet: CSV or XLSX, its first row the known header (G6)."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence

from chalicelib.kernel.errors import Invalid

MAX_BYTES = 3 * 1024 * 1024
MAX_ROWS = 5_000
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_LETTERS = 2_000


class BadSheet(Invalid):
    """Says what is wrong with the file, and how to mend it."""

    title = "文件读不出来"


def read_sheet(content: bytes, header: Sequence[str]) -> list[dict[str, str]]:
    """The rows below the header as texts by column, without empty rows; unknown columns are left out.

    CSV may be UTF-8 or, as Excel in China writes it, GB 18030. Raises ``BadSheet`` for what is too large,
    no table, without a column of ``header``, or empty.
    """
    if len(content) > MAX_BYTES:
        raise BadSheet(f"文件不能超过 {MAX_BYTES // 1024 // 1024} MB，请分成几份。")
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    try:
        names = [one.strip() for one in next(rows, [])]
        if missing := [one for one in header if one not in names]:
            raise BadSheet(f"第一行缺少这些列：{'、'.join(missing)}。请补上这些列；其他列不会用到。")
        found: list[dict[str, str]] = []
        for row in rows:
            if any(one.strip() for one in row):
                found.append(
                    {name: one.strip()[:_MAX_LETTERS] for name, one in zip(names, row, strict=False)}
                )
            if len(found) > MAX_ROWS:
                raise BadSheet(f"一次最多 {MAX_ROWS} 行，请分成几份。")
    except csv.Error:
        raise BadSheet("这不是 CSV 表格，请在 Excel 里另存为 xlsx 再上传。") from None
    if not found:
        raise BadSheet("文件里没有内容，请从第二行开始填写。")
    return found


def _csv(content: bytes) -> Iterator[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return csv.reader(io.StringIO(text, newline=""), strict=True)
    raise BadSheet("文件的文字编码读不出来，请在 Excel 里另存为 xlsx 再上传。")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    """Only values; nothing of a workbook is run. What would unpack to too much is refused before."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MAX_UNPACKED:
                raise BadSheet("文件展开后太大，请分成几份。")
        page = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        ).worksheets[0]
        rows = page.iter_rows(values_only=True, max_row=MAX_ROWS + 2)
        return iter([[_text(one) for one in row] for row in rows])
    except BadSheet:
        raise
    except Exception:
        # A broken workbook fails in a hundred ways, all of which mean the same to whoever made it.
        raise BadSheet("这不是 Excel 文件或已损坏，请重新另存为 xlsx 再上传。") from None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
