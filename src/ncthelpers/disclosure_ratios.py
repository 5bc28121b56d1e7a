"""Numerators and denominators by period, with what points to somebody hidden: across months, years to date and KPIs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

from ncthelpers.differencing import THRESHOLD, Relation, whole, year_to_date
from ncthelpers.disclosure import HIDDEN, is_small, protect, table_faults
from ncthelpers.faults import Fault

__all__ = [
    "SHARE",
    "RATIO",
    "MEAN",
    "AMOUNTS",
    "NOTE",
    "NEAR",
    "Makeup",
    "ratio_cells",
    "protect_ratios",
    "ratio_faults",
]

SHARE, RATIO, MEAN, AMOUNTS = "share", "ratio", "mean", "amounts"
NOTE = "hidden, because a number of one to {threshold} people could be worked out"
NEAR = "hidden, because {other} counts the same people by another clock, and differs by one to {threshold} of them in this year"
_MONTH, _YEAR_TO_DATE, _MONTHS = "month", "year to date", "months together"
_PARTS = ("numerator", "denominator")
_Row = Mapping[str, Any]
_Cell = tuple[str, str, str, str]  # numerator, denominator or what is left of it; indicator; series; period


@dataclass(frozen=True)
class Makeup:
    """What the numbers of an indicator are numbers of.

    Parameters
    ----------
    kind : str
        ``share``: the numerator is those people of the denominator of whom something is so. ``ratio``: both count
        people, not the same ones. ``mean``: the numerator adds something up over the people of the denominator.
        ``amounts``: full-time equivalents, which count no heads: there are no fewer heads than they come to, so all of a row is
        hidden where its numerator, or what is left of its denominator, is above nought and no more than the threshold.
    denominator : str
        Whom the denominator counts, in words. Indicators with the same words and the same numbers have one
        denominator, which is hidden in all of them or in none.
    within : str
        The indicator that counts the same of more people, or more of the same people; the difference counts people too.
    among : str
        The indicator whose denominator has these people and more, where their numerators are not to be compared; where it has
        fewer, those who lack what the other asks for are counted.
    """

    kind: str = SHARE
    denominator: str = ""
    within: str = ""
    among: str = ""


def ratio_cells(
    rows: Iterable[_Row], makeups: Mapping[str, Makeup]
) -> tuple[dict[_Cell, int | None], list[Relation], dict[_Cell, int]]:
    """The counts of people in a table of numerators and denominators, and how they add up.

    Parameters
    ----------
    rows : iterable of mapping
        With ``indicator``, ``series`` (``month``, ``year to date``; anything else is a day and adds up with no other),
        ``period`` (``YYYY-MM``), ``numerator``, ``denominator`` and ``symbol`` (``c`` where a number is hidden; another
        symbol where there is none).
    makeups : mapping of str to Makeup
        By indicator; a share where not given.

    Returns
    -------
    tuple
        The cells with their numbers, None where hidden; the relations; and the place of each cell's row, from nought.

    Raises
    ------
    ValueError
        If a number of people is not a whole one, or one of an indicator passes that of the one it is within: but where
        their denominators are the same in words either may be the larger, by those on whom the one has run out already.
    """
    shown: dict[_Cell, int | None] = {}
    rows_of: dict[_Cell, int] = {}
    for place, row in enumerate(rows):
        for part in _counted(makeups.get(row["indicator"], Makeup()).kind):
            cell = (part, row["indicator"], row["series"], row["period"])
            if row[part] is None and row["symbol"] != HIDDEN:
                continue  # not counted, so not printed
            if row[part] is not None and row[part] != int(row[part]):
                raise ValueError(f"{' '.join(cell)} is no whole number of people: {row[part]}")
            shown[cell] = None if row[part] is None else int(row[part])
            rows_of[cell] = place
    return (
        shown,
        [*_over_time(shown), *_left_over(shown, makeups), *_same(shown, makeups), *_differences(shown, makeups)],
        rows_of,
    )


def protect_ratios(
    rows: Sequence[_Row], makeups: Mapping[str, Makeup], threshold: int = THRESHOLD
) -> list[dict[str, object]]:
    """The rows with every number hidden that points to somebody, or from which such a number could be worked out.

    Parameters
    ----------
    rows, makeups
        As of :func:`ratio_cells`; a ``value`` (a percentage or mean) and a ``note`` are seen to where there are any.
    threshold : int
        The largest count that is hidden.

    Returns
    -------
    list of dict
        The same rows; a hidden number is empty and ``symbol`` says ``c``.

    Raises
    ------
    ValueError
        As :func:`ratio_cells`, and if years to date are not the sums of their months.

    Notes
    -----
    Rule: domain section 8. A numerator is hidden too where 1 to 5 of its denominator are not in it. An indicator that counts
    the people of another by another clock loses its numerators of a year in any period of which the two are 1 to 5 apart:
    those are the people whom the one clock finds in time and the other does not.

    Examples
    --------
    >>> row = {"indicator": "late", "series": "snapshot", "period": "2031-04", "numerator": 18, "denominator": 20, "symbol": None}
    >>> [(row["numerator"], row["denominator"], row["symbol"]) for row in protect_ratios([row], {})]
    [(None, 20, 'c')]
    """
    shown, relations, rows_of = ratio_cells(rows, makeups)
    counted = dict(shown)
    for cell in [cell for cell in shown if cell[0] == "numerator"]:
        part, of = shown[cell], shown.get(("denominator", *cell[1:]))
        if makeups.get(cell[1], Makeup()).kind == SHARE and part and of:
            shown[cell] = None if is_small(of - part, threshold) else part
    near = _near(counted, makeups, threshold)
    shown |= dict.fromkeys(near)
    of_year = {cell for cell in shown if cell[2] == _YEAR_TO_DATE and cell[3].endswith("-03")}
    kept = protect(shown, relations, threshold, of_year)
    while few := _few_in_months(kept, relations, threshold):
        relations += few
        kept = protect(shown, relations, threshold, of_year)
    note, found = NOTE.format(threshold=threshold), [dict(row) for row in rows]
    for row in found:
        if _few_posts(row, makeups, threshold):
            row |= dict.fromkeys(_PARTS) | _marked(row, note)
    for cell in [cell for cell, number in kept.items() if number is None]:
        row = found[rows_of[cell]]
        hidden = _PARTS if makeups.get(cell[1], Makeup()).kind == MEAN else cell[:1]
        why = NEAR.format(other=near[cell][1], threshold=threshold) if cell in near else note
        row |= dict.fromkeys(hidden) | _marked(rows[rows_of[cell]], why)
    return found


def ratio_faults(
    file: str, rows: Sequence[_Row], makeups: Mapping[str, Makeup], threshold: int = THRESHOLD
) -> Iterator[Fault]:
    """What a published table of numerators and denominators gives away.

    Parameters
    ----------
    file : str
        The table's file.
    rows, makeups, threshold
        As of :func:`protect_ratios`; the first row is line 2 of the file.

    Yields
    ------
    Fault
        By row and column; the value is never in it.
    """
    try:
        shown, relations, rows_of = ratio_cells(rows, makeups)
    except ValueError as fault:
        yield Fault(file, None, "", "", str(fault))
        return
    relations += _few_in_months(shown, relations, threshold)
    yield from table_faults(
        file, shown, relations, threshold, {cell: (row + 2, cell[0]) for cell, row in rows_of.items()}
    )
    for cell, other in _near(shown, makeups, threshold).items():
        if shown[cell] is not None:
            rule = (
                f"is given in a year in which it is 1 to {threshold} from that of {other[1]}, by another clock: hide it"
            )
            yield Fault(file, rows_of[cell] + 2, "numerator", "", rule)
    for place, row in enumerate(rows):
        if _few_posts(row, makeups, threshold):
            yield Fault(
                file,
                place + 2,
                "numerator",
                "",
                f"is, or leaves, no more than {threshold} posts: hide the row, marked {HIDDEN}",
            )
        if row["symbol"] == HIDDEN and row.get("value") is not None:
            yield Fault(file, place + 2, "value", "", "is given where its numerator or denominator is hidden")
        if (
            row["symbol"] == HIDDEN
            and makeups.get(row["indicator"], Makeup()).kind == MEAN
            and row["numerator"] is not None
        ):
            yield Fault(file, place + 2, "numerator", "", "is given where the number of people is hidden")


def _marked(row: _Row, note: str) -> dict[str, object]:
    """What a hidden row says in the place of a value; one that was hidden before says why it was."""
    said = {"symbol": HIDDEN, "value": None, "note": (row["symbol"] == HIDDEN and row.get("note")) or note}
    return {name: word for name, word in said.items() if name in row}


def _few_posts(row: _Row, makeups: Mapping[str, Makeup], threshold: int) -> bool:
    """Whether full-time equivalents are of so few that they point to somebody."""
    numerator, denominator = (row[part] for part in _PARTS)
    if makeups.get(row["indicator"], Makeup()).kind != AMOUNTS or None in (numerator, denominator):
        return False
    return any(0 < amount <= threshold for amount in (numerator, denominator - numerator))


def _counted(kind: str) -> tuple[str, ...]:
    """The parts that count people."""
    return {SHARE: _PARTS, RATIO: _PARTS, MEAN: ("denominator",), AMOUNTS: ()}[kind]


def _near(shown: Mapping[_Cell, int | None], makeups: Mapping[str, Makeup], threshold: int) -> dict[_Cell, _Cell]:
    """Numerators by another clock, of a year in which some are so near those of the main one; each with the main one's."""
    found: dict[_Cell, _Cell] = {}
    for narrow, makeup in makeups.items():
        main = makeups.get(makeup.among)
        if not main or not makeup.denominator or makeup.denominator != main.denominator:
            continue
        pairs = {
            cell: ("numerator", makeup.among, *cell[2:]) for cell in shown if cell[:2] == ("numerator", narrow)
        }  # fmt: skip
        years = {
            _contract_year(cell[3])
            for cell, main in pairs.items()
            if (a := shown[cell]) is not None and (b := shown.get(main)) is not None and is_small(abs(a - b), threshold)
        }
        found |= {cell: main for cell, main in pairs.items() if _contract_year(cell[3]) in years}
    return found


def _contract_year(period: str) -> int:
    year, month = map(int, period.split("-")[:2])
    return year if month >= 4 else year - 1


def _over_time(shown: Mapping[_Cell, int | None]) -> Iterator[Relation]:
    """A year to date adds up its months, whether both are printed or a reader takes one from the next."""
    years: dict[tuple[Any, ...], None] = dict.fromkeys(
        (part, indicator, _contract_year(period))
        for part, indicator, series, period in shown
        if series in (_MONTH, _YEAR_TO_DATE)
    )
    for part, indicator, year in years:
        periods = [f"{year + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]
        yield from year_to_date(
            [(part, indicator, _YEAR_TO_DATE, period) for period in periods],
            [(part, indicator, _MONTH, period) for period in periods],
        )


def _settled(shown: Mapping[_Cell, int | None], relations: Sequence[Relation]) -> dict[_Cell, int]:
    """What is printed, and what follows from it one relation after another."""
    known: dict[Any, int] = {cell: number for cell, number in shown.items() if number is not None}
    open_ = list(relations)
    while True:
        left = []
        for relation in open_:
            unknown = [cell for cell in relation if cell not in known]
            if len(unknown) == 1:
                rest = sum(sign * known[cell] for cell, sign in relation.items() if cell != unknown[0])
                known[unknown[0]] = -relation[unknown[0]] * rest
            elif unknown:
                left.append(relation)
        if len(left) == len(open_):
            return known
        open_ = left


def _few_in_months(
    shown: Mapping[_Cell, int | None], relations: Sequence[Relation], threshold: int
) -> list[Relation]:  # fmt: skip
    """Months that are hidden one by one, between two years to date that tell how many there were in all: 1 to 5.

    Any of the months may have had nobody, so that none is given away, but together they point to somebody.
    """
    known, counted = _settled(shown, relations), {indicator for _, indicator, *_ in shown}
    months: dict[tuple[Any, ...], list[str]] = {}
    cells = cast("set[_Cell]", {cell for relation in relations for cell in relation})
    for part, indicator, series, period in sorted(cells):
        if series == _MONTH and indicator in counted:  # not what two indicators differ by
            months.setdefault((part, indicator, _contract_year(period)), []).append(period)
    found = []
    for (part, indicator, _), periods in months.items():
        run, before = [], 0
        for period in periods:
            month, to_date = ((part, indicator, series, period) for series in (_MONTH, _YEAR_TO_DATE))
            if month in known:
                before += known[month]
            else:
                run.append(month)
            if to_date in known:
                if len(run) > 1 and is_small(known[to_date] - before, threshold):
                    found.append(whole((part, indicator, _MONTHS, f"{run[0][-1]} to {run[-1][-1]}"), run))
                run, before = [], known[to_date]
    return found


def _left_over(shown: Mapping[_Cell, int | None], makeups: Mapping[str, Makeup]) -> Iterator[Relation]:
    """Of a denominator, some are in the numerator and the others are not."""
    for part, *of in shown:
        if part == "numerator" and makeups.get(of[0], Makeup()).kind == SHARE:
            yield whole(("denominator", *of), [("numerator", *of), ("left over", *of)])


def _by_indicator(shown: Mapping[_Cell, int | None]) -> dict[tuple[str, str], dict[tuple[Any, ...], int | None]]:
    series: dict[tuple[str, str], dict[tuple[Any, ...], int | None]] = {}
    for cell, number in shown.items():
        series.setdefault(cell[:2], {})[cell[2:]] = number
    return series


def _wider(indicator: str, makeups: Mapping[str, Makeup]) -> set[str]:
    """The indicators that one is within or among, and those that these are."""
    found: set[str] = set()
    more = {indicator}
    while more:
        of = [makeups.get(one, Makeup()) for one in more]
        more = {wide for makeup in of for wide in (makeup.within, makeup.among) if wide} - found
        found |= more
    return found


def _same(shown: Mapping[_Cell, int | None], makeups: Mapping[str, Makeup]) -> Iterator[Relation]:
    """Indicators with one denominator."""
    series = _by_indicator(shown)
    by_words: dict[str, list[str]] = {}
    for part, indicator in series:
        words = makeups.get(indicator, Makeup()).denominator
        if part == "denominator" and words:
            by_words.setdefault(words, []).append(indicator)
    for indicators in by_words.values():
        for one, other in combinations(indicators, 2):
            if other in _wider(one, makeups) or one in _wider(other, makeups):
                continue  # these are held against each other cell by cell
            both = _common(series["denominator", one], series["denominator", other])
            if all(a == b for _, a, b in both if None not in (a, b)):
                for at, *_ in both:
                    yield {("denominator", one, *at): 1, ("denominator", other, *at): -1}


def _differences(shown: Mapping[_Cell, int | None], makeups: Mapping[str, Makeup]) -> Iterator[Relation]:
    """What is in the wider of two indicators and not in the narrower counts people too."""
    series = _by_indicator(shown)
    for narrow, makeup in makeups.items():
        for wide, parts in ((makeup.within, _PARTS), (makeup.among, ("denominator",))):
            between = f"{wide} without {narrow}"
            for part in parts:
                words = part == "denominator" and makeup.denominator
                for at, few, many in _common(series.get((part, narrow), {}), series.get((part, wide), {})):
                    if words and words == makeups[wide].denominator:
                        yield from _one_in_words((part, narrow, *at), few, (part, wide, *at), many)
                        continue
                    if None not in (few, many) and few > many:
                        if parts == _PARTS:
                            raise ValueError(f"{part} of {narrow} is more than that of {wide}: {' '.join(at)}")
                        yield whole((part, narrow, *at), [(part, wide, *at), (part, f"{narrow} without {wide}", *at)])
                        continue
                    yield whole((part, wide, *at), [(part, narrow, *at), (part, between, *at)])
                    if part == "denominator" and parts == _PARTS and makeup.denominator != makeups[wide].denominator:
                        yield whole((part, between, *at), [("numerator", between, *at), ("left over", between, *at)])


def _one_in_words(narrow: _Cell, few: int | None, wide: _Cell, many: int | None) -> Iterator[Relation]:
    """Two denominators with the same words: the time of the one may have run out for some who still have the other's.

    Where one is hidden nobody knows which is the larger.
    """
    if few is None or many is None:
        return
    if few == many:
        yield {narrow: 1, wide: -1}
    else:
        most, least = (narrow, wide) if few > many else (wide, narrow)
        yield whole(most, [least, (most[0], f"{most[1]} without {least[1]}", *most[2:])])


def _common(one: Mapping[Any, int | None], other: Mapping[Any, int | None]) -> list[tuple[Any, ...]]:
    return [(at, one[at], other[at]) for at in one if at in other]
