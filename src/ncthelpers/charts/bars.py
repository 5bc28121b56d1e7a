"""Amounts as bars: each named before it and labelled at its end, what is below nought to the left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from typing import TYPE_CHECKING, Any

from ncthelpers import finance, findings, results, wording
from ncthelpers.charts.canvas import (
    BLUE,
    EDGE,
    GREY,
    INK,
    LINE,
    ORANGE,
    PALETTE,
    PLUM,
    SIZE,
    SMALL,
    TEAL,
    THIN,
    WIDTH,
    Chart,
    absent,
    described,
    drawn,
    fitted,
    inner,
    of_table,
    sheet,
    widest,
    write,
)
from ncthelpers.findings import Finding
from ncthelpers.provenance import Shown
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waterfall", "variance_by_service", "grants", "gaps", "support_services", "contract_sum_factors"]

_NAMES = 2.75  # inches at most for the names
_BETWEEN = 0.12  # inches between a name and the bars
_BESIDE = 0.07  # inches between a bar and its label
_BAR = 0.27  # inches a bar is thick


@dataclass(frozen=True)
class _Bar:
    """One bar: its name, where it ends, what is written there, and the heading above it if it begins a group."""

    name: str
    end: Decimal
    label: str
    colour: str
    start: Decimal = Decimal(0)
    hatch: str = ""
    group: str = ""

    @property
    def lines(self) -> list[str]:
        """Its name in lines."""
        return fitted(self.name, _NAMES, SIZE)

    @property
    def labels(self) -> list[str]:
        """What is written at its end, in lines."""
        return self.label.split("\n")

    @property
    def above(self) -> float:
        """Height of its heading."""
        return LINE * SIZE + 0.1 if self.group else 0.0

    @property
    def deep(self) -> float:
        """Height of it with the room about it, without its heading."""
        return max(_BAR + 0.12, len(self.lines) * LINE * SIZE + 0.1, len(self.labels) * LINE * SMALL + 0.1)

    @property
    def leftwards(self) -> bool:
        """Whether its label stands at its left: of an amount below nought that hangs from nought."""
        return self.end < 0 and not self.hatch


def _bars(
    bars: Sequence[_Bar], alt: str, caption: str, shown: Shown, found: Finding | None, steps: bool = False
) -> Chart:
    """The bars one below another; of steps each is joined to the one before."""
    ends = [float(end) for bar in bars for end in (bar.start, bar.end)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    span = high - low or 1.0
    names = EDGE + widest((line for bar in bars for line in bar.lines), SIZE) + _BETWEEN
    sides = [[line for bar in bars if bar.leftwards == side for line in bar.labels] for side in (True, False)]
    before, after = (widest(lines, SMALL) + _BESIDE if lines else 0.0 for lines in sides)
    left = names + before
    wide = WIDTH - EDGE - after - left
    tall = sum(bar.above + bar.deep for bar in bars)
    with sheet(tall + 0.1, shown.marks) as (figure, whole):
        axes = inner(figure, left, 0.05, wide, tall)
        axes.set(xlim=(low, low + span), ylim=(tall, 0))
        axes.set_axis_off()
        axes.axvline(0, color=INK, linewidth=THIN, clip_on=False)
        top = 0.0
        for nth, bar in enumerate(bars):
            if bar.group:
                write(whole, EDGE, top + 0.1, [bar.group], SIZE, weight="bold")
            middle = top + bar.above + bar.deep / 2
            start, end = float(bar.start), float(bar.end)
            if steps and nth:
                axes.plot(
                    [start, start] if bar.hatch else [end, end], [top - _BAR / 2, middle], color=GREY, linewidth=THIN
                )
            axes.barh(
                middle, end - start, left=start, height=_BAR, color=bar.colour, edgecolor="white", hatch=bar.hatch
            )
            _write_beside(whole, bar, names - _BETWEEN, 0.05 + middle,
                          left + wide * ((min if bar.leftwards else max)(start, end) - low) / span)  # fmt: skip
            top += bar.above + bar.deep
        return drawn(figure, alt, caption, shown, found)


def _write_beside(whole: Axes, bar: _Bar, names: float, middle: float, end: float) -> None:
    """The name of a bar before it, and its label at its end."""
    write(whole, names, middle - len(bar.lines) / 2 * LINE * SIZE, bar.lines, SIZE, ha="right")
    at, side = (end - _BESIDE, "right") if bar.leftwards else (end + _BESIDE, "left")
    write(whole, at, middle - len(bar.labels) / 2 * LINE * SMALL, bar.labels, SMALL, ha=side)


def _listed(bars: Iterable[_Bar]) -> str:
    """Every bar with its label, as one sentence."""
    return "; ".join(f"{bar.group} {bar.name}: {bar.label}".strip().replace("\n", " ") for bar in bars) + "."


def _signed(amount: Decimal, unit: str, more: str, less: str, level: str) -> str:
    """An amount with its sign, and below it the word for what the sign means."""
    word = more if amount > 0 else less if amount < 0 else level
    return f"{'+' if amount > 0 else ''}{wording.figure_text(amount, unit)}\n{word}"


def _ends(bars: Sequence[_Bar], most: str, least: str) -> str:
    """The bar furthest to the right and that furthest to the left, in words."""
    furthest = [(most, max(bars, key=lambda bar: bar.end)), (least, min(bars, key=lambda bar: bar.end))]
    said = [f"{what}: {bar.name}" for what, bar in furthest if (bar.end > 0) == (what == most) and bar.end]
    return "; ".join(said) + "." if said else ""


def waterfall(data: YearData, bridge: str) -> Chart:
    """A bridge as steps: levels stand on the axis, changes hang between them and are hatched.

    Parameters
    ----------
    data : YearData
        The year.
    bridge : str
        Name of a result with columns ``step, amount, kind`` (£m), and of its finding.
    """
    rows = records_of(results.table(data, bridge))
    if not rows:
        return absent(data, bridge)
    schema = results.table_schema(data, bridge)
    held, level, bars = schema["amount"], Decimal(0), []
    for row in rows:
        amount, is_level = row["amount"] or Decimal(0), row["kind"] == "level"
        start = Decimal(0) if is_level else level
        level = start + amount
        text = held.missing if row["amount"] is None else wording.figure_text(row["amount"], held.unit, held.decimals)
        bars.append(_Bar(row["step"], level, text, BLUE if is_level else TEAL, start, "" if is_level else "//"))
    changes = sum(1 for row in rows if row["kind"] != "level")
    by = f"{wording.count_in_words(changes)} {'change' if changes == 1 else 'changes'}"
    taken = f"Steps that lead from {rows[0]['step']} to {rows[-1]['step']} by {by}."
    signs = "; an overspend is positive" if any(bar.leftwards for bar in bars) else ""
    caption = f"{schema.title}, {data.year}, £m{signs}; levels are solid, changes hatched"
    return _bars(bars, described([taken], _listed(bars)), caption, of_table(data, bridge, rows),
                 _finding(data, bridge), steps=True)  # fmt: skip


def _finding(data: YearData, name: str) -> Finding | None:
    """What a table finds, where anything is worked out of it."""
    told: Callable[[YearData], Finding | None] | None = getattr(findings, name, None)
    return told(data) if told else None


def variance_by_service(data: YearData) -> Chart:
    """Variance of each service, overspend to the right."""
    rows = records_of(results.table(data, "outturn_variance"))[:-1]
    if not rows:
        return absent(data, "outturn_variance")
    bars = [_Bar(row["service"], row["variance"], _signed(row["variance"], "£000", "overspend", "underspend", "on budget"),
                 PLUM if row["variance"] > 0 else BLUE) for row in rows]  # fmt: skip
    alt = described(["Bars from nought: services that overspent to the right, those that underspent to the left.",
                     _ends(bars, "Largest overspend", "Largest underspend")], _listed(bars))  # fmt: skip
    caption = f"Variance from budget after covid funding, by service, {data.year}, £; an overspend is positive"
    return _bars(bars, alt, caption, of_table(data, "outturn_variance", rows), findings.outturn_variance(data))


def grants(data: YearData) -> Chart:
    """Grants received, largest first."""
    rows = records_of(results.table(data, "grant_shares"))
    if not rows:
        return absent(data, "grant_shares")
    bars = [_Bar(row["grant"] + (" (covid)" if row["covid"] and "ovid" not in row["grant"] else ""), row["received"],
                 wording.figure_text(row["received"], "£"), TEAL if row["covid"] else BLUE) for row in rows]  # fmt: skip
    ends = f"The largest is {bars[0].name}, {bars[0].label}; the smallest {bars[-1].name}, {bars[-1].label}."
    alt = described(["Bars, largest grant first.", ends if len(bars) > 1 else ""], _listed(bars))
    caption = f"Government revenue grants received by the trust, {data.year}, £"
    return _bars(bars, alt, caption, of_table(data, "grant_shares", rows), findings.grant_shares(data))


def gaps(data: YearData) -> Chart:
    """Budget gaps by financial year and council; a gap that is not given is written as such."""
    rows = records_of(results.table(data, "gaps_by_year"))
    if not rows:
        return absent(data, "gaps_by_year")
    missing = results.table_schema(data, "gaps_by_year")["gap"].missing
    colour_of = dict(zip((council["name"] for council in data.contract["councils"]), cycle(PALETTE), strict=False))
    rows, begun, bars = [row for row in rows if row["council"] in colour_of], set(), []
    for row in rows:
        text = missing if row["gap"] is None else wording.figure_text(row["gap"], "£m")
        group = "" if row["year"] in begun else row["year"]
        begun.add(row["year"])
        bars.append(_Bar(row["council"], row["gap"] or Decimal(0), text, colour_of[row["council"]], group=group))
    by_year = "; ".join(f"{row['year']} {row['council']}: {bar.label}" for row, bar in zip(rows, bars, strict=True))
    alt = described(["Bars by financial year, one a council.", _extremes(rows)], f"{by_year}.")
    caption = "Gaps that each council forecasts in its whole budget, by financial year, £m; a positive gap is a deficit"
    return _bars(bars, alt, caption, of_table(data, "gaps_by_year", rows), findings.gaps_by_year(data))


def _extremes(rows: Sequence[dict[str, Any]]) -> str:
    """The largest and the smallest gap that is given."""
    given = [row for row in rows if row["gap"] is not None]
    if len(given) < 2:
        return ""
    largest, smallest = (choose(given, key=lambda row: row["gap"]) for choose in (max, min))
    return " ".join(
        f"{which}: {row['council']} in {row['year']}." for which, row in (("Largest", largest), ("Smallest", smallest))
    )


def support_services(data: YearData) -> Chart:
    """Support-service KPIs by outcome, each named by its word."""
    rows = records_of(results.table(data, "support_service_rates"))
    if not rows:
        return absent(data, "support_service_rates")
    bars = [_Bar(row["outcome"][:1].upper() + row["outcome"][1:], Decimal(row["kpis"]),
                 f"{wording.figure_text(row['kpis'])} ({wording.figure_text(row['share_pct'], 'per cent', 1)})", colour)
            for row, colour in zip(rows, cycle((BLUE, ORANGE, PLUM, TEAL)), strict=False)]  # fmt: skip
    most = max(bars, key=lambda bar: bar.end)
    alt = described([f"Bars, one an outcome; the longest is {most.name}."], _listed(bars))
    caption = f"Support-service KPIs by outcome, {data.year}: number, and share of all"
    return _bars(
        bars, alt, caption, of_table(data, "support_service_rates", rows), findings.support_service_rates(data)
    )


def contract_sum_factors(data: YearData) -> Chart:
    """Effect on the next contract sum of each factor that is costed: a pressure to the right, a saving to the left."""
    costed = [{**row, "effect": finance.signed_effect(row)}
              for row in records_of(results.table(data, "contract_sum_factors")) if row["effect"] is not None]  # fmt: skip
    if not costed:
        return absent(data, "contract_sum_factors")
    costed.sort(key=lambda row: -row["effect"])
    bars = [_Bar(row["name"], row["effect"], _signed(row["effect"], "£", "pressure", "saving", "no effect"),
                 PLUM if row["effect"] > 0 else BLUE) for row in costed]  # fmt: skip
    alt = described(["Bars from nought: pressures to the right, savings to the left.",
                     _ends(bars, "Largest pressure", "Largest saving")], _listed(bars))  # fmt: skip
    caption = f"Effect of each costed factor on the next contract sum, £, {data.year}; what is not costed is not drawn"
    shown = of_table(data, "contract_sum_factors", costed)
    return _bars(bars, alt, caption, shown, findings.contract_sum_effects(data))
