"""Deadlines, required topics and the dated record of how the contract was governed."""

from datetime import date
from typing import Any

import pandas as pd

from ncthelpers.rows import records_of
from ncthelpers.years import first_day, last_day

__all__ = [
    "deadline_compliance", "review_lateness", "topic_coverage", "timeline", "latest_judgements",
    "action_counts", "actions_spoken_of", "risk_movement",
]  # fmt: skip


def deadline_compliance(deadlines: pd.DataFrame) -> pd.DataFrame:
    """Whether each step of the review came before its contractual deadline, and by how many days.

    Parameters
    ----------
    deadlines : DataFrame
        Columns ``step, body, deadline, considered_on, source`` (dates).

    Returns
    -------
    DataFrame
        ``step, body, deadline, considered_on, days_before, met, source``; ``days_before`` is in calendar days, and a
        step on the day itself is late, because the rule says before. A step not yet taken has neither.

    Notes
    -----
    Rule: cover report, paragraphs 5.4 and 5.5.

    Examples
    --------
    >>> from datetime import date
    >>> steps = pd.DataFrame(dict(step=["draft"], body=["group"], deadline=[date(2022, 7, 31)],
    ...                           considered_on=[date(2022, 7, 29)], source=[""]))
    >>> deadline_compliance(steps)[["days_before", "met"]].values.tolist()
    [[2, True]]
    """
    steps = deadlines.copy()
    steps["days_before"] = [
        None if done is None else (due - done).days
        for due, done in zip(steps["deadline"], steps["considered_on"], strict=True)
    ]
    steps["met"] = [None if days is None else days > 0 for days in steps["days_before"]]
    return steps[["step", "body", "deadline", "considered_on", "days_before", "met", "source"]].astype(object)


def review_lateness(review_steps: pd.DataFrame) -> pd.DataFrame:
    """How many days after its due date each step of the review was taken, as far as both dates are known.

    Parameters
    ----------
    review_steps : DataFrame
        Columns ``step, body, what, due, due_basis, taken, outcome, source``; ``taken`` to the day, month or year.

    Returns
    -------
    DataFrame
        ``step, body, what, due, due_basis, taken, lateness, outcome, source``. ``lateness`` is in calendar days, in
        words: a step is late from its due day on, because the rule says before; a date known only to the month or
        year gives a span.

    Notes
    -----
    Rule: cover report, paragraphs 5.4 and 5.5.

    Examples
    --------
    >>> from datetime import date
    >>> steps = pd.DataFrame(dict(step=["a", "b"], body="group", what="", due=date(2023, 8, 31), due_basis="",
    ...                           taken=["2023-10", "2023-08-10"], outcome="", source=""))
    >>> review_lateness(steps)["lateness"].tolist()
    ['31 to 61 days late', '21 days before']
    """
    steps = review_steps.copy()
    steps["lateness"] = [_lateness(due, taken) for due, taken in zip(steps["due"], steps["taken"], strict=True)]
    columns = ["step", "body", "what", "due", "due_basis", "taken", "lateness", "outcome", "source"]
    return steps[columns].astype(object)


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _lateness(due: date | None, taken: str | None) -> str | None:
    if due is None or taken is None:
        return None
    least, most = (first_day(taken) - due).days, (last_day(taken) - due).days
    if least == most:
        return (
            f"{_days(-least)} before"
            if least < 0
            else "on the due day, which is late"
            if not least
            else f"{_days(least)} late"
        )
    if least >= 0:
        return f"{least} to {_days(most)} late"
    return f"{-most} to {_days(-least)} before" if most < 0 else "not known: the date is not known to the day"


def topic_coverage(cover_topics: pd.DataFrame, paragraphs: pd.DataFrame) -> pd.DataFrame:
    """Whether each topic that the contract asks for has its section in the annual report, and how long that is.

    Parameters
    ----------
    cover_topics : DataFrame
        Columns ``order, topic, report_section, source``.
    paragraphs : DataFrame
        The register of paragraphs: ``document, section, kind``.

    Returns
    -------
    DataFrame
        ``order, topic, report_section, units, covered, source``: ``units`` counts the paragraphs, bullets and table
        rows of the section and its subsections in the annual report.

    Notes
    -----
    Rule: cover report, paragraph 6.1.

    Examples
    --------
    >>> topics = pd.DataFrame(dict(order=[1], topic=["Risk"], report_section=["13"], source=[""]))
    >>> units = pd.DataFrame(dict(document=["report"] * 2, section=["13", "13"], kind=["heading", "paragraph"]))
    >>> topic_coverage(topics, units)[["units", "covered"]].values.tolist()
    [[1, True]]
    """
    body = paragraphs[(paragraphs["document"] == "report") & (paragraphs["kind"] != "heading")]
    topics = cover_topics.copy()
    topics["units"] = [
        sum(place == section or place.startswith(f"{section}.") for place in body["section"])
        for section in topics["report_section"]
    ]
    topics["covered"] = [units > 0 for units in topics["units"]]
    return topics[["order", "topic", "report_section", "units", "covered", "source"]].astype(object)


def timeline(events: pd.DataFrame, kinds: list[str] | None = None) -> pd.DataFrame:
    """Dated rows in order of their first day.

    Parameters
    ----------
    events : DataFrame
        With a column ``start`` (a date to the day, month or year) and, if ``kinds`` is given, ``kind``.
    kinds : list of str, optional
        Kinds to keep.

    Returns
    -------
    DataFrame
        The rows kept, earliest first, ties in the order entered.

    Examples
    --------
    >>> timeline(pd.DataFrame(dict(start=["2022-03", "2005"], kind=["a", "b"])))["start"].tolist()
    ['2005', '2022-03']
    """
    kept = events if kinds is None else events[events["kind"].isin(kinds)]
    return kept.sort_values("start", key=lambda starts: starts.map(first_day), kind="stable")


def latest_judgements(inspections: pd.DataFrame) -> pd.DataFrame:
    """The judgement of the latest full inspection of each provider.

    Parameters
    ----------
    inspections : DataFrame
        Columns ``provider, provider_kind, kind, start, judgement, note, source``.

    Returns
    -------
    DataFrame
        ``provider, provider_kind, start, judgement, note, source``, one row a provider that had a full inspection.

    Examples
    --------
    >>> visits = pd.DataFrame(dict(provider=["A", "A"], provider_kind="home", kind="full inspection",
    ...                            start=["2022-05-17", "2019-07-02"], judgement=["Good", "Inadequate"], note="", source=""))
    >>> latest_judgements(visits)["judgement"].tolist()
    ['Good']
    """
    full = timeline(inspections, ["full inspection"])
    latest = full.groupby("provider", sort=True).tail(1).sort_values("provider")
    return latest[["provider", "provider_kind", "start", "judgement", "note", "source"]].reset_index(drop=True)


_UNKNOWN = "no public evidence found"


def action_counts(carried_actions: pd.DataFrame) -> pd.DataFrame:
    """How many of the actions carried over came to what, by contract year.

    Parameters
    ----------
    carried_actions : DataFrame
        Columns ``contract_year, from_year, action, outcome``.

    Returns
    -------
    DataFrame
        ``contract_year, from_year, outcome, actions``, in order of year; an outcome that no action had has no row.

    Examples
    --------
    >>> actions = pd.DataFrame(dict(contract_year="2032-33", from_year="2031-32", action=["a", "b"], outcome="done"))
    >>> action_counts(actions).values.tolist()
    [['2032-33', '2031-32', 'done', 2]]
    """
    keys = ["contract_year", "from_year", "outcome"]
    counts = carried_actions.groupby(keys, sort=True).size().rename("actions").reset_index()
    return counts.astype(object)


def actions_spoken_of(carried_actions: pd.DataFrame) -> pd.DataFrame:
    """The actions carried over of which a public source says what came.

    Parameters
    ----------
    carried_actions : DataFrame
        Columns ``contract_year, from_year, action, what, who, by_when, outcome, found, source``.

    Returns
    -------
    DataFrame
        The rows of which something was found, in the order given.

    Examples
    --------
    >>> actions = pd.DataFrame(dict(action=["a", "b"], outcome=["done", "no public evidence found"]))
    >>> actions_spoken_of(actions)["action"].tolist()
    ['a']
    """
    return carried_actions[carried_actions["outcome"] != _UNKNOWN].reset_index(drop=True)


_RISK_MOVEMENT = [
    "risk", "what", "owner", "score_before", "score", "movement", "appetite", "within_appetite", "likelihood", "impact", "on",
    "source",
]  # fmt: skip


def risk_movement(risks: pd.DataFrame, risk_scores: pd.DataFrame) -> pd.DataFrame:
    """Each risk's first and last score of the year, which way it moved, and whether its owner accepts the last.

    Parameters
    ----------
    risks : DataFrame
        Columns ``risk, what, source``.
    risk_scores : DataFrame
        Columns ``risk, on, likelihood, impact, owner, appetite, source``, one row a risk and day of scoring.

    Returns
    -------
    DataFrame
        ``risk, what, owner, score_before, score, movement, appetite, within_appetite, likelihood, impact, on, source``,
        one row a risk. ``score`` is likelihood times impact at the last scoring, of which owner, appetite, likelihood,
        impact and day are too, and ``score_before`` that at the first. ``movement`` is ``rising``, ``falling`` or
        ``unchanged``, and none with one scoring; a score at the appetite is ``within`` it, a higher one ``above``. A risk
        that was not scored has none of them.

    Notes
    -----
    Appetite is the highest score that the owner accepts.

    Examples
    --------
    >>> risks = pd.DataFrame(dict(risk=["a"], what=["Too few homes"], source=[""]))
    >>> scores = pd.DataFrame(dict(risk="a", on=["2032-03-01", "2031-05-01"], likelihood=[4, 3], impact=4, owner="Trust",
    ...                            appetite=12, source=""))
    >>> risk_movement(risks, scores).iloc[0].tolist()[3:8]
    [12, 16, 'rising', 12, 'above']
    """
    scorings: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(records_of(risk_scores), key=lambda row: row["on"]):
        scorings.setdefault(row["risk"], []).append({**row, "score": row["likelihood"] * row["impact"]})
    rows = []
    for risk in records_of(risks):
        scored = scorings.get(risk["risk"], [])
        sources = [risk["source"], *(row["source"] for row in scored)]
        row = {"risk": risk["risk"], "what": risk["what"], "source": " ".join(dict.fromkeys(" ".join(sources).split()))}
        if scored:
            last, before = scored[-1], scored[0]["score"] if len(scored) > 1 else None
            row |= {name: last[name] for name in ("owner", "score", "appetite", "likelihood", "impact", "on")}
            row |= {"score_before": before, "movement": _movement(before, last["score"]),
                    "within_appetite": "within" if last["score"] <= last["appetite"] else "above"}  # fmt: skip
        rows.append({**dict.fromkeys(_RISK_MOVEMENT), **row})
    return pd.DataFrame(rows, columns=_RISK_MOVEMENT, dtype=object)


def _movement(before: int | None, now: int) -> str | None:
    if before is None:
        return None
    return "unchanged" if now == before else "rising" if now > before else "falling"
