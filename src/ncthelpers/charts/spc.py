"""Control charts of KPIs: months against the limits of what is usual, special causes told by the shape of their mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import escalation, findings, results, spc, wording
from ncthelpers import years as dates
from ncthelpers.charts.canvas import (
    BLUE,
    GREY,
    INK,
    LINE,
    MARK,
    ORANGE,
    PALE,
    PLUM,
    SMALL,
    TEAL,
    THICK,
    THIN,
    WIDTH,
    Chart,
    Style,
    absent,
    apart,
    described,
    draw_key,
    drawn,
    inner,
    key_places,
    of_table,
    reach,
    sheet,
    tick_texts,
    tick_values,
    widest,
    write,
)
from ncthelpers.folds import Fold
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Charts", "variation", "variations"]

# Each word of variation has a shape of its own; its colour only repeats it, and its edge stands out where that is light.
_STYLES: Mapping[str, Style] = MappingProxyType({
    spc.COMMON: Style(GREY, "o", "white", "-"), "improvement": Style(BLUE, "s", "white", "-"),
    "concern": Style(ORANGE, "D", INK, "-"), "high": Style(PLUM, "^", "white", "-"), "low": Style(PLUM, "v", "white", "-"),
    "no limits": Style("white", "o", GREY, "-"),
})  # fmt: skip
# Of each table of months those of the KPIs, of their signals and of their rebases.
_BESIDE: Mapping[str, tuple[str, str, str]] = MappingProxyType({
    "kpi_months": ("kpis", "kpi_signals", "kpi_rebases"),
    "support_service_months": ("support_service_kpis", "support_service_signals", ""),
})  # fmt: skip
_DEEP = 1.6  # inches of the vertical axis
_DASHED = (0, (5, 3))


@dataclass(frozen=True)
class Charts:
    """Charts, shown one below the other: those that ask to be looked at, then the others, each below a line that unfolds it.

    Parameters
    ----------
    signals : tuple of Chart
        Shown in full.
    folded : tuple of Fold
        The others.
    """

    signals: tuple[Chart, ...]
    folded: tuple[Fold, ...] = ()

    def __iter__(self) -> Iterator[Chart]:
        return iter((*self.signals, *(cast(Chart, fold.inside) for fold in self.folded)))

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        every: tuple[Chart | Fold, ...] = (*self.signals, *self.folded)
        bundles = [one._repr_mimebundle_() for one in every]
        records = [record for _, metadata in bundles for record in metadata.get("results", ())]
        data = {kind: "\n".join(data[kind] for data, _ in bundles) for kind in ("text/html", "text/plain")}
        return data, {"results": records} if records else {}


@dataclass(frozen=True)
class _Months:
    """One KPI to be drawn: its months in order of time, what is said of it, and why limits begin anew in a month."""

    rows: Sequence[Mapping[str, Any]]
    signal: Mapping[str, Any]
    rebases: Mapping[str, str]

    @property
    def name(self) -> str:
        """Name of the KPI."""
        return cast(str, self.rows[0]["name"])

    @property
    def held(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Months that have a value, each with its place."""
        return [(place, row) for place, row in enumerate(self.rows) if row["value"] is not None]

    @property
    def stretches(self) -> list[list[int]]:
        """Places of the months that have limits in common."""
        numbers = spc.stretches([row["period"] for row in self.rows], self.rebases)
        return [[place for place, of in enumerate(numbers) if of == number] for number in sorted(set(numbers))]

    @property
    def trial(self) -> str:
        """Which of the limits are on trial, in words; empty where none are."""
        stretches = self.stretches
        on_trial = [places for places in stretches if self.rows[places[0]]["trial"]]
        if not on_trial:
            return ""
        few = f"made of fewer than {spc.TRIAL} values"
        if on_trial == stretches:
            return f"trial limits, {few}"
        return f"limits {' and '.join(map(self._between, on_trial))} on trial, {few}"

    def _between(self, places: Sequence[int]) -> str:
        """Where a stretch begins and ends, as far as another is before or after it."""
        ends = {"from": places[0], "before": places[-1] + 1}
        inside = {word: self.rows[place] for word, place in ends.items() if 0 < place < len(self.rows)}
        return " ".join(f"{word} {dates.in_words(row['period'])}" for word, row in inside.items())

    @property
    def finding(self) -> str:
        """What the chart shows: the last month of the year, and whether the target can be met."""
        signal = self.signal
        if not signal["variation"]:
            return f"no limits of variation ({signal['no_limits']})" if signal["period"] else "no value in the year"
        because = f" ({signal['rule']})" if signal["rule"] else ""
        said = f"{signal['variation']}{because} in {dates.in_words(signal['period'])}"
        return f"{said}; {findings.MET[signal['assurance']]}" if signal["assurance"] else said

    @property
    def levels(self) -> list[tuple[str, Decimal]]:
        """What is labelled at the right: the limits and mean now in force, and the target."""
        named = [("limit", "upper"), ("mean", "mean"), ("limit", "lower"), ("target", "target")]
        return [(name, self.rows[-1][of]) for name, of in named if self.rows[-1][of] is not None]

    @property
    def ticks(self) -> list[Decimal]:
        """Values marked on the vertical axis; it ends at 0 and 100 per cent, though a limit may not."""
        shown = [row[name] for row in self.rows for name in ("value", "target") if row[name] is not None]
        edges = [row[name] for row in self.rows for name in ("lower", "upper") if row[name] is not None]
        shown += [min(max(edge, Decimal(0)), Decimal(100)) for edge in edges]
        target, low = self.rows[-1]["target"], min(shown)
        if target == low > 0:  # a target on the axis itself could not be seen
            shown.append(max(Decimal(0), low - (max(shown) - low) / 20))
        return tick_values(shown, 0, 100)

    @property
    def tick_texts(self) -> list[str]:
        """The same in words."""
        return tick_texts(self.ticks, "per cent")

    @property
    def special(self) -> list[str]:
        """Months of special cause in words, those of one kind that follow each other together."""
        found = []
        for (said, rule), run in groupby(self.rows, lambda row: (row["variation"], row["rule"])):
            if rule:
                found.append(f"{said} in {_span(list(run))} ({rule})")
        return found

    @property
    def alt(self) -> str:
        """What it shows, in words."""
        last, row = self.held[-1][1], self.rows[-1]
        parts = [f"Control chart of {self.name}, {_span(self.rows)}: {self.finding}"]
        parts.append(f"Last value {_said(last['value'])} in {_span([last])}")
        if row["mean"] is not None:
            parts.append(f"Mean {_said(row['mean'])}, limits {_said(row['lower'])} to {_said(row['upper'])}")
        parts.append("No target" if row["target"] is None else f"Target {_said(row['target'])}")
        more = []
        if any(row["mean"] is not None for row in self.rows):
            more.append(f"Special causes: {', '.join(self.special) or 'none'}")
        more += [
            f"Limits begin anew in {dates.in_words(month)}: {why.rstrip('.')}" for month, why in self.rebases.items()
        ]
        missing = [dates.in_words(row["period"]) for row in self.rows if row["value"] is None]
        more += [f"No value in {', '.join(missing)}"] if missing else []
        return described([". ".join(parts) + "."], ". ".join(more) + "." if more else "")

    @property
    def caption(self) -> str:
        """Measure, unit and period, and how far its limits can be relied on."""
        caption = f"{self.name}, per cent by month, {_span(self.rows)}"
        if any(row["mean"] is not None for row in self.rows):
            caption += ", with mean and limits of variation (XmR)"
        if self.trial:
            caption += f"; {self.trial}"
        if any(row["status"] is None for row in self.rows):
            caption += "; months before the year are not rated"
        return caption


def _span(rows: Sequence[Mapping[str, Any]]) -> str:
    """First and last month."""
    return " to ".join(dict.fromkeys(dates.in_words(row["period"]) for row in (rows[0], rows[-1])))


def _said(value: Decimal) -> str:
    return wording.figure_text(value, "per cent", 1)


def _short(period: str) -> str:
    """A month as an axis has room for it, such as ``Apr 23``."""
    month, year = dates.in_words(period[:7]).split()
    return f"{month[:3]} {year[2:]}"


def _draw_levels(axes: Axes, months: _Months) -> None:
    """Mean, limits and target; limits that begin anew are a step with a light line."""
    for places in months.stretches:
        row, ends = months.rows[places[0]], [places[0] - 0.5, places[-1] + 0.5]
        for name in ("lower", "mean", "upper"):
            if row[name] is not None:
                axes.plot(ends, [float(row[name])] * 2, color=GREY, linewidth=THIN * 1.4, zorder=2,
                          linestyle="-" if name == "mean" else _DASHED)  # fmt: skip
        if places[0]:
            axes.axvline(ends[0], color=PALE, linewidth=THICK, zorder=1)
    target = months.rows[-1]["target"]
    if target is not None:
        start = next((place for place, row in enumerate(months.rows) if row["status"] is not None), len(months.rows))
        ends = [start - 0.5, len(months.rows) - 0.5]  # no earlier month was held against it
        axes.plot(ends, [float(target)] * 2, color=TEAL, linewidth=THICK, linestyle=(0, (1, 1)), zorder=3)


def _draw_values(axes: Axes, months: _Months) -> None:
    """A mark a month, joined to the month before it where both have a value and limits in common; what looks alike is drawn at once."""
    of = {place: float(row["value"]) for place, row in months.held}
    for places in months.stretches:
        for has_value, run in groupby(places, of.__contains__):
            joined = list(run)
            if has_value and len(joined) > 1:
                axes.plot(joined, [of[place] for place in joined], color=INK, linewidth=THIN, zorder=4)
    alike: dict[str, list[int]] = {}
    for place, row in months.held:
        alike.setdefault(row["variation"] or "no limits", []).append(place)
    for said, marked in alike.items():
        mark = _STYLES[said].mark(MARK * 0.8)
        axes.plot(marked, [of[place] for place in marked], zorder=5, clip_on=False, **mark)


def _draw(months: _Months, data: YearData, name: str) -> Chart:
    drawn_as = {row["variation"] or "no limits" for _, row in months.held}
    key = {word: style.mark(MARK) for word, style in _STYLES.items() if word in drawn_as}
    ticks, last = months.ticks, len(months.rows) - 1
    low, high = ticks[0], ticks[-1]
    labels = [
        [f"{said} {_said(level)}", *([] if low <= level <= high else ["off the axis"])] for said, level in months.levels
    ]
    left = widest(months.tick_texts, SMALL) + 0.2
    right = widest((line for label in labels for line in label), SMALL) + 0.22
    top = key_places(list(key), SMALL)[1] + 0.08
    wide = WIDTH - left - right
    with sheet(top + _DEEP + LINE * SMALL + 0.25, data.marks) as (figure, whole):
        draw_key(whole, key, SMALL)
        axes = inner(figure, left, top, wide, _DEEP)
        axes.set(xlim=(-0.5, last + 0.5), ylim=(float(low), float(high)))
        axes.set_yticks([float(tick) for tick in ticks], months.tick_texts)
        step = max(1, -(-int(100 * (last + 1) * (reach("May 00", SMALL) + 0.15)) // int(100 * wide)))
        places = range(0, last + 1, step)
        axes.set_xticks(places, [_short(months.rows[place]["period"]) for place in places])
        axes.tick_params(axis="x", pad=7)
        _draw_levels(axes, months)
        _draw_values(axes, months)
        held = [min(max(level, low), high) for _, level in months.levels]
        at = [top + _DEEP * float((high - level) / (high - low)) for level in held]
        deep = [len(label) * LINE * SMALL + 0.04 for label in labels]
        for label, middle in zip(labels, apart(at, deep, top - 0.12, top + _DEEP), strict=True):
            write(whole, left + wide + 0.1, middle - len(label) / 2 * LINE * SMALL, label, SMALL)
        shown = of_table(data, name, months.rows, f"KPI {months.signal['kpi']}")
        return drawn(figure, months.alt, months.caption, shown, findings.kpi_signal(months.signal))


def variation(data: YearData, kpi: str, name: str = "kpi_months") -> Chart:
    """A KPI's months against its mean and limits of variation, with its target.

    A mark has the shape of what the month's variation says. The drawing ends at 0 and 100 per cent; a limit beyond is
    labelled as such, and the rules use it as it is.

    Parameters
    ----------
    data : YearData
        The year.
    kpi : str
        Id of the KPI.
    name : str
        ``kpi_months``, or ``support_service_months`` for a KPI of the councils' support services.

    Raises
    ------
    LookupError
        If no KPI has such an id.
    """
    kpis, signals, rebased = _BESIDE[name]
    rows = [row for row in records_of(results.table(data, name)) if row["kpi"] == kpi]
    if not any(row["value"] is not None for row in rows):
        if kpi not in set(data[kpis]["kpi"]):
            raise LookupError(f"there is no KPI {kpi}")
        return absent(data, name)
    signal = next(row for row in records_of(results.table(data, signals)) if row["kpi"] == kpi)
    entered = records_of(data[rebased]) if rebased else []
    rebases = {row["month"]: row["reason"] for row in entered if row["kpi"] == kpi}
    return _draw(_Months(rows, signal, rebases), data, name)


def _asks(signal: Mapping[str, Any]) -> bool:
    """Whether a KPI asks to be looked at: a special cause, a target that it is expected to miss, a red year or an open escalation."""
    return (
        signal["variation"] not in (None, spc.COMMON)
        or signal["assurance"] == "consistently fails"
        or signal["status"] == "red"
        or signal["state"] in escalation.OPEN
    )


def variations(data: YearData, name: str = "kpi_months") -> Charts:
    """The chart of :func:`variation` of every KPI that has a value, in the order of the register; those without a signal folded.

    Parameters
    ----------
    data : YearData
        The year.
    name : str
        ``kpi_months``, or ``support_service_months`` for the KPIs of the councils' support services.
    """
    months = records_of(results.table(data, name))
    held = dict.fromkeys(row["kpi"] for row in months if row["value"] is not None)
    if not held:
        return Charts((absent(data, name),))
    signals = {row["kpi"]: row for row in records_of(results.table(data, _BESIDE[name][1]))}
    drawn_of = {kpi: variation(data, kpi, name) for kpi in held}
    folded = [
        Fold(f"{signals[kpi]['name']} ({chart.title})", chart)
        for kpi, chart in drawn_of.items()
        if not _asks(signals[kpi])
    ]
    return Charts(tuple(chart for kpi, chart in drawn_of.items() if _asks(signals[kpi])), tuple(folded))
