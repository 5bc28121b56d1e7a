"""The warm engine: a notebook comes out as from a stock kernel, and nothing of it is left for the next one."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill import PapermillExecutionError

from ncthelpers.publish import pages, workers
from ncthelpers.publish.workers import WorkerFailed

needs_fork = pytest.mark.skipif(not workers.can_fork(), reason="processes are forked on Linux")

KEY = "test_engine"
YEAR = "2021-22"
TASKS = """
import nbformat, papermill

def run(given, told):
    notebook, options = given
    return nbformat.v4.writes(papermill.execute_notebook(
        nbformat.v4.reads(notebook), options.pop("output", None), kernel_name="python3", progress_bar=False,
        autosave_cell_every=0, on_cell_start=lambda cell, cell_index: told(f"cell {cell_index}"), **options,
    ))

def run_twice(given, told):
    return run((given[0], dict(given[1])), told), run(given, told)

def memory_after(given, told):
    run(given, told)
    lines = open("/proc/self/smaps_rollup").read().splitlines()[1:]
    return {name: int(size.split()[0]) / 1024 for name, size in (line.split(":", 1) for line in lines)}
"""


@pytest.fixture(scope="module", autouse=True)
def tasks(tmp_path_factory):
    """A module that both the test and its workers import."""
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "tasks_of_engine.py").write_text(TASKS, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        patched.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield
        workers.close()


def notebook_of(*sources, **metadata):
    cells = [new_code_cell(source, id=f"cell-{place}", metadata=metadata) for place, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def ran(notebook, *, task="run", seconds=60, cold=False, **options):
    """A notebook that a worker has run, warm unless told otherwise."""
    function = getattr(import_module("tasks_of_engine"), task)
    options["engine_name"] = None if cold else "ncthelpers"
    given = nbformat.writes(notebook), options
    answer = workers.call(function, given, seconds=seconds, key=KEY, cold=cold)
    return nbformat.reads(answer, 4) if isinstance(answer, str) else answer


def shown(*sources, **options):
    """The text of a notebook's last output."""
    output = ran(notebook_of(*sources), **options).cells[-1].outputs[-1]
    return "".join(output.get("text", output.get("data", {}).get("text/plain")))


# As from a stock kernel

AWKWARD = [
    # streams
    "import sys\nprint('one'); print('two', file=sys.stderr); print('three')",
    "print('a', flush=True); print('b', flush=True); sys.stderr.write('c')",
    "print('before'); display('shown'); print('after'); 'result'",
    "import logging; logging.warning('watch'); logging.getLogger('own').error('wrong')",
    "import warnings; warnings.warn('doubtful'); warnings.warn('old', DeprecationWarning)",
    "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as said: print('kept')\nsaid.getvalue()",
    "sys.stdout.isatty(), sys.stdout.encoding, sys.stdin.read()",
    "import threading; thread = threading.Thread(target=print, args=('of a thread',)); thread.start(); thread.join()",
    # display
    "from IPython.display import HTML, Markdown, clear_output, display\ndisplay(HTML('<b>x</b>'), Markdown('*y*'))",
    "handle = display('first', display_id='one'); handle.update('second'); display('third', display_id='one')",
    "handle.update('fourth')",
    "print('gone'); clear_output(); print('gone as well'); clear_output(wait=True); print('stays')",
    ("class Both:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/plain': 'both', 'text/html': '<i>both</i>'}, {'results': [1], 'pair': (1, 2)}\nBoth()"),
    "display(Both(), 'two', metadata={'own': 1})",
    ("class Many:\n    def _repr_png_(self): return b'\\x89PNG\\r\\n\\x1a\\n00'\n    def _repr_latex_(self): return '$x$'\n"
    "    def _repr_json_(self): return {'a': (1, 2)}\nMany()"),
    "display({'text/plain': 'raw'}, raw=True)",
    # results
    "None", "5;", "_ = 6", "In[1][:6], list(Out)[:1]", "'£ é ☃ 😀'", "x = 5",
    "import pandas as pd; frame = pd.DataFrame({'a': [1, 2.5], 'b': ['x', '£']}); frame", "frame.describe()",
    "pd.Series(range(100))", "import numpy as np; np.arange(2000).reshape(40, 50)",
    # figures
    "import matplotlib.pyplot as plt\nplt.figure(); plt.plot([1, 2]); print('drawn')",
    "figure, axes = plt.subplots(); axes.plot([3, 1]);", "figure", "plt.plot([1]); plt.show(); print('after')",
    "%matplotlib inline", "frame.plot.bar(x='b', y='a')", "plt.get_fignums()",
    # magics, subprocesses, waiting
    "%%capture kept\nprint('captured'); display(1)", "kept.show()", "%who_ls Both", "len?", "!echo said", "listed = !echo x\nlisted",
    "import subprocess, time; subprocess.run(['sh', '-c', 'echo out; echo err >&2']); time.sleep(0.5)",
    "import os; os.write(1, b'written\\n'); os.system('echo said'); time.sleep(0.5)",
    "import asyncio\nawait asyncio.sleep(0.01)\n'waited'", "asyncio.get_running_loop().is_running()",
    "async def three(): return 3\nlater = asyncio.create_task(three())", "await later",
    # what is kept from cell to cell
    "import contextvars; kept = contextvars.ContextVar('kept'); kept.set(1); np.set_printoptions(precision=2)",
    "kept.get(), np.array([1.23456])",
    "await asyncio.sleep(0); _ = kept.set(2)",
    "kept.get()",
    # where it is
    "__name__, sys.path.count(''), os.environ['MPLBACKEND'], os.environ['FORCE_COLOR'], get_ipython().__class__.__name__",
    "import beside; beside.WHERE == os.path.join(os.getcwd(), 'beside.py')",
]  # fmt: skip
FAILING = [
    "1 / 0", "def divide(): return 1 / 0\ndivide()", "x = (", "  bad\nindent", "waits = three()\ntry: asyncio.run(waits)\nfinally: waits.close()", "input('?')",
    "import getpass; getpass.getpass()", "raise KeyboardInterrupt", "sys.exit(3)", "raise SystemExit", "%nosuch",
    "class Broken:\n    def __repr__(self): raise ValueError('in repr')\nBroken()",
    "class Half:\n    def _repr_html_(self): raise ValueError('in html')\nHalf()",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('two') from error",
    "async def fails(): raise OSError('waited')\nawait fails()", "frame['c']", "plt.plot([1]); 1 / 0",
    "raise ExceptionGroup('both', [ValueError(1), TypeError(2)])",
]  # fmt: skip
# What is not the same, and why: a kernel takes what subprocesses write in a thread of its own, and loses it if a cell has
# ended by then. Not here at all: widgets, a deep recursion, exit().
IN_ANY_ORDER = {source for source in AWKWARD if "subprocess" in source or "os.write" in source}


def joined(outputs):
    """Outputs with what one stream wrote in several pieces, nothing between them, as one piece."""
    whole = []
    for output in outputs:
        if whole and output.output_type == "stream" and whole[-1].get("name") == output.name:
            whole[-1] = {**whole[-1], "text": whole[-1]["text"] + output.text}
        else:
            whole.append(output)
    return whole


def normal(cell):
    """A cell's outputs without what differs from one process to another, or with how soon a stream is flushed."""
    text = json.dumps(joined(cell.outputs), sort_keys=True, ensure_ascii=False)
    text = re.sub(r"ipykernel_\d+", "ipykernel_", text)
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    if cell.source in IN_ANY_ORDER:
        said = [json.dumps(output) for output in json.loads(text) if output["output_type"] != "stream"]
        lines = [
            f"{output.name}: {line}" for output in cell.outputs if "text" in output for line in output.text.split()
        ]
        return sorted([*said, *lines])
    return text


@needs_fork
@pytest.mark.slow
def test_awkward_cells_come_out_as_from_a_stock_kernel(tmp_path, monkeypatch):
    workers.close()
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # in a test, a kernel would not capture what subprocesses write
    (tmp_path / "beside.py").write_text("WHERE = __file__\n", "utf-8")
    notebook = notebook_of(*AWKWARD, *FAILING, tags=["raises-exception"])

    def run(cold):
        target = tmp_path / f"{cold}.ipynb"
        with pytest.raises(PapermillExecutionError):  # it counts the failures that are allowed as well
            ran(notebook, cold=cold, output=str(target), cwd=str(tmp_path), extra_arguments=["--log-level=50"])
        return nbformat.read(target, 4)

    with ThreadPoolExecutor(2) as pool:
        stock, warm = pool.map(run, [True, False])
    assert len(warm.cells) == len(stock.cells) > len(AWKWARD) + len(FAILING)
    differing = [
        (ours.source, normal(ours), normal(theirs))
        for ours, theirs in zip(warm.cells, stock.cells, strict=True)
        if ours.cell_type == "code" and (normal(ours), ours.execution_count) != (normal(theirs), theirs.execution_count)
    ]
    assert differing == []
    assert all(cell.execution_count for cell in warm.cells if cell.cell_type == "code")
    assert warm.metadata.language_info == stock.metadata.language_info


@needs_fork
@pytest.mark.slow
def test_a_page_of_the_book_is_the_same_from_a_stock_kernel(repository, tmp_path):
    def page(cold):
        template = nbformat.read(repository / "notebooks" / "04_cost.ipynb", 4)
        root = os.path.relpath(repository, tmp_path)
        parameters = {"contract_year": YEAR, "root": root}
        return nbformat.writes(pages.tidied(ran(template, cold=cold, cwd=str(tmp_path), parameters=parameters)))

    with ThreadPoolExecutor(2) as pool:
        stock, warm = pool.map(page, [True, False])
    assert stock == warm


# A failing cell


@needs_fork
def test_after_an_error_the_rest_is_not_run(tmp_path):
    target = tmp_path / "page.ipynb"
    with pytest.raises(PapermillExecutionError) as failed:
        ran(notebook_of("x = 1", "x / 0", "x = 2"), output=str(target))
    assert (failed.value.cell_index, failed.value.exec_count) == (1, 2)
    assert (failed.value.ename, failed.value.evalue) == ("ZeroDivisionError", "division by zero")
    cells = [cell for cell in nbformat.read(target, 4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == [1, 2, None]
    assert [cell.metadata.papermill.status for cell in cells] == ["completed", "failed", "pending"]


@needs_fork
def test_an_error_that_is_allowed_does_not_stop_the_notebook():
    notebook = notebook_of("1 / 0", "'on'")
    notebook.cells[0].metadata.tags = ["raises-exception"]
    with pytest.raises(PapermillExecutionError) as failed:
        ran(notebook)
    assert failed.value.cell_index == 0


@needs_fork
def test_leaving_stops_the_notebook_without_a_failure():
    cells = ran(notebook_of("import sys; sys.exit()", "'on'")).cells
    assert [cell.execution_count for cell in cells] == [1, None]


@needs_fork
@pytest.mark.parametrize("source", ["exit()", "quit()"])
def test_a_cell_cannot_end_the_process_that_runs_it(source):
    with pytest.raises(PapermillExecutionError, match="would end the process that runs the notebook"):
        ran(notebook_of(source))


@needs_fork
def test_a_recursion_without_end_is_an_error_of_its_cell():
    with pytest.raises(PapermillExecutionError) as failed:
        ran(notebook_of("import sys; sys.setrecursionlimit(130)\ndef deeper(n): return deeper(n + 1)\ndeeper(0)"))
    assert failed.value.ename == "RecursionError"


@needs_fork
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import ctypes; ctypes.string_at(0)", "cell 1: segmentation fault (signal 11)"),
        ("import os; os._exit(3)", "cell 1: it ended its own process with exit code 3"),
        ("while True: pass", "cell 1: it took more than 3 s and was stopped"),
        ("import asyncio, os; asyncio.get_running_loop().call_later(0.1, os.kill, os.getpid(), 2); await asyncio.sleep(9)",
         "cell 1: it was interrupted"),
    ],
)  # fmt: skip
def test_a_cell_that_takes_its_process_along_is_named(source, said):
    with pytest.raises(WorkerFailed) as failed:
        ran(notebook_of("1", source, "2"), seconds=3)
    assert str(failed.value) == said
    assert shown("'next'") == "'next'"


@needs_fork
def test_an_interrupted_cell_is_an_error_of_its_own():
    with pytest.raises(PapermillExecutionError) as failed:
        ran(notebook_of("import os, time; os.kill(os.getpid(), 2); time.sleep(9)"))
    assert failed.value.ename == "KeyboardInterrupt"


# Nothing is left for the next notebook


@needs_fork
@pytest.mark.parametrize(
    ("change", "look"),
    [
        ("left = 1", "'left' in globals(), 'left' in dir(__builtins__)"),
        ("import builtins; builtins.left = 1", "'left' in dir(__builtins__)"),
        ("import matplotlib; matplotlib.rcParams['font.size'] = 99", "__import__('matplotlib').rcParams['font.size']"),
        ("import matplotlib.style; matplotlib.style.use('ggplot')", "__import__('matplotlib').rcParams['axes.facecolor']"),
        ("import pandas; pandas.options.display.max_rows = 3", "__import__('pandas').options.display.max_rows"),
        ("import numpy; numpy.set_printoptions(precision=2)", "__import__('numpy').get_printoptions()['precision']"),
        ("import os; os.environ['LEFT'] = '1'", "__import__('os').environ.get('LEFT', 'not set')"),
        ("import os; os.chdir('/')", "__import__('os').getcwd()"),
        ("%matplotlib inline\n%config InlineBackend.close_figures = False\nimport matplotlib.pyplot as plt; plt.figure(3)", "__import__('matplotlib.pyplot').pyplot.get_fignums()"),
        ("import textwrap; textwrap.dedent = None", "__import__('textwrap').dedent is None"),
        ("import ncthelpers.wording as w; w.left = 1", "hasattr(__import__('ncthelpers.wording').wording, 'left')"),
        ("import sys; sys.path.append('left'); sys.modules['left'] = sys", "__import__('sys').path.count('left')"),
        ("import sys; sys.setrecursionlimit(50_000)", "__import__('sys').getrecursionlimit()"),
        ("import warnings; warnings.simplefilter('error')", "len(__import__('warnings').filters)"),
        ("import logging; logging.basicConfig(level=10)", "__import__('logging').root.handlers, __import__('logging').root.level"),
        ("import locale; locale.setlocale(locale.LC_CTYPE, 'C')", "__import__('locale').setlocale(0)"),
        ("import decimal; decimal.getcontext().prec = 3", "__import__('decimal').getcontext().prec"),
        ("import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)", "__import__('signal').getsignal(2)"),
        ("import threading, time; threading.Thread(target=time.sleep, args=(9,)).start()", "__import__('threading').active_count()"),
        ("%config InlineBackend.figure_format = 'svg'", "get_ipython().configurables[-1].__class__.__name__"),
        ("get_ipython().events.register('post_run_cell', lambda result: print('left'))", "1"),
        ("import os; open('/proc/self/oom_score_adj', 'w').write('500')", "open('/proc/self/oom_score_adj').read()"),
    ],
    ids=lambda source: source[:40] if len(source) > 1 else "-",
)  # fmt: skip
def test_what_a_notebook_changes_is_not_found_by_the_next(change, look):
    before = shown(look)
    ran(notebook_of(change))
    assert shown(look) == before
    assert len(ran(notebook_of(look)).cells[0].outputs) == 1


@needs_fork
def test_what_is_not_seeded_differs_from_one_notebook_to_the_next():
    draw = "import random, numpy; random.random(), numpy.random.random(), numpy.random.default_rng().random()"
    first, second = (shown(draw).strip("()").split(", ") for _ in range(2))
    assert all(one != other for one, other in zip(first, second, strict=True))


@needs_fork
def test_a_process_runs_one_notebook():
    with pytest.raises(RuntimeError, match="has run a notebook already"):
        ran(notebook_of("1"), task="run_twice")


@needs_fork
def test_a_notebook_takes_less_than_200_mb():
    draws = "import pandas as pd\npd.DataFrame({'a': ['x'], 'b': [1]}).plot.bar(x='a', y='b')"
    used = ran(notebook_of(draws), task="memory_after")
    assert used["Rss"] < 200, used


# On its own


def run_by_papermill(folder, *sources, before=""):
    """A notebook run with the engine in a process of its own, and what that says."""
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Words"), *notebook_of(*sources).cells],
                                metadata=notebook_of().metadata), folder / "in.ipynb")  # fmt: skip
    arguments = ["--engine", "ncthelpers", "--cwd", str(folder), "in.ipynb", "out.ipynb"]
    command = f"{before}\nfrom papermill.cli import papermill\npapermill({arguments})"
    done = subprocess.run([sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, timeout=60)
    return nbformat.read(folder / "out.ipynb", 4), done


def test_papermill_runs_a_notebook_with_it(tmp_path):
    page, done = run_by_papermill(tmp_path, "print('said')", "import os; os.system('echo shell'); os.getcwd()")
    assert done.returncode == 0, done.stderr
    assert page.cells[1].outputs == [{"output_type": "stream", "name": "stdout", "text": "said\n"}]
    assert page.cells[2].outputs[0]["text"] == "shell\n"
    assert page.cells[2].outputs[1]["data"]["text/plain"] == repr(str(tmp_path))
    assert [cell.metadata.papermill.status for cell in page.cells] == ["completed"] * 3
    assert "Executing: 100%" in done.stderr
    assert "said" not in done.stdout


@pytest.mark.parametrize(
    "before",
    [
        "import matplotlib_inline.backend_inline, matplotlib.pyplot",
        "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot",
        "import ncthelpers.publish.engine",  # before papermill, which loads it
    ],
)
def test_a_figure_is_shown_whatever_was_imported_before(tmp_path, before):
    draws = "import matplotlib.pyplot as plt; plt.plot([1, 2]);"
    page, done = run_by_papermill(tmp_path, draws, before=before)
    assert done.returncode == 0, done.stderr
    assert [sorted(output["data"]) for output in page.cells[1].outputs] == [["image/png", "text/plain"]]


def test_papermill_has_the_engine_by_its_name():
    assert papermill.engines.papermill_engines.get_engine("ncthelpers").__name__ == "WarmEngine"
