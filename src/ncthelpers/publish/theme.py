"""The book's own Sphinx extension on top of the stock theme: its look, its sidebar drawn once, what of it is out of date."""

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["CHANGED", "FOOTER", "Sidebar", "setup"]

CHANGED = "ncthelpers_changed"  # a setting: the pages whose source differs from what Sphinx remembers
FOOTER = "<p>Built from commit {}.</p>"  # the pages carry it as it stands until they are published
_STATIC = Path(__file__).with_name("static")
_NAVIGATION = "sbt-sidebar-nav.html"
_ADDRESS = re.compile(r'href="([^"]*)"')


def _drop_foreign_scripts(app, pagename, templatename, context, doctree) -> None:
    """Pages are served on their own: no script or style from another site, and none of thebe, which is switched off."""

    def ours(file) -> bool:
        name = str(getattr(file, "filename", file) or "")
        inline = str(getattr(file, "attributes", {}).get("body", ""))
        return not name.startswith("http") and "thebe" not in f"{name}{inline}".lower()

    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, []) if ours(file)]


def _keep_years_whole(app, pagename, templatename, context, doctree) -> None:
    """A contract year in a page's title does not break at its hyphen."""

    def whole(title: re.Match) -> str:
        return re.sub(r"\b(\d{4}-\d{2})\b(?=[^>]*<)", r'<span class="whole">\1</span>', title[0])

    context["body"] = re.sub(r"<h1>.*?</h1>", whole, context.get("body") or "", count=1, flags=re.DOTALL)


def _name_toggles(app, pagename, templatename, context, doctree) -> None:
    """The button that unfolds a part of the sidebar says what it unfolds: the stock theme gives it no name."""
    made = context.get("generate_toctree_html")
    if made is None:
        return

    def named(*arguments, **options):
        tree = made(*arguments, **options)
        for summary in tree.select("summary") if hasattr(tree, "select") else ():
            summary["aria-label"] = f"Pages of {summary.find_parent('li').find('a').get_text(' ', strip=True)}"
        return tree

    context["generate_toctree_html"] = named


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
    <li class="toctree-l1 current active"><a class="current internal" href="#">B</a></li></ul>
    """

    def __init__(self, tree, pages: Mapping[str, str]):
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
            elif part.startswith("<a ") and (page := pages.get(_ADDRESS.search(part)[1])):
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
    """A tag on the way to the current page, as the stock theme writes it."""
    if tag.startswith("<details"):
        return tag.replace("<details", '<details open="open"')
    if tag.startswith("<li"):
        return re.sub(r'class="(toctree-l\d+)', r'class="\1 current active', tag)
    return (
        tag.replace('class="', 'class="current ', 1) if "class=" in tag else tag.replace("<ul", '<ul class="current"')
    )


def _hold_back_sidebar(app, pagename, templatename, context, doctree) -> None:
    """The theme draws every part of a page to see whether it is empty, before this extension can have its say."""
    parts = context.get("sidebars") or []
    context["held_back"] = [name for name in parts if name == _NAVIGATION]
    context["sidebars"] = [name for name in parts if name != _NAVIGATION]


def _draw_sidebar_once(drawn: dict[str, Sidebar], app, pagename, templatename, context, doctree) -> None:
    """Half of the time that pages took was the sidebar, drawn whole for each though only links and marks differ."""
    context["sidebars"] = [
        *context.get("sidebars", []),
        *context.pop("held_back", []),
    ]  # the stock theme has it last too
    made = context.get("generate_toctree_html")
    if made is None:
        return

    def once(kind, **options):
        if options.get("startdepth") != 0 or options.get("collapse") or options.get("show_nav_level", 1) > 1:
            return made(kind, **options)  # more differs from page to page
        key = repr((kind, sorted(options.items())))
        if key not in drawn:
            pages = {context["pathto"](page): page for page in app.env.found_docs}
            drawn[key] = Sidebar(made(kind, **options), pages)
        return drawn[key].of(pagename, context["pathto"])

    context["generate_toctree_html"] = once


def _known_of(env, pages) -> dict:
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


def _find_changed(before: dict, app, env, added, changed, removed) -> set[str]:
    """The pages to read again, by content: Sphinx itself goes by the time of a file, which may go backwards."""
    asked = set(app.config[CHANGED])
    if not asked <= env.found_docs:
        asked = set(env.found_docs)  # a file that is no page of its own may be a part of any
    before.update(_known_of(env, ((asked | changed) & env.found_docs) - added))
    return asked


def _find_touched(before: dict, app, env) -> set[str]:
    """Every page if what it may show of another has changed; Sphinx would leave it with an old title or a dead link."""
    return set(env.found_docs) if _known_of(env, before) != before else set()


def _forget_the_old(app, exception) -> None:
    """Images that no page shows and words that no page holds any more are left lying by Sphinx."""
    from sphinx.search import js_index

    if exception is not None:
        return
    shown = {name for path, (_, copied) in app.env.images.items() for name in (Path(path).name, copied)}
    for folder in (Path(app.outdir, "_images"), Path(app.outdir).parent / "jupyter_execute"):
        for path in folder.glob("*"):
            if path.is_file() and path.suffix != ".ipynb" and path.name not in shown:
                path.unlink()
    path = Path(app.outdir, app.builder.searchindex_filename)
    index = js_index.loads(path.read_text("utf-8"))
    for words in ("terms", "titleterms"):
        index[words] = {word: pages for word, pages in index[words].items() if pages != []}
    path.write_text(js_index.dumps(index), "utf-8")


def _leave_room_for_the_commit(app, config) -> None:
    config.html_theme_options = {**config.html_theme_options, "extra_footer": FOOTER}


def setup(app) -> dict:
    """Add the stylesheet and the place of the commit, change each page, and read again what has changed.

    Also the search: a word is stemmed once for the book, not once for each page.
    """
    from sphinx.search.en import SearchEnglish

    class English(SearchEnglish):
        stem = functools.cache(SearchEnglish.stem)

    before, draw_sidebar_once = {}, functools.partial(_draw_sidebar_once, {})
    app.connect("config-inited", _leave_room_for_the_commit)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(_STATIC)))
    app.add_css_file("book.css")
    app.add_search_language(English)
    app.add_config_value(CHANGED, [], "")
    app.connect("env-get-outdated", functools.partial(_find_changed, before))
    app.connect("env-updated", functools.partial(_find_touched, before))
    app.connect("html-page-context", _hold_back_sidebar, priority=400)
    for change in (_drop_foreign_scripts, _keep_years_whole, _name_toggles, draw_sidebar_once):
        app.connect("html-page-context", change, priority=900)
    app.connect("build-finished", _forget_the_old)
    # It replaces one function when it is loaded and keeps nothing: all that it lacks is to say that this is safe.
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
    return {"parallel_read_safe": True, "parallel_write_safe": True}
