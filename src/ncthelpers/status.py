"""How far a year is: what is entered, written, carried over, due and signed off, and what to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from ncthelpers import access, commentary, results, signoff, timetable
from ncthelpers.contract import to_enter
from ncthelpers.faults import Fault
from ncthelpers.rows import records_of, unread
from ncthelpers.unfinished import unconfirmed
from ncthelpers.workingdays import Holidays
from ncthelpers.yeardata import YearData

__all__ = [
    "ENTERED", "NIL", "TO_ENTER", "NOT_REPORTED", "EXEMPT", "FAULTY", "STATES", "Table", "Commentary", "Topic", "Status", "status_of",
    "topics_of",
]  # fmt: skip

ENTERED, NIL, TO_ENTER, NOT_REPORTED, EXEMPT, FAULTY = STATES = (
    "entered", "entered as none", "nothing entered yet", "not reported", "exempt from publication", "not readable",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table of the year: its name, how it stands, its rows, and the reason where it is not reported."""

    name: str
    state: str
    rows: int
    reason: str


@dataclass(frozen=True)
class Commentary:
    """A commentary file: its page, who owns it, how many of its blocks have words, and whether it is exempt from publication."""

    page: str
    owner: str
    written: int
    blocks: int
    exempt: bool = False

    @property
    def is_stub(self) -> bool:
        """Whether a block still waits for its words."""
        return not self.exempt and self.written < max(self.blocks, 1)


@dataclass(frozen=True)
class Topic:
    """A topic that the contract requires, the page that answers it, what that lacks, and what the year declares not to have."""

    topic: str
    section: str
    page: str
    lacks: tuple[str, ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """How far a year is.

    Parameters
    ----------
    year : str
        The contract year.
    today : date
        The day on which it was asked.
    faults : int
        How many rules its data breaks.
    tables, commentary, steps, topics, signatures : tuple
        Its tables, commentary files, steps of the review, required topics and sign-offs.
    carried : tuple of Fault
        What is carried over from an earlier year and not confirmed.
    topics_of : str
        The year whose list of required topics was taken; empty where there is none.
    reviews_due : tuple of str
        What is restricted though the day has come on which that is to be looked at again.
    """

    year: str
    today: date
    faults: int
    tables: tuple[Table, ...]
    commentary: tuple[Commentary, ...]
    carried: tuple[Fault, ...]
    steps: tuple[timetable.Step, ...]
    topics: tuple[Topic, ...]
    topics_of: str
    signatures: tuple[signoff.Signature, ...]
    reviews_due: tuple[str, ...]

    def of(self, state: str) -> tuple[Table, ...]:
        """The tables that stand in one state."""
        return tuple(table for table in self.tables if table.state == state)

    @property
    def stubs(self) -> tuple[Commentary, ...]:
        """The commentary that still waits for words."""
        return tuple(one for one in self.commentary if one.is_stub)

    def next_step(self, command: str) -> str:
        """What to do next, in one line.

        Parameters
        ----------
        command : str
            How the command is called for this year's root.
        """
        if self.faults:
            return f"put right what `{command} check {self.year}` lists"
        if missing := len(self.of(TO_ENTER)):
            return (
                f"enter {_tables(missing)}: `{command} workbook {self.year} --out FILE.xlsx`, fill it in, then "
                f"`{command} import {self.year} FILE.xlsx`"
            )
        if self.carried:
            return f"confirm what is carried over: give {len(self.carried)} entries a source of this year"
        if self.stubs:
            owners = ", ".join(dict.fromkeys(one.owner for one in self.stubs if one.owner)) or "its owners"
            return f"get the commentary of {owners}: `{command} commentary {self.year} --out FILE.docx`"
        if unsigned := [one for one in self.signatures if one.state != signoff.CURRENT]:
            return f'sign off: `{command} sign-off {self.year} --role "{unsigned[0].role}"`'
        if not self.signatures:
            return f"sign off: `{command} sign-off {self.year} --role ROLE`"
        if ahead := [step for step in self.steps if step.state in (timetable.LATE, timetable.DUE)]:
            first = min(ahead, key=lambda step: cast("date", step.last))
            return f"take the next step of the review and enter it in review_steps: {first.what} ({first})"
        return "nothing: what is needed is entered and signed off"


def _tables(count: int) -> str:
    return f"{count} table{'' if count == 1 else 's'}"


def _table(data: YearData, name: str, exempt: Mapping[str, str]) -> Table:
    held, excused = data.tables.get(name), data.contract.get("not_reported") or {}
    if held is None or unread(held):
        return Table(name, FAULTY, 0 if held is None else len(held), "")
    if len(held):
        return Table(name, ENTERED, len(held), "")
    if name in exempt:
        return Table(name, EXEMPT, 0, exempt[name].removeprefix(f"{access.EXEMPT}: "))
    if name in to_enter(data.contract):
        return Table(name, TO_ENTER, 0, "")
    return Table(name, NOT_REPORTED if name in excused else NIL, 0, str(excused.get(name, "")))


def _commentary(page: str, text: str) -> Commentary:
    try:
        owner = str(commentary.head(text).get("owner") or "")
    except ValueError:
        owner = ""
    found = commentary.blocks(text)
    return Commentary(page, owner, sum(bool(words) for words in found.values()), len(found))


def topics_of(data: YearData) -> list[dict[str, Any]]:
    """The topics that the contract requires of the review, as the year lists them; none where it lists none.

    Parameters
    ----------
    data : YearData
        The year.
    """
    return records_of(data["cover_topics"]) if "cover_topics" in data.tables else []


def _page_of(section: str | None, pages: Iterable[str]) -> str:
    """The page that is numbered as a section of the report."""
    number = str(section or "").partition(".")[0]
    return next((page for page in pages if number.isdigit() and int(page.partition("_")[0]) == int(number)), "")


def _topic(
    topic: Mapping[str, Any], shown: Mapping[str, Iterable[str]], tables: Mapping[str, Any], written: Mapping[str, Any]
) -> Topic:
    page = _page_of(topic["report_section"], shown)
    entered = dict.fromkeys(
        name
        for table in shown.get(page, ())
        for name in (results.RESULTS[table].inputs if table in results.RESULTS else (table,))
        if name in tables
    )
    lacks = [name for name in entered if tables[name].state == TO_ENTER]
    lacks += [f"{name} ({FAULTY})" for name in entered if tables[name].state == FAULTY]
    if page and (page not in written or written[page].is_stub):
        lacks.append("commentary")
    without = [f"{name} ({tables[name].state})" for name in entered if tables[name].state in (NOT_REPORTED, EXEMPT)]
    return Topic(
        topic["topic"], str(topic["report_section"] or ""), page, tuple(lacks if page else ["a page"]), tuple(without)
    )


def status_of(
    data: YearData,
    faults: int,
    today: date,
    shown: Mapping[str, Iterable[str]],
    topics: Iterable[Mapping[str, Any]] = (),
    topics_from: str = "",
) -> Status:
    """How far a year is, also one with faults, as far as it can be read.

    Parameters
    ----------
    data : YearData
        The year, as far as it could be read.
    faults : int
        How many rules it breaks.
    today : date
        The day on which it is asked.
    shown : Mapping of str to iterable of str
        The tables that each page shows, by its name, which begins with the number of the section that it answers.
    topics : iterable of Mapping
        The required topics, with ``topic`` and ``report_section``.
    topics_from : str
        The year that lists them.
    """
    contract, place = data.contract, f"data/{data.year}"
    exempt = access.excuses(access.of_year(contract, data.schemas.values()))
    tables = {name: _table(data, name, exempt) for name in data.schemas}
    written = {page: _commentary(page, text) for page, text in data.commentary.items()}
    written |= {page: Commentary(page, "", 0, 0, exempt=True) for page in access.withheld_commentary(contract)}
    holidays = data.reference.tables.get("bank_holidays")
    dated = timetable.steps(
        contract, data.ends, today, None if holidays is None or holidays.empty else Holidays.of(holidays["day"]),
        data.tables.get("deadlines"), data.tables.get("review_steps"),
    )  # fmt: skip
    return Status(
        year=str(data.year),
        today=today,
        faults=faults,
        tables=tuple(tables.values()),
        commentary=tuple(written[page] for page in sorted(written)),
        carried=unconfirmed(data, place),
        steps=dated,
        topics=tuple(_topic(topic, shown, tables, written) for topic in topics),
        topics_of=topics_from,
        signatures=_signatures(data),
        reviews_due=tuple(f"{one.file}, {one}" for one in access.reviews_due(data, today)),
    )


def _signatures(data: YearData) -> tuple[signoff.Signature, ...]:
    """How the sign-off stands; as if nobody had signed where ``datapackage.yml`` cannot be relied on."""
    package = data.package
    return signoff.signatures(data.contract, {} if signoff.sign_off_faults(package, "") else package)
