"""Rules that hold within and between the tables of a year and of the reference, beyond what each schema says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from ncthelpers import escalation
from ncthelpers.access import EXEMPT, RESTRICTED
from ncthelpers.cells import as_written
from ncthelpers.citations import PUBLICATIONS, citations
from ncthelpers.contract import cited_in
from ncthelpers.differencing import named
from ncthelpers.faults import Fault
from ncthelpers.kpis import own_value, rating
from ncthelpers.reading import NotRead
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_by_row, records_of, unread
from ncthelpers.small_counts import ANSWERS, KPIS, Rows, counts_of, worked_out
from ncthelpers.spc import every_month
from ncthelpers.suggestions import nearest
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear, first_day, last_day

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["cross_table_faults", "found_by", "reference_faults", "known_sources", "unknown_citations"]

# Tables of a year and of the reference whose figures enter totals or charts, and the kinds of publication that may not.
_COUNTED = ("service_costs", "finance_lines", "grants", "grant_components", "budget_gaps", "demand")
_OFFICIAL = {"official": ["numerator", "denominator", "value"], "authority_values": ["value"]}
_NOT_COUNTED = ("press", "meeting summary")

# Registers of KPIs; tables of their values by period, each with the register that it is of.
_REGISTERS = ("kpis", "support_service_kpis")
_VALUES = {"kpi_values": "kpis", "kpi_history": "kpis", "support_service_values": "support_service_kpis"}

# Tables of how many people or cases gave an answer, each with the column of the number and with what it is counted among.
_SUPPRESSED = {"survey_answers": "answered", "practice_scores": "cases"}
_COUNTED_AMONG = {"survey_answers": ("survey", "question"), "practice_scores": ("month",)}

# Kinds of publication that a kind of source in ``published_finance`` may rest on, where it is not the one of its name.
_PARAGRAPH = "paragraph"
_BASES = {
    "annual report": ("council paper", _PARAGRAPH),
    "council paper": ("council paper", _PARAGRAPH),
    "reader comment": ("press",),
}


def _looked_up(tables: Mapping[str, Any], table: str, key: str, column: str) -> dict[str, Any]:
    return dict(zip(tables[table][key], tables[table][column], strict=True)) if table in tables else {}


def _whole(tables: Mapping[str, Any], *names: str) -> bool:
    """Whether every row of some tables could be read, so that what is not there is missing."""
    return not any(unread(tables[name]) for name in names if name in tables)


def _named(frame: pd.DataFrame, column: str) -> set[Any] | None:
    """Every value of a column, of rows that could not be read too; none where nobody can say what all of them are."""
    rest = unread(frame)
    if any(column not in row for row in rest):
        return None
    return set(frame[column]) | {row[column] for row in rest}


def _councils(data: YearData, place: str) -> Iterator[Fault]:
    """A council is one of the contract's; a table keyed by council has every one of them."""
    if "councils" not in data.contract:
        return
    known = [council["id"] for council in data.contract["councils"]]
    for name, frame in data.tables.items():
        if name in data.contract.get("not_reported", {}):
            continue
        for column in (c for c in data.schemas[name].columns if c.type == "council"):
            file = f"{place}/{name}.csv"
            for row, value in frame[column.name].dropna().items():
                if value not in known:
                    yield Fault(file, row, column.name, value, f"is not a council of the contract ({', '.join(known)})",
                                suggestion=nearest(value, known))  # fmt: skip
            if column.name in data.schemas[name].key and _whole(data.tables, name):
                for council in set(known) - set(frame[column.name]):
                    yield Fault(file, None, column.name, council, "has no row, though the table is kept by council")


def _dangling(
    tables: Mapping[str, Any], schemas: Mapping[str, Any], known: Mapping[str, Any], place: str
) -> Iterator[Fault]:
    """A value that names a row of another table finds it there."""
    for name, frame in tables.items():
        for column in (c for c in schemas[name].columns if c.refers_to):
            table, _, target = column.refers_to.partition(".")
            if table not in known:
                continue
            there = _named(known[table], target)
            if there is None:
                continue
            for row, value in frame[column.name].dropna().items():
                if value not in there:
                    yield Fault(f"{place}/{name}.csv", row, column.name, str(value), f"is not in {column.refers_to}",
                                suggestion=nearest(value, there))  # fmt: skip


def _references(data: YearData, place: str) -> Iterator[Fault]:
    """A value that names a row of another table, of the year or of the reference, finds it there."""
    yield from _dangling(data.tables, data.schemas, {**data.reference.tables, **data.tables}, place)
    if "areas" in data.reference.tables:
        known = _named(data.reference.tables["areas"], "area")
        for number, council in enumerate(data.contract.get("councils", []), 1):
            if known is not None and council.get("area") not in known:
                yield Fault(f"{place}/contract.yml", None, f"councils {number}", str(council.get("area") or ""),
                            "is not in areas.area: give the area that the council's figures are published for")  # fmt: skip


def _unknown_sources(
    tables: Mapping[str, Any], schemas: Mapping[str, Any], known: Mapping[str, set[Any]], place: str
) -> Iterator[Fault]:
    for name, frame in tables.items():
        for column in (c for c in schemas[name].columns if c.type == "source"):
            for row, value in frame[column.name].dropna().items():
                for part, rule in unknown_citations(value, known):
                    yield Fault(f"{place}/{name}.csv", row, column.name, part, rule)


def unknown_citations(source: str, known: Mapping[str, set[Any]]) -> Iterator[tuple[str, str]]:
    """What a list of sources cites that is not there, each part with the rule; a kind that could not be read is passed."""
    for part in source.split():
        try:
            [cited] = citations(part)
        except ValueError:
            yield part, "is neither a paragraph nor a publication"
            continue
        kind = PUBLICATIONS if cited.document == PUBLICATIONS else _FILES if cited.is_row else "paragraphs"
        if kind in known and (cited.document if cited.is_row else part) not in known[kind]:
            yield part, _NOT_THERE[kind]


_FILES = "files"
_NOT_THERE = {
    "paragraphs": "is not a paragraph of the sources", PUBLICATIONS: "is not a publication of the reference",
    _FILES: "is a row of nothing that datapackage.yml names under documents",
}  # fmt: skip


def known_sources(data: YearData) -> dict[str, set[Any]]:
    """What a row of the year may cite: its paragraphs and the reference's publications, as far as they could be read."""
    known: dict[str, set[Any] | None] = {}
    held = data.reference
    if "documents" in data.package:
        known[_FILES] = {one["id"] for one in data.package["documents"]}
    if PUBLICATIONS in held.tables or PUBLICATIONS not in held.schemas:  # a root may keep no list of publications
        listed = held.tables.get(PUBLICATIONS)
        known[PUBLICATIONS] = set() if listed is None else _named(listed, "publication")
    if "paragraphs" in data.tables:
        known["paragraphs"] = _named(data.tables["paragraphs"], "paragraph")
    return {kind: names for kind, names in known.items() if names is not None}


def _sources(data: YearData, place: str) -> Iterator[Fault]:
    """Whatever a row, a term or a stage of escalation cites is a paragraph of the source documents or a publication of the reference."""
    known = known_sources(data)
    yield from _unknown_sources(data.tables, data.schemas, known, place)
    for where, source in cited_in(data.contract):
        for part, rule in unknown_citations(source, known):
            yield Fault(f"{place}/contract.yml", None, where, part, rule)


def _dates(data: YearData, place: str) -> Iterator[Fault]:
    """A dated row lies inside the contract year unless it is marked as context, and does not end before it starts."""
    for name, frame in data.tables.items():
        if not {"start", "end"} <= set(frame.columns):
            continue
        for row, cells in zip(frame.index, records_of(frame), strict=True):
            first, last = first_day(cells["start"]), last_day(cells["end"] or cells["start"])
            file = f"{place}/{name}.csv"
            if last < first:
                yield Fault(file, row, "end", cells["end"], f"is before the start, {cells['start']}")
            if "context" not in frame:
                continue
            inside = data.starts <= first and last <= data.ends
            if not inside and not cells["context"]:
                yield Fault(file, row, "start", cells["start"],
                            f"is outside the contract year ({data.starts} to {data.ends}) and not marked as context")  # fmt: skip
            if inside and cells["context"]:
                yield Fault(file, row, "context", "yes", "marks a date as context that lies inside the contract year")


def _rows(data: YearData, *tables: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Table, line and cells of every row of some tables, as far as these could be read."""
    for name in tables:
        if name in data.tables:
            yield from ((name, row, cells) for row, cells in records_by_row(data.tables[name]).items())


def _targets(data: YearData, place: str) -> Iterator[Fault]:
    """A tolerance is an absolute level that is no better than its target, which needs a polarity."""
    for name, row, kpi in _rows(data, *_REGISTERS):
        try:
            rating(kpi["target"], kpi["target"], kpi["tolerance"], kpi["polarity"])
        except ValueError as fault:
            yield Fault(f"{place}/{name}.csv", row, "tolerance", str(kpi["tolerance"]), f"is not a tolerance: {fault}")


def _target_status(data: YearData, place: str) -> Iterator[Fault]:
    """A tolerance stands beside a target, and a target beside the statement that it is published, unless it is restricted."""
    for name, row, kpi in _rows(data, *_REGISTERS):
        file, target, status = f"{place}/{name}.csv", kpi["target"], kpi.get("target_status")
        column = data.schemas[name]["target"]
        if target is None and kpi["tolerance"] is not None and column.missing != EXEMPT:
            yield Fault(file, row, "tolerance", str(kpi["tolerance"]), "is the tolerance of no target")
        if target is None and status == "published":
            yield Fault(file, row, "target_status", status, "is said of a target that is not given")
        if target is not None and status not in ("published", None) and column.access != RESTRICTED:
            yield Fault(file, row, "target", str(target), f"is given, though target_status is {status}")


def _kpi_periods(data: YearData, place: str) -> Iterator[Fault]:
    """A KPI's value is of a month of the contract year, or of the calendar year that it starts in."""
    for name, row, cells in _rows(data, "kpi_values", "support_service_values"):
        period, first = cells["period"], f"{data.year.start.year:04}"
        if len(period) == 4:
            if period != first:
                yield Fault(f"{place}/{name}.csv", row, "period", period,
                            f"is not how a whole contract year is written: by the year that it starts in, {first}")  # fmt: skip
        elif last_day(period) < data.starts or data.ends < first_day(period):
            yield Fault(f"{place}/{name}.csv", row, "period", period,
                        f"is no month of the contract year ({data.starts} to {data.ends})")  # fmt: skip


def _kpi_history(data: YearData, place: str) -> Iterator[Fault]:
    """A value of earlier contract years is of a month before this one."""
    for name, row, cells in _rows(data, "kpi_history"):
        if len(cells["period"]) == 4 or last_day(cells["period"]) >= data.starts:
            yield Fault(f"{place}/{name}.csv", row, "period", cells["period"],
                        f"is no month before the contract year, which starts on {data.starts}")  # fmt: skip


def _kpi_months(data: YearData, place: str) -> Iterator[Fault]:
    """A KPI has one row a month, to whichever day the month is written."""
    seen: dict[tuple[str, str, str], int] = {}
    for name, row, cells in _rows(data, *_VALUES):
        earlier = seen.setdefault((name, cells["kpi"], cells["period"][:7]), row)
        if earlier != row:
            yield Fault(f"{place}/{name}.csv", row, "period", cells["period"],
                        f"is the month of row {earlier} too: a KPI has one row a month")  # fmt: skip


def _kpi_rebases(data: YearData, place: str) -> Iterator[Fault]:
    """Limits begin anew in a month that the KPI has a row for."""
    if not {"kpi_values", "kpi_history"} <= set(data.tables) or not _whole(data.tables, "kpi_values", "kpi_history"):
        return
    held = _rows(data, "kpi_values", "kpi_history")
    months = {(cells["kpi"], cells["period"][:7]) for *_, cells in held if len(cells["period"]) > 4}
    for name, row, cells in _rows(data, "kpi_rebases"):
        if (cells["kpi"], cells["month"][:7]) not in months:
            yield Fault(f"{place}/{name}.csv", row, "month", cells["month"], f"is no month of the KPI {cells['kpi']}")


def _percentages(data: YearData) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Rows of KPIs in per cent."""
    for name, register in _VALUES.items():
        units = _looked_up(data.tables, register, "kpi", "unit")
        yield from (held for held in _rows(data, name) if units.get(held[2]["kpi"]) == "per cent")


def _small(cells: Mapping[str, Any]) -> str | None:
    """The column of a percentage whose number, or what that leaves of the other, is from one to five; none if neither is."""
    part, whole = cells["numerator"], cells["denominator"]
    left = None if None in (part, whole) else whole - part
    found = {"denominator": [whole], "numerator": [part, left]}
    return next(
        (column for column, held in found.items() if any(one is not None and 1 <= one <= 5 for one in held)), None
    )


def _counted(data: YearData) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Rows of KPIs in per cent that give both counts, of which a fault may tell."""
    for name, row, cells in _percentages(data):
        if None not in (cells["numerator"], cells["denominator"]) and _small(cells) is None:
            yield name, row, cells


def _kpi_small(data: YearData, place: str) -> Iterator[Fault]:
    """Of a percentage, no count is one to five and the two counts leave none that is; the fault does not repeat it."""
    for name, row, cells in _percentages(data):
        column = _small(cells)
        if column:
            yield Fault(f"{place}/{name}.csv", row, column, "",
                        "is a number from one to five or leaves one, which may point to somebody: leave both counts empty")  # fmt: skip


def _kpi_counts(data: YearData, place: str) -> Iterator[Fault]:
    """Of a percentage, those counted are among those they are counted out of."""
    for name, row, cells in _counted(data):
        if cells["numerator"] > cells["denominator"]:
            yield Fault(f"{place}/{name}.csv", row, "numerator", str(cells["numerator"]),
                        f"is more than the denominator, {cells['denominator']}, of a KPI in per cent")  # fmt: skip


def _kpi_printed(data: YearData, place: str) -> Iterator[Fault]:
    """A printed percentage is that of its counts, as far as its printed places go."""
    for name, row, cells in _counted(data):
        printed, part, whole = cells["value"], cells["numerator"], cells["denominator"]
        if printed is None:
            continue
        places = -cast("int", Decimal(printed).as_tuple().exponent)
        share = Decimal(100) * part / whole if whole else None
        if share is None or abs(printed - share) > Decimal(5).scaleb(-places - 1):
            gives = "no percentage" if share is None else f"{half_up(share, places)} per cent"
            yield Fault(f"{place}/{name}.csv", row, "value", str(printed),
                        f"does not agree with its counts: {part} of {whole} is {gives}")  # fmt: skip


def _later(data: YearData, place: str) -> Iterator[Fault]:
    """What a year says was done was done by its last day; risks were scored and cases audited in it."""
    for name, row, cells in _rows(data, "escalations", "risk_scores"):
        if cells["on"] > data.ends:
            yield Fault(f"{place}/{name}.csv", row, "on", str(cells["on"]),
                        f"is after the last day of the contract year, {data.ends}")  # fmt: skip
        elif name == "risk_scores" and cells["on"] < data.starts:
            yield Fault(f"{place}/{name}.csv", row, "on", str(cells["on"]),
                        f"is before the first day of the contract year, {data.starts}")  # fmt: skip
    for name, row, cells in _rows(data, "practice_scores"):
        if last_day(cells["month"]) < data.starts or data.ends < first_day(cells["month"]):
            yield Fault(f"{place}/{name}.csv", row, "month", cells["month"],
                        f"is no month of the contract year ({data.starts} to {data.ends})")  # fmt: skip


def _movers(data: YearData, place: str) -> Iterator[Fault]:
    """What is judged is there, and its owner is a party to the contract: a council, where the councils are judged."""
    names, councils = escalation.subject_names(data.tables), [one["id"] for one in data.contract.get("councils", [])]
    trust = data.contract.get("provider", {}).get("short")
    for name, row, move in _rows(data, "escalations"):
        file, judged, subject, owner = f"{place}/{name}.csv", move["judged"], move["subject"], move["owner"]
        if subject not in names.get(judged, [subject]) and _whole(data.tables, escalation.SUBJECTS[judged][0]):
            yield Fault(file, row, "subject", subject, f"is no {judged} of the year")
        owners = [trust, *councils] if judged == escalation.TRUST_KPI else councils
        if trust and councils and owner not in owners:
            yield Fault(file, row, "owner", owner, f"cannot answer for a {judged}, only: {', '.join(owners)}")


def _ratings(data: YearData, judged: str, subject: str) -> list[tuple[date, str]]:
    """Last day and rating of each month of a KPI in order of time; none of a Dependency, which has no months."""
    register, _ = escalation.SUBJECTS[judged]
    values = [name for name, of in _VALUES.items() if of == register]
    months = [cells for *_, cells in _rows(data, *values) if cells["kpi"] == subject and len(cells["period"]) > 4]
    rated = [kpi for *_, kpi in _rows(data, register) if kpi.get("kpi") == subject and kpi["unit"] == "per cent"]
    try:
        return sorted((last_day(cells["period"]), rating(own_value(cells), kpi["target"], kpi["tolerance"], kpi["polarity"]))
                      for kpi in rated for cells in every_month(months))  # fmt: skip
    except ValueError:  # a tolerance that is none, which is a fault of its own
        return []


def _unread_values(data: YearData, judged: str) -> list[str]:
    """Tables of what is judged and of its values that could not be read whole, so that nobody knows what its months were."""
    register, _ = escalation.SUBJECTS[judged]
    held = {*data.tables, *data.contract.get("not_reported", {})}
    names = [register, *(name for name, of in _VALUES.items() if of == register)]
    return [name for name in names if name in data.schemas and (name not in held or not _whole(data.tables, name))]


def _histories(data: YearData, place: str) -> Iterator[Fault]:
    """A history of escalation is possible, its failures are measured, and the bank holidays cover its clocks."""
    file, found, mechanism = f"{place}/escalations.csv", [], escalation.mechanism(data.contract)
    moves: Any = data.tables.get("escalations")
    held = {} if moves is None or unread(moves) else escalation.histories(moves)
    for row, column, rule in escalation.unfounded_reliefs(held):
        found.append(Fault(file, row, column, as_written(moves.loc[row, column]), rule))
    for (judged, subject), history in held.items():
        broken = escalation.history_faults(history)
        if mechanism.is_complete and not _unread_values(data, judged):
            # a move of an earlier year was held against that year's months and target
            broken += [fault for fault in escalation.unmeasured(history, _ratings(data, judged, subject), mechanism)
                       if history[fault[0]]["on"] >= data.starts]  # fmt: skip
        found += [Fault(file, row, column, as_written(history[row][column]), rule) for row, column, rule in broken]
    yield from found
    holidays = data.reference.tables.get("bank_holidays")
    if held and not found and holidays is not None:
        names = {judged: dict.fromkeys(subject for _, subject in held) for judged, _ in held}
        try:
            escalation.escalation_register(moves, names, mechanism, Holidays.of(holidays["day"]), data.ends)
        except ValueError as fault:
            yield Fault(file, None, "on", "", f"gives a clock that cannot be computed: {fault}")


def _small_counts(data: YearData, place: str) -> Iterator[Fault]:
    """A number of one to five is never entered; the fault does not repeat it. A mark stands where a number does not."""
    for name, row, cells in _rows(data, *_SUPPRESSED):
        file, column = f"{place}/{name}.csv", _SUPPRESSED[name]
        if cells[column] in range(1, 6):
            yield Fault(
                file,
                row,
                column,
                "",
                "is a number from one to five, which may point to somebody: leave it empty, marked c",
            )
        if (cells[column] is None) != (cells["status"] is not None):
            yield Fault(
                file, row, "status", cells["status"] or "", "must be c where there is no number, and nowhere else"
            )


def _asked(data: YearData, name: str) -> dict[tuple[Any, ...], dict[int, int | None]]:
    """The numbers of each question of a survey, or month of audits, by row; none where one is marked as suppressed."""
    found: dict[tuple[Any, ...], dict[int, int | None]] = {}
    for _, row, cells in _rows(data, name):
        if (cells[_SUPPRESSED[name]] is None) == (cells["status"] is not None):
            found.setdefault(tuple(cells[key] for key in _COUNTED_AMONG[name]), {})[row] = cells[_SUPPRESSED[name]]
    return found


def _given_away(data: YearData, place: str) -> Iterator[Fault]:
    """A suppressed number is not the only one of its question or month: whoever learns how many there were has it."""
    for name, column in _SUPPRESSED.items():
        if not _whole(data.tables, name):
            continue
        for numbers in _asked(data, name).values():
            hidden = [row for row, number in numbers.items() if number is None]
            if len(hidden) == 1:
                yield Fault(f"{place}/{name}.csv", hidden[0], column, "",
                            f"is the only number of its {_COUNTED_AMONG[name][-1]} that is suppressed, so the others give it away: suppress a second one")  # fmt: skip


def _room_left(data: YearData, place: str) -> Iterator[Fault]:
    """Answers come to no more than the number who answered, and leave more than one person to each suppressed one."""
    if not _whole(data.tables, "surveys", "survey_answers"):
        return
    bases, asked = _looked_up(data.tables, "surveys", "survey", "base"), _asked(data, "survey_answers")
    complete: dict[str, set[int]] = {}  # where no base is given, a question without a mark tells how many answered it
    for (survey, _), answers in asked.items():
        if None not in answers.values():
            complete.setdefault(survey, set()).add(sum(filter(None, answers.values())))
    for (survey, _), answers in asked.items():
        base, given = bases.get(survey), sum(filter(None, answers.values()))
        hidden = list(answers.values()).count(None)
        told = [total for total in complete.get(survey, ()) if total > given] if base is None else [base]
        rule = ""
        if base is not None and base < given:
            rule = f"comes with the other answers to more than the {base} who answered"
        elif hidden > 1 and any(0 <= number - given <= hidden for number in told):
            rule = "and the other answers leave at most one person to each that is suppressed: mark more of them c"
        if rule:
            yield Fault(f"{place}/survey_answers.csv", next(iter(answers)), "answered", "", rule)


def _worked_out(data: YearData, place: str) -> Iterator[Fault]:
    """No number of one to five people can be worked out from the others: of a survey, of a month of audits, of a KPI over time."""
    known = {(fault.file, fault.row) for rule in (_given_away, _room_left) for fault in rule(data, place)}
    for tables in _counted_together(data):
        try:
            counts = counts_of(tables)
            told = worked_out(counts)
        except ValueError:
            continue  # more answers than people are a fault of their own; a year to date may be corrected downwards
        for cell, (name, row, column) in ((cell, at) for cell, at in told.items() if at):
            file, cells = f"{place}/{name}.csv", tables[name][row]
            alike = [line for line, other in tables[name].items() if _same_question(name, cells, other)]
            if known & {(file, line) for line in alike} or (
                cell[0] == "left over" and ("numerator", *cell[1:]) in counts.shown
            ):
                continue
            yield Fault(file, row, column, "", "gives with the others a number away that is from one to five, which may point to somebody: "
                        f"leave another one empty too ({named(cell)})")  # fmt: skip


def _counted_together(data: YearData) -> Iterator[Rows]:
    """The entered tables of counts of people, in parts of which no count says anything of another's."""
    for name, subject in (
        *((name, held.among[0]) for name, held in ANSWERS.items()),
        *((name, "kpi") for name in set(KPIS.values())),
    ):
        of = [name] if name in ANSWERS else [table for table, register in KPIS.items() if register == name]
        rows = {table: {row: cells for _, row, cells in _rows(data, table)} for table in (*of, name, "surveys")}
        if not _whole(data.tables, *(table for table in rows if table in data.tables)):
            continue
        for one in dict.fromkeys(cells[subject] for table in of for cells in rows[table].values()):
            yield {table: {row: cells for row, cells in held.items() if cells.get(subject, one) == one}
                   for table, held in rows.items()}  # fmt: skip


def _same_question(name: str, cells: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return name in ANSWERS and all(cells[key] == other[key] for key in ANSWERS[name].among)


def _is_year(label: str) -> bool:
    try:
        ContractYear(label)
    except ValueError:
        return False
    return True


def _not_years(frame: pd.DataFrame, columns: Iterable[str], file: str) -> Iterator[Fault]:
    for column in columns:
        wrong = {label for label in set(frame[column]) if not _is_year(label)}
        for row, label in frame.loc[frame[column].isin(wrong), column].items():
            yield Fault(file, row, column, label, "is not a contract year: write it like 1999-00")


def _factor_effects(data: YearData, place: str) -> Iterator[Fault]:
    """A factor of the contract sum has an effect exactly where it is costed."""
    for name, row, cells in _rows(data, "contract_sum_factors"):
        effect, costed = cells["effect"], cells["costed"]
        if (effect is None) != (costed == "not costed"):
            of = "an effect that is not given" if effect is None else f"an effect of {effect}"
            yield Fault(f"{place}/{name}.csv", row, "costed", costed, f"is said of {of}")


def _carried_years(data: YearData, place: str) -> Iterator[Fault]:
    """An action is carried over from a contract year."""
    if "carried_actions" in data.tables:
        yield from _not_years(data.tables["carried_actions"], ["from_year"], f"{place}/carried_actions.csv")


def _counted_sources(data: YearData, place: str) -> Iterator[Fault]:
    """A figure that enters a total or a chart does not rest on press or a meeting summary, unless a paragraph bears it."""
    kinds = data.reference.names(PUBLICATIONS, "publication", "kind")
    for name in set(_COUNTED) & set(data.tables):
        for row, source in data.tables[name]["source"].dropna().items():
            cited = citations(source)
            if any(one.document != PUBLICATIONS for one in cited):
                continue
            for one in cited:
                if kinds.get(one.section) in _NOT_COUNTED:
                    yield Fault(f"{place}/{name}.csv", row, "source", one.section,
                                f"{_enters_none(kinds[one.section])}, unless the row also cites a paragraph")  # fmt: skip


def _enters_none(kind: str) -> str:
    return f"is of the kind {kind}, which enters no total and no chart"


def _bases(data: YearData, place: str) -> Iterator[Fault]:
    """The kind of source that a row of the published finances names is the kind of a publication that it cites."""
    if "published_finance" not in data.tables:
        return
    kinds = data.reference.names(PUBLICATIONS, "publication", "kind")
    for row, cells in records_by_row(data.tables["published_finance"]).items():
        cited: list[Any] = [
            kinds.get(one.section) if one.document == PUBLICATIONS else _PARAGRAPH for one in citations(cells["source"])
        ]
        if None not in cited and not set(cited) & set(_BASES.get(cells["basis"], (cells["basis"],))):
            yield Fault(f"{place}/published_finance.csv", row, "basis", cells["basis"],
                        f"does not agree with what the row cites: {', '.join(dict.fromkeys(cited))}")  # fmt: skip


def _claims_dated(data: YearData, place: str) -> Iterator[Fault]:
    """A document that makes a claim has a date: what became known after it tells how the claim turned out, and not whether it was right."""
    undated = {one["id"] for one in data.package.get("documents", ()) if not one.get("date")}
    for name, row, claim in _rows(data, "claims"):
        document = citations(claim["source"])[0].document
        if document in undated:
            yield Fault(
                f"{place}/{name}.csv", row, "source", document, "is a document without a date in datapackage.yml"
            )


_RULES = (
    _claims_dated, _councils, _references, _sources, _dates, _targets, _target_status, _kpi_periods, _kpi_history,
    _kpi_months, _kpi_rebases, _kpi_small, _kpi_counts, _kpi_printed, _later, _movers, _histories, _small_counts, _given_away,
    _room_left, _worked_out, _factor_effects, _carried_years, _counted_sources, _bases,
)  # fmt: skip


def found_by(rule: Callable[..., Any], passing: bool, *given: object) -> list[Fault]:
    """What a rule finds; one that cannot run for what could not be read, a fault of its own, is passed over."""
    try:
        return list(rule(*given))
    except NotRead:
        return []
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError):
        if not passing:
            raise
        return []


def cross_table_faults(data: YearData, place: str, passing: bool = False) -> list[Fault]:
    """Every fault between the tables of a year. A table or row that could not be read is nobody else's fault.

    Parameters
    ----------
    data : YearData
        The year as far as it could be read.
    place : str
        The year's folder from the root, for the faults.
    passing : bool
        Whether other faults are known, so that a rule which cannot run is passed over.
    """
    return [fault for rule in _RULES for fault in found_by(rule, passing, data, place)]


# Between the tables of the reference


def _links(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A value that names a row of another table finds it there."""
    yield from _dangling(tables, schemas, tables, place)


def _cited(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A publication that a row cites is in the list; a paragraph is of no year and passed."""
    listed = _named(tables[PUBLICATIONS], "publication") if PUBLICATIONS in tables else None
    known = {} if listed is None else {PUBLICATIONS: listed}
    yield from _unknown_sources(tables, schemas, known, place)


def _held_years(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Years of official figures and of breaks in series are contract years."""
    for name, columns in {**dict.fromkeys(_OFFICIAL, ("year",)), "series_breaks": ("before", "after")}.items():
        if name in tables:
            yield from _not_years(tables[name], columns, f"{place}/{name}.csv")


def _breaks(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """The last year before a break in series is earlier than the first year after it."""
    rows = records_by_row(tables["series_breaks"]) if "series_breaks" in tables else {}
    for row, cells in rows.items():
        if cells["before"] >= cells["after"]:
            yield Fault(f"{place}/series_breaks.csv", row, "before", cells["before"],
                        f"is not earlier than the first year after the break, {cells['after']}")  # fmt: skip


def _symbols(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A row of official statistics has a figure, or a symbol in the place of one."""
    for name in set(_OFFICIAL) & set(tables):
        frame, file = tables[name], f"{place}/{name}.csv"
        figures, symbols = frame[_OFFICIAL[name]].notna().any(axis=1), frame["status"].notna()
        for row, symbol in frame.loc[figures & symbols, "status"].items():
            yield Fault(file, row, "status", symbol, "stands beside a figure, though it says that there is none")
        for row in frame.index[~figures & ~symbols]:
            yield Fault(file, row, "value", "", "is empty, and so is the symbol: a row has a figure or says why not")


# Bank holidays in England and Wales are eight a year; one may lie at a weekend and have no day in its place.
_WEEKDAY_HOLIDAYS = 7


def _holidays(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A bank holiday is on a weekday, and the list is whole in each year from its first to its last: all of these count as covered."""
    days = dict(tables["bank_holidays"]["day"].items()) if "bank_holidays" in tables else {}
    whole = _whole(tables, "bank_holidays")
    for row, day in days.items():
        if day.weekday() > 4:
            yield Fault(
                f"{place}/bank_holidays.csv", row, "day", str(day), "is at a weekend, when no day is a working day"
            )
    held = Counter(day.year for day in days.values() if day.weekday() <= 4)
    covered = [day.year for day in days.values()]
    for year in range(min(covered), max(covered) + 1) if covered else ():
        if whole and held[year] < _WEEKDAY_HOLIDAYS:
            yield Fault(f"{place}/bank_holidays.csv", None, "day", str(year),
                        f"is a year of {held[year]} bank holidays on weekdays, fewer than {_WEEKDAY_HOLIDAYS}: the list is not whole")  # fmt: skip


def _authorities(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """The values of every authority are of authorities and joint returns, and of no other area."""
    kinds = _looked_up(tables, "areas", "area", "kind")
    areas = tables["authority_values"]["area"].items() if "authority_values" in tables else ()
    for row, area in areas:
        if kinds.get(area) not in ("local authority", "joint return", None):
            yield Fault(f"{place}/authority_values.csv", row, "area", area,
                        f"is a {kinds[area]}, and neither a local authority nor a joint return")  # fmt: skip


def _joint_members(tables: Mapping[str, Any]) -> dict[str, list[str]]:
    kinds = _looked_up(tables, "areas", "area", "kind")
    members: dict[str, list[str]] = {}
    rows = records_of(tables["area_members"]) if "area_members" in tables else ()
    for one in rows:
        if kinds.get(one["group"]) == "joint return":
            members.setdefault(one["group"], []).append(one["member"])
    return members


def _joint_returns(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A joint return never stands beside a figure of an authority that it covers, in one measure, year and release."""
    members = _joint_members(tables)
    for name in set(_OFFICIAL) & set(tables):
        frame = tables[name]
        figures = frame[frame[_OFFICIAL[name]].notna().any(axis=1)]
        own = set(zip(figures["area"], figures["measure"], figures["year"], figures["publication"], strict=True))
        for row, cells in records_by_row(frame[frame["area"].isin(list(members))]).items():
            beside = [member for member in members[cells["area"]]
                      if (member, cells["measure"], cells["year"], cells["publication"]) in own]  # fmt: skip
            if beside:
                yield Fault(f"{place}/{name}.csv", row, "area", cells["area"],
                            f"is a joint return beside figures of {', '.join(beside)}, which it covers")  # fmt: skip


def _release_order(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Of several releases of a figure, the dates say which is the later."""
    if "official" not in tables or PUBLICATIONS not in tables:
        return
    published = _looked_up(tables, PUBLICATIONS, "publication", "published")
    frame, figure = tables["official"], ["measure", "area", "year"]
    frame = frame[frame["publication"].isin(list(published))]
    for _, rows in frame[frame.duplicated(figure, keep=False)].groupby(figure):
        for (_, earlier), (row, later) in combinations(rows["publication"].items(), 2):
            dates = published[earlier], published[later]
            if _in_no_order(*dates):
                said = " and ".join(date or "not stated" for date in dates)
                yield Fault(f"{place}/official.csv", row, "publication", later,
                            f"and {earlier} give the same figure, and which is the newer cannot be told: {said}")  # fmt: skip


def _in_no_order(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    return first_day(one) <= last_day(other) and first_day(other) <= last_day(one)


def _official_sources(tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Official statistics come from no press and no meeting summary."""
    kinds = _looked_up(tables, PUBLICATIONS, "publication", "kind")
    for name in set(_OFFICIAL) & set(tables):
        for row, publication in tables[name]["publication"].items():
            if kinds.get(publication) in _NOT_COUNTED:
                yield Fault(f"{place}/{name}.csv", row, "publication", publication, _enters_none(kinds[publication]))


_REFERENCE_RULES = (
    _links, _cited, _held_years, _breaks, _symbols, _holidays, _authorities, _joint_returns, _release_order, _official_sources,
)  # fmt: skip


def reference_faults(
    tables: Mapping[str, Any], schemas: Mapping[str, Any], place: str, passing: bool = False
) -> list[Fault]:
    """Every fault within and between the tables of the reference. A table or row that could not be read is nobody else's fault.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        Those that could be read.
    schemas : Mapping of str to TableSchema
        What they hold.
    place : str
        Their folder from the root, for the faults.
    passing : bool
        As for :func:`cross_table_faults`.
    """
    return [fault for rule in _REFERENCE_RULES for fault in found_by(rule, passing, tables, schemas, place)]
