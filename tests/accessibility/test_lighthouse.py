"""What Lighthouse says of a page, and that its absence is said and never passed over."""

import subprocess

import pytest

from ncthelpers.accessibility import lighthouse
from ncthelpers.accessibility.lighthouse import NoLighthouse, Scores, pages_of, scores_of

REPORT = {
    "categories": {
        "accessibility": {"score": 0.995, "auditRefs": [{"id": "lang"}, {"id": "map"}, {"id": "manual"}]},
        "best-practices": {"score": 0.94, "auditRefs": [{"id": "errors"}, {"id": "lang"}]},
    },
    "audits": {
        "lang": {"score": 1, "title": "A language", "scoreDisplayMode": "binary"},
        "map": {"score": None, "title": "A map", "scoreDisplayMode": "notApplicable"},
        "manual": {"score": None, "title": "To be looked at", "scoreDisplayMode": "manual"},
        "errors": {"score": 0, "title": "Errors in the console", "scoreDisplayMode": "binary"},
    },
}


def test_a_page_has_its_scores_and_what_it_did_not_pass():
    found = scores_of("a.html", REPORT)
    assert found == Scores("a.html", {"accessibility": 100, "best-practices": 94}, ("Errors in the console",))
    assert found.missed == ("a.html: best-practices 94, below 95",)


@pytest.mark.parametrize(("accessibility", "practices", "missed"), [(100, 95, 0), (99, 95, 1), (100, 94, 1), (0, 0, 2)])
def test_each_target_is_missed_just_below_it(accessibility, practices, missed):
    found = Scores("a.html", {"accessibility": accessibility, "best-practices": practices}, ())
    assert len(found.missed) == missed


def test_a_score_that_is_not_there_is_missed():
    assert Scores("a.html", {}, ()).missed == (
        "a.html: accessibility 0, below 100",
        "a.html: best-practices 0, below 95",
    )


def test_a_page_that_could_not_be_looked_at_has_no_scores():
    with pytest.raises(NoLighthouse, match="a.html: it did not load"):
        scores_of("a.html", {"runtimeError": {"code": "NO_FCP", "message": "it did not load"}})


def test_pages_that_are_not_there_are_not_looked_at():
    assert pages_of(["1999-00/00_summary"]) == ("index.html",)


def test_without_npm_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: None)
    with pytest.raises(NoLighthouse, match="npx was not found: install Node"):
        lighthouse.scores("http://127.0.0.1:1", "a.html")


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (
            lambda *_, **__: subprocess.CompletedProcess([], 1, "", "first\nno network\n"),
            "without a report: no network",
        ),
        (lambda *_, **__: subprocess.CompletedProcess([], 0, "", ""), "it does not say why"),
    ],
)
def test_one_that_ends_without_a_report_is_told(monkeypatch, ends, told):
    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: name)
    monkeypatch.setattr(lighthouse, "chromium", lambda: "chromium")
    monkeypatch.setattr(lighthouse.subprocess, "run", ends)
    with pytest.raises(NoLighthouse, match=told):
        lighthouse.scores("http://127.0.0.1:1", "a.html")


def test_it_asks_npm_for_one_version_and_sends_no_reports_home(monkeypatch):
    asked = []

    def run(command, **_):
        asked.extend(command)
        return subprocess.CompletedProcess(command, 1, "", "")

    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: name)
    monkeypatch.setattr(lighthouse, "chromium", lambda: "chromium")
    monkeypatch.setattr(lighthouse.subprocess, "run", run)
    with pytest.raises(NoLighthouse):
        lighthouse.scores("http://127.0.0.1:1", "a.html")
    assert asked[:4] == ["npx", "--yes", f"lighthouse@{lighthouse.LIGHTHOUSE}", "http://127.0.0.1:1/a.html"]
    assert "--no-enable-error-reporting" in asked and lighthouse.LIGHTHOUSE.count(".") == 2
