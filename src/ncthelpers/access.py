"""What of a year may not be published: whole tables, columns and commentary, each with its reason and the day of its next review.

A council may keep exempt information from the public for as long as the public interest in that outweighs the interest in
publishing it (Local Government Act 1972, Schedule 12A, paragraph 10). So nothing here is restricted for ever, or without saying
why. In the public data a restricted column is empty, and a restricted table or commentary file is not there; whoever looks for
them is told that they are exempt.

An *edition* that holds what is restricted is made outside the repository (:mod:`ncthelpers.publish.edition`). Its ``contract.yml``
says ``edition: restricted``, and of each entry whether it is ``held`` there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import years
from ncthelpers.faults import Fault
from ncthelpers.files import work_tree_of

if TYPE_CHECKING:
    import pandas as pd

    from ncthelpers.schemas import TableSchema
    from ncthelpers.yeardata import YearData

__all__ = [
    "EXEMPT", "MAY_NOT_ENTER", "RESTRICTED", "Restriction", "access_faults", "adapted", "as_sentence", "column_faults", "echoing", "emptied",
    "excuses", "exposed_faults", "files_held", "is_edition", "kept_out_of_git", "of_year", "overlaid", "published_faults", "restrictions", "reviews_due", "withheld_commentary",
]  # fmt: skip

RESTRICTED = "restricted"
EXEMPT = "exempt from publication"
MAY_NOT_ENTER = "is restricted and may not enter the repository"
_HELD = "held"
_ENTRY = {"table", "columns", "commentary", "reason", "review", _HELD}
_ALL = ""  # in the place of a column: the whole table, or commentary
_PAGE = re.compile(r"\d\d_\w+", flags=re.ASCII)


@dataclass(frozen=True)
class Restriction:
    """A table, some of its columns, or a commentary file that may not be published.

    Parameters
    ----------
    table : str
        Name of the table; empty of commentary.
    columns : tuple of str
        Columns of the table; none where the whole table is restricted.
    commentary : str
        Name of the commentary file's page; empty of a table.
    reason : str
        Why, in words that may be published.
    review : date
        The day on which it is to be looked at again.
    held : bool
        Whether this is an edition that holds it.
    """

    table: str
    columns: tuple[str, ...]
    commentary: str
    reason: str
    review: date
    held: bool = False

    @property
    def whole_table(self) -> str:
        """Name of the table that is restricted altogether; empty where only some columns are, or commentary."""
        return "" if self.columns else self.table

    @property
    def file(self) -> str:
        """Its file, from the folder of the year."""
        return f"commentary/{self.commentary}.md" if self.commentary else f"{self.table}.csv"

    def __str__(self) -> str:
        return f"{EXEMPT}: {self.reason} (to be reviewed on {years.in_words(self.review.isoformat())})"


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _entry_rules(entry: object) -> list[str]:
    """What is wrong with the shape of one entry of ``restricted``."""
    if not isinstance(entry, dict):
        return ["must give table or commentary, reason and review"]
    rules = [f"has an entry that is not known: {other}" for other in sorted(map(str, set(entry) - _ENTRY))]
    if ("table" in entry) == ("commentary" in entry):
        rules.append("must name either a table or a commentary")
    named = [entry[key] for key in ("table", "commentary") if key in entry]
    if not all(isinstance(one, str) and one.strip() for one in named):
        rules.append("must be named as text")
    columns = entry.get("columns", ["none"])
    if not isinstance(columns, list) or not columns or not all(isinstance(one, str) for one in columns):
        rules.append("must give columns as a list of their names, or leave them out where the whole table is meant")
    elif "columns" in entry and "table" not in entry:
        rules.append("gives columns, which only a table has")
    if not isinstance(entry.get("reason"), str) or not entry["reason"].strip():
        rules.append("lacks its reason")
    if not _is_day(entry.get("review")):
        rules.append("must give review, the day on which it is looked at again, as a date such as 1999-12-31")
    if entry.get(_HELD, True) is not True:
        rules.append("says held, which only an edition does, and only as true")
    return rules


def restrictions(contract: Mapping[str, Any]) -> tuple[Restriction, ...]:
    """What ``contract.yml`` says is restricted; an entry that has a fault is left out.

    Examples
    --------
    >>> kept = {"table": "kpis", "columns": ["target"], "reason": "commercial terms", "review": date(2033, 3, 31)}
    >>> [(one.table, str(one)) for one in restrictions({"restricted": [kept]})]
    [('kpis', 'exempt from publication: commercial terms (to be reviewed on 31 March 2033)')]
    """
    listed = contract.get(RESTRICTED)
    return tuple(
        Restriction(
            entry.get("table", ""), tuple(entry.get("columns", ())), entry.get("commentary", ""),
            entry["reason"].strip().rstrip("."), entry["review"], entry.get(_HELD, False),
        )
        for entry in (listed if isinstance(listed, list) else ())
        if not _entry_rules(entry)
    )  # fmt: skip


def _of_schema(schema: TableSchema) -> list[Restriction]:
    """What a schema itself restricts, for every year."""
    if schema.access == RESTRICTED:
        return [Restriction(schema.table, (), "", schema.reason, cast("date", schema.review))]
    return [Restriction(schema.table, (column.name,), "", column.reason, cast("date", column.review))
            for column in schema.columns if column.access == RESTRICTED]  # fmt: skip


def of_year(contract: Mapping[str, Any], schemas: Iterable[TableSchema]) -> tuple[Restriction, ...]:
    """All that is restricted in a year: what its contract says, and what the schemas say of every year.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml``.
    schemas : iterable of TableSchema
        The schemas as they are written.
    """
    said = restrictions(contract)
    names = {(one.table, column) for one in said for column in one.columns or (_ALL,)}
    always = [one for schema in schemas for one in _of_schema(schema)]
    others = [one for one in always if not {(one.table, name) for name in (_ALL, *one.columns)} & names]
    return (*said, *others)


def _exempt(schema: TableSchema) -> list[str]:
    """The columns whose values are not there because they are restricted."""
    return [column.name for column in schema.columns if column.missing == EXEMPT]


def is_edition(contract: Mapping[str, Any]) -> bool:
    """Whether this is a local edition, which holds what may not be published."""
    return contract.get("edition") == RESTRICTED


def adapted(schema: TableSchema, contract: Mapping[str, Any]) -> TableSchema:
    """A schema as it holds for one year: with the access of each column, and words for what is exempt.

    Parameters
    ----------
    schema : TableSchema
        The schema as it is written.
    contract : Mapping
        ``contract.yml`` of the year.

    Examples
    --------
    See ``tests/test_access.py``.
    """
    of_table = {name: one for one in of_year(contract, [schema]) if one.table == schema.table
                for name in one.columns or schema.names}  # fmt: skip
    if not of_table:
        return schema
    columns = tuple(
        replace(
            column, access=RESTRICTED, reason=found.reason, review=found.review, missing=column.missing if found.held else EXEMPT
        )
        if (found := of_table.get(column.name))
        else column
        for column in schema.columns
    )  # fmt: skip
    whole = next((one for one in of_table.values() if one.whole_table), None)
    said: dict[str, Any] = {"access": RESTRICTED, "reason": whole.reason, "review": whole.review} if whole else {}
    return replace(schema, columns=columns, **said)


def echoing(schema: TableSchema, inputs: Iterable[TableSchema]) -> TableSchema:
    """The schema of a computed table, which says of a column that it takes from an exempt one what that one says.

    Parameters
    ----------
    schema : TableSchema
        What the computed table holds.
    inputs : iterable of TableSchema
        What the tables hold that it is computed from, as :func:`adapted` gives them.
    """
    exempt = {name for one in inputs for name in _exempt(one)}
    columns = (replace(column, missing=EXEMPT) if column.name in exempt else column for column in schema.columns)
    return replace(schema, columns=tuple(columns)) if exempt else schema


def excuses(found: Iterable[Restriction]) -> dict[str, str]:
    """The tables that are not there because they are restricted, each with the reason that readers are given."""
    return {one.whole_table: str(one) for one in found if one.whole_table and not one.held}


def withheld_commentary(contract: Mapping[str, Any]) -> dict[str, Restriction]:
    """The commentary files that are not there because they are restricted, by page."""
    return {one.commentary: one for one in restrictions(contract) if one.commentary and not one.held}


def files_held(contract: Mapping[str, Any]) -> frozenset[str]:
    """The files of an edition that hold what is restricted, from the folder of the year."""
    return frozenset(one.file for one in restrictions(contract) if one.held)


def as_sentence(reason: str) -> str:
    """Why a table is not there, as what stands in its place.

    Examples
    --------
    >>> as_sentence("not printed"), as_sentence("exempt from publication: terms")
    ('Not reported: not printed.', 'Exempt from publication: terms.')
    """
    return f"{reason[:1].upper()}{reason[1:]}." if reason.startswith(EXEMPT) else f"Not reported: {reason}."


def reviews_due(data: YearData, today: date) -> tuple[Restriction, ...]:
    """What is restricted in a year though the day of its review has come.

    Parameters
    ----------
    data : YearData
        The year.
    today : date
        The day.
    """
    return tuple(one for one in of_year(data.contract, data.schemas.values()) if one.review <= today)


# Faults


def published_faults(frame: pd.DataFrame, schema: TableSchema, file: str) -> list[Fault]:
    """A restricted value never enters the repository; the fault does not repeat it.

    Parameters
    ----------
    frame : DataFrame
        A table as it was read.
    schema : TableSchema
        What it holds, as :func:`adapted` gives it.
    file : str
        Its path from the root.
    """
    return [Fault(file, row, name, "", MAY_NOT_ENTER) for name in _exempt(schema) for row in frame[name].dropna().index]


def exposed_faults(
    schemas: Mapping[str, TableSchema], rows: Mapping[str, Sequence[Mapping[str, Any]]], place: str
) -> list[Fault]:
    """Columns in which a restricted value stands, also in a row that cannot be read.

    Parameters
    ----------
    schemas : Mapping of str to TableSchema
        What the tables hold, as :func:`adapted` gives it.
    rows : Mapping of str to sequence of Mapping
        Their rows as they are written, by column.
    place : str
        The year's folder from the root, with a slash at its end.
    """
    return [Fault(f"{place}{name}.csv", None, column, "", MAY_NOT_ENTER)
            for name, schema in schemas.items() for column in _exempt(schema)
            if any(row.get(column) for row in rows[name])]  # fmt: skip


def kept_out_of_git(out: Path, contract: Mapping[str, Any]) -> Path:
    """A file to be written; of an edition, which holds what may not be published, one that Git cannot take up.

    Raises
    ------
    ValueError
        If it would stand in a Git work tree.
    """
    tree = work_tree_of(out.parent) if is_edition(contract) else None
    if tree:
        raise ValueError(f"{out} would hold what is restricted, and {tree} is a Git work tree: write it elsewhere")
    return out


def emptied(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """A table without what is restricted and yet stands in it, so that no other rule can repeat it."""
    return frame.assign(**dict.fromkeys(_exempt(schema))) if len(frame) and _exempt(schema) else frame


def access_faults(contract: Mapping[str, Any], tables: Collection[str], file: str) -> list[Fault]:
    """Every fault of what ``contract.yml`` says is restricted, but for the columns that it names.

    Parameters
    ----------
    contract : Mapping
        What the file holds.
    tables : collection of str
        Names of the tables that the schemas know.
    file : str
        Its path from the root, for the faults.
    """
    faults = []
    if contract.get("edition", RESTRICTED) != RESTRICTED:
        faults.append(Fault(file, None, "edition", str(contract["edition"]), f"must be {RESTRICTED}, or be left out"))
    if RESTRICTED not in contract:
        return faults
    listed = contract[RESTRICTED]
    if not isinstance(listed, list) or not listed:
        return [*faults, Fault(file, None, RESTRICTED, str(listed or ""), "must be a list with at least one entry")]
    seen: dict[str, set[str]] = {}
    not_reported = contract.get("not_reported")
    for number, entry in enumerate(listed, 1):
        name = str(entry.get("table") or entry.get("commentary") or "") if isinstance(entry, dict) else str(entry)
        rules = _entry_rules(entry)
        if not rules:
            rules = _named_rules(entry, name, tables, not_reported if isinstance(not_reported, dict) else {})
            columns, before = set(entry.get("columns", [_ALL])), seen.setdefault(name, set())
            if columns & before or (before and _ALL in columns | before):
                rules.append("is restricted by more than one entry")
            before |= columns
            if entry.get(_HELD) and not is_edition(contract):
                rules.append("says held, which only an edition does")
        faults += [Fault(file, None, f"{RESTRICTED} {number}", name, rule) for rule in rules]
    return faults


def _named_rules(
    entry: Mapping[str, Any], name: str, tables: Collection[str], not_reported: Mapping[str, Any]
) -> list[str]:
    """What is wrong with what an entry names."""
    if "commentary" in entry:
        return [] if _PAGE.fullmatch(name) else ["is not the name of a page's commentary, such as 04_cost"]
    if name not in tables:
        return ["is not a table of the schemas"]
    return ["is restricted, and said not to be reported: it can be only one of them"] if name in not_reported else []


def column_faults(
    contract: Mapping[str, Any], schemas: Mapping[str, TableSchema], pages: Collection[str], file: str
) -> list[Fault]:
    """Columns that cannot be restricted by themselves or are not there, and commentary of no page.

    Parameters
    ----------
    contract : Mapping
        What ``contract.yml`` holds.
    schemas : Mapping of str to TableSchema
        The schemas as they are written.
    pages : collection of str
        Names of the pages that any commentary of the root is of, or that the root lists; where there are none, any name will do.
    file : str
        Its path from the root, for the faults.
    """
    faults = []
    for one in restrictions(contract):
        if one.commentary and pages and one.commentary not in pages:
            faults.append(Fault(file, None, RESTRICTED, one.commentary, "is not the name of a page of this root"))
        schema = schemas.get(one.table)
        if schema is None:
            continue
        for name in one.columns:
            if name not in schema.names:
                rule = f"is not a column of {one.table}"
            elif name in schema.key:
                rule = f"is part of the key of {one.table}, by which rows are told apart: restrict the table"
            elif not schema.key:
                rule = f"is a column of {one.table}, whose rows have no key to find them by: restrict the table"
            elif schema[name].required:
                rule = f"is a column of {one.table} that every row must give: restrict the table"
            else:
                continue
            faults.append(Fault(file, None, RESTRICTED, name, rule))
    return faults


def overlaid(schema: TableSchema, found: Sequence[Restriction]) -> TableSchema | None:
    """What a private file of a table holds: the key and the restricted columns, or all of a restricted table.

    Returns
    -------
    TableSchema or None
        The schema; none where nothing of the table is restricted.
    """
    of_table = [one for one in found if one.table == schema.table]
    if not of_table:
        return None
    if any(one.whole_table for one in of_table):
        return schema
    names = {*schema.key, *(name for one in of_table for name in one.columns)}
    return replace(schema, columns=tuple(column for column in schema.columns if column.name in names), shown=())
