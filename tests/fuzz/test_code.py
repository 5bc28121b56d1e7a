"""Nothing that is read is run or unpickled, code of notebooks comes from the repository alone, and nothing listens but to this computer."""

import ast
import asyncio
import re
from pathlib import Path

import nbformat
import pytest

import ncthelpers
from ncthelpers.publish import preview
from ncthelpers.publish.report import PagesFailed

PACKAGE = Path(ncthelpers.__file__).parent
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
}
UNPICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle"}
RUNNERS = {"eval", "exec", "compile", "__import__"}
# Between a run and the processes that it has started itself, over pipes that nobody else holds.
BETWEEN_PROCESSES = {"publish/workers.py"}


def _called(tree):
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_nothing_unpickles_but_what_a_run_says_to_the_processes_that_it_started():
    assert {name for name, tree in TREES.items() if UNPICKLERS & set(_imported(tree))} == BETWEEN_PROCESSES
    calls = [call for tree in TREES.values() for call in _called(tree)]
    assert len(calls) > 5000
    assert [
        call for call in calls if re.search(r"read_pickle|\bnp\.load$|numpy\.load$|torch|allow_pickle|read_hdf", call)
    ] == []


def test_nothing_that_is_read_is_run():
    assert {name for name, tree in TREES.items() if RUNNERS & set(_called(tree))} <= {"publish/engine.py"}
    loads = {
        (name, call) for name, tree in TREES.items() for call in _called(tree) if re.search(r"yaml\.\w*load\w*$", call)
    }
    assert {call for _, call in loads} <= {"yaml.load", "yaml.safe_load"}
    assert {name for name, call in loads if call == "yaml.load"} == {"yaml_files.py"}


def test_no_command_goes_through_a_shell():
    shells = [
        (name, ast.unparse(node)[:80])
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) in {"os.system", "os.popen"} or any(one.arg == "shell" for one in node.keywords))
    ]
    assert shells == []


def test_every_server_of_the_source_listens_to_this_computer_alone():
    bound = [
        (name, ast.unparse(node))
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.search(r"HTTPServer$|bind_sockets?$|\.bind$|\.listen$|create_server$|start_server$", ast.unparse(node.func))
    ]  # fmt: skip
    servers = [
        (name, call) for name, call in bound if "web.Application" not in call
    ]  # given its sockets, which are among these
    assert len(servers) >= 2
    assert [one for one in servers if "127.0.0.1" not in one[1] and "HOST" not in one[1]] == []
    assert preview.HOST == "127.0.0.1"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux says who listens there")
def test_a_running_preview_listens_to_this_computer_alone(tmp_path):
    async def nothing():
        return ""

    async def listening():
        told = asyncio.get_running_loop().create_future()
        shown = preview.Preview(tmp_path)
        server = asyncio.create_task(preview.serve(shown, lambda: 0, nothing, 0, told.set_result))
        try:
            port = int((await asyncio.wait_for(told, 5)).rstrip("/").rpartition(":")[2])
            tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6")]
            lines = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
            return {
                line[1].partition(":")[0]
                for line in lines
                if line[3] == "0A" and int(line[1].rpartition(":")[2], 16) == port
            }
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    assert asyncio.run(listening()) == {"0100007F"}


def _evil(place, marker):
    code = f"import pathlib\npathlib.Path({str(marker)!r}).write_text('run')"
    setup = 'contract_year = ""\nroot = ""'
    cells = [
        nbformat.v4.new_markdown_cell("# Cost, {contract_year}", id="title"),
        nbformat.v4.new_code_cell(setup, id="parameters", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f'{code}\ntables.show(review, "property")', id="cell-01"),
    ]
    place.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), place)


@pytest.mark.slow
def test_code_that_a_root_brings_is_never_run(new_book, tmp_path):
    """Templates are the repository's; neither a root's own notebooks nor code in its published pages or commentary is run."""
    marker = tmp_path / "was-run"
    for name in ("notebooks/04_cost.ipynb", "notebooks/99_more.ipynb", "book/2031-32/04_cost.ipynb", "book/2031-32/99_more.ipynb"):  # fmt: skip
        _evil(new_book.root / name, marker)
    for name in ("conftest.py", "sitecustomize.py", "ncthelpers.py", "yaml.py", "data/2031-32/conftest.py"):
        (new_book.root / name).write_text(f"open({str(marker)!r}, 'w')")
    (new_book.root / "data/2031-32/conftest.py").unlink()
    new_book.run()
    assert not marker.exists()
    made = nbformat.read(new_book.root / "book/2031-32/04_cost.ipynb", 4)
    assert "pathlib" not in "".join(cell.source for cell in made.cells)
    _evil(new_book.repository / "notebooks" / "04_cost.ipynb", marker)
    with pytest.raises(
        PagesFailed, match="name .tables. is not defined"
    ):  # so that the case is one: here it would be run
        new_book.run()
    assert marker.exists()
