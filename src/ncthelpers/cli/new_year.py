"""``ncthelpers new-year``: the folder of a new contract year, made from an earlier one, and what to do next."""

import ast
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ncthelpers import cli
from ncthelpers.files import only_writer
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["made_year", "years_held"]

_EXAMPLES = """\b
Examples:
  ncthelpers new-year 2025-26                  from the newest year before it in data/
  ncthelpers new-year 2025-26 --from 2023-24   from that year
"""


def years_held(root: Path) -> list[ContractYear]:
    """The contract years that have a folder in ``data/``, oldest first."""
    found = []
    for path in (root / "data").glob("[0-9]*"):
        try:
            found += [ContractYear(path.name)] if path.is_dir() else []
        except ValueError:  # a folder that is no year's
            continue
    return sorted(found)


def _made_from(root: Path, year: ContractYear, asked: str | None) -> ContractYear:
    held = years_held(root)
    if asked is not None:
        return ContractYear(asked)
    earlier = [one for one in held if one < year]
    if not earlier:
        raise ValueError(
            f"there is no year before {year} in data/ to make it from. Begin with a copy of the invented trust in"
            f" examples/inventshire: rename its newest year, put your documents' figures in the place of its own, seal it"
        )
    return earlier[-1]


def made_year(root: Path, data: "YearData", year: ContractYear, shown: dict[str, list[str]]) -> "YearData":
    """Make ``data/YEAR`` from an earlier year, checked before it is put in its place.

    Raises
    ------
    ValueError
        If the folder is there, or the year is not later than that it is made from.
    DataFaults
        With every fault of what was made; nothing is left behind then.
    """
    from ncthelpers.files import write_atomically
    from ncthelpers.load import load_year, seal_year, year_folder
    from ncthelpers.newyear import new_year

    files, place = new_year(data, year, shown), year_folder(root, year)
    stage = Path(tempfile.mkdtemp(dir=root / "data", prefix=".new-"))
    try:
        for name, text in files.items():
            write_atomically(year_folder(stage, year) / name, text)
        _surrounded(stage, root)
        seal_year(stage, year)
        made = load_year(stage, year, data.reference)
        _refuse(place)
        year_folder(stage, year).rename(place)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return made


def _surrounded(stage: Path, root: Path) -> None:
    """Put beside a new year what a check of it asks of its root: the schemas, and which pages there are."""
    shutil.copytree(root / "data" / "schemas", stage / "data" / "schemas", ignore=shutil.ignore_patterns("reference"))
    for words in (root / "data").glob("[0-9]*/commentary"):
        shutil.copytree(words, stage / words.relative_to(root))
    if (root / "_toc.yml").is_file():
        shutil.copy(root / "_toc.yml", stage)


def _refuse(place: Path) -> None:
    if os.path.lexists(place):
        raise ValueError(
            f"data/{place.name} is there already: a new year never overwrites one. Move it away to begin anew"
        )


def _blocks_shown(templates: Path) -> dict[str, list[str]]:
    """The blocks of commentary that the templates show, by file, in their order."""
    from ncthelpers.publish import pages

    found: dict[str, list[str]] = {}
    for template in pages.templates(templates):
        for cell in (one for one in pages.read(template)["cells"] if one["cell_type"] == "code"):
            for node in ast.walk(ast.parse(cell["source"])):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "narrative.words":
                    page, block = [*(cast("Any", one).value for one in node.args[1:]), "overview"][:2]
                    found.setdefault(page, []).append(block)
    return found


def _pages(data: "YearData") -> list[str]:
    from ncthelpers import results
    from ncthelpers.publish import pages

    found = pages.templates(cli.REPOSITORY / "notebooks")
    return [page.stem for page in found if results.is_reported(data, pages.subject(page))]


def _listed(data: "YearData", made: Sequence[str]) -> list[str]:
    """The lines of ``_toc.yml`` that list the pages of a year."""
    caption = f"Contract year {data.year}" + (" (invented)" if data.is_invented else "")
    if not made:
        return []
    first, *others = [f"file: {data.year}/{page}" for page in made]
    lines = [f"  - caption: {json.dumps(caption)}", "    chapters:", f"      - {first}", "        sections:"]
    return lines[: 4 if others else 3] + [f"          - {page}" for page in others]


def _next_steps(data: "YearData", last: ContractYear, listing: Sequence[str], covered: bool, command: str) -> list[str]:
    from ncthelpers.newyear import last_of_review

    year, short = data.year, data.contract["provider"]["short"]
    role = str((data.contract.get("sign_off") or ["ROLE"])[0])
    holidays = (
        f"Bank holidays are known up to the review, {last_of_review(year)}."
        if covered
        else f"Bank holidays are not known up to the review: add those up to {last_of_review(year)} to"
        f" data/reference/bank_holidays.csv and `{command} seal reference`. Only then can days be counted, and moves of"
        f" escalation be entered: those of cases that {last} left open were not carried over."
    )
    return [
        f"Confirm data/{year}/contract.yml: first and last day, each term, each date of the review. {holidays}",
        (f"{command} workbook {year} --out {year}.xlsx     (one sheet a table; fill it in Excel). Where a row was carried over from"
        f" {last}, empty its source to confirm it: it then cites the workbook; or cite this year's document. Each action carried over"
        " needs its outcome."),
        f"{command} import {year} {year}.xlsx",
        (f"Write data/{year}/commentary, or: {command} commentary {year} --out {year}.docx and import that."
        f" Each file is owned by {short} or by whom {last} says: change owner where another party writes it."),
        f"{command} check {year}     ({command} status {year} says what is missing, due and late)",
        f"{command} run {year}     (and to read it: {command} serve {year})",
        f"{command} sign-off {year} --role {shlex.quote(role)}     (each page says DRAFT until every role has signed)",
        f"To publish, fill the documents of data/{year}/datapackage.yml, list in _toc.yml the pages that book/{year} has then, newest year first, and run {command} book."
        " Those of today:\n" + "\n".join(f"     {line}" for line in listing),
    ]  # fmt: skip


@cli.app.command("new-year", epilog=_EXAMPLES)
def new_year_command(
    year: cli.Year,
    made_from: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="YEAR", help="Earlier year that it is made from.", show_default="the newest in data/"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON, for machines.")] = False,
) -> None:
    """Make the folder of a new contract year from an earlier one: terms and open actions carried over, tables and commentary empty."""
    wanted, root = ContractYear(year), cli.root()
    _refuse(root / "data" / str(wanted))
    earlier = _made_from(root, wanted, made_from)
    from ncthelpers.load import load_year
    from ncthelpers.newyear import carried_tables, holidays_cover

    last = load_year(root, earlier)
    with only_writer(root, cli.says_that_it_waits):
        data = made_year(root, last, wanted, _blocks_shown(cli.REPOSITORY / "notebooks"))
    carried = {table: len(rows) for table, rows in carried_tables(last, wanted).items()}
    covered, made = holidays_cover(last, wanted), _pages(data)
    listing = _listed(data, made)
    if as_json:
        said = {
            "year": str(wanted), "from": str(earlier), "folder": f"data/{wanted}", "carried_rows": carried,
            "to_enter": list(data.contract["to_enter"]), "holidays_cover_review": covered, "pages": made, "toc": listing,
        }  # fmt: skip
        print(json.dumps(said, indent=1))
        return
    print(f"data/{wanted} is made from {earlier} and has no fault.")
    print(
        f"Carried over, to be confirmed: {', '.join(f'{table} ({rows})' for table, rows in carried.items()) or 'no table'}."
    )
    print(f"To enter: {len(data.contract['to_enter'])} tables; {len(data.commentary)} files of commentary.")
    if not last.has_annual_report:
        print(
            f"{earlier} has no annual report at hand, so none of its registers could be carried over: to begin with those of an"
            f" older year, remove data/{wanted} and name that year with --from."
        )
    print("\nWhat to do next:")
    steps = _next_steps(data, earlier, listing, covered, cli.called())
    for number, step in enumerate(steps, 1):
        print(f"{number:2}. {step}")
