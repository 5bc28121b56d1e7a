"""Lighthouse, from npm, on a page of the served book."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ncthelpers.accessibility.browser import VARIABLE, chromium
from ncthelpers.accessibility.scope import LIGHTHOUSE, LIGHTHOUSE_TARGETS

__all__ = ["NoLighthouse", "Scores", "pages_of", "scores", "scores_of"]

_SECONDS = 600  # the first use fetches it
_KINDS = ("_kpis.html", "_cost.html")  # a page of KPIs and a page of costs


class NoLighthouse(RuntimeError):
    """Lighthouse could not be run; the message says why."""


@dataclass(frozen=True)
class Scores:
    """What Lighthouse gives a page.

    Parameters
    ----------
    page : str
        The page, as its address in the book.
    scores : Mapping of str to int
        From 0 to 100, by category.
    failed : tuple of str
        The audits of these categories that it does not pass whole, each by its title.
    """

    page: str
    scores: Mapping[str, int]
    failed: tuple[str, ...]

    @property
    def missed(self) -> tuple[str, ...]:
        """The targets that it misses.

        Examples
        --------
        >>> Scores("index.html", {"accessibility": 99, "best-practices": 96}, ()).missed
        ('index.html: accessibility 99, below 100',)
        """
        return tuple(
            f"{self.page}: {kind} {self.scores.get(kind, 0)}, below {least}"
            for kind, least in LIGHTHOUSE_TARGETS.items()
            if self.scores.get(kind, 0) < least
        )


def pages_of(listed: Sequence[str]) -> tuple[str, ...]:
    """The front page, and the first listed page of KPIs and of costs, as addresses in the book.

    Parameters
    ----------
    listed : sequence of str
        The pages of ``_toc.yml``.

    Examples
    --------
    >>> pages_of(["1999-00/00_summary", "1999-00/02_kpis", "1999-00/04_cost", "1998-99/04_cost"])
    ('index.html', '1999-00/02_kpis.html', '1999-00/04_cost.html')
    """
    addresses = [f"{page}.html" for page in listed]
    first = (next((page for page in addresses if page.endswith(kind)), None) for kind in _KINDS)
    return ("index.html", *filter(None, first))


def scores_of(page: str, report: Mapping[str, Any]) -> Scores:
    """What a report of Lighthouse says of a page.

    Parameters
    ----------
    page : str
        The page, as its address in the book.
    report : Mapping
        The report, as its JSON holds it.

    Raises
    ------
    NoLighthouse
        If the report says that the page could not be looked at.

    Examples
    --------
    >>> category = {"score": 0.29, "auditRefs": [{"id": "lang"}]}
    >>> scores_of("a.html", {"categories": {"accessibility": category}, "audits": {"lang": {"score": 0, "title": "No language"}}})
    Scores(page='a.html', scores={'accessibility': 29}, failed=('No language',))
    """
    error = report.get("runtimeError")
    if error:
        raise NoLighthouse(f"{page}: {error.get('message') or error.get('code')}")
    found = report["categories"]
    failed = [
        report["audits"][one["id"]]["title"]
        for category in found.values()
        for one in category["auditRefs"]
        if (report["audits"][one["id"]]["score"] or 0) < 1
        and report["audits"][one["id"]].get("scoreDisplayMode") not in {"notApplicable", "manual", "informative"}
    ]
    return Scores(
        page, {kind: round(100 * (of["score"] or 0)) for kind, of in found.items()}, tuple(dict.fromkeys(failed))
    )


def scores(address: str, page: str) -> Scores:
    """What Lighthouse gives a page that is served on this machine.

    Parameters
    ----------
    address : str
        Of the served book.
    page : str
        The page, as its address in the book.

    Raises
    ------
    NoLighthouse
        If npm is not there, or Lighthouse ends without a report.
    """
    npx = shutil.which("npx")
    if npx is None:
        raise NoLighthouse("npx was not found: install Node 20 or newer with npm (Debian: `apt-get install npm`)")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        command = [
            npx, "--yes", f"lighthouse@{LIGHTHOUSE}", f"{address}/{page}", "--quiet", "--no-enable-error-reporting",
            "--only-categories=" + ",".join(LIGHTHOUSE_TARGETS), "--output=json", f"--output-path={out}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, check=False, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
                timeout=_SECONDS, env={**os.environ, VARIABLE: chromium()},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise NoLighthouse(f"Lighthouse did not end: {failure}") from None
        if done.returncode or not out.is_file():
            said = (done.stderr or done.stdout).strip().splitlines()
            raise NoLighthouse("Lighthouse ended without a report: " + (said[-1] if said else "it does not say why"))
        return scores_of(page, json.loads(out.read_text("utf-8")))
