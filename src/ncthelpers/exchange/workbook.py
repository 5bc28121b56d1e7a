"""A year as a workbook: one sheet a table, with the dictionary's words, for ``ncthelpers import`` to bring back."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from ncthelpers.access import is_edition
from ncthelpers.addresses import letter
from ncthelpers.cells import Column, as_written
from ncthelpers.contract import to_enter
from ncthelpers.exchange.current import Current
from ncthelpers.exchange.differences import meaning_of, rows_of, value_of
from ncthelpers.exchange.listed import AS_WRITTEN, CONTENTS, SPARE, entries_of, list_schemas
from ncthelpers.exchange.matching import LAST_YEAR
from ncthelpers.exchange.sheets import escaped
from ncthelpers.schemas import TableSchema

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["workbook"]

HEADINGS, NAMES, FIRST = 4, 5, 6  # rows of a sheet: titles for readers, names of columns, the first row of the table
_ROOM = 500  # rows below the last that drop-downs and formats reach
_LONGEST, _LONGEST_LIST = 32_767, 255  # characters that Excel holds in a cell, and in a list of a drop-down
_WIDEST = 60
_BLUE, _GREY, _AMBER = "DCE6F1", "EDEDED", "FCE4D6"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(?P<places>\d+))?")
_CALLS = ("=", "+", "-", "@")  # what Excel would take for the beginning of a formula


@dataclass(frozen=True)
class _Page:
    """One sheet: its table, the rows of this year and of last year."""

    schema: TableSchema
    rows: Sequence[Mapping[str, str]]
    before: Sequence[Mapping[str, str]] = ()


def _format(column: Column, text: str = "") -> str:
    """The number format of a column, or of a cell with the places that it is written with."""
    if column.type == "date":
        return "dd/mm/yyyy"
    if not column.numeric:
        return "@"
    found = _NUMBER.fullmatch(text)
    places = len(found["places"] or "") if found else 0 if column.type == "count" else column.decimals
    return "General" if places is None else "#,##0" + ("." + "0" * places if places else "")


def _value(text: str, column: Column) -> object:
    """What goes into a cell: a number or a date where that says exactly what is written, else the text."""
    if column.numeric and _NUMBER.fullmatch(text) and len(re.sub(r"\D", "", text).lstrip("0")) <= 15:
        number = float(text) if "." in text else int(text)
        return number if number or not text.startswith("-") else text
    if column.type == "date" and isinstance(day := value_of(text, column), date) and day.year > 1900:
        return day
    return text


def _put(cell: "Cell", value: object, how: str = "@") -> None:
    """Write a value into a cell; text is text, whatever it begins with."""
    if isinstance(value, str):
        if len(escaped(value)) > _LONGEST:
            raise ValueError(
                f"a cell of {cell.parent.title} is longer than the {_LONGEST:,} characters that Excel holds"
            )
        cell.value = escaped(value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_CALLS)
    else:
        cell.value = value
    cell.number_format = how


def _heading(column: Column) -> str:
    unit = f", {column.unit}" if column.unit and column.unit not in column.title else ""
    return f"{column.title}{unit}" + (" (restricted)" if column.access == "restricted" else "")


def _meaning(column: Column) -> str:
    """What the comment at a column's name says."""
    parts = [
        column.meaning,
        f"Unit: {column.unit}." if column.unit else "",
        "" if column.required else f"May be empty: {column.missing}.",
        f"One of: {'; '.join(column.values)}." if column.values else "",
        f"Must stand in {column.refers_to}." if column.refers_to else "",
        f"Restricted: {column.reason or 'not for publication'}. Leave it empty here."
        if column.access == "restricted"
        else "",
    ]
    return "\n".join(filter(None, parts))


def _beside(page: _Page) -> tuple[list[Column], list[Mapping[str, str]]]:
    """The columns of last year that stand beside this year's, and for each row last year's with its key.

    Where nothing has been entered yet, last year's rows stand there whole, to be taken over by hand.
    """
    schema = page.schema
    if not page.rows:
        return [column for column in schema.columns if column.type != "source"], list(page.before)
    columns = [
        column for column in schema.columns if (column.numeric or column.values) and column.name not in schema.key
    ]

    def key(row: Mapping[str, str]) -> tuple[Any, ...]:
        return tuple(value_of(row.get(name, ""), schema[name]) for name in schema.key)

    by_key = {key(row): row for row in page.before} if schema.key else {}
    found = [by_key.get(key(row), {}) for row in page.rows]
    return (columns, found) if any(found) else ([], [])


def _styled(sheet: "Worksheet", row: int, columns: int, colour: str, bold: bool, start: int = 1) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for at in range(start, start + columns):
        cell = sheet.cell(row, at)
        cell.font, cell.fill = (
            Font(bold=bold, color="595959" if colour == _GREY else None),
            PatternFill("solid", colour),
        )
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _sheet(book: "Workbook", page: _Page, said: str) -> "Worksheet":
    """One sheet with its titles, headings, rows, and last year's values beside them."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.hyperlink import Hyperlink

    schema, sheet = page.schema, book.create_sheet(page.schema.table)
    for row, text in enumerate((schema.title, schema.meaning, said), 1):
        _put(sheet.cell(row, 1), text, "General")
    sheet["A1"].font = Font(bold=True, size=14)
    if schema.table != CONTENTS.table:
        sheet["A3"].hyperlink = Hyperlink(ref="A3", location=f"'{CONTENTS.table}'!A1")
    wrapped = Alignment(wrap_text=True, vertical="top")
    for at, column in enumerate(schema.columns, 1):
        _put(sheet.cell(HEADINGS, at), _heading(column), "General")
        _put(sheet.cell(NAMES, at), column.name, "General")
        if meaning := _meaning(column):
            sheet.cell(NAMES, at).comment = Comment(meaning, "data dictionary", width=320, height=140)
        written = [row.get(column.name, "") for row in page.rows]
        for row, text in enumerate(written, FIRST):
            if text:
                _put(sheet.cell(row, at), _value(text, column), _format(column, text))
                sheet.cell(row, at).alignment = wrapped
        longest = max(
            len(line) for text in (*written[:200], column.name, *column.title.split()) for line in text.split("\n")
        )
        sheet.column_dimensions[letter(at - 1)].width = max(10, min(longest + 3, _WIDEST))
        sheet.column_dimensions[letter(at - 1)].number_format = _format(column)
        colour = _AMBER if column.access == "restricted" else _BLUE
        _styled(sheet, HEADINGS, 1, colour, True, at)
        _styled(sheet, NAMES, 1, colour, False, at)
    columns, before = _beside(page)
    start = len(schema.columns) + 2
    for at, column in enumerate(columns if before else [], start):
        _put(sheet.cell(HEADINGS, at), LAST_YEAR + _heading(column), "General")
        _put(sheet.cell(NAMES, at), LAST_YEAR + column.name, "General")
        for row, held in enumerate(before, FIRST):
            text = held.get(column.name, "")
            _put(sheet.cell(row, at), _value(text, column), _format(column, text))
            sheet.cell(row, at).font, sheet.cell(row, at).fill = Font(color="595959"), PatternFill("solid", _GREY)
        sheet.column_dimensions[letter(at - 1)].width = 16
        _styled(sheet, HEADINGS, 1, _GREY, True, at)
        _styled(sheet, NAMES, 1, _GREY, False, at)
    sheet.freeze_panes = f"A{FIRST}"
    return sheet


class _Lists:
    """The hidden sheet of values that do not fit into a drop-down's own list."""

    def __init__(self, sheet: "Worksheet") -> None:
        self.sheet = sheet
        self.columns: dict[str, int] = {}

    def range(self, name: str, values: Sequence[str]) -> str:
        """Where the values of one name stand."""
        if name not in self.columns:
            self.columns[name] = column = len(self.columns) + 1
            for row, value in enumerate((name, *values), 1):
                _put(self.sheet.cell(row, column), value)
        at = letter(self.columns[name] - 1)
        return f"'{SPARE}'!${at}$2:${at}${len(values) + 1}"


def _drop_downs(sheet: "Worksheet", page: _Page, held: Current, pages: Mapping[str, _Page], lists: _Lists) -> None:
    """A list for each column whose values are known."""
    from openpyxl.worksheet.datavalidation import DataValidation

    councils = [str(council.get("id")) for council in held.data.contract.get("councils", [])]
    for at, column in enumerate(page.schema.columns):
        values = {"yesno": ["yes", "no"], "council": councils}.get(column.type, list(column.values))
        table, _, target = column.refers_to.partition(".")
        inline = ",".join(values)
        if table in pages:
            there = letter(pages[table].schema.names.index(target))
            formula = f"'{table}'!${there}${FIRST}:${there}${FIRST + len(pages[table].rows) + _ROOM}"
        elif table in held.data.reference.tables:
            known = [as_written(value) for value in held.data.reference.tables[table][target]]
            formula = lists.range(column.refers_to, known)
        elif values and len(inline) <= _LONGEST_LIST and not any("," in value or '"' in value for value in values):
            formula = f'"{inline}"'
        elif values:
            formula = lists.range(f"{page.schema.table}.{column.name}", values)
        else:
            continue
        rule = DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "warning" if column.refers_to else "stop"
        rule.error = f"{column.title}: choose from the list"
        rule.add(f"{letter(at)}{FIRST}:{letter(at)}{FIRST + len(page.rows) + _ROOM}")
        sheet.add_data_validation(rule)


def _state(table: str, page: _Page, held: Current) -> str:
    if page.rows:
        return "entered"
    if table in to_enter(held.contract):
        return "to enter"
    reason = (held.data.contract.get("not_reported") or {}).get(table)
    return f"not reported: {reason}" if reason else "none"


def _contents(pages: Mapping[str, _Page], lists: Mapping[str, _Page], held: Current) -> _Page:
    reasons = held.contract.get("not_reported") or {}
    rows = [
        {"table": name, "title": page.schema.title, "rows": str(len(page.rows)), "rows_last_year": str(len(page.before)),
         "state": _state(name, page, held) if name in pages else "contract.yml", "reason": str(reasons.get(name) or "")}
        for name, page in {**lists, **pages}.items()
    ]  # fmt: skip
    return _Page(CONTENTS, rows)


def _same_bytes(book: "Workbook", made: date) -> bytes:
    """The file, with the times that it would bear taken out of it: the same data gives the same bytes."""
    book.properties.created = book.properties.modified = datetime.combine(made, time())
    book.properties.creator = "ncthelpers"
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    day = f"{made}T00:00:00Z".encode()
    with zipfile.ZipFile(raw) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + day, content)
            again.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook(held: Current, before: Mapping[str, bytes]) -> bytes:
    """A year as an Excel workbook.

    Parameters
    ----------
    held : Current
        The year as it stands, whatever is wrong with it.
    before : Mapping of str to bytes
        The files of the year before, by path; none where there is no such year.

    Returns
    -------
    bytes
        The file; the same data gives the same bytes.

    Raises
    ------
    ValueError
        If a cell is longer than Excel can hold.
    """
    from openpyxl import Workbook
    from openpyxl.worksheet.hyperlink import Hyperlink

    data, contract = held.data, held.contract
    pages = {
        name: _Page(schema, rows_of(held.files.get(f"{name}.csv")), rows_of(before.get(f"{name}.csv")))
        for name, schema in data.schemas.items()
    }
    lists = {
        name: _Page(schema, [{str(key): as_written(value) for key, value in entry.items()} for entry in entries_of(contract, name)])
        for name, schema in list_schemas(contract).items()
    }  # fmt: skip
    book = Workbook()
    book.remove(book.active)
    notice = "RESTRICTED. " * is_edition(contract) + "INVENTED. " * data.is_invented
    contents = _contents(pages, lists, held)
    year = f"{notice}Contract year {data.year}. Fill the sheets, then: ncthelpers import {data.year} FILE.xlsx"
    front = _sheet(book, contents, year)
    spare = _Lists(book.create_sheet(SPARE))
    spare.sheet.sheet_state = "hidden"
    for page in (*lists.values(), *pages.values()):
        marked = replace(page, schema=replace(page.schema, title=f"{notice}{page.schema.title}"))
        sheet = _sheet(book, marked, f"Contract year {data.year}. To the contents")
        _drop_downs(sheet, page, held, pages, spare)
    for row, entry in enumerate(contents.rows, FIRST):
        link = front.cell(row, 1)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{entry['table']}'!A1")
        link.style = "Hyperlink"
    spare.range(
        AS_WRITTEN, [f"{name}/{meaning_of(page.rows, page.schema)}" for name, page in {**lists, **pages}.items()]
    )
    book.move_sheet(SPARE, len(book.sheetnames))
    return _same_bytes(book, data.starts)
