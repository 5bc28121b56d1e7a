"""One page of each template as narrow as at a zoom of 400 per cent and in dark colours at once, and some in each of the other modes.

Every page in every mode is what ``ncthelpers audit`` tests: here that would take as long as all other tests together.
"""

import pytest

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.scope import ALIKE, FIRST, MODES, most_different

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOTH = most_different()
OTHERS = [mode for mode in MODES if mode not in {FIRST, BOTH}]


def _faults(chromium, address, mode, names):
    """What axe finds on pages in a mode, and those that are wider than the window."""
    context = chromium.new_context(**mode.reader)
    page, found = context.new_page(), {}
    for name in names:
        page.goto(f"{address}/{name}", wait_until="load")
        over = page.evaluate(browser.TOO_WIDE)
        found[name] = [*map(str, browser.axe(page, ALIKE)), *([f"{over} pixels too wide"] if over > 0 else [])]
    context.close()
    assert len(found) == len(names) > 4
    return {name: faults for name, faults in found.items() if faults}


def test_axe_finds_nothing_on_a_page_of_each_template_in_the_mode_that_differs_most(
    chromium, address, of_each_template
):
    assert _faults(chromium, address, BOTH, of_each_template) == {}


@pytest.mark.parametrize("mode", OTHERS, ids=str)
def test_axe_finds_nothing_on_some_pages_in_each_of_the_other_modes(chromium, address, year, mode):
    names = [f"{year}/02_kpis.html", f"{year}/04_cost.html", "comparison/02_finances.html", "about/glossary.html"]
    assert _faults(chromium, address, mode, ["index.html", "search.html", *names]) == {}
