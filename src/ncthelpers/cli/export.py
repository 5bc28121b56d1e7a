"""``ncthelpers export``: a year as the documents that leave the book: Word, PDF, a spreadsheet and open data."""

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

import typer
import yaml
from rich.text import Text

from ncthelpers import cli
from ncthelpers.files import work_tree_of
from ncthelpers.publish import checksums
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

_EXAMPLES = """\b
Examples:
  ncthelpers export 2024-25 --out ../committee
  ncthelpers export 2024-25 --out ../committee --names ../names.yml
"""


@cli.app.command("export", epilog=_EXAMPLES)
def export_command(
    year: cli.Year,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write; it must be new or empty.")],
    names: Annotated[
        Path | None,
        typer.Option(
            "--names", metavar="FILE",
            help="Names of officers by role, for the table of approvals: YAML, or CSV with the columns role and name. "
            "The file and DIR must lie outside any Git work tree.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Write a year as its cover report and whole report in Word and PDF, a spreadsheet and open data: all of them, or none.

    The pages of the year are brought up to date first. A year of public data alone has no cover report.
    """
    wanted = ContractYear(year)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} is there already, and is not an empty folder: name another, or move it away")
    by_role = _names(names, out) if names else {}
    cli._run(str(wanted))
    from ncthelpers import access
    from ncthelpers.load import load_year

    data = load_year(cli.root(), wanted)
    access.kept_out_of_git(out / "any", data.contract)
    if by_role:
        _check_roles(data, by_role)
    written = _written(data, out, by_role)
    cli.say.print(Text(f"{wanted}: {', '.join(written)} in {out}"))


def _names(file: Path, out: Path) -> dict[str, str]:
    """The names of officers by role; neither they nor what they are merged into may be taken up by Git."""
    for place in (file, out):
        tree = work_tree_of(place)
        if tree:
            raise ValueError(f"{place} would hold names of officers, and {tree} is a Git work tree: keep it elsewhere")
    try:
        text = file.read_text("utf-8-sig")
        if file.suffix.lower() == ".csv":
            held: object = {row["role"]: row["name"] for row in csv.DictReader(text.splitlines())}
        else:
            held = read_yaml(text)
    except (UnicodeDecodeError, yaml.YAMLError, csv.Error, KeyError) as error:
        raise ValueError(f"{file} cannot be read as names by role: {error}") from None
    if not isinstance(held, dict) or not all(
        isinstance(part, str) and part.strip() for pair in held.items() for part in pair
    ):
        raise ValueError(f"{file} must give a name, as text, for each role")
    return {role.strip(): name.strip() for role, name in held.items()}


def _check_roles(data: "YearData", names: Mapping[str, str]) -> None:
    from ncthelpers.export import cover_report

    reason = cover_report.reason_for_none(data)
    if reason:
        raise ValueError(f"{data.year} has no cover report for names to stand in: {reason}")
    cover_report.check_roles(data, names)


def _written(data: "YearData", out: Path, names: Mapping[str, str]) -> list[str]:
    """Write the files of a year into a folder beside, and put that in its place in one step."""
    from ncthelpers.export import cover_report, folders, opendata, pdf, spreadsheet, whole_report, word

    whole = "annual_review" if data.has_annual_report else "public_data"
    reports = {whole: whole_report.whole_report(data, whole_report.pages_of(cli.root(), data))}
    if not cover_report.reason_for_none(data):
        reports = {"cover_report": cover_report.cover_report(data, names), **reports}
    made = out.resolve().with_name(f".{out.resolve().name}.{token_hex(4)}")
    made.mkdir(parents=True)
    try:
        for name, report in reports.items():
            (made / f"{data.year}_{name}.docx").write_bytes(word.word(report))
            (made / f"{data.year}_{name}.pdf").write_bytes(pdf.pdf(report))
        spreadsheet.write(data, made / f"{data.year}_tables.xlsx", folders.linked(cli.root(), str(data.year)))
        opendata.write_zip(cli.root(), data, made / f"{data.year}_open_data.zip")
        checksums.write(made)
        files = sorted(path.name for path in made.iterdir())
        if out.is_dir():
            out.rmdir()
        made.rename(out.resolve())
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return files
