"""What axe does not notice: rules of our own on the HTML of a page, each a function that gives the places that break it.

They need no browser. What depends on where and how large things are drawn is axe's, and the browser tests'.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["RULES", "Broken", "broken"]

_LANGUAGE = "en-GB"
_SHORTEST = 60  # characters of an alternative text that says what a chart shows: a title has fewer
_FILE = re.compile(r"\S+\.(?:png|svg|jpe?g|gif|webp)|_images/\S*", flags=re.IGNORECASE)
_SAYS_NOTHING = {
    "click here", "csv", "details", "download", "excel", "figure", "here", "link", "more", "open", "page", "pdf", "read more",
    "see", "see here", "see more", "source", "table", "this", "this link", "this page", "view",
}  # fmt: skip
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SCOPES = {"col", "row", "colgroup", "rowgroup"}


@dataclass(frozen=True, order=True)
class Broken:
    """A place of a page that breaks a rule.

    Parameters
    ----------
    rule : str
        The rule, as a sentence.
    place : str
        What stands there.

    Examples
    --------
    >>> print(Broken("Every table has a caption", "<table>"))
    Every table has a caption: <table>
    """

    rule: str
    place: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.place}"


class _Page:
    """A page with its tags in their order: read once, for selecting them anew for every rule takes most of the time."""

    def __init__(self, html: str) -> None:
        from bs4 import BeautifulSoup

        self._tags = BeautifulSoup(html, "html.parser").find_all(True)

    def all(self, *names: str) -> list["Tag"]:
        """Tags of some names, or of any."""
        return [tag for tag in self._tags if not names or tag.name in names]

    def said(self, *names: str) -> list["Tag"]:
        """Those of what the page says: not of the frame around it."""
        return [tag for tag in self._said if tag.name in names]

    @cached_property
    def _said(self) -> list["Tag"]:
        return [tag for main in self.all("main")[:1] for tag in main.find_all(True)]

    @cached_property
    def headings(self) -> list["Tag"]:
        """Headings of what the page says."""
        return self.said(*_HEADINGS)

    @cached_property
    def ids(self) -> list[str]:
        """Every id, as often as it stands there."""
        return [str(tag["id"]) for tag in self._tags if tag.get("id")]


def _text(tag: "Tag | None") -> str:
    return " ".join(tag.get_text(" ").split()) if tag is not None else ""


def _name(tag: "Tag") -> str:
    """What a screen reader calls a link, near enough: its label, or its text with that of its images."""
    images = " ".join(str(image.get("alt") or "") for image in tag.find_all("img"))
    return " ".join(str(tag.get("aria-label") or f"{_text(tag)} {images}").split())


def _start(tag: "Tag") -> str:
    return re.sub(r"\s+", " ", str(tag))[:120]


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same but for case and punctuation."""
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())


def _language(page: _Page) -> Iterator[str]:
    said = [tag.get("lang") for tag in page.all("html")]
    if said != [_LANGUAGE]:
        yield str(said[0] if said else None)


def _title(page: _Page) -> Iterator[str]:
    if not any(_text(tag) for tag in page.all("title") if cast("Tag", tag.parent).name in {"head", "html"}):
        yield "no title"


def _one_heading(page: _Page) -> Iterator[str]:
    count = len(page.all("h1"))
    if count != 1:
        yield f"{count} of them"


def _levels(page: _Page) -> Iterator[str]:
    level = 0
    for tag in page.headings:
        now = int(tag.name[1])
        if now > level + 1:
            yield _start(tag)
        level = now


def _empty_headings(page: _Page) -> Iterator[str]:
    return (_start(tag) for tag in page.all(*_HEADINGS) if not _text(tag))


def _main(page: _Page) -> Iterator[str]:
    count = sum(tag.name == "main" or tag.get("role") == "main" for tag in page.all())
    if count != 1:
        yield f"{count} of them"


def _ids(page: _Page) -> Iterator[str]:
    return (f"{name}, {count} times" for name, count in Counter(page.ids).items() if count > 1)


def _targets(page: _Page) -> Iterator[str]:
    known = {"", "top", *page.ids}
    to_here = (link for link in page.all("a") if str(link.get("href", "")).startswith("#"))
    return (_start(link) for link in to_here if link["href"][1:] not in known)


def _alternative(image: "Tag") -> str:
    return str(image.get("alt") or "").strip()


def _said(page: _Page) -> Iterator[str]:
    """An image that only decorates stands in no page of this book."""
    return (_start(image) for image in page.said("img") if not _alternative(image))


def _file_names(page: _Page) -> Iterator[str]:
    return (text for text in map(_alternative, page.said("img")) if _FILE.fullmatch(text))


def _repeated(page: _Page) -> Iterator[str]:
    for image in page.said("img"):
        figure, said = image.find_parent("figure"), _alternative(image)
        captions = figure.find_all(["figcaption", "strong", "p", "span"]) if figure is not None else ()
        near = [*map(_text, captions), *map(_text, page.headings), str(image.get("title") or "")]
        if said and any(_same(said, text) for text in near if text):
            yield said


def _too_short(page: _Page) -> Iterator[str]:
    return (text for text in map(_alternative, page.said("img")) if text and len(text) < _SHORTEST)


def _same_twice(page: _Page) -> Iterator[str]:
    counts = Counter(map(_alternative, page.said("img")))
    return (text for text, count in counts.items() if text and count > 1)


def _captions(page: _Page) -> Iterator[str]:
    return (_start(table) for table in page.all("table") if not _text(table.caption))


def _captions_twice(page: _Page) -> Iterator[str]:
    counts = Counter(_text(table.caption) for table in page.all("table"))
    return (text for text, count in counts.items() if text and count > 1)


def _headed(page: _Page) -> Iterator[str]:
    for table in page.all("table"):
        head = table.thead is not None and table.thead.find("th")
        rows = [row for row in table.find_all("tr") if row.find_parent("thead") is None]
        if not head or any(row.find("th") is None for row in rows):
            yield _start(table)


def _scopes(page: _Page) -> Iterator[str]:
    return (_start(cell) for cell in page.all("th") if cell.get("scope") not in _SCOPES)


def _empty_headers(page: _Page) -> Iterator[str]:
    return (_start(cell) for cell in page.all("th") if not _text(cell))


def _merged(page: _Page) -> Iterator[str]:
    return (_start(cell) for cell in page.all("th", "td") if cell.get("rowspan") or cell.get("colspan"))


def _links(page: _Page) -> list["Tag"]:
    return [link for link in page.all("a") if link.get("href") and link.get("aria-hidden") != "true"]


def _say_nothing(page: _Page) -> Iterator[str]:
    for link in _links(page):
        name = _name(link).casefold().strip(" .:…")
        if name in _SAYS_NOTHING or not re.search(r"\w", name):
            yield _start(link)


def _addresses(page: _Page) -> Iterator[str]:
    return (_start(link) for link in _links(page) if re.match(r"(?:https?://|www\.)\S+$", _name(link)))


def _two_ways(page: _Page) -> Iterator[str]:
    """Within what the page says, below one heading: the frame around it leads to the same page by several ways."""
    leads: dict[tuple[int, str], set[str]] = {}
    section = 0
    for tag in page.said("a", *_HEADINGS):
        if tag.name in _HEADINGS:
            section += 1
        elif tag.get("href") and tag.get("aria-hidden") != "true":
            leads.setdefault((section, _name(tag).casefold()), set()).add(str(tag["href"]))
    return (f"{name}: {', '.join(sorted(to))}" for (_, name), to in leads.items() if len(to) > 1 and name)


def _summaries(page: _Page) -> Iterator[str]:
    for details in page.all("details"):
        summary = details.find("summary", recursive=False)
        if summary is None or not (_text(summary) or summary.get("aria-label")):
            yield _start(details)


def _labels(page: _Page) -> Iterator[str]:
    """What is seen on a control is part of what it is called, so that it can be spoken."""
    for control in page.all("button", "a", "summary"):
        label = control.get("aria-label")
        if label and control.find_parent("dialog") is None and _plain(_text(control)) not in _plain(str(label)):
            yield _start(control)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


RULES: Mapping[str, Callable[[_Page], Iterator[str]]] = {
    "The page says that its language is British English": _language,
    "The page has a title": _title,
    "The page has one heading of the first level": _one_heading,
    "No level of heading is left out": _levels,
    "No heading is empty": _empty_headings,
    "The page has one main part": _main,
    "No id stands twice": _ids,
    "A link within the page leads to something": _targets,
    "Every image has an alternative text": _said,
    "No alternative text is the name of a file": _file_names,
    "No alternative text repeats a title or a caption": _repeated,
    "Every alternative text says what the image shows": _too_short,
    "No two images have one alternative text": _same_twice,
    "Every table has a caption": _captions,
    "No two tables have one caption": _captions_twice,
    "Every table has headers of its columns and of each of its rows": _headed,
    "Every header of a table says what it heads": _scopes,
    "No header of a table is empty": _empty_headers,
    "No cell of a table is merged with another": _merged,
    "Every link says where it leads": _say_nothing,
    "No link is called by a bare web address": _addresses,
    "Links below one heading that are called the same lead to the same": _two_ways,
    "Everything that unfolds says what it holds": _summaries,
    "What is seen on a control is part of its name": _labels,
}


def broken(html: str) -> tuple[Broken, ...]:
    """Every place of a page that breaks one of the rules, in their order.

    Parameters
    ----------
    html : str
        The page as it is served.

    Examples
    --------
    >>> page = '''<html lang="en-GB"><title>Costs</title><main><h1>Costs</h1><p>See <a href="b.html">here</a>.</p></main></html>'''
    >>> print(*broken(page))
    Every link says where it leads: <a href="b.html">here</a>
    """
    page = _Page(html)
    return tuple(Broken(rule, place) for rule, of in RULES.items() for place in of(page))
