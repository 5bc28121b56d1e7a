"""Survey results with their bases: a percentage without a base is shown as one, never filled in."""

from decimal import Decimal

import pandas as pd

__all__ = ["survey_shares"]


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
