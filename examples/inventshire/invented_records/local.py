"""Invented logs of decisions, complaints and staff, and the workforce return of September."""

from datetime import date
from pathlib import Path

from invented_records.need import element
from invented_records.wanted import DAY, Wanted, last, month_of, on, write_csv

_ANSWERED = 10  # working days that are in time
_SEPTEMBER = 8  # months are numbered from nought
_AGENCY = 60


class Local:
    """Logs made month by month."""

    def __init__(self, want: Wanted) -> None:
        self.want, self.rng = want, want.rng
        self.decisions: list[dict] = []
        self.complaints: list[dict] = []
        self.staff: list[dict] = []
        self.vacancies: list[dict] = []
        self.hired = 0
        posts: dict[int, list[str]] = {}
        for month in want.months:
            self._decisions(month)
            self._staff(month, posts)
        for month in range(want.months[0] - 2, want.months[-1] + 2):
            self._complaints(month)

    def _decisions(self, month: int) -> None:
        """Referrals decided on the day or the next working day, on the one after, later, or not at all."""
        rng, want = self.rng, self.want
        met, all_ = want.of("A", month)
        for number in range(all_):
            late = number >= met
            day = want.day(month, 1, 15 if late else 25)  # so that what is decided is decided by the end of March
            after = rng.choice((2, 2, 2, 3, 5, 8, None)) if late else rng.choice((0, 0, 1))
            decided = day if after == 0 else after and want.later(day, after)
            self._decided(day, decided)
        end = last(month)
        self._decided(end, end - 9 * DAY)  # decided before it came
        if end.month == 3:
            self._decided(end, None)  # came on the last day of the log: nobody knows yet

    def _decided(self, day: date, decided: date | None) -> None:
        hour = self.rng.randint(0, 22)
        then = self.rng.randint(hour + 1 if decided == day else 8, 23)
        self.decisions.append({
            "child": f"D{len(self.decisions):05}", "referred": day,
            "referred_time": f"{hour:02}:{self.rng.randint(0, 59):02}",
            "decided": decided, "decided_time": decided and f"{then:02}:30",
        })  # fmt: skip

    def _complaints(self, month: int) -> None:
        """Complaints by the day they were due: some made clear only later, some never answered, some at stage 2."""
        rng, want = self.rng, self.want
        met, all_ = want.of("R", month)
        for number in range(all_):
            due = want.working_day(month, 26)
            clock = want.earlier(due, _ANSWERED)
            took = rng.randint(1, _ANSWERED) if number < met else rng.choice((11, 12, 15, 25, None))
            unclear = number % 5 == 0
            received = clock - rng.randint(1, 14) * DAY if unclear else clock
            self.complaints.append({
                "complaint": f"K{len(self.complaints):05}", "stage": 1, "received": received,
                "clarified": clock if unclear else None,
                "responded": took and want.later(clock, took), "extended": "yes" if number % 9 == 0 else "no",
            })  # fmt: skip
        for one in self.complaints[-all_ : -all_ + 8]:
            began = want.day(month)
            self.complaints.append(
                {**one, "stage": 2, "received": began, "clarified": None, "responded": began + 40 * DAY}
            )
        slip = dict(self.complaints[-1], complaint=f"K{len(self.complaints):05}", stage=1)
        self.complaints.append({**slip, "responded": slip["received"] - 3 * DAY})  # answered before it came

    def _staff(self, month: int, posts: dict[int, list[str]]) -> None:
        """Posts held by one, or by two who share it, or vacant; agency workers; and who holds how many cases."""
        rng, want, day = self.rng, self.want, last(month)
        vacant, established = want.of("M", month)
        above, holding = want.of("O", month)
        for post in [post for post in posts if post >= established]:
            del posts[post]
        while len(posts) > established - vacant:
            del posts[rng.choice(sorted(posts))]
        free = sorted(set(range(established)) - set(posts))
        for post in rng.sample(free, established - vacant - len(posts)):
            posts[post] = [self._hire() for _ in range(2 if post % 9 == 0 else 1)]
        people = [(worker, "no", 1 if len(both) == 1 else part)
                  for _, both in sorted(posts.items()) for worker, part in zip(both, (0.6, 0.4), strict=False)]  # fmt: skip
        people += [(f"AG{month}{n:03}", "yes", 1) for n in range(_AGENCY)]
        holders = set(rng.sample(people, holding))
        over = set(rng.sample(sorted(holders), above))
        for person in people:
            target = rng.choice((12, 16, 18))
            cases = (
                target + rng.randint(1, 6) if person in over else target - rng.randint(0, 8) if person in holders else 0
            )
            self._works(day, *person, "yes", cases, target)
        self._works(day, "UNQ1", "no", 1, "no", 20, 12)  # no social worker yet
        self._works(on(month, 15), people[0][0], "no", 1, "yes", 40, 12)  # no month end
        self.vacancies.append({"day": day, "fte": vacant})

    def _hire(self) -> str:
        self.hired += 1
        return f"SW{self.hired:04}"

    def _works(self, day: date, worker: str, agency: str, fte: float, qualified: str, cases: int, target: int) -> None:
        self.staff.append({"worker": worker, "day": day, "agency": agency, "fte": fte, "qualified": qualified,
                           "cases": cases, "target": target})  # fmt: skip

    def write(self, folder: Path, year: int) -> None:
        """The logs of the contract year that starts in a year, as at 31 March, and its workforce return."""
        start, end = date(year, 4, 1), date(year + 1, 3, 31)

        def of_year(rows: list[dict], column: str) -> list[dict]:
            return [row for row in rows if start <= row[column] <= end]

        write_csv(folder / "logs" / "complaints.csv", [
            row | {name: row[name] if row[name] and row[name] <= end else None for name in ("clarified", "responded")}
            for row in self.complaints
            if row["received"] <= end and (row["responded"] is None or row["responded"] >= start)
        ])  # fmt: skip
        if month_of(start) in self.want.months:
            write_csv(folder / "logs" / "referral_decisions.csv", of_year(self.decisions, "referred"))
            write_csv(folder / "logs" / "social_workers.csv", of_year(self.staff, "day"))
            write_csv(folder / "logs" / "vacancies.csv", of_year(self.vacancies, "day"))
            self._workforce_return(folder / "csww.xml", last(year * 12 + _SEPTEMBER))

    def _workforce_return(self, path: Path, day: date) -> None:
        vacant = next(row["fte"] for row in self.vacancies if row["day"] == day)
        about = (element("Collection", "CSWW"), element("Year", day.year), element("ReferenceDate", day))
        header = element("Header", element("CollectionDetails", *about))
        workers = [
            element("CSWWWorker", element("AgencyWorker", int(row["agency"] == "yes")), element("SWENo", row["worker"]),
                    element("FTE", row["fte"]), element("Cases30", row["cases"]))
            for row in self.staff if row["day"] == day and row["qualified"] == "yes"
        ]  # fmt: skip
        gone = (element("SWENo", "SW9999"), element("FTE", "0"), element("RoleEndDate", day - 9 * DAY))
        left = element("CSWWWorker", element("AgencyWorker", 0), *gone)
        inside = "\n".join([header, element("LALevelVacancies", element("NumberOfVacancies", vacant)), *workers, left])
        path.write_text(f"<Message>{inside}</Message>\n", "utf-8")
