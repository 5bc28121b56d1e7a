"""What official figures and public sources say in a sentence, and what is and is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ncthelpers import claims
from ncthelpers.findings import Finding, Held
from ncthelpers.findings_official import country
from ncthelpers.sentences.parts import (
    Part,
    Sentence,
    count,
    has,
    listed,
    name,
    number,
    said,
    tally,
    values_of,
    when,
    where,
)
from ncthelpers.yeardata import Comparison, YearData

__all__ = [
    "demand",
    "against_country",
    "against_country_alone",
    "stopped",
    "of_newest",
    "spent",
    "since_before",
    "not_compared",
    "ranks",
    "in_care",
    "demand_directions",
    "finances_by_source",
    "statements",
    "not_reproduced",
    "lost",
    "absent",
    "forecasts",
    "breaks",
    "revised",
    "reproduced",
]

_AGAINST, _SINCE = ("better", "the same", "worse"), ("better", "no change", "worse")
_DIRECTIONS = {"higher": "higher", "no change": "unchanged", "lower": "lower"}
_QUARTERS = {"first (best)": "in the best", "second": "in the second", "third": "in the third", "fourth": "in the last"}
_SAID = {"no change": "unchanged"}
_CARE, _SPENT = "children_looked_after", "outturn_children_total"


# Demand and official statistics


def demand(data: YearData) -> Finding | None:
    """Of the measures of demand that the documents give for two dates, the first, with how it changed."""
    held = Held(data, "demand_change")
    row = next((row for row in held.rows if has(row, "value_start", "value_end") and row["status"] == "actual"), None)
    if row is None:
        return None
    ends = [f"demand/{row['measure']}/{row['start']}/{column}" for column in ("value_start", "value_end")]
    try:
        word = claims.compared(data, "change", "; ".join(ends))
    except (ValueError, LookupError):  # the two may not be compared
        return None
    return said(name(held, row, "title"), f" {word} from ", held.cell(row, "value_start"), " (", when(held, row, "start"), ") to ",
                 held.cell(row, "value_end"), " (", when(held, row, "end"), ")")  # fmt: skip


def against_country(data: YearData) -> Finding | None:
    """How many official measures are better or worse than in the country, of those that may be compared with it."""
    held = Held(data, "in_brief")
    found = tally(held, "against", _AGAINST)
    rows = [row for row in held.rows if row["against"] in _AGAINST]
    return said(number(held.count(rows, "against=compared"), "official measure", "official measures"),
                 f" can be set beside {country(data)}: ", listed(found)) if found else None  # fmt: skip


def against_country_alone(data: YearData) -> Finding | None:
    """How each area alone stands to the country on the measures that no figure of all areas together can be made of."""
    held = Held(data, "measures_alone")
    rows = [row for row in held.rows if row["country_words"] in _AGAINST]
    if not rows:
        return None
    each: list[Part] = []
    for area in values_of(rows, "area"):
        words = [(word, where(held, area=area, country_words=word)) for word in _AGAINST]
        told: list[list[Part]] = [
            [held.count(of, f"area={area}&country_words={word}"), f" {word}"] for word, of in words if of
        ]
        each += ["; " if each else "", f"{area} ", *listed(told)]
    measures = list({row["measure"]: row for row in rows}.values())
    more = number(held.count(measures, "measure=compared"), "more official measure", "more official measures")
    return said(more, f" can be set beside {country(data)} only for each council alone: ", each)


def stopped(data: Comparison) -> list[Finding]:
    """The measures whose joint figure stops in the newest year, each with every area's own, the country's and the last joint one."""
    if len(data.years) < 2:
        return []
    year, before = (str(one.year) for one in (data.newest, data.years[-2]))
    series, alone = Held(data, "measure_series"), Held(data.newest, "measures_alone")
    told = []
    for measure in values_of(alone.rows, "measure"):
        rows = [row for row in where(alone, measure=measure) if has(row, "value")]
        last = [row for row in where(series, measure=measure, year=before) if has(row, "value")]
        if not rows or not last:
            continue
        each: list[list[Part]] = [[f"{row['area']} ", alone.cell(row, "value")] for row in rows]
        each += [[f"{country(data.newest)} ", alone.cell(rows[0], "country")]] if has(rows[0], "country") else []
        told.append(said(name(alone, rows[0], "title"), f", {year}: ", listed(each), "; no joint figure can be made, it was ",
                         series.cell(last[0], "value"), f" in {before}"))  # fmt: skip
    return told


def of_newest(sentence: Callable[[YearData], Finding | None]) -> Sentence:
    """A sentence on the newest of several years, which it names."""

    def told(data: Comparison) -> Finding | None:
        found = sentence(data.newest)
        return found and replace(found, text=f"In {data.newest.year}, {found.text}")

    return told


def since_before(data: YearData) -> Finding | None:
    """How many official measures of performance are better or worse than the year before, of those that may be compared."""
    held = Held(data, "in_brief")
    rows = [
        row for row in held.rows if has(row, "against") and row["since"] in _SINCE
    ]  # demand is set against no other area
    found: list[list[Part]] = [[held.count(kept, f"since={word}&against="), f" {_SAID.get(word, word)}"]
             for word in _SINCE if (kept := [row for row in rows if row["since"] == word])]  # fmt: skip
    return (
        said(
            number(held.count(rows, "since=compared&against="), "official measure", "official measures"),
            " can be set beside the year before: ",
            listed(found),
        )
        if found
        else None
    )


def not_compared(data: YearData) -> Finding | None:
    """How many official measures of performance may not be set beside the country, or have no figure at all."""
    held = Held(data, "related_measures")
    rows = [row for row in held.rows if row["country_words"] not in _AGAINST]
    return said(number(held.count(rows, "country_words=not compared"), "official measure is", "official measures are"),
                f" not compared with {country(data)} for all areas together: the reason stands beside each") if rows else None  # fmt: skip


def ranks(data: YearData) -> Finding | None:
    """In which quarter of all authorities the areas stand, over all measures that are ranked."""
    held = Held(data, "authority_ranks")
    found = tally(held, "quartile", _QUARTERS)
    return said("Ranks among all authorities, in bands of equal size: ", listed(found)) if found else None


def in_care(data: YearData) -> Finding | None:
    """Children looked after, with the direction since the year before where it may be given."""
    held = Held(data, "in_brief")
    row = next((row for row in held.rows if row["measure"] == _CARE), None)
    if row is None or not has(row, "value"):
        return None
    parts: list[Part] = [name(held, row, "title"), ": ", held.cell(row, "value")]
    if row["since"] in _DIRECTIONS and has(row, "before"):
        word = "no change from" if row["since"] == "no change" else f"{row['since']} than"
        parts += [f", {word} ", held.cell(row, "before"), " the year before"]
    return said(parts)


def demand_directions(data: YearData) -> Finding | None:
    """How many official measures of demand are higher or lower than the year before, which is no judgement."""
    held = Held(data, "official_demand")
    found = tally(held, "words", _DIRECTIONS)
    return said("Official measures of demand beside the year before: ", listed(found)) if found else None


def finances_by_source(data: YearData | Comparison) -> Finding | None:
    """How many finance figures public sources give, how many of one source only, and how many are not the same in all."""
    held = Held(data, "finance_side_by_side")
    if not held.rows:
        return None
    differ = [row for row in held.rows if str(row["agreement"]).startswith("not the same")]
    alone = count(held, agreement="one figure only")
    each = (
        [number(alone, "stands in one source, which no other confirms", "stand in one source, which no other confirms")]
        if alone.value != "0"
        else []
    )
    if differ:
        each.append(
            number(held.count(differ, "agreement=not the same"), "differs between sources", "differ between sources")
        )
    whole = number(held.count(held.rows), "finance figure", "finance figures")
    return said("Public sources give ", whole, ": " if each else "", listed(each))


def spent(data: Comparison) -> Finding | None:
    """What each authority returned as its spending on children in the newest year that has a return."""
    held = Held(data, "finance_series")
    rows = [row for row in where(held, measure=_SPENT) if has(row, "value")]
    newest = [row for row in rows if row["year"] == max(row["year"] for row in rows)]
    each: list[list[Part]] = [[f"{row['area']} ", held.cell(row, "value")] for row in newest]
    return said(name(held, newest[0], "title"), " in ", name(held, newest[0], "year"), ", as each council returned it, with more in it than the trust's services: ",
                listed(each)) if newest else None  # fmt: skip


# What is and is not known


def statements(data: YearData) -> Finding | None:
    """How many statements of the documents the evidence bears out, of those that it can decide."""
    held = Held(data, "claim_counts")
    words = {
        claims.AGREES: " agree with the evidence",
        claims.ROUNDING: " within rounding",
        claims.DISAGREES: " disagree",
        claims.BY_DEFINITION: " measured by another definition",
    }
    each: list[list[Part]] = [
        [held.cell(row, "at_the_time"), words[row["verdict"]]]
        for row in held.rows
        if row["verdict"] in words and row["at_the_time"]
    ]
    return said("Statements in the documents that can be checked: ", listed(each)) if each else None


def not_reproduced(data: YearData) -> Finding | None:
    """How many statements cannot be checked, because what they rest on is not at hand."""
    held = Held(data, "claim_counts")
    row = next((row for row in held.rows if row["verdict"] == claims.CANNOT and row["at_the_time"]), None)
    if row is None:
        return None
    one, many = "statement cannot be checked: what it rests on", "statements cannot be checked: what they rest on"
    return said(number(held.cell(row, "at_the_time"), one, many), " is not at hand")


def lost(data: YearData) -> Finding | None:
    """How many pictures, files and marks the stored documents lost."""
    held = Held(data, "not_readable")
    what = number(held.count(held.rows), "picture, file or mark", "pictures, files and marks")
    return said("The stored documents no longer hold ", what) if held.rows else None


def absent(data: YearData) -> Finding | None:
    """How many tables of the review a year does not have."""
    held = Held(data, "absent_tables")
    empty = number(held.count(held.rows), "has nothing in it", "have nothing in them")
    return said("Of the tables that a full review fills, ", empty, " for this year") if held.rows else None


# The years side by side


def forecasts(data: Comparison) -> Finding | None:
    """The newest forecast whose outcome has come, with the outcome."""
    held = Held(data, "forecast_outcomes")
    row = next((row for row in reversed(held.rows) if has(row, "forecast", "came")), None)
    if row is None:
        return None
    return said(name(held, row, "title"), ": the newest forecast whose day has come was ", held.cell(row, "forecast"), " for ",
                when(held, row, "end"), "; the official figure was ", held.cell(row, "came"))  # fmt: skip


def breaks(data: Comparison) -> Finding | None:
    """How many breaks in series are listed."""
    held = Held(data, "series_breaks")
    points = number(held.count(held.rows), "point", "points")
    words = " in these series what is counted changed, or may have; no figure is compared across such a break"
    return said("At ", points, words) if held.rows else None


def revised(data: Comparison) -> Finding | None:
    """How many official figures a later release changed."""
    held = Held(data, "revisions")
    return (
        said(
            number(held.count(held.rows), "official figure was", "official figures were"),
            " changed by a later release: the newest stands here",
        )
        if held.rows
        else None
    )


def reproduced(data: Comparison) -> Finding | None:
    """How many of the simple methods give the newest printed forecast."""
    held = Held(data, "forecast_attempts")
    if not held.rows:
        return None
    last = held.rows[-1]
    tried = [
        row
        for row in held.rows
        if (row["contract_year"], row["measure"], row["end"]) == (last["contract_year"], last["measure"], last["end"])
    ]
    gives, of = [row for row in tried if row["gives_it"]], f"end={last['end']}"
    tried_here = number(held.count(tried, of), "simple method tried here", "simple methods tried here")
    return said(held.part(gives, f"gives_it=yes&{of}"), " of ", tried_here, " gives" if len(gives) < 2 else " give",
                " the newest forecast in an annual report")  # fmt: skip
