"""The one style of every chart: its sheet, colours, lines and writing, its words, and what stands where there is nothing to draw."""

from __future__ import annotations

import base64
import io
import math
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Any, cast

import matplotlib
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.ticker import MaxNLocator

from ncthelpers import comparison, provenance, results, wording
from ncthelpers.access import as_sentence
from ncthelpers.anchors import anchor, attribute
from ncthelpers.rows import records_of
from ncthelpers.yeardata import Comparison, YearData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ncthelpers.findings import Finding

__all__ = [
    "BLUE", "TEAL", "PLUM", "ORANGE", "PALETTE", "GREY", "PALE", "INK", "WIDTH", "LINE", "EDGE", "SIZE", "SMALL", "THIN", "THICK",
    "MARK", "Chart", "Style", "drawn", "described", "of_table", "absent", "styles", "sheet", "inner", "in_letters", "reach", "widest",
    "fitted", "write", "key_places", "draw_key", "measures_of", "with_unit", "apart", "tick_values", "tick_texts",
]  # fmt: skip

# Analysis Function palette; every pair of neighbours is at least 3:1 apart. Only the first and third serve as text.
PALETTE = BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
GREY, PALE, INK = "#5A6570", "#E3E8ED", "#1D2A35"
WIDTH = 7.2  # inches
LINE = 0.0185  # height of a line of writing in inches, for a point of its size
EDGE = 0.1  # inches left free at either side
SIZE, SMALL = 11.5, 10.5  # points of names and values, and of what is said beside them: no writing is smaller
THIN, THICK, MARK = 0.9, 1.8, 8.5  # of axes and grids, of lines that show values, and of marks, in points
_FOOT = 0.2  # inches for what is said below a drawing of all that is made of the year
_MOST_WORDS = 100  # of an alternative text that gives every figure
_FONT = "DejaVu Sans"
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "review-book", "svg.fonttype": "path", "font.family": _FONT, "font.size": SIZE,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "xtick.major.size": 2.5, "ytick.major.size": 2.5,
    "axes.linewidth": THIN, "xtick.major.width": THIN, "ytick.major.width": THIN,
    "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "lines.solid_capstyle": "round",
    "patch.force_edgecolor": True, "patch.edgecolor": "white",
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
    shown : Shown, optional
        The table that it is drawn from, and its sources.
    title : str
        What it finds, in ten words or less; computed, like all that it says.
    """

    svg: bytes
    alt: str
    caption: str
    shown: provenance.Shown | None = field(default=None, repr=False, compare=False)
    title: str = ""

    @property
    def anchor(self) -> str:
        """Its id on a page."""
        return anchor("chart", self.shown.name, self.shown.part) if self.shown else ""

    def _ipython_display_(self) -> None:
        """Show nothing on a page where there is nothing to draw: the table beside it says why it has no row."""
        if self.svg:
            raise NotImplementedError  # which has it shown in the usual way

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return provenance.bundle(self._repr_html_(), repr(self), self.shown, self.caption, self.anchor)

    def _repr_html_(self) -> str:
        if not self.svg:
            return f'<p class="no-rows"><strong>{escape(self.caption)}.</strong> {escape(self.alt)}</p>'
        image = base64.b64encode(self.svg).decode("ascii")
        title = f'<strong class="chart-title">{escape(self.title)}</strong>\n' if self.title else ""
        return (
            f'<figure class="chart"{attribute(self.anchor)}>\n'
            f'<figcaption>{title}<span class="chart-caption">{escape(self.caption)}</span></figcaption>\n'
            f'<div class="chart-scroll"><img alt="{escape(self.alt)}"{_size(self.svg)} src="data:image/svg+xml;base64,{image}"></div>\n'
            f"</figure>{provenance.details(self.shown, self.caption)}"
        )

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.title, self.caption, self.alt]))


def _size(svg: bytes) -> str:
    """Width and height of a drawing as attributes in pixels, so that a page does not jump when it is shown.

    Examples
    --------
    >>> _size(b'<svg width="518.4pt" height="216pt" viewBox="0 0 518.4 216">')
    ' width="691" height="288"'
    """
    found = re.search(rb'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    width, height = cast("re.Match[bytes]", found).groups()
    return f' width="{float(width) * 96 / 72:.0f}" height="{float(height) * 96 / 72:.0f}"'


@contextmanager
def sheet(height: float, marks: Sequence[str] = ()) -> Iterator[tuple[Figure, Axes]]:
    """A styled figure with axes in inches from its top left corner: what is written stands where it is measured to have room.

    It is nobody's but the caller's, so that none is left open. What is said of all that is made of the year stands at its foot.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the settings of whoever runs it: a page is the same on every machine
        matplotlib.rcParams.update(_STYLE)
        tall = height + (_FOOT if marks else 0)
        figure = Figure(figsize=(WIDTH, tall), layout="none")  # type: ignore[arg-type]  # it may be "none"
        axes = figure.subplots()
        axes.set_position((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(tall, 0))
        axes.set_axis_off()
        if marks:
            write(axes, WIDTH - EDGE, height, [_marked(marks)], SMALL, ha="right", color=GREY)
        yield figure, axes


def inner(figure: Figure, x: float, top: float, wide: float, deep: float) -> Axes:
    """Axes for values on a sheet, so many inches from its left and its top."""
    height = figure.get_figheight()
    return figure.add_axes((x / WIDTH, 1 - (top + deep) / height, wide / WIDTH, deep / height))


def _marked(marks: Sequence[str]) -> str:
    """What is said of all that is made of a year."""
    said = f"{', '.join(marks)} data"
    return said[:1].upper() + said[1:]


def drawn(figure: Figure, alt: str, caption: str, shown: provenance.Shown, found: Finding | None = None) -> Chart:
    """The chart that a figure makes: SVG without a date or a maker, above it what it finds, if that can be said.

    What is said of all that is made of the year stands in all its parts.
    """
    if shown.marks:
        alt, caption = f"{_marked(shown.marks)}. {alt}", wording.captioned(caption, shown.marks)
    drawing = io.BytesIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(drawing, metadata={"Date": None, "Creator": None})  # savefig draws twice
    if found is None:
        return Chart(drawing.getvalue(), alt, caption, shown)
    return Chart(drawing.getvalue(), alt, caption, replace(shown, figures=found.figures), found.text)


def described(shows: Iterable[str], every: str, brief: str = "") -> str:
    """Alternative text: what a chart shows, and every figure in it; in brief where that would take too long to hear.

    Examples
    --------
    >>> described(["Bars, longest first.", "The longest is East, 9."], "East: 9; West: 4.")
    'Bars, longest first. The longest is East, 9. East: 9; West: 4.'
    >>> described(["Bars."], "word " * 100, "East has most.")
    'Bars. East has most. Every figure stands in the table beside it.'
    """
    said = " ".join(filter(None, shows))
    if len(f"{said} {every}".split()) <= _MOST_WORDS:
        return f"{said} {every}".strip()
    return " ".join(filter(None, [said, brief, "Every figure stands in the table beside it."]))


def of_table(
    data: YearData | Comparison, name: str, rows: Iterable[Mapping[str, Any]] | pd.DataFrame, part: str = ""
) -> provenance.Shown:
    """What a chart is drawn from: a table by name, the rows of it that are drawn, and what part of it these are."""
    records = records_of(rows) if isinstance(rows, pd.DataFrame) else rows
    return provenance.shown_chart(data, name, records, part)


def absent(data: YearData | Comparison, name: str) -> Chart:
    """What stands in a chart's place where there is no row of its table."""
    tables = comparison if isinstance(data, Comparison) else results
    reason = tables.reason_not_reported(data, name)
    if reason:
        said = as_sentence(reason)
    elif isinstance(data, YearData) and data.has_annual_report:
        said = "The source documents give no figure for it."
    else:
        said = "No public source at hand gives a figure for it."
    return Chart(b"", said, wording.captioned(tables.table_schema(data, name).title, data.marks))


@dataclass(frozen=True)
class Style:
    """How one area is told from the others: by shape and dash as well as by colour."""

    colour: str
    shape: str
    edge: str
    dash: str | tuple[Any, ...]

    def mark(self, size: float) -> dict[str, Any]:
        """Its mark, as arguments of a plot."""
        return {"marker": self.shape, "markersize": size * (0.85 if self.shape == "D" else 1), "color": self.colour,
                "markeredgecolor": self.edge, "markeredgewidth": size / 7, "linestyle": "None"}  # fmt: skip


_AREA_STYLES = (
    Style(BLUE, "o", "white", "-"), Style(PLUM, "D", ORANGE, (0, (5, 1.5))), Style(TEAL, "s", INK, (0, (3, 1, 1, 1))),
    Style(INK, "^", "white", (0, (1, 1))),
)  # fmt: skip


def styles(areas: Sequence[str]) -> dict[str, Style]:
    """A style for each area, in the order in which they first come."""
    return dict(zip(dict.fromkeys(areas), cycle(_AREA_STYLES), strict=False))


class _Letters(dict[int, int]):
    """Each letter as it is, a sign of white space as a blank, and one that the font has no sign for as a replacement character."""

    def __init__(self) -> None:
        faces = [get_font(findfont(FontProperties(family=_FONT, weight=weight))) for weight in ("normal", "bold")]
        self._known = frozenset.intersection(*(frozenset(face.get_charmap()) for face in faces))

    def __missing__(self, code: int) -> int:
        known = code if code in self._known and code >= ord(" ") else ord("\N{REPLACEMENT CHARACTER}")
        self[code] = ord(" ") if chr(code) in "\t\n\v\f\r\x85\u2028\u2029" else known
        return self[code]


@cache
def _letters() -> _Letters:
    return _Letters()


def in_letters(text: str) -> str:
    """Writing on one line, in letters that the font of drawings and PDF has: there is no other font on every machine.

    Examples
    --------
    >>> in_letters("Café\\n\N{FOX FACE}")
    'Café \N{REPLACEMENT CHARACTER}'
    """
    return text if text.isascii() and text.isprintable() else text.translate(_letters())


@lru_cache(maxsize=4096)
def reach(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of writing in inches."""
    font = get_font(findfont(FontProperties(family=_FONT, weight=weight)))
    font.set_size(size, 72)
    font.set_text(in_letters(text), 0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64 / 72


def widest(texts: Iterable[str], size: float) -> float:
    """Width of the longest of some lines of writing in inches; nought of none."""
    return max((reach(text, size) for text in texts), default=0.0)


def fitted(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines of writing that are no wider than so many inches; a word that is wider goes on in the next line.

    Examples
    --------
    >>> fitted("a long name", 0.5, 10), [len(line) for line in fitted("M" * 12, 0.5, 10)]
    (['a long', 'name'], [4, 4, 4])
    """
    lines = [""]
    for word in (part for whole in text.split() for part in _parts(whole, width, size, weight)):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and reach(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _parts(word: str, width: float, size: float, weight: str) -> Iterator[str]:
    """A word, or where it is too wide as much of it at a time as fits."""
    most = 1 + int(width / reach("i", size, weight))
    while reach(word[:most], size, weight) > width and len(word) > 1:

        def reached(many: int, word: str = word) -> float:
            return reach(word[:many], size, weight)

        fit = max(1, bisect(range(1, most), width, key=reached))
        yield word[:fit]
        word = word[fit:]
    yield word


def write(axes: Axes, x: float, y: float, lines: Sequence[str], size: float, **how: Any) -> None:
    """Lines of writing on a sheet from a place downwards, as far apart as they are counted."""
    for place, line in enumerate(lines):
        axes.text(
            x, y + (place + 0.5) * LINE * size, in_letters(line), fontsize=size, **{"va": "center_baseline", **how}
        )


def key_places(entries: Sequence[str], size: float, before: float = 0.34) -> tuple[list[tuple[float, float]], float]:
    """Where each entry of a key begins, in inches, so much being taken by its mark, and the height of them all."""
    places, x, y = [], EDGE, 0.08
    for entry in entries:
        width = before + reach(entry, size)
        if x > EDGE and x + width > WIDTH - EDGE / 2:
            x, y = EDGE, y + LINE * size + 0.06
        places.append((x, y))
        x += width + 0.16
    return places, y + LINE * size + 0.1


def draw_key(axes: Axes, entries: Mapping[str, dict[str, Any]], size: float) -> None:
    """Each entry of a key as its mark, or its mark on a piece of line, with its name beside it."""
    for (x, y), (entry, look) in zip(key_places(list(entries), size)[0], entries.items(), strict=True):
        line = look.get("linestyle", "None") != "None"
        across = [x, x + 0.13, x + 0.26] if line else [x + 0.13]
        axes.plot(across, [y + 0.5 * LINE * size] * len(across), markevery=[1] if line else None, **look)
        write(axes, x + 0.34 if line else x + 0.28, y, [entry], size)


def measures_of(data: YearData) -> dict[str, dict[str, Any]]:
    """Rows of the measures by their id."""
    return {row["measure"]: row for row in records_of(data["measures"])}


def with_unit(title: str, unit: str) -> str:
    """Title of a measure with its unit, where the title does not say it."""
    return title if unit.lower() in title.lower().split() else f"{title}, {unit}"


def tick_values(values: Iterable[Decimal], least: float = -math.inf, most: float = math.inf) -> list[Decimal]:
    """Values marked on an axis that has room for some values; of a single one also for one less and one more, in bounds."""
    shown = [float(value) for value in values]
    low, high = min(shown), max(shown)
    if low == high:
        low, high = max(low - 1, least), min(high + 1, most)
    marks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [Decimal(f"{mark:.12g}") for mark in marks]


def tick_texts(ticks: Sequence[Decimal], unit: str) -> list[str]:
    """The same in words, all with as many decimals as the one that needs most."""
    places = max(max(0, -int(tick.normalize().as_tuple().exponent)) for tick in ticks)
    return [wording.figure_text(tick, unit, places) for tick in ticks]


def apart(places: Sequence[float], deep: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of labels so many inches deep, moved apart so that none covers another, within bounds where they fit."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = list(places)
    for _ in range(50):
        for upper, lower in pairwise(order):
            short = (deep[upper] + deep[lower]) / 2 - (moved[lower] - moved[upper])
            if short > 1e-9:
                moved[upper], moved[lower] = moved[upper] - short / 2, moved[lower] + short / 2
        moved = [min(max(place, low + deep[n] / 2), high - deep[n] / 2) for n, place in enumerate(moved)]
    return moved
