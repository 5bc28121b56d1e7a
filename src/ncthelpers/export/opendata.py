"""The published tables as open data: each as a CSV file with its metadata, and a folder of them with a descriptor.

A table is published if a page links to it. The metadata is that of the W3C's CSV on the Web, the descriptor that of a
Frictionless data package. What may not be published is in no table, for it is in none of the data (:mod:`ncthelpers.access`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ncthelpers import access, comparison, results, signoff, tables, wording
from ncthelpers.cells import Column
from ncthelpers.citations import PUBLICATIONS
from ncthelpers.export.folders import EDITION, README, linked, stamped, zipped
from ncthelpers.export.licences import attributions, named
from ncthelpers.export.symbols import NEUTRALISED, SYMBOLS, csv_line, meaning_of_missing, written
from ncthelpers.lineage import Lineage, merged
from ncthelpers.load import open_years
from ncthelpers.narrative import year_title
from ncthelpers.publish.html import commit_of
from ncthelpers.publish.toc import COMPARISON
from ncthelpers.rows import records_of
from ncthelpers.schemas import TableSchema
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["Published", "as_csv", "descriptor", "files_of", "folder_of", "heading", "metadata", "published",
           "said_of", "title_of", "write_folders", "write_zip"]  # fmt: skip

_REPOSITORY = Path(__file__).resolve().parents[3]
_COMPARED = "The years compared"
_SAID = MappingProxyType({
    "invented": "Everything here is invented: the trust, its councils and every figure.",
    "RESTRICTED": "This holds what is exempt from publication: it may not be published or passed on.",
})  # fmt: skip
_DRAFT = "Draft: the figures have not been signed off."
_DATATYPES = MappingProxyType({
    "count": "integer", "number": "decimal", "money": "decimal", "percent": "decimal", "date": "date", "url": "anyURI",
    "yesno": {"base": "boolean", "format": "yes|no"},
})  # fmt: skip
_FIELDS: Mapping[str, Mapping[str, object]] = MappingProxyType({
    "count": {"type": "integer"}, "number": {"type": "number"}, "money": {"type": "number"}, "percent": {"type": "number"},
    "date": {"type": "date"}, "url": {"type": "string", "format": "uri"},
    "yesno": {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
})  # fmt: skip
_LANGUAGE = "en"


@dataclass(frozen=True)
class Published:
    """A published table and all that is said of it.

    Parameters
    ----------
    schema : TableSchema
        What it holds, with the contract year where it is of several years.
    rows : tuple of Mapping
        Its rows, unrounded.
    marks : tuple of str
        What is said of all that is made of the year or years.
    said : tuple of str
        The same in sentences, and whether it is a draft.
    sources : tuple of str
        The documents and publications that it rests on.
    licences : tuple of str
        Their licences.
    """

    schema: TableSchema
    rows: tuple[Mapping[str, object], ...]
    marks: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its title, with the marks."""
        return wording.captioned(self.schema.title, self.marks)


def folder_of(data: YearData | Comparison) -> str:
    """The folder that the tables of a year, or of several years side by side, lie in."""
    return COMPARISON if isinstance(data, Comparison) else str(data.year)


def title_of(data: YearData | Comparison) -> str:
    """What the tables of a folder are of."""
    return wording.captioned(_COMPARED if isinstance(data, Comparison) else year_title(data), data.marks)


def said_of(data: YearData | Comparison) -> tuple[str, ...]:
    """What has to be said of all that is made of a year or several, in sentences."""
    years = data.years if isinstance(data, Comparison) else (data,)
    draft = not all(signoff.is_signed_off(one) for one in years)
    return (*(_SAID[mark] for mark in data.marks), *([_DRAFT] if draft else []))


def published(data: YearData | Comparison, name: str) -> Published:
    """A table as it is published.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of the table, entered or computed.

    Raises
    ------
    LookupError
        If there is no such table.
    """
    of = comparison if isinstance(data, Comparison) else results
    schema, rows = of.table_schema(data, name), tuple(records_of(of.table(data, name)))
    lineage = Lineage(data, name)
    behind = merged(one for row in rows for one in lineage.of(row))
    files = [rows.file.partition("/")[2].removesuffix(".csv") for rows in behind]
    rests = tables.sources(data, *dict.fromkeys(files))
    licences = {row["title"]: row["licence"] for row in _publications(data)}
    titles = [row[0] for row in rests.publications.rows]
    sources = [*(f"{path}: {documents}" for _, path, documents, *_ in rests.files.rows), *titles]
    said = [row[3] for row in rests.files.rows] + [licences[title] for title in titles]
    return Published(schema, rows, data.marks, said_of(data), tuple(dict.fromkeys(sources)), tuple(dict.fromkeys(said)))


def _publications(data: YearData | Comparison) -> list[dict[str, Any]]:
    held = data.reference.tables.get(PUBLICATIONS)
    return [] if held is None else records_of(held)


# One table


def as_csv(table: Published) -> str:
    """A table as CSV: its columns under their names, figures to eight places, and a column for each mark, which every row bears.

    Parameters
    ----------
    table : Published
        The table.
    """
    rows = ([*(written(column, row) for column in table.schema.columns), *table.marks] for row in table.rows)
    return "".join(map(csv_line, [[*table.schema.names, *table.marks], *rows]))


def heading(column: Column) -> str:
    """The heading of a column for people, with its unit.

    Examples
    --------
    >>> heading(Column("gap", "money", "Gap", unit="£m")), heading(Column("gap", "money", "Gap, £m", unit="£m"))
    ('Gap, £m', 'Gap, £m')
    """
    return column.title if not column.unit or column.unit in column.title else f"{column.title}, {column.unit}"


def _meaning(column: Column, rows: Sequence[Mapping[str, object]]) -> str:
    """What a column holds and, where a value is missing, what that means."""
    missing = any(row[column.name] is None or row[column.name] != row[column.name] for row in rows)
    exempt = f"Restricted: {column.reason}." if column.access == access.RESTRICTED else ""
    return " ".join(filter(None, [column.meaning, exempt, meaning_of_missing(column) if missing else ""]))


def _unit(column: Column) -> str:
    return column.unit or ("per cent" if column.type == "percent" else "")


def _column(column: Column, rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """A column as CSV on the Web describes it."""
    said = {
        "name": column.name,
        "titles": {_LANGUAGE: list(dict.fromkeys([column.name, heading(column)]))},
        "dc:description": _meaning(column, rows),
        "datatype": _DATATYPES.get(column.type, "string"),
        "schema:unitText": _unit(column),
        "null": list(SYMBOLS) if column.numeric else "",
    }
    return {key: value for key, value in said.items() if value or key == "null"}


def _mark(mark: str) -> dict[str, Any]:
    return {"name": mark, "titles": {_LANGUAGE: [mark]}, "datatype": "string", "dc:description": _SAID[mark]}


def metadata(table: Published) -> dict[str, Any]:
    """What CSV on the Web says of a table: title, meaning, sources, licences, and each column with its type and unit.

    Parameters
    ----------
    table : Published
        The table.

    Notes
    -----
    Source: W3C, Metadata Vocabulary for Tabular Data.
    """
    schema = table.schema
    figures = any(column.numeric for column in schema.columns)
    symbols = [f"{letter}: {meaning}." for letter, meaning in SYMBOLS.items()] if figures else []
    held = {"columns": [*(_column(column, table.rows) for column in schema.columns), *map(_mark, table.marks)]}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": _LANGUAGE}],
        "url": f"{schema.table}.csv",
        "dc:title": table.title,
        "dc:description": " ".join([schema.meaning, *table.said]),
        "dc:language": _LANGUAGE,
        "dc:license": list(table.licences),
        "dc:rights": attributions(table.licences),
        "dc:source": list(table.sources),
        "rdfs:comment": [*symbols, NEUTRALISED],
        "tableSchema": held | ({"primaryKey": list(schema.key)} if schema.key else {}),
    }


# A folder of tables


def _field(column: Column, rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    said: dict[str, Any] = {"name": column.name, **_FIELDS.get(column.type, {"type": "string"}), "title": heading(column),
            "description": _meaning(column, rows), "unit": _unit(column)}  # fmt: skip
    return {key: value for key, value in said.items() if value}


def _resource(table: Published, content: bytes) -> dict[str, Any]:
    schema = table.schema
    fields = [*(_field(column, table.rows) for column in schema.columns), *({"name": mark, "type": "string", "description": _SAID[mark]} for mark in table.marks)]  # fmt: skip
    symbols = sorted({cell for row in table.rows for column in schema.columns if column.numeric
                      and (cell := written(column, row)) in SYMBOLS})  # fmt: skip
    held = {"fields": fields, "missingValues": ["", *symbols]}
    return {
        "profile": "tabular-data-resource", "name": schema.table.replace("_", "-"), "path": f"{schema.table}.csv",
        "title": table.title, "description": schema.meaning, "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": held | ({"primaryKey": list(schema.key)} if schema.key else {}),
    }  # fmt: skip


def descriptor(data: YearData | Comparison, made: Mapping[str, bytes], held: Sequence[Published]) -> dict[str, Any]:
    """What a data package says of a folder of tables: every table with its columns, the sources and their licences.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    made : Mapping of str to bytes
        The files by name.
    held : sequence of Published
        The tables.

    Notes
    -----
    Source: Frictionless Data Package, version 1.
    """
    return {
        "profile": "tabular-data-package",
        "name": f"annual-review-{folder_of(data)}-tables",
        "title": title_of(data),
        "description": " ".join(
            [
                "Every table that the pages show, whole, with figures to eight decimal places where they have more.",
                *said_of(data),
            ]
        ),
        "licenses": [named(words) for words in _each(table.licences for table in held)],
        "sources": [_source(data, title) for title in _each(table.sources for table in held)],
        "resources": [_resource(table, made[f"{table.schema.table}.csv"]) for table in held],
    }


def _source(data: YearData | Comparison, title: str) -> dict[str, Any]:
    address = next((row["url"] for row in _publications(data) if row["title"] == title and row["url"]), "")
    return {"title": title} | ({"path": address} if address else {})


def _each(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(one for held in lists for one in held))


def _readme(data: YearData | Comparison, held: Sequence[Published]) -> str:
    """What whoever unpacks the tables reads first."""
    title, licences = title_of(data), _each(table.licences for table in held)

    def listed(lines: Iterable[str]) -> str:
        return "\n".join(f"- {line}" for line in lines)

    parts = [
        f"{title}: tables\n{'=' * (len(title) + 8)}",
        *said_of(data),
        ("Each table that the pages show is a file of comma-separated values (UTF-8, one row of column names), whole; a "
        "figure with more than eight decimal places is rounded half up to eight. Its columns are described in the file of the same name that ends in -metadata.json (W3C, CSV on the Web); "
        "datapackage.json describes them all (Frictionless Data). A spreadsheet program should be told that they are UTF-8."),
        "What stands in the place of a figure that is missing\n" + listed(f"{letter}: {said}" for letter, said in SYMBOLS.items()),
        "A text that is missing is an empty cell. " + NEUTRALISED,
        "Licences of what the tables are taken from\n" + listed(licences),
        *attributions(licences),
        f"How to cite a table\n{title}, title of the table, edition {EDITION}.",
        f"Edition (commit of the repository that made it): {EDITION}",
        "Tables\n" + listed(f"{table.schema.table}.csv: {table.title}" for table in held),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def files_of(data: YearData | Comparison, names: Iterable[str]) -> dict[str, bytes]:
    """Some tables as open data: the files by name, without the edition in the words to readers.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    names : iterable of str
        Names of the tables.

    Raises
    ------
    LookupError
        If there is no such table.
    """
    held = [published(data, name) for name in names]
    made = {f"{table.schema.table}.csv": as_csv(table).encode() for table in held}
    described = {f"{table.schema.table}.csv-metadata.json": _json(metadata(table)) for table in held}
    return {
        **made,
        **described,
        "datapackage.json": _json(descriptor(data, made, held)),
        README: _readme(data, held).encode(),
    }


def _json(said: Mapping[str, Any]) -> bytes:
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def write_folders(root: Path, folders: Mapping[str, Sequence[str]], place: Path) -> None:
    """Write the published tables of some folders as open data, each in a folder of its own.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``.
    folders : Mapping of str to sequence of str
        The years whose data goes into each.
    place : Path
        The folder for them.

    Raises
    ------
    LookupError
        If a page links to a table that there is not.
    """
    wanted = sorted({year for years in folders.values() for year in years})
    held = {str(data.year): data for data in open_years(root, wanted).years}
    for folder, years in folders.items():
        data = Comparison(tuple(held[year] for year in sorted(years))) if folder == COMPARISON else held[folder]
        (place / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files_of(data, linked(root, folder)).items():
            (place / folder / name).write_bytes(content)


def write_zip(root: Path, data: YearData, path: Path) -> None:
    """Write the published tables of a year as open data, packed into one file.

    Parameters
    ----------
    root : Path
        Holds ``book/``, whose pages say which tables are published.
    data : YearData
        The year.
    path : Path
        The file.

    Raises
    ------
    ValueError
        If no page of the year shows a table; or if the file would hold what is restricted and stand in a Git work tree.
    """
    names = linked(root, folder_of(data))
    if not names:
        raise ValueError(f"no page of {folder_of(data)} shows a table: run the year first")
    place = access.kept_out_of_git(path, data.contract)
    place.write_bytes(zipped(stamped(files_of(data, names), commit_of(_REPOSITORY))))
