"""Commentary to Word and back: a section a page, a heading a block, figures as placeholders that survive.

A document is held against what Word would be given today: a block that says the same is left as it is written, to the byte.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from ncthelpers import commentary, narrative, years
from ncthelpers.access import is_edition
from ncthelpers.exchange import documents, prose
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.reading import NotRead
from ncthelpers.suggestions import nearest

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["commentary_of", "document"]

_GUIDE, _ABOUT, _CITED, _FIGURE = "Guidance", "About the page", "Sources cited", "Figure placeholder"
_GUIDANCE = (
    (
        "Write below the headings, and leave the headings as they are. Do not type figures: a shaded name in braces is filled in "
        "from the data, and a comment beside it says what it prints today. It may be moved, copied or removed, but not changed."
    ),
    (
        "Bold, italics, links, lists and quotations are kept; pictures, tables and footnotes are not. Tracked changes count as "
        "accepted. Comments are not read."
    ),
)
_RESTRICTED = "RESTRICTED. This edition holds words and figures that may not be published."
_STYLES = {
    _GUIDE: '<w:pPr><w:shd w:val="clear" w:color="auto" w:fill="E7EEF5"/></w:pPr>',
    _ABOUT: '<w:rPr><w:i/><w:color w:val="595959"/></w:rPr>',
    _CITED: '<w:rPr><w:noProof/><w:color w:val="595959"/><w:sz w:val="18"/></w:rPr>',
    _FIGURE: '<w:rPr><w:noProof/><w:shd w:val="clear" w:color="auto" w:fill="FFF2CC"/></w:rPr>',
}
_NOT_KEPT = {
    "Image": "a picture", "Table": "a table", "Note": "a footnote", "Math": "a formula", "Figure": "a picture",
}  # fmt: skip


# Out: a year's commentary as a document.


def document(data: YearData, titles: Mapping[str, str]) -> bytes:
    """The commentary of a year as a Word document.

    Parameters
    ----------
    data : YearData
        The year.
    titles : Mapping of str to str
        What the pages are called, by name; a page that is not named there stands under its name alone.
    """
    return _styled(documents.written(_pandoc_document(data, titles, noted=True)))


def _styled(docx: bytes) -> bytes:
    """The document with figures shaded, and each page of the book on a new page."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            held = old.read(entry)
            if entry.filename == "word/styles.xml":
                text = held.decode()
                for name, look in _STYLES.items():
                    text = re.sub(
                        rf'(<w:name w:val="{name}" ?/>.*?)(?=</w:style>)', rf"\1{look}", text, count=1, flags=re.DOTALL
                    )
                heading = r'(w:styleId="Heading1".*?<w:pPr>\s*(?:<w:keepNext ?/>)?\s*(?:<w:keepLines ?/>)?)'
                held = re.sub(heading, r"\1<w:pageBreakBefore/>", text, count=1, flags=re.DOTALL).encode()
            new.writestr(entry, held, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _title(data: YearData) -> str:
    return f"Commentary, {data.year}"


def _pandoc_document(data: YearData, titles: Mapping[str, str], noted: bool) -> dict[str, Any]:
    """The commentary as Pandoc has it; noted, with what each figure prints as a comment."""
    blocks = [_paragraph(text, _GUIDE) for text in (*[_RESTRICTED] * is_edition(data.contract), *_GUIDANCE)]
    notes = iter(range(10**6))

    def figure(written: str) -> list[dict[str, Any]]:
        span = _span([_string(written)], custom_style=_FIGURE)
        if not noted:
            return [span]
        number = str(next(notes))
        note = _span(
            [_string(_printed(data, written))],
            "comment-start",
            id=number,
            author="ncthelpers",
            date="1980-01-01T00:00:00Z",
        )
        return [note, span, _span([], "comment-end", id=number)]

    for page, text in data.commentary.items():
        title = f"{page}: {titles[page]}" if page in titles else page
        blocks += [_heading(1, title), *_about(text)]
        cited = _cited_by_block(text)
        for name, words in commentary.blocks(text).items():
            said = prose.as_pandoc(prose.of_markdown(words), figure) or [{"t": "Para", "c": []}]
            blocks += [_heading(2, name), *said]
            blocks += [_paragraph(f"source: {cited[name]}", _CITED)] if cited[name] else []
    meta = {"title": {"t": "MetaInlines", "c": [_string(_title(data))]}, "lang": {"t": "MetaString", "c": "en-GB"}}
    return {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}


def _string(text: str) -> dict[str, Any]:
    return {"t": "Str", "c": text}


def _span(held: list[dict[str, Any]], kind: str = "", **attributes: str) -> dict[str, Any]:
    named = [[name.replace("_", "-"), value] for name, value in attributes.items()]
    return {"t": "Span", "c": [["", [kind] if kind else [], named], held]}


def _paragraph(text: str, style: str) -> dict[str, Any]:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], [{"t": "Para", "c": [_string(text)]}]]}


def _heading(level: int, text: str) -> dict[str, Any]:
    return {"t": "Header", "c": [level, ["", [], []], [_string(text)]]}


def _printed(data: YearData, figure: str) -> str:
    found = cast("re.Match[str]", re.fullmatch(r"(.*?)(?:\|([Ww]ords))?", figure[1:-1], flags=re.DOTALL))
    name, as_words = found.groups()
    try:
        return f"prints: {narrative.text_of(data, name, as_words or '')}"
    except (LookupError, ValueError, NotRead):
        return "cannot be filled in: check the year to see why"


def _about(text: str) -> list[dict[str, Any]]:
    """Who writes a page and when its words were last found right, where its head says so."""
    try:
        head = commentary.head(text)
    except ValueError:
        head = {}
    owner = f"Written by {head['owner']}." if "owner" in head else ""
    written = f"Words last found right on {years.in_words(head['written'].isoformat())}." if "written" in head else ""
    return [_paragraph(f"{owner} {written}".strip(), _ABOUT)] if owner or written else []


def _bodies(text: str) -> tuple[str, list[tuple[str, str, str]]]:
    """A commentary file in parts: what stands above its first block, then each block's heading, name and body."""
    below = commentary.without_head(text).lstrip("\n")
    top, found = text.removesuffix(below), list(commentary.HEADING.finditer(below))
    ends = [*(heading.start() for heading in found[1:]), len(below)]
    above = below[: found[0].start()] if found else below
    return top + above, [
        (one[0], one[1], below[one.end() : end]) for one, end in zip(found, ends, strict=True)
    ] if found else []  # fmt: skip


def _cited_by_block(text: str) -> dict[str, str]:
    return {name: " ".join(commentary.cited_paragraphs(body)) for _, name, body in _bodies(text)[1]}


# Back: the commentary of a document.


@dataclass(frozen=True)
class _Section:
    """What stands below a heading of a page or of a block."""

    page: str
    block: str
    nodes: tuple[dict[str, Any], ...]

    @property
    def place(self) -> str:
        return " / ".join(filter(None, (self.page, self.block)))


def commentary_of(docx: bytes, data: YearData, today: date, file: str = "the document") -> dict[str, str]:
    """The commentary files that a Word document holds: as they stand where it says the same, else with its words.

    Parameters
    ----------
    docx : bytes
        The document, as :func:`document` made it and somebody went on with it. Its tracked changes count as accepted.
    data : YearData
        The year as it stands.
    today : date
        When the words are found right, for the head of a page that says when they were.
    file : str
        What the document is called, for its faults.

    Returns
    -------
    dict of str to str
        Text of the commentary file of every page in the document, by the page's name.

    Raises
    ------
    DataFaults
        With every fault of the document. Whether its figures and sources are known is the year's own rule to say.
    """
    try:
        return _commentary_of(docx, data, today, file)
    except RecursionError:
        raise DataFaults([Fault(file, None, "", "", "holds lists or tables too deep within each other")]) from None


def _commentary_of(docx: bytes, data: YearData, today: date, file: str) -> dict[str, str]:
    read = documents.read(docx, file)
    title = prose.plain_text(read["meta"].get("title", {}).get("c", []))
    if title.startswith("Commentary, ") and title != _title(data):
        raise DataFaults([Fault(file, None, "", title, f"is not the commentary of {data.year}")])
    figures = {figure for text in data.commentary.values() for figure in prose.FIGURE.findall(text)}
    sections = _sections(read["blocks"])
    faults = [
        *_heading_faults(sections, data, file),
        *(fault for one in sections for fault in _faults_within(one, figures, file)),
    ]
    if documents.has_drawings(docx, file) and not any(_NOT_KEPT["Image"] in fault.rule for fault in faults):
        faults.append(
            Fault(file, None, "", "", "holds a drawing, text box or embedded file, which a commentary cannot")
        )
    if faults:
        raise DataFaults(faults)
    as_it_stands = documents.written(_pandoc_document(data, {}, noted=False))
    before = _said(_sections(documents.read(as_it_stands, file)["blocks"]), figures)
    now = _said(sections, figures)
    changed = {place: said for place, said in now.items() if said != before[place]}
    texts = {
        page: _rewritten(
            data.commentary[page], {block: said for (of, block), said in changed.items() if of == page}, today
        )
        for page in dict.fromkeys(page for page, _ in now)
    }
    for (page, block), (words, cited) in changed.items():
        read_back = commentary.blocks(texts[page]).get(block, "")
        if prose.of_markdown(read_back) != words or _cited_by_block(texts[page]).get(block) != cited:
            rule = "cannot be written down as it is: make bold, italics and links end where a word ends"
            faults.append(Fault(file, None, f"{page} / {block}", "", rule))
    if faults:
        raise DataFaults(faults)
    return texts


def _style(node: dict[str, Any]) -> str:
    return dict(node["c"][0][2]).get("custom-style", "") if node["t"] in {"Div", "Span"} else ""


def _sections(nodes: Sequence[dict[str, Any]]) -> list[_Section]:
    """A document by its headings; what stands above the first is of no page."""
    found: list[tuple[str, str, list[dict[str, Any]]]] = [("", "", [])]
    for node in nodes:
        level = node["c"][0] if node["t"] == "Header" else None
        said = prose.plain_text(node["c"][2]) if level else ""
        if level in (1, 2) and not said:  # an empty line in a heading's style
            continue
        if level == 1:
            found.append((said.partition(":")[0].strip(), "", []))
        elif level == 2:
            found.append((found[-1][0], said, []))
        else:
            found[-1][2].append(node)
    return [_Section(page, block, tuple(held)) for page, block, held in found]


def _heading_faults(sections: Sequence[_Section], data: YearData, file: str) -> Iterator[Fault]:
    """Pages and blocks that the year does not know, that stand there twice, or that are gone."""
    blocks = {page: list(commentary.blocks(text)) for page, text in data.commentary.items()}
    for place, times in Counter((one.page, one.block) for one in sections if one.page).items():
        page, block = place
        known = blocks.get(page, ()) if block else blocks
        if block and page not in blocks:
            continue
        if (block or page) not in known:
            rule = f"is no {'block of the page' if block else f'page of the commentary of {data.year}'}"
            yield Fault(
                file, None, page if block else "", block or page, rule, suggestion=nearest(block or page, known)
            )
        elif times > 1:
            yield Fault(file, None, page if block else "", block or page, "stands in the document twice")
    there = {(one.page, one.block) for one in sections}
    for page, of_page in blocks.items():
        missing = [block for block in of_page if (page, "") in there and (page, block) not in there]
        for block in missing:
            yield Fault(file, None, page, block, "is a block whose heading is gone", suggestion="put it back, with no words below it if it has none")  # fmt: skip


def _faults_within(section: _Section, figures: set[str], file: str) -> Iterator[Fault]:
    """Words that no page would show, what Markdown cannot hold, and figures that are damaged."""
    for node in section.nodes if not section.block else ():
        said = " ".join(prose.plain_text(held) for held in _paragraphs(node))
        if said and _style(node) != _ABOUT and said not in (_RESTRICTED, *_GUIDANCE):
            yield Fault(file, None, section.place, _start(said), "stands outside every block, where no page shows it")
    inner = {figure[1:-1] for figure in figures}
    for node in _within(section.nodes):
        kind = node["t"]
        if kind in _NOT_KEPT:
            yield Fault(file, None, section.place, "", f"holds {_NOT_KEPT[kind]}, which a commentary cannot")
        elif kind == "Header":
            said = prose.plain_text(node["c"][2])
            if said:
                yield Fault(
                    file,
                    None,
                    section.place,
                    _start(said),
                    "is a heading that no page shows",
                    suggestion="make it bold",
                )
        elif kind == "Span" and _style(node) == _FIGURE and prose.plain_text(node["c"][1]) in inner:
            said = prose.plain_text(node["c"][1])
            yield Fault(
                file, None, section.place, said, "is a figure that lost its braces", suggestion=f"write {{{said}}}"
            )
    for held in _paragraphs({"t": "Div", "c": [["", [], []], section.nodes]}):
        said = prose.plain_text(held)
        stray = re.search(r"[{}]", prose.FIGURE.sub(lambda found: "_" * len(found[0]), said))
        if stray:
            near = said[max(0, stray.start() - 20) : stray.start() + 40]
            yield Fault(file, None, section.place, near, "holds a brace without its other: a figure is damaged")
        elif any(not prose.folded(figure).strip("{}") for figure in prose.FIGURE.findall(said)):
            yield Fault(file, None, section.place, _start(said), "holds a figure without a name")


def _start(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _within(nodes: object) -> Iterator[dict[str, Any]]:
    """Every node below some, whatever it stands in."""
    if isinstance(nodes, dict):
        yield nodes
        yield from _within(nodes.get("c"))
    elif isinstance(nodes, list | tuple):
        for node in nodes:
            yield from _within(node)


def _paragraphs(node: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [one["c"] for one in _within(node) if one["t"] in {"Para", "Plain"}]


def _said(
    sections: Sequence[_Section], figures: set[str]
) -> dict[tuple[str, str], tuple[tuple[prose.Block, ...], str]]:
    """Words and sources of each block of a document."""
    known = {prose.folded(figure): figure for figure in sorted(figures)}

    def figure(written: str) -> str:
        return written if written in figures else known.get(prose.folded(written), prose.folded(written))

    found = {}
    for one in sections:
        words = prose.of_pandoc(one.nodes, figure)
        texts = ["".join(run.text for run in block.content) if block.kind == "paragraph" else "" for block in words]
        cites = [text.lower().startswith("source:") for text in texts]
        cited = " ".join(text[len("source:") :] for text, is_cited in zip(texts, cites, strict=True) if is_cited)
        if one.block:
            kept = tuple(block for block, is_cited in zip(words, cites, strict=True) if not is_cited)
            found[one.page, one.block] = kept, " ".join(cited.split())
    return found


def _rewritten(text: str, changed: Mapping[str, tuple[tuple[prose.Block, ...], str]], today: date) -> str:
    """A commentary file with new words and sources in some of its blocks, the rest as it stands."""
    if not changed:
        return text
    above, bodies = _bodies(text)
    written = re.sub(r"^written:.*$", f"written: {today.isoformat()}", above, flags=re.MULTILINE)
    for heading, name, body in bodies:
        if name in changed:
            words, cited = changed[name]
            gap = "\n" if re.search(r"\S\nsource:", body) else "\n\n"
            said = gap.join(filter(None, (prose.as_markdown(words), f"source: {cited}" if cited else "")))
            body = f"\n{said}" + (body[len(body.rstrip()) :] or "\n")
        written += heading + body
    return written
