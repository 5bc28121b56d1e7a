"""``ncthelpers serve``: the book in the making, on this computer alone."""

import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from ncthelpers import cli
from ncthelpers.years import ContractYear

_EXAMPLES = """Examples:\n
\b
  ncthelpers serve                      every public year
  ncthelpers serve 2024-25 --port 8080  only what changes in this year is made again
"""


@cli.app.command("serve", epilog=_EXAMPLES)
def serve_command(
    year: cli.OneYear = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of this computer; 0 for any that is free.")] = 8000,
) -> None:
    """Show the book as it is being written: made again whenever its data, words or templates change, until Ctrl-C."""
    import asyncio

    from ncthelpers.publish import preview, toc

    root, templates = cli.root(), cli.REPOSITORY / "notebooks"
    place = root / "_build" / "preview"
    if year is not None and not (root / "data" / str(ContractYear(year))).is_dir():
        raise ValueError(f"there is no data/{year}")
    public = toc.public_years(root)
    command = [sys.executable, "-P", "-c", "from ncthelpers.cli import main; main()", "--root", str(place), "preview"]
    make = preview.made_by([*command, *([year] if year else [])], lambda line: cli.say.print(line, markup=False))

    async def copy_and_make() -> str:
        preview.copied(root, place)
        return await make()

    def told(address: str) -> None:
        print(address, flush=True)
        cli.say.print("the book, made again as you save; Ctrl-C ends it")
        if year is not None and ContractYear(year) not in public:
            cli.say.print(f"{year} is not public: it is listed in this preview alone")

    shown = preview.Preview(place / "_build" / "html")
    try:
        asyncio.run(preview.serve(shown, lambda: preview.stamps(root, templates), copy_and_make, port, told))
    except KeyboardInterrupt:
        cli.say.print("the preview has ended")


@cli.app.command("preview", hidden=True)
def preview_command(year: cli.OneYear = None) -> None:
    """Make the copy of a root that ``serve`` shows, its checksums recorded first where its content has no fault."""
    from ncthelpers.files import write_atomically
    from ncthelpers.load import seal_reference, seal_year
    from ncthelpers.publish import html, pages, preview, toc

    root, public = cli.root(), toc.public_years(cli.root())
    if not _is_sealed(root, "reference"):
        seal_reference(root)
    asked = [ContractYear(year)] if year else []
    for one in dict.fromkeys([*public, *asked]):
        if not _is_sealed(root, str(one)):
            seal_year(root, one)
    if not all((root / "book" / str(one)).is_dir() for one in public):
        cli._run(None)  # pages around the years lead to all that are listed
    cli._run(year)
    for one in set(asked) - set(public):
        made = [page.stem for page in pages.templates(root / "book" / str(one))]
        listing = preview.with_year_listed((root / "_toc.yml").read_text("utf-8"), str(one), made)
        write_atomically(root / "_toc.yml", listing)
    html.build_html(root, cli.REPOSITORY / "_config.yml")


def _is_sealed(root: Path, folder: str) -> bool:
    """Whether the files of a folder of data are those that its package lists; one that has none is sealed."""
    from ncthelpers.datapackage import package_faults
    from ncthelpers.yaml_files import read_yaml

    place, name = root / "data" / folder, f"data/{folder}/datapackage.yml"
    if not place.is_dir():
        return True
    try:
        return not package_faults(place, read_yaml((root / name).read_text("utf-8-sig")), name)
    except (OSError, ValueError, AttributeError, yaml.YAMLError):  # sealing it says what is wrong
        return False
