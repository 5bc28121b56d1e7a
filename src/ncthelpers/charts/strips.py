"""Where the contract's areas stand among all authorities, a strip a measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ncthelpers import findings_official, results, wording
from ncthelpers.charts.canvas import (
    EDGE,
    GREY,
    INK,
    LINE,
    MARK,
    PALE,
    SIZE,
    SMALL,
    THIN,
    WIDTH,
    Chart,
    Style,
    absent,
    described,
    draw_key,
    drawn,
    fitted,
    key_places,
    measures_of,
    of_table,
    sheet,
    styles,
    with_unit,
    write,
)
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["authority_strips"]


def _swarm(places: Sequence[float], wide: float, rows: int) -> list[tuple[float, float]]:
    """How far marks are moved along and off their line so that none covers another, in columns of so many rows."""
    groups: list[list[int]] = []
    for number in sorted(range(len(places)), key=lambda number: places[number]):
        if groups and places[number] - places[groups[-1][0]] < wide:
            groups[-1].append(number)
        else:
            groups.append([number])
    moved = [(0.0, 0.0)] * len(places)
    for group in groups:
        columns = -(-len(group) // rows)
        for nth, number in enumerate(group):
            across, down = nth % columns, nth // columns
            deep = len(range(across, len(group), columns))
            moved[number] = ((across - (columns - 1) / 2) * wide, (down - (deep - 1) / 2) * wide)
    return moved


@dataclass(frozen=True)
class _Strip:
    """One measure among all authorities: its row of the measures, its title in lines, and what it shows."""

    measure: Mapping[str, Any]
    title: list[str]
    worst: Decimal
    median: Decimal
    best: Decimal
    published: list[Decimal]  # of all authorities
    own: list[tuple[str, Decimal | None, str]]  # areas of the contract, their values, their ranks in words
    missing: str  # what stands for a value that is not published

    LEFT, RIGHT = 0.78, 4.95

    def said(self, value: Decimal | None) -> str:
        """A value of it in words."""
        if value is None:
            return self.missing
        return wording.figure_text(value, self.measure["unit"], self.measure["decimals"])

    def across(self, value: Decimal) -> float:
        """Where a value stands, in inches from the left; the better end is at the right."""
        part = float((value - self.worst) / (self.best - self.worst)) if self.best != self.worst else 0.5
        return self.LEFT + part * (self.RIGHT - self.LEFT)

    @property
    def above(self) -> float:
        """Height of its title."""
        return len(self.title) * LINE * SIZE

    @property
    def depth(self) -> float:
        """Height of its dots, or of the names beside them."""
        return max(0.52, len(self.own) * LINE * SIZE + 0.04)


def _strips(data: YearData) -> list[_Strip]:
    """The rated measures that have a published value of any authority."""
    measures, missing = measures_of(data), results.table_schema(data, "authority_ranks")["value"].missing
    values = data["authority_values"]
    published: dict[str, list[Decimal]] = {}
    for row in records_of(values[values["year"] == str(data.year)]):
        if row["value"] is not None:
            published.setdefault(row["measure"], []).append(row["value"])
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in records_of(results.table(data, "authority_ranks")):
        if row["measure"] in published and measures[row["measure"]]["polarity"] != "not rated":
            groups.setdefault(row["measure"], []).append(row)
    found = []
    for name, rows in groups.items():
        measure, ends = measures[name], (rows[0]["lowest"], rows[0]["highest"])
        worst, best = ends if measure["polarity"] == "higher is better" else ends[::-1]
        title = measure["title"] if measure["unit"] == "per cent" else with_unit(measure["title"], measure["unit"])
        own = [
            (row["area"], row["value"], f", rank {row['rank']} of {row['of']}" if row["rank"] else "") for row in rows
        ]
        found.append(_Strip(measure, fitted(title, WIDTH - 0.2, SIZE), worst, rows[0]["median"], best,
                            published[name], own, missing))  # fmt: skip
    return found


def _draw_strip(axes: Axes, strip: _Strip, looks: Mapping[str, Style], top: float) -> None:
    """One strip on a sheet from a height downwards."""
    middle, small = top + strip.above + strip.depth / 2, SMALL
    write(axes, EDGE, top, strip.title, SIZE)
    axes.plot([strip.LEFT, strip.RIGHT], [middle, middle], color=PALE, linewidth=THIN, zorder=1)
    places = [strip.across(value) for value in strip.published]
    moved = _swarm(places, 0.036, 11)
    axes.plot([place + along for place, (along, _) in zip(places, moved, strict=True)], [middle + off for _, off in moved],
              ".", color=GREY, markersize=4.4, alpha=0.75, markeredgewidth=0, zorder=2)  # fmt: skip
    axes.plot([strip.across(strip.median)] * 2, [middle - 0.24, middle + 0.24], color=INK, linewidth=2, zorder=3)
    placed = [(area, strip.across(value)) for area, value, _ in strip.own if value is not None]
    aside = _swarm([place for _, place in placed], 0.16, max(1, len(placed)))
    for (area, place), (_, off) in zip(placed, aside, strict=True):
        axes.plot(place, middle + off, zorder=4, **looks[area].mark(11))
    beside = middle - 0.5 * LINE * small
    write(axes, strip.LEFT - 0.1, beside, [strip.said(strip.worst)], small, ha="right", color=GREY)
    write(axes, strip.RIGHT + 0.1, beside, [strip.said(strip.best)], small, color=GREY)
    for nth, (area, value, _) in enumerate(strip.own):
        y = middle + (nth - len(strip.own) / 2) * LINE * SIZE
        axes.plot(strip.RIGHT + 0.95, y + 0.5 * LINE * SIZE, **looks[area].mark(MARK))
        write(axes, strip.RIGHT + 1.1, y, [strip.said(value)], SIZE)


def authority_strips(data: YearData) -> Chart:
    """Where the contract's areas stand among all authorities: a row a measure, each on a scale of its own.

    Every authority is a small dot, the median a short line, an area of the contract a large mark. The better end is
    always at the right. Measures that are not rated have no better end and are not drawn.

    Parameters
    ----------
    data : YearData
        The year.
    """
    strips = _strips(data)
    if not strips:
        return absent(data, "authority_ranks")
    looks = styles([area for strip in strips for area, _, _ in strip.own])
    key = {area: look.mark(MARK) for area, look in looks.items()} | {
        "one authority": {"marker": ".", "markersize": 6, "color": GREY, "linestyle": "None"},
        "median": {"marker": "|", "markersize": 15, "color": INK, "markeredgewidth": 1.8, "linestyle": "None"},
    }
    told = {0, len(strips) - 1}  # the rows below which it is said which end is which
    top = key_places(list(key), SMALL)[1]
    heights = [
        strip.above + strip.depth + (LINE * SMALL if nth in told else 0) + 0.1 for nth, strip in enumerate(strips)
    ]
    with sheet(top + sum(heights) + 0.05, data.marks) as (figure, axes):
        draw_key(axes, key, SMALL)
        for nth, (strip, height) in enumerate(zip(strips, heights, strict=True)):
            _draw_strip(axes, strip, looks, top)
            if nth in told:
                below = top + strip.above + strip.depth
                write(axes, strip.LEFT, below, ["\N{LEFTWARDS ARROW} worse"], SMALL)
                write(axes, strip.RIGHT, below, ["better \N{RIGHTWARDS ARROW}"], SMALL, ha="right")
            top += height
        counts = [len(strip.published) for strip in strips]
        many = " to ".join(wording.figure_text(count) for count in dict.fromkeys((min(counts), max(counts))))
        title = results.table_schema(data, "authority_ranks").title
        caption = (f"{title}, {data.year}: a row a measure, a dot each of {many} authorities; each row has a scale of its own, "
                   "the better end at the right")  # fmt: skip
        rows = records_of(results.table(data, "authority_ranks"))
        alt = described(["Rows of dots, one a measure, the better end at the right.", *_stand(data, rows)], "")
        return drawn(
            figure, alt, caption, of_table(data, "authority_ranks", rows), findings_official.authority_ranks(data)
        )


def _stand(data: YearData, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of each area on how many measures it is better and worse than the median, and what stands furthest from it."""
    measures, found = measures_of(data), []
    for area in dict.fromkeys(row["area"] for row in rows):
        sides: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["area"] == area and row["rank"] and measures[row["measure"]]["polarity"] != "not rated":
                sides.setdefault(findings_official.against_median(row, measures[row["measure"]]), []).append(row)
        said = [f"{side} the median on {wording.count_in_words(len(of))}" for side, of in sorted(sides.items())]
        if said:
            found.append(f"{area}: {', '.join(said)}.")
    return [*found, "Ranks and values stand in the table."] if found else []
