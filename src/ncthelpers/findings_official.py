"""What official statistics find, in a sentence short enough to stand above a chart: see :mod:`ncthelpers.findings`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ncthelpers import benchmarks, forecast, wording, years
from ncthelpers.findings import Finding, Held, finding, short_enough
from ncthelpers.lineage import Rows
from ncthelpers.provenance import figure
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison, YearData

__all__ = [
    "country",
    "authority_ranks",
    "against_median",
    "related_measures",
    "series",
    "finance_series",
    "forecast_paths",
]

_BESIDE = ("better", "worse", "the same")


def country(data: YearData) -> str:
    """The country that official measures are set beside, by its name."""
    areas = data["areas"]
    return next(iter(areas.loc[areas["kind"] == "country", "name"]), "the country")


def authority_ranks(data: YearData) -> Finding | None:
    """How many of the areas' rated figures are better than the median of all authorities."""
    held, measures = Held(data, "authority_ranks"), _measures(data)
    ranked = [row for row in held.rows if row["rank"] and row["value"] is not None
              and measures[row["measure"]]["polarity"] in benchmarks.RATED]  # fmt: skip
    if not ranked:
        return None
    better = [row for row in ranked if against_median(row, measures[row["measure"]]) == "better than"]
    return finding("{} of {} ranked figures {} better than the median", held.part(better, "better than the median"),
                   held.count(ranked, "ranked"), "is" if len(better) < 2 else "are")  # fmt: skip


def against_median(row: Mapping[str, Any], measure: Mapping[str, Any]) -> str:
    """How a ranked figure stands to the median of all authorities, at the places it is printed with."""
    return benchmarks.comparison_words(row["value"], row["median"], measure["polarity"], measure["decimals"] or 0)


def related_measures(several: Comparison, measures: Sequence[str], part: str = "") -> Finding | None:
    """How many of some measures, called so together, are better than the country in the newest year that any is compared for."""
    for year in reversed(several.years):
        held = Held(year, "related_measures")
        of = [row for row in held.rows if row["measure"] in measures and row["country_words"] in _BESIDE]
        if of:
            better = [row for row in of if row["country_words"] == "better"]
            which = f"measure={'|'.join(row['measure'] for row in of)}"
            when = figure(
                f"year:{year.year}",
                str(year.year),
                "contract year",
                str(year.year),
                [Rows(f"{year.year}/contract.yml")],
            )
            count = held.part(better, f"{which}&country_words=better")
            told = [count, held.count(of, which), "was" if len(better) < 2 else "were", country(year), when]
            if not part:
                return short_enough(finding("{} of {} compared measures {} better than {}, {}", *told),
                                    finding("{} of {} compared {} better than {}, {}", *told))  # fmt: skip
            of_part = [replace(count, text=count.text.lower()), told[1], country(year), when]
            words = f"{part}: {{}} of {{}} {'joint figures' if len(year.contract['councils']) > 1 else 'compared'} better than {{}}"
            return short_enough(finding(f"{words}, {{}}", *of_part), finding(words, *of_part[:-1]))
    return None


def series(several: Comparison, name: str, measure: str) -> Finding | None:
    """How one official measure went from its first year to its last, where no break lies between them."""
    held = Held(several, name)
    rows = sorted((row for row in held.rows if row["measure"] == measure and row["value"] is not None),
                  key=lambda row: row["year"])  # fmt: skip
    if len(rows) < 2 or any(row.get("break_before") for row in rows[1:]):
        return None
    first, last = rows[0], rows[-1]
    rose = benchmarks.comparison_words(last["value"], first["value"], "not rated", last.get("decimals") or 0, "change")
    ends = held.cell(first, "value"), held.cell(last, "value")
    if rose == "did not change":
        return short_enough(finding("{} did not change since {}", str(last["title"]), held.cell(first, "year")))
    return short_enough(
        finding("{} {} from {} to {} since {}", str(last["title"]), rose, *ends, held.cell(first, "year"))
    )


def finance_series(several: Comparison, rows: Sequence[Mapping[str, Any]]) -> Finding | None:
    """How many lines of spending, an authority and measure each, rose from their first year to their last."""
    held = Held(several, "finance_series")
    lines: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["year"]):
        if row["value"] is not None:
            lines.setdefault((row["measure"], row["area"]), []).append(row)
    whole = [line for line in lines.values() if len(line) > 1 and not any(row.get("break_before") for row in line[1:])]
    if not whole:
        return None
    rose = [line for line in whole if _change(line) == "rose"]
    ends = [[row for line in some for row in (line[0], line[-1])] for some in (rose, whole)]
    of = f"cell:finance_series/{'|'.join(dict.fromkeys(measure for measure, _ in lines))}/lines"
    counts = [figure(name, len(some), "", wording.figure_text(len(some)) if some else "none", held.behind(rows))
              for name, some, rows in zip((f"{of} that rose", of), (rose, whole), ends, strict=True)]  # fmt: skip
    return finding("Spending rose in cash in {} of {} lines shown", *counts)


def _change(line: Sequence[Mapping[str, Any]]) -> str:
    return benchmarks.comparison_words(
        line[-1]["value"], line[0]["value"], "not rated", line[-1].get("decimals") or 0, "change"
    )


def forecast_paths(several: Comparison) -> Finding | None:
    """How the newest printed forecast whose day has come stands to what came."""
    held = Held(several, "forecast_paths")
    came = [row for row in held.rows if row["method"] == forecast.PRINTED and row["error"] is not None]
    if not came:
        return None
    newest = max(came, key=lambda row: years.last_day(row["end"]))
    side = benchmarks.comparison_words(newest["value"], newest["came"], "not rated", newest["decimals"] or 0, "level")
    printed = held.cell(newest, "value")
    if side == "level with":
        return finding("The forecast of {} was level with what came", printed)
    return finding("The forecast of {} was {} {} what came", printed, held.cell(newest, "error", size=True), side)


def _measures(data: YearData) -> dict[str, dict[str, Any]]:
    return {row["measure"]: row for row in records_of(data["measures"])}
