"""A report as its parts, of which Word and PDF are written: headings, numbered paragraphs, tables, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import cast

from ncthelpers.cells import WEB_ADDRESS
from ncthelpers.charts.canvas import reach

__all__ = ["Run", "Heading", "Paragraph", "Listed", "Table", "Picture", "Notice", "Block", "Report", "Layout",
           "NUMBERED", "SUBNUMBERED", "LETTERED", "BODY", "SOURCE", "PORTRAIT", "LANDSCAPE", "Part", "Section",
           "runs", "said", "layout", "numbers", "sections", "wide_as"]  # fmt: skip

BODY, SOURCE = "body", "source"
NUMBERED, SUBNUMBERED, LETTERED = "numbered", "subnumbered", "lettered"

PORTRAIT, LANDSCAPE = 483.0, 729.0  # points between the margins of a page of A4
_TALLEST = 600.0  # points that a picture may have, so that its caption stands on the same upright page
_SIZES = (9.0, 8.0)  # of the writing in a table, in points
_PADDING = 9.0  # on both sides of a cell together
_LONGEST = 110.0  # a word that is wider is broken
_LETTER, _BOLD = 0.64, 0.72  # the width of a letter in writing of size one, about
_LINES = 14  # the most that a cell should have, where more room can be had
_NOT_LATIN = re.compile("[^ -~\u00a0-\u017f\u2010-\u2044\u20ac\u2200-\u22ff]")
_WORD = re.compile(r"\s+|(?<=[-\N{EN DASH}])(?=[^\W\d])")


@dataclass(frozen=True)
class Run:
    """Writing of one look; with an address, a link."""

    text: str
    strong: bool = False
    link: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; one that is numbered takes its place in the numbers of the paragraphs."""

    level: int
    text: str
    numbered: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a kind: plain, numbered, lettered, or the source of what stands above it."""

    runs: Runs
    kind: str = BODY


@dataclass(frozen=True)
class Listed:
    """A list; with ``ordered``, a numbered one."""

    items: tuple[Runs, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """A table: caption, headings, rows of cells, and which columns are of numbers; its id on the page it comes from."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]
    numeric: tuple[bool, ...]
    anchor: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart with what it shows in words; its title is what it finds."""

    svg: bytes
    alt: str
    caption: str
    title: str = ""

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        size = re.search(rb'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"', self.svg)
        found = cast("re.Match[bytes]", size)
        return float(found[1]), float(found[2])

    @property
    def on_page(self) -> tuple[float, float]:
        """Width and height at which all of it stands on an upright page, below its caption; never larger than it is drawn."""
        width, height = self.size
        scale = min(1.0, PORTRAIT / width, _TALLEST / height)
        return width * scale, height * scale


@dataclass(frozen=True)
class Notice:
    """What is said of the whole report on its first page, such as that it is a draft."""

    title: str
    parts: tuple[Paragraph | Listed, ...]


Block = Heading | Paragraph | Listed | Table | Picture


@dataclass(frozen=True)
class Report:
    """A report, ready to be written.

    Parameters
    ----------
    title : str
        Its title, which is also that of the file.
    above : tuple of str
        Lines over the title, such as the councils and the committee.
    notices : tuple of Notice
        What is said of all of it; their titles stand at the head of every page.
    blocks : tuple of Block
        Its parts in order.
    contents : bool
        Whether it is long: with a list of contents, and each heading of the first level on a new page.
    """

    title: str
    above: tuple[str, ...]
    notices: tuple[Notice, ...]
    blocks: tuple[Block, ...]
    contents: bool = False

    @property
    def head(self) -> str:
        """What stands at the head of every page."""
        return " | ".join([*(notice.title.upper() for notice in self.notices), self.title])


def runs(text: str, strong: bool = False) -> Runs:
    """Plain writing as a run; an address that is all of it as a link."""
    return (Run(text, strong, text if WEB_ADDRESS.fullmatch(text) else ""),) if text else ()


def said(held: Iterable[Run]) -> str:
    """Writing without its look.

    Examples
    --------
    >>> said([Run("See "), Run("the register", link="https://example.org")])
    'See the register'
    """
    return "".join(run.text for run in held)


# Numbers of paragraphs


def numbers(blocks: Iterable[Block]) -> list[str]:
    """The number that each part of a report bears, as Word's own numbering gives it; none where it bears none.

    Examples
    --------
    >>> parts = [Heading(1, "Purpose", True), Paragraph((), NUMBERED), Paragraph((), LETTERED), Paragraph((), LETTERED),
    ...          Paragraph(()), Heading(1, "Implications", True), Heading(2, "Legal", True), Paragraph((), SUBNUMBERED)]
    >>> numbers(parts)
    ['1', '1.1', '(a)', '(b)', '', '2', '2.1', '2.1.1']
    """
    counts, found = [0, 0, 0, 0], []
    levels = {NUMBERED: 1, SUBNUMBERED: 2, LETTERED: 3}
    for block in blocks:
        level = levels.get(block.kind) if isinstance(block, Paragraph) else None
        if isinstance(block, Heading) and block.numbered:
            level = block.level - 1
        if level is None:
            found.append("")
            continue
        counts[level] += 1
        counts[level + 1 :] = [0] * (3 - level)
        found.append(_letter(counts[3]) if level == 3 else ".".join(map(str, counts[: level + 1])))
    return found


def _letter(count: int) -> str:
    """A letter in brackets as Word counts them: after z comes aa, then bb.

    Examples
    --------
    >>> _letter(2), _letter(27)
    ('(b)', '(aa)')
    """
    return f"({chr(97 + (count - 1) % 26) * ((count - 1) // 26 + 1)})"


# Widths of tables


@dataclass(frozen=True)
class Layout:
    """How a table stands on paper: the widths of its columns and the size of its writing in points, and whether its page lies on its side."""

    widths: tuple[float, ...]
    size: float
    landscape: bool


def wide_as(text: str, size: float, strong: bool = False) -> float:
    """How wide a line of writing is in points; a sign that the font lacks counts as wide as an M.

    Examples
    --------
    >>> wide_as("M", 10) == wide_as("\N{FOX FACE}", 10) < wide_as("M", 10, strong=True)
    True
    """
    return reach(_NOT_LATIN.sub("M", text), size, "bold" if strong else "normal") * 72


def _least(head: str, texts: Sequence[str], size: float) -> float:
    """The room that a column cannot do without: its widest word."""
    words = sorted({word for text in texts for word in _WORD.split(text) if word}, key=lambda word: (-len(word), word))
    wide = [
        *(wide_as(word, size, strong=True) for word in _WORD.split(head)),
        *(wide_as(word, size) for word in words[:8]),
    ]
    return min(_LONGEST, max(wide) + 1) + _PADDING


def _lengths(texts: Sequence[str], size: float) -> list[float]:
    """How long each cell of a column is on one line, about."""
    head, *others = texts
    return [len(text) * size * wide + _PADDING for text, wide in ((head, _BOLD), *((text, _LETTER) for text in others))]


def layout(table: Table) -> Layout:
    """The largest writing in which a table fits a page that stands upright without tall cells, else one that lies on its side.

    Parameters
    ----------
    table : Table
        A table with at least one column.

    Examples
    --------
    >>> found = layout(Table("Grants, £", ("Grant", "Amount"), ((runs("Adoption"), runs("1,184")),), (False, True)))
    >>> found.size, found.landscape, sum(found.widths) <= PORTRAIT
    (9.0, False, True)
    """
    cells = [[said(cell) for cell in column] for column in zip(*table.rows, strict=True)] or [[] for _ in table.heads]
    columns = [[head, *column] for head, column in zip(table.heads, cells, strict=True)]
    tried = [_tried(columns, room, size) for room in (PORTRAIT, LANDSCAPE) for size in _SIZES]
    fits = [one for one in tried if one[1]] or tried[-1:]
    return next((one[0] for one in fits if one[2] <= _LINES), min(fits, key=lambda one: one[2])[0])


def _tried(columns: Sequence[Sequence[str]], room: float, size: float) -> tuple[Layout, bool, float]:
    """How a table would stand in some room, whether no word is too wide for that, and how many lines its tallest cell has, about."""
    least = [_least(column[0], column[1:], size) for column in columns]
    lengths = [_lengths(column, size) for column in columns]
    widths = _shared(least, lengths, room)
    lines = max((length - _PADDING) / (width - _PADDING)
                for cells, width in zip(lengths, widths, strict=True) for length in cells)  # fmt: skip
    return Layout(tuple(widths), size, room == LANDSCAPE), sum(least) <= room * 0.98, lines


def _shared(least: Sequence[float], lengths: Sequence[Sequence[float]], room: float) -> list[float]:
    """Widths that use the room: what is left over the least goes where most writing does not fit, up to its longest cell.

    Examples
    --------
    >>> _shared([50, 50], [[40.0, 60.0], [400.0, 300.0]], 300), _shared([50, 50], [[40.0, 60.0], [70.0]], 300)
    ([60.0, 240.0], [60.0, 70.0])
    """
    if sum(least) > room:
        return [width * room / sum(least) for width in least]
    widths = list(map(float, least))
    for _ in lengths:  # each time at least one has all that it can use, or nothing is left
        over = [
            sum(max(0.0, length - width) for length in cells) ** 0.5
            for width, cells in zip(widths, lengths, strict=True)
        ]
        left = room - sum(widths)
        if left < 0.5 or not sum(over):
            break
        shares = [width + left * one / sum(over) for width, one in zip(widths, over, strict=True)]
        widths = [
            max(width, min(share, max(cells))) for width, share, cells in zip(widths, shares, lengths, strict=True)
        ]
    return widths


# Pages that lie on their side


@dataclass(frozen=True)
class Part:
    """A part of a report with its number, and if it is a table how it stands on paper."""

    block: Block
    number: str = ""
    layout: Layout | None = None


@dataclass(frozen=True)
class Section:
    """Parts that stand on pages of one kind."""

    landscape: bool
    parts: tuple[Part, ...]


def sections(blocks: Sequence[Block]) -> list[Section]:
    """A report by the kind of its pages: a table that needs a page on its side takes its headings and its source with it.

    Parameters
    ----------
    blocks : sequence of Block
        The parts of the report.
    """
    parts = [Part(block, number, layout(block) if isinstance(block, Table) else None)
             for block, number in zip(blocks, numbers(blocks), strict=True)]  # fmt: skip
    on_side = [part.layout is not None and part.layout.landscape for part in parts]
    for place in [place for place, flag in enumerate(on_side) if flag]:
        before = place - 1
        while before >= 0 and isinstance(parts[before].block, Heading):
            on_side[before] = True
            before -= 1
        below = [part.block for part in parts[place + 1 : place + 3]]  # what is said of its columns, and its source
        kinds = [block.kind if isinstance(block, Paragraph) else "" for block in below]
        if SOURCE in kinds and kinds[0]:
            on_side[place + 1 : place + 2 + kinds.index(SOURCE)] = [True] * (1 + kinds.index(SOURCE))
    return [Section(flag, tuple(part for part, _ in held))
            for flag, held in groupby(zip(parts, on_side, strict=True), key=lambda pair: pair[1])]  # fmt: skip
