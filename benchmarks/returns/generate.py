"""Invented tidy records of the size of England, as parquet files: no child, worker or complaint in them exists.

    python benchmarks/returns/generate.py FOLDER [--times 10] [--seed 1]

A year has 650,000 referrals (and the year before it as many, to look back on) with their assessments, 200,000 section 47
enquiries, 64,000 plan starts, about 82,000 children in care at its end with about 500,000 episodes since three years before,
care leavers, adoptions, and twelve months of workers; ``--times 0.01`` makes a hundredth of each. The same seed
gives the same files. Shares and lengths of time are made up, so that every rule of an indicator meets some rows; nothing
in them is a finding. The folder must lie outside the repository.
"""

import argparse
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[2]
YEAR = ContractYear("2031-32")
BEGAN = date(2028, 10, 1)  # the first day that the episodes tell of: K07 looks back 30 months
_DAY = timedelta(days=1)
# at --times 1; CHILDREN of episodes are those with any
REFERRALS, ENQUIRIES, PLANS, CHILDREN, LEAVERS, ADOPTIONS, WORKERS, COMPLAINTS = (
    650_000, 200_000, 64_000, 178_000, 45_000, 3_000, 40_000, 12_000,
)  # fmt: skip
FIRST, LAST, EPISODES_FIRST = (
    np.datetime64(day).astype(int) for day in (YEAR.before.start, YEAR.end, BEGAN)
)  # days since 1970
_YEAR_FIRST = np.datetime64(YEAR.start).astype(int)
_PLACEMENTS = np.array(["U1", "U2", "U4", "U5", "U6", "K2", "H5", "P1", "P2", "A3", "A5", "R1", "R5", "S1", "T1", "Z1"])
_LIKELY = np.array([8, 5, 40, 10, 8, 9, 6, 5, 2, 1, 1, 1, 0.5, 1, 1.5, 1])


def holidays() -> Holidays:
    """Eight invented bank holidays in each year that the records touch."""
    days = [(1, 1), (4, 10), (4, 13), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]
    years = range(2025, 2034)
    return Holidays(frozenset(date(y, *day) for y in years for day in days), date(2025, 1, 1), date(2033, 12, 31))


def ids(letter: str, numbers: np.ndarray) -> pl.Series:
    text = pl.Series(numbers).cast(pl.String).str.zfill(8)
    return pl.select(pl.lit(letter) + pl.lit(text)).to_series()


def days(numbers: np.ndarray, missing: np.ndarray | bool = False) -> pl.Series:
    found = pl.Series(np.asarray(numbers, dtype=np.int32))
    return (
        pl.select(pl.when(~pl.lit(pl.Series(np.broadcast_to(missing, len(found))))).then(found))
        .to_series()
        .cast(pl.Date)
    )


def some(rng: np.random.Generator, share: float, rows: int) -> np.ndarray:
    return rng.random(rows) < share


def shaped(name: str, columns: dict) -> pl.DataFrame:
    """A table with all its columns, those not given empty."""
    kinds = dict(TABLES[name])
    given = pl.DataFrame(columns)
    return given.select((pl.col(c) if c in columns else pl.lit(None)).cast(kind).alias(c) for c, kind in kinds.items())


def referrals(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    rows = round(2 * REFERRALS * times)
    child = np.sort(rng.integers(0, round(rows * 0.75) + 1, rows))
    day = rng.integers(FIRST, LAST + 1, rows)
    in_order = np.lexsort((day, child))
    child, day = child[in_order], day[in_order]
    decided = day + rng.choice([0, 1, 2, 3, 6], rows, p=[0.4, 0.35, 0.1, 0.1, 0.05])
    closed = day + rng.exponential(120, rows).astype(int)
    undecided, nothing = some(rng, 0.01, rows) | (decided > LAST), some(rng, 0.1, rows)
    came, decision = (pl.Series(rng.integers(0, 86_400_000_000, rows)).cast(pl.Duration("us")) for _ in range(2))
    referred, decided = days(day), days(decided, undecided)
    assessed, started = some(rng, 0.98, rows), day + rng.integers(0, 8, rows)
    authorised = started + rng.integers(5, 75, rows)
    who = ids("c", child)
    return {
        "referrals": shaped("referrals", {
            "child": who, "referred": referred, "referred_at": referred.cast(pl.Datetime("us")) + came,
            "decided": decided, "decided_at": (decided + _DAY).cast(pl.Datetime("us")) - decision,
            "closed": days(closed, nothing | (closed > LAST)), "no_further_action": nothing,
            "from": rng.choice(["1A", "2B", "5C", "6"], rows),
        }),
        "assessments": shaped("assessments", {
            "child": who, "referred": days(day, some(rng, 0.001, rows)), "started": days(started),
            "authorised": days(authorised, authorised > LAST),
        }).filter(pl.lit(pl.Series(assessed))),
    }  # fmt: skip


def protection(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    rows = round(ENQUIRIES * times)
    strategy = rng.integers(_YEAR_FIRST - 20, LAST + 1, rows)
    conference = strategy + rng.integers(3, 40, rows)
    plans = round(2 * PLANS * times)
    started = rng.integers(FIRST, LAST + 1, plans)
    ended = started + rng.exponential(250, plans).astype(int)
    return {
        "section47": shaped("section47", {
            "child": ids("c", rng.integers(0, rows, rows)), "strategy": days(strategy, some(rng, 0.002, rows)),
            "conference": days(conference, (conference > LAST) | ~some(rng, 0.37, rows)), "not_required": some(rng, 0.5, rows),
            "transfer_in": some(rng, 0.01, rows),
        }),
        "plans": shaped("plans", {
            "child": ids("c", rng.integers(0, plans, plans)), "started": days(started), "ended": days(ended, ended > LAST),
            "earlier": rng.choice([0, 0, 0, 1, 2], plans).astype(np.int32),
        }),
    }  # fmt: skip


def care(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    """Children with one period of care or more, each of some episodes; those that ended before the cover are not there."""
    children = round(CHILDREN * times)
    each = rng.geometric(0.26, children)
    child = np.repeat(np.arange(children), each)
    rows = len(child)
    first = np.r_[0, np.cumsum(each)[:-1]]
    of_first = np.zeros(rows, bool)
    of_first[first] = True
    last = np.r_[of_first[1:], True]
    again = ~of_first & some(rng, 0.05, rows)  # back in care after a break
    length = 1 + rng.exponential(180, rows).astype(int)
    gap = np.where(again, rng.integers(1, 400, rows), 0)
    # from the last episode back: the child's records end some day in the cover, or are open at its end
    total = np.cumsum(length + gap)
    within = total - np.repeat(total[first] - (length + gap)[first], each)
    open_ = some(rng, 0.5, children)
    ends = np.where(open_, LAST + rng.integers(1, 100, children), rng.integers(EPISODES_FIRST, LAST + 1, children))
    start_of_all = ends - within[first + each - 1]
    ended = np.repeat(start_of_all, each) + within
    started = ended - length
    new = of_first | again
    why_new = np.where(new, "S", rng.choice(["P", "L", "T", "B", "U"], rows, p=[0.5, 0.3, 0.06, 0.12, 0.02]))
    placement = rng.choice(_PLACEMENTS, rows, p=_LIKELY / _LIKELY.sum())
    still = ended > LAST
    miles = np.round(rng.exponential(14, rows), 1)
    table = shaped("episodes", {
        "child": ids("c", child), "started": days(started), "ended": days(ended, still), "why_new": why_new,
        "legal_status": np.where(some(rng, 0.01, children)[child], "V4", rng.choice(["C2", "V2", "E1"], rows)),
        "need": rng.choice(["N1", "N2", "N5", "N8"], rows), "placement": placement,
        "provider": rng.choice(["PR1", "PR4"], rows), "why_ended": np.where(last, "E4A", "X1"),
        "miles": pl.Series(miles), "inside": some(rng, 0.6, rows),
    })  # fmt: skip
    kept = (started <= LAST) & (ended >= EPISODES_FIRST)
    table = table.with_columns(
        why_ended=pl.when(pl.col("ended").is_not_null()).then("why_ended"),
        miles=pl.when(~pl.lit(pl.Series(some(rng, 0.02, rows)))).then("miles"),
    ).filter(pl.lit(pl.Series(kept)))
    age = rng.integers(0, 17 * 365, children)
    born = start_of_all - age
    has = np.unique(child[kept])
    return {
        "episodes": table,
        "children": shaped("children", {
            "child": ids("c", has), "born": days(born[has], some(rng, 0.001, len(has))), "sex": rng.choice(["male", "female"], len(has)),
        }),
    }  # fmt: skip


def after_care(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    rows, adopted = round(LEAVERS * times), round(ADOPTIONS * times)
    child = rng.permutation(round(CHILDREN * times))[:rows]  # some of them were in care within the records
    entered = rng.integers(LAST - 1600, LAST - 700, adopted)
    ordered = entered + rng.integers(100, 400, adopted)
    matched = ordered + rng.integers(-30, 300, adopted)
    placed = matched + rng.integers(5, 60, adopted)
    return {
        "care_leavers": shaped("care_leavers", {
            "child": ids("c", child), "born": days(LAST - rng.integers(17 * 365 + 6, 22 * 365, rows)),
            "in_touch": rng.choice(["YES", "YES", "YES", "NO", "REFU", "RHOM", "DIED"], rows),
            "activity": rng.choice(["F1", "F2", "P2", "F4", "P5", "G4", "G5", "0"], rows),
            "accommodation": rng.choice(["B1", "C1", "D1", "U1", "K1", "G1", "H1", "R1"], rows),
            "suitable": some(rng, 0.88, rows), "year": [YEAR.label] * rows,
        }),
        "adoptions": shaped("adoptions", {
            "child": ids("c", rng.permutation(round(CHILDREN * times))[:adopted]), "entered": days(entered),
            "ordered": days(ordered, some(rng, 0.05, adopted)), "matched": days(matched), "placed": days(placed),
            "adopted": days(np.minimum(placed + rng.integers(90, 400, adopted), LAST)),
            "fostered": days(entered + 30, ~some(rng, 0.1, adopted)),
        }),
    }  # fmt: skip


def staff(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    each = round(WORKERS * times)
    ends = pl.date_range(YEAR.start, YEAR.end, "1mo", eager=True).dt.month_end().to_physical().to_numpy()
    rows, councils = each * len(ends), max(round(150 * times), 1)
    return {
        "workers": shaped("workers", {
            "worker": ids("w", np.tile(np.arange(each), len(ends))), "day": days(np.repeat(ends, each)),
            "agency": some(rng, 0.17, rows), "fte": np.round(rng.choice([1, 1, 1, 0.8, 0.6], rows), 2),
            "cases": rng.integers(0, 30, rows).astype(np.int32), "target": np.full(rows, 18, np.int32),
            "qualified": some(rng, 0.99, rows),
        }),
        "vacancies": shaped("vacancies", {
            "day": days(np.repeat(ends, councils)), "fte": np.round(rng.exponential(40, len(ends) * councils), 1),
        }),
    }  # fmt: skip


def complaints(rng: np.random.Generator, times: float) -> dict[str, pl.DataFrame]:
    rows = round(COMPLAINTS * times)
    received = rng.integers(_YEAR_FIRST - 60, LAST + 1, rows)
    clarified = received + rng.integers(0, 10, rows)
    responded = clarified + rng.integers(1, 50, rows)
    return {
        "complaints": shaped("complaints", {
            "complaint": ids("k", np.arange(rows)), "stage": rng.choice([1, 1, 1, 1, 2], rows).astype(np.int32),
            "received": days(received), "clarified": days(clarified, some(rng, 0.7, rows) | (clarified > LAST)),
            "responded": days(responded, responded > LAST), "extended": some(rng, 0.1, rows),
        })
    }  # fmt: skip


MAKERS = (referrals, protection, care, after_care, staff, complaints)
_COVER_FIRST = {"episodes": BEGAN, "children": BEGAN, "referrals": YEAR.before.start, "plans": YEAR.before.start}
_COVER_FIRST["complaints"] = YEAR.start - timedelta(days=60)


def records(times: float, seed: int = 1) -> Records:
    """The records in memory; the same seed gives the same."""
    tables = {}
    for number, maker in enumerate(MAKERS):
        tables |= maker(np.random.default_rng([seed, number]), times)
    return Records(tables, covers())


def covers() -> dict[str, Cover]:
    return {table: Cover(_COVER_FIRST.get(table, YEAR.start), YEAR.end) for table in TABLES}


def write(folder: Path, times: float, seed: int = 1) -> dict[str, int]:
    """Write them, table by table; how many rows each has.

    Raises
    ------
    ValueError
        If the folder lies in the repository: records never do, invented ones neither.
    """
    folder = Path(folder).resolve()
    if folder.is_relative_to(REPOSITORY):
        raise ValueError(f"{folder} lies in the repository: give a folder outside it")
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for number, maker in enumerate(MAKERS):
        for name, table in maker(np.random.default_rng([seed, number]), times).items():
            table.write_parquet(folder / f"{name}.parquet", compression="lz4", statistics=False)
            rows[name] = table.height
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    return rows


def read(folder: Path) -> Records:
    """What :func:`write` wrote."""
    tables = {path.stem: pl.read_parquet(path) for path in sorted(Path(folder).glob("*.parquet"))}
    return Records(tables, {name: cover for name, cover in covers().items() if name in tables})


CENSUS = ContractYear("2021-22")  # a year of which a layout of the census is shipped
_CHILD = """<Child><ChildIdentifiers><LAchildID>C{i:08}</LAchildID><PersonBirthDate>{born}</PersonBirthDate>\
<GenderCurrent>{sex}</GenderCurrent></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails><CINreferralDate>{referred}</CINreferralDate><ReferralSource>1A</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>
{closed}<Assessments><AssessmentActualStartDate>{started}</AssessmentActualStartDate>
<AssessmentAuthorisationDate>{authorised}</AssessmentAuthorisationDate><FactorsIdentifiedAtAssessment>
<AssessmentFactors>2A</AssessmentFactors><AssessmentFactors>4B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
<Section47><S47ActualStartDate>{started}</S47ActualStartDate><DateOfInitialCPC>{conference}</DateOfInitialCPC>
<ICPCnotRequired>false</ICPCnotRequired></Section47><ReferralNFA>0</ReferralNFA><ChildProtectionPlans>
<CPPstartDate>{conference}</CPPstartDate><NumberOfPreviousCPP>0</NumberOfPreviousCPP></ChildProtectionPlans>
</CINdetails></Child>
"""


def census(path: Path, children: int, seed: int = 1) -> None:
    """A children in need census as XML, a child at a time, each with one referral and all that may follow one."""
    path = Path(path).resolve()
    if path.is_relative_to(REPOSITORY):
        raise ValueError(f"{path} lies in the repository: give a file outside it")
    rng = np.random.default_rng(seed)
    first = np.datetime64(CENSUS.start)
    referred = first + rng.integers(0, 270, children)
    started = referred + rng.integers(0, 10, children)
    of_child = {
        "born": first - rng.integers(0, 6500, children), "sex": rng.integers(1, 3, children), "referred": referred,
        "started": started, "authorised": started + rng.integers(5, 60, children),
        "conference": started + rng.integers(3, 30, children),
    }  # fmt: skip
    is_closed = some(rng, 0.5, children)
    columns = zip(*(values.tolist() for values in of_child.values()), strict=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "<Message><Header><CollectionDetails><Collection>CIN</Collection>"
            f"<Year>{CENSUS.end.year}</Year><ReferenceDate>{CENSUS.end}</ReferenceDate></CollectionDetails>"
            "<Source><SourceLevel>L</SourceLevel><LEA>999</LEA></Source></Header><Children>\n"
        )
        for i, row in enumerate(columns):
            values = dict(zip(of_child, row, strict=True))
            closed = f"<CINclosureDate>{values['authorised']}</CINclosureDate>" if is_closed[i] else ""
            file.write(_CHILD.format(i=i, closed=closed, **values))
        file.write("</Children></Message>\n")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--times", type=float, default=1)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument(
        "--census", type=int, metavar="CHILDREN", help="make census.xml instead: a census of so many children"
    )
    given = asked.parse_args()
    try:
        if given.census:
            census(given.folder / "census.xml", given.census, given.seed)
        else:
            print(json.dumps(write(given.folder, given.times, given.seed), indent=1))
    except ValueError as error:
        raise SystemExit(str(error)) from None
