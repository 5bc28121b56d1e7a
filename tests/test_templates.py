"""Templates are thin, and neither they nor the calculations know a year, a council, a KPI or a figure by name."""

import ast
import re
from decimal import Decimal

import nbformat
import pytest

from ncthelpers import commentary
from ncthelpers.cli import REPOSITORY
from ncthelpers.comparison import ACROSS
from ncthelpers.publish import pages, toc
from ncthelpers.results import RESULTS

MOST_CELLS, MOST_LINES = 16, 6
# What a template may do: import, ask by name, give it a name, show it. Everything else computes, reads or formats.
ALLOWED = (
    ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.Assign, ast.Expr, ast.Call, ast.keyword, ast.Attribute, ast.Name,
    ast.Load, ast.Store, ast.Constant, ast.List, ast.Dict,
)  # fmt: skip
MAY_CALL = re.compile(
    r"display|open_years?|brief\.of|narrative\.(words|basis)|tables\.(show|by_year|sources)|charts\.\w+|folds\.Fold"
)
PARAMETERS = (
    {"contract_year": "", "root": ""},
    {"contract_years": [], "root": ""},
)  # neither a year nor a path is a default


@pytest.fixture(scope="session")
def notebooks(repository):
    """Every template, of a year and of the comparison, by name."""
    return {path.stem: nbformat.read(path, as_version=4) for path in _paths(repository)}


def _paths(repository):
    return [*pages.templates(repository / "notebooks"), *pages.templates(repository / "notebooks" / toc.COMPARISON)]


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def test_there_is_a_template_for_every_part_of_the_review(notebooks, repository):
    # a summary, fifteen sections, the appendices and the cover report; six pages of public data; what is stated and checked; months
    of_a_year = [path.stem for path in pages.templates(repository / "notebooks")]
    assert [name[:2] for name in of_a_year] == [f"{number:02}" for number in range(26)]
    assert sorted(path.stem for path in (repository / "notebooks").rglob("*.ipynb")) == sorted(notebooks)
    assert len(notebooks) == len(_paths(repository))  # no name twice


def test_every_template_is_a_valid_notebook(notebooks):
    for notebook in notebooks.values():
        nbformat.validate(notebook)


def test_cell_ids_are_unique_and_were_given_by_hand(notebooks):
    for name, notebook in notebooks.items():
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids), name
        assert ids[:3] == ["title", "parameters", "setup"], name
        assert all(re.fullmatch(r"cell-\d\d", cell) for cell in ids[3:]), name  # random ones change at every save


def test_a_template_is_short(notebooks):
    cells = {name: len(notebook.cells) for name, notebook in notebooks.items()}
    lines = {
        f"{name} {cell.id}": len(cell.source.splitlines()) for name in notebooks for cell in _code(notebooks[name])
    }
    assert {name: count for name, count in cells.items() if count > MOST_CELLS} == {}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_a_template_holds_no_outputs_and_no_traces_of_a_run(notebooks):
    for name, notebook in notebooks.items():
        assert all(not cell.outputs and cell.execution_count is None for cell in _code(notebook)), name
        assert set(notebook.metadata) == {"kernelspec", "language_info"}, name
        assert set(notebook.metadata.language_info) == {"name"}, name  # no Python version
        assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells), name


def test_a_template_has_one_parameters_cell_with_year_and_root(notebooks, repository):
    for path in _paths(repository):
        compares = path.parent.name == toc.COMPARISON
        pages.check_parameters(path, pages.COMPARISON_PARAMETERS if compares else pages.PARAMETERS)
        tagged = [cell for cell in notebooks[path.stem].cells if "parameters" in cell.metadata.get("tags", [])]
        assert len(tagged) == 1, path.stem
        assigned = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(tagged[0].source).body}
        assert assigned == PARAMETERS[compares], path.stem


def test_code_cells_ask_and_show_and_do_nothing_else(notebooks):
    found = {
        f"{name} {cell.id}: {type(node).__name__}"
        for name, notebook in notebooks.items()
        for cell in _code(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if not isinstance(node, ALLOWED)
    }
    assert found == set()


def test_code_cells_call_only_what_gives_words_tables_and_charts(notebooks):
    called = {
        ast.unparse(node.func)
        for notebook in notebooks.values()
        for cell in _code(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
    }
    assert {name for name in called if not MAY_CALL.fullmatch(name)} == set()


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass", "for a in b: a", "[a for a in b]", "if a: b", "a if b else c", "lambda: a", "a + b", "-a", "a < b",
        "f'{a:.1f}'", "a[0]", "with a: b", "a += b",
    ],
)  # fmt: skip
def test_the_allowed_syntax_has_no_place_for(source):
    assert any(not isinstance(node, ALLOWED) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize("call", ["open", "pd.read_csv", "round", "'{}'.format", "exec", "a.to_html", "sum", "print"])
def test_the_allowed_calls_do_not_include(call):
    assert not MAY_CALL.fullmatch(call)


def test_headings_stand_only_in_markdown_cells(notebooks):
    for name, notebook in notebooks.items():
        title, *rest = _markdown(notebook)
        assert notebook.cells[0] is title, name
        assert re.fullmatch(
            r"# (.+, \{contract_year\}|.+, \{first_year\} to \{last_year\}|\{public_title\})", title.source
        ), name
        for cell in rest:
            assert cell.source.startswith("## "), f"{name} {cell.id}"
            headings = [line for line in cell.source.splitlines() if re.match(r"#|=+$|-+$", line)]
            assert len(headings) == 1, f"{name} {cell.id}"  # one heading a cell keeps the outline readable
        strings = [
            node.value
            for cell in _code(notebook)
            for node in ast.walk(ast.parse(cell.source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert [text for text in strings if re.search(r"<h\d|^#+ |\n#+ ", text)] == [], name


DRAWN_FROM = {  # the table that holds the numbers of each chart; none where an argument names it
    "waterfall": None, "variance_by_service": "outturn_variance", "grants": "grant_shares", "gaps": "gaps_by_year",
    "support_services": "support_service_rates", "audit_progress": "audits", "demand": "demand_change",
    "event_timeline": "events", "inspection_timeline": "inspections", "authority_strips": "authority_ranks",
    "measure_series": "measure_series", "outturn_series": "finance_series", "forecast_paths": "forecast_paths",
    "contract_sum_factors": "contract_sum_factors", "risk_scores": "risk_movement", "survey_answers": "answer_shares",
    "practice_scores": "practice_shares", "variations": "kpi_months",
}  # fmt: skip
OF_ARGUMENT = {"demand": "demand_series", "performance": "measure_series"}  # what a use of measures is a table of


def _table_of(call):
    """The table that a call names, and what it narrows it to; a name given before stands for its value."""
    function = call.func.attr
    words = [node.value for node in call.args if isinstance(node, ast.Constant)]
    if function in {"show", "by_year"}:
        return words[0], [word for word in call.keywords if word.arg in {"where", "cites"}]
    table = DRAWN_FROM[function]
    return next((OF_ARGUMENT.get(word, word) for word in words if word in RESULTS or word in OF_ARGUMENT), table), []


def charts_without_a_table(notebook):
    """Charts of a page none of whose tables holds their numbers: shown in a part only where the chart draws that part."""
    calls = [node for cell in _code(notebook) for node in ast.walk(ast.parse(cell.source))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]  # fmt: skip
    shown = [_table_of(call) for call in calls if call.func.attr in {"show", "by_year"}]
    drawn = {_table_of(call)[0] for call in calls if ast.unparse(call.func).startswith("charts.")}
    whole = {table for table, narrowed in shown if not [word for word in narrowed if word.arg == "cites"]}
    return drawn - whole


def test_every_chart_has_its_numbers_in_a_table_beside_it(notebooks):
    for name, notebook in notebooks.items():
        assert charts_without_a_table(notebook) == set(), name
        for cell in (cell for cell in _code(notebook) if "charts." in cell.source and cell.id != "setup"):
            assert "tables.show(" in cell.source or "tables.by_year(" in cell.source, f"{name} {cell.id}"


def test_a_chart_whose_table_is_another_or_a_part_is_found():
    def page(*sources):
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])

    chart = "charts.grants(review)"
    assert charts_without_a_table(page(chart, 'tables.show(review, "grant_shares")')) == set()
    assert charts_without_a_table(page(chart, 'tables.show(review, "grants")')) == {"grant_shares"}
    assert charts_without_a_table(page(chart, 'tables.show(review, "grant_shares", cites="report:12")')) == {
        "grant_shares"
    }
    assert charts_without_a_table(page('charts.waterfall(review, "reserve_bridge")')) == {"reserve_bridge"}


def test_every_template_ends_with_its_sources(notebooks):
    for name, notebook in notebooks.items():
        assert notebook.cells[-1].source.startswith("tables.sources("), name


def test_labels_and_targets_that_would_clash_across_years_are_not_used(notebooks):
    for name, notebook in notebooks.items():
        assert not re.search(r"^\(.+\)=|^:(name|label):", "\n".join(c.source for c in notebook.cells), re.MULTILINE), (
            name
        )


# Nothing that belongs to one year, one contract or one source stands outside the data


@pytest.fixture(scope="session")
def executable(repository, notebooks):
    """Texts and numbers that the calculation modules and templates hold, docstrings and comments left out."""
    held = []
    for path in sorted((repository / "src" / "ncthelpers").rglob("*.py")):
        if path.parent.name not in {"cli", "publish"}:
            held += [(path.name, text) for text in _constants(ast.parse(path.read_text("utf-8")))]
    held += [(path.name, path.read_text("utf-8")) for path in sorted((repository / "src" / "ncthelpers").glob("*.yml"))]
    held += [(name, cell.source) for name, notebook in notebooks.items() for cell in notebook.cells]
    return held


def _constants(tree):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and isinstance(node.value, (str, int, float)):
            yield str(node.value)


def _named(executable, words):
    """Where any of the words stands as a word."""
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, sorted(words))) + r")(?!\w)", flags=re.IGNORECASE)
    return sorted({f"{place}: {found[0]}" for place, text in executable for found in pattern.finditer(text)})


def test_constants_of_code_are_seen_without_docstrings():
    code = 'class A:\n    """2021-22"""\n    B = "WNC"\n    def f(self):\n        """123.348"""\n        return 137.15'
    assert list(_constants(ast.parse(code))) == ["WNC", "137.15"]


def test_no_contract_year_is_named(executable, repository):
    labels = {str(year) for year in toc.public_years(repository)}
    years = labels | {label.replace("-", "/") for label in labels}
    assert years
    assert _named(executable, years) == []


def test_no_date_of_the_years_reviewed_is_named(executable, years):
    # a calendar year in a template or a calculation would have to be changed by hand when the next year is run
    dated = [
        when
        for year in years.years
        for when in (
            year.starts.isoformat(),
            year.ends.isoformat(),
            *year["events"]["start"],
            *year["inspections"]["start"],
        )
    ]
    calendar = {when[:4] for when in dated}
    found = [(place, re.sub(r"#[0-9A-F]{6}\b", "", text)) for place, text in executable]  # colours of charts
    pattern = re.compile(r"(?<!\d)(" + "|".join(sorted(calendar)) + r")(?!\d)")
    assert sorted({f"{place}: {hit[0]}" for place, text in found for hit in pattern.finditer(text)}) == []


def test_no_council_or_trust_is_named(executable, years):
    parties = [party for year in years.years for party in (year.contract["provider"], *year.contract["councils"])]
    names = {name for party in parties for name in party.values()}
    places = {word for party in parties for word in re.findall(r"Northampton\w+", " ".join(party.values()))}
    providers = {provider for year in years.years for provider in year["inspections"]["provider"]}
    assert len(names) == 11  # the trust and three councils by name and short name, three areas
    assert _named(executable, names | places | providers) == []


def test_no_kpi_of_the_contract_is_named(executable, review):
    kpis = review["kpis"]
    named = set(kpis.loc[kpis["named"] == "named", "name"])
    assert len(named) == 14
    assert _named(executable, named) == []


def test_no_published_figure_is_typed(executable, review):
    """Figures of three or more significant digits; shorter ones are any number."""

    def told(value):
        return len(value.normalize().as_tuple().digits) >= 3

    published = {
        abs(Decimal(value)).normalize()
        for name, schema in review.schemas.items()
        for column in schema.columns
        if column.numeric and name != "paragraphs"
        for value in review[name][column.name].dropna()
    }
    published = {value for value in published if told(value)}
    assert Decimal("123.348") in published  # report 4
    typed = []
    for place, text in executable:
        for numeral in re.findall(r"(?<![\w#.])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)", text):
            value = Decimal(numeral.replace(",", "")).normalize()
            if told(value) and value in published:
                typed.append(f"{place}: {numeral}")
    assert typed == []


# What a page shows it gives its sources for, and what people wrote for it stands on it


def _calls(notebook, module, function):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{module}.{function}":
                    yield [argument.value for argument in node.args[1:] if isinstance(argument, ast.Constant)]


@pytest.mark.parametrize("path", _paths(REPOSITORY), ids=lambda path: path.stem)
def test_the_sources_of_a_page_are_those_of_the_tables_it_shows(path):
    notebook = nbformat.read(path, as_version=4)
    asked = [*_calls(notebook, "tables", "show"), *_calls(notebook, "tables", "by_year")]
    shown = {name for name, *_ in asked if name not in ACROSS}
    needed = {
        table for name in shown for table in (RESULTS[name].inputs or ("contract.yml",) if name in RESULTS else (name,))
    }
    [sources] = _calls(notebook, "tables", "sources")
    assert needed <= set(sources), needed - set(sources)
    assert "## Sources" in [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_every_block_that_people_wrote_is_asked_for_by_its_page_and_the_reverse(review):
    asked = {
        (page, block)
        for path in (REPOSITORY / "notebooks").glob("*.ipynb")
        for page, block in (
            [*call, "overview"][:2] for call in _calls(nbformat.read(path, as_version=4), "narrative", "words")
        )
    }
    written = {(page, block) for page, text in review.commentary.items() for block in commentary.blocks(text)}
    assert asked == written
