"""What pages and shown things say, as parts of a report: the HTML of an output and the Markdown of a cell, without what only a screen needs."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdown_it import MarkdownIt

from ncthelpers.export.document import BODY, SOURCE, Block, Heading, Listed, Notice, Paragraph, Picture, Run, Table

__all__ = ["of_html", "of_markdown", "of_shown", "notice"]

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_DIRECTIVE = re.compile(
    r"^(```+|:::+)\{(\w+)\} ?([^\n]*)\n((?::\w+:[^\n]*\n)*)(.*?)^\1\s*$", flags=re.MULTILINE | re.DOTALL
)
_TARGET = re.compile(r"^\([\w-]+\)=\s*$", flags=re.MULTILINE)
_CHECKSUM = re.compile(r"\.? Checksum [0-9a-f]{6,}")
_FILE = re.compile(r"(?P<file>\S+\.(?:csv|yml))(?:, (?P<rows>(?:lines? )?[^.]*))?(?:\. (?P<cited>.*))?")
_FILLED_IN = re.compile(r": \S+\.(?:csv|yml)\b")
_CALCULATION, _PUBLICATIONS, _CARRIES = "Calculation: ", "Publications: ", "Carries: "
_PICTURE = "data:image/svg+xml;base64,"
_FOR_SCREENS = {"download", "visually-hidden", "headerlink"}
_NOT_SHOWN = {"script", "style", "template", "noscript", "button", "input", "nav"}
_INLINE = {"a", "abbr", "b", "br", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time", "wbr"}


def of_shown(shown: Any) -> list[Block]:
    """The parts of a table, a chart or a block of words as it is shown on a page."""
    return of_html(shown._repr_html_())


def of_html(html: str) -> list[Block]:
    """The parts of a piece of a page.

    Parameters
    ----------
    html : str
        What an output shows. What is there for a screen only, such as a link that fetches a table, is left out.

    Examples
    --------
    >>> of_html('<h2>Cost</h2><p>See <a href="https://example.org">the <b>accounts</b></a>.</p>')[1].runs[2]
    Run(text='accounts', strong=True, link='https://example.org')
    """
    return list(_blocks(BeautifulSoup(html, "html.parser")))


def of_markdown(text: str) -> list[Block]:
    """The parts of a Markdown cell; an admonition as its title and what it says.

    Examples
    --------
    >>> of_markdown("# Cost\\n\\nIt *rose*.")
    [Heading(level=1, text='Cost', numbered=False), Paragraph(runs=(Run(text='It rose.', strong=False, link=''),), kind='body')]
    """
    found, at = [], 0
    text = _TARGET.sub("", f"{text}\n")
    for directive in _DIRECTIVE.finditer(text):
        found += of_html(_MARKDOWN.render(text[at : directive.start()]))
        title = directive[3].strip()
        found += [Paragraph((Run(title, strong=True),))] if title else []
        found += of_markdown(directive[5])
        at = directive.end()
    return found + of_html(_MARKDOWN.render(text[at:]))


def notice(text: str) -> Notice:
    """A notice of :mod:`ncthelpers.publish.notices`, which is an admonition.

    Examples
    --------
    >>> made = notice("```{admonition} Draft\\n:class: attention\\nNot signed off.\\n```")
    >>> made.title, made.parts[0].runs[0].text
    ('Draft', 'Not signed off.')
    """
    directive = cast("re.Match[str]", _DIRECTIVE.search(f"{text}\n"))
    return Notice(directive[3].strip(), tuple(cast("list[Paragraph | Listed]", of_markdown(directive[5]))))


def _classes(tag: Tag) -> set[str]:
    return set(tag.get("class") or ())


def _blocks(parent: Tag) -> Iterator[Block]:
    """The parts below a tag, in order; writing that stands between them is a paragraph."""
    loose: list[Run] = []
    for child in parent.children:
        if not isinstance(child, Tag) or child.name in _INLINE:
            loose += _runs(child, False, "")
            continue
        yield from _paragraph(loose)
        loose = []
        if child.name not in _NOT_SHOWN and not _classes(child) & _FOR_SCREENS:
            yield from _block(child)
    yield from _paragraph(loose)


def _block(tag: Tag) -> Iterator[Block]:
    if re.fullmatch("h[1-6]", tag.name):
        yield Heading(int(tag.name[1]), _text(tag))
    elif tag.name == "p":
        yield from _paragraph(_runs_of(tag))
    elif tag.name in {"ul", "ol"}:
        items = tuple(_trimmed(_runs_of(item)) for item in tag.find_all("li", recursive=False))
        yield Listed(tuple(filter(None, items)), tag.name == "ol")
    elif tag.name == "table":
        yield from _table(tag)
    elif tag.name == "figure":
        yield from _picture(tag)
    elif tag.name == "details" and "sources" in _classes(tag):
        yield from _sources(tag)
    elif tag.name in {"summary", "dt"}:
        yield from _paragraph([Run(_text(tag), strong=True)])
    else:
        yield from _blocks(tag)


def _paragraph(held: list[Run], kind: str = BODY) -> Iterator[Paragraph]:
    trimmed = _trimmed(held)
    if trimmed:
        yield Paragraph(trimmed, kind)


def _runs(node: object, strong: bool, link: str) -> Iterator[Run]:
    """Writing with its look; an address only where it leads out of the book, for a page of it is not at hand to the reader of a file."""
    if isinstance(node, NavigableString):
        if type(node) is NavigableString:  # a comment is none
            yield Run(re.sub(r"\s+", " ", str(node)), strong, link)
        return
    if not isinstance(node, Tag) or node.name in _NOT_SHOWN or _classes(node) & _FOR_SCREENS:
        return
    if node.name == "br":
        yield Run(" ", strong, link)
        return
    if node.name == "a" and str(node.get("href", "")).startswith(("http://", "https://", "mailto:")):
        link = str(node["href"])
    for child in node.children:
        yield from _runs(child, strong or node.name in {"strong", "b", "th"}, link)


def _runs_of(tag: Tag) -> list[Run]:
    return [run for child in tag.children for run in _runs(child, False, "")]


def _trimmed(held: list[Run]) -> tuple[Run, ...]:
    """Runs of one look put together, without white space at the ends or twice."""
    joined: list[Run] = []
    for run in held:
        text = run.text.lstrip() if not joined or joined[-1].text.endswith(" ") else run.text
        if not text:
            continue
        if joined and (joined[-1].strong, joined[-1].link) == (run.strong, run.link):
            joined[-1] = Run(joined[-1].text + text, run.strong, run.link)
        else:
            joined.append(Run(text, run.strong, run.link))
    while joined and not joined[-1].text.strip():
        joined.pop()
    if joined:
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].strong, joined[-1].link)
    return tuple(joined)


def _text(tag: Tag) -> str:
    return "".join(run.text for run in _trimmed(_runs_of(tag)))


def _table(tag: Tag) -> Iterator[Table]:
    caption = _text(tag.caption) if tag.caption else ""
    header, *others = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
    heads = list(header.find_all(["th", "td"], recursive=False))
    rows = [[_trimmed(_runs_of(cell)) for cell in row.find_all(["th", "td"], recursive=False)] for row in others]
    numeric = tuple("number" in _classes(cell) for cell in heads)
    whole = tuple(tuple(row[: len(heads)] + [()] * (len(heads) - len(row))) for row in rows)
    box = tag.find_parent(class_="table-scroll")
    anchor = str(tag.get("id") or (box.get("id") if box else "") or "")
    yield Table(caption, tuple(map(_text, heads)), whole, numeric, anchor)


def _picture(tag: Tag) -> Iterator[Block]:
    image, title = tag.find("img"), tag.find(class_="chart-title")
    caption = tag.find(class_="chart-caption") or tag.find("figcaption")
    if image is None or not str(image.get("src", "")).startswith(_PICTURE):
        yield from _blocks(tag)
        return
    svg = base64.b64decode(str(image["src"]).removeprefix(_PICTURE))
    alt = " ".join(str(image.get("alt", "")).split())
    yield Picture(svg, alt, _text(caption) if caption else "", _text(title) if title else "")


def _sources(tag: Tag) -> Iterator[Paragraph]:
    """Sources that unfold on a page, as one paragraph: documents with their sections, publications, rows of the data.

    What only a reader of the book can follow is left out: checksums, which stand at the end of the report, how each figure
    in a sentence was filled in, and what a calculation does, of which the name is kept.
    """
    documents: dict[str, dict[str, None]] = {}
    first, publications, files = [], [], []
    for item in tag.find_all("li"):
        text = _CHECKSUM.sub("", _text(item)).rstrip(".")
        held = _FILE.fullmatch(text)
        if held:
            files.append(f"{held['file']}, {held['rows']}" if held["rows"] else held["file"])
            for cited in filter(None, (held["cited"] or "").split("; ")):
                document, _, places = cited.rpartition(", section")
                found = documents.setdefault(document or cited, {})
                found |= dict.fromkeys(places.removeprefix("s").strip().split(", ") if document else ())
        elif text.startswith(_CALCULATION):
            first.append(f"calculated by {text.removeprefix(_CALCULATION).split(' ')[0].rstrip('.')}")
        elif text.startswith(_PUBLICATIONS):
            publications.append(text.removeprefix(_PUBLICATIONS))
        elif not _FILLED_IN.search(text):
            text = text.removeprefix(_CARRIES)
            first.append(text[:1].lower() + text[1:] if text.startswith(("Drawn", "Entered", "Put")) else text)
    cited = [f"{document}, {_places(held)}" if held else document for document, held in documents.items()]
    said = "; ".join([*first, *cited, *publications, *([f"data: {', '.join(files)}"] if files else [])])
    if said:
        yield Paragraph((Run(f"Source: {said}."),), SOURCE)


def _places(sections: Iterable[str]) -> str:
    """The sections of a document that rows of several files cite, each once.

    Examples
    --------
    >>> _places(["4", "7.1"]), _places(["4"]), _places(["12 sections"])
    ('sections 4, 7.1', 'section 4', '12 sections')
    """
    listed = ", ".join(sections)
    if "section" in listed:
        return listed
    return f"sections {listed}" if "," in listed else f"section {listed}"
