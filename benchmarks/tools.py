"""Each tool that is measured, as a command that starts in a process of its own and makes the same pages from nothing.

Only the standard library is imported before the tool itself is.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

__all__ = ["TOOLS", "command", "program", "cells_seconds", "main"]

_SECONDS = 600  # a cell may take
_STARTS = "from tools import main; main()"


def command(tool: str, spec: Mapping[str, object]) -> list[str]:
    """What starts a tool of :data:`TOOLS`; the folder of this module must be on ``PYTHONPATH``.

    Parameters
    ----------
    tool : str
        Its name.
    spec : Mapping
        What it takes: ``root`` (the scratch repository), ``out`` (a folder of its own), ``notebooks`` (their parameters
        filled in), ``pages`` (template and contract year of each).
    """
    return [sys.executable, "-P", "-c", _STARTS, tool, json.dumps(spec)]


def program(name: str) -> str:
    """A command of the environment that measures."""
    return str(Path(sys.executable).with_name(name))


def _papermill_series(root: str, out: str, pages: Sequence[Sequence[str]], **_: object) -> None:
    for template, year in pages:
        subprocess.run(
            [sys.executable, "-P", "-m", "papermill", f"{root}/notebooks/{template}.ipynb", f"{out}/{year}_{template}.ipynb",
             "-p", "contract_year", year, "-p", "root", root, "--cwd", out, "-k", "python3", "--no-progress-bar"],
            check=True,
        )  # fmt: skip


def _papermill_page(page: tuple[str, str, str, str]) -> None:
    import papermill

    root, out, template, year = page
    papermill.execute_notebook(
        f"{root}/notebooks/{template}.ipynb", f"{out}/{year}_{template}.ipynb", {"contract_year": year, "root": root},
        cwd=out, kernel_name="python3", progress_bar=False,
    )  # fmt: skip


def _papermill_two_workers(root: str, out: str, pages: Sequence[Sequence[str]], **_: object) -> None:
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_papermill_page, [(root, out, *page) for page in pages]))


def _nbconvert(out: str, notebooks: Sequence[str], **_: object) -> None:
    subprocess.run(
        [sys.executable, "-P", "-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", out,
         f"--ExecutePreprocessor.timeout={_SECONDS}", *notebooks],
        check=True,
    )  # fmt: skip


def _jupyter_book(out: str, notebooks: Sequence[str], **_: object) -> None:
    folder = str(Path(notebooks[0]).parent)
    subprocess.run([program("jupyter-book"), "build", folder, "--path-output", out, "-q"], check=True)


def _jupyter_cache(out: str, notebooks: Sequence[str], **_: object) -> None:
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    cache = get_cache(f"{out}/cache")
    for notebook in notebooks:
        cache.add_nb_to_project(notebook)
    done = load_executor("local-parallel", cache).run_and_cache(timeout=_SECONDS)
    if done.errored or done.excepted:
        raise SystemExit(f"not run: {[*done.errored, *done.excepted]}")


def _nbval(root: str, pages: Sequence[Sequence[str]], **_: object) -> None:
    files = [f"{root}/book/{year}/{template}.ipynb" for template, year in pages]
    subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", f"{root}/book",
         "-c", f"{root}/pyproject.toml", "--nbval", "--nbval-current-env", "-n", "2", "--dist", "loadfile", *files],
        check=True,
    )  # fmt: skip


def cells_seconds(page: Mapping[str, str], told: Callable[[str], None]) -> float:
    """Seconds inside the cells of a page, run by the warm engine in the process that this is called in.

    Parameters
    ----------
    page : Mapping
        ``root``, ``out``, ``template`` and ``year``.
    told : callable
        Of :func:`ncthelpers.publish.workers.call`.
    """
    import time

    import papermill

    inside, began = 0.0, 0.0

    def starts(**_: object) -> None:
        nonlocal began
        began = time.perf_counter()

    def ends(**_: object) -> None:
        nonlocal inside
        inside += time.perf_counter() - began

    papermill.execute_notebook(
        f"{page['root']}/notebooks/{page['template']}.ipynb", None,
        {"contract_year": page["year"], "root": page["root"]}, cwd=page["out"], kernel_name="python3", progress_bar=False,
        autosave_cell_every=0, engine_name="ncthelpers", on_cell_execute=starts, on_cell_complete=ends,
    )  # fmt: skip
    return inside


def _floor(root: str, out: str, pages: Sequence[Sequence[str]], **_: object) -> None:
    """The cells' own time, one page after another in one worker; written to ``out``."""
    import tools  # not this module, which may be the one that was started: its functions are sent by name

    from ncthelpers.publish import workers

    found = [
        workers.call(tools.cells_seconds, {"root": root, "out": out, "template": template, "year": year}, seconds=_SECONDS)
        for template, year in pages
    ]  # fmt: skip
    workers.close()
    Path(out, "floor.json").write_text(json.dumps(found))


TOOLS = {
    "papermill-cli": _papermill_series,
    "papermill-2-workers": _papermill_two_workers,
    "nbconvert": _nbconvert,
    "jupyter-book-execute": _jupyter_book,
    "jupyter-book-cache": _jupyter_book,
    "jupyter-cache-parallel": _jupyter_cache,
    "nbval": _nbval,
    "floor": _floor,
}


def main() -> None:
    """Run the tool that the command line names."""
    tool, spec = sys.argv[1:]
    try:
        TOOLS[tool](**json.loads(spec))
    except subprocess.CalledProcessError as failed:
        sys.exit(failed.returncode)
