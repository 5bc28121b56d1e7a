"""``ncthelpers status``: how far a year is, and what to do next."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ncthelpers import cli
from ncthelpers.faults import DataFaults
from ncthelpers.files import write_atomically
from ncthelpers.years import ContractYear

if TYPE_CHECKING:
    from ncthelpers.status import Status
    from ncthelpers.yeardata import YearData

_EXAMPLES = """\b
Examples:
  ncthelpers status 2024-25
  ncthelpers status 2024-25 --today 2025-07-19 --ics review.ics
  ncthelpers status 2024-25 --json
"""


def day(text: str) -> date:
    """The day that an option gives.

    Raises
    ------
    ValueError
        If it is none, or not written like 1999-12-31.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day: write it like 1999-12-31") from None


def _topics(root: Path, data: "YearData") -> tuple[list[dict[str, Any]], str]:
    """The topics that the contract requires, of the year or of the newest year before it that lists them, and that year."""
    from ncthelpers.load import open_year
    from ncthelpers.status import topics_of

    if found := topics_of(data):
        return found, str(data.year)
    for folder in sorted((root / "data").glob("????-??"), reverse=True):
        try:
            if folder.name < str(data.year) and (found := topics_of(open_year(root, folder.name))):
                return found, folder.name
        except (ValueError, LookupError):  # a year that cannot be read says nothing about another
            continue
    return [], ""


def _record(found: "Status") -> dict[str, Any]:
    """The status as plain values, for machines."""
    steps = [{**asdict(step), "said": str(step)} for step in found.steps]
    topics = [{**asdict(topic), "complete": not topic.lacks} for topic in found.topics]
    return {**asdict(found), "steps": steps, "topics": topics, "next": found.next_step(cli.called())}


def _carried(found: "Status") -> list[tuple[str, str]]:
    """By file, the rows or entries that are carried over."""
    from ncthelpers.unfinished import by_file

    return [(fault.file.rpartition("/")[2], fault.value) for fault in by_file(found.carried)]


def _by_owner(found: "Status") -> list[tuple[str, str]]:
    """The commentary that waits for words, by who owns it."""
    pages = defaultdict(list)
    for stub in found.stubs:
        some = f" ({stub.written} of {stub.blocks} blocks written)" if stub.written else ""
        pages[stub.owner or "no owner named"].append(f"{stub.page}{some}")
    return [(owner, ", ".join(of)) for owner, of in pages.items()]


def _sections(found: "Status") -> Iterable[tuple[str, tuple[tuple[str, ...], ...]]]:
    """What is shown, a heading with its rows each; headings without rows say all there is to say."""
    from ncthelpers import status

    counts = [f"{len(found.of(state))} {state}" for state in status.STATES if found.of(state)]
    named = [(state, ", ".join(table.name for table in found.of(state)))
             for state in (status.TO_ENTER, status.FAULTY, status.NIL) if found.of(state)]  # fmt: skip
    excused = [(table.state, f"{table.name}: {table.reason}")
               for state in (status.NOT_REPORTED, status.EXEMPT) for table in found.of(state)]  # fmt: skip
    yield f"Tables: {', '.join(counts)}", (*named, *excused)
    done = len(found.commentary) - len(found.stubs)
    yield f"Commentary: {done} of {len(found.commentary)} files written", tuple(_by_owner(found))
    if found.reviews_due:
        yield "Restricted, and to be looked at again", tuple((one,) for one in found.reviews_due)
    yield f"Carried over and not confirmed: {len(found.carried) or 'nothing'}", tuple(_carried(found))
    dated = [(step.step, step.body, step.what, str(step)) for step in found.steps]
    yield "Timetable of the review" + ("" if dated else ": contract.yml gives none"), tuple(dated)
    lacking = [(topic.topic, topic.page or f"section {topic.section or 'not given'}",
                "lacks " + ", ".join(topic.lacks) if topic.lacks else "without " + ", ".join(topic.without))
               for topic in found.topics if topic.lacks or topic.without]  # fmt: skip
    complete = sum(not topic.lacks for topic in found.topics)
    of = "" if found.topics_of in (found.year, "") else f", by the list of {found.topics_of}, for this year has none"
    heading = f"{complete} of {len(found.topics)} complete{of}" if found.topics else "no year lists any"
    yield f"Required topics: {heading}", tuple(lacking)
    signed = [(one.role, one.state, f"on {one.on}" if one.on else "") for one in found.signatures]
    yield "Sign-off" + ("" if signed else ": nobody has signed"), tuple(signed)


def _shown(found: "Status") -> None:
    """On a screen a table a section, elsewhere plain lines."""
    from rich.table import Table

    out = Console(highlight=False, emoji=False)
    faults = f"{found.faults} fault{'' if found.faults == 1 else 's'}: run `{cli.called()} check {found.year}`"
    out.print(Text(f"{found.year} on {found.today}: {faults if found.faults else 'no fault'}"), soft_wrap=True)
    for heading, rows in _sections(found):
        out.print(Text(heading, style="bold" if out.is_terminal else ""), soft_wrap=True)
        if out.is_terminal and rows:
            table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
            for cells in rows:
                table.add_row(*(Text(cell, overflow="fold") for cell in cells))
            out.print(table)
        elif rows:
            for cells in rows:
                out.print(Text(f"  {': '.join(cell for cell in cells if cell)}"), soft_wrap=True)
    out.print(Text(f"What to do next: {found.next_step(cli.called())}"), soft_wrap=True)


def _shown_tables(templates: Path) -> Mapping[str, tuple[str, ...]]:
    from ncthelpers.publish import pages

    return {template.stem: pages.shown(template) for template in pages.templates(templates)}


@cli.app.command(epilog=_EXAMPLES)
def status(
    year: cli.Year,
    today: Annotated[
        str,
        typer.Option(metavar="DATE", help="The day on which it is asked, such as 2025-07-19.", show_default="today"),
    ] = "",
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the steps not yet taken to this file, for a calendar.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the state as JSON, for machines.")] = False,
) -> None:
    """Say how far a year is: what is entered, missing, written, due and signed off, and what to do next."""
    from ncthelpers import load, timetable
    from ncthelpers.status import status_of

    contract_year, asked = ContractYear(year), day(today) if today else date.today()
    data, faults = load.read_year(cli.root(), contract_year)
    topics, of = _topics(cli.root(), data)
    count = len(DataFaults(faults).faults) if faults else 0
    found = status_of(data, count, asked, _shown_tables(cli.REPOSITORY / "notebooks"), topics, of)
    if ics is not None:
        review = f"Annual review {data.year}, {(data.contract.get('provider') or {}).get('name', '')}"
        write_atomically(ics, timetable.as_calendar(found.steps, review, data.ends))
        cli.say.print(Text(f"the steps not yet taken are in {ics}"))
    if as_json:
        print(json.dumps(_record(found), indent=1, default=str))
    else:
        _shown(found)
