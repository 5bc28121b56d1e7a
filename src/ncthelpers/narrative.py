"""People's words about a year, with every figure in them taken from the data by name.

Commentary is one Markdown file a page, in blocks headed ``## name``. A figure is written ``{name}``:

=============================================  ==========================================================
``{year}``                                     the contract year
``{figure}``                                   a row of ``figures.csv``, or a line of the finances
``{date:event}``                               the date of a row of ``events.csv``
``{count:table?column=value&column=value}``    number of rows, all or those that match
``{cell:table/key/column}``                    one cell of an entered or computed table
``{compare:level:one;other}``                  above, below or level with; ``change`` (the earlier first) gives
                                               rose, fell or did not change; ``target`` gives met or missed
=============================================  ==========================================================

``|words`` prints a whole number up to twenty as a word, ``|Words`` with a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from ncthelpers import access, claims, commentary, finance, lineage, provenance, results, rules, wording, years
from ncthelpers.cells import as_written
from ncthelpers.faults import Fault
from ncthelpers.reading import NotRead
from ncthelpers.rows import records_by_row

if TYPE_CHECKING:
    import pandas as pd

    from ncthelpers.yeardata import YearData

__all__ = [
    "NUMBER_WORDS",
    "Words",
    "words",
    "basis",
    "year_title",
    "public_title",
    "plain",
    "text_of",
    "commentary_faults",
]

_PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([Ww]ords))?\}")
NUMBER_WORDS = (  # as a pattern: a figure written out is a figure
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|hundred|thousand|million)\b"
)
_STRAY = re.compile(rf"[{{}}]|\d+|[½¼¾]|{NUMBER_WORDS}", flags=re.IGNORECASE)
_ILLNESS = re.compile(r"covid-19", flags=re.IGNORECASE)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")  # a page asks no other host for anything
# What, at the beginning of a line, makes a list, a rule, a comment or a target of it.
_BEGINS_A_BLOCK = re.compile(r"^(?:\d+(?=[.)](?: |$))|(?=[-+=](?:[-+= ]|$)|[%(]))")
_NOT_PUBLISHED, _NOT_REPORTED, _DISAGREE = "not published", "not reported", "a figure on which the documents disagree"


@dataclass(frozen=True)
class Words:
    """A block of commentary with its figures filled in; shown as safe HTML in a notebook.

    Parameters
    ----------
    text : str
        The block as Markdown.
    shown : Shown, optional
        Its figures with their rows, and its sources.
    """

    text: str
    shown: provenance.Shown | None = field(default=None, repr=False, compare=False)

    @property
    def caption(self) -> str:
        """What its sources are called."""
        return f"commentary, {self.shown.name.rpartition('/')[2]}" if self.shown else ""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return provenance.bundle(self._repr_html_(), repr(self), self.shown, self.caption)

    def _repr_html_(self) -> str:
        below = provenance.details(self.shown, self.caption)
        return f'<div class="commentary">\n{_MARKDOWN.render(self.text)}</div>{below}'

    def __repr__(self) -> str:
        return self.text


def plain(text: str) -> str:
    """Text from data as Markdown that shows it and reads no markup in it.

    Examples
    --------
    >>> print(plain("a *b* <script>"), plain("1. April"), plain("% of budget"))
    a \\*b\\* \\<script\\> 1\\. April \\% of budget
    """
    inline = re.sub(r"([\\`*_\[\]<>#&!{}|$~])", r"\\\1", " ".join(text.split()))
    return _BEGINS_A_BLOCK.sub(r"\g<0>\\", inline)


def _date(data: YearData, event: str) -> str:
    if results.reason_not_reported(data, "events"):
        return _NOT_REPORTED
    events = data["events"].set_index("event")
    if event not in events.index:
        raise LookupError(f"there is no event named {event}")
    start, end = events.at[event, "start"], events.at[event, "end"]
    return years.in_words(start) + (f" to {years.in_words(end)}" if end else "")


def _count(data: YearData, query: str, frame: pd.DataFrame | None = None) -> int | None:
    """Number of rows; none where the year does not report the table, since missing is not nil."""
    name, _, conditions = query.partition("?")
    frame = results.table(data, name) if frame is None else frame
    if results.reason_not_reported(data, name):
        return None
    for condition in filter(None, conditions.split("&")):
        column, _, value = condition.partition("=")
        if column not in frame:
            raise LookupError(f"the table {name} has no column {column}")
        frame = frame[frame[column].map(as_written) == value]
    return len(frame)


def _cell(data: YearData, path: str) -> tuple[object, str, bool]:
    """The value of a cell, how it is read in a sentence, and whether it is a bare number."""
    name, column = path.split("/", maxsplit=1)[0], path.rsplit("/", maxsplit=1)[-1]
    value, held = results.cell(data, path), results.table_schema(data, name)[column]
    if value is None:
        return None, held.missing, False
    if held.numeric:
        unit = "per cent" if held.type == "percent" else held.unit
        return value, wording.figure_text(value, unit, held.decimals), _is_bare(unit)
    return value, wording.cell_text(value, held), False


def _figure(data: YearData, name: str) -> tuple[object, str, bool]:
    value = results.figure_value(data, name)
    if value is None:
        disagree = finance.documents_disagree(data["finance_lines"], name)
        return None, _DISAGREE if disagree else _NOT_PUBLISHED, False
    unit = data["figures"].set_index("figure")["unit"].get(name, "£m")
    return value, wording.figure_text(value, unit), _is_bare(unit)


def _is_bare(unit: str) -> bool:
    """Whether a number of this unit is printed without a sign that a word could not carry."""
    return not unit.startswith("£") and unit != "per cent"


def _compared(data: YearData, rest: str) -> str:
    """The word for how two figures stand to each other; refused with the reason where they may not be compared."""
    kind, _, names = rest.partition(":")
    try:
        return claims.compared(data, kind, names)
    except ValueError as reason:
        raise LookupError(f"the figures are not compared: {reason}") from None


def text_of(data: YearData, name: str, as_words: str = "") -> str:
    """What a placeholder prints.

    Parameters
    ----------
    data : YearData
        The year.
    name : str
        The placeholder without braces, such as ``count:audits?reporting=yes``.
    as_words : str
        ``words`` or ``Words`` to print a bare whole number up to twenty as a word; an amount keeps its sign.

    Raises
    ------
    LookupError
        If the data has nothing of that name.
    """
    kind, _, rest = name.partition(":")
    value: Any
    if name == "year":
        return str(data.year)
    if kind == "date":
        return _date(data, rest)
    if kind == "compare":
        return _compared(data, rest)
    if kind == "count":
        value = _count(data, rest)
        text, bare = (_NOT_REPORTED, False) if value is None else (wording.figure_text(value), True)
    elif kind == "cell":
        value, text, bare = _cell(data, rest)
    else:
        value, text, bare = _figure(data, name)
    if as_words and bare and value == int(value):
        text = wording.count_in_words(int(value))
    return text[:1].upper() + text[1:] if as_words == "Words" else text


def words(data: YearData, page: str, block: str = "overview") -> Words:
    """A block of a page's commentary with every figure filled in.

    Parameters
    ----------
    data : YearData
        The year.
    page : str
        Name of the commentary file, such as ``04_cost``.
    block : str
        Name of the block in it.

    Returns
    -------
    Words
        The block; where nobody has written one a sentence saying so, or what the page is where only public data is at
        hand: no commentary is written for such a year.

    Raises
    ------
    LookupError
        If a placeholder names nothing in the data.
    """
    withheld = access.withheld_commentary(data.contract).get(page)
    if withheld:
        return Words(plain(f"The commentary on this page is {withheld}."))
    written = commentary.blocks(data.commentary.get(page, ""))
    if not written.get(block) and not data.has_annual_report:
        return basis(data)
    if not written.get(block):
        return Words(f"No commentary has been written on this for {data.year}.")
    texts: dict[str, str] = {}

    def printed(found: re.Match[str]) -> str:
        text = text_of(data, found[1], found[2] or "")
        texts.setdefault(found[1], text)
        return plain(text)

    text = _PLACEHOLDER.sub(printed, written[block])
    return Words(text, _shown(data, page, block, texts))


def _named(
    data: YearData, name: str, text: str, held: dict[str, Any]
) -> tuple[provenance.Figure | None, tuple[lineage.Rows, ...]]:
    """A placeholder as a figure, if it has a value, and the entered rows behind it; each table is taken once."""
    kind, _, rest = name.partition(":")
    table = re.split(r"[?/]", rest)[0] if kind in {"count", "cell"} else ""
    if table and table not in held:
        held[table] = results.table(data, table)
    value: Any
    behind: tuple[lineage.Rows, ...]
    if name == "year":
        value, unit, behind = str(data.year), "contract year", (lineage.Rows(f"{data.year}/contract.yml"),)
    elif kind == "compare":
        return None, ()
    elif kind == "date":
        behind = lineage.behind_named(data, f"events/{rest}/start")
        events: Mapping[Any, Any] = records_by_row(data["events"].set_index("event")[["start", "end"]])
        value, unit = "/".join(filter(None, events.get(rest, {}).values())) or None, "date"
    elif kind == "count":
        value, unit, behind = _count(data, rest, held[table]), "", lineage.behind_count(data, rest, held[table])
    elif kind == "cell":
        column = results.table_schema(data, table)[rest.split("/")[-1]]
        unit = "per cent" if column.type == "percent" else column.unit
        value, behind = _held(data, rest, held[table]), lineage.behind_named(data, rest, held[table])
    else:
        value, behind = results.figure_value(data, name), lineage.behind_named(data, name)
        unit = data["figures"].set_index("figure")["unit"].get(name, "£m")
    return (None if value is None else provenance.figure(name, value, unit, text, behind)), behind


def _held(data: YearData, path: str, frame: pd.DataFrame) -> object:
    """The value of a cell of a table at hand; none where the year does not report it."""
    name, *key, column = path.split("/")
    for part, value in zip(results.table_schema(data, name).key, key, strict=True):
        frame = frame[frame[part].map(as_written) == value]
    return frame[column].tolist()[0] if len(frame) else None


def _cited(text: str, block: str) -> list[str]:
    """What the source line of a block cites."""
    parts = commentary.HEADING.split(commentary.without_head(text))
    return commentary.cited_paragraphs(dict(zip(parts[1::2], parts[2::2], strict=True))[block])


def _shown(data: YearData, page: str, block: str, texts: dict[str, str]) -> provenance.Shown:
    """A block as it is shown: a figure for each of its placeholders, the paragraphs it carries, the rows behind it."""
    held: dict[str, pd.DataFrame] = {}
    named = [_named(data, name, text, held) for name, text in texts.items()]
    figures = tuple(figure for figure, _ in named if figure)
    titles = data.titles
    cited = " ".join(_cited(data.commentary[page], block))
    said = (f"Carries: {wording.source_text(cited, titles)}.",) if cited else ()
    sources = provenance.sources_of(data, lineage.merged(rows for _, behind in named for rows in behind), said=said)
    return provenance.Shown("words", f"{page}/{block}", figures=figures, sources=sources)


def year_title(data: YearData) -> str:
    """What the pages of a year together are: its review, or public data where the annual report is not at hand."""
    if data.has_annual_report:
        return f"Annual review, {data.year}"
    return f"Public data about {data.year}: not the {_councils_own(data)} annual report"


def _councils_own(data: YearData) -> str:
    return wording.of_councils(len(data.contract["councils"]))["councils_own"]


def public_title(data: YearData) -> str:
    """Title of the page on which a year's public data begins."""
    return f"Public data about {data.year}, beside the annual report" if data.has_annual_report else year_title(data)


def basis(data: YearData) -> Words:
    """The sentence that tells a reader what a page of public figures is, and is not.

    Examples
    --------
    See the head of every page of a year without an annual report.
    """
    report = data.contract["annual_report"]
    if data.has_annual_report:
        return Words(
            f"This page holds public figures about {data.year} from outside the annual report and its cover report."
        )
    reason = str(report["reason"])
    covers = "" if (data.starts, data.ends) == (data.year.start, data.year.end) else (
        f"The contract year ran from {years.in_words(data.starts.isoformat())} to {years.in_words(data.ends.isoformat())}; "
        "yearly official figures cover the whole financial year."
    )  # fmt: skip
    return Words(
        f"**Public data about {data.year}: not the {_councils_own(data)} annual report.** {plain(reason[:1].upper() + reason[1:])}. "
        f"Nothing here is the trust's or the {_councils_own(data)} own account of the year. {plain(covers)}".rstrip()
    )


def _block_faults(text: str, file: str) -> Iterator[Fault]:
    """Words that no page would show: above the first block, under a heading that names none, in a block named twice."""
    seen: set[str] = set()
    try:
        commentary.head(text)
    except ValueError as fault:
        yield Fault(file, 1, "", "", f"has a head that {fault}")
    for number, line in enumerate(commentary.without_head(text).splitlines(), 1):
        heading = commentary.HEADING.fullmatch(line)
        if heading and heading[1] in seen:
            yield Fault(file, number, "", heading[1], "names a second block of that name")
        elif heading:
            seen.add(heading[1])
        elif line.startswith("#"):
            yield Fault(file, number, "", line, "is not a block's heading: write ## and one word")
        elif line.strip() and not seen:
            yield Fault(file, number, "", "", "stands above the first block, where no page shows it")
    if not seen:
        yield Fault(file, None, "", "", "has no block: begin one with a line such as ## overview")


def _figure_faults(data: YearData, line: str, file: str, number: int) -> Iterator[Fault]:
    """Placeholders that name nothing, figures typed by hand, stray braces."""
    for found in _PLACEHOLDER.finditer(line):
        try:
            text_of(data, found[1], found[2] or "")
        except LookupError as error:
            yield Fault(file, number, "", found[0], f"cannot be filled in: {error}")
        except NotRead:  # what it names has a fault of its own
            continue
    for stray in _STRAY.finditer(_ILLNESS.sub("", _PLACEHOLDER.sub("", line))):
        rule = "is a figure typed by hand: take it from the data by a placeholder"
        yield Fault(file, number, "", stray[0], "is a stray brace" if stray[0] in "{}" else rule)


def commentary_faults(data: YearData, place: str, known: Mapping[str, set[Any]] | None = None) -> list[Fault]:
    """Every fault of the commentary: blocks, placeholders, figures typed by hand, paragraphs and publications cited.

    Parameters
    ----------
    data : YearData
        The year, its tables whole.
    place : str
        The year's folder from the root, for the faults.
    known : Mapping, optional
        What may be cited, as far as it could be read; what the year holds if nothing is given.
    """
    known = rules.known_sources(data) if known is None else known
    faults: list[Fault] = []
    for page, text in data.commentary.items():
        file = f"{place}/commentary/{page}.md"
        faults += _block_faults(text, file)
        for number, line in enumerate(commentary.without_head(text).splitlines(), 1):
            if line.startswith("source:"):
                cited = rules.unknown_citations(line.removeprefix("source:"), known)
                faults += [Fault(file, number, "source", part, rule) for part, rule in cited]
            else:
                faults += _figure_faults(data, line, file, number)
    return faults
