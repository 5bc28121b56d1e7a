"""The book's own Sphinx extension on top of the stock theme: its look, its sidebar drawn once, what of it is out of date."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

__all__ = ["CHANGED", "FOOTER", "Sidebar", "contract_years", "description", "setup", "whole"]

CHANGED = "ncthelpers_changed"  # a setting: the pages whose source differs from what Sphinx remembers
FOOTER = "<p>Built from commit {}.</p>"  # the pages carry it as it stands until they are published
_STATIC, _TEMPLATES = Path(__file__).with_name("static"), Path(__file__).with_name("templates")
_ADDRESS = re.compile(r'href="([^"]*)"')
_YEAR = re.compile(
    r"(?<![\w-])(?<!class=\"whole\">)(\d{4}-\d{2})(?![\w/-])(?=[^<>]*(?:<|$))"
)  # in the words, not in a tag
_OF_YEAR = re.compile(r",\s+\d{4}-\d{2}(?: \([^()]*\))?$")  # with what is said of all that a book holds
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')  # every page has one of Sphinx's own
_OWN_STYLES, _CODE_STYLE = ("frame.css", "book.css"), "pygments.css"
_SCRIPTS = ("documentation_options.js",)  # which the script of the theme reads
_AT_THE_END = ("_static/scripts/pydata-sphinx-theme.js", "_static/book.js")
_DESCRIBES = 60  # letters that a paragraph must have to say what a page is about
_DESCRIPTION = 300


def whole(html: str) -> str:
    """HTML in whose words no contract year breaks at its hyphen.

    Examples
    --------
    >>> whole('<a href="2021-22/x.html" title="2021-22">Cost, 2021-22</a> 2021-22/x.csv, 2021-22-01')
    '<a href="2021-22/x.html" title="2021-22">Cost, <span class="whole">2021-22</span></a> 2021-22/x.csv, 2021-22-01'
    """
    return _YEAR.sub(r'<span class="whole">\1</span>', html)


def description(body: str) -> str:
    """The first paragraph of a page that is long enough to say what the page is about, as text for an attribute; at most a few lines.

    Examples
    --------
    >>> description(f'<div class="admonition"><p>{"A draft. " * 9}</p></div><p>Short.</p><p>In <b>all</b> {"words " * 20}&amp; more.</p>')[:21]
    'In all words words wo'
    """
    without = re.sub(r'<div class="[^"]*admonition[^"]*">.*?</div>', "", body[:20_000], flags=re.DOTALL)
    for paragraph in re.findall(r"<p>(.*?)</p>", without, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]*>", "", paragraph).split())
        if len(text) >= _DESCRIBES:
            cut = text if len(text) <= _DESCRIPTION else text[:_DESCRIPTION].rpartition(". ")[0] + "."
            return escape(unescape(cut if len(cut) >= _DESCRIBES else f"{text[:_DESCRIPTION].rpartition(' ')[0]} …"))
    return ""


def contract_years(page: str, pages: Sequence[str]) -> list[dict[str, Any]]:
    """Every contract year of the book, oldest first, with where a reader of a page may go in it.

    Parameters
    ----------
    page : str
        The page; of one that stands in no year's folder there is nothing.
    pages : sequence of str
        Every page in the order of the book.

    Returns
    -------
    list of dict
        ``name`` of the year; ``page``, the same page in that year, or its first page where ``has_page`` is false; whether it is
        the ``current`` year.

    Examples
    --------
    >>> book = ["2032-33/18_public", "2031-32/00_summary", "2031-32/04_cost", "about/method"]
    >>> for year in contract_years("2031-32/04_cost", book):
    ...     print(*year.values())
    2031-32 2031-32/04_cost True True
    2032-33 2032-33/18_public False False
    >>> contract_years("about/method", book)
    []
    """
    folder, _, name = page.partition("/")
    first: dict[str, str] = {}
    for one in pages:
        first.setdefault(one.partition("/")[0], one)
    years = sorted(year for year in first if re.fullmatch(r"\d{4}-\d{2}", year))
    if folder not in years or len(years) < 2:
        return []
    return [
        {
            "name": year, "page": same if (same := f"{year}/{name}") in pages else first[year],
            "has_page": same in pages, "current": year == folder,
        }
        for year in years
    ]  # fmt: skip


def _in_order(includes: Mapping[str, Sequence[str]], root: str) -> list[str]:
    """A page and all below it, in the order of the book."""
    return [root, *(page for below in includes.get(root, ()) for page in _in_order(includes, below))]


def _keep_what_is_used(
    app: "Sphinx", pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Of the styles and scripts that extensions bring to every page, those that a page uses; none of another site, none inline."""

    def named(file: object) -> str:
        return Path(urlsplit(str(getattr(file, "filename", file) or "")).path).name

    styles = {*_OWN_STYLES, _CODE_STYLE} if 'class="highlight' in (context.get("body") or "") else {*_OWN_STYLES}
    context["css_files"] = [file for file in context.get("css_files", []) if named(file) in styles]
    context["script_files"] = [file for file in context.get("script_files", []) if named(file) in _SCRIPTS]
    context["body_scripts"] = _AT_THE_END


def _complete_frame(app: "Sphinx", pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """What the frame of a page shows beside the theme's own: the years to go to, what the page is about, years kept whole."""
    order = _in_order(app.env.toctree_includes, app.config.root_doc)
    years = contract_years(pagename, order)
    context["contract_years"] = [{**year, "address": context["pathto"](year["page"])} for year in years]
    context["metatags"] = _VIEWPORT.sub("", context.get("metatags") or "")
    context["body"] = whole(context.get("body") or "")
    context["page_says"] = description(context["body"])
    for near in ("prev", "next"):
        if context.get(near):
            context[near] = {**context[near], "title": whole(context[near]["title"])}
    if contents := context.get("generate_toc_html"):
        context["generate_toc_html"] = lambda *arguments: whole(str(contents(*arguments) or ""))


def _shape_sidebar(app: "Sphinx", pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Names in the sidebar: the button that unfolds a part says what it unfolds, and a page does not repeat its part's year."""
    from bs4 import BeautifulSoup

    made = context.get("generate_toctree_html")
    if made is None:
        return

    def shaped(*arguments: Any, **options: Any) -> Any:
        tree = made(*arguments, **options)
        for summary in tree.select("summary") if hasattr(tree, "select") else ():
            summary["aria-label"] = f"Pages of {summary.find_parent('li').find('a').get_text(' ', strip=True)}"
        for named in tree.select("a, .caption-text") if hasattr(tree, "select") else ():
            if named.string and re.search(_YEAR, named.string):
                said = _OF_YEAR.sub("", named.string)
                named.clear()
                named.append(BeautifulSoup(whole(escape(said, quote=False)), "html.parser"))
        return tree

    context["generate_toctree_html"] = shaped


class Sidebar:
    """The links to every page as the stock theme draws them, which any page can then have without drawing them again.

    Parameters
    ----------
    tree : bs4.BeautifulSoup
        The sidebar of one page, with nothing unfolded but the way to that page.
    pages : mapping
        For each address as that page writes it, the page it leads to.

    Examples
    --------
    >>> from bs4 import BeautifulSoup
    >>> at_a = '''<ul class="current"><li class="toctree-l1 current active"><a class="current" href="#">A</a></li>
    ... <li class="toctree-l1"><a class="internal" href="b.html">B</a></li></ul>'''
    >>> sidebar = Sidebar(BeautifulSoup(at_a, "html.parser"), {"#": "a", "b.html": "b"})
    >>> print(sidebar.of("b", lambda page: "#" if page == "b" else f"{page}.html"))
    <ul class="current"><li class="toctree-l1"><a href="a.html">A</a></li>
    <li class="toctree-l1 current active"><a aria-current="page" class="current internal" href="#">B</a></li></ul>
    """

    def __init__(self, tree: Any, pages: Mapping[str, str]):
        for tag in tree.select(".current, details[open]"):
            del tag["open"]
            tag["class"] = [name for name in tag.get("class", []) if name not in {"current", "active"}]
            if not tag["class"]:
                del tag["class"]
        self._parts = re.split(r"(<[^>]*>)", str(tree))  # every second part is a tag
        self._links: dict[int, str] = {}
        self._ways: dict[str, tuple[int, ...]] = {}
        around: list[int] = []  # the tags that are open where we are
        folded: dict[int, int] = {}
        for at, part in enumerate(self._parts):
            if part.startswith(("<ul", "<li")):
                around.append(at)
            elif part in {"</ul>", "</li>"}:
                around.pop()
            elif part.startswith("<details"):
                folded[around[-1]] = at
            elif part.startswith("<a ") and (page := pages.get(cast("re.Match[str]", _ADDRESS.search(part))[1])):
                self._links[at] = page
                self._ways[page] = (*around, at)
        self._ways = {page: (*way, *(folded[at] for at in way if at in folded)) for page, way in self._ways.items()}

    def of(self, page: str, address: Callable[[str], str]) -> str:
        """The sidebar of a page: its links lead from there, and the way to it is unfolded and marked.

        Parameters
        ----------
        page : str
            The page, or one that the sidebar does not hold, such as that of the search.
        address : callable
            Gives the address of a page as this page writes it.
        """
        parts = self._parts.copy()
        for at, target in self._links.items():
            parts[at] = _ADDRESS.sub(f'href="{address(target)}"', parts[at])
        for at in self._ways.get(page, ()):
            parts[at] = _marked(parts[at])
        return "".join(parts)


def _marked(tag: str) -> str:
    """A tag on the way to the current page, as the stock theme writes it but that the page's own link says that it is."""
    if tag.startswith("<details"):
        return tag.replace("<details", '<details open="open"')
    if tag.startswith("<li"):
        return re.sub(r'class="(toctree-l\d+)', r'class="\1 current active', tag)
    if tag.startswith("<a "):
        tag = tag.replace("<a ", '<a aria-current="page" ')  # which the stock theme leaves to the colour
    return (
        tag.replace('class="', 'class="current ', 1) if "class=" in tag else tag.replace("<ul", '<ul class="current"')
    )


def _draw_sidebar_once(
    drawn: dict[str, Sidebar], app: "Sphinx", pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Half of the time that pages took was the sidebar, drawn whole for each though only links and marks differ."""
    made = context.get("generate_toctree_html")
    if made is None:
        return

    def once(kind: str, **options: Any) -> Any:
        if options.get("startdepth") != 0 or options.get("collapse") or options.get("show_nav_level", 1) > 1:
            return made(kind, **options)  # more differs from page to page
        key = repr((kind, sorted(options.items())))
        if key not in drawn:
            pages = {context["pathto"](page): page for page in app.env.found_docs}
            drawn[key] = Sidebar(made(kind, **options), pages)
        return drawn[key].of(pagename, context["pathto"])

    context["generate_toctree_html"] = once


def _known_of(env: "BuildEnvironment", pages: Iterable[str]) -> dict[str, Any]:
    """What other pages may show of these or link to: titles, headings with their addresses, labels."""
    labels = [*env.domaindata["std"]["labels"].items(), *env.domaindata["std"]["anonlabels"].items()]
    return {
        page: (
            *(held[page].pformat() for held in (env.titles, env.longtitles, env.tocs)),
            repr(env.metadata[page].get("myst_slugs")),
            sorted((name, repr(where)) for name, where in labels if where[0] == page),
        )
        for page in pages
    }


def _find_changed(
    before: dict[str, Any],
    app: "Sphinx",
    env: "BuildEnvironment",
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> set[str]:
    """The pages to read again, by content: Sphinx itself goes by the time of a file, which may go backwards."""
    asked = set(app.config[CHANGED])
    if not asked <= env.found_docs:
        asked = set(env.found_docs)  # a file that is no page of its own may be a part of any
    before.update(_known_of(env, ((asked | changed) & env.found_docs) - added))
    return asked


def _find_touched(before: dict[str, Any], app: "Sphinx", env: "BuildEnvironment") -> set[str]:
    """Every page if what it may show of another has changed; Sphinx would leave it with an old title or a dead link."""
    return set(env.found_docs) if _known_of(env, before) != before else set()


def _forget_the_old(app: "Sphinx", exception: Exception | None) -> None:
    """Images that no page shows any more are left lying by Sphinx."""
    if exception is not None:
        return
    shown = {name for path, (_, copied) in app.env.images.items() for name in (Path(path).name, copied)}
    for folder in (Path(app.outdir, "_images"), Path(app.outdir).parent / "jupyter_execute"):
        for path in folder.glob("*"):
            if path.is_file() and path.suffix != ".ipynb" and path.name not in shown:
                path.unlink()


def _leave_room_for_the_commit(app: "Sphinx", config: "Config") -> None:
    config.html_theme_options = {**config.html_theme_options, "extra_footer": FOOTER}


def _prepare(app: "Sphinx") -> None:
    """Our static files; and a search page without Sphinx's index, which holds no figure, no short word and no sentence."""
    app.config.html_static_path.append(str(_STATIC))
    builder: Any = app.builder  # of HTML
    builder.search = False
    app.config.html_additional_pages = {"search": "search.html"}


def setup(app: "Sphinx") -> dict[str, Any]:
    """Add the stylesheet and the place of the commit, change each page, and read again what has changed."""
    before: dict[str, Any] = {}
    draw_sidebar_once = functools.partial(_draw_sidebar_once, {})
    app.connect("config-inited", _leave_room_for_the_commit)
    app.connect("builder-inited", _prepare)
    app.connect("config-inited", lambda app, config: config.templates_path.insert(0, str(_TEMPLATES)))
    for style in _OWN_STYLES:
        app.add_css_file(style)
    app.add_config_value(CHANGED, [], "")
    app.connect("env-get-outdated", functools.partial(_find_changed, before))
    app.connect("env-updated", functools.partial(_find_touched, before))
    for change in (_keep_what_is_used, _complete_frame, _shape_sidebar, draw_sidebar_once):
        app.connect("html-page-context", change, priority=900)
    app.connect("build-finished", _forget_the_old)
    # It replaces one function when it is loaded and keeps nothing: all that it lacks is to say that this is safe.
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
    return {"parallel_read_safe": True, "parallel_write_safe": True}
