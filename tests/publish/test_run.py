"""Running a year: every page or none, the same bytes every time, and a changed figure does not go unnoticed."""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from ncthelpers.faults import DataFaults
from ncthelpers.load import seal_year
from ncthelpers.publish import pages
from ncthelpers.publish.run import PageFailed, run_year
from ncthelpers.years import ContractYear

YEAR = ContractYear("2021-22")
BUDGET = (
    f"data/{YEAR}/service_costs.csv",
    "Prevention & Safeguarding,service,14314,",
    "Prevention & Safeguarding,service,14315,",
)
RUN = ["02_kpis", "04_cost", "14_inspections"]  # tables, step charts and a timeline


def _with_cell(template, source):
    """Write a cell before the last one of a template; its place among the cells."""
    notebook = nbformat.read(template, as_version=4)
    place = len(notebook.cells) - 1
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source, id="added"))
    nbformat.write(notebook, template)
    return place


def _published(root):
    """A book with one page of the year in it, as if from an earlier run."""
    folder = root / "book" / str(YEAR)
    folder.mkdir(parents=True)
    (folder / "11_rectification_plans.ipynb").write_text("published before\n", "utf-8")
    return root / "book"


# All or nothing


@pytest.mark.slow
def test_a_failing_cell_leaves_the_book_as_it_was_and_is_named(root, some_templates, contents):
    folder = some_templates("11_rectification_plans", "16_appendices")
    place = _with_cell(folder / "16_appendices.ipynb", 'tables.show(review, "no_such_table")')
    book = _published(root)
    before = contents(book)
    with pytest.raises(PageFailed) as failed:
        run_year(root, folder, YEAR)
    assert contents(book) == before  # not even the page that could be made
    assert sorted(path.name for path in book.iterdir()) == [str(YEAR)]  # nothing left of the attempt
    message = str(failed.value)
    assert message.startswith("16_appendices.ipynb, cell ")
    assert "no_such_table" in message
    assert int(re.search(r"cell (\d+)", message)[1]) == place + 1  # in the template, counted from one


@pytest.mark.slow
def test_a_cell_that_warns_leaves_the_book_as_it_was_and_is_named(root, some_templates, contents):
    folder = some_templates("11_rectification_plans")
    _with_cell(folder / "11_rectification_plans.ipynb", 'import warnings\nwarnings.warn("doubtful")')
    book = _published(root)
    before = contents(book)
    with pytest.raises(PageFailed, match=r"^11_rectification_plans\.ipynb, cell \d+ .*doubtful"):
        run_year(root, folder, YEAR)
    assert contents(book) == before


def test_a_template_with_another_parameter_is_refused_before_anything_runs(root, some_templates, contents):
    folder = some_templates("11_rectification_plans", "16_appendices")
    notebook = nbformat.read(folder / "16_appendices.ipynb", as_version=4)
    notebook.cells[1].source += '\ncouncil = ""'
    nbformat.write(notebook, folder / "16_appendices.ipynb")
    book, told = _published(root), []
    before = contents(book)
    with pytest.raises(
        pages.TemplateError, match="16_appendices.ipynb takes the parameters contract_year, council, root"
    ):
        run_year(root, folder, YEAR, told.append)
    assert contents(book) == before
    assert told == []


def test_a_folder_without_templates_is_refused(root, tmp_path, contents):
    book = _published(root)
    before = contents(book)
    with pytest.raises(pages.TemplateError, match="holds no template"):
        run_year(root, tmp_path, YEAR)
    assert contents(book) == before


def test_faulty_data_runs_nothing(root, some_templates, contents):
    costs = root / BUDGET[0]
    costs.write_text(costs.read_text("utf-8").replace("14314", "about 14,000"), "utf-8")
    book, told = _published(root), []
    before = contents(book)
    with pytest.raises(
        DataFaults, match="service_costs.csv, row 4, column budget: 'about 14000'|'about 14,000'|cells where"
    ):
        run_year(root, some_templates("11_rectification_plans"), YEAR, told.append)
    assert contents(book) == before
    assert told == []


# The same bytes


@pytest.fixture(scope="module")
def a_run(repository, tmp_path_factory):
    """Three templates run from clean in a root of their own: that root, the templates, what was told and returned."""
    folder = tmp_path_factory.mktemp("run")
    root, few, told = folder / "root", folder / "templates", []
    shutil.copytree(repository / "data", root / "data")
    few.mkdir()
    for name in RUN:
        shutil.copy(repository / "notebooks" / f"{name}.ipynb", few)
    return root, few, told, run_year(root, few, YEAR, told.append)


@pytest.mark.slow
def test_a_run_from_clean_tells_and_returns_every_page(a_run, contents):
    root, _, told, changed = a_run
    assert told == RUN
    assert changed == [f"{name}.ipynb" for name in RUN]
    pages_made = [f"{YEAR}/{name}.{kind}" for name in RUN for kind in ("ipynb", "json")]
    assert list(contents(root / "book")) == [*pages_made, f"{YEAR}/claims.json"]


@pytest.mark.slow
def test_runs_from_clean_give_the_same_bytes_wherever_and_whenever(a_run, contents, tmp_path, monkeypatch):
    root, few, _, _ = a_run
    elsewhere = tmp_path / "another place" / "deeper" / "root"
    shutil.copytree(root / "data", elsewhere / "data")
    surroundings = {
        "PYTHONHASHSEED": "4711",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "COLUMNS": "40",
        "MPLBACKEND": "agg",
    }
    for variable, value in surroundings.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    run_year(elsewhere, few, YEAR)
    assert contents(elsewhere / "book") == contents(root / "book")


@pytest.mark.slow
def test_the_pages_in_the_book_are_what_their_templates_and_data_give(a_run, contents, repository):
    root, *_ = a_run
    made = contents(root / "book")

    def whole(content):
        """Without what a root does not have that holds data alone: a record of editions and a locked environment."""
        content = re.sub(rb"(edition|environment: |edition\": \")[^\\\n]*", rb"\1", content)
        return content

    assert {
        name: whole((repository / "book" / name).read_bytes()) == whole(page) for name, page in made.items()
    } == dict.fromkeys(made, True)


@pytest.mark.slow
def test_a_second_run_changes_nothing_and_a_page_without_template_goes(root, some_templates):
    book = _published(root) / str(YEAR)
    (book / "99_gone.ipynb").write_text("its template was removed\n", "utf-8")
    folder = some_templates("11_rectification_plans")
    assert run_year(root, folder, YEAR) == ["11_rectification_plans.ipynb", "99_gone.ipynb"]
    names = sorted(path.name for path in book.iterdir())
    assert names == ["11_rectification_plans.ipynb", "11_rectification_plans.json", "claims.json"]
    page = book / "11_rectification_plans.ipynb"
    touched = os.stat(page).st_mtime_ns
    assert run_year(root, folder, YEAR) == []
    assert os.stat(page).st_mtime_ns == touched


@pytest.mark.slow
def test_a_page_stands_in_the_book_with_its_json_and_ends_with_its_colophon(a_run):
    root, *_ = a_run
    for name in RUN:
        held = json.loads((root / "book" / str(YEAR) / f"{name}.json").read_text("utf-8"))
        page = nbformat.read(root / "book" / str(YEAR) / f"{name}.ipynb", as_version=4)
        assert (held["page"], held["contract_year"], held["edition"]) == (name, str(YEAR), "not recorded")
        assert held["figures"] or name == "02_kpis"
        assert page.cells[-1].id == "colophon" and f"`book/{YEAR}/{name}.json`" in page.cells[-1].source
        assert not [one for cell in page.cells for one in cell.get("outputs", []) if one.metadata]


@pytest.mark.slow
def test_a_json_that_was_changed_by_hand_is_put_right(root, some_templates):
    folder = some_templates("11_rectification_plans")
    run_year(root, folder, YEAR)
    file = root / "book" / str(YEAR) / "11_rectification_plans.json"
    right = file.read_bytes()
    file.write_bytes(right.replace(b"{", b"{ ", 1))
    assert run_year(root, folder, YEAR) == ["11_rectification_plans.ipynb"] and file.read_bytes() == right


@pytest.mark.slow
def test_two_figures_of_one_name_stop_the_page(root, some_templates, contents):
    folder = some_templates("11_rectification_plans")
    twice = (
        "from ncthelpers.provenance import Figure, Shown\n"
        "from ncthelpers.tables import Table\n"
        "made = [Table('A', (), (), shown=Shown('table', 'a', figures=(Figure('a/b', n, '', n, ()),))) for n in '12']\n"
        "display(*made)"
    )
    _with_cell(folder / "11_rectification_plans.ipynb", "from IPython.display import display\n" + twice)
    book = _published(root)
    before = contents(book)
    with pytest.raises(PageFailed, match=r"^11_rectification_plans.ipynb, two figures are named a/b: 1 and 2$"):
        run_year(root, folder, YEAR)
    assert contents(book) == before


# Regression


def _nbval(root, repository):
    """Run the pages again with today's data and compare, as ``ncthelpers test`` does."""
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(root / "book"), "-c"]
    command += [str(repository / "pyproject.toml"), "--nbval", "--nbval-current-env", str(root / "book")]
    return subprocess.run([sys.executable, "-I", *command], capture_output=True, text=True, cwd=root)


@pytest.mark.slow
def test_one_budget_figure_off_by_one_fails_naming_the_page_until_the_year_is_rerun(root, repository, some_templates):
    names = ["04_cost", "11_rectification_plans"]
    pages_of_year = root / "book" / str(YEAR)
    pages_of_year.mkdir(parents=True)
    for name in names:
        for kind in ("ipynb", "json"):
            shutil.copy(repository / "book" / str(YEAR) / f"{name}.{kind}", pages_of_year)
    (root / "CHANGELOG.md").write_text("# Changes\n\n## 2099-01-01\n\n- A figure was wrong.\n", "utf-8")
    before = {name: json.loads((pages_of_year / f"{name}.json").read_text("utf-8")) for name in names}
    file, printed, wrong = BUDGET
    text = (root / file).read_text("utf-8")
    assert text.count(printed) == 1
    (root / file).write_text(text.replace(printed, wrong), "utf-8")
    seal_year(root, YEAR)

    failed = _nbval(root, repository)
    assert failed.returncode == 1
    named = re.findall(r"^FAILED (\S+?)::", failed.stdout, flags=re.MULTILINE)
    assert {name.rpartition("/")[2] for name in named} == {"04_cost.ipynb"}  # and not the page that it does not touch

    changed = run_year(root, some_templates(*names), YEAR)
    assert changed == [f"{name}.ipynb" for name in names], "the data is other data, which every colophon says"
    after = {name: json.loads((pages_of_year / f"{name}.json").read_text("utf-8")) for name in names}
    assert after["04_cost"]["edition"] == "2099-01-01"
    assert after["11_rectification_plans"] == before["11_rectification_plans"], "no value of it changed"
    again = _nbval(root, repository)
    assert again.returncode == 0, again.stdout


def test_the_published_folder_can_be_read_by_others_as_any_folder_can(root, some_templates):
    """A temporary folder is its owner's alone; the pages must not inherit that."""
    run_year(root, some_templates("13_risk"), YEAR)
    folder = root / "book" / str(YEAR)
    assert folder.stat().st_mode == (root / "book").stat().st_mode
