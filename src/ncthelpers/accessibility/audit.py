"""Every page of the built book in every mode, by axe and by our own rules, and Lighthouse: what ``make audit`` finds."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.lighthouse import NoLighthouse, Scores, pages_of, scores
from ncthelpers.accessibility.rules import RULES, broken
from ncthelpers.accessibility.scope import LIGHTHOUSE, LIGHTHOUSE_TARGETS, MODES, STANDARD, TAGS, Mode
from ncthelpers.publish.toc import pages_listed
from ncthelpers.trials import Tried

__all__ = ["Audit", "Found", "as_record", "audited", "tried"]

_AT_ONCE = 2
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Found:
    """A fault of a page.

    Parameters
    ----------
    page : str
        The page, as its address in the book.
    how : str
        The mode that axe looked at it in, or that a rule of our own was broken, whatever the mode.
    what : str
        What is wrong and where.
    """

    page: str
    how: str
    what: str


@dataclass(frozen=True)
class Audit:
    """What an audit looked at and what it found.

    Parameters
    ----------
    pages : tuple of str
        Every page of the book, as its address in it.
    found : tuple of Found
        Every fault.
    lighthouse : tuple of Scores
        What Lighthouse gives some pages.
    not_run : str
        Why Lighthouse was not run; empty where it was.
    seconds : Mapping of str to float
        How long each mode, our own rules and Lighthouse took.
    """

    pages: tuple[str, ...]
    found: tuple[Found, ...]
    lighthouse: tuple[Scores, ...]
    not_run: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def missed(self) -> tuple[str, ...]:
        """Each target that is missed, as a line; none where the audit is passed.

        Examples
        --------
        >>> Audit(("a.html",), (), (), "npx was not found").missed
        ('Lighthouse was not run: npx was not found',)
        """
        faults = tuple(f"{one.page} ({one.how}): {one.what}" for one in self.found)
        unknown = (f"Lighthouse was not run: {self.not_run}",) if self.not_run else ()
        return (*faults, *(line for one in self.lighthouse for line in one.missed), *unknown)

    def counts(self) -> dict[str, int]:
        """How many faults were found in each mode and by our own rules."""
        return {how: sum(one.how == how for one in self.found) for how in (*map(str, MODES), _OURS)}


_OURS = "our own rules"
_LIGHTHOUSE = "Lighthouse"


def as_record(audit: Audit) -> dict[str, Any]:
    """An audit as plain values, for machines.

    Examples
    --------
    >>> as_record(Audit(("a.html",), (), (), "npx was not found"))["passed"]
    False
    """
    return {
        "standard": STANDARD, "axe rules": list(TAGS), "own rules": list(RULES), "modes": list(map(str, MODES)),
        "pages": list(audit.pages), "counts": audit.counts(),
        "faults": [{"page": one.page, "how": one.how, "what": one.what} for one in audit.found],
        "lighthouse": {
            "version": LIGHTHOUSE, "targets": dict(LIGHTHOUSE_TARGETS), "not run": audit.not_run,
            "pages": [{"page": one.page, **one.scores, "not passed": list(one.failed)} for one in audit.lighthouse],
        },
        "passed": not audit.missed,
    }  # fmt: skip


def tried(audit: Audit) -> tuple[Tried, ...]:
    """How many pages were looked at in each way, and on how many of them nothing was found.

    Examples
    --------
    >>> for row in tried(Audit(("a.html", "b.html"), (Found("b.html", "our own rules", "a link says nothing"),), ()))[-2:]:
    ...     print(row.what, row.tried, row.held)
    Pages that keep our own rules 2 1
    Pages to which Lighthouse gives what it must 0 0
    """
    rows = []
    for how in (*map(str, MODES), _OURS):
        what = f"Pages that keep {how}" if how == _OURS else f"Pages on which axe finds nothing, {how}"
        held = len(audit.pages) - len({one.page for one in audit.found if one.how == how})
        rows.append(Tried(what, len(audit.pages), held, audit.seconds.get(how, 0.0)))
    passed = sum(not one.missed for one in audit.lighthouse)
    took = audit.seconds.get(_LIGHTHOUSE, 0.0)
    return (*rows, Tried(f"Pages to which {_LIGHTHOUSE} gives what it must", len(audit.lighthouse), passed, took))


def _by_axe(address: str, pages: Sequence[str], told: Callable[[str], object], mode: Mode) -> list[Found]:
    """Every page in one mode, in a Chromium of its own: Playwright works in one thread."""
    found = []
    with browser.launched() as chromium:
        tab = chromium.new_context(**mode.reader).new_page()
        for page in pages:
            tab.goto(f"{address}/{page}", wait_until="load")
            found += [Found(page, str(mode), str(one)) for one in browser.axe(tab)]
            over = tab.evaluate(browser.TOO_WIDE)
            if over > 0:
                found.append(Found(page, str(mode), f"it is {over} pixels wider than the window"))
    told(f"axe: {len(pages)} pages, {mode}: {len(found)} faults")
    return found


def _by_rules(html: Path, pages: Sequence[str]) -> list[Found]:
    return [Found(page, _OURS, str(one)) for page in pages for one in broken((html / page).read_text("utf-8"))]


def _by_lighthouse(address: str, pages: Sequence[str], told: Callable[[str], object]) -> tuple[tuple[Scores, ...], str]:
    found = []
    try:
        for page in pages:
            found.append(scores(address, page))
            said = ", ".join(f"{kind} {score}" for kind, score in found[-1].scores.items())
            told(f"Lighthouse: {page}: {said}")
    except NoLighthouse as failure:
        return tuple(found), str(failure)
    return tuple(found), ""


def audited(root: Path, told: Callable[[str], object] = lambda line: None) -> Audit:
    """Audit the built book of a root.

    Parameters
    ----------
    root : Path
        Holds ``_toc.yml``, and ``_build/html`` as :func:`ncthelpers.publish.html.build_html` leaves it.
    told : callable
        Told how far the audit is, line by line.

    Raises
    ------
    NoBrowser
        If the book is not built, or there is no Chromium.
    """
    browser.chromium()
    html = browser.book_of(root)
    pages = browser.page_files(html)
    seconds: dict[str, float] = {}

    def timed(how: str, does: Callable[[], _Result]) -> _Result:
        began = time.monotonic()
        found = does()
        seconds[how] = time.monotonic() - began
        return found

    found = timed(_OURS, partial(_by_rules, html, pages))  # before Chromium takes the cores
    told(f"our own rules: {len(pages)} pages: {len(found)} faults")
    with browser.served(html) as address:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for more in pool.map(lambda mode: timed(str(mode), partial(_by_axe, address, pages, told, mode)), MODES):
                found += more
        lighthouse, not_run = timed(_LIGHTHOUSE, partial(_by_lighthouse, address, pages_of(pages_listed(root)), told))
    return Audit(pages, tuple(found), lighthouse, not_run, seconds)
