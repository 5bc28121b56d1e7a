"""``ncthelpers audit``: whether everybody can read the built book, on every page and in every mode."""

import json

import typer
from rich.console import Console
from rich.text import Text

from ncthelpers import cli
from ncthelpers.files import write_atomically

_EXAMPLES = """\b
Examples:
  ncthelpers audit
  ncthelpers --root examples/inventshire audit
"""
_MOST = 60  # faults printed; all of them are in the file


@cli.app.command(epilog=_EXAMPLES)
def audit() -> None:
    """Test every page of the built book for accessibility, with axe in every mode and with Lighthouse: exit 1 if a target is missed."""
    from rich.table import Table

    from ncthelpers.accessibility import browser
    from ncthelpers.accessibility.audit import as_record, audited

    try:
        browser.installed(lambda line: cli.say.print(Text(line)))
        done = audited(cli.root(), lambda line: cli.say.print(Text(line)))
    except browser.NoBrowser as missing:
        raise ValueError(str(missing)) from None
    table = Table("tested by", "pages", "result", title="Accessibility of the book", title_justify="left")
    for how, faults in done.counts().items():
        table.add_row(how if how.startswith("our") else f"axe, {how}", str(len(done.pages)), f"{faults} faults")
    for one in done.lighthouse:
        scored = ", ".join(f"{kind} {score}" for kind, score in one.scores.items())
        table.add_row("Lighthouse", one.page, scored)
    if done.not_run:
        table.add_row("Lighthouse", "", "not run")
    Console(width=None if cli.say.is_terminal else 110, highlight=False).print(table)
    place = cli.root() / "_build" / "audit.json"
    write_atomically(place, json.dumps(as_record(done), indent=1, ensure_ascii=False) + "\n")
    for line in done.missed[:_MOST]:
        cli.say.print(Text(line))
    if done.missed:
        cli.say.print(Text(f"{len(done.missed)} targets missed: all of them are in {place}"))
        raise typer.Exit(1)
    cli.say.print(Text(f"every target is met: {place}"))
