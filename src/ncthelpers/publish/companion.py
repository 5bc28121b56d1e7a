"""What stands beside a page and below it: its figures for machines as JSON, and the colophon that says what made it."""

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import nbformat

from ncthelpers.datapackage import checksum

__all__ = ["COLOPHON", "NOT_RECORDED", "Made", "ClashingFigures", "results_of", "figures_by_name", "newest_edition",
           "edition_of", "page_json", "made_with", "modules_used", "with_colophon"]  # fmt: skip

COLOPHON = "colophon"
NOT_RECORDED = "not recorded"
_EDITION = re.compile(r"^## (\d{4}-\d{2}-\d{2})\s*$", flags=re.MULTILINE | re.ASCII)
_FIRST = 12


class ClashingFigures(ValueError):
    """Two figures of a page have one name and are not the same."""


@dataclass(frozen=True)
class Made:
    """What the pages of a folder of the book are made of.

    Parameters
    ----------
    years : tuple of str
        The contract years.
    data : tuple of (str, str)
        Folders of data with their checksums.
    package : Path
        Folder of the package whose modules make them.
    lock : str
        Checksum of the locked environment.
    edition : str
        The newest edition of the book.
    """

    years: tuple[str, ...]
    data: tuple[tuple[str, str], ...]
    package: Path
    lock: str
    edition: str


def results_of(page: nbformat.NotebookNode) -> list[dict]:
    """What the outputs of an executed page say that they show, in its order."""
    return [
        json.loads(json.dumps(result))
        for cell in page.cells
        for output in cell.get("outputs", [])
        for result in output.get("metadata", {}).get("results", [])
    ]


def figures_by_name(results: Iterable[Mapping]) -> dict[str, dict]:
    """The figures of a page by name, each as it is first shown.

    Raises
    ------
    ClashingFigures
        If two figures have one name and not one value and unit.

    Examples
    --------
    >>> one = {"name": "budget", "value": "2.2", "unit": "£m", "text": "£2.2m", "rows": ["2031-32/finance_lines.csv: 2"]}
    >>> figures_by_name([{"figures": [one, one]}])["budget"]["value"]
    '2.2'
    """
    found: dict[str, dict] = {}
    for result in results:
        for figure in result["figures"]:
            name, held = figure["name"], {key: figure[key] for key in ("value", "unit", "text", "rows")}
            other = found.setdefault(name, held)
            if (other["value"], other["unit"]) != (held["value"], held["unit"]):
                said = " and ".join(f"{one['value']} {one['unit']}".strip() for one in (other, held))
                raise ClashingFigures(f"two figures are named {name}: {said}")
    return found


def newest_edition(root: Path) -> str:
    """The newest edition that ``CHANGELOG.md`` names; ``not recorded`` where there is none."""
    try:
        found = _EDITION.search((root / "CHANGELOG.md").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return NOT_RECORDED
    return found[1] if found else NOT_RECORDED


def edition_of(published: Path, figures: Mapping[str, Mapping], newest: str) -> str:
    """The edition in which the figures of a page last changed.

    Parameters
    ----------
    published : Path
        The page's JSON as it was published before; it need not be there.
    figures : Mapping
        The figures of the page now, by name.
    newest : str
        The edition if any figure is new, gone or other than before.
    """
    try:
        before = json.loads(published.read_text("utf-8"))
        held = {name: (figure["value"], figure["unit"]) for name, figure in before["figures"].items()}
        edition = str(before["edition"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return newest
    same = held == {name: (figure["value"], figure["unit"]) for name, figure in figures.items()}
    return edition if same and edition != NOT_RECORDED else newest


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def page_json(page: str, years: Sequence[str], edition: str, results: Sequence[Mapping]) -> str:
    """The companion of a page: the same text for the same page, a line for each figure and each thing shown.

    Parameters
    ----------
    page : str
        Name of the page.
    years : sequence of str
        Its contract year, or the years that it compares.
    edition : str
        The edition in which its figures last changed.
    results : sequence of Mapping
        What its outputs show.
    """
    shown = [{key: result[key] for key in result if key != "figures"} for result in results]
    figures = sorted(figures_by_name(results).items())
    lists = {
        "figures": ("{", [f"  {_line(name)}: {_line(figure)}" for name, figure in figures], "}"),
        "shown": ("[", [f"  {_line(one)}" for one in shown], "]"),
    }
    label = {"contract_year": years[0]} if len(years) == 1 else {"contract_years": list(years)}
    parts = {key: _line(value) for key, value in {**label, "edition": edition, "page": page}.items()}
    for key, (opens, lines, closes) in lists.items():
        parts[key] = f"{opens}\n" + ",\n".join(lines) + f"\n {closes}" if lines else opens + closes
    return "{\n" + ",\n".join(f" {_line(key)}: {text}" for key, text in sorted(parts.items())) + "\n}\n"


def _of_file(path: Path) -> str:
    return checksum(path.read_bytes())[:_FIRST] if path.is_file() else NOT_RECORDED


def _files(package: Path, name: str) -> list[Path]:
    """The files of a module, or of all modules of a folder of them."""
    return sorted((package / name).glob("*.py")) or [package / f"{name}.py"]


def _imported(source: str, package: str) -> set[str]:
    """Modules of the package that a piece of code imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found.add(node.module.split(".")[1])
    return found


def modules_used(page: nbformat.NotebookNode, package: Path) -> tuple[Path, ...]:
    """The files of a package that a page's code imports, directly or through each other, and the package's data.

    Parameters
    ----------
    page : NotebookNode
        The page or its template.
    package : Path
        Folder of the package.
    """
    waiting = _imported("\n".join(cell.source for cell in page.cells if cell.cell_type == "code"), package.name)
    used: dict[str, list[Path]] = {}
    while waiting:
        name = waiting.pop()
        used[name] = [path for path in _files(package, name) if path.is_file()]
        for path in used[name]:
            waiting |= _imported(path.read_text("utf-8"), package.name) - set(used)
    return tuple(sorted({*package.glob("*.yml"), *(path for files in used.values() for path in files)}))


def _of_modules(files: Sequence[Path], package: Path) -> str:
    """One checksum of some files of a package, by name and content, line ends made one."""
    whole = sha256()
    for path in files:
        whole.update(f"{path.relative_to(package).as_posix()}\0{checksum(path.read_bytes())}\n".encode())
    return whole.hexdigest()[:_FIRST]


def made_with(root: Path, years: Sequence[str], package: Path, lock: Path | None = None) -> Made:
    """What pages of some years are made of.

    Parameters
    ----------
    root : Path
        Holds ``data/`` and ``CHANGELOG.md``.
    years : sequence of str
        The contract years.
    package : Path
        Folder of the package that makes them.
    lock : Path, optional
        The locked environment.
    """
    folders = [folder for folder in (*years, "reference") if (root / "data" / folder / "datapackage.yml").is_file()]
    data = tuple((f"data/{folder}", _of_file(root / "data" / folder / "datapackage.yml")) for folder in folders)
    return Made(tuple(years), data, package, _of_file(lock) if lock else NOT_RECORDED, newest_edition(root))


def with_colophon(page: nbformat.NotebookNode, made: Made, companion: str, edition: str) -> nbformat.NotebookNode:
    """A page with a cell below it that says what it was made of.

    Parameters
    ----------
    page : NotebookNode
        The page; it is changed.
    made : Made
        What it is made of.
    companion : str
        Its JSON, from the root.
    edition : str
        The edition in which its figures last changed.
    """
    modules = modules_used(page, made.package)
    years = " to ".join(dict.fromkeys((made.years[0], made.years[-1])))
    data = ", ".join(f"`{folder}` {first}" for folder, first in made.data)
    lines = [
        f"- Contract year{'s' if len(made.years) > 1 else ''}: {years}",
        f"- Values last changed in edition {edition}",
        f"- Figures of this page as data: `{companion}`",
        f"- Checksum of the data, by folder: {data}",
        f"- Checksum of the {len(modules)} files of the package that it uses: {_of_modules(modules, made.package)}",
        f"- Checksum of the locked environment: {made.lock}",
        "",
        f"Each checksum is the first {_FIRST} characters of a SHA-256.",
    ]
    cell = nbformat.v4.new_markdown_cell("## Colophon\n\n" + "\n".join(lines), id=COLOPHON)
    page.cells = [*(one for one in page.cells if one.get("id") != COLOPHON), cell]
    return page
