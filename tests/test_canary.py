"""The canary: what it asks of Sphinx, and that it sees a page that is not as it was. Its own environment is not made here."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("canary", ROOT / "trials" / "canary.py")
canary = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(canary)

PAGE = "# Cost\n\nUnderspent.\n\n| service | pounds |\n|---|---|\n| Homes | 50 |\n"


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.md").write_text(PAGE, "utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    return tmp_path


def made(book, name, **more):
    asked = canary.settings(ROOT / "_config.yml", book / "_toc.yml", own_look=False) | more
    said = canary.built(Path(sys.executable), book / "book", book / name, asked)
    return book / name / "html", said


@pytest.mark.parametrize("own_look", [True, False])
def test_nothing_of_jupyter_book_is_asked_for(own_look):
    asked = canary.settings(ROOT / "_config.yml", ROOT / "_toc.yml", own_look)
    assert {"myst_nb", "sphinx_external_toc"} <= set(asked["extensions"])
    assert not any("jupyter" in name or "comments" in name for name in asked["extensions"])
    assert ("ncthelpers.publish.theme" in asked["extensions"]) == ("html_theme" in asked) == own_look
    assert asked["nb_execution_mode"] == "off"


@pytest.mark.slow
def test_a_page_that_shows_something_else_is_missing_or_is_warned_of_is_seen(book):
    before, said = made(book, "before")
    assert said == "" and canary.shows(before / "index.html") == ("CostUnderspent.servicepoundsHomes50", 1, 0)
    (book / "book" / "index.md").write_text(PAGE.replace("50", "51") + "\n![a chart](gone.svg)\n", "utf-8")
    after, said = made(book, "after")
    assert "index.md" in said and "gone.svg" in said
    assert canary.differing(["index"], before, before, "") == []
    assert canary.differing(["index"], after, before, "") == ["index"]
    assert canary.differing(["index"], before, before, said) == ["index"]
    assert canary.differing(["index", "gone"], before, before, "") == ["gone"]
