"""Every numeral that a reader meets on a page, and whether anything on that page explains it.

A numeral is explained by a figure of the JSON beside the page, by the row of data that its cell shows, by the headings
of the schemas, by the contract years and the number of the page, or by one of a few exceptions that are declared here
with their reasons.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import nbformat
import pandas as pd

from ncthelpers import access, comparison, provenance, results, wording, years
from ncthelpers.cells import Column, as_written
from ncthelpers.narrative import NUMBER_WORDS
from ncthelpers.publish.companion import COLOPHON
from ncthelpers.publish.pages import NOTICE
from ncthelpers.rows import records_of
from ncthelpers.schemas import TableSchema
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["Numeral", "Allowed", "EXCEPTIONS", "numerals", "unexplained"]

_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?", flags=re.ASCII)
_NUMBER_WORD = re.compile(NUMBER_WORDS, flags=re.IGNORECASE)
_BREAK, _QUOTIENT = "break | ", " (q)"
_SOURCES_CALL = re.compile(r"^tables\.sources\(", flags=re.MULTILINE)
_MARKED = re.compile(r"^[A-Z]\w+(?:, \w+)* data\. ")  # what all that is made of a year may begin with
_NUMBERED = re.compile(r"# (\d+)\. ")
_POUNDS = {"£": 1, "£000": 1000, "£m": 1_000_000}
_MILLIONS_DECIMALS = 1


@dataclass(frozen=True)
class Numeral:
    """A numeral on a page.

    Parameters
    ----------
    text : str
        The numeral without thousands separators, sign and unit; or a number word.
    place : str
        Where it stands.
    explained : bool
        Whether anything on the page explains it.
    """

    text: str
    place: str
    explained: bool


@dataclass(frozen=True)
class Allowed:
    """Numerals that are no figures.

    Parameters
    ----------
    where : str
        ``text`` for commentary and templates, ``chart`` for the words of charts.
    pattern : str
        What is written, as a regular expression.
    reason : str
        Why it needs no explanation.
    """

    where: str
    pattern: str
    reason: str


EXCEPTIONS = (
    Allowed("text", r"(?i)covid-19", "the name of an illness"),
    Allowed("text", r"(?m)^## Three judgements", "how many stand below that heading"),
    Allowed("text", r"2\.66 times|3\.267 times|ends at 0 or 100|one of seven or more|two out of three|all three|fewer than 12 values|"
            r"rolling 12 months", "the rules that limits of variation are made and read by"),
    Allowed("chart", r"^\d+ line charts(?=\.)", "how many charts are drawn side by side"),
)  # fmt: skip


# What stands on a page


@dataclass
class _Block:
    """A table, a paragraph or a chart of one output."""

    what: str  # table, none, words or chart
    captions: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    """The blocks of an output, without drawings and the sources that unfold below it."""

    _LEFT_OUT = ("details", "svg")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self._skipped, self._label, self._open = 0, "", ""
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attributes}
        if tag == "details" and held.get("class") == "fold" and not self._skipped:
            return
        if tag in self._LEFT_OUT:
            self._skipped += 1
        if self._skipped:
            return
        if tag == "div" and held.get("aria-label"):
            self._label = held["aria-label"]
        elif tag == "table":
            self.blocks.append(_Block("table", [self._label] if self._label else []))
            self._label = ""
        elif tag == "tr" and self._in("table"):
            self.blocks[-1].rows.append([])
        elif tag == "summary":  # the line that unfolds a table or chart
            self._begin("summary")
        elif tag == "figure":
            self.blocks.append(_Block("chart", [self._label] if self._label else []))
            self._label = ""
        elif tag == "img" and self._in("chart"):
            self.blocks[-1].text = held.get("alt", "")
        elif tag == "p" and held.get("class") in {"download", "left-out"}:  # says the caption, or headings, again
            self._begin("download")
        elif tag == "p" and held.get("class") == "no-rows":
            self._begin("none")
        elif tag == "strong" and self._open == "none":
            self._parts = []
        elif tag in {"caption", "figcaption", "th", "td"}:
            self._begin(tag)
        elif not self._open and tag == "div" and held.get("class") in {"commentary", "in-brief"}:
            self._begin("words")

    def _in(self, what: str) -> bool:
        return bool(self.blocks) and self.blocks[-1].what == what

    def _begin(self, what: str) -> None:
        self._open, self._parts = what, []

    def handle_data(self, data: str) -> None:
        if self._skipped or not data.strip():
            return
        if self._open:
            self._parts.append(data)
        else:
            self.blocks.append(_Block("words", text=_spaced(data)))  # text outside every known kind of block

    def handle_endtag(self, tag: str) -> None:
        if tag in self._LEFT_OUT and self._skipped:
            self._skipped -= 1
            return
        if self._skipped:
            return
        text = _spaced("".join(self._parts))
        if tag == "p" and self._open == "none":
            self.blocks.append(_Block("none", text=text))
        elif tag == "div" and self._open == "words":
            self.blocks.append(_Block("words", text=text))
        elif tag in {"caption", "figcaption"} and self._open == tag:
            self.blocks[-1].captions.append(text)
        elif tag == "strong" and self._open == "figcaption":
            self.blocks[-1].captions.append(text)
            self._parts = []
            return
        elif tag in {"th", "td"} and self._open == tag:
            self._cell(text)
        elif tag == "summary" and self._open == tag:
            self._label = text
        elif tag == "thead" and self._in("table"):
            self.blocks[-1].headings = self.blocks[-1].rows.pop()
            return
        elif tag == "p" and self._open == "download":
            pass
        elif tag in {"p", "li"} and self._open == "words":
            self._parts.append(" ")
            return
        else:
            return
        self._open, self._parts = "", []

    def _cell(self, text: str) -> None:
        if self._in("table") and self.blocks[-1].rows:
            self.blocks[-1].rows[-1].append(text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _blocks(html: str) -> list[_Block]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


def _digits(text: str) -> list[str]:
    """The numerals of a text, without thousands separators.

    Examples
    --------
    >>> _digits("From −£616,000 in 2021-22, or 8.5%.")
    ['616000', '2021', '22', '8.5']
    """
    return [found.replace(",", "") for found in _NUMERAL.findall(text)]


def _whole(numeral: str) -> str:
    """A numeral without the noughts that a chart writes behind it so that all its values have as many places.

    Examples
    --------
    >>> _whole("85.0"), _whole("85.10"), _whole("850")
    ('85', '85.1', '850')
    """
    return numeral.rstrip("0").rstrip(".") if "." in numeral else numeral


def _without(text: str, phrases: Iterable[str]) -> str:
    """A text without any of some phrases, the longest taken first, none out of the middle of a word or numeral."""
    lower = text.casefold()
    held = {one for one in phrases if one.casefold() in lower and (_NUMERAL.search(one) or _NUMBER_WORD.search(one))}
    for phrase in sorted(held, key=len, reverse=True):
        before = r"(?<!\d)(?<!\d[.,])" if phrase[0].isdigit() else r"(?<!\w)"
        after = r"(?!\d|[.,]\d)" if phrase[-1].isdigit() else r"(?!\w)"
        text = re.sub(f"{before}{re.escape(phrase)}{after}", " ", text, flags=re.IGNORECASE)
    return text


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _ways(text: str, value: str, unit: str, decimals: int | None = None) -> set[str]:
    """The numerals by which a chart may write a figure: as a table does, in its unit, in full pounds, in millions."""
    found, number = set(_digits(text)), _decimal(value)
    if number is None or not number.is_finite():
        return found
    said = [wording.figure_text(number, unit), wording.figure_text(number, unit, decimals)]
    if unit in _POUNDS:
        pounds = number * _POUNDS[unit]
        said += [f"{pounds:f}", wording.figure_text(pounds / 1_000_000, "£m", _MILLIONS_DECIMALS)]
    return found | {numeral for one in said for numeral in _digits(one)}


def _in_words(figure: Mapping[str, str]) -> set[str]:
    """The phrases by which a placeholder's figure may be written: as printed, or a count in digits and as a word."""
    number = _decimal(figure["value"])
    if number is None or number != number.to_integral_value() or figure["text"].startswith(("£", wording.MINUS, "-")):
        return {figure["text"]}
    if figure["text"].endswith("%"):
        return {figure["text"]}
    return {figure["text"], wording.count_in_words(int(number)), wording.figure_text(number, figure["unit"])}


# What explains


class _Held:
    """A table as the data has it today, for the cells of text in it and the charts drawn from it."""

    def __init__(self, data: YearData | Comparison, name: str) -> None:
        of = comparison if isinstance(data, Comparison) else results
        self.name = name
        self.schema: TableSchema = of.table_schema(data, name)
        self.frame: pd.DataFrame = of.table(data, name)
        self.rows = records_of(self.frame)
        self._titles = data.titles
        self._units: Mapping[Any, str] = data.reference.names("measures", "measure", "unit")
        self._decimals: Mapping[Any, Any] = data.reference.names("measures", "measure", "decimals")

    @cached_property
    def by_path(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for path, row in zip(provenance.paths(self.name, self.schema, self.rows), self.rows, strict=True):
            found.setdefault(path, []).append(row)
        return found

    @cached_property
    def path_of(self) -> dict[int, str]:
        """Path of each row, by the place of the row in the table."""
        return dict(enumerate(provenance.paths(self.name, self.schema, self.rows)))

    def column(self, name: str, row: Mapping[str, Any] | None = None) -> Column:
        column = self.schema[name]
        if row is not None and column.decimals_in:
            return replace(column, decimals=row[column.decimals_in])
        return column

    def cell(self, row: Mapping[str, Any], name: str) -> tuple[str, str]:
        """A cell as it is read and as it is written."""
        text = wording.cell_text(row[name], self.column(name, row), self._titles)
        return _spaced(text), _spaced(as_written(row[name]) if row[name] == row[name] else "")

    @cached_property
    def phrases(self) -> set[str]:
        """Texts and dates of the table, and its years as a chart shortens them."""
        found: set[str] = set()
        for column in (column for column in self.schema.columns if not column.numeric):
            values = {value for value in self.frame[column.name].tolist() if value is not None and value == value}
            found |= {_spaced(wording.cell_text(value, column, self._titles)) for value in values}
        every = {str(value) for name in ("year", "contract_year") if name in self.frame for value in self.frame[name]}
        return found | every | {year[2:] for year in every}

    @cached_property
    def figures(self) -> set[str]:
        """Numerals of its numbers, in any of their ways of writing."""
        found: set[str] = set()
        for column in (column for column in self.schema.columns if column.numeric):
            for row in self.rows:
                value = row[column.name]
                if value is not None and value == value:
                    unit = column.unit or row.get("unit") or self._units.get(row.get("measure"), "")
                    decimals = self._decimals.get(row.get("measure"))
                    found |= _ways(self.cell(row, column.name)[0], as_written(value), str(unit), decimals)
        return found

    @cached_property
    def counts(self) -> dict[str, set[int]]:
        """How many rows have each text, and how many a yes in a column, by that text or the column's title."""
        found: dict[str, set[int]] = {}
        for column in (column for column in self.schema.columns if not column.numeric):
            values = [value for value in self.frame[column.name].tolist() if value is not None and value == value]
            counts = Counter([column.title] * sum(values) if column.type == "yesno" else map(str, values))
            for text, count in counts.items():
                found.setdefault(_spaced(text).casefold(), set()).add(count)
        return found


class _Explained:
    """What explains the numerals of one page."""

    def __init__(self, page: str, record: Mapping[str, Any], data: YearData | Comparison) -> None:
        self.page, self.data, self.figures = page, data, record["figures"]
        self.of_years = [str(one.year) for one in data.years]
        self._held: dict[str, _Held] = {}

    def held(self, name: str) -> _Held:
        if name not in self._held:
            self._held[name] = _Held(self.data, name)
        return self._held[name]

    @cached_property
    def placeholders(self) -> set[str]:
        """Phrases of the figures of commentary."""
        return {
            _spaced(phrase)
            for name, figure in self.figures.items()
            if "/" not in name or ":" in name.partition("/")[0]
            for phrase in _in_words(figure)
        }

    @cached_property
    def reasons(self) -> set[str]:
        """What the contract file says in words: why something is not reported, and from when to when the year ran."""
        found: set[str] = set(self.of_years)
        for one in self.data.years:
            said = [one.contract["annual_report"].get("reason", ""), *one.contract.get("not_reported", {}).values()]
            said += [str(withheld) for withheld in access.restrictions(one.contract)]
            found |= {_spaced(str(reason)) for reason in said}
            found |= {years.in_words(day.isoformat()) for day in (one.starts, one.ends)}
        return found

    @staticmethod
    def _allowed(text: str, where: str) -> str:
        for one in EXCEPTIONS:
            if one.where == where:
                text = re.sub(one.pattern, " ", text)
        return text

    def of_template(self, text: str) -> list[str]:
        """Numerals and number words of a template's words that nothing explains."""
        left = _without(self._allowed(_NUMBERED.sub(self._section, text), "text"), self.of_years)
        return _digits(left) + _NUMBER_WORD.findall(left)

    def _section(self, found: re.Match[str]) -> str:
        number = self.page[:2]
        return "# " if number.isdigit() and int(found[1]) == int(number) else found[0]

    def of_words(self, text: str) -> list[str]:
        """Numerals and number words of commentary that nothing explains."""
        left = _without(self._allowed(text, "text"), self.placeholders | self.reasons)
        return _digits(left) + _NUMBER_WORD.findall(left)

    def of_caption(self, text: str, table: str) -> list[str]:
        """Numerals of a table's caption, or of what stands in its place, that nothing explains."""
        titles = {_spaced(self.held(table).schema.title)} if table else set()
        return _digits(_without(text, titles | self.reasons))

    def of_chart(self, text: str, table: str, found: bool = False, also: Sequence[str] = ()) -> list[str]:
        """Numerals of a chart's words that neither its tables nor the page's figures of that table explain.

        Of its title and caption also those that the figures of sentences explain: a title is what the chart ``found``.
        """
        held, text = self.held(table), _MARKED.sub("", text)
        recorded = [figure for name, figure in self.figures.items() if name.startswith(f"{table}/")]
        dates = {figure["text"] for figure in recorded if figure["unit"] == "date"}
        phrases = held.phrases | dates | {_spaced(held.schema.title), *self.of_years}
        phrases |= self.placeholders if found else set()
        left = _without(self._allowed(text, "chart"), phrases)
        more = {numeral for name in also for numeral in self.held(name).figures}
        known = held.figures | more | {way for one in recorded for way in _ways(one["text"], one["value"], one["unit"])}
        whole = {_whole(one) for one in known}
        return [one for one in _digits(self._without_counts(left, text, held)) if _whole(one) not in whole]

    @staticmethod
    def _without_counts(left: str, text: str, held: _Held) -> str:
        """A chart's words without the counts of rows that they give label by label, and the total of these."""
        total = 0
        for label, count in re.findall(r"([^.;:]+): (?:reached by )?(\d+)(?=[;.])", text):
            if int(count) in held.counts.get(_spaced(label).casefold(), ()):
                total += int(count)
                left = re.sub(rf"(: (?:reached by )?){count}(?=[;.])", r"\1", left, count=1)
        totals = {str(total), str(len(held.rows))}
        return re.sub(
            r"^((?:Timeline|Grid) of )(\d+)", lambda found: found[1] if found[2] in totals else found[0], left
        )

    def of_cells(self, block: _Block, shown: Mapping[str, Any]) -> Iterator[tuple[list[str], list[str], int, int]]:
        """Of each cell of a table its numerals, those that nothing explains, its row and column."""
        held = self.held(shown["name"])
        turned = len(block.headings) != len(shown["columns"])
        cells = self._turned(block, shown, held) if turned else self._straight(block, shown, held)
        for row, column, text, known in cells:
            found = _digits(text)
            left = list((Counter(found) - Counter(known)).elements()) if text not in known else []
            yield found, left, row, column

    def _straight(
        self, block: _Block, shown: Mapping[str, Any], held: _Held
    ) -> Iterator[tuple[int, int, str, list[str]]]:
        paths = [f"{held.name}/{key}" for key in shown["keys"]]
        for number, cells in enumerate(block.rows):
            path = paths[number] if number < len(paths) else ""
            for place, text in enumerate(cells):
                name = shown["columns"][place] if place < len(shown["columns"]) else ""
                yield number, place, text, self._known(path, name, held)

    def _known(self, path: str, column: str, held: _Held) -> list[str]:
        """What a cell may print: its figure, or the text that its own row has today."""
        figure = self.figures.get(f"{path}/{column}")
        if figure is not None:
            return [figure["text"], *_digits(figure["text"])]
        if column not in held.schema.names:
            return []
        known: list[str] = []
        for row in held.by_path.get(path, ()):
            text, written = held.cell(row, column)
            known += [text, *(Counter(_digits(text)) | Counter(_digits(written))).elements()]
        return known

    def _turned(
        self, block: _Block, shown: Mapping[str, Any], held: _Held
    ) -> Iterator[tuple[int, int, str, list[str]]]:
        """A table whose years stand side by side: each cell is that of its own row's key and its column's year."""
        years_there = set(held.frame["year"])
        names = {held.column(name).title: name for name in held.schema.names}
        keys = [names.get(heading, "") for heading in block.headings if heading not in years_there]
        paths: dict[tuple[Any, ...], str] = {}
        for number, row in enumerate(held.rows):
            key = tuple(_spaced(str(row[name])) for name in keys if name)
            paths[(*key, row["year"])] = held.path_of[number]
        there = {key[:-1] for key in paths}
        value = shown["columns"][0]
        for number, cells in enumerate(block.rows):
            key = tuple(cells[: len(keys)])
            for place, text in enumerate(cells):
                if place < len(keys):
                    yield number, place, text, [text, *_digits(text)] if key in there else []
                else:
                    year = block.headings[place] if place < len(block.headings) else ""
                    plain = text.removeprefix(_BREAK).removesuffix(_QUOTIENT)
                    yield number, place, plain, self._known(paths.get((*key, year), ""), value, held)

    def of_heading(self, text: str, held: _Held) -> list[str]:
        """Numerals of a heading that the schema and the years of the table do not explain."""
        titles = {_spaced(column.title) for column in held.schema.columns}
        every = {str(year) for year in held.frame["year"]} if "year" in held.frame else set()
        return _digits(_without(text, titles | every | set(self.of_years)))


# The scan


def _left_out(cell: nbformat.NotebookNode) -> bool:
    # a notice says who signed what off and when, which is no figure of the page
    said_of_all = str(cell.get("id")).startswith(NOTICE) or cell.get("id") == COLOPHON
    return said_of_all or bool(cell.cell_type == "code" and _SOURCES_CALL.search(cell.source))


def _marked(text: str, left: Sequence[str], place: str, words: bool = False) -> Iterator[Numeral]:
    """Every numeral of a text, those left over marked as unexplained."""
    remaining = Counter(left)
    for found in _digits(text) + (_NUMBER_WORD.findall(text) if words else []):
        remaining[found] -= 1
        yield Numeral(found, place, remaining[found] < 0)


def _next(shown: list[Mapping[str, Any]], block: _Block) -> Mapping[str, Any] | None:
    """What the record says of a block: the next table, chart or commentary in it, in the order of the page."""
    if block.what == "none":
        wanted = bool(shown) and shown[0]["what"] == "table" and not shown[0].get("keys")
        return shown.pop(0) if wanted and block.text.startswith(_spaced(shown[0]["caption"])) else None
    if shown and shown[0]["what"] == block.what:
        return shown.pop(0)
    return None


def _of_table(block: _Block, shown: Mapping[str, Any] | None, explained: _Explained, at: str) -> Iterator[Numeral]:
    caption = next(iter(block.captions), "")
    for text in dict.fromkeys(block.captions):
        yield from _marked(text, explained.of_caption(text, shown["name"] if shown else ""), f"{at}, caption {text!r}")
    place = f"{at}, table {caption!r}"
    if shown is None:
        for text in (cell for cells in [block.headings, *block.rows] for cell in cells):
            yield from _marked(text, _digits(text), f"{place}, which the record does not have")
        return
    held = explained.held(shown["name"])
    for text in block.headings:
        yield from _marked(text, explained.of_heading(text, held), f"{place}, heading {text!r}")
    for found, left, row, column in explained.of_cells(block, shown):
        if found:
            heading = block.headings[column] if column < len(block.headings) else f"column {column + 1}"
            named = block.rows[row][0] if block.rows[row] else ""
            yield from _marked(" ".join(found), left, f"{place}, row {row + 1} {named!r}, column {heading!r}")


def _of_block(block: _Block, shown: list[Mapping[str, Any]], explained: _Explained, at: str) -> Iterator[Numeral]:
    if block.what == "words":
        if shown and shown[0]["what"] == "words":
            shown.pop(0)
        yield from _marked(block.text, explained.of_words(block.text), f"{at}, commentary", words=True)
        return
    of = _next(shown, block)
    if block.what == "table":
        yield from _of_table(block, of, explained, at)
    elif block.what == "none":
        left = explained.of_caption(block.text, of["name"] if of else "")
        yield from _marked(block.text, left, f"{at}, in place of a table")
    else:
        for what, text in (("alternative text", block.text), *(("caption", caption) for caption in block.captions)):
            left = explained.of_chart(text, of["name"], what == "caption", of.get("also", ())) if of else _digits(text)
            yield from _marked(text, left, f"{at}, {what} of the chart {next(iter(block.captions), '')!r}")


def numerals(page: nbformat.NotebookNode, record: Mapping[str, Any], data: YearData | Comparison) -> list[Numeral]:
    """Every numeral that a reader meets on a page, in its order, with where it stands and whether it is explained.

    Left out are the source of code cells, drawings, the sources that unfold, the table of sources, the notices and the colophon.

    Parameters
    ----------
    page : NotebookNode
        The executed page.
    record : Mapping
        The JSON beside it.
    data : YearData or Comparison
        The year, or the years side by side, that it is made from.

    Returns
    -------
    list of Numeral
        Of templates and commentary also number words.
    """
    explained, shown = _Explained(record["page"], record, data), list(record["shown"])
    found: list[Numeral] = []
    for cell in (cell for cell in page.cells if not _left_out(cell)):
        at = f"cell {cell.get('id', '')}"
        if cell.cell_type == "markdown":
            found += _marked(cell.source, explained.of_template(cell.source), f"{at}, template", words=True)
        for output in cell.get("outputs", []):
            for block in _blocks("".join(output.get("data", {}).get("text/html", ""))):
                found += _of_block(block, shown, explained, at)
    return found


def unexplained(page: nbformat.NotebookNode, record: Mapping[str, Any], data: YearData | Comparison) -> list[Numeral]:
    """The numerals of a page that nothing on it explains.

    Parameters
    ----------
    page, record, data
        As for :func:`numerals`.
    """
    return [one for one in numerals(page, record, data) if not one.explained]
