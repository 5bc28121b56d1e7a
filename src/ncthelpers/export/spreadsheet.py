"""A year's tables as an accessible spreadsheet: cover, contents, notes and sources, then one marked-up table a sheet.

It keeps to the rules of the Government Analysis Function for statistics in spreadsheets: titles in the first cell, one table a
sheet with a name and a header row, notes in words, no merged, blank or hidden cells, a sans-serif font, no colour that means
anything. A figure is a number as exact as a spreadsheet holds one.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import access, results, wording
from ncthelpers.addresses import letter
from ncthelpers.cells import LONGEST, Column, visible
from ncthelpers.exchange.sheets import escaped
from ncthelpers.export.licences import attributions
from ncthelpers.export.opendata import Published, heading, published, said_of, title_of
from ncthelpers.export.symbols import SYMBOLS, symbol
from ncthelpers.export.zips import entry, packed
from ncthelpers.yeardata import YearData

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

__all__ = ["write"]

_FONT, _SIZE, _TITLE, _SECTION = "Arial", 12, 16, 14
_NARROWEST, _WIDEST, _TEXT = 12, 50, 80  # widths of columns, and of a sheet of text, in characters
_LONG = 600  # characters of a text that needs more room
_HIGHEST = 409  # points of a row of Excel
_MOST_SOURCES, _MOST_PLACES = 2, 6
_CALLS = ("=", "+", "-", "@")
_ONE_TABLE = "This worksheet contains one table."
_DIGITS = "Figures are held as exactly as a spreadsheet can hold them and shown to the places that the pages print."
_AS_TEXT, _AS_DAY, _AS_SYMBOL = "@", "d mmmm yyyy", "General"  # number formats
_LINK = {"color": "0563C1", "underline": "single"}
_CORE = "docProps/core.xml"


@dataclass(frozen=True)
class _Sheet:
    """A sheet with one table: what stands above it, its headings, its cells with their number formats, widths and links."""

    name: str
    above: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[object, str], ...], ...]
    links: tuple[str, ...] = ()  # of the first cell of each row, the sheet that it leads to


def write(data: YearData, path: Path, names: Sequence[str] = ()) -> None:
    """Write the tables of a year as an accessible spreadsheet, the same bytes for the same data.

    Parameters
    ----------
    data : YearData
        The year.
    path : Path
        The file.
    names : sequence of str
        The tables; every one that the year reports if none are given. One without a row has no sheet.

    Raises
    ------
    LookupError
        If there is no table of a name.
    ValueError
        If a cell is longer than Excel holds; or if the file would hold what is restricted and stand in a Git work tree.

    Notes
    -----
    Source: Government Analysis Function, Releasing statistics in spreadsheets.
    """
    place = access.kept_out_of_git(path, data.contract)
    held = [published(data, name) for name in names or _reported(data)]
    place.write_bytes(_workbook(data, [table for table in held if table.rows]))


def _reported(data: YearData) -> list[str]:
    """Every table that the year reports, entered and computed."""
    return sorted(name for name in (*data.tables, *results.RESULTS) if results.is_reported(data, name))


def _workbook(data: YearData, held: Sequence[Published]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book, title, pen = Workbook(), title_of(data), _Pen()
    book.remove(book.active)
    book._named_styles["Normal"].font = Font(name=_FONT, size=_SIZE)  # of every cell, also of one that is empty
    _cover(book, data, title, pen, attributions(dict.fromkeys(words for table in held for words in table.licences)))
    for sheet in (_contents(held), _notes(), _sources(held), *(_of_table(table, data.titles) for table in held)):
        _fill(book, sheet, pen)
    made = datetime.combine(data.ends, time())
    book.properties.title, book.properties.language, book.properties.creator = title, "en-GB", "ncthelpers"
    book.properties.description = " ".join(said_of(data))
    book.properties.created = made
    raw = io.BytesIO()
    book.save(raw)
    saved = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + made.isoformat().encode() + b"Z", entry(raw.getvalue(), _CORE)
    )
    return packed(raw.getvalue(), {_CORE: saved})


# What each sheet holds


def _cover(book: Workbook, data: YearData, title: str, pen: _Pen, attributed: Sequence[str]) -> None:
    """The first sheet: what the tables are, what has to be said of them, and how to read them."""
    councils = wording.listed([council["name"] for council in data.contract["councils"]])
    sections = {
        "About these tables": [
            f"{data.contract['title']}: {data.contract['provider']['name']} for {councils}.",
            "Each table of the review has a worksheet of its own. The worksheet Contents leads to them.",
            *said_of(data),
        ],
        "Figures": [_DIGITS, "An overspend is positive. Where there is no figure a letter in square brackets says why: see the worksheet Notes."],
        "Sources and licences": [
            "The worksheet Sources says of each table what it is taken from, and under which licence.", *attributed,
        ],
    }  # fmt: skip
    sheet = book.create_sheet("Cover")
    lines = [(title, _TITLE), *((text, size) for section, texts in sections.items()
                                for text, size in ((section, _SECTION), *((text, _SIZE) for text in texts)))]  # fmt: skip
    for row, (text, size) in enumerate(lines, 1):
        pen.put(sheet.cell(row, 1), text, _Look(size=size, bold=size > _SIZE))
        sheet.row_dimensions[row].height = _height(size, _lines(text, _TEXT))
    sheet.column_dimensions["A"].width = _TEXT


def _texts(*cells: str) -> tuple[tuple[object, str], ...]:
    return tuple((text, _AS_TEXT) for text in cells)


def _contents(held: Sequence[Published]) -> _Sheet:
    others = [("Notes", "What the letters in square brackets mean"), ("Sources", "What the tables are taken from")]
    rows = [*others, *((_name(table), table.title) for table in held)]
    return _Sheet("Contents", ("Contents", _ONE_TABLE, "Each name in the first column leads to its worksheet."),
                  ("Worksheet", "What it shows"), tuple(_texts(*row) for row in rows), tuple(name for name, _ in rows))  # fmt: skip


def _note(letter_of: str) -> str:
    return f"[note {list(SYMBOLS).index(letter_of) + 1}]"


def _notes() -> _Sheet:
    rows = tuple(
        _texts(f"note {number}", f"[{letter}]: {said}.") for number, (letter, said) in enumerate(SYMBOLS.items(), 1)
    )
    said = "Where there is no figure, a letter in square brackets stands in its place."
    return _Sheet("Notes", ("Notes", _ONE_TABLE, said), ("Note number", "Note text"), rows)


def _sources(held: Sequence[Published]) -> _Sheet:
    rows = tuple(
        _texts(_name(table), "; ".join(table.sources) or "none", "; ".join(table.licences) or "none") for table in held
    )
    return _Sheet(
        "Sources",
        ("Sources", _ONE_TABLE),
        ("Worksheet", "Taken from", "Licence"),
        rows,
        tuple(_name(table) for table in held),
    )


def _name(table: Published) -> str:
    """The name of a table's sheet: that of its file, as far as Excel lets a name go."""
    return table.schema.table[:31]


def _of_table(table: Published, titles: Mapping[str, str]) -> _Sheet:
    columns = list(table.schema.columns)
    cells = [tuple(_cell(column, row, titles) for column in columns) for row in table.rows]
    heads = [_head(column, {symbol(column, row) for row in table.rows if _missing(row[column.name])} if column.numeric else set())
             for column in columns]  # fmt: skip
    told = len(table.sources) <= _MOST_SOURCES
    source = f"Source: {'; '.join(table.sources)}." if table.sources and told else "Source: see the worksheet Sources."
    noted = " Some cells refer to notes, which the worksheet Notes holds." * any("[note" in head for head in heads)
    above = (table.title, _ONE_TABLE + noted, table.schema.meaning, *table.said, source)
    return _Sheet(_name(table), above, tuple(_unique(heads, [column.name for column in columns])), tuple(cells))


def _missing(value: object) -> bool:
    return value is None or value != value


def _head(column: Column, symbols: set[str]) -> str:
    unit = (
        ", per cent"
        if column.type == "percent" and not column.unit and "%" not in column.title and "per cent" not in column.title
        else ""
    )
    return " ".join([heading(column) + unit, *(_note(one) for one in SYMBOLS if one in symbols)])


def _unique(heads: Sequence[str], names: Sequence[str]) -> list[str]:
    """Headings of which no two are alike, which a marked-up table must have: the name of the column tells the rest apart."""
    seen = [head.casefold() for head in heads]
    return [
        head if seen.count(head.casefold()) == 1 else f"{head} ({name})"
        for head, name in zip(heads, names, strict=True)
    ]


def _cell(column: Column, row: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[object, str]:
    """A cell and its number format: a figure as a number, a day as a date, a symbol in brackets, all else as it is read."""
    value = row[column.name]
    if _missing(value):
        return (f"[{symbol(column, row)}]", _AS_SYMBOL) if column.numeric else (column.missing or "none", _AS_TEXT)
    if column.numeric and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        places = row.get(column.decimals_in) if column.decimals_in else column.decimals
        return (value if isinstance(value, int) else float(value)), _number_format(value, places, column.unit)
    if isinstance(value, date) and value.year > 1900:
        return value, _AS_DAY
    return wording.cell_text(value, column, titles) or "none", _AS_TEXT


def _number_format(value: Decimal | int, places: int | None, unit: str) -> str:
    """The format of a number: the places that readers are shown, else those that it has.

    Examples
    --------
    >>> _number_format(Decimal("78.378"), 1, ""), _number_format(1184, None, "children"), _number_format(2031, None, "year")
    ('#,##0.0', '#,##0', '0')
    """
    own = min(max(-cast(int, Decimal(value).as_tuple().exponent), 0), _MOST_PLACES)
    shown = own if places is None else int(places)
    return ("0" if unit == "year" else "#,##0") + ("." + "0" * shown if shown else "")


# How a sheet is written


@dataclass(frozen=True)
class _Look:
    """How a cell looks."""

    how: str = _AS_TEXT
    size: int = _SIZE
    bold: bool = False
    wrapped: bool = True
    left: bool = True
    quoted: bool = False
    linked: bool = False


class _Pen:
    """Writes the cells of a workbook; each look is made once, which costs more than all else of a cell."""

    def __init__(self) -> None:
        self._styles: dict[_Look, object] = {}

    def put(self, cell: Cell, value: Any, look: _Look, link: str = "") -> None:
        """Write a cell; a text is a text, whatever it begins with."""
        is_text = isinstance(value, str)
        value = visible(value) if is_text else value
        if is_text and len(escaped(value)) > LONGEST:
            raise ValueError(
                f"a cell of {cell.parent.title} is longer than the {LONGEST:,} characters that Excel holds"
            )
        cell.value = escaped(value) if is_text else value
        if is_text:
            cell.data_type = "s"
        quoted = is_text and value.startswith(_CALLS)
        self._dress(cell, replace(look, left=look.how in {_AS_TEXT, _AS_DAY}, quoted=quoted, linked=bool(link)))
        if link:
            from openpyxl.worksheet.hyperlink import Hyperlink

            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{link}'!A1", display=value)

    def _dress(self, cell: Cell, look: _Look) -> None:
        from openpyxl.styles import Alignment, Font

        if look not in self._styles:
            cell.number_format, cell.quotePrefix = look.how, look.quoted
            cell.font = Font(name=_FONT, size=look.size, bold=look.bold, **(_LINK if look.linked else {}))
            cell.alignment = Alignment(
                wrap_text=look.wrapped,
                vertical="top",
                horizontal="left" if look.left else "right",
                indent=0 if look.left else 1,
            )
            self._styles[look] = cell._style
        cell._style = self._styles[look]


def _fill(book: Workbook, held: _Sheet, pen: _Pen) -> None:
    """A sheet: its title, what it says of itself, and its one table, marked up and named."""
    from openpyxl.worksheet.table import Table, TableStyleInfo

    sheet, top = book.create_sheet(held.name), len(held.above) + 1
    widths = [_width(head, [_read(cells[at][0]) for cells in held.rows]) for at, head in enumerate(held.heads)]
    for at, width in enumerate(widths):
        sheet.column_dimensions[letter(at)].width = width
    for row, text in enumerate(held.above, 1):
        size = _TITLE if row == 1 else _SIZE
        pen.put(sheet.cell(row, 1), text, _Look(size=size, bold=row == 1, wrapped=False))
        sheet.row_dimensions[row].height = _height(size)
    headings = tuple((head, _AS_TEXT) for head in held.heads)
    for row, cells in enumerate((headings, *held.rows), top):
        link = held.links[row - top - 1] if held.links and row > top else ""
        for at, (value, how) in enumerate(cells, 1):
            pen.put(sheet.cell(row, at), value, _Look(how, bold=row == top), link if at == 1 else "")
        lines = max(_lines(_read(value), width) for (value, _), width in zip(cells, widths, strict=True))
        sheet.row_dimensions[row].height = _height(_SIZE, lines)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    ref = f"A{top}:{letter(len(held.heads) - 1)}{top + len(held.rows)}"
    table = Table(
        displayName=f"table_{held.name}".lower(),
        ref=ref,
        tableStyleInfo=TableStyleInfo(name="TableStyleLight1", showRowStripes=True),
    )
    table._initialise_columns()
    for column, head in zip(table.tableColumns, held.heads, strict=True):
        column.name = escaped(head).replace("\n", "_x000a_")  # as Excel writes it
    table.autoFilter = None  # its buttons would lie over the headings
    sheet.add_table(table)


def _width(head: str, texts: Sequence[str]) -> int:
    """How wide a column is, in characters: as wide as its longest line, within bounds; a column of long texts wider."""
    longest = max((len(line) for text in (*texts, *head.split()) for line in text.split("\n")), default=0)
    return max(_NARROWEST, min(longest + 3, _WIDEST if longest < _LONG else _TEXT))


def _lines(text: str, width: int) -> int:
    """How many lines a wrapped text takes, for a program that does not measure it itself."""
    if len(text) < width and "\n" not in text:
        return 1
    return sum(len(textwrap.wrap(line, width)) or 1 for line in text.split("\n"))


def _height(size: int, lines: int = 1) -> float:
    """The height of a row in points, no more than Excel allows."""
    return min(size * 1.35 * lines, _HIGHEST)


def _read(value: object) -> str:
    return value if isinstance(value, str) else f"{value:%d %B %Y}" if isinstance(value, date) else f"{value:,.2f}"
