"""Templates, and the pages made of them: what a template must be, and how an executed page is made the same every time."""

import ast
import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ncthelpers.reading import text_in

__all__ = [
    "PARAMETERS", "COMPARISON_PARAMETERS", "TemplateError", "templates", "read", "subject", "shown", "check_parameters", "filled",
    "NOTICE", "with_notices", "tidied", "with_words",
]  # fmt: skip

_INJECTED = "injected-parameters"
NOTICE = "notice-"  # what the id of a notice's cell begins with
PARAMETERS = ("contract_year", "root")
COMPARISON_PARAMETERS = ("contract_years", "root")


class TemplateError(ValueError):
    """A template is not one that a year can be run with."""


def templates(folder: Path) -> list[Path]:
    """The templates of the review, in its order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def read(template: Path) -> dict[str, Any]:
    """A template as it is written.

    Raises
    ------
    TemplateError
        If it is not a notebook.
    """
    if template.exists() and not template.is_file():  # a pipe would never end
        raise TemplateError(f"{template.name} is not a file")
    try:
        notebook = json.loads(text_in(template, template.parent))
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            "".join(cell["metadata"].get("tags", []))
            if cell["cell_type"] == "code":
                ast.parse(cell["source"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, MemoryError) as error:
        raise TemplateError(f"{template.name} is not a notebook: {error}") from None
    except SyntaxError as error:
        raise TemplateError(f"{template.name} has a cell that is not Python: {error.msg}: {error.text}") from None
    return cast("dict[str, Any]", notebook)


def _code(notebook: Mapping[str, Any], tag: str = "") -> list[ast.Module]:
    """The code cells of a notebook, of those that have a tag if one is given."""
    return [ast.parse(cell["source"]) for cell in notebook["cells"]
            if cell["cell_type"] == "code" and (not tag or tag in cell["metadata"].get("tags", []))]  # fmt: skip


def _shows(template: Path) -> Iterator[ast.Call]:
    """The calls by which a template shows a table that it names."""
    for cell in _code(read(template)):
        for node in ast.walk(cell):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "tables.show"
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                yield node


def _named(call: ast.Call) -> str:
    return cast(str, cast(ast.Constant, call.args[1]).value)


def subject(template: Path) -> str:
    """The table that a template shows first: a year that does not have it has no such page.

    Raises
    ------
    TemplateError
        If the template shows no table.
    """
    for call in _shows(template):
        return _named(call)
    raise TemplateError(f"{template.name} shows no table")


def shown(template: Path) -> tuple[str, ...]:
    """The tables that a template shows, without those of which it takes the rows that cite one place.

    Raises
    ------
    TemplateError
        If it is not a notebook.
    """
    return tuple(dict.fromkeys(
        _named(call) for call in _shows(template) if "cites" not in {keyword.arg for keyword in call.keywords}
    ))  # fmt: skip


def check_parameters(template: Path, expected: tuple[str, ...] = PARAMETERS) -> None:
    """Refuse a template whose parameters are not exactly those that it will be given.

    Raises
    ------
    TemplateError
        Papermill only warns of a parameter that a template does not take, and would run it without.
    """
    cells = _code(read(template), "parameters")[:1]
    found = tuple(sorted(
        node.id for cell in cells for node in ast.walk(cell) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ))  # fmt: skip
    if found != expected:
        raise TemplateError(
            f"{template.name} takes the parameters {', '.join(found) or 'none'}, not {', '.join(expected)}"
        )


def with_notices(page: Mapping[str, Any], notices: Mapping[str, str]) -> dict[str, Any]:
    """A page with notices below its title, each in a cell of its own that has the notice's name in its id.

    Examples
    --------
    >>> page = {"cells": [{"cell_type": "markdown", "source": "# Cost"}, {"cell_type": "code", "source": "cost"}]}
    >>> [cell["source"] for cell in with_notices(page, {"draft": "A draft.", "invented": "All is invented."})["cells"]]
    ['# Cost', 'A draft.', 'All is invented.', 'cost']
    """
    title, *others = page["cells"]
    said = [{"cell_type": "markdown", "id": f"{NOTICE}{name}", "metadata": {}, "source": text}
            for name, text in notices.items()]  # fmt: skip
    return {**page, "cells": [title, *said, *others]}


def filled(template: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The template with words such as the year written into its markdown cells, so that headings stand in the outline.

    Examples
    --------
    >>> notebook = {"cells": [{"cell_type": "markdown", "source": "# Cost, {contract_year}"}]}
    >>> filled(notebook, {"contract_year": "2021-22"})["cells"][0]["source"]
    '# Cost, 2021-22'
    """
    page = copy.deepcopy(cast("dict[str, Any]", template))
    for cell in page["cells"]:
        if cell["cell_type"] == "markdown":
            for name, text in words.items():
                cell["source"] = cell["source"].replace(f"{{{name}}}", text)
    return page


def _tidied_cell(cell: dict[str, Any]) -> dict[str, Any]:
    tags = [tag for tag in cell["metadata"].get("tags", []) if not tag.startswith("papermill")]
    if cell["cell_type"] == "code":
        shown = cell["outputs"] and not {"parameters", _INJECTED} & set(tags)
        tags = [*(tag for tag in tags if not tag.startswith("remove-")), "remove-input" if shown else "remove-cell"]
        for output in cell["outputs"]:
            if "metadata" in output:
                output["metadata"] = {}
    cell["metadata"] = {"tags": tags} if tags else {}
    if _INJECTED in tags:
        cell["id"] = _INJECTED
    return cell


def tidied(executed: Mapping[str, Any]) -> dict[str, Any]:
    """An executed page without anything that differs from one run to the next, its code hidden from readers.

    Execution counts stay: they say that every cell ran once, in order. Papermill's timings, paths and version, the
    kernel's exact Python version and random cell ids go, and so do the figures in the metadata of outputs, which stand
    in the page's JSON.

    Raises
    ------
    TemplateError
        If a code cell did not run or wrote to its error stream.
    """
    page = copy.deepcopy(cast("dict[str, Any]", executed))
    for number, cell in enumerate(page["cells"]):
        if cell["cell_type"] == "code":
            noise = [output for output in cell["outputs"] if output["output_type"] in {"stream", "error"}]
            if cell["execution_count"] is None or noise:
                said = "; ".join(str(output.get("text", output.get("evalue", ""))).strip() for output in noise)
                raise TemplateError(f"cell {number} did not run cleanly: {said or 'it was not executed'}")
        page["cells"][number] = _tidied_cell(cell)
    page["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return page


def with_words(page: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    """A page with its outputs as they stand and the words that its template has now, in their places.

    Parameters
    ----------
    page : Mapping
        The page as it was published.
    template : Mapping
        Its template, words filled in; its code is the page's.
    """
    page = copy.deepcopy(page)
    ran = iter([cell for cell in page["cells"] if cell["cell_type"] == "code"])
    cells = []
    for cell in copy.deepcopy(template["cells"]):
        if cell["cell_type"] != "code":
            cells.append(_tidied_cell(cell))
            continue
        cells.append(next(ran))
        if "parameters" in cell["metadata"].get("tags", []):
            cells.append(next(ran))  # the values that it was run with
    return {**page, "cells": cells}
