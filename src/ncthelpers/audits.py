"""Progress of the internal audit programme by stage."""

from decimal import Decimal

import pandas as pd

from ncthelpers.rows import records_of

__all__ = ["STAGES", "audit_progress", "audit_stages"]

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
