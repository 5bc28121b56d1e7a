"""The cover report to the committee of the year, as democratic services lay such papers out.

Its paragraphs are those that the year's data has of the cover report, in the order and with the headings of the source; its
figures come from the same tables as the book's page about it. Where the source is silent on what a committee asks for, the
report says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ncthelpers import access, charts, narrative, results, tables, wording
from ncthelpers.access import as_sentence
from ncthelpers.citations import citations
from ncthelpers.export import parts
from ncthelpers.export.document import (
    LETTERED,
    NUMBERED,
    SUBNUMBERED,
    Block,
    Heading,
    Paragraph,
    Picture,
    Report,
    Table,
    numbers,
    runs,
)
from ncthelpers.export.whole_report import notices_of
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData
from ncthelpers.years import in_words

__all__ = ["cover_report", "check_roles", "reason_for_none"]

_PAGE = "17_cover_report"  # of the book, whose commentary and sources are the report's too
_FROM = (
    "cover_titles",
    "approvals",
    "recommendations",
    "implications",
    "cover_paragraphs",
    "cover_topics",
    "deadlines",
    "events",
    "finance_lines",
)
_ELSEWHERE = {
    "report_title",
    "list_of_appendices",
    "background_papers",
}  # items of the title block with a place of their own
_ABOVE = ("councils", "committee", "meeting_date")
_RECOMMENDATIONS, _IMPLICATIONS, _BACKGROUND, _EXEMPT = (
    "Recommendations",
    "Implications",
    "Background papers",
    "Exempt information",
)
_ASKED = {"Equality": ("equalit",), "Data protection": ("data protection", "information governance")}
_SILENT = "The cover report of the year says nothing under this heading."
_NO_RECOMMENDATION = "The data of the year holds no recommendation."
_WRITTEN = (
    "This report is written from the data of the annual review. It is not the cover report as it was printed: its paragraphs say in "
    "the review's own words what that says. The last annex gives the source of each. What it does not list, the review adds."
)
_APPROVED = (
    "The dates are those of the cover report as it was printed. They do not mean that this document has been approved."
)
_OF_REPORT = "Of the annual report: "
_OF_COVER = "cover"  # the number of its row among the appendices
_NO_NAME = "not given"
_FINANCE = re.compile(r"financ|resource", flags=re.IGNORECASE)


@dataclass(frozen=True)
class _Said:
    """A part of the report with what it cites, if it is a paragraph of the source."""

    block: Block
    source: str = ""


def reason_for_none(data: YearData) -> str:
    """Why a year has no cover report; empty where it has one."""
    if not data.has_annual_report:
        return "its annual report is not at hand"
    return "" if results.is_reported(data, "cover_titles") else results.reason_not_reported(data, "cover_titles")


def check_roles(data: YearData, names: Iterable[str]) -> None:
    """Refuse names for roles that are not in the table of approvals.

    Parameters
    ----------
    data : YearData
        The year.
    names : iterable of str
        The roles that names are given for.

    Raises
    ------
    ValueError
        With the roles that are.
    """
    roles = [row["role"] for row in records_of(results.table(data, "approvals"))]
    unknown = sorted(set(names) - set(roles))
    if unknown:
        raise ValueError(
            f"no such role in the approvals of {data.year}: {', '.join(unknown)}; its roles are: {'; '.join(roles) or 'none'}"
        )


def cover_report(data: YearData, names: Mapping[str, str] | None = None) -> Report:
    """The cover report of a year.

    Parameters
    ----------
    data : YearData
        The year; it has a cover report.
    names : Mapping of str to str, optional
        Names of officers by role, for the table of approvals only.

    Raises
    ------
    ValueError
        If a name is given for a role that is not in the table of approvals.
    """
    check_roles(data, names or {})
    titles = {row["item"]: row["value"] for row in records_of(results.table(data, "cover_titles"))}
    said = [*_numbered_sections(data, titles)]
    blocks = [one.block for one in said]
    return Report(
        titles.get("report_title", narrative.year_title(data)),
        _above(titles),
        notices_of(data),
        (*_front(data, titles, names or {}), *blocks, *_annexes(data, said, numbers(blocks))),
    )


# Before the numbered paragraphs


def _above(titles: Mapping[str, str]) -> tuple[str, ...]:
    """The lines above the title: councils, unless the committee's name holds theirs, committee and day.

    Examples
    --------
    >>> _above({"councils": "East; West", "committee": "East and West Joint Committee", "meeting_date": "7 September"})
    ('East and West Joint Committee', '7 September')
    """
    named = all(council in titles.get("committee", "") for council in titles.get("councils", "").split("; "))
    lines = [item for item in _ABOVE if item in titles and not (item == "councils" and named)]
    return tuple(titles[item].replace("; ", " and ") for item in lines)


def _shown(data: YearData, name: str, columns: Sequence[str] = (), caption: str = "") -> list[Block]:
    """A table as the book shows it, without its sources, which the last annex gives."""
    return [
        block for block in parts.of_shown(tables.show(data, name, columns, caption=caption)) if not _is_source(block)
    ]


def _is_source(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.kind == "source"


def _front(data: YearData, titles: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Block]:
    rows = [
        row for row in records_of(results.table(data, "cover_titles")) if row["item"] not in _ELSEWHERE | set(_ABOVE)
    ]
    yield Paragraph(runs(_WRITTEN))
    if rows:
        yield _plain_table(wording.captioned("Title block", data.marks), ("Item", "What the cover report prints"),
                           [(row["label"], row["value"]) for row in rows])  # fmt: skip
    yield Heading(1, "Contributors, checkers and approvers")
    for block in _shown(data, "approvals", ("role", "council", "approved_on", "note")):
        if isinstance(block, Table):
            yield Paragraph(runs(_APPROVED))
        yield _with_names(block, names) if isinstance(block, Table) and names else block
    yield Heading(1, "List of appendices")
    printed = titles.get("list_of_appendices")
    if printed:
        yield Paragraph(runs(f"The cover report prints: {printed}"))
    for block in _shown(data, "appendices", ("number", "title", "state", "cited_in")):
        yield _without_cover(block) if isinstance(block, Table) and printed else block


def _plain_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(caption, tuple(heads), tuple(tuple(map(runs, row)) for row in rows), (False,) * len(heads))


def _without_cover(table: Table) -> Table:
    """The table of appendices without the row of the cover report, whose own words are given above it."""
    return replace(
        table,
        caption=_OF_REPORT + table.caption[:1].lower() + table.caption[1:],
        rows=tuple(row for row in table.rows if row[0][0].text != _OF_COVER),
    )


def _with_names(table: Table, names: Mapping[str, str]) -> Table:
    """The table of approvals with a column of names after the roles."""
    rows = tuple((row[0], runs(names.get(row[0][0].text, _NO_NAME)), *row[1:]) for row in table.rows)
    return Table(table.caption, (table.heads[0], "Name", *table.heads[1:]), rows, (False, *table.numeric), table.anchor)


# The numbered paragraphs


def _number(text: str) -> tuple[int, ...]:
    """The numbers that a paragraph's number begins with, to put paragraphs in their order.

    Examples
    --------
    >>> _number("7.1.4"), _number("4b"), _number("title")
    ((7, 1, 4), (4,), ())
    """
    return tuple(map(int, re.findall(r"\d+", cast("re.Match[str]", re.match(r"[\d.]*", text))[0])))


def _place(
    sections: Mapping[int, Sequence[Mapping[str, Any]]], rows: Sequence[Mapping[str, Any]], title: str, otherwise: int
) -> int:
    """The section that some rows belong to: the first that they cite, else the one so headed, else another."""
    cited = [_number(one.section) for row in rows for one in citations(row["source"]) if one.document == "cover"]
    headed = [number for number, held in sections.items() if held[0]["heading"].lower().startswith(title.lower())]
    return next((number[0] for number in cited if number), next(iter(headed), otherwise))


def _numbered_sections(data: YearData, titles: Mapping[str, str]) -> Iterator[_Said]:
    """Every section of the cover report in its order, each with the parts that its tables have of it."""
    paragraphs, recommended, implied = (
        records_of(results.table(data, name)) for name in ("cover_paragraphs", "recommendations", "implications")
    )
    sections: dict[int, list[dict[str, Any]]] = {}
    for row in paragraphs:
        sections.setdefault(_number(row["paragraph_no"])[0] if _number(row["paragraph_no"]) else 0, []).append(row)
    after = max(sections, default=0) + 1
    of_recommendations = _place(sections, recommended, _RECOMMENDATIONS, after)
    of_implications = _place(sections, implied, _IMPLICATIONS, after + 1)
    of_background = _place(sections, (), _BACKGROUND, after + 2)
    for number in sorted({*sections, of_recommendations, of_implications} - {of_background}):
        rows = sections.get(number, [])
        default = {of_recommendations: _RECOMMENDATIONS, of_implications: _IMPLICATIONS}.get(number, "")
        yield _Said(Heading(1, rows[0]["heading"].partition(": ")[0] if rows else default, numbered=True))
        if number == of_implications:
            yield from _implications(data, implied, rows)
            continue
        yield from _recommendations(recommended, rows) if number == of_recommendations else _paragraphs(rows)
    yield from _exempt(data)
    yield from _background(data, titles, sections.get(of_background, []))


def _not_carried(rows: Sequence[Mapping[str, Any]], by: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that cite a paragraph which no row of another table cites; the rest say the same as that."""
    known = {str(one) for row in by for one in citations(row["source"])}
    return [row for row in rows if not {str(one) for one in citations(row["source"])} <= known]


def _recommendations(recommended: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Iterator[_Said]:
    """The recommendations by letter, below what else the section says, or words that introduce them."""
    others = _not_carried(rows, recommended)
    yield from _paragraphs(others)
    if not recommended:
        yield _Said(Paragraph(runs(_NO_RECOMMENDATION), NUMBERED))
    elif not others:
        asked = wording.listed(list(dict.fromkeys(row["proposed_to"] for row in recommended)))
        sources = " ".join(row["source"] for row in rows)
        yield _Said(Paragraph(runs(f"It is recommended that the {asked}:"), NUMBERED), sources)
    yield from (_Said(Paragraph(runs(row["text"]), LETTERED), row["source"]) for row in recommended)


def _paragraphs(rows: Sequence[Mapping[str, Any]]) -> Iterator[_Said]:
    """Paragraphs of a section, below the headings that divide it."""
    below = ""
    for row in rows:
        heading = row["heading"].partition(": ")[2]
        if heading and heading != below:
            yield _Said(Heading(2, heading))
        below = heading
        yield _Said(Paragraph(runs(row["says"]), NUMBERED), row["source"])


def _implications(
    data: YearData, implied: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> Iterator[_Said]:
    """Each implication under its heading, and those that a committee asks for where the source is silent.

    A paragraph of the section is left out where the rows of implications cite all that it cites: they say the same.
    """
    for row in implied:
        heading = row["heading"].lstrip("0123456789. ")
        yield _Said(Heading(2, heading, numbered=True))
        yield _Said(Paragraph(runs(row["position"]), SUBNUMBERED), row["source"])
        if _FINANCE.search(heading):
            yield from map(_Said, _finance(data))
    for row in _not_carried(rows, implied):
        yield _Said(Paragraph(runs(row["says"]), NUMBERED), row["source"])
    named = " ".join(row["heading"] for row in implied).lower()
    for heading, words in _ASKED.items():
        if not any(word in named for word in words):
            yield _Said(Heading(2, heading, numbered=True))
            yield _Said(Paragraph(runs(_SILENT), SUBNUMBERED))


def _finance(data: YearData) -> Iterator[Block]:
    """What the year cost, in the words and from the tables of the book's page about the cover report."""
    for block in parts.of_shown(narrative.words(data, _PAGE, "finance")):
        if not _is_source(block):
            yield Paragraph(block.runs, SUBNUMBERED) if isinstance(block, Paragraph) else block
    for block in parts.of_shown(charts.waterfall(data, "reserve_bridge")):
        if isinstance(block, Picture):
            yield block
    yield from _shown(data, "reserve_bridge")
    yield from _shown(data, "contract_sum_bridge")


def _exempt(data: YearData) -> Iterator[_Said]:
    """What of the year is exempt from publication and why; nothing where its data says nothing of it."""
    found = access.of_year(data.contract, data.schemas.values())
    if not found:
        return
    yield _Said(Heading(1, _EXEMPT, numbered=True))
    held = [one for one in found if one.held]
    yield _Said(Paragraph(runs(
        "This edition holds what is exempt from publication. It must not be published with the agenda." if held else
        "Some of what the review rests on is exempt from publication, and is not in this report or its annexes."
    ), NUMBERED))  # fmt: skip
    for one in found:
        schema = data.schemas.get(one.table)
        of = ", ".join(schema[name].title for name in one.columns) if schema and one.columns else ""
        what = f"{schema.title}{f' ({of})' if of else ''}" if schema else f"Commentary of {one.commentary}"
        when = in_words(one.review.isoformat())
        yield _Said(Paragraph(runs(f"{what}: {one.reason}. To be reviewed on {when}."), LETTERED))


def _background(data: YearData, titles: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> Iterator[_Said]:
    """What the report rests on, with addresses where there are any."""
    yield _Said(Heading(1, rows[0]["heading"] if rows else _BACKGROUND, numbered=True))
    yield from _paragraphs(rows)
    if "background_papers" in titles and not rows:
        yield _Said(Paragraph(runs(f"The cover report prints: {titles['background_papers']}"), NUMBERED))
    yield _Said(Paragraph(runs("The data behind this report cites the documents and publications below."), NUMBERED))
    papers = [(one["title"], one.get("publisher", ""), in_words(str(one["date"])) if one.get("date") else "no date given",
               one.get("url") or one.get("address_note", "no public address found"))
              for one in data.package.get("documents", []) if one["id"] in {"report", "cover"}]  # fmt: skip
    cited = [(row[0], row[1], row[3], row[4]) for row in tables.sources(data, *_FROM).publications.rows]
    caption = wording.captioned("Documents and publications behind this report", data.marks)
    yield _Said(_plain_table(caption, ("Title", "Published by", "Date", "Address"), [*papers, *cited]))


# After them


def _annexes(data: YearData, said: Sequence[_Said], numbered: Sequence[str]) -> Iterator[Block]:
    yield Heading(1, "Annex A: the review against its deadlines")
    yield from _shown(data, "deadline_compliance")
    yield Heading(1, "Annex B: the topics that the contract asks for")
    yield from _shown(data, "topic_coverage")
    yield Heading(1, "Annex C: where each paragraph comes from")
    rows, above = [], ""
    for one, number in zip(said, numbered, strict=True):
        if isinstance(one.block, Paragraph) and one.block.kind != LETTERED and number:
            above = number
        if one.source:
            at = f"{above}{number}" if number != above else number
            rows.append((at, wording.source_text(one.source, data.titles)))
    if rows:
        yield _plain_table(
            wording.captioned("Sources of the numbered paragraphs", data.marks), ("Paragraph", "Source"), rows
        )
    else:
        yield Paragraph(runs(as_sentence("no paragraph of the cover report is in the data of the year")))
    behind = [block for block in parts.of_shown(narrative.words(data, _PAGE, "finance")) if _is_source(block)]
    if behind:
        yield Heading(2, "The words on finance")
        yield from behind
