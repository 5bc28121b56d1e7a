"""What a reader of a table can work out of the numbers that it hides, from those it shows and how they add up.

A table of counts is a mapping from cells to numbers, None where a number is hidden; how its cells add up is a list of
relations. A cell that only relations name is never printed, but a reader may work it out: the months between two
figures of a year to date, or those of a denominator who are not in the numerator.
"""

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["THRESHOLD", "Relation", "Shown", "Range", "whole", "year_to_date", "totals", "recoverable", "some_recoverable",
           "reduced", "linked", "named"]  # fmt: skip

THRESHOLD = 5  # the largest count that is hidden
_PASSES = 8  # of narrowing; what is left is found out exactly

Relation = Mapping[Hashable, int]  # cells, each with 1 or -1, that come to nought together
Shown = Mapping[Hashable, int | None]
_Reduced = tuple[dict[Hashable, int], int]  # the unknown cells of a relation, and what they come to


class Range(NamedTuple):
    """From the least to the most that a hidden number can be."""

    low: int
    high: int


def whole(total: Hashable, parts: Iterable[Hashable]) -> Relation:
    """A total is the sum of its parts.

    Examples
    --------
    >>> whole("all", ["boys", "girls"])
    {'all': 1, 'boys': -1, 'girls': -1}
    """
    return {total: 1, **dict.fromkeys(parts, -1)}


def year_to_date(to_date: Sequence[Hashable], months: Sequence[Hashable]) -> list[Relation]:
    """A year to date is that of the month before with the month added; the first is its month.

    Parameters
    ----------
    to_date, months : sequence of hashable
        The cells of a year in order of time, one a month each.

    Returns
    -------
    list of Relation
        One a month.

    Examples
    --------
    >>> year_to_date(["to April", "to May"], ["April", "May"])
    [{'to April': 1, 'April': -1}, {'to May': 1, 'to April': -1, 'May': -1}]
    """
    before = [[], *([cell] for cell in to_date)]
    return [whole(now, [*last, month]) for now, last, month in zip(to_date, before, months, strict=False)]


def totals(cells: Iterable[tuple[str, ...]], total: str = "Total") -> list[Relation]:
    """Every row and column of a table is the sum of its parts, wherever its total is printed.

    Parameters
    ----------
    cells : iterable of tuple of str
        The cells, each by its place in every dimension, such as ``("boys", "foster care")``.
    total : str
        What a dimension says where it is added up.

    Returns
    -------
    list of Relation
        One a printed total and dimension.

    Examples
    --------
    >>> totals([("boys",), ("girls",), ("Total",)])
    [{('Total',): 1, ('boys',): -1, ('girls',): -1}]
    """
    lines: dict[tuple[Any, ...], list[tuple[str, ...]]] = {}
    for cell in cells:
        for place in range(len(cell)):
            lines.setdefault((place, cell[:place], cell[place + 1 :]), []).append(cell)
    found = []
    for (place, *_), line in lines.items():
        sums = [cell for cell in line if cell[place] == total]
        parts = [cell for cell in line if cell[place] != total]
        found += [whole(cell, parts) for cell in sums if parts]
    return found


def recoverable(shown: Shown, relations: Sequence[Relation], threshold: int = THRESHOLD) -> dict[Hashable, Range]:
    """The hidden cells that a reader can work out from the others: exactly, or as one of 1 to the threshold.

    Parameters
    ----------
    shown : mapping of hashable to int or None
        What is printed; None where it is hidden. A hidden number is at least 1, for nought is never hidden.
    relations : sequence of Relation
        How cells add up. A cell that is not in ``shown`` is not printed at all; it is given away only where it must
        be 1 to the threshold.
    threshold : int
        The largest count that is hidden.

    Returns
    -------
    dict of hashable to Range
        Each with the least and the most that it can be; nothing where nothing is given away.

    Raises
    ------
    ValueError
        If no numbers would make the figures add up.

    Notes
    -----
    The range of a cell is that of real numbers, by linear programming: in tables of rows, columns and years to date that
    is the range of whole numbers too. What a reader knows from elsewhere, or of the way in which cells are chosen, is
    not counted.

    Examples
    --------
    >>> recoverable({"boys": None, "girls": 20, "all": 23}, [whole("all", ["boys", "girls"])])
    {'boys': Range(low=3, high=3)}
    """
    found: dict[Hashable, Range] = {}
    for part in linked(list(reduced(shown, relations))):
        ranges = _narrowed(part, shown)
        found |= _told(ranges, shown, threshold) if len(part) == 1 else _exactly(part, ranges, shown, threshold)
    return found


def named(cell: Hashable) -> str:
    """A cell of a table as it is called in a message."""
    return ", ".join(map(str, cell)) if isinstance(cell, tuple) else str(cell)


def reduced(shown: Shown, relations: Iterable[Relation]) -> Iterator[_Reduced]:
    """Relations without what is printed: the unknown cells, and what they come to."""
    for relation in relations:
        unknown = {cell: sign for cell, sign in relation.items() if shown.get(cell) is None}
        rest = -sum(sign * number for cell, sign in relation.items() if (number := shown.get(cell)) is not None)
        if unknown:
            yield unknown, rest
        elif rest:
            raise ValueError(f"figures do not add up: {'; '.join(map(named, relation))}")


def linked(relations: Sequence[_Reduced]) -> list[list[_Reduced]]:
    """Relations in groups that have no cell in common."""
    group_of: dict[Hashable, list[_Reduced]] = {}
    groups: dict[int, list[_Reduced]] = {}
    for relation in relations:
        met = {id(group): group for cell in relation[0] if (group := group_of.get(cell)) is not None}
        joined = [one for group in met.values() for one in group] + [relation]
        for gone in met:
            del groups[gone]
        groups[id(joined)] = joined
        group_of |= {cell: joined for cells, _ in joined for cell in cells}
    return list(groups.values())


def _narrowed(part: Sequence[_Reduced], shown: Shown) -> dict[Hashable, tuple[float, float]]:
    """The range of each unknown cell, as far as going from relation to relation tells: never too narrow."""
    ranges: dict[Hashable, tuple[float, float]] = {
        cell: (1 if cell in shown else 0, math.inf) for unknown, _ in part for cell in unknown
    }
    changed = set(ranges)
    for _ in range(_PASSES):
        changed, before = set(), changed
        for unknown, rest in part:
            if before.isdisjoint(unknown):
                continue
            for cell, sign in unknown.items():
                # What is left for this cell when the others are as large, or small, as they can be
                least: float = sign * rest
                most: float = least
                for other, side in unknown.items():
                    if other != cell:
                        low, high = ranges[other]
                        least, most = (least - high, most - low) if side == sign else (least + low, most + high)
                low, high = ranges[cell]
                if least > low or most < high:
                    ranges[cell] = max(low, least), min(high, most)
                    changed.add(cell)
                    if ranges[cell][0] > ranges[cell][1]:
                        raise ValueError(f"figures do not add up: {'; '.join(map(named, unknown))}")
        if not changed:
            break
    return ranges


def _gives_away(low: float, high: float, printed: bool, threshold: int) -> bool:
    return low == high or high <= threshold if printed else low >= 1 and high <= threshold


def _told(ranges: Mapping[Hashable, tuple[float, float]], shown: Shown, threshold: int) -> dict[Hashable, Range]:
    return {
        cell: Range(int(low), int(high))
        for cell, (low, high) in ranges.items()
        if _gives_away(low, high, cell in shown, threshold)
    }


def some_recoverable(shown: Shown, relations: Sequence[Relation], threshold: int) -> dict[Hashable, Range]:
    """Some hidden cells that can be worked out, the easy ones first; none only where there is none."""
    parts = [(part, _narrowed(part, shown)) for part in linked(list(reduced(shown, relations)))]
    told = [_told(ranges, shown, threshold) for _, ranges in parts]
    if not any(told):
        told = [_exactly(part, ranges, shown, threshold) for part, ranges in parts if len(part) > 1]
    return {cell: found for some in told for cell, found in some.items()}


def _exactly(
    part: Sequence[_Reduced], ranges: Mapping[Hashable, tuple[float, float]], shown: Shown, threshold: int
) -> dict[Hashable, Range]:
    """The cells of linked relations that can be worked out, by looking for numbers that add up and are different.

    Numbers that add up clear every cell that they show to be possibly above the threshold, and of more than one value.
    """
    import highspy  # loaded for tables in which something is hidden
    import numpy as np

    cells, size = list(ranges), len(ranges)
    column = {cell: place for place, cell in enumerate(cells)}
    printed = np.array([cell in shown for cell in cells])
    everything, counted = np.arange(2 * size), np.arange(size, 2 * size)  # each number, then again as far as it counts
    programme = highspy.Highs()  # type: ignore[no-untyped-call]  # its methods are typed
    programme.silent()
    programme.setOptionValue("threads", 1)
    programme.addVars(size, *np.array(list(ranges.values()), dtype=float).T.copy())
    programme.addVars(size, np.zeros(size), np.zeros(size))
    for unknown, rest in part:
        programme.addRow(rest, rest, len(unknown), [column[cell] for cell in unknown], list(unknown.values()))
    for number in range(size):
        programme.addRow(-math.inf, 0, 2, [number, size + number], [-1, 1])
    least, most = np.full(size, np.inf), np.full(size, -np.inf)

    def look(goal: np.ndarray, counts_to: np.ndarray) -> None:
        programme.changeColsCost(2 * size, everything, goal)
        programme.changeColsBounds(size, counted, np.zeros(size), counts_to)
        programme.run()
        if programme.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ValueError(f"figures do not add up: {'; '.join(map(named, cells))}")
        found = np.array(programme.getSolution().col_value[:size])
        np.minimum(least, found, out=least)
        np.maximum(most, found, out=most)

    def unclear(among: np.ndarray) -> np.ndarray:
        low, high = np.ceil(least[among] - 1e-6), np.floor(most[among] + 1e-6)
        clear = np.where(printed[among], (high > threshold) & (high > low), (high > threshold) | (low < 1))
        left: np.ndarray = among[~clear]
        return left

    def large(among: np.ndarray) -> None:
        goal = np.zeros(2 * size)
        goal[size + among] = -1
        look(goal, np.where(np.isfinite(least), np.maximum(least, threshold), threshold) + 1)

    told, left = {}, np.arange(size)
    while left.size:
        large(left)
        still = unclear(left)
        if still.size == left.size:  # not all at once: then the first alone, as large and as small as it can be
            one = left[:1]
            large(one)
            goal = np.zeros(2 * size)
            goal[one] = 1
            look(goal, np.zeros(size))
            if unclear(one).size:
                place = int(one[0])
                told[cells[place]] = Range(math.ceil(least[place] - 1e-6), math.floor(most[place] + 1e-6))
                left = left[1:]
            still = unclear(left)
        left = still
    return told
