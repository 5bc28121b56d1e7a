"""Printed totals and printed percentages against the rows and figures that they are made of.

A figure that its parts do not give is neither corrected nor refused: the printed value stands, the recomputed value
stands beside it, and the difference is judged against what rounding alone could do.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pandas as pd

from ncthelpers.cells import as_written
from ncthelpers.rounding import half_up

__all__ = [
    "AGREES",
    "ROUNDING",
    "DIFFERS",
    "NOT_COMPUTABLE",
    "judged",
    "printed_total_checks",
    "printed_rate_checks",
    "unknown_rows",
]

AGREES = "agrees"
ROUNDING = "differs by rounding"
DIFFERS = "differs"
NOT_COMPUTABLE = "cannot be computed"


def _conditions(rows: str | None) -> dict[str, list[str]]:
    pairs = (condition.partition("=") for condition in (rows or "").split(";") if condition.strip())
    return {column.strip(): [value.strip() for value in values.split("|")] for column, _, values in pairs}


def _parts(total: Mapping, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    frame = tables[total["table"]]
    for column, values in _conditions(total["rows"]).items():
        frame = frame[frame[column].map(as_written).isin(values)]
    return frame[total["column"]]


def unknown_rows(total: Mapping, tables: Mapping[str, pd.DataFrame]) -> str:
    """What is wrong with the rows that a printed total names; empty if it names some rows of some column."""
    if total["table"] not in tables:
        return "is not a table of this year"
    frame = tables[total["table"]]
    for column in [total["column"], *_conditions(total["rows"])]:
        if column not in frame:
            return f"has no column {column}"
    parts = _parts(total, tables)
    if parts.empty:
        return f"has no row where {total['rows']}" if total["rows"] else "has no row"
    if not all(part is None or isinstance(part, (int, Decimal)) for part in parts):
        return f"has no numbers in its column {total['column']}"
    return ""


def _unit_of_last_place(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(value.as_tuple().exponent)


def judged(printed: Decimal | None, recomputed: Decimal | None, allowance: Decimal | None) -> str:
    """How a printed figure stands to the recomputed one, given what rounding alone could do.

    Examples
    --------
    >>> judged(Decimal(3701), Decimal(3702), Decimal(3)), judged(Decimal(1), None, None)
    ('differs by rounding', 'cannot be computed')
    """
    if printed is None or recomputed is None:
        return NOT_COMPUTABLE
    difference = abs(printed - recomputed)
    return AGREES if difference == 0 else ROUNDING if difference <= allowance else DIFFERS


def printed_total_checks(printed_totals: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Each printed total beside the total of its rows.

    Parameters
    ----------
    printed_totals : DataFrame
        Columns ``total, what, table, column, rows, printed, unit, source``; ``rows`` selects by
        ``column=value|value; column=value``, none meaning all rows.
    tables : Mapping of str to DataFrame
        The tables that the totals name.

    Returns
    -------
    DataFrame
        Columns ``what, unit, printed, recomputed, difference, allowance, result, source``. A part that is missing
        makes the total one that cannot be computed: missing is not nil.

    Notes
    -----
    Rounding alone can move a total of n rounded rows by half a unit of the last printed place for each row.

    Examples
    --------
    >>> gaps = pd.DataFrame({"year": ["2024-25"] * 2, "gap": [Decimal("23.394"), Decimal("33.913")]})
    >>> printed = pd.DataFrame([dict(total="t", what="Gap", table="gaps", column="gap", rows="year=2024-25",
    ...                              printed=Decimal("57.303"), unit="£m", source="report:12/5")])
    >>> printed_total_checks(printed, {"gaps": gaps})[["recomputed", "allowance", "result"]].values.tolist()
    [[Decimal('57.307'), Decimal('0.0010'), 'differs']]
    """
    checks = []
    for total in printed_totals.to_dict("records"):
        parts = [part if part is None else Decimal(part) for part in _parts(total, tables)]
        recomputed = None if any(part is None for part in parts) else sum(parts, Decimal(0))
        printed = total["printed"]
        allowance = None if printed is None else _unit_of_last_place(printed) / 2 * len(parts)
        checks.append({
            "what": total["what"], "unit": total["unit"], "printed": printed, "recomputed": recomputed,
            "difference": None if None in (printed, recomputed) else printed - recomputed,
            "allowance": allowance, "result": judged(printed, recomputed, allowance), "source": total["source"],
        })  # fmt: skip
    columns = ["what", "unit", "printed", "recomputed", "difference", "allowance", "result", "source"]
    return pd.DataFrame(checks, columns=columns, dtype=object)


def printed_rate_checks(printed_rates: pd.DataFrame, value_of: Callable[[str], Decimal | None]) -> pd.DataFrame:
    """Each printed percentage beside the one its numerator and denominator give, rounded half up to the same places.

    Parameters
    ----------
    printed_rates : DataFrame
        Columns ``rate, what, numerator, denominator, printed, source``; numerator and denominator name figures.
    value_of : callable
        The value of a figure by name; none where it was not published.

    Returns
    -------
    DataFrame
        Columns ``what, numerator, denominator, printed, recomputed, unrounded, result, source`` (per cent). Two rates
        that differ in the last printed place differ: rounding is already applied.

    Examples
    --------
    >>> printed = pd.DataFrame([dict(rate="met", what="KPIs met", numerator="met", denominator="all",
    ...                              printed=Decimal("78.3"), source="report:3.1/2")])
    >>> printed_rate_checks(printed, {"met": Decimal(29), "all": Decimal(37)}.get)[["recomputed", "result"]].values.tolist()
    [[Decimal('78.4'), 'differs']]
    """
    checks = []
    for rate in printed_rates.to_dict("records"):
        numerator, denominator = value_of(rate["numerator"]), value_of(rate["denominator"])
        unrounded = None if numerator is None or not denominator else Decimal(numerator) / Decimal(denominator) * 100
        places = -rate["printed"].as_tuple().exponent
        recomputed = None if unrounded is None else half_up(unrounded, places)
        checks.append({
            "what": rate["what"], "numerator": numerator, "denominator": denominator, "printed": rate["printed"],
            "recomputed": recomputed, "unrounded": unrounded,
            "result": judged(rate["printed"], recomputed, Decimal(0)), "source": rate["source"],
        })  # fmt: skip
    columns = ["what", "numerator", "denominator", "printed", "recomputed", "unrounded", "result", "source"]
    return pd.DataFrame(checks, columns=columns, dtype=object)
