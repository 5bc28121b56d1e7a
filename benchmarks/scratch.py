"""A copy of the repository to measure in: so many templates, so many contract years, its own ``ncthelpers`` command.

Years beyond the first are copies of it under another year's name: every tool gets the same data and the same templates.
"""

import compileall
import csv
import json
import runpy
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ncthelpers.files import checksum
from ncthelpers.load import seal_year
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = [
    "REPOSITORY", "FIRST", "years", "source_copied", "scratch_repository", "unmade", "filled", "stock_config", "executing_book",
    "change_data_cell", "change_notebook",
]  # fmt: skip

REPOSITORY = Path(__file__).resolve().parents[1]
FIRST = "2021-22"  # the year with all of its documents at hand
_COPIES_FROM = 1921  # long before any date in the data: all of them are context then
_PARAMETERS = "parameters"
# The environment is the one that measures; the code is the copy's own, here and in the processes that it starts.
_COMMAND = """#!{python}
import os
import sys

sys.path.insert(0, {source!r})
os.environ["PYTHONPATH"] = {source!r}
from ncthelpers.cli import main

sys.exit(main())
"""


def years(count: int) -> list[str]:
    """The contract years of a scratch repository: the real one, then copies."""
    starts = range(_COPIES_FROM, _COPIES_FROM + count - 1)
    return [FIRST, *(f"{start}-{(start + 1) % 100:02}" for start in starts)]


def source_copied(place: Path) -> Path:
    """A copy of ``src/``, compiled."""
    shutil.copytree(REPOSITORY / "src", place, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    compileall.compile_dir(place, quiet=2)
    return place


def scratch_repository(place: Path, templates: Sequence[str], labels: Sequence[str], source: Path) -> Path:
    """Lay out a repository with these templates and years, no page of it made; the folder that holds it.

    Parameters
    ----------
    place : Path
        The folder, which is made.
    templates : sequence of str
        Names of templates, such as ``04_cost``.
    labels : sequence of str
        Contract years, as :func:`years` gives them.
    source : Path
        The code, as :func:`source_copied` leaves it: the same for every size, even if someone is at work on it meanwhile.
    """
    shutil.copytree(source, place / "src")
    (place / "notebooks").mkdir()
    for name in templates:
        shutil.copy(REPOSITORY / "notebooks" / f"{name}.ipynb", place / "notebooks")
    for name in ("schemas", "reference", FIRST):
        shutil.copytree(REPOSITORY / "data" / name, place / "data" / name)
    for name in (
        "_config.yml", "CHANGELOG.md", "Makefile", "ncthelpers.py", "pyproject.toml", "requirements.lock",
    ):  # fmt: skip
        shutil.copy(REPOSITORY / name, place)
    _copy_years(place, [label for label in labels if label != FIRST])
    _write_toc(place, templates, labels)
    _install(place)
    return place


def _copy_years(place: Path, labels: Sequence[str]) -> None:
    """The first year's data under other years' names: one copy is checked and sealed, the others are made like it."""
    for number, label in enumerate(labels):
        folder = place / "data" / label
        shutil.copytree(place / "data" / (labels[0] if number else FIRST), folder)
        was, now = _relabelled(folder / "contract.yml", ContractYear(label))
        if number:
            package = folder / "datapackage.yml"
            package.write_text(package.read_text("utf-8").replace(was, now), "utf-8")
            continue
        for path in folder.glob("*.csv"):
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            if rows and "context" in rows[0]:
                _write_rows(path, [{**row, "context": "yes"} for row in rows])
        seal_year(place, ContractYear(label))


def _relabelled(path: Path, year: ContractYear) -> tuple[str, str]:
    """Write a ``contract.yml`` for another year; its checksum before and now."""
    was = path.read_bytes()
    contract = {**read_yaml(was.decode()), "contract_year": str(year), "starts": year.start, "ends": year.end}
    path.write_text(yaml.safe_dump(contract, allow_unicode=True, sort_keys=False), "utf-8")
    return checksum(was), checksum(path.read_bytes())


def _write_rows(path: Path, rows: Sequence[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_toc(place: Path, templates: Sequence[str], labels: Sequence[str]) -> None:
    """The repository's own table of contents with these years in the place of its own, and no comparison."""
    toc = yaml.safe_load((REPOSITORY / "_toc.yml").read_text("utf-8"))
    about = [part for part in toc["parts"] if part["chapters"][0]["file"].startswith("about/")]
    newest_first = sorted(labels, reverse=True)
    listed = [
        {"caption": f"Contract year {label}", "chapters": [{"file": f"{label}/{name}"} for name in templates]}
        for label in newest_first
    ]
    (place / "_toc.yml").write_text(yaml.safe_dump({**toc, "parts": listed + about}, sort_keys=False), "utf-8")


def _install(place: Path) -> None:
    """What ``make book`` looks for: an environment that was finished for this folder, and its ``ncthelpers``."""
    programs = place / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "ncthelpers").write_text(_COMMAND.format(python=sys.executable, source=str(place / "src")))
    (programs / "ncthelpers").chmod(0o755)
    stamp_of = runpy.run_path(str(place / "ncthelpers.py"))["stamp_of"]
    (place / ".venv" / ".stamp").write_text(stamp_of(place))


def unmade(place: Path) -> None:
    """Take away every page and all HTML of a scratch repository."""
    for name in ("book", "_build"):
        shutil.rmtree(place / name, ignore_errors=True)


def filled(place: Path, folder: Path, templates: Sequence[str], labels: Sequence[str]) -> list[Path]:
    """Templates as notebooks for tools that take no parameters: the cell of parameters is filled in.

    Parameters
    ----------
    place : Path
        The scratch repository.
    folder : Path
        Where they are put, all together; it is made anew.
    templates, labels : sequence of str
        Which templates, for which contract years.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = []
    for label in labels:
        for name in templates:
            notebook = json.loads((place / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
            for cell in notebook["cells"]:
                if _PARAMETERS in cell["metadata"].get("tags", []):
                    cell["source"] = f"contract_year = {label!r}\nroot = {str(place)!r}"
            made.append(folder / f"{label}_{name}.ipynb")
            made[-1].write_text(json.dumps(notebook), "utf-8")
    return made


def stock_config(place: Path, **settings: object) -> str:
    """Settings of a plain Jupyter Book: those of the repository without what it does to build its HTML faster."""
    config = yaml.safe_load((place / "_config.yml").read_text("utf-8"))
    kept = {key: value for key, value in config.items() if key not in {"sphinx", "latex"}}
    return yaml.safe_dump({**kept, **settings})


def executing_book(folder: Path, notebooks: Sequence[Path], place: Path, how: str) -> None:
    """Make notebooks a book that Jupyter Book runs when it builds it.

    Parameters
    ----------
    folder : Path
        Holds the notebooks.
    notebooks : sequence of Path
        The pages.
    place : Path
        The scratch repository.
    how : str
        ``force`` or ``cache``, as Jupyter Book calls it.
    """
    (folder / "index.md").write_text("# Pages\n", "utf-8")
    chapters = [{"file": path.stem} for path in notebooks]
    (folder / "_toc.yml").write_text(
        yaml.safe_dump({"format": "jb-book", "root": "index", "chapters": chapters}), "utf-8"
    )
    execute = {"execute_notebooks": how, "timeout": 600}
    sphinx = {"config": {"nb_execution_raise_on_error": True}}
    (folder / "_config.yml").write_text(stock_config(place, execute=execute, sphinx=sphinx), "utf-8")


def change_data_cell(place: Path, label: str) -> str:
    """Add one to the first number of a table that a few pages read, and seal the year; the path of the file from the root."""
    path = place / "data" / label / "property.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["buildings"] = str(int(rows[0]["buildings"]) + 1)
    _write_rows(path, rows)
    seal_year(place, ContractYear(label))
    return path.relative_to(place).as_posix()


def change_notebook(path: Path, kind: str) -> None:
    """Change the last cell of a kind (``code`` or ``markdown``) of a notebook: a comment, or a word more."""
    notebook = json.loads(path.read_text("utf-8"))
    cell = [cell for cell in notebook["cells"] if cell["cell_type"] == kind][-1]
    source = "".join(cell["source"])
    cell["source"] = f"# again\n{source}" if kind == "code" else f"{source} Again."
    path.write_text(json.dumps(notebook), "utf-8")
