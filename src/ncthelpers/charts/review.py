"""Charts of one year's review beside its bars: audits as a grid, demand and risks as points, dates along a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ncthelpers import findings, results, wording
from ncthelpers import years as dates
from ncthelpers.audits import STAGES
from ncthelpers.charts.canvas import (
    BLUE,
    EDGE,
    GREY,
    INK,
    LINE,
    MARK,
    ORANGE,
    PALE,
    PALETTE,
    PLUM,
    SIZE,
    SMALL,
    TEAL,
    THICK,
    THIN,
    WIDTH,
    Chart,
    absent,
    apart,
    described,
    draw_key,
    drawn,
    fitted,
    inner,
    key_places,
    of_table,
    reach,
    sheet,
    widest,
    write,
)
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["audit_progress", "demand", "event_timeline", "inspection_timeline", "risk_scores"]

_NAMES = 2.6  # inches at most for the names
_BETWEEN = 0.12  # inches between a name and what stands beside it


def _listed(names: Iterable[object], texts: Iterable[object]) -> str:
    """Names with what is said of each, as one sentence."""
    return "; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True)) + "."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write_names(whole: Axes, names: Sequence[Sequence[str]], middles: Sequence[float], right: float) -> None:
    """Names in lines that end at a place, each about its middle."""
    for lines, middle in zip(names, middles, strict=True):
        write(whole, right, middle - len(lines) / 2 * LINE * SIZE, lines, SIZE, ha="right")


def _middles(heights: Sequence[float], top: float) -> list[float]:
    """Middles of rows so high, one below another from a place downwards."""
    found = []
    for height in heights:
        found.append(top + height / 2)
        top += height
    return found


def audit_progress(data: YearData) -> Chart:
    """Which stage each audit had reached: a filled square where it had, a hollow one where not."""
    if data["audits"].empty:
        return absent(data, "audits")
    audits = data["audits"].merge(results.table(data, "audit_stages")[["audit", "stages_reached"]], on="audit")
    rows = records_of(audits.sort_values("stages_reached", ascending=False, kind="stable"))
    counts = records_of(results.table(data, "audit_progress"))
    reached = _listed((row["stage"] for row in counts), (f"reached by {row['audits']}" for row in counts))
    names = [fitted(row["audit"], _NAMES + 1, SIZE) for row in rows]
    heads = [[row["stage"], f"{row['audits']} of {len(rows)}"] for row in counts]
    left = EDGE + widest((line for lines in names for line in lines), SIZE) + _BETWEEN
    top, apart_by = 2 * LINE * SMALL + 0.15, max(widest(head, SMALL) for head in heads) + 0.3
    heights = [len(lines) * LINE * SIZE + 0.09 for lines in names]
    middles = _middles(heights, top)
    with sheet(top + sum(heights) + 0.06, data.marks) as (figure, whole):
        _write_names(whole, names, middles, left - _BETWEEN)
        for nth, (stage, head) in enumerate(zip(STAGES, heads, strict=True)):
            across = left + (nth + 0.5) * apart_by
            write(whole, across, 0.06, head, SMALL, ha="center")
            for row, middle in zip(rows, middles, strict=True):
                inside, edge = (BLUE, BLUE) if row[stage] else ("white", GREY)
                whole.plot(
                    across, middle, "s", markersize=MARK * 1.4, color=inside, markeredgecolor=edge, markeredgewidth=1.3
                )
        alt = described([f"Grid of {len(rows)} audits by stage, furthest first.", reached], "")
        caption = f"Internal audits by stage, {data.year}: filled where the stage was reached, hollow where it was not"
        return drawn(figure, alt, caption, of_table(data, "audits", rows), findings.audit_progress(data))


def demand(data: YearData, measure: str) -> Chart:
    """The published points of one demand measure; a forecast is hollow and joined by a dashed line."""
    rows = [row for row in records_of(data["demand"]) if row["measure"] == measure]
    points: dict[str, tuple[Decimal, str]] = {}
    for row in rows:
        if row["value_start"] is not None:
            points.setdefault(row["start"], (row["value_start"], "actual"))
        if row["value_end"] is not None:
            points[row["end"]] = (row["value_end"], row["status"])
    if not points:
        return absent(data, "demand")
    days = sorted(points, key=dates.last_day)
    values, statuses = zip(*(points[day] for day in days), strict=True)
    named, labels = [dates.in_words(day) for day in days], [wording.figure_text(value) for value in values]
    deep, top = 1.35, 2 * LINE * SMALL + 0.2
    with sheet(top + deep + LINE * SMALL + 0.2, data.marks) as (figure, whole):
        axes = inner(figure, 0.6, top, WIDTH - 1.2, deep)
        where, height = [dates.last_day(day).toordinal() for day in days], [float(value) for value in values]
        span, most = (where[-1] - where[0]) or 1, max(*height, 1.0)
        axes.set(xlim=(where[0], where[0] + span), ylim=(0, most))
        axes.spines["left"].set_visible(False)
        axes.spines["bottom"].set_bounds(where[0], where[0] + span)
        axes.set_yticks([])
        axes.set_xticks(where, [""] * len(where))
        for nth in range(1, len(days)):
            axes.plot(where[nth - 1 : nth + 1], height[nth - 1 : nth + 1], color=BLUE, clip_on=False,
                      linestyle="--" if statuses[nth] == "forecast" else "-", linewidth=THICK)  # fmt: skip
        for x, y, status in zip(where, height, statuses, strict=True):
            axes.plot(x, y, "o", markersize=MARK, color="white" if status == "forecast" else BLUE, markeredgecolor=BLUE,
                      markeredgewidth=THICK, clip_on=False, zorder=3)  # fmt: skip
        across = [0.6 + (WIDTH - 1.2) * (x - where[0]) / span for x in where]
        texts = [[label, status] for label, status in zip(labels, statuses, strict=True)]
        _write_about(whole, across, texts, [top + deep * (1 - y / most) - 2 * LINE * SMALL - 0.1 for y in height])
        _write_about(whole, across, [[name] for name in named], [top + deep + 0.1] * len(days))
        every = _listed((f"{day} ({status})" for day, status in zip(named, statuses, strict=True)), labels)
        caption = f"{rows[0]['title']}: published numbers at the dates shown; the axis starts at nought"
        alt = described(["Line through the published points, from left to right."], every)
        return drawn(figure, alt, caption, of_table(data, "demand", rows), findings.demand(data, measure))


def _write_about(whole: Axes, across: Sequence[float], texts: Sequence[Sequence[str]], tops: Sequence[float]) -> None:
    """Lines centred about places, moved apart so that none covers another."""
    wide = [widest(lines, SMALL) + 0.12 for lines in texts]
    for x, lines, top in zip(apart(across, wide, EDGE / 2, WIDTH - EDGE / 2), texts, tops, strict=True):
        write(whole, x, top, lines, SMALL, ha="center")


# Dates along a line

_SHAPES = "os^Dv*PX<>hp"
_DOT = 0.15  # inches that a mark takes
_LANE = 0.18  # inches between marks that would cover each other


def _look(nth: int) -> dict[str, Any]:
    """The mark of a kind, by the place in which it first comes: a shape of its own, a light colour with a dark edge."""
    colour = PALETTE[nth % len(PALETTE)]
    return {"marker": _SHAPES[nth % len(_SHAPES)], "color": colour, "markersize": MARK, "linestyle": "None", "markeredgewidth": 0.8,
            "markeredgecolor": INK if colour in (TEAL, ORANGE) else "white"}  # fmt: skip


def _lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """A lane for each span, so that none covers another in its lane; spans in order of where they begin."""
    free: list[float] = []
    lanes = []
    for start, end in spans:
        lane = next((nth for nth, last in enumerate(free) if last <= start), len(free))
        free[lane : lane + 1] = [end]
        lanes.append(lane)
    return lanes


def _span(row: Mapping[str, Any]) -> tuple[date, date]:
    return dates.first_day(row["start"]), dates.last_day(row["end"] or row["start"])


def _timeline(
    data: YearData,
    name: str,
    rows: Sequence[dict[str, Any]],
    by: str,
    mark: str,
    caption: str,
    what: str,
    which: str = "",
) -> Chart:
    """Dates along a line for each value of ``by``, a mark of its own for each value of ``mark``; none covers another."""
    looks = {kind: _look(nth) for nth, kind in enumerate(dict.fromkeys(row[mark] for row in rows) if mark else [""])}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[by], []).append(row)
    names = [fitted(_capital(group), _NAMES, SIZE) for group in groups]
    left = EDGE + widest((line for lines in names for line in lines), SIZE) + _BETWEEN
    days = [day for row in rows for day in _span(row)] + [data.starts, data.ends]
    first, last = min(days).toordinal(), max(days).toordinal()
    wide = WIDTH - EDGE - left - _DOT

    def across(day: date) -> float:
        return left + _DOT / 2 + wide * (day.toordinal() - first) / (last - first)

    placed: list[list[tuple[dict[str, Any], float, float, int]]] = []  # of each line its rows with their ends and lanes
    for group in groups.values():
        ends = [(row, across(start), across(end)) for row in group for start, end in [_span(row)]]
        ends.sort(key=lambda one: min(one[1], (one[1] + one[2] - _DOT) / 2))
        about = [(min(x, (x + y - _DOT) / 2), max(y, (x + y + _DOT) / 2)) for _, x, y in ends]
        placed.append([(*one, lane) for one, lane in zip(ends, _lanes(about), strict=True)])
    heights = [max(_LANE * (1 + max(lane for *_, lane in line)) + 0.12, len(lines) * LINE * SIZE + 0.08)
               for line, lines in zip(placed, names, strict=True)]  # fmt: skip
    key = {_capital(kind): look for kind, look in looks.items()} if mark else {}
    shade = key_places(list(key), SMALL)[1] if key else 0.04
    top = shade + LINE * SMALL + 0.06
    middles, foot = _middles(heights, top), top + sum(heights)
    with sheet(foot + LINE * SMALL + 0.2, data.marks) as (figure, whole):
        draw_key(whole, key, SMALL)
        begins, ends_ = across(data.starts), across(data.ends)
        whole.fill_between([begins, ends_], top, foot, color=PALE, linewidth=0, zorder=0)
        said = f"contract year {data.year}"
        half = reach(said, SMALL) / 2
        middle = min(max((begins + ends_) / 2, left + half), WIDTH - EDGE - half)
        write(whole, middle, shade, [said], SMALL, ha="center", color=GREY)
        _write_names(whole, names, middles, left - _BETWEEN)
        for line, middle in zip(placed, middles, strict=True):
            lanes = 1 + max(lane for *_, lane in line)
            for row, start, end, lane in line:
                y, look = middle + (lane - (lanes - 1) / 2) * _LANE, looks[row[mark] if mark else ""]
                if end - start > _DOT:
                    whole.plot([start, end], [y, y], color=look["color"], linewidth=THICK, zorder=2)
                whole.plot((start + end) / 2, y, zorder=3, label=row[mark] if mark else row[by], **look)
        _draw_years(whole, [left, WIDTH - EDGE], foot, {year: across(date(year, 1, 1)) for year in
                    range(min(days).year + 1, max(days).year + 1)})  # fmt: skip
        counts = {group: len(of) for group, of in groups.items()}
        ends_of = [dates.in_words(row["start"]) for row in (min(rows, key=_span), max(rows, key=_span))]
        alt = described([f"Timeline of {len(rows)} {what}, the first of {ends_of[0]}, the last of {ends_of[1]}.",
                         _listed(counts, counts.values()), "The dates stand in the table."], "")  # fmt: skip
        found = findings.dated(data, name, rows, what, which)
        return drawn(figure, alt, caption, of_table(data, name, rows), found)


def _draw_years(whole: Axes, ends: Sequence[float], y: float, places: Mapping[int, float]) -> None:
    """The axis of time: a tick where a year begins, as many of them named as have room."""
    whole.plot(ends, [y, y], color=GREY, linewidth=THIN, zorder=1)
    least = min((after - before for before, after in pairwise(places.values())), default=1.0)
    step = 1 + int((reach("0000", SMALL) + 0.15) / least)
    for year, x in places.items():
        whole.plot([x, x], [y, y + 0.05], color=GREY, linewidth=THIN)
        if not year % step:
            half = reach(str(year), SMALL) / 2
            write(whole, min(x, WIDTH - EDGE / 2 - half), y + 0.08, [str(year)], SMALL, ha="center")


def event_timeline(data: YearData, kinds: Sequence[str]) -> Chart:
    """Dated events by kind along time, the contract year shaded.

    Parameters
    ----------
    data : YearData
        The year.
    kinds : sequence of str
        Kinds of event to draw.
    """
    rows = [row for row in records_of(data["events"]) if row["kind"] in kinds]
    if not rows:
        return absent(data, "events")
    rows.sort(key=lambda row: (row["kind"], row["start"]))
    caption = f"Events and plans by the date that the documents give, by kind; the contract year {data.year} is shaded"
    what = "plans" if {*kinds} == {"plan"} else "events and plans" if "plan" in kinds else "events"
    return _timeline(data, "events", rows, "kind", "", caption, what, f"kind={'|'.join(kinds)}")


def inspection_timeline(data: YearData) -> Chart:
    """Inspections by provider along time, marker by judgement, the contract year shaded."""
    rows = records_of(data["inspections"])
    if not rows:
        return absent(data, "inspections")
    caption = f"Inspections and visits by provider; the contract year {data.year} is shaded, the mark is the judgement printed"
    return _timeline(data, "inspections", rows, "provider", "judgement", caption, "inspections and visits")


# Risks

_POINT: dict[str, Any] = {"linestyle": "None", "markeredgewidth": 1.5}
_FIRST: dict[str, Any] = {**_POINT, "marker": "o", "markersize": MARK, "color": "white", "markeredgecolor": INK}
_APPETITE: dict[str, Any] = {**_POINT, "marker": "|", "markersize": 20, "color": INK, "markeredgewidth": 2.2}
_LAST: dict[str, dict[str, Any]] = {
    "within": {**_POINT, "marker": "o", "markersize": MARK + 1, "color": BLUE, "markeredgecolor": "white"},
    "above": {**_POINT, "marker": "D", "markersize": MARK + 1, "color": PLUM, "markeredgecolor": "white"},
}
_HIGHEST = 25  # likelihood and impact are each scored up to five
_KEY = {"appetite": {**_APPETITE, "markersize": 12}, "first score": _FIRST, "last score, within appetite": _LAST["within"],
        "last score, above appetite": _LAST["above"]}  # fmt: skip


def risk_scores(data: YearData) -> Chart:
    """First and last score of each risk on one scale, beside the highest score that its owner accepts."""
    risks = [row for row in records_of(results.table(data, "risk_movement")) if row["score"] is not None]
    if not risks:
        return absent(data, "risk_movement")
    names, texts = [fitted(risk["what"], _NAMES - 0.4, SIZE) for risk in risks], [_scores(risk) for risk in risks]
    left = EDGE + widest((line for lines in names for line in lines), SIZE) + _BETWEEN
    wide = WIDTH - EDGE - left - widest((line for lines in texts for line in lines), SMALL) - 0.15
    heights = [max(len(lines) * LINE * SIZE, 2 * LINE * SMALL) + 0.12 for lines in names]
    top = key_places(list(_KEY), SMALL)[1]
    middles, foot = _middles(heights, top), top + sum(heights)
    with sheet(foot + 2 * LINE * SMALL + 0.2, data.marks) as (figure, whole):
        draw_key(whole, _KEY, SMALL)
        axes = inner(figure, left, top, wide, foot - top)
        axes.set(xlim=(0, _HIGHEST), ylim=(foot, top))
        for risk, middle in zip(risks, middles, strict=True):
            before, last, against = risk["score_before"], risk["score"], risk["within_appetite"]
            axes.plot([0, _HIGHEST], [middle, middle], color=PALE, linewidth=THIN, zorder=0)
            axes.plot(risk["appetite"], middle, zorder=1, **_APPETITE)
            if before is not None:
                axes.plot([before, last], [middle, middle], color=GREY, linewidth=THICK, zorder=1)
                axes.plot(before, middle, clip_on=False, zorder=2, **_FIRST)
            axes.plot(last, middle, clip_on=False, zorder=3, **_LAST[against])
        axes.set_xticks(range(0, _HIGHEST + 1, 5))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        _write_names(whole, names, middles, left - _BETWEEN)
        for lines, middle in zip(texts, middles, strict=True):
            write(whole, left + wide + 0.15, middle - LINE * SMALL, lines, SMALL)
        write(whole, left + wide / 2, foot + LINE * SMALL + 0.14, ["Likelihood times impact"], SMALL, ha="center")
        caption = f"First and last score of each risk, likelihood times impact, {data.year}, and the highest its owner accepts"
        above = [risk["what"] for risk in risks if risk["within_appetite"] == "above"]
        alt = described([f"Above appetite: {'; '.join(above) or 'none'}."],
                        _listed((risk["what"] for risk in risks), map(", ".join, texts)))  # fmt: skip
        return drawn(figure, alt, caption, of_table(data, "risk_movement", risks), findings.risk_movement(data))


def _scores(risk: Mapping[str, Any]) -> list[str]:
    """The scores of a risk and how the last stands to the appetite, in two lines."""
    before, last = risk["score_before"], risk["score"]
    moved = f"{last}" if before in (None, last) else f"{before} to {last}"
    return [f"{moved}, {risk['movement'] or 'scored once'}", f"{risk['within_appetite']} appetite, {risk['appetite']}"]
