"""The contract's KPIs as far as sources name them, and the support-service KPIs that the councils are judged by."""

from decimal import Decimal

import pandas as pd

__all__ = ["register_counts", "register_with_statements", "statements_by_kpi", "support_service_rates"]

_NAMED = ("named", "unnamed", "not identified")


def register_counts(kpis: pd.DataFrame) -> pd.DataFrame:
    """How many KPIs a source names, mentions without a name, or does not identify; and how many have a target.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, named, target, polarity``.

    Returns
    -------
    DataFrame
        ``named, kpis, with_target, with_polarity``, one row a state of naming and a total.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A", "U1"], named=["named", "not identified"], target=[None, None],
    ...                          polarity=["higher is better", "not stated"]))
    >>> register_counts(kpis).values.tolist()[-1]
    ['All KPIs of the contract', 2, 0, 1]
    """
    groups = [(state, kpis[kpis["named"] == state]) for state in _NAMED] + [("All KPIs of the contract", kpis)]
    rows = [(name, len(group), int(group["target"].notna().sum()), int((group["polarity"] != "not stated").sum()))
            for name, group in groups]  # fmt: skip
    return pd.DataFrame(rows, columns=["named", "kpis", "with_target", "with_polarity"], dtype=object)


def register_with_statements(kpis: pd.DataFrame, kpi_reported: pd.DataFrame) -> pd.DataFrame:
    """Every KPI with what the annual report says of it; a KPI that it does not speak of says so.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name, polarity, target_status``.
    kpi_reported : DataFrame
        Columns ``kpi, said, against_target, source``, any number of rows a KPI.

    Returns
    -------
    DataFrame
        ``kpi, name, polarity, target_status, said, against_target, source``: the statements of a KPI one after
        another in the order entered. No status colour is derived: without a published target nothing can be rated.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A"], name=["Referrals"], polarity=["higher is better"],
    ...                          target_status=["not published"], source=["report:2/1"]))
    >>> said = pd.DataFrame(columns=["kpi", "said", "against_target", "source"])
    >>> register_with_statements(kpis, said)["said"].item()
    'The report says nothing of its performance'
    """
    rows = []
    for kpi in kpis.to_dict("records"):
        statements = kpi_reported[kpi_reported["kpi"] == kpi["kpi"]]
        judged = [state for state in dict.fromkeys(statements["against_target"]) if state != "not stated"]
        rows.append({
            "kpi": kpi["kpi"], "name": kpi["name"], "polarity": kpi["polarity"], "target_status": kpi["target_status"],
            "said": " ".join(statements["said"]) or "The report says nothing of its performance",
            "against_target": "; ".join(judged) or "not stated",
            "source": " ".join(dict.fromkeys(" ".join(statements["source"]).split())) or kpi["source"],
        })  # fmt: skip
    return pd.DataFrame(
        rows, columns=["kpi", "name", "polarity", "target_status", "said", "against_target", "source"], dtype=object
    )


def statements_by_kpi(kpis: pd.DataFrame, kpi_reported: pd.DataFrame) -> pd.DataFrame:
    """Every statement of the annual report about a KPI, with the KPI's name.

    Parameters
    ----------
    kpis : DataFrame
        Columns ``kpi, name``.
    kpi_reported : DataFrame
        Columns ``kpi, point`` and what is said.

    Returns
    -------
    DataFrame
        The columns of ``kpi_reported`` and ``name``, in the order of the register of KPIs.

    Examples
    --------
    >>> kpis = pd.DataFrame(dict(kpi=["A", "B"], name=["Referrals", "Assessments"]))
    >>> statements_by_kpi(kpis, pd.DataFrame(dict(kpi=["B", "A"], point=[1, 1])))["name"].tolist()
    ['Referrals', 'Assessments']
    """
    joined = kpis[["kpi", "name"]].merge(kpi_reported, on="kpi", how="inner").astype(object)
    return joined.where(joined.notna(), None)


def support_service_rates(support_service_results: pd.DataFrame) -> pd.DataFrame:
    """Share of the support-service KPIs by outcome.

    Parameters
    ----------
    support_service_results : DataFrame
        Columns ``outcome, meaning_of, kpis, source``.

    Returns
    -------
    DataFrame
        ``outcome, meaning_of, kpis, share_pct, source`` (per cent of all, unrounded).

    Notes
    -----
    Rule: green meets or exceeds target, amber is below target and within tolerance, red is out of tolerance (annual
    report, section 3.1).

    Examples
    --------
    >>> results = pd.DataFrame(dict(outcome=["green", "amber", "red"], meaning_of="", kpis=[29, 6, 2], source=""))
    >>> round(float(support_service_rates(results)["share_pct"][0]), 3)
    78.378
    """
    rates = support_service_results.copy()
    total = sum(rates["kpis"])
    rates["share_pct"] = [Decimal(kpis) / total * 100 if total else None for kpis in rates["kpis"]]
    return rates[["outcome", "meaning_of", "kpis", "share_pct", "source"]]
