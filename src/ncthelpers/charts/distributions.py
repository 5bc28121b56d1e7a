"""Answers and scores as shares of a whole: one bar a question or month, each part named below it in the order of its scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ncthelpers import findings, results, wording
from ncthelpers.charts.canvas import (
    EDGE,
    GREY,
    INK,
    LINE,
    PALETTE,
    SIZE,
    SMALL,
    THIN,
    WIDTH,
    Chart,
    absent,
    described,
    drawn,
    fitted,
    key_places,
    of_table,
    reach,
    sheet,
    write,
)
from ncthelpers.rows import records_of
from ncthelpers.yeardata import YearData
from ncthelpers.years import in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["survey_answers", "practice_scores"]

_LEFT, _WIDE, _DEEP, _THICK = EDGE, WIDTH - 2 * EDGE, 0.32, 0.26  # of a bar, in inches; deep with the room about it
_HEAD, _BETWEEN, _MARK = 0.06, 0.1, 0.22


@dataclass(frozen=True)
class _Bar:
    """A whole and its parts: the name of each, its share in per cent if that is shown, and the share in words."""

    title: list[str]
    names: list[str]
    shares: list[Decimal | None]
    texts: list[str]

    @property
    def entries(self) -> list[str]:
        """What stands below the bar."""
        return [f"{name}: {text}" for name, text in zip(self.names, self.texts, strict=True)]

    @property
    def above(self) -> float:
        """Height of its title."""
        return len(self.title) * LINE * SIZE

    @property
    def depth(self) -> float:
        """Height of all of it."""
        return self.above + _DEEP + key_places(self.entries, SMALL, _MARK)[1] + _BETWEEN


def _bar(title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], missing: str) -> _Bar:
    """A bar of rows with ``share_pct`` and ``status``; a share that is not shown is suppressed or, if it is not, missing."""
    shares = [row["share_pct"] for row in rows]
    unshown = [missing if row["status"] is None else "suppressed" for row in rows]
    texts = [words if share is None else wording.figure_text(share, "per cent", 1)
             for share, words in zip(shares, unshown, strict=True)]  # fmt: skip
    return _Bar(fitted(title, _WIDE, SIZE), list(names), shares, texts)


def _look(nth: int) -> dict[str, Any]:
    """Colour of a part in the order of the palette; once that is used up, in the same order with a dark outline."""
    edge = "white" if nth < len(PALETTE) else INK
    return {"color": PALETTE[nth % len(PALETTE)], "edgecolor": edge, "linewidth": 1.2}


def _draw(axes: Axes, bar: _Bar, top: float) -> None:
    """One bar on a sheet from a height downwards, its shares written in it where they have room."""
    write(axes, _LEFT, top, bar.title, SIZE)
    middle, below, left = top + bar.above + _DEEP / 2, top + bar.above + _DEEP, _LEFT
    axes.barh(middle, _WIDE, left=_LEFT, height=_THICK, color="white", edgecolor=GREY, linewidth=THIN)  # the whole
    unshown = _WIDE * float(100 - sum(filter(None, bar.shares))) / 100
    for nth, (share, text) in enumerate(zip(bar.shares, bar.texts, strict=True)):
        if share is None:  # all that is suppressed together stands empty in the place of the first of it
            left, unshown = left + unshown, 0.0
            continue
        wide = _WIDE * float(share) / 100
        if wide:
            axes.barh(middle, wide, left=left, height=_THICK, **_look(nth))
        if reach(text, SMALL) + 0.1 < wide:
            colour = INK if nth % 2 else "white"  # the first and the third of the palette are dark
            axes.text(left + wide / 2, middle, text, fontsize=SMALL, ha="center", va="center_baseline", color=colour)
        left += wide
    for nth, ((x, y), entry) in enumerate(zip(key_places(bar.entries, SMALL, _MARK)[0], bar.entries, strict=True)):
        axes.barh(below + y + 0.5 * LINE * SMALL, 0.15, left=x, height=0.13, **_look(nth))
        write(axes, x + _MARK, below + y, [entry], SMALL)


def _drawn(
    data: YearData, name: str, bars: Sequence[_Bar], alt: str, caption: str, found: findings.Finding | None
) -> Chart:
    """The bars of a table, one below another; in its words first what is best on each scale, where shown."""
    with sheet(_HEAD + sum(bar.depth for bar in bars), data.marks) as (figure, axes):
        top = _HEAD
        for bar in bars:
            _draw(axes, bar, top)
            top += bar.depth
        words = described([alt], " ".join(f"{' '.join(bar.title)}: {'; '.join(bar.entries)}." for bar in bars),
                          " ".join(f"{' '.join(bar.title)}: {bar.entries[0]}." for bar in bars))  # fmt: skip
        return drawn(figure, words, caption, of_table(data, name, results.table(data, name)), found)


def _groups(rows: Sequence[Mapping[str, Any]], *columns: str) -> list[list[Mapping[str, Any]]]:
    """Rows that agree in some columns, in the order in which these first come."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return list(groups.values())


def survey_answers(data: YearData) -> Chart:
    """Answers to each question of the year's surveys, as shares of those who answered it: one bar a question.

    Parameters
    ----------
    data : YearData
        The year.
    """
    rows = records_of(results.table(data, "answer_shares"))
    if not rows:
        return absent(data, "answer_shares")
    missing, bars = results.table_schema(data, "answer_shares")["share_pct"].missing, []
    for answers in _groups(rows, "survey", "question"):
        first = answers[0]
        of = "" if first["base"] is None else f" ({wording.figure_text(first['base'])} answered)"
        names = [row["answer"] for row in answers]
        bars.append(_bar(f"{first['title']}: {first['question']}{of}", names, answers, missing))
    alt = "Stacked bars, one a question, the best answer at the left."
    caption = f"Answers to each question of the surveys of {data.year}, per cent of those who answered it"
    return _drawn(data, "answer_shares", bars, alt, caption, findings.answer_shares(data))


def practice_scores(data: YearData) -> Chart:
    """Scores given to audited cases, as shares of the cases of a month: one bar a month.

    Parameters
    ----------
    data : YearData
        The year.
    """
    rows = records_of(results.table(data, "practice_shares"))
    if not rows:
        return absent(data, "practice_shares")
    missing, bars = results.table_schema(data, "practice_shares")["share_pct"].missing, []
    for scores in _groups(rows, "month"):
        month, total = in_words(scores[0]["month"]), scores[0]["total"]
        of = "" if total is None else f" ({wording.figure_text(total)} cases)"
        bars.append(_bar(f"{month}{of}", [row["score"] for row in scores], scores, missing))
    alt = "Stacked bars, one a month, the best score at the left."
    caption = f"Practice scores of audited cases by month, {data.year}, per cent of the cases of the month"
    return _drawn(data, "practice_shares", bars, alt, caption, findings.practice_shares(data))
