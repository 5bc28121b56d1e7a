"""What of a year is still to be done: rows carried over and not confirmed, tables that nobody has entered, blocks without words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ncthelpers import commentary
from ncthelpers.citations import CARRIED
from ncthelpers.contract import cited_in, to_enter
from ncthelpers.faults import Fault
from ncthelpers.rows import unread

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["unconfirmed", "by_file", "waiting", "unwritten"]


_CONFIRM = "hold it against this year's documents and cite the paragraph"


def unconfirmed(data: YearData, place: str) -> tuple[Fault, ...]:
    """What of the year is carried over from the year before and not yet confirmed by a source of its own.

    Parameters
    ----------
    data : YearData
        The year, as far as it could be read.
    place : str
        The year's folder from the root.
    """
    return tuple(
        Fault(file, row, column, source, "carried over from an earlier year and not confirmed", suggestion=_CONFIRM)
        for file, row, column, source in _sources(data, place)
        if any(part.startswith(f"{CARRIED}:") for part in source.split())
    )


def by_file(unconfirmed: Iterable[Fault]) -> tuple[Fault, ...]:
    """What is carried over and not confirmed, one fault a file, its rows or entries as the value.

    Examples
    --------
    >>> [fault] = by_file(Fault("kpis.csv", row, "source", "carried:kpis/2", "is carried over") for row in (2, 3, 4, 9))
    >>> fault.value
    'rows 2 to 4, 9'
    """
    found: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for fault in unconfirmed:
        entry, _, number = ("row", "", fault.row) if fault.row else fault.column.rpartition(" ")
        found.setdefault((fault.file, fault.rule, fault.suggestion), {}).setdefault(entry or str(number), []).append(
            int(number) if entry else 0
        )
    return tuple(
        Fault(
            file,
            None,
            "",
            "; ".join(_spans(entry, numbers) for entry, numbers in entries.items()),
            rule,
            suggestion=suggestion,
        )
        for (file, rule, suggestion), entries in found.items()
    )


def _spans(entry: str, numbers: Iterable[int]) -> str:
    """Numbered entries in order, those that follow each other as one span; an entry without a number by itself."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers) - {0}):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    text = ", ".join(" to ".join(map(str, span)) for span in spans)
    several = "s" if entry == "row" and (len(spans) > 1 or len(spans[0]) > 1) else ""
    return f"{entry}{several} {text}".strip()


def _sources(data: YearData, place: str) -> Iterator[tuple[str, int | None, str, str]]:
    """Every source that the year gives, after file, row and column."""
    for where, source in cited_in(data.contract):
        yield f"{place}/contract.yml", None, where, source
    for name, frame in data.tables.items():
        for column in (column.name for column in data.schemas[name].columns if column.type == "source"):
            for row, source in frame[column].dropna().items():
                yield f"{place}/{name}.csv", row, column, source
    for page, text in data.commentary.items():
        for source in commentary.cited_paragraphs(text):
            yield f"{place}/commentary/{page}.md", None, "source", source


def waiting(data: YearData, place: str) -> tuple[Fault, ...]:
    """The tables that ``contract.yml`` says nobody has entered yet, and nobody has, as one fault.

    Parameters
    ----------
    data : YearData
        The year, as far as it could be read; a table that could not be is not said to wait.
    place : str
        The year's folder from the root.
    """
    held = data.tables
    names = [name for name in to_enter(data.contract) if name in held and held[name].empty and not unread(held[name])]
    rule = f"{'has' if len(names) == 1 else 'have'} nothing entered yet"
    settle = "enter them, or say under not_reported why there is nothing to enter"
    return (
        (Fault(f"{place}/contract.yml", None, "to_enter", ", ".join(names), rule, suggestion=settle),) if names else ()
    )


def unwritten(data: YearData, place: str) -> tuple[Fault, ...]:
    """The blocks of commentary that have no words yet, one fault an owner.

    Parameters
    ----------
    data : YearData
        The year, its commentary free of faults.
    place : str
        The year's folder from the root.
    """
    owned: dict[str, list[str]] = {}
    for page, text in data.commentary.items():
        blocks = commentary.blocks(text)
        empty = [name for name, words in blocks.items() if not words]
        if empty:
            of = f" ({', '.join(empty)})" if len(empty) < len(blocks) else ""
            owned.setdefault(str(commentary.head(text).get("owner") or ""), []).append(f"{page}{of}")
    return tuple(
        Fault(f"{place}/commentary", None, "", ", ".join(found), f"still without words{f' of {owner}' if owner else ''}",
              suggestion="write them, or take the block out")
        for owner, found in owned.items()
    )  # fmt: skip
