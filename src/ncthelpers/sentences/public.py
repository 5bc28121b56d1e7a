"""What official figures and public sources say in a sentence, and what is and is not known."""

from __future__ import annotations

from ncthelpers import claims
from ncthelpers.findings import Finding, Held
from ncthelpers.findings_official import country
from ncthelpers.sentences.parts import Part, count, has, listed, name, number, said, tally, when
from ncthelpers.yeardata import Comparison, YearData

__all__ = [
    "demand",
    "against_country",
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
_DIRECTIONS = ("higher", "no change", "lower")
_QUARTERS = ("first (best)", "second", "third", "fourth")
_CARE = "children_looked_after"


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


def since_before(data: YearData) -> Finding | None:
    """How many official measures of performance are better or worse than the year before, of those that may be compared."""
    held = Held(data, "in_brief")
    rows = [
        row for row in held.rows if has(row, "against") and row["since"] in _SINCE
    ]  # demand is set against no other area
    found = [[held.count(kept, f"since={word}&against="), f" {word}"]
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
                f" not compared with {country(data)}: the reason stands beside each") if rows else None  # fmt: skip


def ranks(data: YearData) -> Finding | None:
    """In which quarter of all authorities the areas stand, over all measures that are ranked."""
    held = Held(data, "authority_ranks")
    found = tally(held, "quartile", _QUARTERS)
    return said("Ranks among all authorities, by quarter of the authorities: ", listed(found)) if found else None


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
    each = [number(alone, "stands in one source only", "stand in one source only")] if alone.value != "0" else []
    if differ:
        each.append(
            number(held.count(differ, "agreement=not the same"), "is not the same in all", "are not the same in all")
        )
    whole = number(held.count(held.rows), "finance figure", "finance figures")
    return said(whole, " in public sources", ": " if each else "", listed(each))


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
    each = [
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
    return (
        said("Nothing is at hand for ", number(held.count(held.rows), "table", "tables"), " of a review")
        if held.rows
        else None
    )


# The years side by side


def forecasts(data: Comparison) -> Finding | None:
    """The newest forecast whose outcome has come, with the outcome."""
    held = Held(data, "forecast_outcomes")
    row = next((row for row in reversed(held.rows) if has(row, "forecast", "came")), None)
    if row is None:
        return None
    return said(name(held, row, "title"), ", forecast for ", when(held, row, "end"), ": ", held.cell(row, "forecast"),
                 "; the official figure that came: ", held.cell(row, "came"))  # fmt: skip


def breaks(data: Comparison) -> Finding | None:
    """How many breaks in series are listed."""
    held = Held(data, "series_breaks")
    return (
        said(number(held.count(held.rows), "break in a series stops", "breaks in series stop"), " comparisons")
        if held.rows
        else None
    )


def revised(data: Comparison) -> Finding | None:
    """How many official figures a later release changed."""
    held = Held(data, "revisions")
    return (
        said(
            number(held.count(held.rows), "official figure was", "official figures were"),
            " changed by a later release",
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
    return said(held.part(gives, f"gives_it=yes&{of}"), " of ", number(held.count(tried, of), "simple method", "simple methods"),
                " gives" if len(gives) < 2 else " give", " the newest printed forecast")  # fmt: skip
