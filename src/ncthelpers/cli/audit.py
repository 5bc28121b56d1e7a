"""``ncthelpers audit``: whether everybody can read the built book, on every page and in every mode."""

import json

import typer
from rich.text import Text

from ncthelpers import cli, trials
from ncthelpers.cli.trial import shown
from ncthelpers.files import write_atomically

_EXAMPLES = """\b
Examples:
  ncthelpers audit
  ncthelpers --root examples/inventshire audit
"""
_MOST = 60  # faults printed; all of them are in the file


@cli.app.command(epilog=_EXAMPLES)
def audit() -> None:
    """Test every page of the built book for accessibility, with axe in every mode and with Lighthouse: exit 1 if a target is missed.

    What was found is recorded, and the page "Assurance" shows it when the book is made next.
    """
    from ncthelpers.accessibility import browser
    from ncthelpers.accessibility.audit import as_record, audited, tried

    try:
        browser.installed(lambda line: cli.say.print(Text(line)))
        done = audited(cli.root(), lambda line: cli.say.print(Text(line)))
    except browser.NoBrowser as missing:
        raise ValueError(str(missing)) from None
    left_out = [f"Lighthouse: {done.not_run}"] if done.not_run else []
    record = trials.trial(cli.root(), "audit", "Accessibility of the book", tried(done), "make audit", left_out)
    shown(record)
    trials.record(cli.root(), record)
    place = cli.root() / "_build" / "audit.json"
    write_atomically(place, json.dumps(as_record(done), indent=1, ensure_ascii=False) + "\n")
    for line in done.missed[:_MOST]:
        cli.say.print(Text(line))
    if done.missed:
        cli.say.print(Text(f"{len(done.missed)} targets missed: all of them are in {place}"))
        raise typer.Exit(1)
    cli.say.print(Text(f"every target is met: {place}"))
