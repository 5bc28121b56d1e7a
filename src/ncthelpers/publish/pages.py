"""Templates, and the pages made of them: what a template must be, and how an executed page is made the same every time."""

import ast
import copy
from collections.abc import Mapping
from pathlib import Path

import nbformat
from papermill.inspection import inspect_notebook

__all__ = [
    "PARAMETERS", "COMPARISON_PARAMETERS", "TemplateError", "templates", "subject", "check_parameters", "filled", "tidied",
]  # fmt: skip

PARAMETERS = ("contract_year", "root")
COMPARISON_PARAMETERS = ("contract_years", "root")


class TemplateError(ValueError):
    """A template is not one that a year can be run with."""


def templates(folder: Path) -> list[Path]:
    """The templates of the review, in its order."""
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def subject(template: Path) -> str:
    """The table that a template shows first: a year that does not have it has no such page.

    Raises
    ------
    TemplateError
        If the template shows no table.
    """
    notebook = nbformat.read(template, as_version=4)
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "tables.show":
                return node.args[1].value
    raise TemplateError(f"{template.name} shows no table")


def check_parameters(template: Path, expected: tuple[str, ...] = PARAMETERS) -> None:
    """Refuse a template whose parameters are not exactly those that it will be given.

    Raises
    ------
    TemplateError
        Papermill only warns of a parameter that a template does not take, and would run it without.
    """
    found = tuple(sorted(inspect_notebook(str(template))))
    if found != expected:
        raise TemplateError(
            f"{template.name} takes the parameters {', '.join(found) or 'none'}, not {', '.join(expected)}"
        )


def filled(template: nbformat.NotebookNode, words: Mapping[str, str]) -> nbformat.NotebookNode:
    """The template with words such as the year written into its markdown cells, so that headings stand in the outline.

    Examples
    --------
    >>> notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Cost, {contract_year}")])
    >>> filled(notebook, {"contract_year": "2021-22"}).cells[0].source
    '# Cost, 2021-22'
    """
    page = copy.deepcopy(template)
    for cell in page.cells:
        if cell.cell_type == "markdown":
            for name, text in words.items():
                cell.source = cell.source.replace(f"{{{name}}}", text)
    return page


def _tidied_cell(cell: Mapping) -> Mapping:
    tags = [tag for tag in cell.metadata.get("tags", []) if not tag.startswith("papermill")]
    if cell.cell_type == "code":
        hide = (
            "remove-cell" if {"parameters", "injected-parameters"} & set(tags) or not cell.outputs else "remove-input"
        )
        tags = [*(tag for tag in tags if not tag.startswith("remove-")), hide]
        for output in cell.outputs:
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    if "injected-parameters" in tags:
        cell.id = "injected-parameters"
    return cell


def tidied(page: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An executed page without anything that differs from one run to the next, its code hidden from readers.

    Execution counts stay: they say that every cell ran once, in order. Papermill's timings, paths and version, the
    kernel's exact Python version and random cell ids go, and so do the figures in the metadata of outputs, which stand
    in the page's JSON.

    Raises
    ------
    TemplateError
        If a code cell did not run or wrote to its error stream.
    """
    page = copy.deepcopy(page)
    for number, cell in enumerate(page.cells):
        if cell.cell_type == "code":
            noise = [output for output in cell.outputs if output.output_type in {"stream", "error"}]
            if cell.execution_count is None or noise:
                said = "; ".join(str(output.get("text", output.get("evalue", ""))).strip() for output in noise)
                raise TemplateError(f"cell {number} did not run cleanly: {said or 'it was not executed'}")
        page.cells[number] = _tidied_cell(cell)
    page.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
         "language_info": {"name": "python"}}
    )  # fmt: skip
    return page
