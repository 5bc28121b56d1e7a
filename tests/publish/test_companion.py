"""A page's JSON: the same bytes for the same page, exact figures, no two of one name; and the colophon below the page."""

import json
import re

import nbformat
import pytest

from ncthelpers.datapackage import checksum
from ncthelpers.publish import companion, pages


def figure(name, value="1", unit="£m", text="one", rows=("2031-32/a.csv: 2",)):
    return {"name": name, "value": value, "unit": unit, "text": text, "rows": list(rows)}


def result(*figures, what="table", name="a"):
    return {"what": what, "name": name, "caption": "A", "columns": ["x"], "keys": ["k"], "figures": list(figures)}


@pytest.fixture
def root(tmp_path):
    """A root with two folders of data and a record of editions."""
    for folder in ("2031-32", "reference"):
        (tmp_path / "data" / folder).mkdir(parents=True)
        (tmp_path / "data" / folder / "datapackage.yml").write_text(f"name: {folder}\n")
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
    assert companion.results_of(pages.tidied(page)) == [] and pages.tidied(page).cells[1].outputs[0].metadata == {}


# Editions


def test_the_newest_edition_is_the_first_that_the_record_of_changes_names(root):
    assert companion.newest_edition(root) == "2032-05-01"
    (root / "CHANGELOG.md").write_text("# Changes\n\n## soon\n")
    assert companion.newest_edition(root) == "not recorded"
    (root / "CHANGELOG.md").unlink()
    assert companion.newest_edition(root) == "not recorded"


def test_an_edition_is_kept_for_as_long_as_no_value_changes(tmp_path):
    published = tmp_path / "04_cost.json"
    published.write_text(companion.page_json("04_cost", ["2031-32"], "2032-01-01", [result(figure("a"))]), "utf-8")

    def edition(*figures):
        return companion.edition_of(published, companion.figures_by_name([result(*figures)]), "2032-05-01")

    assert edition(figure("a")) == "2032-01-01"
    assert edition(figure("a", text="other words", rows=())) == "2032-01-01", "neither words nor rows are values"
    for changed in ([figure("a", "2")], [figure("a", unit="£")], [figure("b")], [figure("a"), figure("b")], []):
        assert edition(*changed) == "2032-05-01", changed
    for broken in ("", "[]", "{}", '{"figures": [], "edition": 1}', '{"figures": {"a": 1}}'):
        published.write_text(broken)
        assert edition(figure("a")) == "2032-05-01"
    published.unlink()
    assert edition(figure("a")) == "2032-05-01"


def test_an_edition_that_was_not_recorded_is_recorded_when_it_can_be(tmp_path):
    published = tmp_path / "a.json"
    published.write_text(companion.page_json("a", ["2031-32"], "not recorded", [result(figure("a"))]), "utf-8")
    assert (
        companion.edition_of(published, companion.figures_by_name([result(figure("a"))]), "2032-05-01") == "2032-05-01"
    )


# The colophon


def test_what_a_page_is_made_of_is_told_by_checksums_of_contents(root, tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("pandas==2\n")
    made = companion.made_with(root, ["2031-32"], tmp_path, lock)
    assert made.lock == checksum(b"pandas==2\n")[:12] and made.edition == "2032-05-01"
    assert made.data == (
        ("data/2031-32", checksum(b"name: 2031-32\n")[:12]), ("data/reference", checksum(b"name: reference\n")[:12]),
    )  # fmt: skip
    assert companion.made_with(root, ["2031-32"], tmp_path).lock == "not recorded"


@pytest.fixture
def package(tmp_path):
    """A package of five modules, and a page that uses three of them."""
    folder = tmp_path / "invented"
    files = {
        "charts/__init__.py": "from invented.charts.bars import bar\n", "charts/bars.py": "from invented import costs\n",
        "costs.py": "x = 1\n", "other.py": "from invented import costs\n", "results.yml": "[]\n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_modules_used_are_those_imported_directly_or_through_each_other(package):
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("from invented import charts")])
    used = [path.relative_to(package).as_posix() for path in companion.modules_used(page, package)]
    assert used == ["charts/__init__.py", "charts/bars.py", "costs.py", "results.yml"]


def test_the_checksum_of_the_modules_tells_content_and_name_of_those_used_and_of_no_other(root, package):
    def of_modules():
        page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("from invented import charts")])
        made = companion.made_with(root, ["2031-32"], package)
        text = companion.with_colophon(page, made, "book/a.json", "1").cells[-1].source
        return re.search(r"the (\d+) files of the package that it uses: (\w{12})", text).groups()

    before = of_modules()
    assert before[0] == "4"
    (package / "costs.py").write_bytes(b"x = 1\r\n")
    (package / "other.py").write_text("y = 2\n")
    assert of_modules() == before, "neither line ends nor a module that is not used"
    (package / "costs.py").write_text("x = 2\n")
    changed = of_modules()
    assert changed != before
    (package / "charts" / "bars.py").rename(package / "charts" / "columns.py")
    assert of_modules() != changed


def test_the_colophon_is_the_last_cell_and_stands_once(root, tmp_path):
    made = companion.made_with(root, ["2030-31", "2031-32"], tmp_path)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A", id="title")])
    for _ in range(2):
        page = companion.with_colophon(page, made, "book/comparison/01.json", "2032-05-01")
    assert [cell.id for cell in page.cells] == ["title", "colophon"]
    text = page.cells[-1].source
    assert text.startswith("## Colophon\n") and "Contract years: 2030-31 to 2031-32" in text
    assert "edition 2032-05-01" in text and "`book/comparison/01.json`" in text and "not recorded" in text
    assert not [word for word in (str(tmp_path), "None") if word in text]
    nbformat.validate(page)
