"""Survey results with their bases: a percentage without a base is shown as one, never filled in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from ncthelpers.rows import records_of

__all__ = ["answer_shares", "survey_shares"]


def survey_shares(surveys: pd.DataFrame, survey_results: pd.DataFrame) -> pd.DataFrame:
    """Each survey result with its base and, where both are published, the percentage recomputed.

    Parameters
    ----------
    surveys : DataFrame
        Columns ``survey, title, base, base_status``.
    survey_results : DataFrame
        Columns ``survey, result, finding, answered, printed_pct, kind, source``.

    Returns
    -------
    DataFrame
        ``survey, result, title, finding, answered, base, printed_pct, recomputed_pct, implied_base, base_status,
        source`` (per cent, people; unrounded where computed). A share is recomputed from its own survey's base. A
        coverage (those asked, as a share of all who could have been) instead implies how many that was.

    Examples
    --------
    >>> surveys = pd.DataFrame(dict(survey=["yos"], title=["Survey"], base=[69], base_status=["published"]))
    >>> results = pd.DataFrame(dict(survey=["yos"], result=["r"], finding=["supported"], answered=[57],
    ...                             printed_pct=[Decimal(83)], kind=["share"], source=[""]))
    >>> round(float(survey_shares(surveys, results)["recomputed_pct"][0]), 1)
    82.6
    """
    merged = survey_results.merge(surveys[["survey", "title", "base", "base_status"]], on="survey", how="left")
    merged = merged.astype(object).where(merged.notna(), None)
    merged["recomputed_pct"] = [
        Decimal(answered) / base * 100 if kind == "share" and answered is not None and base else None
        for kind, answered, base in zip(merged["kind"], merged["answered"], merged["base"], strict=True)
    ]
    merged["implied_base"] = [
        Decimal(answered) / printed * 100 if kind == "coverage" and answered is not None and printed else None
        for kind, answered, printed in zip(merged["kind"], merged["answered"], merged["printed_pct"], strict=True)
    ]
    bases = [None if kind == "coverage" else base for kind, base in zip(merged["kind"], merged["base"], strict=True)]
    merged["base"] = pd.Series(bases, index=merged.index, dtype=object)  # else a missing one makes the counts floats
    columns = [
        "survey",
        "result",
        "title",
        "finding",
        "answered",
        "base",
        "printed_pct",
        "recomputed_pct",
        "implied_base",
        "base_status",
        "source",
    ]
    return merged[columns].astype(object).where(merged[columns].notna(), None)


def answer_shares(surveys: pd.DataFrame, survey_answers: pd.DataFrame) -> pd.DataFrame:
    """Each answer to a question of a survey with its share of those who answered the question.

    Parameters
    ----------
    surveys : DataFrame
        Columns ``survey, title, base`` (people; none where not given).
    survey_answers : DataFrame
        Columns ``survey, question, order, answer, answered, status, source``: people, none where ``status`` is ``c``.

    Returns
    -------
    DataFrame
        ``survey, title, question, order, answer, answered, base, share_pct, status, source`` (people; per cent of
        ``base``, unrounded), the answers to a question in the order of their scale. ``base`` is the sum of a question's
        answers or, where some are suppressed, the number who answered the survey. A suppressed answer has no share; no
        answer has one where the base is not known, or where it would give the only suppressed answer away.

    Notes
    -----
    Rule: a number of one to five people is suppressed, and whatever gives it away (DfE, children in need statistics).

    Examples
    --------
    >>> surveys = pd.DataFrame(dict(survey=["staff"], title=["Staff survey"], base=[None]))
    >>> answers = pd.DataFrame(dict(survey="staff", question="Are you supported?", order=[1, 2], answer=["Yes", "No"],
    ...                             answered=[30, 10], status=None, source=""))
    >>> answer_shares(surveys, answers)["share_pct"].map(str).tolist()
    ['75.00', '25.00']
    """
    asked = {row["survey"]: row for row in records_of(surveys)}
    questions: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in records_of(survey_answers):
        questions.setdefault((row["survey"], row["question"]), []).append(row)
    rows = []
    for (survey, _), answers in questions.items():
        of = asked.get(survey, {"title": None, "base": None})
        base = _base([row["answered"] for row in answers], of["base"])
        rows += [{**row, "title": of["title"], "base": base, "share_pct": _share(row["answered"], base)}
                 for row in sorted(answers, key=lambda row: row["order"])]  # fmt: skip
    columns = ["survey", "title", "question", "order", "answer", "answered", "base", "share_pct", "status", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _base(answered: Sequence[int | None], of_survey: int | None) -> int | None:
    """How many answered a question, as far as saying so does not give a suppressed number away."""
    hidden = answered.count(None)
    if not hidden:
        return sum(number for number in answered if number is not None)
    return of_survey if hidden > 1 else None


def _share(part: int | None, whole: int | None) -> Decimal | None:
    return None if part is None or not whole else Decimal(part) / whole * 100
