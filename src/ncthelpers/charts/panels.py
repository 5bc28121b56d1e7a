"""Panels of lines over the years, side by side on one sheet: how a line is broken, named at its end and put in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import wording
from ncthelpers.charts.canvas import (
    BLUE,
    EDGE,
    GREY,
    INK,
    LINE,
    MARK,
    PALE,
    PLUM,
    SMALL,
    THICK,
    THIN,
    WIDTH,
    Chart,
    Style,
    apart,
    described,
    draw_key,
    drawn,
    fitted,
    inner,
    key_places,
    reach,
    sheet,
    tick_texts,
    tick_values,
    write,
)
from ncthelpers.findings import Finding
from ncthelpers.provenance import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Series", "Panel", "panels", "short", "runs", "SMALLER"]

SMALLER = 0.65  # of the size of a mark, where lines have many


def short(year: str) -> str:
    """A contract year as an axis has room for it: without its century."""
    return year[2:]


def runs(chosen: Sequence[str], every: Sequence[str]) -> str:
    """Years in words as runs of those that follow each other."""
    runs: list[list[str]] = []
    for before, year in zip((None, *every), every, strict=False):
        if year in chosen:
            runs = [*runs[:-1], [*runs[-1], year]] if before in chosen else [*runs, [year]]
    return ", ".join(" to ".join(map(short, dict.fromkeys((run[0], run[-1])))) for run in runs)


@dataclass(frozen=True)
class Series:
    """One line of a panel: its values by year, none where there is none, and the years before which it is broken."""

    name: str
    values: Mapping[str, Decimal | None]
    style: Style
    breaks: Mapping[str, str]
    band: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)  # by year, of a forecast
    hollow: bool = False
    joined: bool = True  # whether its values are a line, not points

    @property
    def held(self) -> list[tuple[str, Decimal]]:
        """Years that have a value, with it."""
        return [(year, value) for year, value in self.values.items() if value is not None]

    @property
    def ink(self) -> str:
        """Colour of what is written of it: its own, where that serves as text."""
        return self.style.colour if self.style.colour in (BLUE, PLUM, GREY) else INK


@dataclass(frozen=True)
class Panel:
    """Lines of one measure, each with at least one value, the first in front; its title says the unit."""

    title: str
    unit: str
    decimals: int | None
    lines: tuple[Series, ...]
    notes: tuple[str, ...]  # written below it
    words: tuple[str, ...]  # what is said of it beside its numbers
    from_nought: bool = False  # whether its axis starts at nought
    named: bool = True  # whether the lines are named at their ends
    named_ends: bool = True  # whether its words give the ends of its lines, where its title does not say what it shows
    with_room_for: tuple[Decimal, ...] = ()  # what its axis has room for beside them, such as intervals

    def said(self, value: Decimal) -> str:
        """A value of it in words."""
        return wording.figure_text(value, self.unit, self.decimals)

    @property
    def ticks(self) -> list[Decimal]:
        """Values marked on the vertical axis; the axis reaches from the first to the last."""
        values = [value for line in self.lines for _, value in line.held]
        if self.from_nought:
            values = [Decimal(0), max(values)]
        return tick_values([*values, *self.with_room_for])

    @property
    def tick_texts(self) -> list[str]:
        """The same in words."""
        return tick_texts(self.ticks, self.unit)

    def _point(self, line: Series, year: str) -> str:
        """One value of a line in words, with its interval if it has one."""
        between = f" ({' to '.join(map(self.said, line.band[year]))})" if year in line.band else ""
        return self.said(cast(Decimal, line.values[year])) + between

    @property
    def brief(self) -> str:
        """What it shows, in words: where each line ends, and whether it is broken."""
        if not self.named_ends:
            return f"{self.title}."
        last = {line.name: line.held[-1] for line in self.lines}
        together = len({year for year, _ in last.values()}) == 1
        ends = [f"{name} {self.said(value)}" + ("" if together else f" in {short(year)}")
                for name, (year, value) in last.items()]  # fmt: skip
        when = f" in {short(self.lines[0].held[-1][0])}" if together else ""
        broken = sorted(short(year) for line in self.lines for year in line.breaks)
        said = f"{self.title.removesuffix(', per cent')}: {', '.join(ends)}{when}"
        return f"{said}, broken before {' and '.join(broken)}." if broken else f"{said}{self._extremes}."

    @property
    def _extremes(self) -> str:
        """The highest and the lowest value of a line that stands alone."""
        held = self.lines[0].held
        if len(self.lines) > 1 or len(held) < 3:
            return ""
        ends = [choose(held, key=lambda one: one[1]) for choose in (max, min)]
        said = (f"{what} {self.said(value)} in {short(year)}"
                for what, (year, value) in zip(("highest", "lowest"), ends, strict=True))  # fmt: skip
        return f"; {', '.join(said)}"

    @property
    def every(self) -> str:
        """All its numbers, and what is said of it beside them."""
        parts = [f"{line.name} " + ", ".join(f"{self._point(line, year)} in {short(year)}" for year, _ in line.held)
                 for line in self.lines]  # fmt: skip
        return ". ".join((f"{self.title}, year by year: {'; '.join(parts)}", *self.words)) + "."


@dataclass(frozen=True)
class _Room:
    """Room of a panel: its years, width and height of its lines, in inches."""

    years: Sequence[str]
    width: float
    depth: float

    def ends(self, panel: Panel) -> dict[str, list[str]]:
        """What stands at the right of each line: name, last value, and its year if not the last; of areas that ended, none."""
        labels = {}
        for line in panel.lines:
            (year, value), is_last = line.held[-1], line.held[-1][0] == self.years[-1]
            name = fitted(line.name, 1.2, SMALL) if panel.named else []
            if panel.named or is_last:
                labels[line.name] = [*name, panel.said(value) + ("" if is_last else f" in {short(year)}")]
        return labels

    def deep_enough(self, row: Sequence[Panel]) -> _Room:
        """As deep as the labels of some panels side by side need to stand one below the other."""
        deep = [sum(len(label) * LINE * SMALL + 0.04 for label in self.ends(panel).values()) for panel in row]
        return replace(self, depth=max(self.depth, *deep))

    def margins(self, panel: Panel) -> tuple[float, float]:
        """Width of the writing at the left and at the right of the lines."""
        left = max(reach(text, SMALL) for text in panel.tick_texts) + 0.2
        texts = [text for label in self.ends(panel).values() for text in label]
        return left, max((reach(text, SMALL) for text in texts), default=0) + 0.22

    def title(self, panel: Panel) -> list[str]:
        """Its title in lines."""
        return fitted(panel.title, self.width - 0.25, SMALL, "bold")

    def notes(self, panel: Panel) -> list[str]:
        """Its notes in lines."""
        return [line for note in panel.notes for line in fitted(note, self.width - 0.3, SMALL)]

    def heights(self, panel: Panel) -> tuple[float, float]:
        """Depth of the title, and of what stands below the lines."""
        above = len(self.title(panel)) * LINE * SMALL + 0.12
        return above, LINE * SMALL + 0.17 + len(self.notes(panel)) * LINE * SMALL + 0.16


def _draw_line(axes: Axes, line: Series, room: _Room, order: int) -> None:
    """Mark of each value, joined where the series goes on from one year to the next; the first line is in front."""
    mark, nth = MARK * SMALLER, {year: nth for nth, year in enumerate(room.years)}
    look = line.style.mark(mark)
    if line.hollow:
        look |= {"markerfacecolor": "white", "markeredgecolor": line.style.colour, "markeredgewidth": THIN * 1.4}
    if line.band:
        low, high = zip(*(map(float, ends) for ends in line.band.values()), strict=True)
        across = [nth[year] for year in line.band]
        axes.fill_between(across, low, high, color=line.style.colour, alpha=0.15, linewidth=0, zorder=1)
        axes.vlines(across, low, high, color=line.style.colour, linewidth=THIN * 1.4, zorder=2)
    for before, year in zip(room.years, room.years[1:], strict=False):
        pair = [line.values.get(before), line.values.get(year)]
        if line.joined and None not in pair and year not in line.breaks:
            axes.plot([nth[before], nth[year]], [float(value) for value in pair if value is not None], color=line.style.colour,
                      linewidth=THICK, linestyle=line.style.dash, zorder=5 - order, clip_on=False)  # fmt: skip
    axes.plot([nth[year] for year, _ in line.held], [float(value) for _, value in line.held], zorder=6 - order,
              clip_on=False, **look)  # fmt: skip


def _draw_break(axes: Axes, nth: int, room: _Room, wide: float) -> None:
    """A dotted line before a year, and two strokes across the axis: the sign of a break."""
    axes.axvline(nth - 0.5, color=INK, linewidth=THIN, linestyle=(0, (1, 2)), zorder=1)
    for shift in (-0.045, 0.045):
        at = (nth - 0.5 + 0.3) / (len(room.years) - 1 + 0.6) + shift / wide
        axes.annotate("", (at + 0.04 / wide, 0.05 / room.depth), (at - 0.04 / wide, -0.05 / room.depth),
                      xycoords="axes fraction", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0})  # fmt: skip


def _label_ended(axes: Axes, panel: Panel, line: Series, room: _Room) -> None:
    """The last value of an area that ended, on the side its line does not come from, where the axis leaves room."""
    (year, value), (low, high), mark = line.held[-1], axes.get_ylim(), MARK * SMALLER
    falls = len(line.held) > 1 and line.held[-2][1] > value
    aside, side = (-mark, "top") if falls and float(value) > low + 0.25 * (high - low) else (mark, "bottom")
    axes.annotate(panel.said(value), (room.years.index(year), float(value)), (0, aside), textcoords="offset points",
                  ha="center", va=side, fontsize=SMALL, color=line.ink)  # fmt: skip


def _draw_panel(figure: Figure, sheet_axes: Axes, panel: Panel, room: _Room, x: float, y: float, above: float) -> None:
    """One panel on a sheet, its top left corner at a place and its lines so far below that."""
    left, right = room.margins(panel)
    top, wide = y + above, max(1.0, room.width - left - right)
    ticks, last = [float(tick) for tick in panel.ticks], len(room.years) - 1
    axes = inner(figure, x + left, top, wide, room.depth)
    axes.set(xlim=(-0.3, last + 0.3), ylim=(ticks[0], ticks[-1]))
    write(sheet_axes, x + EDGE, y, room.title(panel), SMALL, weight="bold")
    axes.set_yticks(ticks, panel.tick_texts, fontsize=SMALL)
    step = max(1, -(-int(100 * (last + 0.6) * (reach(short(room.years[0]), SMALL) + 0.1)) // int(100 * wide)))
    axes.set_xticks(range(last + 1), ["" if (last - n) % step else short(year) for n, year in enumerate(room.years)],
                    fontsize=SMALL)  # fmt: skip
    axes.grid(axis="y", color=PALE, linewidth=THIN)
    axes.set_axisbelow(True)
    axes.tick_params(axis="x", pad=5.5)
    labels = room.ends(panel)
    for order, line in enumerate(panel.lines):
        _draw_line(axes, line, room, order)
        for year in line.breaks:
            _draw_break(axes, room.years.index(year), room, wide)
        if line.name not in labels:
            _label_ended(axes, panel, line, room)
    named = [line for line in panel.lines if line.name in labels]
    places = [top + room.depth * (ticks[-1] - float(line.held[-1][1])) / (ticks[-1] - ticks[0]) for line in named]
    deep = [len(labels[line.name]) * LINE * SMALL + 0.04 for line in named]
    for line, middle in zip(named, apart(places, deep, top - 0.1, top + room.depth + 0.05), strict=True):
        start = middle - len(labels[line.name]) / 2 * LINE * SMALL
        write(sheet_axes, x + left + wide + 0.1, start, labels[line.name], SMALL, color=line.ink)
    write(sheet_axes, x + EDGE, top + room.depth + LINE * SMALL + 0.17, room.notes(panel), SMALL, color=INK)


def panels(
    panels: Sequence[Panel], years: Sequence[str], key: Mapping[str, dict[str, Any]], caption: str, shown: Shown,
    found: Finding | None,
) -> Chart:  # fmt: skip
    """Panels side by side in two columns, or a single one over the whole width."""
    across = min(2, len(panels))
    room = _Room(years, WIDTH / 2, 1.2) if across == 2 else _Room(years, WIDTH, 1.9)
    rows = [panels[start : start + across] for start in range(0, len(panels), across)]
    rooms = [room.deep_enough(row) for row in rows]
    heights = [tuple(map(max, zip(*map(room.heights, row), strict=True))) for row in rows]
    top = key_places(list(key), SMALL)[1] if key else 0.08
    tall = top + sum(above + room.depth + below for room, (above, below) in zip(rooms, heights, strict=True))
    with sheet(tall, shown.marks) as (figure, axes):
        draw_key(axes, key, SMALL)
        for row, room, (above, below) in zip(rows, rooms, heights, strict=True):
            for place, panel in enumerate(row):
                _draw_panel(figure, axes, panel, room, place * room.width, top, above)
            top += above + room.depth + below
        kind = "Line chart." if len(panels) == 1 else f"{len(panels)} line charts."
        brief, every = (
            " ".join(texts) for texts in zip(*((panel.brief, panel.every) for panel in panels), strict=True)
        )
        alt = described([kind, brief], every) if len(panels) == 1 else described([kind], every, brief)
        return drawn(figure, alt, caption, shown, found)
