"""Progress of the internal audit programme by stage, and the scores given to audited cases."""

from decimal import Decimal
from typing import Any

import pandas as pd

from ncthelpers.rows import records_of
from ncthelpers.years import last_day

__all__ = ["STAGES", "audit_progress", "audit_stages", "practice_shares"]

STAGES = ("planning", "fieldwork", "reporting")


def audit_progress(audits: pd.DataFrame) -> pd.DataFrame:
    """How many audits had reached each stage.

    Parameters
    ----------
    audits : DataFrame
        Columns ``audit, planning, fieldwork, reporting`` (true where the stage was reached).

    Returns
    -------
    DataFrame
        ``stage, audits, share_pct`` (count; per cent of all audits, unrounded), stages in order.

    Notes
    -----
    Stages as in Figure 1 of the annual report, section 10.2.

    Examples
    --------
    >>> audits = pd.DataFrame(dict(audit=["a", "b"], planning=[True, True], fieldwork=[True, False], reporting=[False, False]))
    >>> audit_progress(audits)[["stage", "audits"]].values.tolist()
    [['Planning', 2], ['Fieldwork', 1], ['Reporting', 0]]
    """
    counts = [(stage.capitalize(), int(audits[stage].astype(bool).sum())) for stage in STAGES]
    rows = [(stage, count, Decimal(count) / len(audits) * 100 if len(audits) else None) for stage, count in counts]
    return pd.DataFrame(rows, columns=["stage", "audits", "share_pct"], dtype=object)


def audit_stages(audits: pd.DataFrame) -> pd.DataFrame:
    """The furthest stage that each audit had reached, furthest first.

    Parameters
    ----------
    audits : DataFrame
        Columns ``audit, planning, fieldwork, reporting, source``.

    Returns
    -------
    DataFrame
        ``audit, stages_reached, furthest_stage, source``; ``stages_reached`` counts from 0 to 3.

    Examples
    --------
    >>> audits = pd.DataFrame(dict(audit=["a"], planning=[True], fieldwork=[True], reporting=[False], source=[""]))
    >>> audit_stages(audits).iloc[0].tolist()[:3]
    ['a', 2, 'Fieldwork']
    """
    rows = []
    for audit in records_of(audits):
        reached = [stage for stage in STAGES if audit[stage]]
        furthest = reached[-1].capitalize() if reached else "Not started"
        rows.append((audit["audit"], len(reached), furthest, audit["source"]))
    rows.sort(key=lambda row: -row[1])
    return pd.DataFrame(rows, columns=["audit", "stages_reached", "furthest_stage", "source"], dtype=object)


def practice_shares(practice_scores: pd.DataFrame) -> pd.DataFrame:
    """Each practice score with its share of the cases audited in its month.

    Parameters
    ----------
    practice_scores : DataFrame
        Columns ``month, order, score, cases, status, source``: cases, none where ``status`` is ``c``.

    Returns
    -------
    DataFrame
        ``month, order, score, cases, total, share_pct, status, source`` (cases; per cent of ``total``, unrounded): months in
        order of time, scores in the order of their scale. A month of which a number is suppressed has neither a total nor
        shares, for they would give it away.

    Notes
    -----
    Rule: a number of one to five cases is suppressed, and whatever gives it away (DfE, children in need statistics).

    Examples
    --------
    >>> scores = pd.DataFrame(dict(month="2031-04", order=[1, 2], score=["Good", "Poor"], cases=[9, 6], status=None, source=""))
    >>> practice_shares(scores)["share_pct"].map(int).tolist()
    [60, 40]
    """
    months: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(records_of(practice_scores), key=lambda row: (last_day(row["month"]), row["order"])):
        months.setdefault(row["month"], []).append(row)
    rows = []
    for scores in months.values():
        cases = [row["cases"] for row in scores]
        total = None if None in cases else sum(cases)
        rows += [{**row, "total": total, "share_pct": Decimal(row["cases"]) / total * 100 if total else None}
                 for row in scores]  # fmt: skip
    columns = ["month", "order", "score", "cases", "total", "share_pct", "status", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=object)
