"""What the tables of a review say in a sentence: its money, its KPIs, its inspections and what was promised."""

from __future__ import annotations

from ncthelpers import findings, results, spc
from ncthelpers.citations import citations
from ncthelpers.findings import Finding, Held
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
    "cost",
    "largest_variances",
    "gaps",
    "gaps_by_council",
    "kpis_known",
    "kpis_rated",
    "kpis_reported",
    "variation",
    "escalated",
    "rectification",
    "judgements",
    "councils_judged",
    "risks",
    "actions",
    "actions_of",
    "actions_carried",
    "spoken_of",
    "changes_agreed",
    "proposals",
    "deadlines",
    "topics",
    "considered",
]

_OPEN = ("open", "under way", "outstanding")
_RATED = ("green", "amber", "red")
_NOTHING_FOUND = "no public evidence found"
_AUTHORITY = "local authority"
_VARIATION = {"improvement": "improving", "concern": "of concern"}


# The year's money


def cost(data: YearData) -> Finding | None:
    """What the services cost beside their budget, net of any covid funding: the difference, and its share of the budget."""
    held = Held(data, "outturn_variance")
    if len(held.rows) < 2 or not has(held.rows[-1], "variance", "variance_pct"):
        return None
    total = held.rows[-1]
    budget = held.cell(total, "budget")
    if not total["variance"]:
        return said("The services together cost their budget of ", budget)
    word = "overspent" if total["variance"] > 0 else "underspent"
    after = " after covid funding" if total["covid_funding"] else ""
    return said("The services together ", word, " their budget of ", budget, " by ", held.cell(total, "variance", size=True), " (",
                 held.cell(total, "variance_pct", size=True), ")", after)  # fmt: skip


def largest_variances(data: YearData) -> Finding | None:
    """The service that overspent most, and the one that underspent most."""
    held = Held(data, "outturn_variance")
    services = [row for row in held.rows[:-1] if has(row, "variance") and row["variance"]]
    told: list[Part] = []
    for sign, words in ((1, "largest overspend was in "), (-1, "largest underspend was in ")):
        row = max(
            (row for row in services if row["variance"] * sign > 0), key=lambda row: abs(row["variance"]), default=None
        )
        if row:
            told += [
                "; the " if told else "The ",
                words,
                name(held, row, "service"),
                ", ",
                held.cell(row, "variance", size=True),
            ]
    return said(told) if told else None


def gaps(data: YearData) -> Finding | None:
    """The gap that all councils together, or the one there is, forecast in their whole budgets, year by year."""
    held = Held(data, "gaps_by_year")
    years = values_of(held.rows, "year")
    last = [[row for row in held.rows if row["year"] == year][-1] for year in years]  # all councils stand last
    told = [row for row in last if has(row, "gap") and row["council"] == last[0]["council"]]
    if not told:
        return None
    several = len(data.contract["councils"]) > 1
    whose = "the councils' whole budgets, taken together" if several else "the council's whole budget"
    each: list[list[Part]] = [[held.cell(row, "gap"), " for ", name(held, row, "year")] for row in told]
    return said("Gap forecast in ", whose, ": ", listed(each))


def gaps_by_council(data: YearData) -> Finding | None:
    """The first budget gap that each of several councils forecasts; nothing where one of them gives none."""
    held = Held(data, "gaps_by_year")
    names = [council["name"] for council in data.contract["councils"]]
    first = [
        row for row in held.rows if row["year"] == held.rows[0]["year"] and row["council"] in names and has(row, "gap")
    ]
    if len(first) < max(2, len(names)):
        return None
    each = [[row["council"], " ", held.cell(row, "gap")] for row in first]
    return said("Of the gap for ", name(held, first[0], "year"), ": ", listed(each))


# The trust's performance


def kpis_known(data: YearData) -> Finding | None:
    """How many KPIs the contract has, and how far they and their targets are known."""
    held = Held(data, "register_counts")
    if not held.rows or not has(held.rows[-1], "kpis", "with_target"):
        return None
    whole, named = held.rows[-1], next((row for row in held.rows if row["named"] == "named"), None)
    kpis, published = held.cell(whole, "kpis"), held.cell(whole, "with_target")
    parts: list[Part] = [
        "The contract has ",
        *number(kpis, "key performance indicator (KPI)", "key performance indicators (KPIs)"),
        "; the sources ",
    ]
    if named and named["kpis"] != whole["kpis"]:
        parts += ["name ", held.cell(named, "kpis"), " and "]
    each = "none" if published.value == "0" else "each" if published.value == kpis.value else published
    return said(parts, "give a target for ", each)


def kpis_rated(data: YearData) -> Finding | None:
    """How many KPIs have each status against the contract's own target and tolerance; nothing where no KPI is rated."""
    held = Held(data, "kpi_scorecard")
    if not any(row["status"] in _RATED for row in held.rows):
        return None
    others = [value for value in values_of(held.rows, "status") if value not in _RATED]
    return said("Against the contract's targets: ", listed(tally(held, "status", [*_RATED, *others])))


def kpis_reported(data: YearData) -> Finding | None:
    """What the annual report says of the KPIs against targets that it does not give; nothing where any is rated."""
    held = Held(data, "kpi_register")
    if not held.rows or kpis_rated(data):
        return None
    between = [row for row in held.rows if row["against_target"] not in {None, "not stated", "better", "worse"}]
    better, worse = count(held, against_target="better"), count(held, against_target="worse")
    if not between and better.value == worse.value == "0":
        return None
    return said("The report says that ", number(better, "KPI", "KPIs"), " did better than target and ", worse, " worse; of ",
                 held.count(between, "against_target=between"), " it says less plainly how they did, and of ",
                 count(held, against_target="not stated"), " it does not say")  # fmt: skip


def variation(data: YearData) -> Finding | None:
    """How many KPIs stand out from their own earlier months."""
    held = Held(data, "kpi_signals")
    special = [one for one in values_of(held.rows, "variation") if one != spc.COMMON]
    found = tally(held, "variation", {one: _VARIATION.get(one, one) for one in special}) if special else []
    if where(held, variation=spc.COMMON):
        found.append([count(held, variation=spc.COMMON), f" {findings.AS_USUAL}"])
    return said("KPIs in the last month, each beside its own earlier months: ", listed(found)) if found else None


def escalated(data: YearData) -> Finding | None:
    """How many cases of escalation are open as the year ends, by their state."""
    held = Held(data, "escalation_register")
    if not held.rows:
        return None
    found = [value for value in values_of(held.rows, "state") if value != "closed"]
    if not found:
        return Finding("No case of escalation was open at the end of the year")
    return said("In escalation at the end of the year: ", listed(tally(held, "state", found)))


def rectification(data: YearData) -> Finding | None:
    """How many rectification plans there were; that there was none only where the year reports the table."""
    if results.reason_not_reported(data, "rectification_plans"):
        return None
    held = Held(data, "rectification_plans")
    if not held.rows:
        return Finding("The sources name no rectification plan in the year")
    return said(
        "The sources name ", number(held.count(held.rows), "rectification plan", "rectification plans"), " in the year"
    )


# Inspections and risks


def judgements(data: YearData) -> Finding | None:
    """How the latest full inspections of the providers listed ended; of a single one also whose and when."""
    held = Held(data, "latest_judgements")
    if not held.rows:
        return None
    if len(held.rows) == 1:
        [row] = held.rows
        return said("The one full inspection listed was of ", name(held, row, "provider"), ", ", when(held, row, "start"),
                     ": ", row["judgement"])  # fmt: skip
    return said(
        "Judgements at the latest full inspection of ",
        held.count(held.rows),
        " providers: ",
        listed(tally(held, "judgement")),
    )


def councils_judged(data: YearData) -> Finding | None:
    """How the latest full inspection of each local authority ended, which a count of all providers would hide."""
    held = Held(data, "latest_judgements")
    rows = where(held, provider_kind=_AUTHORITY)
    if len(held.rows) < 2 or not rows:
        return None
    each: list[list[Part]] = [
        [name(held, row, "provider"), f", {row['judgement']} (", when(held, row, "start"), ")"] for row in rows
    ]
    return said("Local authority children's services at the latest full inspection: ", listed(each))


def risks(data: YearData) -> Finding | None:
    """How the scores of risks moved, and how many stand above what their owners accept."""
    held = Held(data, "risk_movement")
    moved = tally(held, "movement", ["rising", "unchanged", "falling"])
    if not moved:
        return None
    return said(
        "Scores of risks over the year: ",
        listed(moved),
        "; above what the owner accepts: ",
        count(held, within_appetite="above"),
    )


# What was promised, asked for and changed


def actions(data: YearData) -> Finding | None:
    """How many of the actions in the documents were not done when these were written."""
    held = Held(data, "actions")
    states = tally(held, "state", _OPEN)
    if not states:
        return None
    return said(number(held.count(held.rows), "action", "actions"), " in the documents, of them ",
                 listed(states), " when these were written")  # fmt: skip


def actions_of(place: str) -> Sentence:
    """A sentence on the actions of one part of the documents that were not done when these were written.

    Parameters
    ----------
    place : str
        Document and section, such as ``report:4``, or the document alone.
    """

    def cites(source: str) -> bool:
        return any(place == one.document or f"{one.place}.".startswith(f"{place}.") for one in citations(source))

    def sentence(data: YearData) -> Finding | None:
        held = Held(data, "actions")
        of_place = [row for row in held.rows if cites(row["source"])]
        kept = {state: [row for row in of_place if row["state"] == state] for state in _OPEN}
        each: list[list[Part]] = [
            [held.count(rows, f"state={state}&cites={place}"), f" {state}"] for state, rows in kept.items() if rows
        ]
        return said("Actions in this section not done when the report was written: ", listed(each)) if each else None

    return sentence


def actions_carried(data: YearData) -> Finding | None:
    """What public sources of a year say of the actions that earlier years left open."""
    held = Held(data, "carried_actions")
    if not held.rows:
        return None
    found = [value for value in values_of(held.rows, "outcome") if value != _NOTHING_FOUND]
    silent: list[list[Part]] = (
        [["nothing said of ", count(held, outcome=_NOTHING_FOUND)]] if where(held, outcome=_NOTHING_FOUND) else []
    )
    each = [*(tally(held, "outcome", found) if found else []), *silent]
    return said("Public sources of ", str(data.year), " on ", number(held.count(held.rows), "action", "actions"),
                 " carried over: ", listed(each))  # fmt: skip


def spoken_of(data: Comparison) -> Finding | None:
    """What public sources of the newest year say of actions carried over."""
    carried = [one for one in data.years if not results.reason_not_reported(one, "carried_actions")]
    return actions_carried(carried[-1]) if carried else None


def changes_agreed(data: YearData | Comparison) -> Finding | None:
    """How many changes to the contract there are, by their state."""
    held = Held(data, "contract_changes")
    if not held.rows:
        return None
    return said(number(held.count(held.rows), "change", "changes"), " to the contract: ", listed(tally(held, "state")))


def proposals(data: YearData | Comparison) -> Finding | None:
    """How many further changes are proposed, by their state."""
    held = Held(data, "proposals")
    if not held.rows:
        return None
    return said(number(held.count(held.rows), "proposal", "proposals"), " for change: ", listed(tally(held, "state")))


def deadlines(data: YearData) -> Finding | None:
    """How many steps of the review met their deadline."""
    held = Held(data, "deadline_compliance")
    if not held.rows:
        return None
    met = held.part(where(held, met=True), "met=yes")
    return said(met, " of ", number(held.count(held.rows), "step", "steps"), " of the review met the deadline")


def topics(data: YearData) -> Finding | None:
    """How many topics that the contract asks for have a section."""
    held = Held(data, "topic_coverage")
    if not held.rows:
        return None
    covered = where(held, covered=True)
    return said(held.part(covered, "covered=yes"), " of ", number(held.count(held.rows), "topic", "topics"),
                 " that the contract asks for ", "has" if len(covered) < 2 else "have", " a section of the report")  # fmt: skip


def considered(data: YearData | Comparison) -> Finding | None:
    """For how many steps of the review a source gives a date, and how many of these came late."""
    held = Held(data, "review_lateness")
    if not held.rows:
        return None
    dated = [row for row in held.rows if has(row, "taken")]
    late = [row for row in dated if str(row["lateness"]).endswith(" late")]
    more = [", of which ", *number(held.count(late, "lateness=late"), "was late", "were late")] if late else []
    return said("Sources give the date of ", held.count(dated, "taken=dated") if dated else "none", " of ",
                 number(held.count(held.rows), "step", "steps"), " that the review goes through", more)  # fmt: skip
