"""Children in need: invented censuses of referrals, assessments, section 47 enquiries and protection plans."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from invented_records.wanted import DAY, YEAR, Wanted, last, month_of, on

_SOURCES = ("1A", "1B", "2A", "3A", "5A", "6")
_ASSESSED, _HELD = 45, 15  # working days that are in time


@dataclass
class Case:
    """What the census calls the details of a child in need, from the referral to the closure."""

    referred: date
    source: str
    nothing_done: bool
    closed: date
    first: bool  # of its child
    assessed: tuple[date, date | None] | None = None  # started, authorised
    enquiry: tuple[date, date | None] | None = None  # started, conference
    moved_in: date | None = None  # conference of a child who came with a plan
    plan: tuple[date, date | None, int] | None = None  # started, ended, earlier plans


@dataclass
class Child:
    """A child in need, and its cases in order."""

    born: date
    sex: int
    cases: list[Case] = field(default_factory=list)


class Need:
    """Cases made month by month: each month's referrals first, then what comes of those of the months before."""

    def __init__(self, want: Wanted) -> None:
        self.want, self.rng = want, want.rng
        self.children: list[Child] = []
        self.of_month: dict[int, list[Case]] = {}
        for month in range(want.months[0] - YEAR, want.months[-1] + 1):
            self.of_month[month] = []
            self._referrals(month)
            if month >= want.months[0] - YEAR // 2:
                self._assessments(month)
                self._enquiries(month)

    def _referred(self, child: Child, month: int) -> None:
        rng, day = self.rng, self.want.day(month, 1, 28)
        nothing = rng.random() < 0.1
        closed = day if nothing else day + rng.randint(150, 200) * DAY
        case = Case(day, rng.choice(_SOURCES), nothing, closed, not child.cases)
        child.cases.append(case)
        self.of_month[month].append(case)

    def _referrals(self, month: int) -> None:
        """As many again within a year as are wanted; beside them children new, open still, or gone for over a year."""
        rng = self.rng
        again, all_ = self.want.of("B", month)
        again = again if month in self.want.months else 0
        known = [(child, child.cases[-1]) for child in self.children]
        over = [(child, case) for child, case in known if max(one.closed for one in child.cases) < on(month, 1)]
        recent = [child for child, case in over if month_of(case.referred) > month - YEAR]
        long_ago = [child for child, case in over if month_of(case.referred) < month - YEAR]
        still_open = [child for child, case in known
                      if len(child.cases) == 1 and not case.nothing_done and month_of(case.referred) == month - 1]  # fmt: skip
        others = [*rng.sample(long_ago, min(6, len(long_ago))), *rng.sample(still_open, min(4, len(still_open)))]
        for child in [*rng.sample(recent, again), *others]:
            self._referred(child, month)
        for _ in range(all_ - again - len(others)):
            child = Child(on(month, 1) - rng.randint(30, 17 * 365) * DAY, rng.randint(1, 2))
            self.children.append(child)
            self._referred(child, month)
            if rng.random() < 0.005:  # a second caller on the same day
                first = child.cases[0]
                child.cases.append(Case(first.referred, "8", first.nothing_done, first.closed, first=False))

    def _assessments(self, month: int) -> None:
        """In time of those referred in the month before, just so or late of those referred in the two before that."""
        rng, want = self.rng, self.want
        met, all_ = want.of("C", month)

        def free(month: int) -> list[Case]:
            return [case for case in self.of_month.get(month, ()) if not case.nothing_done and not case.assessed]

        just = [case for case in free(month - 2) if month_of(want.later(case.referred, _ASSESSED)) == month][:9]
        for case in just:
            case.assessed = (case.referred, want.later(case.referred, _ASSESSED))
        for number, since, late in ((met - len(just), month - 1, False), (all_ - met, month - 3, True)):
            found = free(since)
            for case in rng.sample(found, number if month in want.months else min(number, len(found))):
                first = max(on(month, 1), want.later(case.referred, _ASSESSED + 1 if late else 5))
                end = last(month) if late else min(last(month), want.later(case.referred, _ASSESSED))
                done = first if late and rng.random() < 0.2 else want.between(first, end)
                case.assessed = (min(case.referred + rng.randint(0, 3) * DAY, done), done)
        slip, *unfinished = [case for case in self.of_month[month] if not case.nothing_done][:4]
        slip.assessed = (slip.referred, slip.referred - 7 * DAY)  # authorised before the referral
        for case in unfinished:
            case.assessed = (case.referred, None)

    def _enquiries(self, month: int) -> None:
        """Conferences of those referred three months before, most with a plan; the other plans came with the child."""
        rng, want = self.rng, self.want
        (met, held), (later, plans) = want.of("D", month), want.of("E", month)
        free = self._untouched(month - 3)
        chosen = rng.sample(free, min(held + 40, len(free)))
        for number, case in enumerate(chosen):
            day = want.working_day(month)
            took = rng.choice((0, _HELD, *range(3, _HELD))) if number < met else rng.randint(_HELD + 1, 28)
            case.enquiry = (want.earlier(day, took), day if number < held else None)
        planned = chosen[: min(held, plans)]
        for case in self._untouched(month - 1)[: max(1, plans - held)]:
            case.moved_in = want.working_day(month)
            if len(planned) < plans:
                planned.append(case)
        for case, number in zip(planned, rng.sample(range(len(planned)), len(planned)), strict=True):
            started = case.moved_in or case.enquiry[1]
            ended = started + rng.randint(100, 400) * DAY
            case.plan = (started, ended, rng.choice((1, 1, 1, 2, 3)) if number < later else 0)
            case.closed = max(case.closed, ended + 14 * DAY)

    def _untouched(self, month: int) -> list[Case]:
        """Children's first cases of a month, so that no plan has one before it that the records would tell of."""
        cases = self.of_month.get(month, ())
        return [case for case in cases if case.first and not (case.nothing_done or case.enquiry or case.moved_in)]

    def write(self, folder: Path, year: int) -> None:
        """The census of the contract year that starts in a year, of cases open in it, as at 31 March."""
        start, end = date(year, 4, 1), date(year + 1, 3, 31)
        about = (element("Collection", "CIN"), element("Year", end.year), element("ReferenceDate", end))
        header = element("Header", element("CollectionDetails", *about))
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "cin.xml").open("w", encoding="utf-8") as file:
            file.write(f"<Message>{header}<Children>\n")
            for number, child in enumerate(self.children):
                open_ = [case for case in child.cases if case.referred <= end and case.closed >= start]
                if open_:
                    ids = {"LAchildID": f"N{number:05}", "PersonBirthDate": child.born, "GenderCurrent": child.sex}
                    who = element("ChildIdentifiers", *(element(*part) for part in ids.items()))
                    file.write(element("Child", who, *(details(case, end) for case in open_)) + "\n")
            file.write("</Children></Message>\n")


def element(name: str, *inside: object) -> str:
    """An XML element; nothing where it would be empty. No text here has a character that XML would have escaped."""
    held = "".join(str(part) for part in inside if part is not None)
    return f"<{name}>{held}</{name}>" if held else ""


def details(case: Case, end: date) -> str:
    """A case as it was known on a day."""

    def by(day: date | None) -> date | None:
        return day if day and day <= end else None

    def parts() -> Iterable[str]:
        yield element("CINreferralDate", case.referred)
        yield element("ReferralSource", case.source)
        yield element("CINclosureDate", None if case.nothing_done else by(case.closed))
        yield element("DateOfInitialCPC", by(case.moved_in))
        if case.assessed and by(case.assessed[0]):
            days = (
                ("AssessmentActualStartDate", case.assessed[0]),
                ("AssessmentAuthorisationDate", by(case.assessed[1])),
            )
            yield element("Assessments", *(element(*day) for day in days))
        if case.enquiry and by(case.enquiry[0]):
            days = ("S47ActualStartDate", case.enquiry[0]), ("DateOfInitialCPC", by(case.enquiry[1]))
            not_required = element("ICPCnotRequired", int(case.enquiry[1] is None))
            yield element("Section47", *(element(*day) for day in days), not_required)
        yield element("ReferralNFA", int(case.nothing_done))
        if case.plan and by(case.plan[0]):
            days = ("CPPstartDate", case.plan[0]), ("CPPendDate", by(case.plan[1]))
            earlier = element("NumberOfPreviousCPP", case.plan[2])
            yield element("ChildProtectionPlans", *(element(*day) for day in days), earlier)

    return element("CINdetails", *parts())
