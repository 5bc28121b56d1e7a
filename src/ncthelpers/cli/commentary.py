"""``ncthelpers commentary``: the commentary of a year as a Word document, for ``ncthelpers import`` to bring back."""

from pathlib import Path
from typing import Annotated

import typer

from ncthelpers import cli
from ncthelpers.years import ContractYear

_EXAMPLES = """Examples:\n
\b
  ncthelpers commentary 2024-25 --out commentary.docx
  ncthelpers import 2024-25 commentary.docx            once it has been written in Word
"""


def _titles(templates: Path) -> dict[str, str]:
    """What the pages are called, without the year."""
    from ncthelpers.publish import pages

    first = {template.stem: pages.read(template)["cells"][0]["source"] for template in pages.templates(templates)}
    titles = {page: source.removeprefix("# ").partition(", {")[0] for page, source in first.items()}
    return {page: title for page, title in titles.items() if "{" not in title}


@cli.app.command("commentary", epilog=_EXAMPLES)
def commentary_command(
    year: cli.Year,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.docx", help="The document to write; it must not be there yet.")
    ],
) -> None:
    """Write the commentary of a year as a Word document: a heading a page and block, figures as placeholders."""
    wanted = ContractYear(year)
    cli.refuse_to_overwrite(out, ".docx", "a Word document", "words")
    from ncthelpers import access
    from ncthelpers.exchange import word
    from ncthelpers.load import open_year

    data = open_year(cli.root(), wanted)
    if not list(data.commentary):
        raise ValueError(f"{wanted} has no commentary: data/{wanted}/commentary holds no file")
    made = word.document(data, _titles(cli.REPOSITORY / "notebooks"))
    with access.kept_out_of_git(out, data.contract).open("xb") as file:
        file.write(made)
    cli.say.print(f"{wanted}: {len(list(data.commentary))} pages of commentary in {out}", markup=False)
