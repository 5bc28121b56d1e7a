"""A page's JSON: the same bytes for the same page, exact figures, no two of one name; and the colophon below the page."""

import json
import re

import nbformat
import pytest

from ncthelpers.publish import companion, pages, staleness


def figure(name, value="1", unit="£m", text="one", rows=("2031-32/a.csv: 2",)):
    return {"name": name, "value": value, "unit": unit, "text": text, "rows": list(rows)}


def result(*figures, what="table", name="a"):
    return {"what": what, "name": name, "caption": "A", "columns": ["x"], "keys": ["k"], "figures": list(figures)}


@pytest.fixture
def root(tmp_path):
    """A root with a record of editions."""
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 2032-05-01\n\n- New.\n\n## 2032-01-01\n\n- First.\n")
    return tmp_path


def test_the_json_of_a_page_is_canonical_with_one_figure_a_line():
    shown = [result(figure("b", "2.50"), figure("a/ü/x", "1", text="£1m")), result(what="chart")]
    text = companion.page_json("04_cost", ["2031-32"], "2032-05-01", shown)
    assert text == companion.page_json("04_cost", ["2031-32"], "2032-05-01", shown) and text.endswith("}\n")
    held = json.loads(text)
    assert list(held) == sorted(held) == ["contract_year", "edition", "figures", "page", "shown"]
    assert list(held["figures"]) == ["a/ü/x", "b"] and held["figures"]["b"]["value"] == "2.50"
    assert [line for line in text.splitlines() if '"a/ü/x"' in line] == [
        '  "a/ü/x": {"rows": ["2031-32/a.csv: 2"], "text": "£1m", "unit": "£m", "value": "1"},'
    ]
    assert [one["what"] for one in held["shown"]] == ["table", "chart"] and "figures" not in held["shown"][0]


def test_a_page_of_several_years_lists_them_and_one_without_figures_is_json_too():
    held = json.loads(companion.page_json("01", ["2030-31", "2031-32"], "x", []))
    assert held["contract_years"] == ["2030-31", "2031-32"] and held["figures"] == {} and held["shown"] == []


def test_a_figure_shown_twice_stands_once():
    again = figure("a", text="1.0")
    assert companion.figures_by_name([result(figure("a")), result(again)])["a"]["text"] == "one"


@pytest.mark.parametrize("other", [{"value": "2"}, {"unit": "£000"}])
def test_two_figures_of_one_name_are_an_error_that_names_both(other):
    with pytest.raises(companion.ClashingFigures, match="two figures are named a: 1 £m and "):
        companion.figures_by_name([result(figure("a")), result(figure("a", **other))])


def test_results_are_taken_from_the_metadata_of_outputs_which_tidying_takes_off():
    output = nbformat.v4.new_output("display_data", {"text/plain": "x"}, metadata={"results": [result(figure("a"))]})
    cell = nbformat.v4.new_code_cell("x", execution_count=1, outputs=[output])
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A"), cell])
    assert companion.results_of(page) == [result(figure("a"))]
    tidied = pages.tidied(page)
    assert companion.results_of(tidied) == [] and tidied["cells"][1]["outputs"][0]["metadata"] == {}


# Editions


def test_the_newest_edition_is_the_first_that_the_record_of_changes_names(root):
    assert companion.newest_edition(root) == "2032-05-01"
    (root / "CHANGELOG.md").write_text("# Changes\n\n## soon\n")
    assert companion.newest_edition(root) == "not recorded"
    (root / "CHANGELOG.md").unlink()
    assert companion.newest_edition(root) == "not recorded"


def _published(edition, *figures):
    return companion.page_json("04_cost", ["2031-32"], edition, [result(*figures)])


def _edition(published, *figures):
    return companion.edition_of(published, companion.figures_by_name([result(*figures)]), "2032-05-01")


def test_an_edition_is_kept_for_as_long_as_no_value_changes():
    published = _published("2032-01-01", figure("a"))
    assert _edition(published, figure("a")) == "2032-01-01"
    assert _edition(published, figure("a", text="other words", rows=())) == "2032-01-01", "neither words nor rows"
    for changed in ([figure("a", "2")], [figure("a", unit="£")], [figure("b")], [figure("a"), figure("b")], []):
        assert _edition(published, *changed) == "2032-05-01", changed


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"figures": [], "edition": 1}', '{"figures": {"a": 1}}'])
def test_a_page_whose_json_cannot_be_read_is_of_the_newest_edition(broken):
    assert _edition(broken, figure("a")) == "2032-05-01"


def test_an_edition_that_was_not_recorded_is_recorded_when_it_can_be():
    assert _edition(_published("not recorded", figure("a")), figure("a")) == "2032-05-01"


# The colophon

PARTS = {
    "code of the template": "c" * 12, "words of the template": "d" * 12, "parameters": "{}", "Python": "3.11",
    "requirements.lock": "abcabcabcabc", "src/ncthelpers/a.py": "1" * 12, "src/ncthelpers/b.py": "2" * 12,
    "data/2031-32/a.csv": "3" * 12,
}  # fmt: skip


def _page():
    return {
        "cells": [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A"}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _colophon(parts):
    made = companion.with_colophon(_page(), ["2031-32"], parts, "book/2031-32/04_cost.json", "2032-05-01")
    return made["cells"][-1]["source"]


def test_the_colophon_is_the_last_cell_and_stands_once():
    page = _page()
    for _ in range(2):
        page = companion.with_colophon(page, ["2030-31", "2031-32"], PARTS, "book/comparison/01.json", "2032-05-01")
    assert [cell["id"] for cell in page["cells"]] == ["title", "colophon"]
    text = page["cells"][-1]["source"]
    assert text.startswith("## Colophon\n") and "Contract years: 2030-31 to 2031-32\n" in text
    assert "edition 2032-05-01\n" in text and "`book/comparison/01.json`" in text
    assert "locked environment: abcabcabcabc\n" in text
    nbformat.validate(nbformat.from_dict(page))


def test_the_colophon_of_one_year_names_it_once_and_says_what_is_not_recorded():
    text = _colophon({**PARTS, "requirements.lock": staleness.ABSENT})
    assert "- Contract year: 2031-32\n" in text
    assert "locked environment: not recorded\n" in text


def test_every_part_stands_in_the_metadata_of_the_page_under_their_key():
    page = companion.with_colophon(_page(), ["2031-32"], PARTS, "book/x.json", "1")
    assert page["metadata"]["ncthelpers"] == {"key": staleness.key(PARTS), "parts": PARTS}
    assert staleness.parts_of(page) == PARTS


def test_the_checksums_of_the_colophon_tell_data_and_modules_apart():
    def told(parts):
        text = _colophon(parts)
        data = re.search(r"the (\d+) files of data that it reads: (\w{12})\n", text).groups()
        return data, re.search(r"the (\d+) files of the package that it uses: (\w{12})\n", text).groups()

    data, code = told(PARTS)
    assert (data[0], code[0]) == ("1", "2")
    assert told({**PARTS, "Python": "3.12", "words of the template": "e" * 12}) == (data, code)
    other_data, same_code = told({**PARTS, "data/2031-32/a.csv": "4" * 12})
    assert other_data != data and same_code == code
    same_data, other_code = told({**PARTS, "src/ncthelpers/b.py": "4" * 12})
    assert same_data == data and other_code != code
