"""Charts of one year's review: money as steps and bars, audits as a grid, demand and risks as points, dates along a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import cycle

import matplotlib.dates as mdates
import pandas as pd

from ncthelpers import finance, results, wording
from ncthelpers import years as dates
from ncthelpers.audits import STAGES
from ncthelpers.charts.canvas import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    PALETTE,
    PLUM,
    TEAL,
    Chart,
    absent,
    canvas,
    drawn,
    of_table,
)
from ncthelpers.provenance import Shown
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData

__all__ = [
    "waterfall", "variance_by_service", "grants", "gaps", "support_services", "audit_progress", "demand",
    "event_timeline", "inspection_timeline", "contract_sum_factors", "risk_scores",
]  # fmt: skip


def _listed(names: Iterable[str], texts: Iterable[object]) -> str:
    """Names with what is said of each, as one sentence."""
    return "; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True)) + "."


def _wrapped(text: str, width: int = 34) -> str:
    """A name broken into lines of about so many letters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _deep(names: Iterable[str]) -> float:
    """Inches that the longest of some names, broken into lines, needs."""
    return max(0.52, 0.2 * max(_wrapped(name).count("\n") + 1 for name in names) + 0.14)


def _with_sign(amount: Decimal, unit: str) -> str:
    """An amount of which more is written with a plus."""
    return ("+" if amount > 0 else "") + wording.figure_text(amount, unit)


def _bars(names: Iterable[str], values: Iterable[Decimal], texts: Sequence[str], colours: Sequence[str], deep: float,
          alt: str, caption: str, shown: Shown) -> Chart:  # fmt: skip
    """Horizontal bars, each so many inches deep, with their value written at the end, first row on top."""
    lengths = [float(value) for value in values]
    with canvas(deep * len(lengths) + 0.4) as (figure, axes):
        places = range(len(lengths))
        axes.barh(places, lengths, height=0.66, color=list(colours), edgecolor="white")
        axes.set_yticks(places, [_wrapped(name) for name in names])
        axes.set_ylim(len(lengths) - 0.5, -0.5)
        for place, (value, text) in enumerate(zip(lengths, texts, strict=True)):
            aside, side = (4, "left") if value >= 0 else (-4, "right")
            axes.annotate(text, (value, place), (aside, 0), textcoords="offset points", va="center", ha=side)
        low, high = min([0, *lengths]), max([0, *lengths])
        room = max(high, -low) or 1
        axes.set_xlim(low - (0.75 * room if low < 0 else 0), high + 0.25 * room)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set(xlabel="", ylabel="")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        return drawn(figure, alt, caption, shown)


def waterfall(data: YearData, bridge: str) -> Chart:
    """A bridge as steps: levels stand on the axis, changes hang between them.

    Parameters
    ----------
    data : YearData
        The year.
    bridge : str
        Name of a result with columns ``step, amount, kind`` (£m).
    """
    steps = results.table(data, bridge)
    if steps.empty:
        return absent(data, bridge)
    schema = results.table_schema(data, bridge)
    held = schema["amount"]
    texts = [held.missing if amount is None else wording.figure_text(amount, held.unit, held.decimals)
             for amount in steps["amount"]]  # fmt: skip
    with canvas(0.72 * len(steps) + 0.5) as (figure, axes):
        level = 0.0
        for place, (amount, kind, text) in enumerate(zip(steps["amount"], steps["kind"], texts, strict=True)):
            start, end = (0.0, float(amount or 0)) if kind == "level" else (level, level + float(amount or 0))
            colour, edge, hatch = (BLUE, BLUE, None) if kind == "level" else (TEAL, "white", "//")
            axes.barh(place, end - start, left=start, height=0.6, color=colour, edgecolor=edge, hatch=hatch)
            if place:
                axes.plot([level, level], [place - 0.7, place + 0.3], color=GREY, linewidth=0.8)
            axes.annotate(text, (max(start, end), place), (5, 0), textcoords="offset points", va="center")
            level = end
        axes.set_yticks(range(len(steps)), [_wrapped(step, 30) for step in steps["step"]])
        axes.invert_yaxis()
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.margins(x=0.2)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        return drawn(figure, "Step chart. " + _listed(steps["step"], texts), f"{schema.title}, £m",
                     of_table(data, bridge, steps))  # fmt: skip


def variance_by_service(data: YearData) -> Chart:
    """Variance of each service, overspend to the right."""
    rows = results.table(data, "outturn_variance").iloc[:-1]
    if rows.empty:
        return absent(data, "outturn_variance")
    texts = [_with_sign(value, "£000") for value in rows["variance"]]
    colours = [PLUM if value > 0 else BLUE for value in rows["variance"]]
    alt = "Bar chart; overspend is positive. " + _listed(rows["service"], texts)
    caption = f"Variance from budget by service after covid funding, {data.year}; overspend positive"
    return _bars(rows["service"], rows["variance"], texts, colours, 0.62, alt, caption,
                 of_table(data, "outturn_variance", rows))  # fmt: skip


def grants(data: YearData) -> Chart:
    """Grants received, largest first."""
    rows = results.table(data, "grant_shares")
    if rows.empty:
        return absent(data, "grant_shares")
    texts = [wording.figure_text(value, "£") for value in rows["received"]]
    colours = [TEAL if covid else BLUE for covid in rows["covid"]]
    names = [name + (" (covid)" if covid and "ovid" not in name else "")
             for name, covid in zip(rows["grant"], rows["covid"], strict=True)]  # fmt: skip
    alt = "Bar chart of grants received. " + _listed(rows["grant"], texts)
    caption = f"Government revenue grants received, {data.year}, £"
    return _bars(names, rows["received"], texts, colours, 0.52, alt, caption, of_table(data, "grant_shares", rows))


def gaps(data: YearData) -> Chart:
    """Budget gaps by council and financial year; a gap that is not given is written as such."""
    rows = results.table(data, "gaps_by_year")
    if rows.empty:
        return absent(data, "gaps_by_year")
    missing = results.table_schema(data, "gaps_by_year")["gap"].missing
    colour_of = dict(zip((council["name"] for council in data.contract["councils"]), cycle(PALETTE), strict=False))
    rows = rows[rows["council"].isin(colour_of)]
    texts = [missing if gap is None else wording.figure_text(gap, "£m") for gap in rows["gap"]]
    names = [f"{year} {council}" for year, council in zip(rows["year"], rows["council"], strict=True)]
    alt = "Bar chart of forecast budget gaps. " + _listed(names, texts)
    caption = "Budget gaps forecast by each council, £m; a positive gap is a deficit"
    colours = [colour_of[name] for name in rows["council"]]
    shown = of_table(data, "gaps_by_year", rows)
    return _bars(names, [gap or 0 for gap in rows["gap"]], texts, colours, 0.52, alt, caption, shown)


def support_services(data: YearData) -> Chart:
    """Support-service KPIs by outcome, each named by its word."""
    rows = results.table(data, "support_service_rates")
    if rows.empty:
        return absent(data, "support_service_rates")
    texts = [f"{wording.figure_text(n)} ({wording.figure_text(share, 'per cent', 1)})"
             for n, share in zip(rows["kpis"], rows["share_pct"], strict=True)]  # fmt: skip
    names = [name[0].upper() + name[1:] for name in rows["outcome"]]
    colours = [colour for _, colour in zip(texts, cycle((BLUE, ORANGE, PLUM, TEAL)), strict=False)]
    alt = "Bar chart of support-service KPIs. " + _listed(rows["outcome"], texts)
    caption = f"Support-service KPIs by outcome, {data.year}; number and share of all"
    shown = of_table(data, "support_service_rates", rows)
    return _bars(names, rows["kpis"], texts, colours, 0.6, alt, caption, shown)


def audit_progress(data: YearData) -> Chart:
    """Which stage each audit had reached: a filled square where it had, a hollow one where not."""
    if data["audits"].empty:
        return absent(data, "audits")
    audits = data["audits"].merge(results.table(data, "audit_stages")[["audit", "stages_reached"]], on="audit")
    audits = audits.sort_values("stages_reached", ascending=False, kind="stable")
    counts = results.table(data, "audit_progress")
    reached = _listed(counts["stage"], (f"reached by {wording.figure_text(n)}" for n in counts["audits"]))
    with canvas(0.36 * len(audits) + 0.7) as (figure, axes):
        for place, audit in enumerate(records_of(audits)):
            for across, stage in enumerate(STAGES):
                inside, edge = (BLUE, BLUE) if audit[stage] else ("white", GREY)
                axes.plot(across, place, "s", markersize=13, color=inside, markeredgecolor=edge, markeredgewidth=1.2)
        axes.set_yticks(range(len(audits)), audits["audit"])
        axes.set_xticks(range(len(STAGES)), [f"{row[0]}\n{row[1]} of {len(audits)}" for row in counts.values.tolist()])
        axes.xaxis.tick_top()
        axes.set_xlim(-0.6, len(STAGES) - 0.4)
        axes.invert_yaxis()
        axes.margins(y=0.06)
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
        caption = "Internal audits by stage: filled where the stage was reached, hollow where it was not"
        shown = of_table(data, "audits", audits)
        return drawn(figure, f"Grid of {len(audits)} audits by stage. {reached}", caption, shown)


def demand(data: YearData, measure: str) -> Chart:
    """The published points of one demand measure; a forecast is hollow and joined by a dashed line."""
    rows = data["demand"]
    rows = rows[rows["measure"] == measure]
    points: dict[str, tuple[Decimal, str]] = {}
    for row in records_of(rows):
        if row["value_start"] is not None:
            points.setdefault(row["start"], (row["value_start"], "actual"))
        if row["value_end"] is not None:
            points[row["end"]] = (row["value_end"], row["status"])
    if not points:
        return absent(data, "demand")
    days = sorted(points, key=dates.last_day)
    values, statuses = zip(*(points[day] for day in days), strict=True)
    named, texts = [dates.in_words(day) for day in days], [wording.figure_text(value) for value in values]
    with canvas(2.9) as (figure, axes):
        where, height = [mdates.date2num(dates.last_day(day)) for day in days], [float(value) for value in values]
        for nth in range(1, len(days)):
            axes.plot(where[nth - 1 : nth + 1], height[nth - 1 : nth + 1], color=BLUE,
                      linestyle="--" if statuses[nth] == "forecast" else "-", linewidth=1.6)  # fmt: skip
        for x, y, text, status in zip(where, height, texts, statuses, strict=True):
            axes.plot(x, y, "o", markersize=9, color="white" if status == "forecast" else BLUE, markeredgecolor=BLUE,
                      markeredgewidth=1.6)  # fmt: skip
            axes.annotate(f"{text}\n{status}", (x, y), (0, 10), textcoords="offset points", ha="center", va="bottom")
        axes.set_xticks(where, named)
        axes.margins(x=0.16, y=0.3)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.25)
        said = _listed((f"{day} ({status})" for day, status in zip(named, statuses, strict=True)), texts)
        caption = f"{rows['title'].iloc[0]}: published points only; the axis starts at nought"
        return drawn(figure, "Line chart of the published points. " + said, caption,
                     of_table(data, "demand", rows))  # fmt: skip


def _timeline(data: YearData, name: str, rows: pd.DataFrame, by: str, mark: str, caption: str, what: str) -> Chart:
    """Dates along a line for each value of ``by``, one marker shape for each value of ``mark``."""
    marks = dict.fromkeys(rows[mark]) if mark else [""]
    shapes = dict(zip(marks, "os^Dv*PX<>hp", strict=False))
    colours = dict(zip(marks, cycle((*PALETTE, GREY, INK)), strict=False))
    lines = list(dict.fromkeys(rows[by]))
    with canvas(0.42 * len(lines) + 1.2) as (figure, axes):
        axes.axvspan(data.starts, data.ends, color=PALE, zorder=0)
        axes.annotate(f"contract year {data.year}", (data.starts, 1), (3, 3), xycoords=("data", "axes fraction"),
                      textcoords="offset points", ha="left", va="bottom", color=GREY)  # fmt: skip
        for row in records_of(rows):
            place, kind = lines.index(row[by]), row[mark] if mark else ""
            first, last = dates.first_day(row["start"]), dates.last_day(row["end"] or row["start"])
            if (last - first).days > 10:
                axes.plot([first, last], [place, place], color=colours[kind], linewidth=4, alpha=0.45)
            middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
            axes.plot(middle, place, shapes.get(kind, "o"), markersize=8, color=colours[kind], markeredgecolor="white",
                      label=kind)  # fmt: skip
        axes.set_yticks(range(len(lines)), [_wrapped(line[0].upper() + line[1:]) for line in lines])
        axes.invert_yaxis()
        axes.margins(y=0.12)
        drawn_from, drawn_to = (mdates.num2date(end).year for end in axes.get_xlim())
        axes.xaxis.set_major_locator(mdates.YearLocator(base=max(1, (drawn_to - drawn_from) // 8)))
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        if mark:
            handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
            figure.legend(handles.values(), handles.keys(), loc="outside lower center", frameon=False,
                          ncols=min(2, len(handles)), fontsize=10)  # fmt: skip
        counts = rows.groupby(by, sort=False).size()
        alt = f"Timeline of {len(rows)} {what}. {_listed(counts.index, counts)} The dates stand in the table."
        return drawn(figure, alt, caption, of_table(data, name, rows))


def event_timeline(data: YearData, kinds: Sequence[str]) -> Chart:
    """Dated events by kind along time, the contract year shaded.

    Parameters
    ----------
    data : YearData
        The year.
    kinds : sequence of str
        Kinds of event to draw.
    """
    rows = data["events"]
    rows = rows[rows["kind"].isin(kinds)].sort_values(["kind", "start"], kind="stable")
    if rows.empty:
        return absent(data, "events")
    return _timeline(data, "events", rows, "kind", "", "Dated events by kind; the contract year is shaded", "events")


def inspection_timeline(data: YearData) -> Chart:
    """Inspections by provider along time, marker by judgement, the contract year shaded."""
    rows = data["inspections"]
    if rows.empty:
        return absent(data, "inspections")
    caption = "Inspections and visits by provider; the contract year is shaded, the marker is the judgement printed"
    return _timeline(data, "inspections", rows, "provider", "judgement", caption, "inspections and visits")


def contract_sum_factors(data: YearData) -> Chart:
    """Effect on the next contract sum of each factor that is costed: a pressure to the right, a saving to the left."""
    costed = [{**row, "effect": finance.signed_effect(row)}
              for row in records_of(results.table(data, "contract_sum_factors")) if row["effect"] is not None]  # fmt: skip
    if not costed:
        return absent(data, "contract_sum_factors")
    costed.sort(key=lambda row: -row["effect"])
    names, effects = [row["name"] for row in costed], [row["effect"] for row in costed]
    texts = [_with_sign(effect, "£") for effect in effects]
    colours = [PLUM if effect > 0 else BLUE for effect in effects]
    net = records_of(results.table(data, "contract_sum_effects"))[-1]
    alt = "Bar chart; a pressure is positive, a saving negative. " + _listed(names, texts)
    caption = (f"Effect of the costed factors on the contract sum, £: net {_with_sign(net['effect'], '£')}; "
               f"{net['costed']} of the {net['factors']} factors named are costed")  # fmt: skip
    shown = of_table(data, "contract_sum_factors", costed)
    return _bars(names, effects, texts, colours, _deep(names), alt, caption, shown)


_POINT = {"linestyle": "None", "markeredgewidth": 1.5}
_FIRST = {**_POINT, "marker": "o", "markersize": 9, "color": "white", "markeredgecolor": INK}
_APPETITE = {**_POINT, "marker": "|", "markersize": 20, "color": INK, "markeredgewidth": 2.2}
_LAST = {
    "within": {**_POINT, "marker": "o", "markersize": 10, "color": BLUE, "markeredgecolor": "white"},
    "above": {**_POINT, "marker": "D", "markersize": 10, "color": PLUM, "markeredgecolor": "white"},
}
_HIGHEST = 25  # likelihood and impact are each scored up to five


def risk_scores(data: YearData) -> Chart:
    """First and last score of each risk on one scale, beside the highest score that its owner accepts."""
    risks = [row for row in records_of(results.table(data, "risk_movement")) if row["score"] is not None]
    if not risks:
        return absent(data, "risk_movement")
    names, texts = [risk["what"] for risk in risks], [_scores(risk) for risk in risks]
    with canvas(_deep(names) * len(risks) + 1.2) as (figure, axes):
        for place, (risk, text) in enumerate(zip(risks, texts, strict=True)):
            before, last, against = risk["score_before"], risk["score"], risk["within_appetite"]
            axes.plot([1, _HIGHEST], [place, place], color=PALE, linewidth=1, zorder=0)
            axes.plot(risk["appetite"], place, label="appetite", zorder=1, **_APPETITE)
            if before is not None:
                axes.plot([before, last], [place, place], color=GREY, linewidth=1.6, zorder=1)
                axes.plot(before, place, label="first score", **_FIRST)
            axes.plot(last, place, label=f"last score, {against} appetite", **_LAST[against])
            axes.annotate(text, (_HIGHEST + 1, place), va="center", fontsize=10)
        axes.set_yticks(range(len(names)), [_wrapped(name) for name in names])
        axes.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, _HIGHEST + 12))
        axes.set_xlabel("Likelihood times impact", x=0, ha="left")
        axes.spines["bottom"].set_bounds(0, _HIGHEST)
        axes.set_xticks(range(0, _HIGHEST + 1, 5))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", frameon=False, ncols=2, fontsize=10,
                      markerscale=0.8)  # fmt: skip
        above = sum(risk["within_appetite"] == "above" for risk in risks)
        moved = [risk["movement"] for risk in risks]
        alt = "Chart of scores. " + _listed(names, (text.replace("\n", ", ") for text in texts))
        caption = (f"Scores of the risks, {data.year}: {above} of {len(risks)} above the appetite of their owner, "
                   f"{moved.count('rising')} rising and {moved.count('falling')} falling over the year")  # fmt: skip
        return drawn(figure, alt, caption, of_table(data, "risk_movement", risks))


def _scores(risk: Mapping) -> str:
    """The scores of a risk and how the last stands to the appetite, in two lines."""
    before, last = risk["score_before"], risk["score"]
    moved = f"{last}" if before in (None, last) else f"{before} to {last}"
    scores = f"{moved}, {risk['movement'] or 'scored once'}"
    return f"{scores}\n{risk['within_appetite']} appetite, {risk['appetite']}"
