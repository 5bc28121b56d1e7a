"""What tables find, in a sentence short enough to stand above a chart: worked out from the data, with its figures.

Each function is named by its table and gives nothing where the data cannot say it: missing is not nil. A finding names
no trust, year or measure of its own accord, and its words for a direction come from the numbers. Two figures are called
better, worse, higher or lower only by :func:`ncthelpers.benchmarks.comparison_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ncthelpers import benchmarks, comparison, results, spc, wording, years
from ncthelpers.lineage import Lineage, Rows, merged
from ncthelpers.provenance import Figure, figure, paths
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison, YearData

__all__ = [
    "Finding",
    "Held",
    "MET",
    "AS_USUAL",
    "MOST_WORDS",
    "finding",
    "short_enough",
    "outturn_variance",
    "reserve_bridge",
    "contract_sum_bridge",
    "support_service_rates",
    "audit_progress",
    "grant_shares",
    "gaps_by_year",
    "contract_sum_effects",
    "demand",
    "dated",
    "risk_movement",
    "answer_shares",
    "practice_shares",
    "kpi_signal",
]

MOST_WORDS = 10  # of a title
SIZE = "|size"  # ends the name of a figure that is written without its sign, a word saying what the sign means


@dataclass(frozen=True)
class Finding:
    """What a table finds.

    Parameters
    ----------
    text : str
        The finding, without a full stop.
    figures : tuple of Figure
        Every figure in it, with its rows.
    """

    text: str
    figures: tuple[Figure, ...] = ()


def finding(words: str, *parts: str | Figure) -> Finding:
    """A finding of constant words with names and figures set into them.

    Parameters
    ----------
    words : str
        The words, with ``{}`` for each part.
    *parts : str or Figure
        Names as they are, figures as they are printed.

    Examples
    --------
    >>> told = finding("Services {} by {}", "overspent", Figure("cell:costs/all/over|size", "1070", "£000", "£1,070,000", ()))
    >>> told.text, len(told.figures)
    ('Services overspent by £1,070,000', 1)
    """
    figures = tuple(part for part in parts if isinstance(part, Figure))
    return Finding(words.format(*(part.text if isinstance(part, Figure) else part for part in parts)), figures)


def short_enough(*told: Finding) -> Finding | None:
    """The first of some findings that is no longer than a title may be; names from the data can make one too long."""
    return next((one for one in told if len(one.text.split()) <= MOST_WORDS), None)


class Held:
    """One table of a year or of several, from which the figures of a finding are taken.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        Name of the table.
    """

    def __init__(self, data: YearData | Comparison, name: str) -> None:
        of = comparison if isinstance(data, Comparison) else results
        self.data, self.name = data, name
        self.schema, self.rows = of.table_schema(data, name), records_of(of.table(data, name))
        self._lineage = Lineage(data, name)

    def cell(self, row: Mapping[str, Any], column: str, decimals: int | None = None, size: bool = False) -> Figure:
        """A cell as it is read in a sentence; with ``size`` without its sign.

        Raises
        ------
        ValueError
            If the cell has no value: ask before.
        """
        held, value = self.schema[column], row[column]
        if value is None:
            raise ValueError(f"{self.name} has no {column} in that row")
        name = f"cell:{paths(self.name, self.schema, [row])[0]}/{column}"
        if not held.numeric:
            return figure(name, value, "", wording.cell_text(value, held), self._lineage.of(row))
        unit = "per cent" if held.type == "percent" else held.unit or row.get("unit") or ""
        places = next((places for places in (decimals, held.decimals, row.get("decimals")) if places is not None), None)
        value, name = (abs(value), name + SIZE) if size else (value, name)
        return figure(name, value, unit, wording.figure_text(value, unit, places), self._lineage.of(row))

    def count(self, rows: Sequence[Mapping[str, Any]], which: str = "") -> Figure:
        """How many rows these are; ``which`` says in the name of the figure what they have in common."""
        name = f"count:{self.name}{'?' if which else ''}{which}"
        return figure(name, len(rows), "", wording.figure_text(len(rows)), self.behind(rows or self.rows))

    def part(self, rows: Sequence[Mapping[str, Any]], which: str) -> Figure:
        """The same for a part of rows that a sentence begins with: none of them is written out."""
        counted = self.count(rows, which)
        return counted if rows else replace(counted, text="None")

    def total(self, column: str, rows: Sequence[Mapping[str, Any]] | None = None, which: str = "") -> Figure:
        """The sum of a column over some rows, or over all."""
        rows, held = self.rows if rows is None else rows, self.schema[column]
        value = sum((row[column] for row in rows if row[column] is not None), 0)
        name = f"cell:{self.name}/{which or 'all'}/{column}"
        return figure(name, value, held.unit, wording.figure_text(value, held.unit, held.decimals), self.behind(rows))

    def behind(self, rows: Iterable[Mapping[str, Any]]) -> tuple[Rows, ...]:
        """The entered rows behind some rows."""
        return merged(one for row in rows for one in self._lineage.of(row))


def _spent(variance: Decimal) -> str:
    """What a variance is, overspend being positive."""
    return "overspent" if variance > 0 else "underspent"


# The cost of the year


def outturn_variance(data: YearData) -> Finding | None:
    """Whether all services together overspent or underspent, and by how much; an overspend is positive."""
    held = Held(data, "outturn_variance")
    if len(held.rows) < 2:
        return None
    total = held.rows[-1]
    if not total["variance"]:
        return Finding("Services together spent what was budgeted")
    return finding("Services together {} by {}", _spent(total["variance"]), held.cell(total, "variance", size=True))


def reserve_bridge(data: YearData) -> Finding | None:
    """How the reserve stands to what the services overspent: the sources do not say that it was spent."""
    held = Held(data, "reserve_bridge")
    if not held.rows or any(row["amount"] is None for row in held.rows):
        return None
    *_, before, _, last = held.rows
    if before["amount"] <= 0:
        return None
    if not last["amount"]:
        return Finding("The reserve is as much as the overspend")
    words = f"The reserve is {{}} {'less' if last['amount'] > 0 else 'more'} than the overspend"
    return finding(words, held.cell(last, "amount", size=True))


def contract_sum_bridge(data: YearData) -> Finding | None:
    """The budget beside the contract sum."""
    held = Held(data, "contract_sum_bridge")
    if not held.rows or held.rows[0]["amount"] is None or held.rows[-1]["amount"] is None:
        return None
    first, last = (held.cell(row, "amount", size=True) for row in (held.rows[0], held.rows[-1]))
    return finding("The budget is {} of a contract sum of {}", last, first)


# What the councils owe the trust


def support_service_rates(data: YearData) -> Finding | None:
    """How many of the support-service KPIs had the best outcome."""
    held = Held(data, "support_service_rates")
    if not held.rows:
        return None
    best = held.rows[0]
    words = "{} of {} support-service KPIs {} {}"
    return finding(
        words, held.cell(best, "kpis"), held.total("kpis"), "was" if best["kpis"] == 1 else "were", best["outcome"]
    )


def audit_progress(data: YearData) -> Finding | None:
    """How many of the internal audits had reached the last stage."""
    held, audits = Held(data, "audit_progress"), Held(data, "audits")
    if not held.rows or not audits.rows:
        return None
    last = held.rows[-1]
    return finding(
        "{} of {} audits had reached {}",
        held.cell(last, "audits"),
        audits.count(audits.rows),
        str(last["stage"]).lower(),
    )


# Money from outside, and what is to come


def grant_shares(data: YearData) -> Finding | None:
    """What all grants came to, and what the largest gave."""
    held = Held(data, "grant_shares")
    if len(held.rows) < 2:
        return None
    return finding("{} grants came to {}; the largest gave {}", held.count(held.rows), held.total("received"),
                   held.cell(held.rows[0], "received"))  # fmt: skip


def gaps_by_year(data: YearData) -> Finding | None:
    """The largest gap that any council forecasts in its whole budget; nothing where none forecasts one."""
    held, councils = Held(data, "gaps_by_year"), {council["name"] for council in data.contract["councils"]}
    given = [row for row in held.rows if row["council"] in councils and row["gap"] is not None]
    if not given:
        return None
    largest = max(given, key=lambda row: row["gap"])
    if largest["gap"] <= 0:
        return None
    return finding(
        "Largest gap in a council's budget: {}, in {}", held.cell(largest, "gap"), held.cell(largest, "year")
    )


def contract_sum_effects(data: YearData) -> Finding | None:
    """What the costed factors together do to the next contract sum."""
    held = Held(data, "contract_sum_effects")
    if not held.rows or not held.rows[-1]["effect"]:
        return None
    net = held.rows[-1]
    does, end = ("add", "to") if net["effect"] > 0 else ("take", "off")
    return finding("Costed factors together {} {} {} the contract sum", does, held.cell(net, "effect", size=True), end)


# Demand


def demand(data: YearData, measure: str) -> Finding | None:
    """How the actual figures of a measure of demand went from the first to the last, with the last forecast."""
    held = Held(data, "demand")
    rows = [row for row in held.rows if row["measure"] == measure]
    rows.sort(key=lambda row: years.last_day(row["start"]))
    actual = [row for row in rows if row["status"] == "actual" and None not in (row["value_start"], row["value_end"])]
    if not actual:
        return None
    first, last = actual[0], actual[-1]
    rose = benchmarks.comparison_words(last["value_end"], first["value_start"], "not rated", 0, "change")
    ends = held.cell(first, "value_start"), held.cell(last, "value_end")
    if rose == "did not change":
        return short_enough(finding("{} did not change: {}", str(first["title"]), ends[1]))
    words = "{} {} from {} to {}"
    told: list[str | Figure] = [str(first["title"]), rose, *ends]
    coming = [row for row in rows if row["status"] == "forecast" and row["value_end"] is not None]
    longer = [finding(f"{words}; forecast {{}}", *told, held.cell(row, "value_end")) for row in coming[-1:]]
    return short_enough(*longer, finding(words, *told))


# Dates


def dated(data: YearData, name: str, rows: Sequence[Mapping[str, Any]], what: str, which: str = "") -> Finding | None:
    """How many of some dated rows, of a table with ``start`` and ``end``, lie within the contract year with all their days.

    Parameters
    ----------
    data : YearData
        The year.
    name : str
        Name of the table.
    rows : sequence of Mapping
        The rows shown.
    what : str
        What they are, in the plural.
    which : str
        What they have in common.
    """
    if not rows:
        return None
    held = Held(data, name)
    inside = [row for row in rows if years.first_day(row["start"]) >= data.starts
              and years.last_day(row["end"] or row["start"]) <= data.ends]  # fmt: skip
    within = f"{which}{'&' if which else ''}in={data.year}"
    told = held.part(inside, within), held.count(rows, which), what
    return short_enough(finding("{} of {} {} fell within the contract year", *told),
                         finding("{} of {} {} fell within the year", *told))  # fmt: skip


# Risks, surveys and practice


def risk_movement(data: YearData) -> Finding | None:
    """How many risks with a score stand above the score that their owner accepts."""
    held = Held(data, "risk_movement")
    scored = [row for row in held.rows if row["score"] is not None]
    if not scored:
        return None
    above = [row for row in scored if row["within_appetite"] == "above"]
    stand = "stands" if len(above) < 2 else "stand"
    return finding("{} of {} scored risks {} above their owners' appetite", held.part(above, "within_appetite=above"),
                   held.count(scored, "scored"), stand)  # fmt: skip


def answer_shares(data: YearData) -> Finding | None:
    """Between what shares of those who answered gave the first answer on the scale of each question."""
    held = Held(data, "answer_shares")
    firsts = _firsts(held.rows, "survey", "question")
    if not firsts:
        return None
    least, most = (choose(firsts, key=lambda row: row["share_pct"]) for choose in (min, max))
    if least is most:
        return finding("{} gave the best answer", held.cell(most, "share_pct"))
    return finding("From {} to {} gave the best answer", held.cell(least, "share_pct"), held.cell(most, "share_pct"))


def practice_shares(data: YearData) -> Finding | None:
    """How the share of cases with the first score on the scale went from the first month shown to the last."""
    held = Held(data, "practice_shares")
    firsts = _firsts(held.rows, "month")
    if len(firsts) < 2:
        return None
    first, last = firsts[0], firsts[-1]
    rose = benchmarks.comparison_words(last["share_pct"], first["share_pct"], "not rated", 1, "change")
    if rose == "did not change":
        return finding("{} of audited cases had the best score, at both ends", held.cell(last, "share_pct"))
    return finding(
        "Audited cases scored best {} from {} to {}", rose, held.cell(first, "share_pct"), held.cell(last, "share_pct")
    )


def _firsts(rows: Sequence[Mapping[str, Any]], *columns: str) -> list[Mapping[str, Any]]:
    """Of rows that agree in some columns the first, if its share is shown."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in columns), row)
    return [row for row in found.values() if row["share_pct"] is not None]


# KPIs by month


MET: Mapping[str, str] = MappingProxyType({
    "consistently passes": "expected to meet its target", "consistently fails": "expected to miss its target",
    "hit and miss": "may meet or miss its target",
})  # fmt: skip
AS_USUAL = "as usual"  # what common cause is to readers


def kpi_signal(signal: Mapping[str, Any]) -> Finding:
    """What a KPI's last month says, and whether its target can be expected to be met, of a row of ``kpi_signals``.

    Limits say what to expect of a KPI that goes on as it is, not what its months were: each may have met the target.
    """
    variation = AS_USUAL if signal["variation"] == spc.COMMON else signal["variation"]
    said = variation or ("no limits of variation" if signal["period"] else "no value in the year")
    met = f"; {MET[signal['assurance']]}" if signal["assurance"] else ""
    return Finding(f"KPI {signal['kpi']}: {said}{met}")
