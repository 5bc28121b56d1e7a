"""One page made: its template run, what differs taken out, and what it is made of written down."""

import json
import re
from dataclasses import replace

import nbformat
import pytest

from ncthelpers.load import open_year
from ncthelpers.publish import making, notices, pages, staleness, workers
from ncthelpers.publish.plan import Planned

YEAR = "2031-32"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
FILES = {
    f"data/{YEAR}/budget_gaps.csv": "111111111111", f"data/{YEAR}/property.csv": "222222222222",
    f"data/{YEAR}/contract.yml": "333333333333",
}  # fmt: skip


def _template(*sources):
    cells = [nbformat.v4.new_markdown_cell("# A page", id="title")]
    cells.append(nbformat.v4.new_code_cell('contract_year = ""\nroot = ""', id="parameters", metadata={"tags": ["parameters"]}))  # fmt: skip
    cells += [nbformat.v4.new_code_cell(source, id=f"cell-{n:02}") for n, source in enumerate(sources, 1)]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


OPENS = (
    "from ncthelpers import tables\nfrom ncthelpers.load import open_year\n\nreview = open_year(root, contract_year)"
)


@pytest.fixture
def task(book):
    """A function that gives what it takes to make a page of the given code cells."""

    def made(*sources, **other):
        template = _template(*sources)
        fixed = staleness.fixed_parts(template["cells"], {"contract_year": YEAR}, None)
        whole = making.Task(
            folder=YEAR, name="12_funding", template=template, at=str(book.root / "book" / YEAR),
            parameters={"contract_year": YEAR, "root": "../.."}, years=(YEAR,), fixed=fixed, files=FILES,
            editions=("2032-09-01",), before="", record="", engine="ncthelpers",
        )  # fmt: skip
        return replace(whole, **other)

    return made


def _made(task, seconds=30):
    return workers.call(making.made, task, seconds=seconds)


def test_a_page_is_made_with_its_json_and_says_what_it_read_when_the_run_began(task):
    made = _made(task(OPENS, 'tables.show(review, "budget_gaps")'))
    page, held = json.loads(made.page), json.loads(made.companion)
    assert (made.engine, made.seconds > 0) == ("ncthelpers", True)
    parts = staleness.parts_of(page)
    read = staleness.data_parts(parts)
    assert {name: read[name] for name in FILES if name in read} == {
        name: FILES[name] for name in (f"data/{YEAR}/budget_gaps.csv", f"data/{YEAR}/contract.yml")
    }
    assert read["data/schemas/budget_gaps.yml"] == staleness.ABSENT, "it was not there when the run began"
    assert {name: parts[name] for name in parts if not name.startswith("data/")} == task(
        OPENS, 'tables.show(review, "budget_gaps")'
    ).fixed
    assert (held["page"], held["edition"], held["contract_year"]) == ("12_funding", "2032-09-01", YEAR)
    assert [cell["id"] for cell in page["cells"]] == [
        "title", "parameters", "injected-parameters", "cell-01", "cell-02", "colophon",
    ]  # fmt: skip


def test_a_page_that_reads_nothing_says_so(task):
    assert staleness.data_parts(staleness.parts_of(json.loads(_made(task("x = 1")).page))) == {}


def test_what_one_page_read_is_not_said_of_the_next(task):
    first = _made(task(OPENS, 'tables.show(review, "property")'))
    second = _made(task(OPENS, 'tables.show(review, "budget_gaps")'))
    assert [f"data/{YEAR}/property.csv" in staleness.parts_of(json.loads(made.page)) for made in (first, second)] == [
        True, False,
    ]  # fmt: skip


def test_its_json_as_it_was_published_says_when_its_figures_last_changed(task):
    shows = task(OPENS, 'tables.show(review, "budget_gaps")', editions=("2032-10-01",))
    before = _made(replace(shows, editions=("2032-09-01",))).companion
    again = _made(replace(shows, before=before))
    assert json.loads(again.companion)["edition"] == "2032-09-01"
    assert "edition 2032-09-01" in "".join(json.loads(again.page)["cells"][-1]["source"])
    other = before.replace('"value": "10.5"', '"value": "10.4"')
    assert other != before and json.loads(_made(replace(shows, before=other)).companion)["edition"] == "2032-10-01"


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (("x = 1", "1 / 0"), r"^cell 4: ZeroDivisionError: division by zero$"),
        (("raise SystemExit(3)",), r"^cell 3: SystemExit: 3$"),
        (("import sys\nsys.exit(0)",), r"^it stopped before its last cell$"),
        (("print('noise')",), r"^cell 3 did not run cleanly: noise$"),
        (("import sys", "print('noise', file=sys.stderr)"), r"^cell 4 did not run cleanly: noise$"),
        (("import warnings\nwarnings.warn('doubtful')",), r"^cell 3 did not run cleanly: (?s:.*)UserWarning: doubtful"),
        (("raise ValueError('<b>' * 3)",), r"^cell 3: ValueError: <b><b><b>$"),
    ],
    ids=["error", "exit", "exit that is no failure", "printed", "error stream", "warning", "markup"],
)
def test_a_cell_that_fails_or_makes_noise_is_named_with_what_it_said(task, sources, said):
    with pytest.raises(making.PageFailed) as failed:
        _made(task(*sources))
    assert re.search(said, str(failed.value))


@pytest.mark.slow
def test_a_cell_that_fails_in_the_stock_kernel_is_named_in_the_same_words(task):
    with pytest.raises(making.PageFailed) as failed:
        workers.call(making.made, task("x = 1", "1 / 0", engine=None), seconds=30, cold=True)
    assert str(failed.value) == "cell 4: ZeroDivisionError: division by zero"


def test_a_cell_that_takes_too_long_is_named(task):
    with pytest.raises(workers.WorkerFailed, match=r"^cell 4: it took more than 3 s and was stopped$"):
        _made(task("x = 1", "while True:\n    pass"), seconds=3)


def test_a_page_as_text_is_as_notebooks_are_written(book):
    text = (book.root / "book" / YEAR / "12_funding.ipynb").read_text("utf-8")
    assert making.as_text(json.loads(text)) == text
    assert text.endswith("}\n") and text == nbformat.v4.writes(nbformat.v4.reads(text)) + "\n"


# Words written again


def test_a_page_reworded_keeps_its_outputs_and_names_its_new_words(book):
    folder = book.root / "book" / YEAR
    published, beside = ((folder / f"04_cost.{kind}").read_text("utf-8") for kind in ("ipynb", "json"))
    said = notices.of_pages([open_year(book.root, YEAR)])

    def filled():
        read = pages.read(book.repository / "notebooks" / "04_cost.ipynb")
        return pages.with_notices(pages.filled(read, {"contract_year": YEAR}), said)

    template = filled()
    template["cells"][0]["source"] = "# Other words"
    was = staleness.parts_of(json.loads(published))
    parts = {**was, staleness.WORDS: "0" * 12}
    page = Planned("04_cost", template, {}, parts, ("words of the template changed",), words_only=True)
    again = json.loads(making.reworded(YEAR, page, (YEAR,), published, beside))
    assert again["cells"][0]["source"] == ["# Other words"]
    before = json.loads(published)
    assert again["cells"][1:] == before["cells"][1:]
    assert staleness.parts_of(again) == parts
    same = replace(page, template=filled(), parts=was)
    assert making.reworded(YEAR, same, (YEAR,), published, beside) == published
