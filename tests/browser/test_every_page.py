"""Every page as most readers meet it: axe finds nothing at all, nothing fails, nothing is fetched from elsewhere, nothing is too wide."""

import pytest

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.scope import ALIKE, FIRST, most_different

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = most_different().reader["viewport"]
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_axe_finds_nothing_on_any_page_and_none_complains_asks_another_host_or_is_too_wide_for_a_narrow_window(
    visit, pages
):
    found, wide = {}, {}
    for name in pages:
        page = visit.open(name)
        found[name] = browser.axe(page, ALIKE)
        page.set_viewport_size(NARROW)  # as a reader who zooms in on a page that is open
        page.evaluate(DRAWN)
        wide[name] = page.evaluate(browser.TOO_WIDE)
        page.set_viewport_size(FIRST.reader["viewport"])
    assert len(found) > 50
    assert {name: list(map(str, violations)) for name, violations in found.items() if violations} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}
    assert visit.complaints == []
    assert visit.requests and visit.foreign == []
