"""The built book in a real browser: Chromium found or installed, the book served on this machine, a page as axe sees it."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from ncthelpers.accessibility.scope import TAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = [
    "TOO_WIDE",
    "VARIABLE",
    "NoBrowser",
    "Violation",
    "axe",
    "book_of",
    "chromium",
    "installed",
    "launched",
    "page_files",
    "served",
]

VARIABLE = "CHROME_PATH"  # what Lighthouse goes by too
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HOW = (
    "the pages are tested in Chromium, and none was found: install Debian's with `apt-get install chromium fonts-liberation`, or\n"
    f"any Chromium or Chrome and set {VARIABLE} to its program"
)
_APT = (
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-liberation"],
)
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
# What fades into other colours: a contrast measured on the way there is nobody's.
_STILL = """() => Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition)
    .map(one => one.finished)).then(() => true)"""
# How far a page is wider than the window: what is wider scrolls within a box of its own, or the page scrolls sideways.
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Axe measures no contrast over a picture, such as the shades that say that a wide table goes on: they are taken away meanwhile.
# Contrast takes most of the time: elements whose tag, class, style and attributes are the same, and those of all that they
# lie in, look the same but for their place, so that some of each kind may do.
_RUN = """async ([tags, alike]) => {
    const kinds = new Map(), counts = new Map();
    for (const one of alike ? document.querySelectorAll('body *') : []) {
        const own = ['class', 'style'].map(name => one.getAttribute(name)).join('|');
        const kind = `${kinds.get(one.parentElement) ?? ''}>${one.tagName}|${own}|${one.getAttributeNames().sort()}`;
        kinds.set(one, kind);
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (counts.get(kind) > alike) one.setAttribute('data-alike', '');
    }
    axe.configure({rules: [{id: 'color-contrast', selector: alike ? ':not([data-alike])' : '*'}]});
    const plain = document.head.appendChild(document.createElement('style'));
    plain.textContent = '*, *::before, *::after { background-image: none !important }';
    const found = await axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false});
    plain.remove();
    if (!found.passes.length) throw new Error('axe looked at nothing');
    return found.violations.flatMap(one => one.nodes.map(node => [one.id, one.impact, node.html.slice(0, 160)]));
}"""


class NoBrowser(RuntimeError):
    """There is no Chromium, or no built book to open in it; the message says how to get it."""


def chromium() -> str:
    """The program of the Chromium of this machine.

    Raises
    ------
    NoBrowser
        If there is none, with how to get one.
    """
    given = os.environ.get(VARIABLE)
    if given and not shutil.which(given):
        raise NoBrowser(f"{VARIABLE} is {given}, which is not a program")
    found = given or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise NoBrowser(_HOW)
    return found


def installed(say: Callable[[str], object]) -> str:
    """The program of Chromium; Debian's is installed, in one attempt, where there is none and this may be done.

    Parameters
    ----------
    say : callable
        Told that something is being installed.

    Raises
    ------
    NoBrowser
        If there is none after that.
    """
    try:
        return chromium()
    except NoBrowser:
        if os.environ.get(VARIABLE) or not shutil.which("apt-get") or getattr(os, "geteuid", lambda: 1)():
            raise
    say("there is no Chromium: installing Debian's with apt-get")
    try:
        for command in _APT:
            subprocess.run(
                command, check=True, timeout=600, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                errors="replace", env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as failure:
        words = (getattr(failure, "stderr", None) or str(failure)).strip().splitlines()
        raise NoBrowser(
            f"{_HOW}\napt-get did not install it: {words[-1] if words else 'it does not say why'}"
        ) from None
    return chromium()


def book_of(root: Path) -> Path:
    """The folder of the HTML of a root.

    Raises
    ------
    NoBrowser
        If it is not built, with the command that builds it.
    """
    html = root / "_build" / "html"
    if not (html / "index.html").is_file():
        raise NoBrowser("the book is not built: run `python -m ncthelpers book`")
    return html


def page_files(html: Path) -> tuple[str, ...]:
    """Every page of the built book, as its address from there: also those that no table of contents lists.

    Parameters
    ----------
    html : Path
        The folder of the HTML.
    """
    names = (path.relative_to(html) for path in sorted(html.rglob("*.html")))
    return tuple(name.as_posix() for name in names if not name.parts[0].startswith("_"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder served on this machine alone while it is looked at: its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def launched() -> Iterator["Browser"]:
    """Chromium without a window. While it is open, its thread can run no event loop of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Violation:
    """A place of a page that breaks a rule of axe.

    Parameters
    ----------
    rule, impact : str
        The rule by axe's name, and how bad axe says that is.
    place : str
        The HTML that stands there.

    Examples
    --------
    >>> print(Violation("region", "moderate", "<p>"))
    region (moderate): <p>
    """

    rule: str
    impact: str
    place: str

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}): {self.place}"


def axe(page: "Page", alike: int | None = None) -> tuple[Violation, ...]:
    """What axe finds on a page that is open, by every rule up to the level tested, whatever its impact.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page; it is looked at once its colours have settled.
    alike : int, optional
        Of how many elements that are alike the contrast is measured, which takes most of the time: alike in tag, class, style
        and attributes, as are those that they lie in. Of every element if it is not given.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(_STILL)
    page.evaluate(Axe().axe_script)
    return tuple(Violation(*found) for found in page.evaluate(_RUN, [list(TAGS), alike]))
