"""How the cells of an old Excel file (.xls) are shown, and which of them are errors: what the library that reads it leaves out.

The file is a small file system (MS-CFB) with one stream of records (MS-XLS). Only the records that say how a cell is shown are
read here; what it holds is the library's to say.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

__all__ = ["ERROR", "formats_of", "old_sheets", "value_in"]

ERROR = "an error"
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FAT_IN_HEADER, _END = 109, 0xFFFFFFFA  # a larger number of a sector is no sector
_BOUNDSHEET, _FORMAT, _XF, _EOF = 0x0085, 0x041E, 0x00E0, 0x000A
_NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205


def _stream(content: bytes) -> bytes:
    """The stream of a workbook of Excel 97 or later."""
    if not content.startswith(_MAGIC):
        raise ValueError("it is of another kind: name it as what it is, such as .xlsx or .csv")
    size, small = (1 << power for power in struct.unpack_from("<HH", content, 30))
    fats, start, cutoff, small_start = (struct.unpack_from("<I", content, at)[0] for at in (44, 48, 56, 60))
    if fats > _FAT_IN_HEADER:
        raise ValueError("it is too large: save it as .xlsx")

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    def table(held: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(held) // 4}I", held)

    fat = table(b"".join(map(sector, struct.unpack_from(f"<{fats}I", content, 76))))

    def chain(number: int, links: tuple[int, ...]) -> Iterator[int]:
        for _ in links:  # no chain is longer, so a broken file ends too
            if number >= _END or number >= len(links):
                return
            yield number
            number = links[number]

    def whole(number: int) -> bytes:
        return b"".join(map(sector, chain(number, fat)))

    directory = whole(start)
    entries = {}
    for at in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<II", directory, at + 116)
    if "Workbook" not in entries:
        raise ValueError("it is older than Excel 97: save it as .xlsx")
    first, length = entries["Workbook"]
    if length >= cutoff:
        return whole(first)[:length]
    held, links = whole(entries["Root Entry"][0]), table(whole(small_start))
    return b"".join(held[number * small : (number + 1) * small] for number in chain(first, links))[:length]


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """The records from one place to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def _text(held: bytes, length: int) -> str:
    """A text after its flags, of which the first says whether its letters have two bytes."""
    return held[1 : 1 + 2 * length].decode("utf-16-le") if held[0] & 1 else held[1 : 1 + length].decode("latin-1")


def _cells(stream: bytes, at: int) -> Iterator[tuple[int, int, int | None]]:
    """Row, column and look of each cell of a sheet that holds a number; none for the look of an error."""
    for kind, held in _records(stream, at):
        if kind in {_NUMBER, _RK, _FORMULA, _BOOLERR}:
            row, column, look = struct.unpack_from("<HHH", held)
            wrong = (kind == _BOOLERR and held[7]) or (kind == _FORMULA and held[12:14] == b"\xff\xff" and held[6] == 2)
            yield row + 1, column + 1, None if wrong else look
        elif kind == _MULRK:
            row, column = struct.unpack_from("<HH", held)
            for number, look in enumerate(
                struct.unpack_from("<H", held, 4 + 6 * n)[0] for n in range((len(held) - 6) // 6)
            ):
                yield row + 1, column + number + 1, look


def formats_of(content: bytes) -> dict[str, Mapping[tuple[int, int], str]]:
    """The number formats of the cells of each sheet, by row and column counted from 1; :data:`ERROR` for one that is an error.

    Raises
    ------
    ValueError
        If the file is older than Excel 97, or too large to be read here.
    struct.error, LookupError
        If it is broken.
    """
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    stream = _stream(content)
    formats, looks, sheets = dict(BUILTIN_FORMATS), [], {}
    for kind, held in _records(stream):
        if kind == _FORMAT:
            number, length = struct.unpack_from("<HH", held)
            formats[number] = _text(held[4:], length)
        elif kind == _XF:
            looks.append(struct.unpack_from("<H", held, 2)[0])
        elif kind == _BOUNDSHEET:
            sheets[_text(held[7:], held[6])] = struct.unpack_from("<I", held)[0]
    return {
        name: {
            (row, column): ERROR if look is None else formats.get(looks[look], "General")
            for row, column, look in _cells(stream, at)
        }
        for name, at in sheets.items()
    }


_KINDS: Mapping[str, type[date] | type[time]] = {"date": date, "datetime": datetime, "time": time}


def _plain(value: Any) -> object:
    """A value as JSON can hold it: of a day or time its kind and how it is written."""
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    kind = next((name for name, kind in _KINDS.items() if type(value) is kind), "")
    return [kind, value.isoformat()] if kind else value


def value_in(held: object) -> object:
    """The value of a cell, of what :func:`old_sheets` gives.

    Examples
    --------
    >>> value_in(["date", "2031-04-01"]), value_in(1.5)
    (datetime.date(2031, 4, 1), 1.5)
    """
    if not isinstance(held, list):
        return held
    kind, written = held
    return timedelta(seconds=written) if kind == "timedelta" else _KINDS[kind].fromisoformat(written)


def old_sheets(content: bytes) -> list[dict[str, Any]]:
    """The sheets of a file: the name of each, its rows of values from A1 on, and the corners of its merged ranges, counted from 1.

    A broken file crashes the library that reads it here: to be asked :func:`~ncthelpers.apart.apart`.
    """
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = map(book.get_sheet_by_name, book.sheet_names)
    return [
        {
            "name": sheet.name,
            "rows": [[_plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)],
            "merged": [[first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1]
                       for first, last in sheet.merged_cell_ranges or ()],
        }
        for sheet in sheets
    ]  # fmt: skip
