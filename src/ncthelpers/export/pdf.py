"""Reports as tagged PDF, and charts as the pictures that Word falls back on; both by typst, with no font of this machine.

What a report says goes to typst as data, in JSON, and never as markup; a PDF that breaks a rule of PDF/UA-1 is not made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import matplotlib
import typst

from ncthelpers.cells import visible
from ncthelpers.charts.canvas import in_letters
from ncthelpers.export.document import (
    Block,
    Heading,
    Layout,
    Paragraph,
    Picture,
    Report,
    Run,
    Runs,
    Table,
    sections,
    wide_as,
)

__all__ = ["pdf", "pictures"]

_TEMPLATE = Path(__file__).with_name("report.typ")
_PADDING = 9.0
_LONG_CELL = 600  # letters
_BREAK = "\N{ZERO WIDTH SPACE}"


def _compiled(files: dict[str, bytes], **how: Any) -> bytes | list[bytes]:
    # DejaVu Sans comes with matplotlib, whose charts are written in it too: the same file on every machine.
    fonts = [str(Path(matplotlib.get_data_path(), "fonts", "ttf"))]
    compiled: Any = typst.compile  # whose types know of no files by name
    return cast("bytes | list[bytes]", compiled(files, ignore_system_fonts=True, font_paths=fonts, **how))


def pdf(report: Report) -> bytes:
    """A report as PDF/UA-1: tagged, with title, language, headings, tables with header rows and alternative text.

    Parameters
    ----------
    report : Report
        The report. The same one gives the same bytes.

    Raises
    ------
    typst.TypstError
        If it would not be PDF/UA-1, as where a picture lacks its alternative text.
    """
    charts = [block for block in report.blocks if isinstance(block, Picture)]
    names = {id(chart): f"{number}.svg" for number, chart in enumerate(charts)}
    held: dict[str, Any] = {
        "title": report.title, "head": report.head, "above": report.above, "contents": report.contents, "opening": [],
        "notices": [
            {"title": one.title, "parts": [_part(block, "", None, names, report) for block in one.parts]} for one in report.notices
        ],
        "sections": [
            {"landscape": section.landscape,
             "parts": [_part(one.block, one.number, one.layout, names, report) for one in section.parts]}
            for section in sections(report.blocks)
        ],
    }  # fmt: skip
    if report.contents and held["sections"]:
        first = held["sections"][0]["parts"]
        cut = next((place for place, part in enumerate(first) if part["is"] == "Heading"), len(first))
        held["opening"], held["sections"][0]["parts"] = first[:cut], first[cut:]
    files = {"main.typ": _TEMPLATE.read_bytes(), "report.json": json.dumps(_in_letters(held)).encode()}
    files |= {names[id(chart)]: chart.svg for chart in charts}
    return cast(bytes, _compiled(files, format="pdf", pdf_standards=["ua-1"]))


def pictures(svgs: Sequence[bytes], dots_per_inch: int = 160) -> list[bytes]:
    """Drawings as PNG, for programs that cannot draw SVG.

    Examples
    --------
    >>> drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9pt" height="9pt" viewBox="0 0 9 9"></svg>'
    >>> [made[1:4] for made in pictures([drawing, drawing])]
    [b'PNG', b'PNG']
    """
    if not svgs:
        return []
    names = [f"{number}.svg" for number in range(len(svgs))]
    pages = "#pagebreak()".join(f'#image("{name}")' for name in names)
    main = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}"
    files = {"main.typ": main.encode(), **dict(zip(names, svgs, strict=True))}
    made = _compiled(files, format="png", ppi=dots_per_inch)
    return made if isinstance(made, list) else [made]


def _in_letters(held: object) -> object:
    """What is told to the template, with every piece of writing in letters that can be shown, which PDF/UA asks for."""
    if isinstance(held, str):
        return in_letters(visible(held))
    if isinstance(held, dict):
        return {key: _in_letters(value) for key, value in held.items()}
    return [_in_letters(value) for value in held] if isinstance(held, (list, tuple)) else held


def _part(block: Block, number: str, laid: Layout | None, names: dict[int, str], report: Report) -> dict[str, Any]:
    """A part of a report as the template reads it."""
    kind = {"is": type(block).__name__}
    match block:
        case Picture():
            return kind | {"file": names[id(block)], "alt": block.alt or block.caption, "caption": block.caption,
                           "title": block.title.rstrip("."), "width": block.on_page[0]}  # fmt: skip
        case Table():
            laid = cast(Layout, laid)
            rows = [[[asdict(run) for run in _fitting(cell, width - _PADDING, laid.size)]
                     for cell, width in zip(row, laid.widths, strict=True)] for row in block.rows]  # fmt: skip
            heads = ["".join(run.text for run in _fitting((Run(head, strong=True),), width - _PADDING, laid.size))
                     for head, width in zip(block.heads, laid.widths, strict=True)]  # fmt: skip
            return kind | {"caption": block.caption, "heads": heads, "rows": rows, "numeric": block.numeric,
                           "widths": laid.widths, "size": laid.size, "whole": _rows_stay_whole(block)}  # fmt: skip
        case Heading():
            new_page = report.contents and block.level == 1
            return kind | {"level": block.level, "text": block.text, "number": number, "new-page": new_page}
        case Paragraph():
            return kind | {"runs": [asdict(run) for run in block.runs], "kind": block.kind, "number": number}
    return kind | {"items": [[asdict(run) for run in item] for item in block.items], "ordered": block.ordered}


def _rows_stay_whole(table: Table) -> bool:
    """Whether no row of a table is so long that it might need a page for itself."""
    return max((sum(len(run.text) for run in cell) for row in table.rows for cell in row), default=0) < _LONG_CELL


def _fitting(cell: Runs, width: float, size: float) -> Runs:
    """A cell whose words may break where they are wider than its column; Word breaks such words by itself."""
    return tuple(
        Run(" ".join(_broken(word, width, size, run.strong) for word in run.text.split(" ")), run.strong, run.link)
        for run in cell
    )


def _broken(word: str, width: float, size: float, strong: bool = False) -> str:
    """A word, able to break after as many letters as fit where it is too wide.

    Examples
    --------
    >>> _broken("short", 50, 8), _broken("a" * 30, 70, 8).split("\N{ZERO WIDTH SPACE}")
    ('short', ['aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'aaaaaa'])
    """
    wide = wide_as(word, size, strong)
    if wide <= width:
        return word
    fit = max(1, int(len(word) * width / wide * 0.85))
    return _BREAK.join(word[at : at + fit] for at in range(0, len(word), fit))
