"""Counts of so few people that they point to somebody: hidden, with as many others as keep them from being worked out.

How a table and the way it adds up are written is told in :mod:`ncthelpers.differencing`.
"""

from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ncthelpers.differencing import (
    THRESHOLD,
    Relation,
    Shown,
    linked,
    named,
    recoverable,
    reduced,
    some_recoverable,
)
from ncthelpers.faults import Fault

__all__ = ["HIDDEN", "THRESHOLD", "is_small", "protect", "protect_rows", "table_faults"]

HIDDEN = "c"  # what stands for a hidden number, as the department writes it


def is_small(number: int | None, threshold: int = THRESHOLD) -> bool:
    """Whether a count is of so few people that it is hidden: 1 to the threshold. Nought is nobody, and shown.

    Examples
    --------
    >>> [number for number in range(8) if is_small(number)]
    [1, 2, 3, 4, 5]
    """
    return number is not None and 1 <= number <= threshold


def protect(
    shown: Mapping[Any, int | None],
    relations: Sequence[Relation],
    threshold: int = THRESHOLD,
    wanted: Container[Hashable] = (),
) -> dict[Any, int | None]:
    """Hide every small count, and as many others as it takes that none can be worked out.

    Parameters
    ----------
    shown : mapping of hashable to int or None
        What is to be printed; None where it is hidden already.
    relations : sequence of Relation
        How cells add up.
    threshold : int
        The largest count that is hidden.
    wanted : container of hashable
        Cells that readers need most, such as a year's total: hidden as well only where no other would do.

    Returns
    -------
    dict of hashable to int or None
        The same cells, in the same order. Of those that would do, the cell hidden as well is the one that keeps most
        hidden numbers from being worked out, then the smallest that is not nought, then the first. None of them could
        be shown again without giving a number away.

    Raises
    ------
    ValueError
        If the figures do not add up.

    Notes
    -----
    Rule: domain section 8 (DfE, children in need statistics): numbers of 1 to 5 are replaced by ``c``, and a second one
    wherever the first could be worked out.

    Examples
    --------
    >>> from ncthelpers.differencing import whole
    >>> protect({"boys": 3, "girls": 20, "unborn": 9, "all": 32}, [whole("all", ["boys", "girls", "unborn"])])
    {'boys': None, 'girls': 20, 'unborn': None, 'all': 32}
    """
    for _ in reduced(shown, relations):
        pass  # figures that do not add up are not hidden from sight
    kept = {cell: None if is_small(number, threshold) else number for cell, number in shown.items()}
    for part in linked([(dict(relation), 0) for relation in relations]):
        among = [relation for relation, _ in part]
        while told := some_recoverable(kept, among, threshold):
            kept[_second(told, kept, among, wanted)] = None
        spare = {cell for relation in among for cell in relation if shown.get(cell) and kept[cell] is None}
        for cell in sorted(
            (cell for cell in shown if cell in spare), key=lambda cell: (cell not in wanted, -(shown[cell] or 0))
        ):
            if not is_small(shown[cell], threshold):
                kept[cell] = shown[cell]
                if some_recoverable(kept, among, threshold):
                    kept[cell] = None
    return kept


def protect_rows(
    rows: Sequence[Mapping[str, Any]],
    cell: Sequence[str],
    number: str,
    relations: Sequence[Relation] = (),
    threshold: int = THRESHOLD,
    symbol: str = "symbol",
) -> list[dict[str, object]]:
    """The rows of a table of counts, one a cell, with what :func:`protect` hides empty and marked ``c``.

    Parameters
    ----------
    rows : sequence of mapping
        The table.
    cell : sequence of str
        Columns whose values, as a tuple, name a row's cell in the relations.
    number, symbol : str
        The columns of the count, and of the symbol that stands where there is none.
    relations, threshold
        As of :func:`protect`.

    Returns
    -------
    list of dict
        The same rows. One without a number and with another symbol than ``c`` is not available, and stays so.

    Raises
    ------
    ValueError
        If the figures do not add up.

    Examples
    --------
    >>> rows = [{"reason": "no date", "records": 3, "symbol": None}, {"reason": "moved in", "records": 12, "symbol": None}]
    >>> [(row["records"], row["symbol"]) for row in protect_rows(rows, ["reason"], "records")]
    [(None, 'c'), (12, None)]
    """
    cells = [tuple(row[column] for column in cell) for row in rows]
    shown = {
        name: row[number]
        for name, row in zip(cells, rows, strict=True)
        if row[number] is not None or row[symbol] == HIDDEN
    }
    kept = protect(shown, relations, threshold)
    return [
        {**row, number: None, symbol: HIDDEN} if kept.get(name, 0) is None else dict(row)
        for name, row in zip(cells, rows, strict=True)
    ]


def table_faults(
    file: str,
    shown: Mapping[Any, int | None],
    relations: Sequence[Relation],
    threshold: int = THRESHOLD,
    places: Mapping[Any, tuple[int | None, str]] | None = None,
) -> Iterator[Fault]:
    """What a published table gives away: small counts it shows, and hidden ones that can be worked out.

    Parameters
    ----------
    file : str
        The table's file.
    shown, relations, threshold
        As of :func:`recoverable`.
    places : mapping of hashable to tuple of int and str, optional
        Row and column of a cell in its file.

    Yields
    ------
    Fault
        The value is never in it.

    Examples
    --------
    >>> [print(fault) for fault in table_faults("t.csv", {"a": 2}, [], places={"a": (2, "children")})]
    t.csv, row 2, column children: is a number from 1 to 5, which may point to somebody: hide it, marked c
    [None]
    """
    places = places or {}
    for cell, number in shown.items():
        if is_small(number, threshold):
            rule = f"is a number from 1 to {threshold}, which may point to somebody: hide it, marked {HIDDEN}"
            yield Fault(file, *places.get(cell, (None, str(cell))), "", rule)
    try:
        told = recoverable(shown, relations, threshold)
    except ValueError as fault:
        yield Fault(file, None, "", "", str(fault))
        return
    for cell, (low, high) in told.items():
        how = "exactly" if low == high else f"to one of {low} to {high}"
        at = places.get(cell, (None, named(cell)))
        what = "hidden" if cell in shown else "that is not printed"
        yield Fault(file, *at, "", f"a number {what} can be worked out {how} from the others: hide another")


def _second(
    told: Iterable[Hashable], shown: Shown, relations: Sequence[Relation], wanted: Container[Hashable]
) -> Hashable:
    """The cell to hide next: in the relations that tell most of those told, which are those with the fewest unknown."""
    unknown = {id(relation): sum(shown.get(cell) is None for cell in relation) for relation in relations}
    weak = []
    for cell in told:
        of = [relation for relation in relations if cell in relation]
        fewest = min(unknown[id(relation)] for relation in of)
        weak += [relation for relation in of if unknown[id(relation)] == fewest]
    telling = {id(relation) for relation in weak}
    while not (choice := list(dict.fromkeys(cell for relation in weak for cell in relation if shown.get(cell)))):
        reached = {cell for relation in weak for cell in relation}
        weak = [relation for relation in relations if reached & relation.keys()]
        if all(reached >= relation.keys() for relation in weak):
            raise ValueError("a number can be worked out, and no other is left to hide")

    def loss(cell: Hashable) -> tuple[bool, int, int]:
        of = [id(relation) for relation in relations if cell in relation]
        laid_bare, helped = sum(not unknown[one] for one in of), sum(one in telling for one in of)
        return cell in wanted, laid_bare - helped, shown[cell] or 0

    return min(choice, key=loss)
