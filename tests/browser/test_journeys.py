"""The book by a keyboard alone, with scripts switched off, with less motion, and from disk."""

import pytest

from ncthelpers.accessibility.scope import FIRST, MODES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = next(mode for mode in MODES if mode.width < FIRST.width and mode.colours == FIRST.colours)
# What has the keyboard: what it is, where it stands, the line drawn around it, and whether something stands before all of it.
FOCUSED = """() => {
    const at = document.activeElement, drawn = getComputedStyle(at), box = at.getBoundingClientRect();
    return {
        tag: at.tagName, text: at.textContent.trim().slice(0, 40), address: at.getAttribute('href'), scrolls: at.className,
        inMain: !!at.closest('main'), inMenu: !!at.closest('nav'), inFooter: !!at.closest('footer'),
        line: drawn.outlineStyle === 'none' ? 0 : parseFloat(drawn.outlineWidth),
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        covered: !at.matches('[tabindex]') && ![...at.getClientRects()].some(one => [[.5, .5], [.05, .1], [.95, .1], [.05, .9], [.95, .9]]
            .some(([x, y]) => at.contains(document.elementFromPoint(one.left + one.width * x, one.top + one.height * y)))),
    };
}"""


def _stops(page, most, key="Tab"):
    """Where the Tab key leads, one after another, from the head of the page (or its foot) until it leaves it."""
    found = []
    for _ in range(most):
        page.keyboard.press(key)
        at = page.evaluate(FOCUSED)
        if at["tag"] == "BODY":
            break
        found.append(at)
    return found


@pytest.fixture
def cost(year):
    """A page with wide tables, charts and sources."""
    return f"{year}/04_cost.html"


def test_the_first_stop_is_a_link_that_can_be_seen_and_leads_past_the_menu(visit, cost):
    page = visit.open(cost)
    [skip] = _stops(page, 1)
    assert skip["address"] == "#main-content" and skip["seen"] and skip["line"] >= 2
    page.keyboard.press("Enter")
    [following] = _stops(page, 1)
    assert following["inMain"]


def test_the_tab_key_goes_through_the_whole_page_and_out_of_it_and_each_stop_can_be_seen(visit, cost):
    page = visit.open(cost)
    stops = _stops(page, 400)
    assert len(stops) < 400  # it is caught nowhere
    assert [stop for stop in stops if stop["line"] < 2 or not stop["seen"]] == []
    parts = [part for part in ("inMenu", "inMain", "inFooter") if any(stop[part] for stop in stops)]
    assert parts == ["inMenu", "inMain", "inFooter"]
    links = page.locator("main a[href]:not([tabindex='-1'])")
    visible = [one.get_attribute("href") for one in links.all() if one.is_visible()]
    assert set(visible) <= {stop["address"] for stop in stops if stop["inMain"]}
    assert (
        sum("table-scroll" in stop["scrolls"] for stop in stops) + sum(stop["tag"] == "SUMMARY" for stop in stops) > 5
    )


@pytest.mark.parametrize(
    ("visit", "name"),
    [(FIRST.reader, "comparison/02_finances.html"), (NARROW.reader, None)],
    indirect=["visit"],
    ids=["links below headings that stay", "headings beside a column that stays"],
)
def test_nothing_stands_before_what_has_the_keyboard_in_either_direction(visit, cost, name):
    page = visit.open(name or cost)
    for key in ("Tab", "Shift+Tab"):
        stops = _stops(page, 700, key)
        assert 30 < len(stops) < 700
        assert [stop["text"] or stop["address"] for stop in stops if stop["covered"]] == []


def test_what_is_folded_unfolds_by_the_keyboard(visit, cost):
    page = visit.open(cost)
    for folded in ("main details.sources:not([open])", "nav details:not([open])"):
        details = page.locator(folded).first
        details.locator("summary").first.focus()
        handle = details.element_handle()
        page.keyboard.press("Enter")
        assert handle.evaluate("one => one.open"), folded


@pytest.mark.parametrize("visit", [NARROW.reader], indirect=True, ids=str)
def test_a_wide_table_scrolls_by_the_arrow_keys_within_its_box(visit, cost):
    page = visit.open(cost)
    wide = page.locator(".table-scroll").evaluate_all(
        "all => all.findIndex(one => one.scrollWidth > one.clientWidth + 40)"
    )
    box = page.locator(".table-scroll").nth(wide)
    box.focus()
    assert box.evaluate("one => one === document.activeElement")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("one => one.scrollLeft > 0", arg=box.element_handle())


@pytest.mark.parametrize("visit", [NARROW.reader], indirect=True, ids=str)
def test_the_menu_of_a_narrow_window_opens_by_the_keyboard_and_escape_closes_it(visit, cost):
    page = visit.open(cost)
    button = page.locator("button.primary-toggle")
    button.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#pst-primary-sidebar-modal")
    menu.locator("a").first.wait_for(state="visible")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert button.evaluate("one => one === document.activeElement")


def test_the_colours_are_changed_by_the_keyboard_and_stay_so_on_the_next_page(visit, cost):
    page = visit.open(cost)
    shown = "document.documentElement.dataset.theme"
    assert page.evaluate(shown) == "light"
    button = page.locator("button.theme-switch-button:visible").first
    button.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        if page.evaluate(shown) == "dark":
            break
    assert page.evaluate(shown) == "dark"
    visit.open("index.html")
    assert page.evaluate(shown) == "dark"


def test_the_search_is_reached_and_used_by_the_keyboard(visit, cost):
    page = visit.open(cost)
    page.keyboard.press("Control+k")
    page.wait_for_function("document.activeElement.matches('input[type=search]')")
    page.keyboard.type("budget")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=budget*")
    page.locator("#search-results li a").first.wait_for()
    assert visit.complaints == []


def test_every_kind_of_page_reads_with_scripts_switched_off(chromium, address, html, of_each_template):
    context = chromium.new_context(**FIRST.reader, java_script_enabled=False)
    page, wrong = context.new_page(), {}
    for name in of_each_template:
        page.goto(f"{address}/{name}", wait_until="load")
        hidden = [
            f"{kind} {number}"
            for kind in (
                "main h1",
                "main table:not(details *)",
                "main img:not(details *)",
                "main summary:not(details details *)",
                "footer a",
            )
            for number, one in enumerate(page.locator(kind).all())
            if not one.is_visible()
        ]
        shown = page.locator("nav a:visible").count()
        waits = page.locator(".spinner-border, .spinner, [aria-busy=true]").locator("visible=true").count()
        buttons = page.locator("button:visible").all_inner_texts()
        useless = [text for text in buttons if "search" not in text.casefold()]  # one that sends a form needs no script
        if hidden or shown < 20 or waits or useless:
            wrong[name] = (hidden, shown, waits, useless)
    context.close()
    assert wrong == {}


def test_nothing_moves_for_readers_who_ask_for_less_motion(chromium, address, cost):
    context = chromium.new_context(**FIRST.reader, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/{cost}", wait_until="load")
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(one => {
        const drawn = getComputedStyle(one), most = text => Math.max(...text.split(',').map(parseFloat));
        return most(drawn.transitionDuration) > 0.01 || (drawn.animationName !== 'none' && most(drawn.animationDuration) > 0.01)
            || drawn.scrollBehavior === 'smooth';
    }).map(one => one.outerHTML.slice(0, 100))""")
    context.close()
    assert moving == []


def test_every_kind_of_page_opens_from_disk_without_a_complaint(from_disk, of_each_template):
    for name in of_each_template:
        page = from_disk.open(name)
        assert page.locator("h1:visible").count() == 1, name
    assert from_disk.complaints == [] and from_disk.foreign == []
