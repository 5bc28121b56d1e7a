"""The pages around the years: index and about."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from ncthelpers import access, coverage, results, tables, trials, wording
from ncthelpers.accessibility import statement
from ncthelpers.accessibility.publisher import read_publisher
from ncthelpers.anchors import anchor
from ncthelpers.cells import Column
from ncthelpers.citations import PUBLICATIONS
from ncthelpers.claims import AT_THE_TIME
from ncthelpers.files import write_atomically
from ncthelpers.narrative import plain
from ncthelpers.publish import assurance, changes, downloads, front, notices, performance
from ncthelpers.publish.markdown import raw_html, raw_tables
from ncthelpers.publish.toc import pages_listed
from ncthelpers.rows import records_of
from ncthelpers.schemas import TableSchema, read_schemas
from ncthelpers.verdicts import DISAGREES, ROUNDING
from ncthelpers.yeardata import Reference, YearData
from ncthelpers.years import in_words

__all__ = ["pages_of_data", "pages_of_pages", "write_pages_around"]

_ABOUT = Path(__file__).with_name("about")
_WITH_FIGURES = {f"about/{page}.md" for page in ("assurance", "discrepancies", "what_changed", "revisions")}
_REFERENCE = "../data/reference"  # the entered tables beside the pages of the HTML
_AS_WRITTEN = ("method.md", "first_rerun.md", "commands.md")
_CAPTION = re.compile(r"(<caption><span>[^<]*)(</span></caption>)")
_DISCREPANCY = ("says", "printed", "verdict", "because", "source")
_RESTRICTED = tuple(Column(name, "text", title) for name, title in (
    ("what", "What"), ("reason", "Why"), ("review", "To be reviewed on"),
))  # fmt: skip
_DISAGREEMENT = ("says", "printed", "because", "response", "source")


def _show(data: YearData, name: str, columns: Sequence[str] = (), **options: Any) -> tables.Table:
    """A table of a year for a page that shows several years, with the year in its caption and its id."""
    caption = options.pop("caption", "") or results.table_schema(data, name).title
    caption = caption if str(data.year) in caption else f"{caption}, {data.year}"
    shown = tables.show(data, name, columns, caption=caption, **options)
    return replace(shown, anchor=anchor(shown.anchor, data.year), row_anchors=())


def _columns_table(schema: TableSchema) -> tables.Table:
    held = tuple(Column(name, "text", title) for name, title in (
        ("name", "Column"), ("title", "Heading"), ("type", "Type"), ("unit", "Unit"), ("meaning", "Meaning"), ("rules", "Rules"),
    ))  # fmt: skip
    rows = []
    for column in schema.columns:
        rules = [
            "required" if column.required else f"may be empty, shown as {column.missing}",
            "part of the key" if column.name in schema.key else "",
            "unique" if column.unique else "",
            f"one of: {', '.join(column.values)}" if column.values else "",
            f"in {column.refers_to}" if column.refers_to else "",
            "a dash is nil" if column.dash == "nil" else "",
            "restricted in every year" if column.access == access.RESTRICTED else "",
            f"at least {column.minimum}" if column.minimum is not None else "",
            f"at most {column.maximum}" if column.maximum is not None else "",
        ]
        rows.append((column.name, column.title, column.type, column.unit or "none", column.meaning,
                     "; ".join(filter(None, rules))))  # fmt: skip
    return tables.Table(f"{schema.table}: {schema.title}", held, tuple(rows))


def _restricted(data: YearData) -> tables.Table:
    """What a year keeps from the public."""
    rows = []
    for one in access.of_year(data.contract, data.schemas.values()):
        titles = ", ".join(data.schemas[one.table][name].title for name in one.columns)
        of_table = f"{one.table}: {titles or 'the whole table'}"
        what = f"the commentary of {one.commentary}" if one.commentary else of_table
        rows.append((what, one.reason, in_words(one.review.isoformat())))
    caption = f"Restricted data of {data.year}"
    return tables.Table(caption, _RESTRICTED, tuple(rows), "Nothing is kept restricted.")


def _data_dictionary(schemas: Iterable[TableSchema], reference: Reference, years: Sequence[YearData]) -> str:
    def section(title: str, described: Iterable[TableSchema]) -> str:
        parts = [
            f"### {schema.table}\n\n{plain(schema.meaning)}\n\n{raw_tables([_columns_table(schema)])}"
            for schema in described
        ]
        return f"## {title}\n\n" + "\n\n".join(parts)

    return "# Data dictionary\n\nWritten from the schemas that the data is checked against.\n\n" + "\n\n".join([
        section("Tables entered from the source documents", schemas),
        section("Tables that every year is held against", reference.schemas.values()),
        section("Tables computed from them", results.result_schemas().values()),
        "## What is exempt from publication\n\n" + (_ABOUT / "restricted.md").read_text("utf-8").strip(),
        raw_tables(map(_restricted, years)),
    ]) + "\n"  # fmt: skip


def _glossary(reference: Reference) -> str:
    """The terms, each with an id of its own that a link can go to."""
    schema, frame = reference.schemas["glossary"], reference.tables["glossary"]
    rows = tuple(zip(frame["term"], frame["meaning"], strict=True))
    ids = tuple(anchor("term", term) for term in frame["term"])
    shown = tables.Table("Terms and abbreviations", schema.columns, rows, anchor="terms", row_anchors=ids,
                         download=f"{_REFERENCE}/glossary.csv")  # fmt: skip
    return f"# Glossary\n\n{(_ABOUT / 'glossary.md').read_text('utf-8').strip()}\n\n{raw_tables([shown])}\n"


def _discrepancies(years: Sequence[YearData]) -> str:
    parts = ["# Known discrepancies\n\n" + (_ABOUT / "discrepancies.md").read_text("utf-8").strip()]
    for data in years:
        parts.append(f"## Contract year {data.year}\n\n" + raw_tables([
            _show(data, "claims_checked", _DISCREPANCY, where={"verdict": [DISAGREES, ROUNDING]},
                        caption="Statements that the evidence does not give exactly"),
            _show(data, "conflicts"),
            _show(data, "not_readable"),
        ]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _assurance(years: Sequence[YearData], listed: Sequence[str]) -> str:
    """Of each year how many claims end in each verdict, and those that disagree; a year without documents says so."""
    parts = ["# Assurance\n\n" + (_ABOUT / "assurance.md").read_text("utf-8").strip()]
    for data in years:
        reason = results.reason_not_reported(data, "claims")
        if reason:
            parts.append(f"## Contract year {data.year}\n\nNo published statement to check: {plain(reason)}.")
            continue
        page = next((page for page in listed if page.startswith(f"{data.year}/") and page.endswith("_assurance")), None)
        link = f"\n\n[Every claim of {data.year}](../{page}.ipynb)" if page else ""
        parts.append(f"## Contract year {data.year}\n\n" + raw_tables([
            _show(data, "claim_counts"),
            _show(data, "claims_checked", _DISAGREEMENT, where={"verdict": DISAGREES, "learned": AT_THE_TIME},
                        caption=f"Statements of {data.year} that the evidence does not bear out"),
        ]) + link)  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _trials(done: Sequence[trials.Trial]) -> str:
    """What was done to the book to break it, and how often it held: nothing where nothing was."""
    if not done:
        return ""
    heads = ("What was tried", "Times", "Held", "Seconds", "Result")
    held = tuple(Column(f"column_{place}", "text", title) for place, title in enumerate(heads))
    parts = ["## How the book was tried\n\n" + (_ABOUT / "trials.md").read_text("utf-8").strip()]
    for one in done:
        shown = tables.Table(one.title, held, trials.as_lines(one), anchor=anchor("trial", one.name))
        left_out = "".join(f"\n- Not tried here: {plain(what)}" for what in one.left_out)
        parts.append(
            f"### {plain(one.title)}\n\nRun by {plain(one.command)} on {plain(one.date)}, commit {plain(one.commit)}, on a machine with "
            f"{plain(one.machine)}.\n\n{raw_tables([shown])}\n{left_out}"
        )
    return "\n\n".join(parts) + "\n"


def _coverage(years: Sequence[YearData]) -> str:
    parts = [
        "# Where each paragraph of the source documents is carried\n\n"
        + (_ABOUT / "coverage.md").read_text("utf-8").strip()
    ]
    for data in years:
        shown = _show(data, "paragraph_coverage")
        state = f"{len(shown.rows)} paragraphs, bullets, headings and table rows; {len(coverage.uncovered(data))} not carried."
        parts.append(f"## Contract year {data.year}\n\n{state}\n\n{raw_tables([shown])}")
    return "\n\n".join(parts) + "\n"


def _publications(reference: Reference) -> str:
    schema = reference.schemas[PUBLICATIONS]
    held = tuple(schema[column] for column in schema.names if column != "publication")
    cells = (wording.cell_text(record[column.name], column)
             for record in records_of(reference.tables[PUBLICATIONS]) for column in held)  # fmt: skip
    rows = tuple(zip(*[cells] * len(held), strict=True))
    shown = tables.Table(schema.title, held, rows, download=f"{_REFERENCE}/{PUBLICATIONS}.csv")
    return f"## Publications\n\n{plain(schema.meaning)}\n\n{raw_tables([shown])}"


def _definitions(data: YearData) -> str:
    """The six parts of every measure's definition: what is compared only with its like."""
    parts = ["# Definitions of the measures\n\n" + (_ABOUT / "definitions.md").read_text("utf-8").strip()]
    if "measures" in data.reference.tables:
        for use in data.reference.schemas["measures"]["use"].values:
            shown = tables.show(data, "measures", where={"use": use}, caption=f"Measures of {use}")
            parts.append(f"## {use.capitalize()}\n\n{raw_tables([shown])}")
    return "\n\n".join(parts) + "\n"


def _documents(data: YearData, held: Sequence[Column]) -> tables.Table:
    """The source documents of a year."""
    rows = (
        tuple(str(document.get(column.name, "not stated")) for column in held) for document in data.package["documents"]
    )
    return tables.Table(
        f"Source documents, {data.year}", tuple(held), tuple(rows), anchor=anchor("documents", data.year)
    )


def _publisher(years: Sequence[YearData], reference: Reference) -> str:
    held = tuple(Column(name, "text", title) for name, title in (
        ("title", "Document"), ("publisher", "Published by"), ("date", "Date"), ("read_from", "Read from"), ("licence", "Licence"),
        ("address_note", "Where to find it"),
    ))  # fmt: skip
    parts = [
        "# Who publishes this, and the original documents\n\n" + (_ABOUT / "publisher.md").read_text("utf-8").strip()
    ]
    for data in years:
        links = "".join(
            f'<li><a href="{escape(record["url"])}">{escape(record["title"])}</a></li>\n'
            for record in data.package.get("records") or []
        )
        parts.append(f"## Contract year {data.year}\n\n{raw_tables([_documents(data, held)])}")
        if links:
            parts.append(f"Public records of the meetings that considered them:\n\n{raw_html(f'<ul>{links}</ul>')}")
    if PUBLICATIONS in reference.tables:
        parts.append(_publications(reference))
    return "\n\n".join(parts) + "\n"


def pages_of_data(root: Path, years: Sequence[YearData]) -> Iterator[tuple[str, str]]:
    """The index and the about pages that say nothing of other pages, one after another, each with its path in ``book/``.

    Parameters
    ----------
    root : Path
        Holds ``data/``.
    years : sequence of YearData
        The public years, newest first.
    """
    for name, text in _pages_of_data(root, years):
        yield name, _said_to_be(name, text, years)


def _pages_of_data(root: Path, years: Sequence[YearData]) -> Iterator[tuple[str, str]]:
    schemas = read_schemas((root / "data" / "schemas").resolve()).values()
    reviewed, reference = [data for data in years if data.has_annual_report], years[0].reference
    yield "index.md", front.front_page(years, pages_listed(root))
    yield "about/definitions.md", _definitions(years[0])
    for page in _AS_WRITTEN:
        yield f"about/{page}", (_ABOUT / page).read_text("utf-8")
    yield "about/assurance.md", _assurance(years, pages_listed(root)) + _trials(trials.recorded(root))
    yield from assurance.assurance_pages(reference).items()
    yield "about/discrepancies.md", _discrepancies(reviewed)
    yield "about/coverage.md", _coverage(reviewed)
    yield "about/data_dictionary.md", _data_dictionary(schemas, reference, years)
    yield "about/glossary.md", _glossary(reference)
    yield "about/publisher.md", _publisher(reviewed, reference)
    yield (
        "about/accessibility.md",
        statement.statement(read_publisher(root), f"the annual review of {years[0].contract['provider']['name']}"),
    )
    yield "about/performance.md", performance.page(performance.recorded(root))


def pages_of_pages(root: Path, years: Sequence[YearData], around: Mapping[str, str]) -> dict[str, str]:
    """The about pages on what other pages of ``book/`` print, by their path there.

    Parameters
    ----------
    root, years
        As for :func:`pages_of_data`.
    around : Mapping of str to str
        The pages that it gives.
    """
    made = {
        "about/what_changed.md": changes.since_last_year(root, years, pages_listed(root)),
        "about/revisions.md": changes.revisions_page(root, years),
        "about/open_data.md": downloads.page(root, years, around.values()),
    }
    return {name: _said_to_be(name, text, years) for name, text in made.items()}


def _said_to_be(name: str, text: str, years: Sequence[YearData]) -> str:
    """A page around the years says what is said of all of them in its title, below it and in every caption; and whether it is a draft."""
    said, marks = notices.of_all(years), years[0].marks
    if name in _WITH_FIGURES:
        said = notices.of_pages([data for data in years if f"{data.year}" in text] or years) | said
    if not said:
        return text
    title, _, rest = text.partition("\n")
    captions = _CAPTION.sub(lambda found: wording.captioned(found[1], marks) + found[2], rest)
    return "\n".join([wording.captioned(title, marks), "", "\n\n".join(said.values()), captions])


def write_pages_around(root: Path, pages: Mapping[str, str]) -> None:
    """Write the pages around the years into ``book/``; an unchanged one is left untouched."""
    for name, text in pages.items():
        write_atomically(root / "book" / name, text)
