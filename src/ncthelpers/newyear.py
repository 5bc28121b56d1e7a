"""A new contract year from the folder of an earlier one: what the contract fixes is carried over, what the year brings is empty.

Whatever is carried over cites the row that it comes from (``carried:kpis/7``) until a source of the new year confirms it. What
happened before the year holds good as it stands (``earlier:kpi_values/7``).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

import yaml

from ncthelpers import access, commentary, escalation
from ncthelpers.cells import as_written
from ncthelpers.citations import CARRIED, EARLIER
from ncthelpers.contract import NOT_ENTERED, entry_text
from ncthelpers.rows import records_by_row
from ncthelpers.workingdays import Holidays
from ncthelpers.yeardata import YearData
from ncthelpers.years import MONTHS, ContractYear

__all__ = ["carried_tables", "last_of_review", "holidays_cover", "new_year"]

# Registers that the contract fixes, each with the columns that only the new year's report can fill, and what stands there until it does.
_REGISTERS: Mapping[str, Mapping[str, object]] = MappingProxyType({
    "kpis": {"under_review": False}, "support_service_kpis": {}, "cover_topics": {}, "aims": {"in_report_words": None},
    "dependencies": {"status": NOT_ENTERED, "summary": NOT_ENTERED}, "kpi_rebases": {},
})  # fmt: skip
_OF_THE_PAST = ("kpi_rebases",)
_DONE = ("done", "done later than planned")
_NOTHING_FOUND = "no public evidence found"
_TO_FILL = "to be filled"
_MANY = 20  # tables that were not reported for one reason, which are not named one by one
_OF_A_ROW = re.compile(rf"file\d+|{CARRIED}|{EARLIER}")  # documents that are none of the year's


def _from(table: str, row: int, document: str = CARRIED) -> str:
    """The source of what is carried over from a row of the earlier year."""
    return f"{document}:{table}/{row}"


def _reported(last: YearData, table: str) -> dict[int, dict[str, Any]]:
    """The rows of a table by their lines; none where the earlier year does not report it, or has no such table."""
    held = table in last.schemas and table not in last.contract["not_reported"]
    return records_by_row(last[table]) if held else {}


def _register(last: YearData, table: str) -> list[dict[str, Any]]:
    """A register as it stood, but for what the new year's report says of it."""
    rows = _reported(last, table)
    document = EARLIER if table in _OF_THE_PAST else CARRIED
    return [{**cells, **_REGISTERS[table], "source": _from(table, row, document)} for row, cells in rows.items()]


def _open_actions(last: YearData) -> list[dict[str, Any]]:
    """The actions that the earlier year left open: its own, and those that it had carried over itself."""
    own = [
        {**cells, "from_year": str(last.year), "by_when": cells["by_when_printed"], "source": _from("actions", row)}
        for row, cells in _reported(last, "actions").items()
        if cells["state"] not in _DONE
    ]
    older = [
        {**cells, "source": _from("carried_actions", row)}
        for row, cells in _reported(last, "carried_actions").items()
        if cells["outcome"] not in _DONE
    ]
    return [{**action, "outcome": _NOTHING_FOUND, "found": None} for action in older + own]


def _months_before(last: YearData) -> list[dict[str, Any]]:
    """The months of the KPIs up to the new year; a value of a whole year is no month."""
    return [
        {**cells, "source": _from(table, row, EARLIER)}
        for table in ("kpi_history", "kpi_values")
        for row, cells in _reported(last, table).items()
        if len(cells["period"]) > 4
    ]


def _open_cases(last: YearData) -> list[dict[str, Any]]:
    """Every move of what is still in escalation as the earlier year ends, in the order entered."""
    if not _reported(last, "escalations"):
        return []
    histories = escalation.histories(last["escalations"]).values()
    moves = {row: move for history in histories if list(history.values())[-1]["state"] in escalation.OPEN
             for row, move in history.items()}  # fmt: skip
    return [{**moves[row], "source": _from("escalations", row, EARLIER)} for row in sorted(moves)]


# Tables that are filled, each with the tables of the earlier year that it comes from and how.
_FILLED: Mapping[str, tuple[tuple[str, ...], Callable[[YearData], list[dict[str, Any]]]]] = MappingProxyType({
    **{table: ((table,), partial(_register, table=table)) for table in _REGISTERS},
    "carried_actions": (("actions", "carried_actions"), _open_actions),
    "kpi_history": (("kpi_history", "kpi_values"), _months_before),
    "escalations": (("escalations",), _open_cases),
})  # fmt: skip


def last_of_review(year: ContractYear) -> date:
    """The last day of the year in which a contract year is reviewed.

    Examples
    --------
    >>> last_of_review(ContractYear("2021-22"))
    datetime.date(2023, 3, 31)
    """
    return year.end.replace(year=year.end.year + 1)


def holidays_cover(last: YearData, year: ContractYear) -> bool:
    """Whether the reference's bank holidays cover a contract year and the year of its review."""
    if "bank_holidays" not in last.reference.tables or last["bank_holidays"].empty:
        return False
    covered = Holidays.of(last["bank_holidays"]["day"])
    return covered.first <= year.start and last_of_review(year) <= covered.last


def carried_tables(last: YearData, year: ContractYear) -> dict[str, list[dict[str, Any]]]:
    """What the new year begins with in its tables: a list of rows for each that the earlier year reports and the contract keeps.

    Parameters
    ----------
    last : YearData
        The earlier year.
    year : ContractYear
        The new one.

    Returns
    -------
    dict of str to list of dict
        Rows as read. Open cases of escalation are left out where the bank holidays do not cover their clocks.
    """
    filled = {
        table: rows_of(last)
        for table, (behind, rows_of) in _FILLED.items()
        if table in last.schemas
        and any(held in last.schemas and held not in last.contract["not_reported"] for held in behind)
    }
    if "escalations" in filled and not (filled["escalations"] and holidays_cover(last, year)):
        del filled["escalations"]
    return filled


def _table_text(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    names, text = list(names), io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(names)
    lines.writerows([as_written(row[name]) for name in names] for row in rows)
    return text.getvalue()


def _confirmed(entries: Iterable[Mapping[str, Any]], named: str) -> list[dict[str, Any]]:
    """Entries of the contract, each with a source that says where it is carried over from, if it had one."""
    return [
        {**entry, "source": _from(named, number)} if entry.get("source") else dict(entry)
        for number, entry in enumerate(entries, 1)
    ]


def _timetable(last: YearData) -> list[dict[str, Any]]:
    """The steps of the review: as the earlier year had them, the days of meetings to be entered; else from its deadlines."""
    given = last.contract.get("timetable")
    if given:
        steps = _confirmed(given, "contract.timetable")
        return [{**step, "on": None} if "on" in step else step for step in steps]
    return [
        {
            "step": re.sub(r"^(?=[^a-z])", "step_", re.sub(r"\W", "_", cells["step"].lower(), flags=re.ASCII)),
            "body": cells["body"],
            "what": cells["rule"],
            "by": f"{cells['deadline'].day} {MONTHS[cells['deadline'].month - 1]}",
            "source": _from("deadlines", row),
        }
        for row, cells in _reported(last, "deadlines").items()
    ]


def _withheld(last: YearData) -> dict[str, str]:
    """The tables that are not there because they are restricted altogether, which the new year has no file of either."""
    return access.excuses(access.of_year(last.contract, last.schemas.values()))


def _not_reported_before(last: YearData) -> str:
    """The reasons for which the earlier year did not report a table, as comments."""
    reasons: dict[str, list[str]] = {}
    for table, reason in sorted(last.contract["not_reported"].items()):
        if reason != NOT_ENTERED and table not in _withheld(last):
            reasons.setdefault(" ".join(str(reason).split()), []).append(table)
    return "".join(
        f"# {last.year} did not report {', '.join(tables) if len(tables) < _MANY else f'{len(tables)} tables'}: {reason}\n"
        for reason, tables in reasons.items()
    )


def _contract(last: YearData, year: ContractYear, waiting: list[str]) -> str:
    """``contract.yml`` of the new year, with comments on what to confirm."""
    held = last.contract
    parts = [
        (
            f"# Carried over from {last.year} and to be confirmed: of each entry, put the paragraph of this year's documents in the\n"
            f"# place of a source that begins with {CARRIED}: (its number is that of the entry in {last.year}), and the new value if it changed.\n"
        ),
        entry_text("contract_year", str(year)),
        entry_text("invented", True) if last.is_invented else "",
        "# Write {at_hand: false, reason: ...} if this year's annual report is not at hand and only public data is entered.\n",
        entry_text("annual_report", {"at_hand": True}),
        "# Confirm the first and the last day.\n",
        *(entry_text(key, day) for key, day in (("starts", year.start), ("ends", year.end))),
        *(entry_text(key, held[key]) for key in ("title", "provider", "councils")),
        "# Confirm each term.\n",
        entry_text("terms", _confirmed(held["terms"], "contract")),
    ]
    if "escalation" in held:
        kept = {key: _confirmed(entries, f"contract.{key}") for key, entries in held["escalation"].items()}
        parts += ["# Confirm each trigger and each stage.\n", entry_text("escalation", kept)]
    if _timetable(last):
        parts += [
            "# Confirm each step; enter the day of each meeting (on).\n",
            entry_text("timetable", _timetable(last)),
        ]
    if held.get("restricted"):
        parts += ["# Confirm each, and the day of its review.\n", entry_text("restricted", held["restricted"])]
    if held.get("sign_off"):
        parts += ["# Confirm the roles that must sign.\n", entry_text("sign_off", held["sign_off"])]
    parts += [
        ("# Tables without a row that nobody has entered yet. Take a name out to say that there is nothing to enter; a table that this\n"
        "# year does not report goes from here to not_reported, with the reason, and its file away.\n"),
        entry_text("to_enter", waiting),
        _not_reported_before(last),
        entry_text("not_reported", {}),
    ]  # fmt: skip
    return "".join(parts)


def _stub(owner: str, blocks: Iterable[str]) -> str:
    """A commentary file with its headings and without words."""
    head = yaml.safe_dump({"owner": owner}, allow_unicode=True)
    return f"---\n{head}---\n" + "\n".join(f"## {block}\n" for block in blocks)


def _stubs(last: YearData, shown: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """A stub for each file of commentary that the earlier year had or a page shows, by name."""
    said = {page: list(commentary.blocks(text)) for page, text in last.commentary.items()}
    wanted = {
        page: list(dict.fromkeys([*said.get(page, []), *shown.get(page, [])])) for page in sorted({*said, *shown})
    }
    for page in access.withheld_commentary(last.contract):
        wanted.pop(page, None)
    owners = {page: commentary.head(text).get("owner") for page, text in last.commentary.items()}
    return {page: _stub(str(owners.get(page) or last.contract["provider"]["short"]), blocks) for page, blocks in wanted.items()}  # fmt: skip


def _next(text: str, last: ContractYear, year: ContractYear) -> str:
    """Text that names a year, such as a title, with the next one in its place; otherwise as it is."""
    forms = {str(last): str(year), str(last).replace("-", "/"): str(year).replace("-", "/")}
    for was, now in forms.items():
        text = text.replace(was, now)
    return text


def _package(last: YearData, year: ContractYear) -> str:
    """``datapackage.yml`` of the new year: its documents to fill, none of its files yet."""
    held, title = last.package, last.contract["title"]
    documents = [
        {"id": one["id"], "title": _next(str(one["title"]), last.year, year), "publisher": one.get("publisher", _TO_FILL),
         "licence": one.get("licence", _TO_FILL), "read_from": _TO_FILL, "address_note": _TO_FILL}
        for one in held["documents"]
        if not _OF_A_ROW.fullmatch(str(one["id"]))
    ]  # fmt: skip
    if not any(one["id"] == "report" for one in documents):
        report = {"id": "report", "title": f"Annual report of the {title}, {year}"}
        documents.insert(0, report | dict.fromkeys(("publisher", "licence", "read_from", "address_note"), _TO_FILL))
    titles = {
        CARRIED: f"Contract year {last.year} of this book, carried over",
        EARLIER: f"Contract year {last.year} of this book",
    }
    before = [{"id": name, "title": title, "licence": held["licence"]} for name, title in titles.items()]
    said = {
        "name": _next(str(held.get("name") or f"annual-review-{last.year}"), last.year, year),
        "title": f"Annual review of the {title}, contract year {year}",
        "contract_year": str(year),
        "licence": held["licence"],
        "documents": [*documents, *before],
        "records": [],
    }
    written: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    return written


def new_year(
    last: YearData, year: ContractYear, shown: Mapping[str, Iterable[str]] = MappingProxyType({})
) -> dict[str, str]:
    """The files of a new contract year by their path in its folder: carried over, empty, or stubs.

    Parameters
    ----------
    last : YearData
        The year that it is made from, without a fault.
    year : ContractYear
        The new year, later than that.
    shown : Mapping of str to iterable of str
        The blocks of commentary that pages show, by file; those of the earlier year are wanted in any case.

    Returns
    -------
    dict of str to str
        ``contract.yml``, ``datapackage.yml`` (to be sealed), each table of the schemas and each file of commentary.

    Raises
    ------
    ValueError
        If the new year is not later, or the earlier one is of a restricted edition.
    """
    if year <= last.year:
        raise ValueError(f"{year} is not later than {last.year}, from which it would be made")
    if access.is_edition(last.contract):
        raise ValueError(
            "a new year is made of public data, and this root is a restricted edition: make it in the repository"
        )
    filled, withheld = carried_tables(last, year), _withheld(last)
    schemas = {table: schema for table, schema in last.schemas.items() if table not in withheld}
    waiting = [table for table in sorted(schemas) if table not in filled]
    tables = {f"{table}.csv": _table_text(schema.names, filled.get(table, ())) for table, schema in schemas.items()}
    stubs = {f"commentary/{page}.md": text for page, text in _stubs(last, shown).items()}
    return {"contract.yml": _contract(last, year, waiting), "datapackage.yml": _package(last, year), **tables, **stubs}
