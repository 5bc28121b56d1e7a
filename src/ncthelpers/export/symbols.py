"""A missing value as open data has it: the symbols of the Department for Education, for a figure is never an empty cell.

The letters are those of the department's open data standards; a file of its own may hold ``low`` for ``k``. A text that is
missing is an empty cell, which nobody takes for nil. What a spreadsheet would run as a formula is told from text here too.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import cast

from ncthelpers.access import EXEMPT
from ncthelpers.cells import Column, visible
from ncthelpers.rounding import half_up

__all__ = ["SYMBOLS", "NEUTRALISED", "meaning_of_missing", "csv_line", "neutral", "symbol", "written"]

SYMBOLS: Mapping[str, str] = MappingProxyType({
    "c": "confidential: suppressed, so that nobody can be told from a small number, or exempt from publication",
    "k": "low: rounds to nought but is not nought (some files of the Department for Education say low)",
    "u": "unreliable: too few cases to be printed",
    "x": "not available here: the sources of the table do not give it, or it cannot be computed from what they give",
    "z": "not applicable: there can be no such figure",
})  # fmt: skip
NEUTRALISED = (
    "A text that a spreadsheet would run as a formula, for it begins with an equals, plus, minus or at sign, has an apostrophe "
    "before it that is no part of it."
)
PLACES = 8  # far beyond what any table is published to; a quotient without end has more
_STATUS = "status"  # the column that says by row what stands in the place of a figure
_CONFIDENTIAL = frozenset({EXEMPT, "suppressed", "not shown"})
_NOT_APPLICABLE = frozenset({
    "as printed", "does not apply", "no budget", "no interval", "no limits", "one score only",
})  # fmt: skip
# A sign that calls a formula, also in its full width, behind whatever a program may skip to find it.
_CALLS = re.compile(r"""[\s"'`\ufeff\u200b-\u200f\u2060]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]""")
_HARMLESS = re.compile(r"-|[+-]? ?£? ?\d[\d,]*(?:\.\d+)?%?", flags=re.ASCII)


def symbol(column: Column, row: Mapping[str, object]) -> str:
    """What stands in the place of a figure that is missing.

    Parameters
    ----------
    column : Column
        The column of the figure; its words for a missing value say which symbol it is.
    row : Mapping
        The row; a symbol in its status column goes before what the column says.

    Notes
    -----
    Source: the symbols of the Department for Education's official statistics.

    Examples
    --------
    >>> cases = Column("cases", "count", "Cases", missing="suppressed")
    >>> target = Column("target", "percent", "Target", missing="not published")
    >>> symbol(cases, {}), symbol(target, {}), symbol(target, {"status": "k"})
    ('c', 'x', 'k')
    """
    said = row.get(_STATUS)
    return said if isinstance(said, str) and said in SYMBOLS else _of_words(column.missing)


def _of_words(missing: str) -> str:
    return "c" if missing in _CONFIDENTIAL else "z" if missing in _NOT_APPLICABLE else "x"


def meaning_of_missing(column: Column) -> str:
    """What a missing value of a column means, as its description says it.

    Examples
    --------
    >>> meaning_of_missing(Column("target", "percent", "Target", missing="not published"))
    'Where there is no figure: x, which here means not published.'
    """
    if not column.numeric:
        return f"Empty where it is {column.missing}." if column.missing == EXEMPT else ""
    return f"Where there is no figure: {_of_words(column.missing)}, which here means {column.missing}."


def neutral(text: str) -> str:
    """A text that no spreadsheet runs as a formula: an apostrophe goes before one that would be run, never before a number.

    Examples
    --------
    >>> neutral("=1+1"), neutral(" @sum(a1)"), neutral("-5"), neutral("1 April"), neutral("- of which: rent")
    ("'=1+1", "' @sum(a1)", '-5', '1 April', "'- of which: rent")
    """
    return f"'{text}" if _CALLS.match(text) and not _HARMLESS.fullmatch(text) else text


def csv_line(cells: Iterable[str]) -> str:
    r"""A row of a CSV file, in which a cell may hold any sign: one with a line break of any kind stands in quotation marks.

    Parameters
    ----------
    cells : iterable of str
        The cells.

    Examples
    --------
    >>> csv_line(["a", "b, c", "d\r=1+1"])
    'a,"b, c","d\r=1+1"\n'
    """
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerow(cells)  # it quotes no sign of a line's end but those named here
    return made.getvalue().removesuffix("\r\n") + "\n"


def written(column: Column, row: Mapping[str, object]) -> str:
    """A cell as open data has it: a figure to eight decimal places if it has more, a day as year-month-day, a symbol for a missing figure.

    Parameters
    ----------
    column : Column
        The column.
    row : Mapping
        The row, by the names of all columns.

    Raises
    ------
    TypeError
        If a figure is a float, which is not exact.

    Examples
    --------
    >>> share = Column("share", "percent", "Share")
    >>> written(share, {"share": Decimal(1) / 3}), written(share, {"share": None}), written(share, {"share": Decimal("1E+2")})
    ('0.33333333', 'x', '100')
    """
    value = row[column.name]
    if value is None or value != value:
        return symbol(column, row) if column.numeric else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        raise TypeError(f"{column.name} is a float, which is not exact")
    if isinstance(value, date):
        return value.isoformat()
    if column.numeric:
        exact = Decimal(cast("Decimal | int | str", value))
        return f"{half_up(exact, PLACES) if cast(int, exact.as_tuple().exponent) < -PLACES else exact:f}"
    return neutral(visible(str(value)))
