"""The page that says how long the book takes to make, from what ``benchmarks/run.py`` measured and recorded."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, cast

from ncthelpers import tables
from ncthelpers.cells import Column
from ncthelpers.narrative import plain
from ncthelpers.publish.markdown import raw_html, raw_tables
from ncthelpers.reading import text_in
from ncthelpers.rounding import half_up

__all__ = ["RESULTS", "recorded", "page"]

RESULTS = "benchmarks/results/latest.json"
_WORDS = Path(__file__).parent / "about" / "performance.md"
_FROM_NOTHING = "empty cache"
_OURS, _FLOOR = "ncthelpers", "floor"
_TOOLS = {
    _OURS: "This book's own command",
    "ncthelpers-dask": "This book's own command, on Dask",
    _FLOOR: "The floor: the pages' own calculations",
    "papermill-2-workers": "papermill, two workers",
    "papermill-cli": "papermill, one page after another",
    "nbconvert": "nbconvert",
    "jupyter-book-execute": "Jupyter Book, running the pages",
    "jupyter-book-cache": "Jupyter Book, with its cache",
    "jupyter-book-build": "Jupyter Book, HTML alone",
    "jupyter-cache-parallel": "jupyter-cache, in parallel",
    "nbval": "nbval, two workers",
}
_NONE = "not measured"
# Those of ncthelpers.charts.canvas, which would take a second to import: this page is written at the end of every run.
_BLUE, _GREY, _INK = "#12436D", "#5A6570", "#1D2A35"
_WIDTH, _NAMES, _ROW, _BAR, _LETTERS = 720, 310, 30, 20, 14  # of the chart, in units of its own


def recorded(root: Path) -> dict[str, Any]:
    """What was measured last; nothing where nothing was recorded.

    Parameters
    ----------
    root : Path
        Holds ``benchmarks/results/latest.json``.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    try:
        return cast("dict[str, Any]", json.loads(text_in(root / RESULTS, root)))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{RESULTS} cannot be read: {error}") from None


def page(results: Mapping[str, Any]) -> str:
    """How long the book takes to make, as Markdown: what was measured, on what, and which targets are met.

    Parameters
    ----------
    results : Mapping
        As ``benchmarks/run.py`` records them; empty if nothing was measured.

    Raises
    ------
    ValueError
        If they are not as they are recorded.

    Examples
    --------
    >>> page({}).splitlines()[-1]
    'Nothing has been measured yet.'
    """
    try:
        text = _page(results)
        text.encode()  # JSON can hold what no text can
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"{RESULTS} is not as it is recorded: {error!r}") from None
    return text


def _page(results: Mapping[str, Any]) -> str:
    parts = ["# How long the book takes to make", _WORDS.read_text("utf-8").strip()]
    rows = results.get("rows", [])
    if not rows:
        return "\n\n".join([*parts, "Nothing has been measured yet."]) + "\n"
    made = [row for row in rows if row["case"] == _FROM_NOTHING]
    parts += [_measured_on(results), "## Aims", raw_tables([_targets(results["targets"])])]
    parts += ["## All pages from nothing", *_chart(made), raw_tables([_times(made), _growth(made), _memory(made)])]
    others = [row for row in rows if row["case"] != _FROM_NOTHING]
    if others:
        parts += ["## When little or nothing changed, and the HTML", raw_tables([_cases(others)])]
    if results.get("left_out"):
        parts += ["## Not measured for want of time", "\n".join(f"- {plain(what)}" for what in results["left_out"])]
    return "\n\n".join(parts) + "\n"


def _measured_on(results: Mapping[str, Any]) -> str:
    machine, versions = results["machine"], results["versions"]
    kept = ", ".join(map(plain, results.get("kept", [])))
    return (
        f"Measured on {plain(results['date'])} on a machine with {machine['cores']} cores and {machine['memory_gib']} GiB "
        f"of memory ({plain(machine['processor'])}, {plain(machine['system'])}), in {results['minutes']} minutes, with "
        + ", ".join(f"{plain(name)} {plain(version)}" for name, version in versions.items())
        + f".{f' Some times are of an earlier session: {kept}.' if kept else ''}"
    )


def _figure(value: float) -> str:
    """A count as it is; a measured value to about three places that count, never more than two after the point."""
    if isinstance(value, int):
        return f"{value:,}"
    places = 2 if value < 10 else 1 if value < 100 else 0
    return f"{half_up(Decimal(str(value)), places):,}"


def _spread(values: Sequence[float]) -> str:
    """The median with the least and the most."""
    middle = _figure(median(values))
    return middle if len(values) == 1 else f"{middle} ({_figure(min(values))} to {_figure(max(values))})"


def _tool(name: str) -> str:
    return _TOOLS.get(name, name)


def _ordered(names: Iterable[str]) -> list[str]:
    """Tools in the order in which they are explained, others after them."""
    known = list(_TOOLS)
    return sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name))


def _sizes(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    return sorted({row["pages"] for row in rows})


def _sized(count: int) -> str:
    return f"{count:,} page{'' if count == 1 else 's'}"


def _columns(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(f"column_{place}", "text", title) for place, title in enumerate(titles))


def _times(made: Sequence[Mapping[str, Any]]) -> tables.Table:
    sizes, held = _sizes(made), {(row["tool"], row["pages"]): row["seconds"] for row in made}
    rows = tuple(
        (_tool(name), *(_spread(held[name, size]) if (name, size) in held else _NONE for size in sizes))
        for name in _ordered(row["tool"] for row in made)
    )
    return tables.Table("Seconds to make all pages from nothing", _columns("Program", *map(_sized, sizes)), rows)


def _growth(made: Sequence[Mapping[str, Any]]) -> tables.Table:
    ours = [row for row in made if row["tool"].startswith(_OURS)]
    sizes, held = _sizes(ours), {(row["tool"], row["pages"]): median(row["seconds"]) / row["pages"] for row in ours}
    rows = tuple(
        (_tool(name), *(_figure(held[name, size]) if (name, size) in held else _NONE for size in sizes))
        for name in _ordered(row["tool"] for row in ours)
    )
    return tables.Table("Seconds a page, as the book grows", _columns("Program", *map(_sized, sizes)), rows)


def _memory(made: Sequence[Mapping[str, Any]]) -> tables.Table:
    held = {name: [row["peak_mb"] for row in made if row["tool"] == name and row["peak_mb"]]
            for name in _ordered(row["tool"] for row in made)}  # fmt: skip
    rows = tuple((_tool(name), f"{half_up(Decimal(str(max(peaks)))):,}") for name, peaks in held.items() if peaks)
    return tables.Table(
        "Most memory that all processes of a program held together, in MB", _columns("Program", "MB"), rows
    )


def _cases(others: Sequence[Mapping[str, Any]]) -> tables.Table:
    sizes = _sizes(others)
    held = {(row["case"], row["tool"], row["pages"]): row["seconds"] for row in others}
    named = dict.fromkeys((row["case"], name) for row in others for name in _ordered([row["tool"]]))
    rows = tuple(
        (f"{case[:1].upper()}{case[1:]}: {_tool(name)}",
         *(_spread(held[case, name, size]) if (case, name, size) in held else _NONE for size in sizes))
        for case, name in named
    )  # fmt: skip
    return tables.Table(
        "Seconds by what had changed", _columns("What, and by which program", *map(_sized, sizes)), rows
    )


def _targets(targets: Sequence[Mapping[str, Any]]) -> tables.Table:
    states = {True: "Met", False: "Missed", None: _NONE.capitalize()}
    rows = tuple(
        (target["target"], f"{target['limit_is']} {target['limit']:g} {target['unit']}",
         _NONE if target["measured"] is None else f"{_figure(target['measured'])} {target['unit']}", states[target["met"]])
        for target in targets
    )  # fmt: skip
    met = sum(target["met"] is True for target in targets)
    return tables.Table(
        f"Aims reached: {met} of {len(targets)}",
        _columns("What", "Aim", "Measured", "State"),
        rows,
        anchor="table-aims",
    )


def _chart(made: Sequence[Mapping[str, Any]]) -> list[str]:
    """Bars of the size that most programs were measured at, the largest of those; none where only one was."""
    tools_at = {size: [row for row in made if row["pages"] == size] for size in _sizes(made)}
    size = max(tools_at, key=lambda size: (len(tools_at[size]), size))
    seconds = {row["tool"]: median(row["seconds"]) for row in tools_at[size]}
    if len(seconds) < 2:
        return []
    ranked = sorted(seconds, key=seconds.__getitem__)
    said = "; ".join(f"{_tool(name)}: {_figure(seconds[name])}" for name in ranked)
    fastest = next(name for name in ranked if name != _FLOOR)
    title = f"{_tool(fastest)} was the fastest program, at {_figure(seconds[fastest])} seconds"
    caption = f"Seconds to make {_sized(size)} from nothing by each program, median of its runs"
    drawing = _bars({_tool(name): seconds[name] for name in ranked}, _TOOLS[_OURS])
    image = base64.b64encode(drawing.encode()).decode("ascii")
    alt = f"Bars, shortest first. {said}."
    return [raw_html(
        '<figure class="chart" id="chart-performance">\n'
        f'<figcaption><strong class="chart-title">{escape(title)}</strong>\n'
        f'<span class="chart-caption">{escape(caption)}</span></figcaption>\n'
        f'<div class="chart-scroll"><img alt="{escape(alt)}" width="{_WIDTH}" height="{len(ranked) * _ROW}" '
        f'src="data:image/svg+xml;base64,{image}"></div>\n</figure>'
    )]  # fmt: skip


def _bars(values: Mapping[str, float], ours: str) -> str:
    """Horizontal bars with their names before and their values after them, as SVG."""
    longest, room = max(values.values()), _WIDTH - _NAMES - 80
    drawn = []
    for place, (name, value) in enumerate(values.items()):
        top, length = place * _ROW + 5, max(1, round(value / longest * room))
        baseline = top + _BAR - 5
        drawn += [
            f'<text x="{_NAMES - 8}" y="{baseline}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_NAMES}" y="{top}" width="{length}" height="{_BAR}" fill="{_BLUE if name == ours else _GREY}"/>',
            f'<text x="{_NAMES + length + 6}" y="{baseline}">{_figure(value)}</text>',
        ]
    height = len(values) * _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="DejaVu Sans, Verdana, sans-serif" font-size="{_LETTERS}" fill="{_INK}">\n' + "\n".join(drawn) + "\n</svg>"
    )  # fmt: skip
