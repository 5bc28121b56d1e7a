"""The pages around the years - index and about - and the HTML of the whole book."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import yaml

from ncthelpers import coverage, results, tables
from ncthelpers.cells import Column
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import swap_folder, write_atomically
from ncthelpers.load import YearData
from ncthelpers.narrative import plain
from ncthelpers.schemas import TableSchema, read_schemas, read_table
from ncthelpers.totals import DIFFERS, ROUNDING
from ncthelpers.years import ContractYear

__all__ = ["public_years", "pages_around", "write_pages_around", "build_html", "BuildFailed"]

_ABOUT = Path(__file__).with_name("about")


class BuildFailed(RuntimeError):
    """Jupyter Book stopped on a warning or an error; the last good HTML is as it was."""


def public_years(root: Path) -> list[ContractYear]:
    """The contract years that ``_toc.yml`` lists, in its order.

    Raises
    ------
    ValueError
        If ``_toc.yml`` is missing or lists a folder that is not a contract year.
    """
    try:
        listed = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError("_toc.yml is missing from the root: it lists the years that are public") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"_toc.yml cannot be read: {error}") from None
    folders = dict.fromkeys(file.partition("/")[0] for file in _files_listed(listed) if "/" in file)
    years = [ContractYear(folder) for folder in folders if folder != "about"]
    if not years:
        raise ValueError("_toc.yml lists no page of a contract year, such as 1999-00/00_summary")
    return years


def _files_listed(entry: object) -> Iterator[str]:
    """Every page below an entry of the table of contents, in order."""
    if isinstance(entry, dict):
        if "file" in entry:
            yield str(entry["file"])
        for value in entry.values():
            yield from _files_listed(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _files_listed(value)


def _raw(shown: Iterable[tables.Table]) -> str:
    """Tables as raw HTML blocks of a Markdown page; every cell is escaped already."""
    return "\n\n".join(_html(table._repr_html_()) for table in shown)


def _html(html: str) -> str:
    """Escaped HTML as a block of a Markdown page that nothing in it can end."""
    return "````{raw} html\n" + html.replace("`", "&#96;") + "\n````"


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
            f"at least {column.minimum}" if column.minimum is not None else "",
            f"at most {column.maximum}" if column.maximum is not None else "",
        ]
        rows.append((column.name, column.title, column.type, column.unit or "none", column.meaning,
                     "; ".join(filter(None, rules))))  # fmt: skip
    return tables.Table(f"{schema.table}: {schema.title}", held, tuple(rows))


def _data_dictionary(schemas: Iterable[TableSchema]) -> str:
    def section(title: str, described: Iterable[TableSchema]) -> str:
        parts = [
            f"### {schema.table}\n\n{plain(schema.meaning)}\n\n{_raw([_columns_table(schema)])}" for schema in described
        ]
        return f"## {title}\n\n" + "\n\n".join(parts)

    return "# Data dictionary\n\nWritten from the schemas that the data is checked against.\n\n" + "\n\n".join([
        section("Tables entered from the source documents", schemas),
        section("Tables computed from them", results.result_schemas().values()),
    ]) + "\n"  # fmt: skip


def _glossary(root: Path) -> str:
    folder, file = root / "data", "data/reference/glossary.csv"
    schema = read_schemas((folder / "schemas" / "reference").resolve())["glossary"]
    try:
        content = (root / file).read_bytes()
    except FileNotFoundError:
        raise DataFaults([Fault(file, None, "", "", "is missing")]) from None
    frame, faults = read_table(content, schema, file)
    if faults:
        raise DataFaults(faults)
    rows = tuple(zip(frame["term"], frame["meaning"], strict=True))
    return f"# Glossary\n\n{_raw([tables.Table('Terms and abbreviations', schema.columns, rows)])}\n"


def _discrepancies(years: Sequence[YearData]) -> str:
    parts = ["# Known discrepancies\n\n" + (_ABOUT / "discrepancies.md").read_text("utf-8").strip()]
    for data in years:
        odd = [DIFFERS, ROUNDING]
        parts.append(f"## Contract year {data.year}\n\n" + _raw([
            tables.show(data, "total_checks", where={"result": odd}, caption="Printed totals that their rows do not give exactly"),
            tables.show(data, "row_checks", where={"result": odd}, caption="Rows of the cost table that do not add up"),
            tables.show(data, "rate_checks", where={"result": odd}, caption="Printed percentages that their parts do not give"),
            tables.show(data, "agreed_lines", where={"agree": False}, caption="Finance figures that the documents print differently"),
            tables.show(data, "conflicts"),
            tables.show(data, "not_readable"),
        ]))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _coverage(years: Sequence[YearData]) -> str:
    parts = [
        "# Where each paragraph of the source documents is carried\n\n"
        + (_ABOUT / "coverage.md").read_text("utf-8").strip()
    ]
    for data in years:
        shown = tables.show(data, "paragraph_coverage")
        state = f"{len(shown.rows)} paragraphs, bullets, headings and table rows; {len(coverage.uncovered(data))} not carried."
        parts.append(f"## Contract year {data.year}\n\n{state}\n\n{_raw([shown])}")
    return "\n\n".join(parts) + "\n"


def _publisher(years: Sequence[YearData]) -> str:
    held = tuple(Column(name, "text", title) for name, title in (
        ("title", "Document"), ("publisher", "Published by"), ("date", "Date"), ("read_from", "Read from"), ("licence", "Licence"),
        ("address_note", "Where to find it"),
    ))  # fmt: skip
    parts = [
        "# Who publishes this, and the original documents\n\n" + (_ABOUT / "publisher.md").read_text("utf-8").strip()
    ]
    for data in years:
        documents = data.package["documents"]
        rows = tuple(tuple(str(document.get(column.name, "not stated")) for column in held) for document in documents)
        links = "".join(
            f'<li><a href="{escape(record["url"])}">{escape(record["title"])}</a></li>\n'
            for record in data.package.get("records") or []
        )
        parts.append(f"## Contract year {data.year}\n\n{_raw([tables.Table('Source documents', held, rows)])}")
        if links:
            parts.append(f"Public records of the meetings that considered them:\n\n{_html(f'<ul>{links}</ul>')}")
    return "\n\n".join(parts) + "\n"


def _index(years: Sequence[YearData]) -> str:
    intro = (_ABOUT / "index.md").read_text("utf-8").strip()
    entries = []
    for data in years:
        provider = data.contract["provider"]["name"]
        councils = " and ".join(council["name"] for council in data.contract["councils"])
        entries.append(
            f"- [Contract year {data.year}]({data.year}/00_summary.ipynb): {plain(provider)} for {plain(councils)}; "
            f"[cover report]({data.year}/17_cover_report.ipynb)"
        )
    return intro.replace("{years}", "\n".join(entries)) + "\n"


def pages_around(root: Path, years: Sequence[YearData]) -> dict[str, str]:
    """The index and the about pages of the book, by their path in ``book/``, from the data of every public year.

    Parameters
    ----------
    root : Path
        Holds ``data/``.
    years : sequence of YearData
        The public years, newest first.

    Raises
    ------
    DataFaults
        If the glossary has a fault.
    """
    schemas = read_schemas((root / "data" / "schemas").resolve()).values()
    return {
        "index.md": _index(years),
        "about/method.md": (_ABOUT / "method.md").read_text("utf-8"),
        "about/discrepancies.md": _discrepancies(years),
        "about/coverage.md": _coverage(years),
        "about/data_dictionary.md": _data_dictionary(schemas),
        "about/glossary.md": _glossary(root),
        "about/publisher.md": _publisher(years),
    }


def write_pages_around(root: Path, pages: Mapping[str, str]) -> None:
    """Write the pages around the years into ``book/``; an unchanged one is left untouched."""
    for name, text in pages.items():
        write_atomically(root / "book" / name, text)


def build_html(root: Path, config: Path) -> Path:
    """Build the HTML of the book from ``book/`` alone, never running a page; a warning is an error.

    Parameters
    ----------
    root : Path
        Holds ``book/`` and ``_toc.yml``; the HTML goes to ``_build/html`` under it.
    config : Path
        ``_config.yml``.

    Returns
    -------
    Path
        The folder of the HTML.

    Raises
    ------
    BuildFailed
        With the end of what Jupyter Book said.
    """
    html = root / "_build" / "html"
    html.parent.mkdir(exist_ok=True)
    # From nothing each time: what Sphinx remembers of a page hides its warnings, and keeps a page no longer listed.
    with tempfile.TemporaryDirectory(prefix=".work-", dir=html.parent) as work:
        done = subprocess.run(
            [sys.executable, "-I", "-c", "from jupyter_book.cli.main import main; main()", "build", str(root / "book"),
             "--config", str(config), "--toc", str(root / "_toc.yml"), "--path-output", work,
             "--warningiserror", "--keep-going", "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", env={**os.environ, "PYTHONUTF8": "1"},
        )  # fmt: skip
        if done.returncode:
            raise BuildFailed("the HTML could not be built:\n" + "\n".join(done.stdout.strip().splitlines()[-25:]))
        swap_folder(Path(work) / "_build" / "html", html)
    return html
