"""How a sentence is put together of words and of figures, each with the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ncthelpers import provenance
from ncthelpers.cells import as_written
from ncthelpers.findings import Finding, Held, finding
from ncthelpers.provenance import Figure
from ncthelpers.yeardata import Comparison, YearData
from ncthelpers.years import in_words

__all__ = [
    "Part",
    "Sentence",
    "said",
    "listed",
    "where",
    "count",
    "values_of",
    "tally",
    "number",
    "has",
    "when",
    "name",
    "counted",
]

Part = str | Figure
Sentence = Callable[..., Finding | Sequence[Finding] | None]  # of one year, or of several side by side


def said(*parts: Part | Sequence[Part]) -> Finding:
    """A finding of words and figures in their order."""
    flat = [one for part in parts for one in ([part] if isinstance(part, (str, Figure)) else part)]
    return finding("{}" * len(flat), *flat)


def listed(groups: Sequence[Sequence[Part]]) -> list[Part]:
    """Groups of words and figures as they are listed in a sentence; by semicolons where one has a comma of its own."""
    commas = any(isinstance(part, str) and "," in part for group in groups for part in group)
    between, last = ("; ", "; ") if commas else (", ", " and ")
    found: list[Part] = []
    for number, group in enumerate(groups):
        found += [*([last if number == len(groups) - 1 else between] if number else []), *group]
    return found


def where(held: Held, **values: object) -> list[Mapping[str, Any]]:
    """The rows that have some values."""
    return [
        row for row in held.rows if all(as_written(row[name]) == as_written(value) for name, value in values.items())
    ]


def count(held: Held, **values: object) -> Figure:
    """How many rows have some values."""
    return held.count(where(held, **values), "&".join(f"{name}={as_written(value)}" for name, value in values.items()))


def values_of(rows: Iterable[Mapping[str, Any]], column: str) -> list[str]:
    """What a column holds, each value once, in the order of the rows."""
    return list(dict.fromkeys(row[column] for row in rows if row[column] is not None))


def tally(held: Held, column: str, values: Sequence[str] | Mapping[str, str] = ()) -> list[list[Part]]:
    """How many rows have each value of a column: of those asked for, in words of their own if given, or of all, the most frequent first."""
    counts = {value: len(where(held, **{column: value})) for value in values or values_of(held.rows, column)}
    ordered = counts if values else sorted(counts, key=lambda value: -counts[value])
    words = values if isinstance(values, Mapping) else {}
    return [[count(held, **{column: value}), f" {words.get(value, value)}"] for value in ordered if counts[value]]


def number(figure: Figure, one: str, many: str) -> list[Part]:
    """A count with its noun."""
    return [figure, f" {one if figure.value == '1' else many}"]


def has(row: Mapping[str, Any], *columns: str) -> bool:
    """Whether a row has a value in each of some columns."""
    return all(row.get(column) is not None and row[column] == row[column] for column in columns)


def when(held: Held, row: Mapping[str, Any], column: str) -> Figure:
    """A date of a row."""
    path = f"cell:{provenance.paths(held.name, held.schema, [row])[0]}/{column}"
    return provenance.figure(path, str(row[column]), "date", in_words(str(row[column])), held.behind([row]))


def name(held: Held, row: Mapping[str, Any], column: str) -> Figure:
    """A name as a row gives it, which may have a number in it."""
    path = f"cell:{provenance.paths(held.name, held.schema, [row])[0]}/{column}"
    return provenance.figure(path, str(row[column]), "", str(row[column]), held.behind([row]))


def counted(table: str, one: str, many: str) -> Sentence:
    """A sentence on how many rows a table has, none where it has no row.

    Parameters
    ----------
    table : str
        Name of the table.
    one, many : str
        What follows the number.
    """

    def sentence(data: YearData | Comparison) -> Finding | None:
        held = Held(data, table)
        return said(number(held.count(held.rows), one, many)) if held.rows else None

    return sentence
