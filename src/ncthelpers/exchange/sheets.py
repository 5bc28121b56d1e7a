"""Any spreadsheet as sheets of cells that say what they show: Excel, old Excel, OpenDocument and CSV.

What a file does not tell for certain, a cell says too: to what a date of OpenDocument is shown, or what a formula gives that
nothing has worked out. Whoever reads the cell then refuses it where that matters.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice, repeat
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ncthelpers.addresses import letter
from ncthelpers.apart import apart
from ncthelpers.exchange.old_excel import ERROR, formats_of, old_sheets, value_in

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

__all__ = ["Cell", "Sheet", "READABLE", "address", "sheets_of", "escaped", "shown_number"]

_ERRORS = ("#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile(r"[\r\uFFFE\uFFFF]|_(?=x[0-9A-Fa-f]{4}_)")
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')  # what a number format holds beside its digits and letters
_SCALED = re.compile(r"[0#?],+(?![,0#?])")  # a comma after the last digit of a number format divides by a thousand
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_DIGITS_KEPT = 15
_LARGEST = 48_000_000  # bytes, unpacked: a workbook of every table of a year has some hundred thousand
_MOST_CELLS = 2_000_000  # of a sheet, with those that are empty between others
_LARGEST_MERGED = 100_000  # cells: a longer one is merged to the edge of the sheet


@dataclass(frozen=True)
class Cell:
    """One cell as its sheet shows it.

    Parameters
    ----------
    text : str
        What it says, written plainly: ``1234.5``, ``97%``, ``2024-04-01``, ``yes``.
    kind : str
        ``text``, ``number``, ``date`` or ``yesno``.
    shown : str
        Of a number ``plain`` or ``scientific``, of a date the ``day``, ``month`` or ``year`` that it is shown to; ``unknown``
        where the file does not tell.
    rule : str
        Why the cell cannot be read as anything, if it cannot.
    """

    text: str
    kind: str = "text"
    shown: str = "plain"
    rule: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    name : str
        Its name; of a CSV file the file's.
    rows : Mapping of int to Mapping of int to Cell
        Cells that hold anything, by row and column, both counted from 1.
    covered : frozenset of (int, int)
        Cells that are merged into another, by row and column: whether they say what that one says, nobody can tell.
    """

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    covered: frozenset[tuple[int, int]] = frozenset()


def address(row: int, column: int) -> str:
    """Where a cell stands, as a spreadsheet names it.

    Examples
    --------
    >>> address(7, 3), address(1, 28)
    ('C7', 'AB1')
    """
    return f"{letter(column - 1)}{row}"


def escaped(text: str) -> str:
    """A text as the XML of an Excel file must hold it, so that what Excel would read as an escape stays a text.

    Examples
    --------
    >>> escaped("a_x0041_b"), _unescaped(escaped("a_x0041_b"))
    ('a_x005F_x0041_b', 'a_x0041_b')
    """
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def shown_number(value: float, how: str) -> Cell:
    """A number with the places and the percent sign of its format, and every digit that Excel keeps.

    Parameters
    ----------
    value : int or float
        As the file holds it.
    how : str
        The number format.

    Examples
    --------
    >>> shown_number(0.1 + 0.2, "General").text, shown_number(0.97, "0%").text, shown_number(1.5, "0.00").text
    ('0.3', '97%', '1.50')
    >>> shown_number(7, "000").text
    '007'
    """
    plain = _NOT_SHOWN.sub("", how.split(";", maxsplit=1)[0])
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{_DIGITS_KEPT}g}")
    if not number.is_finite() or (
        len(number.as_tuple().digits) > _DIGITS_KEPT and number.normalize().adjusted() >= _DIGITS_KEPT
    ):
        return Cell(
            str(value),
            "number",
            rule=f"has more than the {_DIGITS_KEPT} digits that a spreadsheet keeps: write it as text",
        )
    if _SCALED.search(plain):
        return Cell(
            str(value), "number", rule="is shown in thousands by its format, and is not in thousands: show it as it is"
        )
    percent = "%" in plain
    number = (number * 100 if percent else number).normalize()
    shown = re.search(r"\.(0+)", plain)
    places = max(len(shown[1]) if shown else 0, -cast("int", number.as_tuple().exponent))
    text = f"{number:.{places}f}"
    if re.fullmatch("0{2,}", plain) and not places:
        text = text.zfill(len(plain))
    return Cell(
        text + "%" * percent, "number", "scientific" if "E" in plain.upper().replace("GENERAL", "") else "plain"
    )


def _shown_to(how: str) -> str:
    """To the day, the month or the year: what a date's format shows of it."""
    letters = set(re.sub(r"am/pm|a/p", "", _NOT_SHOWN.sub("", how.split(";", maxsplit=1)[0]).lower()))
    if {"y", "m", "d"} <= letters:
        return "day"
    if "d" not in letters and "y" in letters:
        return "month" if "m" in letters else "year"
    return "unknown"


def _dated(value: date | datetime | time | timedelta, shown: str) -> Cell:
    if isinstance(value, (time, timedelta)) or (isinstance(value, datetime) and value.time() != time()):
        return Cell(str(value), "date", rule="is a time of day, which no table holds")
    return Cell(str(value)[:10], "date", shown)


def _cell(value: object, how: str) -> Cell:
    """What a value of a spreadsheet says in its format."""
    if isinstance(value, bool):
        return Cell("yes" if value else "no", "yesno")
    if isinstance(value, (int, float)):
        return shown_number(value, how)
    if isinstance(value, (date, time, timedelta)):
        return _dated(value, _shown_to(how))
    return Cell(str(value).strip())


def _error(text: str) -> Cell:
    return Cell(text, rule="is an error of the spreadsheet")


_COVERED = Cell("", "covered")


def _sheet(name: str, rows: Iterable[Sequence[Cell | None]], covered: Iterable[tuple[int, int]] = ()) -> Sheet:
    kept, hidden, seen = {}, set(covered), 0
    for number, cells in enumerate(rows, 1):
        seen += len(cells)
        if seen > _MOST_CELLS:
            raise ValueError(f"its sheet {name} has more than {_MOST_CELLS:,} cells")
        found = {column: cell for column, cell in enumerate(cells, 1) if cell is not None}
        hidden |= {(number, column) for column, cell in found.items() if cell is _COVERED}
        held = {column: cell for column, cell in found.items() if cell.text or cell.rule}
        if held:
            kept[number] = MappingProxyType(held)
    return Sheet(name, MappingProxyType(kept), frozenset(hidden))


def _merged(ranges: Iterable[tuple[int, int, int, int]]) -> Iterator[tuple[int, int]]:
    """The cells of an Excel sheet that are merged into the first of their range, of the corners of each range."""
    for top, left, bottom, right in ranges:
        area = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        yield from islice(area, 1, _LARGEST_MERGED)


def _ranges(sheet: "ReadOnlyWorksheet") -> Iterator[tuple[int, int, int, int]]:
    """The corners of the merged ranges of a sheet, of which the library, read so, says nothing."""
    from openpyxl.utils import range_boundaries

    with sheet._get_source() as source:
        for found in _MERGED.finditer(source.read()):
            left, top, right, bottom = range_boundaries(found[1].decode())
            yield top, left, bottom, right


def _excel(content: bytes, name: str) -> list[Sheet]:
    import openpyxl

    def opened(values: bool) -> list[Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it cannot draw is nothing to us
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=values)
        sheets: list[Any] = book.worksheets
        for sheet in sheets:
            sheet.reset_dimensions()  # programs write them wrongly
        return sheets

    def cell(written: Any, worked_out: Any) -> Cell | None:
        if written.data_type == "f":
            if worked_out.value is None:
                if worked_out.data_type in {"s", "str"}:  # the formula gives an empty text
                    return None
                return Cell(
                    str(written.value),
                    rule="is a formula that nothing has worked out: open the file in Excel and save it",
                )
            written = worked_out
        if written.value is None:
            return None
        if written.data_type == "e":
            return _error(str(written.value))
        if isinstance(written.value, str):
            return Cell(_unescaped(written.value).strip())
        return _cell(written.value, written.number_format or "General")

    return [
        _sheet(written.title, (
            [cell(*both) for both in zip(row, values, strict=True)]
            for row, values in zip(written.iter_rows(), worked_out.iter_rows(), strict=True)
        ), _merged(_ranges(written)))
        for written, worked_out in zip(opened(False), opened(True), strict=True)
    ]  # fmt: skip


def _old_excel(content: bytes, name: str) -> list[Sheet]:
    shown = formats_of(content)

    def cell(value: object, how: str) -> Cell | None:
        if how == ERROR:
            return _error("#ERROR")
        return None if value == "" else _cell(value, how)

    return [
        _sheet(sheet["name"], (
            [cell(value_in(value), shown[sheet["name"]].get((row, column), "General")) for column, value in enumerate(values, 1)]
            for row, values in enumerate(sheet["rows"], 1)
        ), _merged(sheet["merged"]))
        for sheet in apart(old_sheets, content)
    ]  # fmt: skip


_OFFICE, _TABLE, _TEXT, _CALC = (
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}", "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}",
    "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}", "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}",
)  # fmt: skip
_LARGEST_DOCUMENT = 8_000_000  # bytes: its elements take some thirty times as much of memory
_MOST_REPEATED = 20_000  # what is repeated more often fills the sheet to its edge


def _open_document(content: bytes, name: str) -> list[Sheet]:
    """Read directly, for no library says which of its numbers are shown as percentages and which of its cells are errors."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        written = packed.read("content.xml")
    if len(written) > _LARGEST_DOCUMENT:
        raise ValueError("it is larger than tables of a year can be")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    spreadsheet = etree.fromstring(written, parser)
    if spreadsheet.getroottree().docinfo.doctype:
        raise ValueError("it has a document type (DOCTYPE), which no spreadsheet has")

    def words(paragraph: etree._Element) -> str:
        text = paragraph.text or ""
        for part in paragraph:
            if part.tag == f"{_TEXT}s":
                text += " " * int(part.get(f"{_TEXT}c", 1))
            elif part.tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
                text += "\t" if part.tag.endswith("tab") else "\n"
            else:
                text += words(part)
            text += part.tail or ""
        return text

    def cell(element: etree._Element) -> Cell | None:
        said = "\n".join(words(paragraph) for paragraph in element.findall(f"{_TEXT}p"))
        kind, value = element.get(f"{_OFFICE}value-type"), element.get(f"{_OFFICE}value")
        if element.get(f"{_CALC}value-type") == "error" or (said in _ERRORS and element.get(f"{_TABLE}formula")):
            return _error(said)
        if kind in {"float", "currency", "percentage"}:
            number = int(value) if re.fullmatch(r"-?\d+", value) else float(value)
            places = re.fullmatch(r"\D*[\d,]+(?:\.(\d+))?\D*", said)
            how = "0" + ("." + "0" * len(places[1]) if places and places[1] else "") + "%" * (kind == "percentage")
            return shown_number(number, how)
        if kind == "date":
            day = element.get(f"{_OFFICE}date-value")
            return _dated(datetime.fromisoformat(day), "unknown")
        if kind == "time":
            return _dated(time(), "unknown")
        if kind == "boolean":
            return _cell(element.get(f"{_OFFICE}boolean-value") == "true", "")
        return Cell(said.strip()) if said.strip() else None

    def repeated(held: object, times: int) -> Iterator[Any]:
        if times >= _MOST_REPEATED and (any(held) if isinstance(held, list) else held):
            raise ValueError("a row or cell of it is repeated to the edge of the sheet")
        return repeat(held, times if times < _MOST_REPEATED else 0)

    def cells(row: etree._Element) -> Iterator[Cell | None]:
        for element in row:
            if element.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                times = int(element.get(f"{_TABLE}number-columns-repeated", 1))
                yield from repeated(_COVERED if element.tag == f"{_TABLE}covered-table-cell" else cell(element), times)

    def wide(row: etree._Element) -> list[Cell | None]:
        held = list(islice(cells(row), _MOST_CELLS + 1))
        if len(held) > _MOST_CELLS:
            raise ValueError(f"a row of it has more than {_MOST_CELLS:,} cells")
        return held

    def rows(table: etree._Element) -> Iterator[list[Cell | None]]:
        for row in table.iter(f"{_TABLE}table-row"):
            times = int(row.get(f"{_TABLE}number-rows-repeated", 1))
            yield from repeated(wide(row), times)

    return [_sheet(table.get(f"{_TABLE}name", ""), rows(table)) for table in spreadsheet.iter(f"{_TABLE}table")]


def _decoded(content: bytes) -> str:
    """The text of a file whose bytes leave no doubt about their encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if {byte for byte in content if byte > 127} == {0xA3}:  # the pound sign of every encoding in use here
            return content.decode("latin-1")
        raise ValueError("is not UTF-8 text: save it as CSV UTF-8") from None


def _separated(content: bytes, name: str) -> list[Sheet]:
    text, read = _decoded(content), {}
    for delimiter in ",;\t|":
        try:
            found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if any(len(row) > 1 for row in found):
            read[delimiter] = found
    if len(read) > 1:
        even = {key: rows for key, rows in read.items() if len({len(row) for row in rows if row}) == 1}
        read = even or read
    if len(read) > 1:
        raise ValueError("may be separated by more than one sign: save it with commas")
    rows = next(iter(read.values()), None)
    if rows is None:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return [_sheet(PurePath(name).stem, ([Cell(cell.strip()) for cell in row] for row in rows))]


def _held_to_a_size(content: bytes) -> None:
    """Refuse a packed file that would fill the memory once it is unpacked."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _LARGEST:
                raise ValueError("it is larger than tables of a year can be")


READABLE: Mapping[str, Callable[[bytes, str], list[Sheet]]] = MappingProxyType(
    {".xlsx": _excel, ".xlsm": _excel, ".xls": _old_excel, ".ods": _open_document, ".csv": _separated}
)


def sheets_of(content: bytes, name: str) -> list[Sheet]:
    """The sheets of a file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, whose ending says what it is.

    Raises
    ------
    ValueError
        If it is of a kind that cannot be read, is not what its ending says, or leaves doubt about its encoding or separator.

    Examples
    --------
    >>> [sheet] = sheets_of(b"council,gap\\nA,1.5\\n", "gaps.csv")
    >>> sheet.name, sheet.rows[2][2].text
    ('gaps', '1.5')
    """
    ending = PurePath(name).suffix.lower()
    if ending not in READABLE:
        raise ValueError(f"{name} is of no kind that can be read: {', '.join(READABLE)}")
    try:
        _held_to_a_size(content)
        return READABLE[ending](content, name)
    except ValueError as error:
        raise ValueError(
            f"{name} {error}" if ending == ".csv" else f"{name} cannot be read as {ending}: {error}"
        ) from None
    except Exception as error:  # whatever a library says of a file that is broken, protected or something else
        raise ValueError(f"{name} cannot be read as {ending}: {str(error) or type(error).__name__}") from None
