"""The canary: the same pages, in the same order, on the newest Sphinx without Jupyter Book, whose line 1 has no new versions.

``make canary`` runs this (a few minutes; it fetches the newest packages into an environment of its own). A page holds if it is made
without a warning and shows the words, tables and pictures that it shows when it is made with the versions of the lock.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

from ncthelpers.cli import REPOSITORY
from ncthelpers.cli.trial import shown
from ncthelpers.publish.html import build_html
from ncthelpers.publish.toc import pages_listed
from ncthelpers.trials import Tried, record, trial

NEWEST = ("sphinx", "sphinx-external-toc", "myst-nb", "sphinx-book-theme")
_OF_JUPYTER_BOOK = {"jupyter_book", "sphinx_comments"}
_OWN = {"sphinx_book_theme", "ncthelpers.publish.theme"}
_LOOK = {"html_theme", "html_theme_options", "html_sidebars"}


def settings(config: Path, toc: Path, own_look: bool) -> dict[str, object]:
    """The settings of the book as Sphinx takes them, without Jupyter Book; its own look is a theme and an extension, which may be left out."""
    held = yaml.safe_load(config.read_text("utf-8"))
    asked = held["sphinx"]["config"]
    left_out = _OF_JUPYTER_BOOK | (set() if own_look else _OWN)
    return {name: value for name, value in asked.items() if own_look or name not in _LOOK} | {
        "project": held["title"], "external_toc_path": str(toc), "nb_execution_mode": "off",
        "extensions": [name for name in asked["extensions"] if name not in left_out],
    }  # fmt: skip


def built(python: Path, book: Path, out: Path, asked: Mapping[str, object]) -> str:
    """Build pages with the Sphinx of an environment; what it says, which is nothing where all is well."""
    out.mkdir(parents=True)
    (out / "conf.py").write_text(f"import json\n\nglobals().update(json.loads({json.dumps(asked)!r}))\n", "utf-8")
    done = subprocess.run(
        [python, "-m", "sphinx", "-b", "html", "-q", "--color", "-c", out, "--keep-going", book, out / "html"],
        check=False, capture_output=True, encoding="utf-8", errors="replace",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), "NO_COLOR": "1"},
    )  # fmt: skip
    return done.stdout + done.stderr


def shows(page: Path) -> tuple[str, int, int] | None:
    """The words of a page without spaces, its tables and its pictures; none if it is not there."""
    if not page.is_file():
        return None
    parsed = BeautifulSoup(page.read_text("utf-8"), "lxml")
    article = parsed.select_one("article") or parsed.select_one("div.body")
    return "".join(article.get_text().split()), len(article.find_all("table")), len(article.find_all("img"))


def differing(pages: list[str], made: Path, locked: Path, said: str) -> list[str]:
    """The pages that are not as the lock makes them, or of which a warning speaks."""
    return [page for page in pages if shows(made / f"{page}.html") != shows(locked / f"{page}.html")
            or shows(made / f"{page}.html") is None or f"{page}." in said]  # fmt: skip


def _environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-I", "-m", "pip", "install", "--quiet", "--only-binary=:all:", *NEWEST], check=True)
    return python


def _versions(python: Path) -> str:
    code = "import sys, importlib.metadata as m; print(', '.join(f'{name} {m.version(name)}' for name in sys.argv[1:]))"
    return subprocess.run(
        [python, "-I", "-c", code, *NEWEST], check=True, capture_output=True, text=True
    ).stdout.strip()


def main() -> int:
    """Build the book both ways, record what held, and print it."""
    build_html(REPOSITORY, REPOSITORY / "_config.yml")
    locked = REPOSITORY / "_build" / ".html" / "sphinx" / "html"
    pages, rows = ["index", *pages_listed(REPOSITORY)], []
    with tempfile.TemporaryDirectory() as scratch:
        python = _environment(Path(scratch) / "venv")
        for look, own in (("in the theme that Sphinx brings", False), ("in the book's own look", True)):
            started, out = time.monotonic(), Path(scratch) / ("own" if own else "plain")
            said = built(
                python, REPOSITORY / "book", out, settings(REPOSITORY / "_config.yml", REPOSITORY / "_toc.yml", own)
            )
            print(said, end="", file=sys.stderr)
            wrong = differing(pages, out / "html", locked, said)
            print("\n".join(f"{look}: not as it is: {page}" for page in wrong), file=sys.stderr)
            rows.append(Tried(f"Pages made {look}", len(pages), len(pages) - len(wrong), time.monotonic() - started))
            rows.append(Tried(f"Builds without a warning {look}", 1, int(not said.strip()), 0.0))
        title = f"The book without Jupyter Book: {_versions(python)}, Python {sys.version.split()[0]}"
    done = trial(REPOSITORY, "canary", title, rows, "make canary")
    record(REPOSITORY, done)
    shown(done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
