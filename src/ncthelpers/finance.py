"""Outturn against budget, and the bridges that take one printed figure to the next.

Overspend is positive throughout. Grants and contract sum are never bridged by guessing a split that no source gives.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from ncthelpers.rows import records_of
from ncthelpers.verdicts import judged
from ncthelpers.years import first_day, last_day

__all__ = [
    "outturn_variance", "row_checks", "covid_mitigation", "agreed_lines", "line_amount", "documents_disagree", "reserve_bridge", "contract_sum_bridge",
    "signed_effect", "contract_sum_effects", "grant_shares", "grant_totals", "gaps_by_year", "implied_shares", "Published", "side_by_side",
]  # fmt: skip

_SIGN = {"pressure": 1, "saving": -1}


def _percentage(part: Decimal, whole: Decimal) -> Decimal | None:
    return None if not whole else part / whole * 100


def _frame(rows: list[dict[str, Any]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split(), dtype=object)


def outturn_variance(service_costs: pd.DataFrame) -> pd.DataFrame:
    """Forecast outturn and variance of each service, recomputed beside the printed variance, with a total.

    Parameters
    ----------
    service_costs : DataFrame
        Columns ``service, role, budget, gross_outturn, covid_funding, forecast_outturn, outturn_variance`` (£000).

    Returns
    -------
    DataFrame
        One row a service and ``Total of services``: ``service, budget, gross_outturn, covid_funding,
        forecast_outturn, variance, variance_pct, printed_variance`` (£000, per cent of budget). ``forecast_outturn``
        and ``variance`` are recomputed; a nil budget has no percentage.

    Notes
    -----
    Rule: forecast outturn = gross outturn + covid funding (negative); variance = forecast outturn - budget; overspend
    positive (annual report, section 4).

    Examples
    --------
    >>> rows = pd.DataFrame([dict(service="Care", role="service", budget=Decimal(43998), gross_outturn=Decimal(45026),
    ...     covid_funding=Decimal(-856), forecast_outturn=Decimal(44170), outturn_variance=Decimal(172))])
    >>> outturn_variance(rows)[["forecast_outturn", "variance"]].iloc[0].tolist()
    [Decimal('44170'), Decimal('172')]
    """
    services = service_costs[service_costs["role"] == "service"]
    amounts = ["budget", "gross_outturn", "covid_funding", "outturn_variance"]
    total = pd.DataFrame([{"service": "Total of services", **{a: sum(services[a], Decimal(0)) for a in amounts}}])
    both = pd.concat([services[["service", *amounts]], total], ignore_index=True).astype(object)
    both["forecast_outturn"] = both["gross_outturn"] + both["covid_funding"]
    both["variance"] = both["forecast_outturn"] - both["budget"]
    both["variance_pct"] = [_percentage(v, b) for v, b in zip(both["variance"], both["budget"], strict=True)]
    both = both.rename(columns={"outturn_variance": "printed_variance"})
    return both[["service", "budget", "gross_outturn", "covid_funding", "forecast_outturn", "variance", "variance_pct",
                 "printed_variance"]]  # fmt: skip


def row_checks(service_costs: pd.DataFrame) -> pd.DataFrame:
    """Printed forecast outturn and variance of each row beside those that its other figures give.

    Parameters
    ----------
    service_costs : DataFrame
        As in :func:`outturn_variance`, the funding row included (£000).

    Returns
    -------
    DataFrame
        ``service, figure, printed, recomputed, result, source`` (£000), two rows for each row given. Each figure is
        made of two rounded ones, so that rounding alone can move it by one unit.

    Notes
    -----
    Rule: as in :func:`outturn_variance`; the variance is held against the forecast outturn as printed.

    Examples
    --------
    >>> rows = pd.DataFrame([dict(service="Care", role="service", budget=Decimal(100), gross_outturn=Decimal(90),
    ...     covid_funding=Decimal(-10), forecast_outturn=Decimal(99), outturn_variance=Decimal(-1), source="")])
    >>> row_checks(rows)[["figure", "recomputed", "result"]].values.tolist()
    [['Forecast outturn', Decimal('80'), 'disagrees'], ['Variance', Decimal('-1'), 'agrees']]
    """
    checks = []
    for row in records_of(service_costs):
        figures = (
            ("Forecast outturn", row["forecast_outturn"], row["gross_outturn"] + row["covid_funding"]),
            ("Variance", row["outturn_variance"], row["forecast_outturn"] - row["budget"]),
        )
        for figure, printed, recomputed in figures:
            result = judged(printed, recomputed, Decimal(1), Decimal(1))
            checks.append({"service": row["service"], "figure": figure, "printed": printed, "recomputed": recomputed,
                           "result": result, "source": row["source"]})  # fmt: skip
    return _frame(checks, "service figure printed recomputed result source")


def covid_mitigation(service_costs: pd.DataFrame) -> pd.DataFrame:
    """How much of each service's gross variance covid funding took away.

    Parameters
    ----------
    service_costs : DataFrame
        As in :func:`outturn_variance` (£000).

    Returns
    -------
    DataFrame
        ``service, gross_variance, covid_funding, variance`` (£000) for each service and their total.

    Examples
    --------
    >>> rows = pd.DataFrame([dict(service="Care", role="service", budget=Decimal(14314), gross_outturn=Decimal(15784),
    ...     covid_funding=Decimal(-1656), forecast_outturn=Decimal(14128), outturn_variance=Decimal(-186))])
    >>> covid_mitigation(rows).iloc[0].tolist()
    ['Care', Decimal('1470'), Decimal('-1656'), Decimal('-186')]
    """
    rows = outturn_variance(service_costs)
    rows["gross_variance"] = rows["gross_outturn"] - rows["budget"]
    return rows[["service", "gross_variance", "covid_funding", "variance"]]


def agreed_lines(finance_lines: pd.DataFrame) -> pd.DataFrame:
    """Each line of the year's finances as every document prints it, and whether the documents agree.

    Parameters
    ----------
    finance_lines : DataFrame
        Columns ``line, document, amount, called, source`` (£m).

    Returns
    -------
    DataFrame
        ``line, called, printed_in, amounts, agree``: one row a line in order of first mention; ``amounts`` lists the
        different amounts printed, ``agree`` is true where there is one.

    Examples
    --------
    >>> lines = pd.DataFrame(dict(line=["reserve"] * 2, document=["report", "cover"], called=["Reserve", "Reserve"],
    ...                           amount=[Decimal("1.089"), Decimal("1.098")]))
    >>> agreed_lines(lines)[["amounts", "agree"]].values.tolist()
    [['£1.089m; £1.098m', False]]
    """
    rows = []
    for line, group in finance_lines.groupby("line", sort=False):
        amounts = list(dict.fromkeys(group["amount"]))
        rows.append({
            "line": line, "called": "; ".join(dict.fromkeys(group["called"])), "printed_in": ", ".join(group["document"]),
            "amounts": "; ".join(f"£{amount}m" for amount in amounts), "agree": len(amounts) == 1,
        })  # fmt: skip
    return _frame(rows, "line called printed_in amounts agree")


def line_amount(finance_lines: pd.DataFrame, line: str) -> Decimal | None:
    """The amount of one line (£m), or none where no document prints it or the documents disagree.

    Examples
    --------
    >>> lines = pd.DataFrame({"line": ["reserve", "reserve"], "amount": [Decimal("1.089"), Decimal("1.089")]})
    >>> line_amount(lines, "reserve"), line_amount(lines, "budget")
    (Decimal('1.089'), None)
    """
    amounts = set(finance_lines.loc[finance_lines["line"] == line, "amount"])
    return amounts.pop() if len(amounts) == 1 else None


def documents_disagree(finance_lines: pd.DataFrame, line: str) -> bool:
    """Whether the documents print different amounts for a line.

    Examples
    --------
    >>> lines = pd.DataFrame({"line": ["reserve", "reserve"], "amount": [Decimal("1.089"), Decimal("1.098")]})
    >>> documents_disagree(lines, "reserve"), documents_disagree(lines, "budget")
    (True, False)
    """
    return bool(finance_lines.loc[finance_lines["line"] == line, "amount"].nunique() > 1)


def _step(step: str, amount: Decimal | None, kind: str, printed: Decimal | None = None) -> dict[str, Any]:
    return {"step": step, "amount": amount, "kind": kind, "printed": printed}


def _sum(*amounts: Decimal | None) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _less(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _reserve_name(finance_lines: pd.DataFrame, remainder: Decimal | None) -> str:
    """What the last level of the bridge is, and what the documents call it."""
    name = "Overspend that the reserve does not meet" if remainder is not None and remainder > 0 else "Reserve left"
    called = finance_lines.loc[finance_lines["line"] == "reserve_left", "called"] if "called" in finance_lines else None
    printed = name.lower() if called is None or called.empty else called.iloc[0].lower()
    return name if printed == name.lower() else f"{name}, printed as {printed}"


def reserve_bridge(finance_lines: pd.DataFrame) -> pd.DataFrame:
    """From the gross overspend to what is left of the reserve once covid funding and the reserve have met it.

    Parameters
    ----------
    finance_lines : DataFrame
        Lines ``gross_overspend, covid_mitigation, pressure, reserve, reserve_left`` (£m).

    Returns
    -------
    DataFrame
        ``step, amount, kind, printed`` (£m; overspend positive); ``kind`` is ``level`` or ``change``. A level's
        ``amount`` is computed from the steps above it; ``printed`` is the figure as the documents print it, unsigned.

    Notes
    -----
    Rule: cover report, paragraphs 7.1.2 and 7.1.3. What they call a net underspend is reserve not needed: a negative
    last level here is reserve left.

    Examples
    --------
    >>> amounts = dict(gross_overspend="3.701", covid_mitigation="2.631", pressure="1.070", reserve="1.089",
    ...                reserve_left="0.019")
    >>> lines = pd.DataFrame([dict(line=line, amount=Decimal(amount)) for line, amount in amounts.items()])
    >>> reserve_bridge(lines)["amount"].map(str).tolist()
    ['3.701', '-2.631', '1.070', '-1.089', '-0.019']
    """
    gross, covid, pressure, reserve, left = (
        line_amount(finance_lines, line)
        for line in ("gross_overspend", "covid_mitigation", "pressure", "reserve", "reserve_left")
    )
    after_covid = _sum(gross, _less(covid))
    remainder = _sum(after_covid, _less(reserve))
    steps = [
        _step("Gross overspend", gross, "level", gross),
        _step("Less covid funding", _less(covid), "change", covid),
        _step("Overspend before the reserve", after_covid, "level", pressure),
        _step("Less carry forward reserve", _less(reserve), "change", reserve),
        _step(_reserve_name(finance_lines, remainder), remainder, "level", left),
    ]
    return _frame(steps, "step amount kind printed")


def contract_sum_bridge(finance_lines: pd.DataFrame) -> pd.DataFrame:
    """From the contract sum to the budget, in one step that no source splits.

    Parameters
    ----------
    finance_lines : DataFrame
        Lines ``contract_sum`` and ``budget`` (£m).

    Returns
    -------
    DataFrame
        ``step, amount, kind, printed`` (£m).

    Notes
    -----
    Rule: cover report, paragraph 7.1.1: grants passed on and support services together make the difference. The
    grants table is never used to split it, since no source says which grants lie inside the contract sum.

    Examples
    --------
    >>> lines = pd.DataFrame([dict(line="contract_sum", amount=Decimal("137.15")),
    ...                       dict(line="budget", amount=Decimal("123.348"))])
    >>> contract_sum_bridge(lines)["amount"].map(str).tolist()
    ['137.15', '-13.802', '123.348']
    """
    contract_sum, budget = (line_amount(finance_lines, line) for line in ("contract_sum", "budget"))
    steps = [
        _step("Contract sum", contract_sum, "level", contract_sum),
        _step(
            "Grants passed on and support services (no source splits them)", _sum(budget, _less(contract_sum)), "change"
        ),
        _step("Budget", budget, "level", budget),
    ]
    return _frame(steps, "step amount kind printed")


def signed_effect(factor: Mapping[str, Any]) -> Decimal | None:
    """Effect of a factor on the contract sum: a pressure positive, a saving negative; none where it is not costed.

    Parameters
    ----------
    factor : Mapping
        A row with ``kind`` (``pressure`` or ``saving``) and ``effect`` (£, without a sign).

    Examples
    --------
    >>> signed_effect({"kind": "saving", "effect": Decimal(250)})
    Decimal('-250')
    """
    return None if factor["effect"] is None else _SIGN[factor["kind"]] * factor["effect"]


def contract_sum_effects(contract_sum_factors: pd.DataFrame) -> pd.DataFrame:
    """What the pressures and savings named for the next contract sum come to, as far as they are costed.

    Parameters
    ----------
    contract_sum_factors : DataFrame
        Columns ``kind`` (``pressure`` or ``saving``) and ``effect`` (£, without a sign; none where it is not costed).

    Returns
    -------
    DataFrame
        ``kind, factors, costed, effect, not_costed``, one row a kind and a net (counts; £, a saving negative): the effect
        is that of the factors costed alone, and none where not one is.

    Notes
    -----
    Rule: the review considers all factors that bear on future contract sums (annual report, section 1). What is not
    costed is counted and never taken for nil.

    Examples
    --------
    >>> factors = pd.DataFrame(dict(kind=["pressure", "pressure", "saving"], effect=[Decimal(900), None, Decimal(250)]))
    >>> contract_sum_effects(factors).values.tolist()[-1]
    ['net of those costed', 3, 2, Decimal('650'), 1]
    """
    signed = [(row["kind"], signed_effect(row)) for row in records_of(contract_sum_factors)]
    groups = {kind: [effect for of, effect in signed if of == kind] for kind in _SIGN}
    groups["net of those costed"] = [effect for _, effect in signed]
    rows = []
    for kind, effects in groups.items():
        costed = [effect for effect in effects if effect is not None]
        rows.append({"kind": kind, "factors": len(effects), "costed": len(costed),
                     "effect": sum(costed, Decimal(0)) if costed else None, "not_costed": len(effects) - len(costed)})  # fmt: skip
    return _frame(rows, "kind factors costed effect not_costed")


def grant_shares(grants: pd.DataFrame) -> pd.DataFrame:
    """Each grant as income received, with its share of all grants, largest first.

    Parameters
    ----------
    grants : DataFrame
        Columns ``grant, amount, covid, source``; income negative (£).

    Returns
    -------
    DataFrame
        ``grant, received, share_pct, covid, source`` (£ positive; per cent of all grants).

    Notes
    -----
    Grants are printed as negatives, being income (annual report, section 12).

    Examples
    --------
    >>> grants = pd.DataFrame(dict(grant=["a", "b"], amount=[Decimal(-25), Decimal(-75)], covid=[False, True],
    ...                            source=["", ""]), dtype=object)
    >>> grant_shares(grants)[["grant", "share_pct"]].values.tolist()
    [['b', Decimal('75.00')], ['a', Decimal('25.00')]]
    """
    total = -sum(grants["amount"], Decimal(0))
    rows = [{"grant": row["grant"], "received": -row["amount"], "share_pct": _percentage(-row["amount"], total),
             "covid": row["covid"], "source": row["source"]} for row in records_of(grants)]  # fmt: skip
    return _frame(
        sorted(rows, key=lambda row: (-row["received"], row["grant"])), "grant received share_pct covid source"
    )


def grant_totals(grants: pd.DataFrame) -> pd.DataFrame:
    """Grants in total, of which covid, and without covid.

    Parameters
    ----------
    grants : DataFrame
        As in :func:`grant_shares` (£).

    Returns
    -------
    DataFrame
        ``grants, received`` (£ positive): all, covid, without covid.

    Examples
    --------
    >>> grants = pd.DataFrame(dict(grant=["a", "b"], amount=[Decimal(-25), Decimal(-75)], covid=[False, True]))
    >>> grant_totals(grants)["received"].map(int).tolist()
    [100, 75, 25]
    """
    covid = -sum(grants.loc[grants["covid"].astype(bool), "amount"], Decimal(0))
    everything = -sum(grants["amount"], Decimal(0))
    rows = [("All grants", everything), ("Of which covid", covid), ("Without covid", everything - covid)]
    return _frame([{"grants": name, "received": amount} for name, amount in rows], "grants received")


def gaps_by_year(budget_gaps: pd.DataFrame, councils: list[dict[str, Any]]) -> pd.DataFrame:
    """Budget gaps by financial year and council, with their total where every council gives one.

    Parameters
    ----------
    budget_gaps : DataFrame
        Columns ``council, year, gap, source`` (£m); a missing gap is missing, never nil.
    councils : list of dict
        The contract's councils, each with ``id`` and ``name``.

    Returns
    -------
    DataFrame
        ``year, council, gap, source`` (£m): years in order, in each the councils by name and then, where there are several,
        ``All councils``. The total is missing where any gap is.

    Notes
    -----
    Rule: the source prints N/A for a total of which a part is N/A (annual report, section 12).

    Examples
    --------
    >>> gaps = pd.DataFrame(dict(council=["N", "W"], year=["y", "y"], gap=[None, Decimal("26.448")], source=["", ""]),
    ...                     dtype=object)
    >>> gaps_by_year(gaps, [{"id": "N", "name": "North"}, {"id": "W", "name": "West"}])["gap"].tolist()
    [None, Decimal('26.448'), None]
    """
    rows = []
    for year, group in budget_gaps.groupby("year", sort=True):
        of = {row["council"]: row for row in records_of(group)}
        known = [of.get(council["id"], {"gap": None, "source": ""}) for council in councils]
        rows += [{"year": year, "council": council["name"], "gap": row["gap"], "source": row["source"]}
                 for council, row in zip(councils, known, strict=True)]  # fmt: skip
        if len(councils) > 1:
            sources = " ".join(dict.fromkeys(row["source"] for row in known if row["source"]))
            rows.append(
                {
                    "year": year,
                    "council": "All councils",
                    "gap": _sum(*(row["gap"] for row in known)),
                    "source": sources,
                }
            )
    return _frame(rows, "year council gap source")


def implied_shares(outturns: pd.DataFrame) -> pd.DataFrame:
    """What share of each outturn line every authority bears; a share that no source states and that nothing is split by.

    Parameters
    ----------
    outturns : DataFrame
        Columns ``measure, title, area, year, unit, value, release``: one row a line, authority and year.

    Returns
    -------
    DataFrame
        ``title, year, area, value, share_pct, release``: per cent of the authorities' sum, unrounded; only for lines in
        money, and years in which more than one authority has a figure.

    Examples
    --------
    >>> lines = pd.DataFrame(dict(measure="youth", title="Youth justice", area=["East", "West"], year="2031-32",
    ...                           unit="£", value=[Decimal(1), Decimal(3)], release=""), dtype=object)
    >>> implied_shares(lines)["share_pct"].tolist()
    [Decimal('25.00'), Decimal('75.00')]
    """
    rows = []
    for _, line in outturns[outturns["unit"].isin(["£", "£000"])].groupby(["measure", "year"], sort=False):
        total = sum(value for value in line["value"] if value is not None)
        if len(line) < 2 or any(value is None for value in line["value"]) or not total:
            continue
        rows += [{**row, "share_pct": Decimal(row["value"]) / Decimal(total) * 100} for row in records_of(line)]
    return pd.DataFrame(rows, columns=["title", "year", "area", "value", "share_pct", "release"], dtype=object)


class Published(NamedTuple):
    """A finance figure as one source gives it."""

    qualifier: str | None
    value: Decimal
    unit: str
    as_of: str
    basis: str
    confidence: str


def side_by_side(published_finance: pd.DataFrame) -> pd.DataFrame:
    """What every source says of the same finance figure, side by side; nothing is settled, added or averaged.

    Parameters
    ----------
    published_finance : DataFrame
        Columns ``line, title, body, kind, qualifier, value, unit, basis, as_of, confidence, note, source``: one row a
        figure and source.

    Returns
    -------
    DataFrame
        ``line, title, body, kind, figures, agreement, note, source``, one row a line, body, status and unit: ``figures``
        are the :class:`Published` in order of date. ``agreement`` says ``one figure only``, ``the same`` or
        ``not the same``; forecasts whose dates are known to differ are no conflict and say so.

    Examples
    --------
    >>> rows = dict(line="budget", title="Budget", body="AIT", kind="budget", qualifier=[None, "about"], unit="£m", note=None,
    ...             value=[Decimal(130), Decimal(123)], basis="press", as_of=["2023-02", "2022"], confidence="high",
    ...             source=["a", "b"])
    >>> found = side_by_side(pd.DataFrame(rows))
    >>> [figure.value for figure in found["figures"][0]], found["agreement"].item()
    ([Decimal('123'), Decimal('130')], 'not the same')
    """
    rows = []
    for (line, body, kind, _), same in published_finance.groupby(["line", "body", "kind", "unit"], sort=False):
        in_order = same.sort_values("as_of", kind="stable")
        figures = [Published(*cells) for cells in zip(*(in_order[name] for name in Published._fields), strict=True)]
        notes = dict.fromkeys(note for note in in_order["note"] if note)
        sources = dict.fromkeys(" ".join(in_order["source"]).split())
        rows.append((line, in_order["title"].iloc[0], body, kind, figures, _agreement(figures, kind),
                     "; ".join(notes) or None, " ".join(sources)))  # fmt: skip
    columns = ["line", "title", "body", "kind", "figures", "agreement", "note", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _agreement(figures: Sequence[Published], kind: str) -> str:
    if len(figures) == 1:
        return "one figure only"
    if len({(figure.qualifier, figure.value) for figure in figures}) == 1:
        return "the same"
    if kind != "forecast":
        return "not the same"
    days = sorted((first_day(figure.as_of), last_day(figure.as_of)) for figure in figures)
    apart = all(before[1] < after[0] for before, after in pairwise(days))
    return "forecasts of different dates" if apart else "not the same; their dates do not tell them apart"
