"""A page is its template with the year filled in, run, and rid of whatever differs from one run to the next."""

import json
import platform
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ncthelpers import narrative, results, wording
from ncthelpers.publish import companion, executors, manifest, notices, pages, run, toc
from ncthelpers.years import ContractYear

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _run(source, count=1, outputs=(), **metadata):
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def _shown(html="<p>shown</p>"):
    return new_output("execute_result", {"text/html": html}, execution_count=1)


def _template(folder, parameters, name="00_x", rest=()):
    path = folder / f"{name}.ipynb"
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}), *rest]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


# Templates


def test_templates_are_those_with_a_number_in_order(tmp_path):
    for name in ("10_b.ipynb", "02_a.ipynb", "notes.ipynb", "3_c.ipynb", "04_d.md"):
        (tmp_path / name).touch()
    assert [path.name for path in pages.templates(tmp_path)] == ["02_a.ipynb", "10_b.ipynb"]


def test_a_template_with_year_and_root_is_taken(tmp_path):
    assert pages.check_parameters(_template(tmp_path, 'contract_year = ""\nroot = ""')) is None


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ('contract_year = ""\nroot = ""\ncouncil = ""', "council"),
        ('contract_year = ""', "contract_year"),
        ('year = ""\nroot = ""', "year"),
        ("", "none"),
    ],
)
def test_a_template_with_other_parameters_is_refused(tmp_path, parameters, named):
    # papermill only warns, and would run the page for its default year
    with pytest.raises(
        pages.TemplateError, match=rf"00_x\.ipynb takes the parameters .*{named}.*not contract_year, root"
    ):
        pages.check_parameters(_template(tmp_path, parameters))


def test_a_template_that_compares_takes_years_and_root_and_one_of_a_year_does_not(tmp_path):
    compares = _template(tmp_path, 'contract_years = []\nroot = ""')
    assert pages.check_parameters(compares, pages.COMPARISON_PARAMETERS) is None
    with pytest.raises(pages.TemplateError, match="takes the parameters contract_years, root, not contract_year, root"):
        pages.check_parameters(compares)
    of_a_year = _template(tmp_path, 'contract_year = ""\nroot = ""', "01_y")
    with pytest.raises(pages.TemplateError, match="takes the parameters contract_year, root, not contract_years, root"):
        pages.check_parameters(of_a_year, pages.COMPARISON_PARAMETERS)


def test_the_subject_of_a_template_is_the_table_that_it_shows_first(tmp_path):
    rest = [new_markdown_cell('tables.show(data, "prose")'), new_code_cell('charts.gaps(data)\ntables.sources(data, "risks")'),
            new_code_cell('tables.show(data, "audits", sort="start")'), new_code_cell('tables.show(data, "aims")')]  # fmt: skip
    assert pages.subject(_template(tmp_path, 'contract_year = ""', rest=rest)) == "audits"
    with pytest.raises(pages.TemplateError, match=r"00_x\.ipynb shows no table"):
        pages.subject(_template(tmp_path, 'contract_year = ""', rest=rest[:2]))


def test_the_tables_that_a_template_shows_are_named_once_without_those_that_cite_a_section(tmp_path):
    rest = [new_code_cell('tables.show(data, "audits")\ntables.show(data, "events", cites="report:4")'),
            new_code_cell('tables.show(data, "audits", sort="start")'), new_code_cell('tables.show(data, "aims")')]  # fmt: skip
    assert pages.shown(_template(tmp_path, 'contract_year = ""', rest=rest)) == ("audits", "aims")


def test_every_template_of_a_year_has_a_subject_that_the_book_knows(repository, review):
    for template in pages.templates(repository / "notebooks"):
        assert results.table_schema(review, pages.subject(template)).table == pages.subject(template)


def test_words_are_filled_into_prose_and_not_into_code():
    prose = new_markdown_cell("# {public_title}\n\nIn {contract_year} and {contract_year}, {nothing}")
    template = new_notebook(cells=[prose, new_code_cell('"{contract_year}"')])
    page = pages.filled(template, {"contract_year": "2031-32", "public_title": "Public data"})
    assert [cell["source"] for cell in page["cells"]] == [
        "# Public data\n\nIn 2031-32 and 2031-32, {nothing}", '"{contract_year}"',
    ]  # fmt: skip
    assert template.cells[0].source.startswith("# {public_title}")  # the template itself is not touched
    assert pages.filled(template, {}) == template


def test_a_template_is_read_with_each_source_in_one_piece(tmp_path):
    template = pages.read(
        _template(tmp_path, 'contract_year = ""\nroot = ""', rest=[new_markdown_cell("# A\n\nWords")])
    )
    assert [cell["source"] for cell in template["cells"]] == ['contract_year = ""\nroot = ""', "# A\n\nWords"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": [{}]}', '{"cells": [{"source": 1}]}', "caf\xe9"])
def test_what_is_no_notebook_is_refused_by_name(tmp_path, text):
    (tmp_path / "00_x.ipynb").write_bytes(text.encode("latin-1"))
    with pytest.raises(pages.TemplateError, match=r"^00_x\.ipynb is not a notebook"):
        pages.read(tmp_path / "00_x.ipynb")


def test_a_cell_that_is_not_python_is_refused_with_its_line(tmp_path):
    with pytest.raises(pages.TemplateError, match=r"^00_x\.ipynb has a cell that is not Python: .*tables\.show\("):
        pages.read(_template(tmp_path, "tables.show("))


# Tidying


def _traces():
    """A page as papermill leaves it, with everything that must go."""
    timing = {"start_time": "2026-11-21T10:00:00", "duration": 0.5, "status": "completed"}
    cells = [
        new_markdown_cell("# Title", metadata={"papermill": timing}),
        _run('contract_year = ""', 1, tags=["parameters"], papermill=timing, execution={"iopub.status.busy": "2026"}),
        _run('contract_year = "2031-32"', 2, tags=["injected-parameters"], papermill=timing),
        _run("show()", 3, [_shown()], papermill=timing, collapsed=True),
    ]
    metadata = {
        "kernelspec": {"name": "some-env", "display_name": "/home/someone/.venv", "language": "python"},
        "language_info": {"name": "python", "version": platform.python_version()},
        "papermill": {**timing, "input_path": "/home/someone/x.ipynb", "version": "2.7.0"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def test_a_tidied_page_has_no_timings_paths_or_versions():
    page = pages.tidied(_traces())
    assert page["metadata"] == {
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
    }
    assert [cell["metadata"] for cell in page["cells"]] == [
        {},
        {"tags": ["parameters", "remove-cell"]},
        {"tags": ["injected-parameters", "remove-cell"]},
        {"tags": ["remove-input"]},
    ]
    nbformat.validate(nbformat.from_dict(page))


def test_tidying_changes_neither_its_argument_nor_a_tidied_page():
    traces = _traces()
    kept = json.dumps(traces, sort_keys=True)
    page = pages.tidied(traces)
    assert json.dumps(traces, sort_keys=True) == kept
    assert pages.tidied(page) == page


def test_the_injected_cell_has_the_same_id_on_every_run():
    first, second = pages.tidied(_traces()), pages.tidied(_traces())
    assert first["cells"][2]["id"] == second["cells"][2]["id"] == "injected-parameters"


def test_outputs_and_execution_counts_stay():
    page = pages.tidied(_traces())
    assert [cell["execution_count"] for cell in page["cells"] if cell["cell_type"] == "code"] == [1, 2, 3]
    assert page["cells"][3]["outputs"][0]["data"]["text/html"] == "<p>shown</p>"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (_run("a", None), "not executed"),
        (_run("a", 1, [new_output("stream", name="stderr", text="a warning")]), "a warning"),
        (_run("a", 1, [new_output("stream", name="stdout", text="printed")]), "printed"),
        (_run("a", 1, [new_output("error", ename="KeyError", evalue="gone", traceback=[])]), "gone"),
    ],
    ids=["not run", "warned", "printed", "failed"],
)
def test_a_cell_that_did_not_run_cleanly_is_no_page(cell, said):
    page = new_notebook(cells=[new_markdown_cell("# Title"), cell])
    with pytest.raises(pages.TemplateError, match=f"cell 1 did not run cleanly: .*{said}"):
        pages.tidied(page)


# Words written again


def _of(*words, code=("show()",)):
    """A template with some words before its code and between: its year filled in."""
    cells = [{"cell_type": "code", "id": "parameters", "metadata": {"tags": ["parameters"]}, "source": "a = 1"}]
    cells += [
        {"cell_type": "code", "id": f"code-{n}", "metadata": {}, "source": source} for n, source in enumerate(code)
    ]
    for place, text in words:
        cells.insert(place, {"cell_type": "markdown", "id": f"word-{place}", "metadata": {"tags": ["a"], "x": 1}, "source": text})  # fmt: skip
    return {"cells": cells, "metadata": {}}


def _made_of(template):
    """The page that running a template gives, tidied, with its colophon."""
    cells = []
    for cell in json.loads(json.dumps(template["cells"])):
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": 0}
        cells.append(cell)
        if cell["id"] == "parameters":
            given = {"cell_type": "code", "id": "injected-parameters", "metadata": {"tags": ["injected-parameters"]}}
            cells.append(given | {"source": "a = 2", "outputs": [], "execution_count": 0})
    for number, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), 1):
        cell["execution_count"] = number
        cell["outputs"] = [{"output_type": "display_data", "data": {"text/plain": cell["source"]}, "metadata": {}}]
    return pages.tidied({"cells": cells, "metadata": {"kernelspec": {}}})


@pytest.mark.parametrize(
    "words",
    [
        [(0, "# Other title")], [], [(0, "# A"), (1, "before the parameters")], [(3, "at the end")],
        [(1, "after the parameters"), (3, "between")],
    ],
)  # fmt: skip
def test_a_page_with_other_words_is_the_page_that_running_its_template_would_give(words):
    code = ("show()", "show_more()")
    page = _made_of(_of((0, "# Title"), (3, "## Between"), code=code))
    template = _of(*words, code=code)
    kept = json.dumps([page, template])
    assert pages.with_words(page, template) == _made_of(template)
    assert json.dumps([page, template]) == kept, "neither is changed"


# The pages in book/


@pytest.fixture(scope="session")
def committed(repository):
    """Every page in the book with the folder that it stands in and its template."""
    years = [str(year) for year in toc.public_years(repository)]
    templates = dict.fromkeys(years, repository / "notebooks")
    templates[toc.COMPARISON] = repository / "notebooks" / toc.COMPARISON
    return [
        (folder, path, held / path.name)
        for folder, held in templates.items()
        for path in sorted((repository / "book" / folder).glob("*.ipynb"))
    ]


@pytest.fixture(scope="session")
def filled_in(years):
    """The words filled into the templates of each folder of the book, and the parameters that its pages are given."""
    labels = [str(data.year) for data in years.years]
    words = {
        label: {
            "contract_year": label,
            "public_title": narrative.plain(narrative.public_title(data)),
            **wording.of_councils(len(data.contract["councils"])),
        }
        for label, data in zip(labels, years.years, strict=True)
    }
    given = {label: f'contract_year = "{label}"' for label in labels}
    words[toc.COMPARISON] = {
        "first_year": labels[0], "last_year": labels[-1], **wording.of_councils(len(years.newest.contract["councils"])),
    }  # fmt: skip
    given[toc.COMPARISON] = f"contract_years = {json.dumps(labels)}"
    return {folder: (words[folder], given[folder]) for folder in words}


def _read(path):
    return nbformat.read(path, as_version=4)


def test_every_public_year_has_a_page_for_every_template_that_it_has_data_for_and_no_other(
    repository, committed, years
):
    made = {(folder, path.name) for folder, path, _ in committed if folder != toc.COMPARISON}
    assert made == {
        (str(data.year), template.name)
        for data in years.years
        for template in pages.templates(repository / "notebooks")
        if results.is_reported(data, pages.subject(template))
    }


def test_there_is_a_page_for_every_template_that_compares_years_and_no_other(repository, committed):
    names = [template.name for template in pages.templates(repository / "notebooks" / toc.COMPARISON)]
    assert names and [path.name for folder, path, _ in committed if folder == toc.COMPARISON] == names


def test_every_page_is_its_template_with_its_words_filled_in_and_its_notices(committed, filled_in, years):
    said = {str(data.year): notices.of_pages([data]) for data in years.years}
    said[toc.COMPARISON] = notices.of_pages(years.years)
    for folder, path, template in committed:
        words, given = filled_in[folder]
        page, source = _read(path), pages.filled(_read(template), words)
        source = nbformat.from_dict(pages.with_notices(source, said[folder]))
        injected = f'# Parameters\n{given}\nroot = "../.."\n'
        made = [(cell.id, cell.cell_type, cell.source) for cell in page.cells]
        asked = [(cell.id, cell.cell_type, cell.source) for cell in source.cells]
        after = [cell.id for cell in source.cells].index("parameters") + 1
        asked.insert(after, ("injected-parameters", "code", injected))
        assert made.pop()[:2] == ("colophon", "markdown"), f"{folder}/{path.name} has no colophon"
        assert made == asked, f"{folder}/{path.name} was not run since its template changed"
        written = "".join(text for cell, kind, text in made if kind == "markdown" and not cell.startswith("notice-"))
        assert not re.search(r"\{[a-z_]+\}", written), path.name


def test_pages_are_tidy(committed):
    for _, path, _ in committed:
        page = _read(path)
        assert page.metadata.pop("ncthelpers"), path.name  # what it was made of
        assert pages.tidied(page) == page, path.name


def test_every_page_ran_every_cell_once_and_in_order(committed):
    for _, path, _ in committed:
        counts = [cell.execution_count for cell in _read(path).cells if cell.cell_type == "code"]
        assert counts == list(range(1, len(counts) + 1)), path.name


def test_pages_name_neither_this_machine_nor_its_python(committed, repository):
    here = {str(repository), str(Path.home()), sys.prefix, sys.base_prefix, "/tmp/", "site-packages"}
    traces = [re.escape(place) for place in here if len(place) > 4]
    traces += [
        rf"(?<![\d.]){re.escape(platform.python_version())}(?![\d.])",
        "papermill",
        r'"start_time"',
        r"0x[0-9a-f]{6,}",
    ]
    for _, path, _ in committed:
        assert re.findall("|".join(traces), path.read_text("utf-8")) == [], path.name


def test_outputs_hold_no_heading(committed):
    # a heading printed by code would break the outline of the page
    for _, path, _ in committed:
        shown = [output.data for cell in _read(path).cells for output in cell.get("outputs", [])]
        assert [data for data in shown if re.search(r"<h[1-6][ >]", data.get("text/html", ""))] == [], path.name


# What stands beside and below a page


def test_every_page_has_its_json_and_no_other_stands_there(committed, repository):
    pages_there = {path.with_suffix("") for _, path, _ in committed}
    folders = {path.parent for path in pages_there}
    assert {path.with_suffix("") for folder in folders for path in folder.glob("[0-9]*.json")} == pages_there


def test_the_json_of_a_page_is_canonical_and_holds_exact_figures_with_their_rows(committed):
    for folder, path, _ in committed:
        text = path.with_suffix(".json").read_text("utf-8")
        held = json.loads(text)
        years = held.get("contract_years") or [held["contract_year"]]
        figures = [{"name": name, **figure} for name, figure in held["figures"].items()]
        shown = [{**one, "figures": []} for one in held["shown"]]
        if shown:
            shown[0]["figures"] = figures
        assert companion.page_json(path.stem, years, held["edition"], shown) == text, path.name
        assert folder in (*years, toc.COMPARISON)
        for figure in figures:
            assert isinstance(figure["value"], str) and figure["value"] and figure["text"], figure["name"]
            assert figure["rows"] and all(re.match(r"(\d{4}-\d{2}|reference)/", rows) for rows in figure["rows"]), (
                figure["name"]
            )


def test_the_figures_of_a_page_are_those_that_it_prints(committed):
    for _, path, _ in committed:
        held = json.loads(path.with_suffix(".json").read_text("utf-8"))
        printed = "\n".join(
            output.data.get("text/plain", "") for cell in _read(path).cells for output in cell.get("outputs", [])
        )
        printed = printed.replace("\\", "")  # by which commentary keeps words of the data from being markup
        said = {name: figure["text"].replace("\\", "") for name, figure in held["figures"].items()}
        assert [name for name, text in said.items() if text not in printed] == [], path.name


def test_every_table_and_chart_of_a_page_has_its_sources_under_a_name_of_its_own(committed):
    for folder, path, _ in committed:
        html = "".join(
            output.data.get("text/html", "") for cell in _read(path).cells for output in cell.get("outputs", [])
        )
        named = re.findall(r'<details class="sources"><summary>(.*?)</summary>', html)
        assert len(set(named)) == len(named), f"{folder}/{path.name}"
        assert len(named) >= html.count('<table class="review">') - 2, (
            f"{folder}/{path.name}"
        )  # but the sources of the page


def test_every_page_says_what_it_was_made_of_and_that_is_what_the_repository_holds(repository):
    public = toc.public_years(repository)
    found = run.planned(repository, repository, toc.folders(repository, public), run.opened(repository, public))
    assert [folder.name for folder in found] == [*map(str, public), toc.COMPARISON]
    stale = {f"{folder.name}/{page.name}": page.reasons for folder in found for page in folder.stale}
    assert stale == {}, "the book was not run since something changed"
    assert [page for folder in found for page in folder.gone] == []


@pytest.mark.slow
def test_a_year_and_the_comparison_made_by_stock_kernels_are_what_is_published(repository):
    with executors.pool(2, cold=True) as pool:
        ended = run.verified(repository, repository, [ContractYear("2020-21")], pool, cold=True)  # nbval reruns all
    assert {page.engine for page in ended} == {"stock kernel"} and len(ended) > 12
    assert {page.page: page.failure for page in ended if page.failure} == {}


@pytest.mark.parametrize("folder", ["year", toc.COMPARISON, toc.ABOUT])
def test_the_manifest_of_every_folder_is_that_of_what_the_repository_holds(repository, folder):
    wanted = toc.folders(repository, toc.public_years(repository))
    names = [name for name in wanted if name == folder or (folder == "year" and name[0].isdigit())]
    sources = manifest.Sources(repository, repository)
    now = {name: sources.of(name, wanted[name]) for name in names}
    published = {name: manifest.published(repository / "book" / name) for name in names}
    differ = {name: [part for part in now[name] if published[name].get("made from", {}).get(part) != now[name][part]]
              for name in names}  # fmt: skip
    assert names and differ == dict.fromkeys(names, []), "the book was not run since these changed"
    assert {name: manifest.is_current(repository, name, now[name]) for name in names} == dict.fromkeys(names, True)


def test_the_parts_of_a_page_name_no_folder_of_this_machine(committed):
    for _, path, _ in committed:
        parts = _read(path).metadata["ncthelpers"]["parts"]
        named = [name for name in parts if "/" in name]
        assert [name for name in named if not re.match(r"(data|src/ncthelpers)/[\w./-]+$", name)] == [], path.name
        assert [name for name in named if ".." in name] == [], path.name
