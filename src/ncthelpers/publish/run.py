"""Run the templates for a contract year with papermill: every page of the year, or none."""

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from ncthelpers.files import swap_folder
from ncthelpers.load import load_year
from ncthelpers.publish import pages
from ncthelpers.years import ContractYear

__all__ = ["run_year", "PageFailed"]

_WORKERS = 2
_CELL_SECONDS = 120
_ABANDONED_SECONDS = 3600


class PageFailed(RuntimeError):
    """A page of the year could not be made, so none was published."""


def _execute(template: str, target: str, year: str, root: str) -> None:
    """Make one page in a process of its own; papermill and the page both work in the page's folder."""
    folder = Path(target).parent
    filled = pages.filled(nbformat.read(template, as_version=4), year)
    nbformat.write(filled, target)
    try:
        page = papermill.execute_notebook(
            target, target, {"contract_year": year, "root": root}, kernel_name="python3", cwd=str(folder),
            progress_bar=False, execution_timeout=_CELL_SECONDS, autosave_cell_every=0,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )  # fmt: skip
        nbformat.write(pages.tidied(page), target)
    except papermill.PapermillExecutionError as error:
        raise PageFailed(f"{Path(template).name}, cell {error.cell_index}: {error.ename}: {error.evalue}") from None
    except (pages.TemplateError, CellTimeoutError, DeadKernelError) as error:
        raise PageFailed(f"{Path(template).name}, {error}") from None


def _publish(staged: Path, folder: Path) -> list[str]:
    """Put the year's pages in place all at once; the names of those that changed or went."""
    there = {path.name: path.read_bytes() for path in folder.glob("*.ipynb")}
    made = {path.name: path.read_bytes() for path in staged.glob("*.ipynb")}
    changed = sorted(name for name in there | made if there.get(name) != made.get(name))
    if changed:
        swap_folder(staged, folder)
    return changed


def run_year(
    root: Path, templates: Path, year: ContractYear, told: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Run every template for one contract year and publish the pages into ``book/<year>``.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``book/``.
    templates : Path
        Folder of the templates.
    year : ContractYear
        The year to run.
    told : callable
        Told the name of each page as it is made.

    Returns
    -------
    list of str
        Names of the pages that changed.

    Raises
    ------
    DataFaults
        If the year's data has a fault; nothing is run.
    PageFailed, TemplateError
        If a page cannot be made. ``book/`` is then as it was.

    Notes
    -----
    Pages are made in a folder beside the year's, so that ``root`` is the same path from there as from their place.
    """
    load_year(root, year)
    found = pages.templates(templates)
    if not found:
        raise pages.TemplateError(f"{templates} holds no template")
    for template in found:
        pages.check_parameters(template)
    book = root / "book"
    book.mkdir(exist_ok=True)
    for left in book.glob(".staging-*"):
        if time.time() - left.stat().st_mtime > _ABANDONED_SECONDS:  # of a run that was killed, not of one at work
            shutil.rmtree(left, ignore_errors=True)
    staged = book / f".staging-{uuid4().hex[:8]}"  # not mkdtemp: it becomes the published folder, which others read
    staged.mkdir()
    to_root = Path(os.path.relpath(root, staged)).as_posix()
    try:
        with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
            waiting = {
                pool.submit(_execute, str(template), str(staged / template.name), str(year), to_root): template
                for template in found
            }  # fmt: skip
            try:
                for made, template in waiting.items():
                    made.result()
                    told(template.stem)
            except BrokenProcessPool:
                raise PageFailed(f"{template.name}: the process that made it was stopped") from None
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return _publish(staged, book / str(year))
    finally:
        shutil.rmtree(staged, ignore_errors=True)
