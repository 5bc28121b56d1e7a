"""Which tables of a year count people, and what their counts give away together: answers, scores, and KPIs over time.

Counts that a public source printed, such as those of the department, are not among them: they are nobody's to hide here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from ncthelpers.differencing import Relation, linked, named, recoverable, whole, year_to_date
from ncthelpers.disclosure import is_small
from ncthelpers.disclosure_ratios import ratio_cells
from ncthelpers.faults import Fault

__all__ = ["ANSWERS", "KPIS", "SOURCED", "Counts", "Rows", "counts_of", "worked_out", "published_faults"]

Rows = Mapping[str, Mapping[int, Mapping[str, Any]]]  # the rows of each table, by line


@dataclass(frozen=True)
class Answers:
    """A table of how many people or cases were given each of some answers.

    Parameters
    ----------
    number, part : str
        The columns of the number, and of the answer.
    among : tuple of str
        The columns whose values the answers to one question have in common.
    total, share : str
        The columns that add them up, and that give the share of each, if there are any.
    """

    number: str
    part: str
    among: tuple[str, ...]
    total: str = ""
    share: str = ""


# What a public source printed is not ours to hide; a query asks about it.
SOURCED = {"surveys": ("base",), "survey_results": ("answered",), "demand": ("value_start", "value_end")}
# Tables of answers, entered and computed; tables of KPIs, each with the register that says what a KPI is.
ANSWERS = {
    "survey_answers": Answers("answered", "answer", ("survey", "question")),
    "answer_shares": Answers("answered", "answer", ("survey", "question"), "base", "share_pct"),
    "practice_scores": Answers("cases", "score", ("month",)),
    "practice_shares": Answers("cases", "score", ("month",), "total", "share_pct"),
}
KPIS = {
    "kpi_values": "kpis", "kpi_history": "kpis", "kpi_months": "kpis", "kpi_scorecard": "kpis",
    "support_service_values": "support_service_kpis", "support_service_months": "support_service_kpis",
}  # fmt: skip
_TO_DATE = "year to date"
_ALL, _COULD, _OTHERS = "all of them", "who could have answered", "who did not answer"


class Counts(NamedTuple):
    """Counts of people, how they add up, and the table, row and column of each."""

    shown: dict[Any, int | None]
    relations: list[Relation]
    places: dict[tuple[Any, ...], tuple[str, int, str]]


def counts_of(tables: Rows, year: str = "") -> Counts:
    """The counts of people in the tables of one contract year.

    Parameters
    ----------
    tables : mapping
        The rows of each table by line: of a year as entered, as published, or both.
    year : str
        The contract year, where those of several are put together.

    Notes
    -----
    What one table leaves out and another prints is printed. Where no number of those who answered a survey is given, the
    fewest who answered a question of it that hides nothing, and more than the rest of this one comes to, stand for it. A
    suppressed answer is at least one person's; a count of a KPI that is not given may be anything.
    """
    answers, kpis = _answers(tables, year), _kpis(tables)
    return Counts(
        answers.shown | kpis.shown, answers.relations + kpis.relations, answers.places | kpis.places
    )  # fmt: skip


def worked_out(counts: Counts) -> dict[tuple[Any, ...], tuple[str, int, str] | None]:
    """The counts not printed that the others give away as one of one to five people, each with where it is, or is made of.

    Parameters
    ----------
    counts : Counts
        As of :func:`counts_of`.

    Raises
    ------
    ValueError
        If they do not add up.

    Examples
    --------
    >>> rows = {2: {"month": "2031-06", "score": "good", "cases": 9}, 3: {"month": "2031-06", "score": "poor", "cases": None},
    ...         4: {"month": "2031-06", "score": "fair", "cases": None}}
    >>> total = {2: {"month": "2031-06", "score": "good", "cases": 9, "total": 12}}
    >>> list(worked_out(counts_of({"practice_scores": rows}))), worked_out(counts_of({"practice_scores": rows, "practice_shares": total}))
    ([], {('2031-06', 'poor'): ('practice_scores', 3, 'cases'), ('2031-06', 'fair'): ('practice_scores', 4, 'cases')})
    """
    near = {cell[:2] + cell[3:]: place for cell, place in counts.places.items() if len(cell) == 4}
    told: Mapping[Any, object] = recoverable(counts.shown, counts.relations)
    return {cell: counts.places.get(cell) or near.get(("numerator", *cell[1:2], *cell[3:])) for cell in told}


def published_faults(years: Mapping[str, Rows]) -> Iterator[Fault]:
    """What the tables of the years as published give away: each alone, those of a year together, and what other years fill in.

    Parameters
    ----------
    years : mapping of str to mapping
        The tables of each contract year.

    Yields
    ------
    Fault
        The number is never in it.
    """
    every = {year: counts_of(tables, year) for year, tables in years.items()}
    for year, tables in years.items():
        for name in filter(tables.get, (*ANSWERS, *KPIS)):
            beside = {key: rows for key, rows in tables.items() if key not in (*ANSWERS, *KPIS)}
            yield from _told(f"{year} {name}", counts_of({**beside, name: tables[name]}, year))
            yield from _shares(f"{year} {name}", ANSWERS.get(name), tables[name])
        yield from _told(f"{year}, its tables together", every[year])
        printed: dict[tuple[Any, ...], int | None] = {}
        for other in every.values():
            printed |= {cell: number for cell, number in other.shown.items() if number is not None}
        if any(every[year].shown.get(cell) is None for cell in printed):
            own: dict[Any, int | None] = {
                cell: number for cell, number in every[year].shown.items() if number is not None
            }
            for part in linked([(dict(one), 0) for one in every[year].relations]):
                with suppress(ValueError):  # a later year has revised them
                    yield from _told(
                        f"{year}, with what other years print",
                        Counts(every[year].shown | printed | own, [one for one, _ in part], {}),
                        False,
                    )


def _told(file: str, counts: Counts, alone: bool = True) -> Iterator[Fault]:
    """The small numbers that are printed, and those that can be worked out."""
    for cell, number in counts.shown.items() if alone else ():
        if is_small(number):
            yield Fault(file, None, named(cell), "", "is a number from one to five, which may point to somebody")
    try:
        told = worked_out(counts)
    except ValueError as fault:
        if not alone:
            raise
        yield Fault(file, None, "", "", str(fault))
        return
    for cell in told:
        yield Fault(file, None, named(cell), "", "can be worked out as a number from one to five")


def _shares(file: str, held: Answers | None, rows: Mapping[int, Mapping[str, Any]]) -> Iterator[Fault]:
    """The shares of hidden numbers that are given."""
    if not held or not held.share:
        return
    for line, row in rows.items():
        if row[held.number] is None and row[held.share] is not None:
            yield Fault(file, line, held.share, "", "is given where its number is hidden")


def _answers(tables: Rows, year: str) -> Counts:
    made = Counts({}, [], {})
    groups: dict[tuple[Any, ...], dict[tuple[Any, ...], None]] = {}
    for name, held in ANSWERS.items():
        for line, row in tables.get(name, {}).items():
            group = tuple(filter(None, (year, *(row[key] for key in held.among))))
            cell = (*group, row[held.part])
            groups.setdefault(group, {})[cell] = None
            made.places.setdefault(cell, (name, line, held.number))
            if row[held.number] is not None or cell not in made.shown:
                made.shown[cell] = row[held.number]
            if held.total and row[held.total] is not None:
                made.shown[(*group, _ALL)] = row[held.total]
    bases = {row["survey"]: row["base"] for row in tables.get("surveys", {}).values()}
    for group, cells in groups.items():
        made.relations.append(whole((*group, _ALL), cells))
        could = _could(group, groups, made.shown, bases, year)
        if could is not None:
            made.shown[(*group, _COULD)] = could
            made.relations.append(whole((*group, _COULD), [(*group, _ALL), (*group, _OTHERS)]))
    return made


def _could(
    group: tuple[Any, ...], groups: Mapping[Any, Any], shown: Mapping[Any, Any], bases: Mapping[Any, Any], year: str
) -> int | None:
    """How many could have answered a question of a survey, as far as that is told."""
    survey = group[-2] if len(group) - bool(year) == 2 else None
    if survey not in bases or bases[survey] is not None:
        return bases.get(survey)
    given = sum(shown[cell] or 0 for cell in groups[group])
    asked = [[shown[cell] for cell in cells] for other, cells in groups.items() if other[:-1] == group[:-1]]
    totals = [sum(numbers) for numbers in asked if None not in numbers]
    return min((total for total in totals if total > given), default=None)


def _kpis(tables: Rows) -> Counts:
    made = Counts({}, [], {})
    for register in dict.fromkeys(KPIS.values()):
        kinds = {
            row["kpi"]: row.get("period_kind") for row in tables.get(register, {}).values() if row["unit"] == "per cent"
        }
        rows, places = [], []
        for name in (name for name, of in KPIS.items() if of == register):
            for line, row in tables.get(name, {}).items():
                found = _ratio(row, f"{register} {row['kpi']}", kinds.get(row["kpi"]))
                if found:
                    rows.append(found)
                    places.append((name, line))
        shown, relations, place_of = ratio_cells(rows, {})
        made.shown.update(shown)
        to_date = {
            cell[1] for cell in shown if cell[2] == _TO_DATE
        }  # of others months alone are printed, and add up to nothing
        made.relations.extend(
            one
            for one in cast("list[Mapping[Any, int]]", relations)
            if all(cell[2] != _TO_DATE or cell[1] in to_date for cell in one)
        )
        made.relations.extend([*_left_over_to_date(shown), *_years(shown)])
        made.places.update({cell: (*places[at], cell[0]) for cell, at in place_of.items()})
    return made


def _ratio(row: Mapping[str, Any], indicator: str, kind: str | None) -> dict[str, Any] | None:
    """A row of a KPI in per cent as one of counts; none where it gives none, or such as are a fault of their own."""
    counts = {part: row[part] for part in ("numerator", "denominator")}
    given = [number for number in counts.values() if number is not None]
    if kind is None or not given or any(number != int(number) for number in given) or given != sorted(given):
        return None
    first, _, last = row["period"].partition(" to ")
    if len(first) != len("1999-12") or first[5:] > "12":  # a contract year
        series, period = "year", row["period"]
    elif last and kind == "month":
        if (first[5:], last[5:]) != ("04", "03"):
            return None  # the sum of months that are all printed
        series, period = "year", f"{first[:4]}-{last[2:4]}"
    else:
        series, period = kind, last or first
    return {"indicator": indicator, "series": series, "period": period, **counts, "symbol": None}


def _months(first: int) -> list[str]:
    """The months of the contract year that begins in a year."""
    return [f"{first + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]


def _left_over_to_date(shown: Mapping[tuple[Any, ...], int | None]) -> Iterator[Relation]:
    """Those of a year to date who are not counted are those of the month before and those of the month."""
    held = [cell for cell in shown if cell[0] == "numerator" and cell[2] == _TO_DATE]
    for indicator, first in dict.fromkeys((cell[1], int(cell[3][:4]) - (cell[3][5:] < "04")) for cell in held):
        cells = [
            [("left over", indicator, series, month) for month in _months(first)] for series in (_TO_DATE, "month")
        ]
        yield from year_to_date(*cells)


def _years(shown: Mapping[tuple[Any, ...], int | None]) -> Iterator[Relation]:
    """A year is the sum of its months."""
    monthly: Sequence[tuple[Any, ...]] = [cell for cell in shown if cell[2] == "month"]
    for part, indicator, series, period in shown:
        if series == "year" and any(cell[:2] == (part, indicator) for cell in monthly):
            months = [(part, indicator, "month", month) for month in _months(int(period[:4]))]
            yield whole((part, indicator, series, period), months)
