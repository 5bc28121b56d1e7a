"""A page's parts: everything that it is made of and nothing else, each with a checksum, and what changed in words."""

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from ncthelpers.load import open_years
from ncthelpers.publish import making, pages, plan, staleness, toc, workers

CELLS = [
    {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Words"},
    {"cell_type": "code", "id": "setup", "metadata": {}, "source": "from invented import charts"},
    {"cell_type": "code", "id": "cell-01", "metadata": {}, "source": "charts.bar()"},
]


@pytest.fixture
def package(tmp_path):
    """A package of five modules and a file of data, and a page that uses three of them."""
    folder = tmp_path / "src" / "invented"
    files = {
        "__init__.py": "", "charts/__init__.py": "from invented.charts.bars import bar\n",
        "charts/bars.py": "def bar():\n    from invented import costs\n", "costs.py": "x = 1\n",
        "other.py": "from invented import costs\n", "results.yml": "[]\n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "requirements.lock"
    path.write_text("pandas==2\n", "utf-8")
    return path


# The key


def test_the_key_tells_every_part_by_name_and_content_and_not_their_order():
    parts = {"a": "1", "b": "2"}
    assert staleness.key(parts) == staleness.key({"b": "2", "a": "1"})
    others = [{"a": "1"}, {"a": "2", "b": "1"}, {"a": "1", "c": "2"}, {"a": "1", "b": ""}, {"a": '1", "b": "2'}]
    assert len({staleness.key(other) for other in [parts, *others]}) == len(others) + 1


# Files of data


def test_a_file_counts_by_content_whatever_its_line_ends(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a\nb\n")
    first = staleness.part(tmp_path, "a.csv")
    (tmp_path / "a.csv").write_bytes(b"a\r\nb\r\n")
    assert staleness.part(tmp_path, "a.csv") == first
    (tmp_path / "a.csv").write_bytes(b"a\nc\n")
    assert staleness.part(tmp_path, "a.csv") != first


def test_what_is_not_there_is_absent_and_unlike_what_is_empty(tmp_path):
    (tmp_path / "a.csv").touch()
    (tmp_path / "folder").mkdir()
    found = [staleness.part(tmp_path, name) for name in ("a.csv", "b.csv", "folder", "gone")]
    assert found[1] == found[3] == staleness.ABSENT
    assert staleness.ABSENT not in (found[0], found[2])


def test_a_folder_counts_by_the_names_of_its_files_of_data(tmp_path):
    def add(name):
        (tmp_path / "data" / name).write_text("x")
        return staleness.part(tmp_path, "data")

    (tmp_path / "data" / "below").mkdir(parents=True)
    first, second = add("a.csv"), add("b.csv")
    assert first != second
    assert add("a.csv") == add("~$b.csv") == add(".b.csv.swp") == add("below/c.csv") == second, "no new file of its own"
    (tmp_path / "data" / "b.csv").write_text("other words")
    assert staleness.part(tmp_path, "data") == second, "content is the file's part"
    (tmp_path / "data" / "a.csv").unlink()
    assert staleness.part(tmp_path, "data") not in (first, second)


def test_a_package_of_data_counts_without_the_checksums_of_its_files(tmp_path):
    path = tmp_path / "datapackage.yml"

    def with_text(text):
        path.write_text(text, "utf-8")
        return staleness.part(tmp_path, path.name)

    text = "title: T\nresources:\n- path: a.csv\n  sha256: {}\n  licence: L\n"
    first = with_text(text.format("0" * 64))
    assert with_text(text.format("1" * 64)) == first == with_text(text.format("1" * 64).replace("\n", "\r\n"))
    assert with_text(text.format("0" * 64).replace("title: T", "title: U")) != first
    assert with_text(text.format("0" * 64).replace("licence: L", "licence: M")) != first
    assert with_text(text.format("0" * 64).replace("a.csv", "b.csv")) != first
    signed = "sign_off:\n- role: Director\n  'on': 2032-08-10\n  sha256: 00\n"
    assert with_text(text.format("0" * 64) + signed) == with_text(signed + text.format("0" * 64)) == first
    assert with_text(text.format("0" * 64).replace("  sha", "  changed: 2032-08-10\n  sha")) == first
    for name in ("contract.yml", "my_datapackage.yml"):
        (tmp_path / name).write_text("a:\n  sha256: 1\n")
        before = staleness.part(tmp_path, name)
        (tmp_path / name).write_text("a:\n  sha256: 2\n")
        assert staleness.part(tmp_path, name) != before, "of another file every line counts"


# Modules


def _used(code, package):
    return [path.relative_to(package).as_posix() for path in staleness.modules_used(code, package)]


@pytest.mark.parametrize(
    "code",
    [
        "from invented import charts", "from invented.charts import bars", "from invented.charts.bars import bar",
        "def f():\n    from invented import charts", "from invented import charts as drawn  # as other, and nothing else",
        "import json\nfrom invented import (  # drawn\n    charts,  # bars\n)\nx = 1", "x = 1\n\nfrom invented.charts import (\n  bars)",
    ],
)  # fmt: skip
def test_the_modules_used_are_those_imported_directly_or_through_each_other(package, code):
    assert _used(code, package) == ["__init__.py", "charts/__init__.py", "charts/bars.py", "costs.py", "results.yml"]


def test_a_module_that_is_not_imported_is_not_used(package):
    assert _used("from invented import costs\nimport json", package) == ["__init__.py", "costs.py", "results.yml"]
    assert _used("x = 'from invented import other'", package) == ["__init__.py", "results.yml"]


def test_no_import_of_this_package_is_overlooked(repository):
    """However its modules and templates write it, Python's own reading of them finds no import more."""
    package = staleness.PACKAGE
    sources = {path: path.read_text("utf-8") for path in sorted(package.rglob("*.py"))}
    for path in sorted((repository / "notebooks").rglob("*.ipynb")):
        cells = pages.read(path)["cells"]
        sources[path] = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    for path, source in sources.items():
        read = {Path(file) for file in staleness.modules_used(source)}
        imported = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name}: which package is this of?"
                imported |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
            elif isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
        places = [package.joinpath(*name.split(".")[1:]) for name in imported if name.startswith(f"{package.name}.")]
        files = {
            file for place in places for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()
        }
        assert files - read == set(), path.name


# All parts


def _parts(package, lock, cells=CELLS, parameters=None):
    return staleness.fixed_parts(cells, parameters or {"contract_year": "2031-32"}, lock, package)


def _changed(before, after):
    return set(staleness.changes(before, after).values())


def _with_source(place, source):
    return [{**cell, "source": source} if number == place else cell for number, cell in enumerate(CELLS)]


def test_parts_are_named_so_that_a_reader_knows_them_and_say_what_they_are(package, lock):
    parts = _parts(package, lock)
    assert {name for name in parts if not name.startswith("src/")} == {
        "code of the template", "words of the template", "notices", "parameters", "requirements.lock", "Python",
    }  # fmt: skip
    assert {name for name in parts if name.startswith("src/")} == {
        "src/invented/__init__.py", "src/invented/charts/__init__.py", "src/invented/charts/bars.py",
        "src/invented/costs.py", "src/invented/results.yml",
    }  # fmt: skip
    assert parts["Python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert staleness.code_parts(parts) == {name: parts[name] for name in parts if name.startswith("src/")}
    assert staleness.data_parts({**parts, "data/a.csv": "1"}) == {"data/a.csv": "1"}
    assert staleness.fixed_parts(CELLS, {}, None, package)["requirements.lock"] == staleness.ABSENT


def test_what_makes_a_page_is_part_of_every_page():
    parts = staleness.fixed_parts([], {}, None)
    assert {f"src/ncthelpers/publish/{name}.py" for name in ("pages", "companion", "making", "staleness")} <= set(parts)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (_with_source(0, "# Other words"), {"words of the template changed"}),
        ([CELLS[1], CELLS[0], CELLS[2]], {"words of the template changed"}),
        (CELLS[1:], {"words of the template changed"}),
        (_with_source(2, "charts.bars()"), {"code of the template changed"}),
        ([CELLS[0], CELLS[2], CELLS[1]], {"code of the template changed"}),
        (_with_source(2, "charts.bar() "), {"code of the template changed"}),
    ],
    ids=["word", "words moved", "words gone", "call", "cells swapped", "space"],
)
def test_words_and_code_of_a_template_are_told_apart(package, lock, cells, said):
    assert _changed(_parts(package, lock), _parts(package, lock, cells)) == said


@pytest.mark.parametrize("key", ["id", "metadata"])
def test_the_name_and_the_tags_of_a_code_cell_stand_on_the_page_too(package, lock, key):
    other = [*CELLS[:2], {**CELLS[2], key: {"id": "cell-02", "metadata": {"tags": ["remove-cell"]}}[key]}]
    assert _changed(_parts(package, lock), _parts(package, lock, other)) == {"code of the template changed"}


def test_parameters_lock_and_python_are_parts(package, lock, monkeypatch):
    before = _parts(package, lock)
    assert _changed(before, _parts(package, lock, parameters={"contract_year": "2032-33"})) == {"parameters changed"}
    lock.write_text("pandas==3\n", "utf-8")
    assert _changed(before, _parts(package, lock)) == {"requirements.lock changed"}
    lock.unlink()
    assert _changed(before, _parts(package, lock)) == {"requirements.lock is gone"}
    lock.write_text("pandas==2\n", "utf-8")
    monkeypatch.setattr(staleness, "python_version", lambda: "3.99")
    assert _changed(before, _parts(package, lock)) == {f"Python changed from {before['Python']} to 3.99"}


def test_a_module_that_a_page_uses_is_a_part_and_no_other_is(package, lock):
    before = _parts(package, lock)
    (package / "other.py").write_text("y = 2\n")
    (package / "costs.py").write_bytes(b"x = 1\r\n")
    assert _changed(before, _parts(package, lock)) == set(), "neither line ends nor a module that is not used"
    (package / "costs.py").write_text("x = 2\n")
    assert _changed(before, _parts(package, lock)) == {"src/invented/costs.py changed"}
    (package / "costs.py").write_text("x = 1\n")
    (package / "charts" / "bars.py").rename(package / "charts" / "columns.py")
    assert _changed(before, _parts(package, lock)) == {
        "src/invented/charts/bars.py is gone", "src/invented/charts/columns.py is new",
    }  # fmt: skip


def test_changes_are_told_in_words_and_nothing_is_told_of_what_is_the_same():
    was = {"data/a.csv": "1", "data/b.csv": "1", "data/c.csv": "absent", "Python": "3.11"}
    now = {"data/a.csv": "2", "data/c.csv": "1", "data/d.csv": "absent", "Python": "3.12"}
    assert list(staleness.changes(was, now).values()) == [
        "data/a.csv changed", "data/c.csv is new", "Python changed from 3.11 to 3.12", "data/b.csv is gone",
    ]  # fmt: skip
    assert staleness.changes(was, was) == {}


# What a page says of itself


PARTS = {"data/a.csv": "1", "Python": "3.11"}


def _page(**held):
    return {"metadata": {"ncthelpers": {"key": staleness.key(PARTS), "parts": PARTS, **held}}}


def test_a_page_says_what_it_was_made_of():
    assert staleness.parts_of(_page()) == PARTS


@pytest.mark.parametrize(
    "page",
    [
        {}, {"metadata": {}}, {"metadata": {"ncthelpers": []}}, {"metadata": {"ncthelpers": {}}},
        _page(key=""), _page(parts={**PARTS, "data/a.csv": "2"}), _page(parts={}), _page(parts=[]), _page(parts=None),
    ],
)  # fmt: skip
def test_a_page_whose_parts_are_not_those_of_its_key_says_nothing(page):
    assert staleness.parts_of(page) == {}


# What pages read and import, held against what they declare

HOOK = """import sys as _sys
_opened, _before = [], {name for name in _sys.modules if name.partition(".")[0] == "ncthelpers"}
_sys.addaudithook(lambda event, args: _opened.append(str(args[0])) if event == "open" else None)"""
TOLD = """import json, os
from ncthelpers.reading import files_read
_there = {name for name in _sys.modules if name.partition(".")[0] == "ncthelpers"}
print(json.dumps({
    "opened": sorted({os.path.relpath(path, root) for path in _opened if os.path.exists(path)}), "read": files_read(root),
    "imported": sorted(str(_sys.modules[name].__file__) for name in _there - _before),
}))"""


def _folders(repository):
    """Every page of a reviewed year, of one that has public data only, of the comparison, and what only an invented year has."""
    example, templates = repository / "examples" / "inventshire", repository / "notebooks"
    years, invented = (open_years(root, toc.public_years(root)) for root in (repository, example))
    reviewed = next(data for data in years.years if data.has_annual_report)
    public = next(data for data in years.years if not data.has_annual_report)
    real = [
        plan.of_year(repository, templates, reviewed, str),
        plan.of_year(repository, templates, public, str),
        plan.of_comparison(repository, templates, years, str),
    ]
    made = {page.name for folder in real for page in folder.pages}
    of_example = plan.of_year(example, templates, invented.newest, str)
    more = replace(of_example, pages=tuple(page for page in of_example.pages if page.name not in made))
    return [*((repository, folder) for folder in real), (example, more)]


def _watched(root, folder, page):
    """What a page opened, read and imported when its template was run as a run does it, with every opening heard."""
    cells = [nbformat.v4.new_code_cell(HOOK), *page.template["cells"], nbformat.v4.new_code_cell(TOLD)]
    task = making.Task(
        folder=folder.name, name=page.name, template={**page.template, "cells": cells},
        at=str(root / "data" / "reference"), parameters={**folder.parameters, "root": "../.."},
        years=folder.years, fixed={}, files={}, editions=("",), before="", record="", engine="ncthelpers",
    )  # fmt: skip
    *_, told, _ = workers.call(making._ran, task, seconds=making.CELL_SECONDS)["cells"]
    return json.loads("".join(output["text"] for output in told["outputs"] if output["output_type"] == "stream"))


@pytest.fixture(scope="module")
def watched(repository, threads):
    """What every page opened, read and imported, with its code."""
    asked = [(root, folder, page) for root, folder in _folders(repository) for page in folder.pages]
    told = threads.map(lambda one: _watched(*one), asked)
    return {
        f"{folder.name}/{page.name}": (page, one) for (_, folder, page), one in zip(asked, told, strict=True)
    }  # fmt: skip


@pytest.mark.slow
def test_every_file_of_data_that_a_page_opens_is_among_those_that_it_says_it_read(watched, repository):
    templates = {path.stem for path in (repository / "notebooks").rglob("*.ipynb")}
    assert {page.rpartition("/")[2] for page in watched} == templates, "no template is left out"
    for name, (_, told) in watched.items():
        opened = {file for file in told["opened"] if file.startswith("data/")}
        assert any(file.endswith("contract.yml") for file in opened), "the hook hears nothing"
        assert opened - set(told["read"]) == set(), name
        assert [file for file in told["opened"] if file.startswith(("book/", "notebooks/", "_"))] == [], name


@pytest.mark.slow
def test_no_page_depends_on_all_data(watched, repository):
    """Were every file noted, the test above could not fail and every page would be stale with any change."""
    every = {path.relative_to(repository).as_posix() for path in (repository / "data").rglob("*.csv")}
    for name, (_, told) in watched.items():
        assert len(every & set(told["read"])) < len(every) / 2, name


@pytest.mark.slow
def test_a_page_imports_no_module_of_the_package_but_those_it_declares(watched):
    for name, (page, told) in watched.items():
        assert {Path(file) for file in told["imported"]} - set(_modules(page)) == set(), name


def _modules(page):
    return staleness.modules_used("\n".join(c["source"] for c in page.template["cells"] if c["cell_type"] == "code"))


def test_what_templates_import_in_a_process_of_their_own_is_what_they_declare(repository):
    """As what a worker has imported beforehand is not seen above."""
    imports = {}
    for path in sorted((repository / "notebooks").rglob("*.ipynb")):
        code = "\n".join(cell["source"] for cell in pages.read(path)["cells"] if cell["cell_type"] == "code")
        lines = [line for line in code.splitlines() if line.startswith(("import ", "from "))]
        imports.setdefault(staleness.modules_used(code), set()).update(lines)
    for declared, lines in imports.items():
        names = "[m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] == 'ncthelpers']"
        program = "\n".join([*lines, "import sys, json", f"print(json.dumps({names}))"])
        done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
        imported = {Path(file) for file in json.loads(done.stdout)}
        assert imported and imported - set(declared) == set(), lines
