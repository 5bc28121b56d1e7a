"""Figures for readers who would rather look than read: each with its caption and a text that says what it shows.

A chart takes tables of the year by name and computes nothing but order and positions. It is drawn once, as SVG that is the same bytes on every
run, and stands in the page as an image with alternative text; the same numbers always stand in a table beside it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from itertools import cycle
from typing import TYPE_CHECKING

import matplotlib
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from ncthelpers import results, wording, years
from ncthelpers.audits import STAGES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ncthelpers.load import YearData

__all__ = [
    "Chart", "waterfall", "variance_by_service", "grants", "gaps", "support_services", "audit_progress", "demand",
    "event_timeline", "inspection_timeline",
]  # fmt: skip

# Analysis Function palette; every pair of neighbours is at least 3:1 apart. Only the first and third serve as text.
BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
_WIDTH = 7.2  # inches
_PALETTE = (BLUE, TEAL, PLUM, ORANGE)
GREY, PALE, INK = "#5A6570", "#E3E8ED", "#1D2A35"

_STYLE = {
    "svg.hashsalt": "review-book", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 11,
    "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True,
    "figure.facecolor": "white", "axes.facecolor": "white", "axes.unicode_minus": True,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Parameters
    ----------
    svg : bytes
        The drawing; empty where the year has nothing to draw.
    alt : str
        What it shows, in words, for readers who do not see it; or why there is nothing.
    caption : str
        Measure, unit and period.
    """

    svg: bytes
    alt: str
    caption: str

    def _repr_html_(self) -> str:
        if not self.svg:
            return f'<p class="no-rows"><strong>{escape(self.caption)}.</strong> {escape(self.alt)}</p>'
        image = base64.b64encode(self.svg).decode("ascii")
        return (
            f'<figure class="chart">\n<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{image}">\n'
            f'<figcaption><span class="chart-caption">{escape(self.caption)}</span></figcaption>\n</figure>'
        )

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.alt}"


@contextmanager
def _canvas(height: float) -> Iterator[tuple[Figure, Axes]]:
    """A styled figure with one pair of axes, closed again whatever happens."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the settings of whoever runs it: a page is the same on every machine
        matplotlib.rcParams.update({**sns.axes_style("ticks"), **_STYLE})
        figure, axes = plt.subplots(figsize=(_WIDTH, height))
        try:
            yield figure, axes
        finally:
            plt.close(figure)


def _drawn(figure: Figure, alt: str, caption: str) -> Chart:
    drawing = io.BytesIO()
    figure.savefig(drawing, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(drawing.getvalue(), alt, caption)


def _absent(data: YearData, name: str) -> Chart:
    """What stands in a chart's place where the year has no row of its table."""
    reason = results.reason_not_reported(data, name)
    said = f"Not reported: {reason}." if reason else "The source documents give no figure for it."
    return Chart(b"", said, results.table_schema(data, name).title)


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in pairs) + "."


def _wrapped(text: str, width: int = 34) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _bars(axes: Axes, names: list[str], values: list[Decimal], texts: list[str], colours: list[str]) -> None:
    """Horizontal bars with their value written at the end, first row on top."""
    shown = [float(value) for value in values]
    sns.barplot(x=shown, y=[_wrapped(name) for name in names], hue=range(len(names)), palette=colours, legend=False,
                ax=axes, width=0.66, saturation=1)  # fmt: skip
    reach = max(map(abs, shown), default=1) or 1
    for place, (value, text) in enumerate(zip(shown, texts, strict=True)):
        side = "left" if value >= 0 else "right"
        axes.annotate(
            text, (value, place), (4 if value >= 0 else -4, 0), textcoords="offset points", va="center", ha=side
        )
    axes.set_xlim(
        min(0, min(shown, default=0)) - (0.75 * reach if min(shown, default=0) < 0 else 0),
        max(0, max(shown, default=0)) + 0.25 * reach,
    )
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_visible(False)
    sns.despine(ax=axes, left=True, bottom=True)


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
        return _absent(data, bridge)
    schema = results.table_schema(data, bridge)
    held = schema["amount"]
    texts = [
        held.missing if amount is None else wording.figure_text(amount, held.unit, held.decimals)
        for amount in steps["amount"]
    ]
    alt = "Step chart. " + _listed(list(zip(steps["step"], texts, strict=True)))
    amounts = [float(amount or 0) for amount in steps["amount"]]
    with _canvas(0.72 * len(steps) + 0.5) as (figure, axes):
        level = 0.0
        for place, (amount, kind, text) in enumerate(zip(amounts, steps["kind"], texts, strict=True)):
            start, end = (0.0, amount) if kind == "level" else (level, level + amount)
            axes.barh(place, end - start, left=start, height=0.6, color=BLUE if kind == "level" else TEAL,
                      hatch=None if kind == "level" else "//", edgecolor="white" if kind != "level" else BLUE)  # fmt: skip
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
        sns.despine(ax=axes, left=True, bottom=True)
        return _drawn(figure, alt, f"{schema.title}, £m")


def variance_by_service(data: YearData) -> Chart:
    """Variance of each service, overspend to the right."""
    rows = results.table(data, "outturn_variance").iloc[:-1]
    if rows.empty:
        return _absent(data, "outturn_variance")
    texts = [("+" if value > 0 else "") + wording.figure_text(value, "£000") for value in rows["variance"]]
    alt = "Bar chart; overspend is positive. " + _listed(list(zip(rows["service"], texts, strict=True)))
    with _canvas(0.62 * len(rows) + 0.4) as (figure, axes):
        colours = [PLUM if value > 0 else BLUE for value in rows["variance"]]
        _bars(axes, rows["service"].tolist(), rows["variance"].tolist(), texts, colours)
        return _drawn(
            figure, alt, f"Variance from budget by service after covid funding, {data.year}; overspend positive"
        )


def grants(data: YearData) -> Chart:
    """Grants received, largest first."""
    rows = results.table(data, "grant_shares")
    if rows.empty:
        return _absent(data, "grant_shares")
    texts = [wording.figure_text(value, "£") for value in rows["received"]]
    alt = "Bar chart of grants received. " + _listed(list(zip(rows["grant"], texts, strict=True)))
    with _canvas(0.52 * len(rows) + 0.4) as (figure, axes):
        colours = [TEAL if covid else BLUE for covid in rows["covid"]]
        names = [name + (" (covid)" if covid and "ovid" not in name else "")
                 for name, covid in zip(rows["grant"], rows["covid"], strict=True)]  # fmt: skip
        _bars(axes, names, rows["received"].tolist(), texts, colours)
        return _drawn(figure, alt, f"Government revenue grants received, {data.year}, £")


def gaps(data: YearData) -> Chart:
    """Budget gaps by council and financial year; a gap that is not given is written as such."""
    rows = results.table(data, "gaps_by_year")
    if rows.empty:
        return _absent(data, "gaps_by_year")
    missing = results.table_schema(data, "gaps_by_year")["gap"].missing
    known = [council["name"] for council in data.contract["councils"]]
    rows = rows[rows["council"].isin(known)]
    texts = [wording.figure_text(gap, "£m") if gap is not None else missing for gap in rows["gap"]]
    names = [f"{year} {council}" for year, council in zip(rows["year"], rows["council"], strict=True)]
    alt = "Bar chart of forecast budget gaps. " + _listed(list(zip(names, texts, strict=True)))
    with _canvas(0.52 * len(rows) + 0.4) as (figure, axes):
        colour_of = dict(zip(known, cycle(_PALETTE), strict=False))
        _bars(
            axes,
            names,
            [gap or Decimal(0) for gap in rows["gap"]],
            texts,
            [colour_of[name] for name in rows["council"]],
        )
        return _drawn(figure, alt, "Budget gaps forecast by each council, £m; a positive gap is a deficit")


def support_services(data: YearData) -> Chart:
    """Support-service KPIs by outcome, each named by its word."""
    rows = results.table(data, "support_service_rates")
    if rows.empty:
        return _absent(data, "support_service_rates")
    texts = [f"{wording.figure_text(n)} ({wording.figure_text(share, 'per cent', 1)})"
             for n, share in zip(rows["kpis"], rows["share_pct"], strict=True)]  # fmt: skip
    alt = "Bar chart of support-service KPIs. " + _listed(list(zip(rows["outcome"], texts, strict=True)))
    with _canvas(0.6 * len(rows) + 0.4) as (figure, axes):
        names = [name[0].upper() + name[1:] for name in rows["outcome"]]
        _bars(
            axes,
            names,
            [Decimal(n) for n in rows["kpis"]],
            texts,
            [colour for _, colour in zip(texts, cycle((BLUE, ORANGE, PLUM, TEAL)), strict=False)],
        )
        return _drawn(figure, alt, f"Support-service KPIs by outcome, {data.year}; number and share of all")


def audit_progress(data: YearData) -> Chart:
    """Which stage each audit had reached: a filled square where it had, a hollow one where not."""
    if data["audits"].empty:
        return _absent(data, "audits")
    audits = data["audits"].merge(results.table(data, "audit_stages")[["audit", "stages_reached"]], on="audit")
    audits = audits.sort_values("stages_reached", ascending=False, kind="stable")
    counts = results.table(data, "audit_progress")
    alt = f"Grid of {len(audits)} audits by stage. " + _listed(
        [
            (stage, f"reached by {wording.figure_text(n)}")
            for stage, n in zip(counts["stage"], counts["audits"], strict=True)
        ]
    )
    with _canvas(0.36 * len(audits) + 0.7) as (figure, axes):
        for place, audit in enumerate(audits.to_dict("records")):
            for across, stage in enumerate(STAGES):
                reached = audit[stage]
                axes.plot(across, place, "s", markersize=13, color=BLUE if reached else "white",
                          markeredgecolor=BLUE if reached else GREY, markeredgewidth=1.2)  # fmt: skip
        axes.set_yticks(range(len(audits)), audits["audit"])
        axes.set_xticks(range(len(STAGES)), [f"{row[0]}\n{row[1]} of {len(audits)}" for row in counts.values.tolist()])
        axes.xaxis.tick_top()
        axes.set_xlim(-0.6, len(STAGES) - 0.4)
        axes.invert_yaxis()
        axes.margins(y=0.06)
        axes.tick_params(length=0)
        sns.despine(ax=axes, left=True, bottom=True)
        return _drawn(
            figure, alt, "Internal audits by stage: filled where the stage was reached, hollow where it was not"
        )


def demand(data: YearData, measure: str) -> Chart:
    """The published points of one demand measure; a forecast is hollow and joined by a dashed line."""
    rows = data["demand"]
    points: dict[str, tuple[Decimal, str]] = {}
    for row in rows[rows["measure"] == measure].to_dict("records"):
        if row["value_start"] is not None:
            points.setdefault(row["start"], (row["value_start"], "actual"))
        if row["value_end"] is not None:
            points[row["end"]] = (row["value_end"], row["status"])
    if not points:
        return _absent(data, "demand")
    in_order = sorted(points.items(), key=lambda point: years.last_day(point[0]))
    known = [(when, value, status) for when, (value, status) in in_order]
    title = rows.loc[rows["measure"] == measure, "title"].iloc[0]
    texts = [(f"{years.in_words(when)} ({status})", wording.figure_text(value)) for when, value, status in known]
    with _canvas(2.9) as (figure, axes):
        where = [mdates.date2num(years.last_day(when)) for when, _, _ in known]
        for last in range(1, len(known)):
            axes.plot(where[last - 1 : last + 1], [float(p[1]) for p in known[last - 1 : last + 1]], color=BLUE,
                      linestyle="--" if known[last][2] == "forecast" else "-", linewidth=1.6)  # fmt: skip
        for place, (_, value, status) in zip(where, known, strict=True):
            axes.plot(place, float(value), "o", markersize=9, color="white" if status == "forecast" else BLUE,
                      markeredgecolor=BLUE, markeredgewidth=1.6)  # fmt: skip
            axes.annotate(f"{wording.figure_text(value)}\n{status}", (place, float(value)), (0, 10),
                          textcoords="offset points", ha="center", va="bottom")  # fmt: skip
        axes.set_xticks(where, [years.in_words(when) for when, _, _ in known])
        axes.margins(x=0.16, y=0.3)
        axes.set_ylim(0, axes.get_ylim()[1] * 1.25)
        sns.despine(ax=axes)
        alt = "Line chart of the published points. " + _listed(texts)
        return _drawn(figure, alt, f"{title}: published points only; the axis starts at nought")


def _years_spanned(rows: pd.DataFrame) -> int:
    days = [years.first_day(start) for start in rows["start"]]
    return max(days).year - min(days).year


def _strip(data: YearData, rows: pd.DataFrame, by: str, mark: str, caption: str, what: str) -> Chart:
    """Dates along a line for each value of ``by``, one marker shape for each value of ``mark``."""
    marks = list(dict.fromkeys(rows[mark])) if mark else [""]
    shapes = dict(zip(marks, "os^Dv*PX<>hp", strict=False))
    colours = dict(zip(marks, cycle((*_PALETTE, GREY, INK)), strict=False))
    lines = list(dict.fromkeys(rows[by]))
    with _canvas(0.42 * len(lines) + 1.2) as (figure, axes):
        axes.axvspan(data.starts, data.ends, color=PALE, zorder=0)
        axes.annotate(f"contract year {data.year}", (data.starts, 1), (3, 3), xycoords=("data", "axes fraction"),
                      textcoords="offset points", ha="left", va="bottom", color=GREY)  # fmt: skip
        for row in rows.to_dict("records"):
            place, first = lines.index(row[by]), years.first_day(row["start"])
            last = years.last_day(row["end"] or row["start"])
            kind = row[mark] if mark else ""
            if (last - first).days > 10:
                axes.plot([first, last], [place, place], color=colours.get(kind, INK), linewidth=4, alpha=0.45)
            middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
            axes.plot(middle, place, shapes.get(kind, "o"), markersize=8, color=colours.get(kind, INK), markeredgecolor="white",
                      label=kind)  # fmt: skip
        axes.set_yticks(range(len(lines)), [_wrapped(line[0].upper() + line[1:]) for line in lines])
        axes.invert_yaxis()
        axes.margins(y=0.12)
        axes.xaxis.set_major_locator(mdates.YearLocator(base=max(1, _years_spanned(rows) // 8)))
        axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        sns.despine(ax=axes, left=True)
        axes.tick_params(axis="y", length=0)
        if mark:
            handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
            figure.legend(handles.values(), handles.keys(), loc="outside lower center", frameon=False,
                          ncols=min(2, len(handles)), fontsize=10)  # fmt: skip
        counts = rows.groupby(by, sort=False).size()
        alt = f"Timeline of {len(rows)} {what}. " + _listed([(str(name), str(count)) for name, count in counts.items()])
        return _drawn(figure, alt + " The dates stand in the table.", caption)


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
        return _absent(data, "events")
    return _strip(data, rows, "kind", "", "Dated events by kind; the contract year is shaded", "events")


def inspection_timeline(data: YearData) -> Chart:
    """Inspections by provider along time, marker by judgement, the contract year shaded."""
    rows = data["inspections"]
    if rows.empty:
        return _absent(data, "inspections")
    caption = "Inspections and visits by provider; the contract year is shaded, the marker is the judgement printed"
    return _strip(data, rows, "provider", "judgement", caption, "inspections and visits")
