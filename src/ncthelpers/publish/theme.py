"""The book's own look on top of the stock theme, as a Sphinx extension: one stylesheet, no script from another site."""

import os
import re
from html import escape
from pathlib import Path

__all__ = ["COMMIT", "setup"]

COMMIT = "NCTHELPERS_COMMIT"  # of the environment: what the HTML is stamped with
_STATIC = Path(__file__).with_name("static")


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


def _stamp(app, config) -> None:
    """The commit that the HTML was built from, at the foot of every page."""
    commit = escape(os.environ.get(COMMIT, "not recorded"))
    config.html_theme_options = {**config.html_theme_options, "extra_footer": f"<p>Built from commit {commit}.</p>"}


def setup(app) -> dict:
    """Stamp the commit, add the stylesheet, keep out foreign scripts, keep years whole, name the sidebar's buttons."""
    app.connect("config-inited", _stamp)
    app.connect("html-page-context", _name_toggles, priority=900)
    app.connect("builder-inited", lambda app: app.config.html_static_path.append(str(_STATIC)))
    app.add_css_file("book.css")
    app.connect("html-page-context", _drop_foreign_scripts, priority=900)
    app.connect("html-page-context", _keep_years_whole, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
