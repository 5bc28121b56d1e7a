"""XML returns read a record at a time: no entity, document type or network, and no record without an end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import chain
from pathlib import Path
from typing import cast

import polars as pl
from lxml import etree

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.delimited import ROW
from ncthelpers.returns.layouts import Column, Layout, Module, looks_like
from ncthelpers.years import ContractYear

__all__ = ["read_xml", "first_tags", "LARGEST_RECORD"]

LARGEST_RECORD = 4 << 20  # bytes of one child's or worker's record: thousands of times what one has
_CHUNK = 1 << 16
_ROWS = 100_000  # rows held as Python text before they go into a table
_BETWEEN = etree.XPath(
    "descendant-or-self::*[*]/text()[normalize-space()]"
)  # text beside elements, which no return has
_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def _fault(
    path: Path, rule: str, row: int | None = None, value: str = "", suggestion: str = "", column: str = ""
) -> Fault:
    return Fault(path.as_posix(), row, column, value, rule, suggestion=suggestion)


def _refused(path: Path, rule: str, row: int | None = None, suggestion: str = "") -> DataFaults:
    return DataFaults([_fault(path, rule, row, suggestion=suggestion)])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")


def _root(path: Path, start: bytes) -> etree._Element:
    """The root element, from the first bytes of a file."""
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise _refused(path, "has a document type (DOCTYPE), which a return never has: it is not read")
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    with suppress(etree.XMLSyntaxError):  # what is wrong further on is said when the file is read
        parser.feed(start)
    for _, element in parser.read_events():
        if element.getroottree().docinfo.doctype:
            raise _refused(path, "has a document type (DOCTYPE), which a return never has: it is not read")
        return element
    raise _refused(path, "is not XML: it has no element")


def first_tags(path: Path) -> list[str]:
    """Names of the elements that begin in the first bytes of an XML file, in their order."""
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    with suppress(etree.XMLSyntaxError):
        parser.feed(next(_chunks(path), b""))
    return [element.tag for _, element in parser.read_events()]


def _elements(path: Path, names: Sequence[str]) -> Iterator[etree._Element]:
    """The elements of some names as each ends; what has been read is let go."""
    parser = etree.XMLPullParser(events=("end",), tag=names, **_SAFE)
    since = 0
    for chunk in _chunks(path):
        since += len(chunk)
        parser.feed(chunk)
        for _, element in parser.read_events():
            yield element
            since = 0
            while element.getprevious() is not None:
                del element.getparent()[0]
        if since > LARGEST_RECORD:
            raise _refused(
                path,
                f"has more than {LARGEST_RECORD >> 20} MB in which no record ends: no record of a return is so long",
            )
    parser.close()


def _value(row: etree._Element, column: Column, own: Mapping[str, str | None]) -> str | None:
    """The text of a column: of the row's own element, or of one reached by a path that goes up (``..``) and down."""
    if column.element in own:
        return own[column.element]
    if "/" not in column.element:
        return None
    found = row
    for part in column.element.split("/"):
        found = found.getparent() if part == ".." else found.find(part)
        if found is None:
            return None
    return cast("str | None", found.text)


class _Gathered:
    """The rows of one module, gathered as lists of text and turned into a table every so many."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.record, *rest = module.element.split("/")
        self.path = "/".join(rest)
        self._lists: list[list[str | None]] = [[] for _ in module.columns]
        self._lines: list[int] = []
        self._frames: list[pl.DataFrame] = []
        self.twice: dict[str, int] = {}

    def take(self, record: etree._Element) -> None:
        """Adds the rows that a record has of this module."""
        for row in record.iterfind(self.path) if self.path else (record,):
            own = {child.tag: child.text for child in row}
            if self.module.where and not any(own.get(name) for name in self.module.where):
                continue
            if len(own) < len(row):
                self._repeated(row)
            self._lines.append(row.sourceline)
            for values, column in zip(self._lists, self.module.columns, strict=True):
                values.append(_value(row, column, own))
        if len(self._lines) >= _ROWS:
            self._flush()

    def _repeated(self, row: etree._Element) -> None:
        tags = [child.tag for child in row]
        for column in self.module.columns:
            if tags.count(column.element) > 1:
                self.twice.setdefault(column.element, row.sourceline)

    def _flush(self) -> None:
        text = pl.DataFrame({column.theirs: values for column, values in zip(self.module.columns, self._lists, strict=True)},
                            schema={column.theirs: pl.String for column in self.module.columns})  # fmt: skip
        self._frames.append(text.with_columns(pl.Series(ROW, self._lines, dtype=pl.UInt32)))
        self._lists, self._lines = [[] for _ in self.module.columns], []

    def table(self) -> pl.DataFrame:
        """All rows; an empty element is an empty field."""
        self._flush()
        return pl.concat(self._frames)


def _known(layout: Layout) -> frozenset[str]:
    """Every name of an element that the layout has."""
    names = {layout.root, layout.header, *layout.records, *layout.not_used}
    for module in layout.modules:
        paths = chain([module.element], (column.element for column in module.columns), module.not_used)
        names.update(part for path in paths for part in path.split("/"))
    return frozenset(names)


def _said(element: etree._Element) -> dict[str, str]:
    return {part.tag: part.text.strip() for part in element.iter() if not len(part) and part.text}


def _other_year(path: Path, header: Mapping[str, str], layout: Layout, year: ContractYear) -> Iterator[Fault]:
    """A fault where the file says that it is of another year."""
    due = year.start.year if layout.year_is == "start" else year.end.year
    said = header.get("Year", "")
    if said and said != str(due):
        hint = ""
        if said.isdecimal() and 1 < int(said) < date.max.year:
            first = int(said) - (layout.year_is == "end")
            hint = f"it looks like the return of {first:04}-{(first + 1) % 100:02}"
        yield _fault(path, f"is not {due}, the year asked for being {year}", None, said, hint, "Year")


def _missing(
    path: Path, tables: Mapping[str, pl.DataFrame], seen: set[str], layout: Layout, others: Sequence[Layout]
) -> Iterator[Fault]:
    """Faults for modules without a record, and for required elements that no record has."""
    for name, rows in tables.items():
        module = layout[name]
        if rows.is_empty():
            if module.required:
                yield _fault(path, f"has no {module.element}: {layout.name} needs {name}")
            continue
        empty = {column for column in module.required_columns if rows[column].null_count() == rows.height}
        other = looks_like([*seen, *(set(rows.columns) - empty)], name, layout, others) if empty else ""
        hint = f"this looks like the layout {other}" if other else ""
        for column in sorted(empty):
            yield _fault(path, f"is in no record of {name}: {layout.name} has it", None, "", hint, column)


def read_xml(
    path: Path, layout: Layout, others: Sequence[Layout], year: ContractYear
) -> tuple[dict[str, pl.DataFrame], dict[str, str], list[Fault]]:
    """An XML return by its layout, a record at a time.

    Parameters
    ----------
    path : Path
        The file.
    layout : Layout
        Its layout.
    others : sequence of Layout
        Others that it is held against where it does not fit.
    year : ContractYear
        The year that it should be of.

    Returns
    -------
    tables : dict of str to polars.DataFrame
        Text, by module; one without a record is not there.
    header : dict of str to str
        What the file says of itself.
    warnings : list of Fault
        Elements that the layout does not know, and text that stands between elements.

    Raises
    ------
    DataFaults
        If it is not well-formed XML, has a document type, a record without an end, another root or year, lacks what
        the layout requires, or has an element twice that can stand only once.
    """
    root = _root(path, next(_chunks(path), b""))
    if root.tag != layout.root:
        raise _refused(path, f"is no {layout.of} return: its root element is {root.tag}, not {layout.root}")
    gathered = [_Gathered(module) for module in layout.modules if module.element and module.columns]
    names = [*layout.records, *([layout.header] if layout.header else [])]
    header: dict[str, str] = {}
    seen: set[str] = set()
    stray: list[int] = []  # lines
    try:
        for element in _elements(path, names):
            seen.update(part.tag for part in element.iter())
            stray += [text.getparent().sourceline for text in _BETWEEN(element)]
            if element.tag == layout.header:
                header.update(_said(element))
            for part in gathered:
                if part.record == element.tag:
                    part.take(element)
    except etree.XMLSyntaxError as error:
        raise _refused(path, f"is not well-formed XML: {error.msg}", error.lineno) from None
    tables = {part.module.name: part.table() for part in gathered}
    faults = [*_other_year(path, header, layout, year), *_missing(path, tables, seen, layout, others)]
    faults += [
        _fault(path, f"stands more than once in one record of {part.module.name}", row, "", "", name)
        for part in gathered
        for name, row in part.twice.items()
    ]
    if faults:
        raise DataFaults(faults)
    # None of a kind in the whole file may mean that the system did not give them: that is not to say there was none.
    nothing = [name for name, rows in tables.items() if rows.is_empty()]
    warnings = [_fault(path, f"has no {layout[name].element}: {name} are not given") for name in nothing]
    tables = {name: rows for name, rows in tables.items() if name not in nothing}
    warnings += [
        _fault(path, f"is no element of {layout.name}: it is not used", None, "", "", name)
        for name in sorted(seen - _known(layout))
    ]
    if stray:
        warnings.append(_fault(path, f"has text between elements, in {len(stray)} places: it is not used", stray[0]))
    return tables, header, warnings
