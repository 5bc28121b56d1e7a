"""What the search of the book goes through: the words of every page as they are printed, by sentence and by row of a table."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["lines_of", "script"]

# What says nothing of its own: names for screen readers of what is seen beside them, links to files, lists of sources.
_LEFT_OUT = ('.//*[contains(concat(" ", @class, " "), " visually-hidden ") or @class="download" or @class="colophon"'
             ' or contains(concat(" ", @class, " "), " sources ")] | .//script | .//style | .//img | .//svg')  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = {*_HEADINGS, "p", "li", "dt", "dd", "figcaption", "pre", "summary"}


def _text(element: "HtmlElement") -> str:
    return " ".join(element.text_content().split())


def _own_text(element: "HtmlElement") -> str:
    """The words of a line that are not those of lines within it; below a chart its title and its caption are two."""
    if element.tag == "figcaption":
        return ". ".join(filter(None, map(_text, element))) or _text(element)
    parts = [element.text or ""]
    for part in element:
        if isinstance(part.tag, str) and part.tag not in _LINES | {"ul", "ol", "dl", "table"}:
            parts.append(_own_text(part) if part.xpath(".//li | .//p | .//table") else part.text_content())
        parts.append(part.tail or "")
    return " ".join("".join(parts).split())


def _table(table: "HtmlElement", place: str) -> list[Any]:
    """A table: where it stands, its caption, its headings, and each row with where that stands."""
    caption = table.find("caption")
    rows = [(row.get("id") or "", *map(_text, row)) for row in table.iterfind("tbody/tr")]
    heads = [_text(cell) for cell in table.iterfind("thead/tr/th")]
    return [place, "" if caption is None else _text(caption), heads, rows]


def lines_of(html: str) -> tuple[str, list[Any]]:
    """The title of a page, and its lines and tables in their order, each with the id of where it stands.

    Parameters
    ----------
    html : str
        The page; what is no part of its article is left out.

    Returns
    -------
    tuple of str and list
        A line is ``[id, heading above it, text]``; a table is ``[id, caption, headings, rows]`` and each of its rows
        ``(id, cells ...)``.

    Examples
    --------
    >>> lines_of('''<article class="bd-article"><section id="costs"><h1>Costs</h1><p>They rose by <b>0.019</b>.</p>
    ... <p class="download">Download CSV</p><div id="table-a"><table><caption>A</caption><thead><tr><th>Service</th><th>£m</th></tr>
    ... </thead><tbody><tr id="a-1"><th>SDQ</th><td>7</td></tr></tbody></table></div></section></article>''')
    ('Costs', [['costs', 'Costs', 'They rose by 0.019.'], ['table-a', 'A', ['Service', '£m'], [('a-1', 'SDQ', '7')]]])
    """
    from lxml.html import document_fromstring

    article = next(iter(document_fromstring(html).find_class("bd-article")), None)
    if article is None:
        return "", []
    for element in article.xpath(_LEFT_OUT):
        element.drop_tree()
    lines = list(_lines(article))
    title = article.find(".//h1")
    return "" if title is None else _text(title), lines


def _lines(article: "HtmlElement") -> Iterator[list[Any]]:
    place = heading = ""
    for element in article.iter():
        if element.get("id"):
            place = element.get("id")
        if element.tag in _HEADINGS:
            heading = _text(element)
            if element.tag != "h1":
                yield [place, heading, heading]
        elif element.tag == "table":
            yield _table(element, place)
        elif (
            element.tag in _LINES
            and next(element.iterancestors("table"), None) is None
            and (text := _own_text(element))
        ):
            yield [place, heading, text]


def script(pages: Iterable[tuple[str, str]]) -> str:
    """The script that gives the search its words: the address, title and lines of each page.

    Parameters
    ----------
    pages : iterable of tuple of str
        The address of each page from where the search stands, and its HTML, in the order of the book.

    Examples
    --------
    >>> script([("a.html", '<article class="bd-article"><h1>A</h1><p>b</p></article>')])
    'const BOOK = [\\n["a.html","A",[["","A","b"]]]\\n];\\n'
    """
    held = ((address, *lines_of(html)) for address, html in pages)
    lines = (json.dumps(page, ensure_ascii=False, separators=(",", ":")) for page in held if page[2])
    return "const BOOK = [\n" + ",\n".join(lines) + "\n];\n"
