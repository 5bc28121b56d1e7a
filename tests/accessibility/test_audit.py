"""An audit of every page in every mode: what it finds is counted, kept and never passed."""

import json

import pytest

from ncthelpers import trials
from ncthelpers.accessibility import audit, browser
from ncthelpers.accessibility.audit import Audit, Found, as_record, audited
from ncthelpers.accessibility.lighthouse import NoLighthouse, Scores
from ncthelpers.accessibility.scope import MODES

GOOD = Scores("index.html", {"accessibility": 100, "best-practices": 100}, ())
PAGE = '<html lang="en-GB"><head><title>Costs</title></head><main><h1>Costs</h1>{}</main></html>'


def test_an_audit_without_a_fault_is_passed():
    assert Audit(("index.html",), (), (GOOD,)).missed == ()
    assert as_record(Audit(("index.html",), (), (GOOD,)))["passed"]


@pytest.mark.parametrize(
    "done",
    [
        Audit(("a.html",), (Found("a.html", str(MODES[0]), "region"),), (GOOD,)),
        Audit(("a.html",), (), (Scores("a.html", {"accessibility": 99, "best-practices": 100}, ()),)),
        Audit(("a.html",), (), (), "npx was not found"),
    ],
    ids=["a fault", "a score", "not run"],
)
def test_each_kind_of_failure_misses_a_target(done):
    assert len(done.missed) == 1 and not as_record(done)["passed"]


def test_faults_are_counted_by_mode_and_all_modes_are_named():
    found = (Found("a", str(MODES[1]), "x"), Found("b", str(MODES[1]), "x"), Found("b", "our own rules", "y"))
    assert Audit(("a", "b"), found, ()).counts() == {
        **dict.fromkeys(map(str, MODES), 0),
        str(MODES[1]): 2,
        "our own rules": 1,
    }


@pytest.fixture
def root(tmp_path):
    """A root with a built book of two pages, one of them with a link that says nothing."""
    html = tmp_path / "_build" / "html"
    html.mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: 1999-00/02_kpis\n", "utf-8")
    (html / "index.html").write_text(PAGE.format("<a href='b.html'>here</a>"), "utf-8")
    (html / "b.html").write_text(PAGE.format(""), "utf-8")
    return tmp_path


@pytest.fixture
def no_browser(monkeypatch):
    """Pages are not opened, and Lighthouse is not run; the pages that would have been looked at."""
    looked = []
    monkeypatch.setattr(browser, "chromium", lambda: "chromium")
    monkeypatch.setattr(browser, "installed", lambda say: "chromium")
    monkeypatch.setattr(audit, "_by_axe", lambda address, pages, told, mode: looked.append((str(mode), pages)) or [])

    def scores(address, page):
        looked.append(page)
        if page != "index.html":
            raise NoLighthouse("it did not load")
        return GOOD

    monkeypatch.setattr(audit, "scores", scores)
    return looked


def test_every_page_is_looked_at_in_every_mode_and_our_own_rules_hold_too(root, no_browser):
    done = audited(root)
    assert {one for one in no_browser if isinstance(one, tuple)} == {
        (str(mode), ("b.html", "index.html")) for mode in MODES
    }
    assert [str(one.what).partition(":")[0] for one in done.found] == ["Every link says where it leads"]
    assert (done.lighthouse, done.not_run) == ((GOOD,), "it did not load")
    assert "1999-00/02_kpis.html" in no_browser


def test_the_command_says_what_is_missed_keeps_it_in_a_file_and_ends_with_1(root, no_browser, command):
    done = command(root, "audit")
    assert done.code == 1 and "Every link says where it leads" in done.err and "2 targets missed" in done.err
    kept = json.loads((root / "_build" / "audit.json").read_text("utf-8"))
    assert kept["pages"] == ["b.html", "index.html"] and not kept["passed"] and kept["lighthouse"]["not run"]
    assert "axe finds nothing, dark, 320 pixels wide" in done.out
    (shown,) = trials.recorded(root)
    assert not shown.met and shown.left_out == ("Lighthouse: it did not load",)
    assert {row.what: (row.tried, row.held) for row in shown.rows}["Pages that keep our own rules"] == (2, 1)


def test_the_command_passes_a_book_without_a_fault(root, no_browser, command, monkeypatch):
    monkeypatch.setattr(audit, "scores", lambda address, page: GOOD)
    (root / "_build" / "html" / "index.html").write_text(PAGE.format(""), "utf-8")
    done = command(root, "audit")
    assert done.code == 0 and "every target is met" in done.err
    assert trials.recorded(root)[0].met


def test_the_command_asks_for_a_book_that_is_not_built(tmp_path, no_browser, command):
    done = command(tmp_path, "audit")
    assert done.code == 2 and "the book is not built" in done.err
