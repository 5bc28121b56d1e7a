"""What a good analyst would ask about a year's data that breaks no rule: each query names its place, what is odd, what settles it.

A query is no fault: what it asks about may be right. One that the data's own registers answer - a claim with its note, a
row of ``conflicts`` - is not raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import claims, commentary, coverage, finance, unfinished
from ncthelpers.asprinted import unlike_printed
from ncthelpers.cells import as_written
from ncthelpers.disclosure import is_small
from ncthelpers.evidence import Cell
from ncthelpers.export.symbols import neutral
from ncthelpers.faults import Fault
from ncthelpers.oddities import ODDITIES
from ncthelpers.reading import NotRead
from ncthelpers.rows import records_by_row, unread
from ncthelpers.small_counts import SOURCED
from ncthelpers.verdicts import DISAGREES

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["queries"]

_PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|[Ww]ords)?\}")
_THOUSAND, _MILLION = Decimal(1000), Decimal(1_000_000)
# Tables whose rows name one body that must answer for them, each with the column. An action may be asked of anybody.
_OWNERS = {"rectification_plans": "owner", "risks": "held_by"}
_EVIDENCE = 12  # rows of evidence that a query names
_MANY = 3  # of one kind, before they are counted and not listed


def _rows(data: YearData, table: str) -> dict[int, dict[str, Any]]:
    """Rows of a table by line; none of one that could not be read whole."""
    with suppress(NotRead):
        frame = data.tables.get(table)
        return {} if frame is None or unread(frame) else records_by_row(frame)
    return {}


def _one(file: str, row: int | None, column: str, value: object, odd: str, settle: str) -> Fault:
    return Fault(file, row, column, as_written(value), odd, suggestion=settle)


def _odd_figures(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """Figures unlike what they stand among."""
    for find in ODDITIES:
        for odd in find(data, last):
            yield _one(f"{place}/{odd.table}.csv", odd.row, odd.column, odd.value, odd.odd, odd.settle)


def _printed(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A figure or a date is not the one that its row gives as printed."""
    for name, frame in data.tables.items():
        for row, columns, printed in unlike_printed(frame, data.schemas[name]):
            yield _one(f"{place}/{name}.csv", row, columns[0], frame.at[row, columns[0]], f"is not what its row gives as printed, {printed!r}",
                       "hold both against the source")  # fmt: skip


def _formulas(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A text that a spreadsheet would run; what a claim is checked against has a grammar of its own."""
    for name, frame in data.tables.items():
        texts = (one.name for one in data.schemas[name].columns if one.type == "text")
        for column in (text for text in texts if (name, text) != ("claims", "against")):
            for row, value in frame[column].items():
                if isinstance(value, str) and neutral(value) != value:
                    yield _one(f"{place}/{name}.csv", row, column, value, "would be run as a formula by a spreadsheet",
                               "write it without its first sign; as it is, the open data has an apostrophe before it")  # fmt: skip


def _few(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A source prints a number of one to five people, which is not ours to hide; the query does not repeat it."""
    for name, columns in SOURCED.items():
        for row, cells in _rows(data, name).items():
            for column in columns:
                if is_small(cells[column]):
                    yield _one(f"{place}/{name}.csv", row, column, None, "is a number from one to five people, which may point to somebody",
                               "print it again only if its source is public, and ask those who wrote it")  # fmt: skip


def _paragraphs(cells: Mapping[str, Any]) -> set[str]:
    return {part for key, value in cells.items() if key.endswith("source") and value for part in value.split()}


def _places(data: YearData, cells: Iterable[Cell]) -> str:
    """The rows of tables that evidence stands in, as far as it is in a table of the year."""
    rows = {(one.table, one.row) for one in cells if one.table in data.tables}
    return ", ".join(f"{table}.csv row {row}" for table, row in sorted(rows)[:_EVIDENCE])


def _finding(data: YearData, claim: Mapping[str, Any]) -> claims.Finding | None:
    """What the check of a claim finds; nothing where it rests on what could not be read or is not there, a fault of its own."""
    try:
        return claims.finding(data, claim)
    except (NotRead, LookupError, ValueError):
        return None


def _published(
    data: YearData, place: str, last: YearData | None, today: date, published: Mapping[str, str]
) -> Iterator[Fault]:
    """A statement of the documents is not what the data gives, and no verdict, note or conflict on record says so."""
    known = set().union(*(_paragraphs(cells) for cells in _rows(data, "conflicts").values()))
    for row, claim in _rows(data, "claims").items():
        found = _finding(data, claim)
        if found is None:
            continue
        before, settled = (
            published.get(claim["claim"]),
            claim["note"] or claim["response"] or _paragraphs(claim) & known,
        )
        odd = ""
        if before and before != found.verdict:
            odd = f"{found.verdict} and is published as one that {before}"
        elif not before and found.verdict == DISAGREES and not settled:
            odd = "is not what the data gives"
        if odd:
            column = "printed" if claim["value"] is None else "value"
            rests = _places(data, found.cells)
            yield _one(f"{place}/claims.csv", row, column, claim[column], f"{odd}: {found.because.rstrip('.')}",
                       f"hold the evidence{' (' + rests + ')' if rests else ''} against the source; if it is as printed, say in the note what differs")  # fmt: skip


def _service_totals(data: YearData, place: str) -> Iterator[Fault]:
    """Each row's outturn and variance follow from its other figures; the funding pays the budgets."""
    file, rows = f"{place}/service_costs.csv", _rows(data, "service_costs")
    columns = {"Forecast outturn": "forecast_outturn", "Variance": "outturn_variance"}
    if not rows:
        return
    lines = {cells["service"]: row for row, cells in rows.items()}
    for check in finance.row_checks(data.tables["service_costs"]).to_dict("records"):
        if check["result"] == DISAGREES:
            yield _one(file, lines[check["service"]], columns[check["figure"]], check["printed"],
                       f"is not what the row's other figures give, {check['recomputed']}", "hold the row against the source")  # fmt: skip
    budget = sum((cells["budget"] for cells in rows.values() if cells["role"] == "service"), Decimal(0))
    for row, cells in rows.items():
        if cells["role"] == "funding" and abs(abs(cells["budget"]) - budget) > len(rows):
            yield _one(
                file,
                row,
                "budget",
                cells["budget"],
                f"is not the total of the budgets, {budget}",
                "hold the column against the source",
            )


def _line_totals(data: YearData, place: str) -> Iterator[Fault]:
    """The year's finances add up, agree between the documents, and are the totals of the tables that they sum up."""
    file, rows = f"{place}/finance_lines.csv", _rows(data, "finance_lines")
    given: dict[str, dict[int, Decimal]] = {}
    for row, cells in rows.items():
        given.setdefault(cells["line"], {})[row] = cells["amount"]
    services = [cells for cells in _rows(data, "service_costs").values() if cells["role"] == "service"]

    def of_services(column: str) -> Decimal | None:
        return sum((cells[column] for cells in services), Decimal(0)) / _THOUSAND if services else None

    gross, budget = of_services("gross_outturn"), of_services("budget")
    grants = [cells["amount"] for cells in _rows(data, "grants").values() if cells["covid"]]
    made = {
        "budget": [("budgets of the services", budget)],
        "gross_overspend": [("gross outturn less budget of the services", gross and gross - cast("Decimal", budget))],
        "covid_mitigation": [("covid funding of the services", of_services("covid_funding")),
                             ("covid grants", sum(grants, Decimal(0)) / _MILLION if grants else None)],
        "pressure": [("variances of the services", of_services("outturn_variance"))],
    }  # fmt: skip
    slack = (len(services) + 1) / _THOUSAND
    for line, amounts in given.items():
        if len(set(amounts.values())) > 1:
            row, amount = list(amounts.items())[-1]
            yield _one(file, row, "amount", amount, f"differs from another document's {line}, {next(iter(amounts.values()))}",
                       "hold both against the documents; if they differ, record it in conflicts.csv")  # fmt: skip
        for what, total in made.get(line, ()):
            for row, amount in amounts.items():
                if total is not None and abs(abs(amount) - abs(total)) > slack:
                    yield _one(file, row, "amount", amount, f"is not the total of the {what}, {abs(total)}",
                               "hold both against the source")  # fmt: skip
    levels = {"Overspend before the reserve": "pressure"}
    for step in finance.reserve_bridge(data.tables["finance_lines"]).to_dict("records") if rows else ():
        line = levels.get(step["step"], "reserve_left")
        if step["kind"] != "level" or None in (step["printed"], step["amount"]) or line not in given:
            continue
        if abs(abs(step["amount"]) - abs(step["printed"])) > Decimal("0.002"):
            row, amount = next(iter(given[line].items()))
            yield _one(file, row, "amount", amount, f"is not what the lines before it leave, {abs(step['amount'])}",
                       "hold the lines against the source")  # fmt: skip


def _grant_totals(data: YearData, place: str) -> Iterator[Fault]:
    """The parts of a grant come to the grant."""
    parts: dict[str, Decimal] = {}
    for cells in _rows(data, "grant_components").values():
        parts[cells["grant"]] = parts.get(cells["grant"], Decimal(0)) + cells["amount"]
    for row, cells in _rows(data, "grants").items():
        total = parts.get(cells["grant"])
        if total is not None and abs(cells["amount"]) != abs(total):
            yield _one(f"{place}/grants.csv", row, "amount", cells["amount"], f"is not the total of its parts in grant_components.csv, {total}",
                       "hold both against the source")  # fmt: skip


def _totals(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A total is not that of its parts: one of them has moved without the other."""
    yield from _service_totals(data, place)
    yield from _line_totals(data, place)
    yield from _grant_totals(data, place)


def _movements(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """Demand moved the way, and as far, as its row says."""
    for row, cells in _rows(data, "demand").items():
        start, end, file = cells["value_start"], cells["value_end"], f"{place}/demand.csv"
        if None in (start, end) or not start:
            continue
        moved = (end > start) - (end < start)
        if {"increase": 1, "decrease": -1}.get(cells["direction"], moved) != moved:
            yield _one(
                file,
                row,
                "direction",
                cells["direction"],
                f"is not how {start} became {end}",
                "hold the row against the source",
            )
        pct, change = cells["printed_change_pct"], 100 * (end - start) / start
        if pct is not None and abs(abs(pct) - abs(change)) > Decimal("0.55"):
            yield _one(file, row, "printed_change_pct", pct, f"is not the change from {start} to {end}, {change:.1f}",
                       "hold the row against the source")  # fmt: skip


def _steps(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A step of the review is due, and was taken, on the day that the deadlines give."""
    deadlines = {cells["step"]: cells for cells in _rows(data, "deadlines").values()}
    for row, cells in _rows(data, "review_steps").items():
        other = deadlines.get(cells["step"], {})
        for column, beside in (("due", "deadline"), ("taken", "considered_on")):
            if None not in (cells[column], other.get(beside)) and str(cells[column]) != str(other[beside]):
                yield _one(f"{place}/review_steps.csv", row, column, cells[column], f"is not the day that deadlines.csv gives, {other[beside]}",
                           "hold both against the source")  # fmt: skip


def _owners(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """Who answers for a risk or a plan is no party to the contract."""
    parties = [data.contract["provider"]["short"], *(council["id"] for council in data.contract["councils"])]
    for name, column in _OWNERS.items():
        for row, cells in _rows(data, name).items():
            if cells[column] not in parties:
                yield _one(f"{place}/{name}.csv", row, column, cells[column], "is no party to the contract",
                           f"name one of {', '.join(parties)}, or say in the row why another answers")  # fmt: skip


def _uncarried(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """A paragraph of the source documents is carried by no row and no commentary, and nothing says why."""
    missing = set(coverage.uncovered(data)) if _rows(data, "paragraphs") else set()
    lines = {
        row: cells["paragraph"] for row, cells in _rows(data, "paragraphs").items() if cells["paragraph"] in missing
    }
    settle = "cite it where it is entered, or say in not_carried why it is not"
    if len(lines) > _MANY:
        yield _one(
            f"{place}/paragraphs.csv",
            None,
            "paragraph",
            f"{len(lines)} paragraphs",
            "are carried by no row and no commentary",
            settle,
        )
        return
    for row, paragraph in lines.items():
        yield _one(
            f"{place}/paragraphs.csv", row, "paragraph", paragraph, "is carried by no row and no commentary", settle
        )


def _changed(data: YearData, table: str) -> date | None:
    changed = data.package.get("resources", {}).get(f"{table}.csv", {}).get("changed")
    return changed if type(changed) is date else None


def _old_commentary(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """Words were last found right before a table that they take figures from changed."""
    for page, text in data.commentary.items():
        file, written = f"{place}/commentary/{page}.md", commentary.head(text).get("written")
        newer = {
            name: day
            for name in sorted(commentary_tables(text))
            if (day := _changed(data, name)) and written and day > written
        }
        if newer:
            tables = ", ".join(f"{name}.csv ({day})" for name, day in newer.items())
            yield _one(file, 1, "written", written, f"is before the day on which what it takes figures from changed: {tables}",
                       "read it again beside the figures and give today as written")  # fmt: skip
        if written and written > today:
            yield _one(file, 1, "written", written, f"is after today, {today}", "correct the date")


def commentary_tables(text: str) -> set[str]:
    """The tables of which a commentary file takes figures by name.

    Examples
    --------
    >>> sorted(commentary_tables("## a\\n{count:risks?held_by=X} of {budget} by {date:meeting}, {cell:kpis/A/target}"))
    ['events', 'figures', 'finance_lines', 'kpis', 'risks']
    """
    found = set()
    for name in _PLACEHOLDER.findall(text):
        kind, _, rest = name.partition(":")
        if kind in {"count", "cell"}:
            found.add(rest.split("?")[0].split("/")[0])
        elif kind == "date":
            found.add("events")
        elif kind == "compare":
            found |= {
                part.strip().split("/")[0]
                for part in rest.partition(":")[2].split(";")
                if "/" in part and ":" not in part
            }
        elif name != "year":
            found |= {"figures", "finance_lines"}
    return found


def _unfinished(data: YearData, place: str, last: YearData | None, today: date) -> Iterator[Fault]:
    """What was carried over is not confirmed, a table that is to be entered has no row, a block has no words."""
    yield from unfinished.by_file(unfinished.unconfirmed(data, place))
    yield from unfinished.waiting(data, place)
    yield from unfinished.unwritten(data, place)


# Of each row by itself or beside those that could be read; of tables read whole; of a year read whole.
_OF_ROWS = (_odd_figures, _printed, _formulas, _few, _unfinished)
_OF_TABLES = (_totals, _movements, _steps, _owners, _old_commentary)
_OF_YEARS = (_uncarried,)


def _asked(query: Callable[..., Any], *given: object) -> list[Fault]:
    """What a query finds; one that cannot be asked for what could not be read, which is a fault, is passed over."""
    try:
        return list(query(*given))
    except (NotRead, LookupError, ValueError, TypeError, AttributeError, ArithmeticError):
        return []


def queries(
    data: YearData, place: str, last: YearData | None = None, today: date | None = None,
    published: Mapping[str, str] = MappingProxyType({}), whole: YearData | None = None,
) -> list[Fault]:  # fmt: skip
    """Every query about a year's data.

    Parameters
    ----------
    data : YearData
        The year as far as it could be read.
    place : str
        Its folder from the root.
    last : YearData, optional
        The year before, where it is at hand.
    today : date, optional
        The day of asking; the computer's if none is given.
    published : Mapping, optional
        Verdict of each claim that is published already, and so known to differ where it does.
    whole : YearData, optional
        The year that answers only for what could be read whole, where the data has a fault.
    """
    rest, of_tables = (place, last, today or date.today()), (*_OF_TABLES, partial(_published, published=published))
    if whole is None:
        found = [one for query in (*_OF_ROWS, *of_tables, *_OF_YEARS) for one in query(data, *rest)]
    else:
        asked = [(query, data) for query in _OF_ROWS] + [(query, whole) for query in of_tables]
        found = [one for query, year in asked for one in _asked(query, year, *rest)]
    return list(dict.fromkeys(found))
