"""The SSDA903 return, tidied: each rule by hand-worked rows, laws, and every golden return with its faults counted.

The counts of the golden returns were found apart from the code under test, by the csv module and a loop over sorted rows
(:func:`_by_hand`), which each test does again.
"""

import csv
import itertools
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults
from ncthelpers.returns import ssda903
from ncthelpers.returns.cleaning import APART, LATER, TWICE, Ledger
from ncthelpers.returns.delimited import ROW
from ncthelpers.returns.layouts import layout_for
from ncthelpers.returns.readers import Raw, read
from ncthelpers.returns.records import TABLES, Cover
from ncthelpers.returns.ssda903 import tidy
from ncthelpers.years import ContractYear

YEAR = ContractYear("2017-18")
LAYOUT = layout_for("ssda903", YEAR)
SAME_START, OVERLAP, ENDS_LATER = ssda903.SAME_START, ssda903.OVERLAP, ssda903.ENDS_LATER
# child | DECOM | RNE | LS | PLACE | DEC | REC -> started, ended, why ended, or why it is left out or otherwise counted
EPISODES = """
one of the year                | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | E4A | 2017-05-01 2017-08-01 E4A |
open                           | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01               |
long before the year, open     | a | 01/05/2009 | S | C2 | U1 |            |     | 2009-05-01               |
starts on the last day         | a | 31/03/2018 | S | C2 | U1 |            |     | 2018-03-31               |
starts after the last day      | a | 01/04/2018 | S | C2 | U1 |            |     |                          | FUTURE
ends on the last day           | a | 01/05/2017 | S | C2 | U1 | 31/03/2018 | E4A | 2017-05-01 2018-03-31 E4A |
ends after the last day        | a | 01/05/2017 | S | C2 | U1 | 01/04/2018 | E4A | 2017-05-01               | ENDS_LATER
ends before it starts          | a | 01/05/2017 | S | C2 | U1 | 30/04/2017 | E4A |                          | BACKWARDS
lasted no day                  | a | 01/05/2017 | S | C2 | U1 | 01/05/2017 | E4A | 2017-05-01 2017-05-01 E4A |
no child                       |   | 01/05/2017 | S | C2 | U1 |            |     |                          | NO_CHILD
no start                       | a |            | S | C2 | U1 | 01/08/2017 | E4A |                          | NO_START
a reason and no end            | a | 01/05/2017 | S | C2 | U1 |            | X1  | 2017-05-01               | NO_END
an end and no reason           | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 |     | 2017-05-01 2017-08-01    | NO_REASON
the same twice                 | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01               |
                               | a | 01/05/2017 | S | C2 | U1 |            |     |                          | TWICE
one start, other ends          | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | X1  |                          | SAME_START
                               | a | 01/05/2017 | S | C2 | U1 | 01/09/2017 | E4A | 2017-05-01 2017-09-01 E4A |
one start, one open            | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | X1  |                          | SAME_START
                               | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01               |
one start, one of no day       | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01               |
                               | a | 01/05/2017 | S | C2 | U1 | 01/05/2017 | X1  | 2017-05-01 2017-05-01 X1 |
one after the other            | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | X1  | 2017-05-01 2017-08-01 X1 |
                               | a | 01/08/2017 | P | C2 | U4 |            |     | 2017-08-01               |
with a gap                     | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | E4A | 2017-05-01 2017-08-01 E4A |
                               | a | 01/09/2017 | S | C2 | U4 |            |     | 2017-09-01               |
one over the other             | a | 01/05/2017 | S | C2 | U1 | 02/08/2017 | X1  | 2017-05-01 2017-08-01 X1 | OVERLAP
                               | a | 01/08/2017 | P | C2 | U4 |            |     | 2017-08-01               |
open when the next started     | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01 2017-08-01    | OVERLAP
                               | a | 01/08/2017 | P | C2 | U4 |            |     | 2017-08-01               |
two children at once           | a | 01/05/2017 | S | C2 | U1 |            |     | 2017-05-01               |
                               | b | 01/06/2017 | S | C2 | U1 |            |     | 2017-06-01               |
out of order                   | a | 01/08/2017 | P | C2 | U4 |            |     | 2017-08-01               |
                               | a | 01/05/2017 | S | C2 | U1 | 01/08/2017 | X1  | 2017-05-01 2017-08-01 X1 |
"""


def cases(table):
    found, name = {}, ""
    for line in table.strip().splitlines():
        first, *cells = (cell.strip() for cell in line.split("|"))
        name = first or name
        found.setdefault(name, []).append(cells)
    return found


def raw_of(year=YEAR, **modules):
    """A return from rows of text by column; a column that is not given is empty."""
    tables = {}
    for name, rows in modules.items():
        columns = [column.theirs for column in LAYOUT[name].columns]
        text = [{column: row.get(column) or None for column in columns} for row in rows]
        tables[name] = pl.DataFrame(text, schema=dict.fromkeys(columns, pl.String)).with_row_index(ROW, 2)
    return Raw(LAYOUT, year, tables, ())


def episode(child, started, why_new="S", status="C2", place="U1", ended="", why="", **more):
    named = dict(CHILD=child, DECOM=started, RNE=why_new, LS=status, PLACE=place, DEC=ended, REC=why)
    return {**named, **more}


def headers(*children):
    return [{"CHILD": child, "SEX": "1", "DOB": "01/01/2010"} for child in children]


def reasons(records):
    found = Counter()
    for _, _, reason, count in records.left_out.rows():
        found[reason] += count
    return found


@pytest.mark.parametrize("name", cases(EPISODES))
def test_an_episode_is_taken_changed_or_left_out(name):
    lines = cases(EPISODES)[name]
    records = tidy(raw_of(header=headers("a", "b"), episodes=[episode(*line[:7]) for line in lines]))
    expected = sorted((line[0], *line[7].split()) for line in lines if line[7])
    kept = records["episodes"].select("child", "started", "ended", "why_ended").rows()
    assert sorted(tuple(str(cell) for cell in row if cell is not None) for row in kept) == expected
    told = Counter(TWICE if line[8] == "TWICE" else getattr(ssda903, line[8]) for line in lines if line[8])
    assert reasons(records) == told


def test_a_child_stands_once_and_is_born_by_the_last_day():
    rows = [
        {"CHILD": "a", "SEX": "1", "DOB": "01/01/2010"}, {"CHILD": "a", "SEX": "2", "DOB": "01/01/2010"},
        {"CHILD": "b", "SEX": "b) Female", "DOB": "01/04/2018"}, {"CHILD": "b", "SEX": "b) Female", "DOB": "01/04/2018"},
        {"SEX": "1", "DOB": "01/01/2010"},
    ]  # fmt: skip
    records = tidy(raw_of(header=rows, episodes=[episode("c", "01/05/2017")]))
    assert records["children"].rows() == [("a", date(2010, 1, 1), "female", None), ("b", None, "female", None)]
    assert reasons(records) == {
        ssda903.OTHER_HEADER: 1, TWICE: 1, ssda903.NO_CHILD: 1, ssda903.BORN_LATER: 1, ssda903.NO_HEADER: 1
    }  # fmt: skip


def test_a_child_whose_episode_ended_by_death_died_that_day():
    records = tidy(raw_of(header=headers("a"), episodes=[episode("a", "01/05/2017", ended="02/06/2017", why="E2")]))
    assert records["children"]["died"].to_list() == [date(2017, 6, 2)]


def test_without_headers_there_is_no_table_of_children():
    records = tidy(raw_of(episodes=[episode("a", "01/05/2017")]))
    assert set(records.tables) == {"episodes", "adoptions"} == set(records.covers)


def test_care_leavers_have_codes_as_they_are_and_whether_it_is_suitable():
    rows = [
        dict(CHILD="a", DOB="01/01/2000", IN_TOUCH="YES", ACTIV="F2", ACCOM="B1"),
        dict(CHILD="b", DOB="01/01/2010", IN_TOUCH="no", ACTIV="0", ACCOM="w2"),
        dict(CHILD="c", IN_TOUCH="REFU", ACTIV="F9", ACCOM="0"),
        dict(CHILD="c", DOB="01/01/2010", IN_TOUCH="REFU", ACTIV="G4", ACCOM="0"),
        dict(DOB="01/01/2010"),
    ]
    records = tidy(raw_of(header=headers("a", "c"), episodes=[], oc3=rows))
    assert records["care_leavers"].rows() == [
        ("a", date(2000, 1, 1), "YES", "F2", "B1", True, "2017-18"),
        ("b", date(2010, 1, 1), "NO", "0", "W2", False, "2017-18"),
        ("c", date(2010, 1, 1), "REFU", "G4", "0", None, "2017-18"),
    ]
    assert reasons(records) == {
        "field empty: ACTIV is none of the codes": 1, ssda903.OTHER_LEAVER: 1, ssda903.NO_CHILD: 1,
        ssda903.OTHER_BIRTHDAY: 1,
    }  # fmt: skip
    records = tidy(raw_of(header=headers("a"), episodes=[], oc3=[dict(CHILD="a", IN_TOUCH="YES", ACTIV="F2")]))
    assert records["care_leavers"]["born"].to_list() == [date(2010, 1, 1)]


# child's episodes -> entered ordered matched placed adopted fostered (- where not known)
ADOPTED = """
all in the year           | 01/05/2017 S C2 U1 01/06/2017 X1, 01/06/2017 L E1 U1 01/07/2017 X1, 01/07/2017 P E1 A6 01/02/2018 E11 |   | 2017-05-01 2017-06-01 - 2017-07-01 2018-02-01 - |
matched by AD1            | 01/05/2017 S E1 A6 01/02/2018 E12 | 2/6/2017 0 | 2017-05-01 2017-05-01 2017-06-02 2017-05-01 2018-02-01 - |
the start is not at hand  | 01/05/2017 P E1 A6 01/02/2018 E11 |   | - - - 2017-05-01 2018-02-01 - | ORDER_UNKNOWN
the order is not at hand  | 01/05/2017 S C2 U1 01/06/2017 X1, 01/06/2017 P E1 A6 01/02/2018 E11 |  | 2017-05-01 - - 2017-06-01 2018-02-01 - | ORDER_UNKNOWN
order and placement change together | 01/05/2017 S C2 U1 01/06/2017 X1, 01/06/2017 B E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-06-01 - 2017-06-01 2018-02-01 - |
the move is not at hand   | 01/05/2017 L E1 A6 01/02/2018 E11 |   | - 2017-05-01 - - 2018-02-01 - |
moved in before the order | 01/05/2017 S C2 A4 01/06/2017 X1, 01/06/2017 L E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-06-01 - 2017-05-01 2018-02-01 - |
a second home of adopters | 01/05/2017 S E1 A6 01/06/2017 X1, 01/06/2017 P E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-05-01 - 2017-06-01 2018-02-01 - |
other adopters by order   | 01/05/2017 S C2 A4 01/06/2017 X1, 01/06/2017 B E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-06-01 - 2017-06-01 2018-02-01 - |
the adopters moved house  | 01/05/2017 S E1 A6 01/06/2017 X1, 01/06/2017 T E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-05-01 - 2017-05-01 2018-02-01 - |
foster carers adopted     | 01/05/2017 S C2 U4 01/06/2017 X1, 01/06/2017 U E1 A5 01/02/2018 E11 |  | 2017-05-01 2017-06-01 - 2017-06-01 2018-02-01 2017-05-01 |
foster carers by AD1      | 01/05/2017 S C2 U1 01/06/2017 X1, 01/06/2017 P C2 U4 01/07/2017 X1, 01/07/2017 L E1 U4 01/08/2017 X1, 01/08/2017 U E1 A6 01/02/2018 E11 | 1/9/2017 1 | 2017-05-01 2017-07-01 2017-09-01 2017-08-01 2018-02-01 2017-06-01 |
not foster carers by AD1  | 01/05/2017 S C2 U4 01/06/2017 X1, 01/06/2017 B E1 A5 01/02/2018 E11 | 1/9/2017 0 | 2017-05-01 2017-06-01 2017-09-01 2017-06-01 2018-02-01 - |
fostering not at hand     | 01/05/2017 S E1 K2 01/06/2017 X1, 01/06/2017 T E1 A5 01/02/2018 E11 |  | - 2017-05-01 - 2017-06-01 2018-02-01 - | FOSTERED_UNKNOWN
a home between            | 01/05/2017 S C2 U4 01/06/2017 X1, 01/06/2017 P C2 K2 01/07/2017 X1, 01/07/2017 B E1 A5 01/02/2018 E11 |  | - 2017-07-01 - 2017-07-01 2018-02-01 - | FOSTERED_UNKNOWN
foster carers moved house | 01/05/2017 S C2 U4 01/06/2017 X1, 01/06/2017 T C2 U5 01/07/2017 X1, 01/07/2017 U E1 A5 01/02/2018 E11 |  | 2017-05-01 2017-07-01 - 2017-07-01 2018-02-01 2017-05-01 |
a period before           | 01/04/2015 S E1 A6 01/04/2016 E4A, 01/05/2017 S C2 U1 01/06/2017 X1, 01/06/2017 B E1 A6 01/02/2018 E11 |  | 2017-05-01 2017-06-01 - 2017-06-01 2018-02-01 - |
back in care afterwards   | 01/05/2017 S E1 A6 01/02/2018 E11, 01/03/2018 S C2 U1 |  | 2017-05-01 2017-05-01 - 2017-05-01 2018-02-01 - |
not adopted               | 01/05/2017 S E1 A6 01/02/2018 E4A | 1/9/2017 0 |  | NOT_ADOPTED
not adopted yet           | 01/05/2017 S E1 A6 | |  |
"""


@pytest.mark.parametrize("name", cases(ADOPTED))
def test_the_days_on_the_way_to_an_adoption(name):
    ((rows, ad1, expected, *why),) = cases(ADOPTED)[name]
    episodes = [
        episode("a", *[*cells.split(), "", ""][:4], *[*cells.split()[4:], "", ""][:2]) for cells in rows.split(",")
    ]
    matched = [dict(CHILD="a", DATE_MATCH=ad1.split()[0], FOSTER_CARE=ad1.split()[1])] if ad1 else []
    records = tidy(raw_of(header=headers("a"), episodes=episodes, ad1=matched))
    named = ("entered", "ordered", "matched", "placed", "adopted", "fostered")
    found = [
        " ".join("-" if row[name] is None else str(row[name]) for name in named)
        for row in records["adoptions"].to_dicts()
    ]
    assert found == ([expected] if expected else [])
    assert list(reasons(records)) == [getattr(ssda903, reason) for reason in why if reason]


def test_of_two_years_the_later_return_has_the_episode_and_entering_care_is_known():
    following = ContractYear("2018-19")
    first = [
        episode("a", "01/05/2017", ended="01/06/2017", why="X1"),
        episode("a", "01/06/2017", "P"),
        episode("gone", "01/05/2017"),
    ]
    second = [
        episode("a", "01/06/2017", "P", ended="01/05/2018", why="X1"),
        episode("a", "01/05/2018", "B", "E1", "A6", "01/02/2019", "E11"),
    ]
    raws = [raw_of(YEAR, header=headers("a"), episodes=first), raw_of(following, header=headers("a"), episodes=second)]
    records = tidy(*raws[::-1])
    assert records["episodes"].select("started", "ended").rows() == [
        (date(2017, 5, 1), date(2017, 6, 1)), (date(2017, 6, 1), date(2018, 5, 1)), (date(2018, 5, 1), date(2019, 2, 1))
    ]  # fmt: skip
    assert records.covers["episodes"] == Cover(YEAR.start, following.end)
    assert records["adoptions"].select("entered", "placed").rows() == [(date(2017, 5, 1), date(2018, 5, 1))]
    assert reasons(records) == {LATER: 2, ssda903.GONE: 1}  # an episode and a header; the episode that is gone
    assert tidy(raws[1])["adoptions"]["entered"].to_list() == [None]


def test_a_module_that_a_later_return_does_not_give_is_not_given():
    leaver = dict(CHILD="a", DOB="01/01/2000", IN_TOUCH="YES", ACTIV="F2", ACCOM="B1")
    first = raw_of(YEAR, header=headers("a"), episodes=[], oc3=[leaver])
    second = raw_of(ContractYear("2018-19"), header=headers("a"), episodes=[])
    assert reasons(tidy(first, second)) == {LATER: 1, APART: 1} and "care_leavers" not in tidy(first, second).covers
    third = raw_of(ContractYear("2019-20"), header=headers("a"), episodes=[], oc3=[leaver])
    records = tidy(first, second, third)
    assert records["care_leavers"]["year"].to_list() == ["2019-20"]
    assert records.covers["care_leavers"] == Cover(date(2019, 4, 1), date(2020, 3, 31))
    assert records.covers["episodes"] == Cover(YEAR.start, date(2020, 3, 31))


def test_a_return_of_another_year_is_refused(tmp_path):
    rows = [episode(f"{n}", "01/05/2016", ended="01/06/2016", why="E4A") for n in range(20)]
    raw = raw_of(episodes=rows)
    with pytest.raises(
        DataFaults,
        match=r"episodes.csv, column DEC: '2017-18' holds fewer than half of the days on which episodes ended: "
        r"it looks like the return of another year, for its days are from 2016-06-01 to 2016-06-01$",
    ):
        tidy(replace(raw, files=(tmp_path / "ad1.csv",), places={"episodes": "episodes.csv"}))
    assert tidy(raw_of(episodes=rows[1:]))["episodes"].height == 19  # too few to tell


def test_distance_and_place_are_taken_where_the_layout_of_a_root_has_them(tmp_path, repository):
    shipped = (repository / "src/ncthelpers/returns/layouts/ssda903-2017-18.yml").read_text("utf-8")
    more = "    not_used: [REASON_PLACE_CHANGE]"
    columns = (
        "      PL_DISTANCE: {to: miles, type: number}\n"
        "      PL_LOCATION: {to: inside, type: yes, codes: {yes: [IN], no: [OUT]}}\n"
    )
    (tmp_path / "ssda903-next.yml").write_text(
        shipped.replace(more, columns + more).replace('"2017-18"', '"2030-31"'), "utf-8"
    )
    names = [column.theirs for column in LAYOUT["episodes"].columns]
    rows = [
        episode("a", "01/05/2030", HOME_POST="AB1 2CD", PL_DISTANCE="20.5", PL_LOCATION="OUT"),
        episode("b", "01/05/2030", PL_DISTANCE="near", PL_LOCATION="in"),
        episode("c", "01/05/2030"),
    ]
    with (tmp_path / "episodes.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*names, "PL_DISTANCE", "PL_LOCATION"], restval="")
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "header.csv").write_text("CHILD,SEX,DOB\na,1,01/01/2020\n")
    records = tidy(
        read("ssda903", [tmp_path / "episodes.csv", tmp_path / "header.csv"], ContractYear("2030-31"), [tmp_path])
    )
    assert records["episodes"].select("child", "miles", "inside").rows() == [
        ("a", 20.5, False),
        ("b", None, True),
        ("c", None, None),
    ]
    assert reasons(records) == {"field empty: PL_DISTANCE is not a number": 1, ssda903.NO_HEADER: 2}


_DAYS = st.dates(date(2016, 1, 1), date(2018, 6, 1)) | st.none()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", None]), _DAYS, _DAYS, st.sampled_from(["X1", "E4A", None, "?"])),
        max_size=12,
    )
)
def test_every_episode_is_kept_once_or_counted_once_and_none_overlaps_the_next(rows):
    named = [episode(c, s and f"{s:%d/%m/%Y}", ended=e and f"{e:%Y-%m-%d}", why=w) for c, s, e, w in rows]
    records = tidy(raw_of(episodes=named))
    episodes = records["episodes"]
    left = sum(count for reason, count in reasons(records).items() if reason.startswith("left out: "))
    assert episodes.height + left == len(rows)
    assert episodes.schema == TABLES["episodes"]
    assert (episodes["started"] <= YEAR.end).all() and (episodes["ended"].drop_nulls() <= YEAR.end).all()
    assert episodes.filter(pl.col("ended").is_null() & pl.col("why_ended").is_not_null()).is_empty()
    for (of, _, end), (of_next, start, _) in zip(
        episodes.select("child", "started", "ended").rows(),
        episodes.select("child", "started", "ended").rows()[1:],
        strict=False,
    ):
        assert of < of_next or (of == of_next and end is not None and end <= start)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order):
    rows = [
        episode("a", "01/05/2017", ended="01/06/2017", why="X1"), episode("a", "01/05/2017"), episode("b", "01/05/2017"),
        episode("a", "20/05/2017", "P"), episode("a", "01/05/2017", ended="01/05/2017", why="X1"), episode("b", "02/05/2017"),
    ]  # fmt: skip
    assert tidy(raw_of(episodes=[rows[n] for n in order]))["episodes"].equals(tidy(raw_of(episodes=rows))["episodes"])


# The golden returns


def _plain(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _day(text, form="%d/%m/%Y"):
    return datetime.strptime(text, form).date() if text else None


def _by_hand(rows, year, form="%d/%m/%Y"):
    """What is wrong with episodes, found by sorting them and looking at each and its next."""
    found, of_child = Counter(), defaultdict(list)
    for row in rows:
        start, end = _day(row["DECOM"], form), _day(row["DEC"], form)
        if start > year.end:
            found[ssda903.FUTURE] += 1
            continue
        if end and end > year.end:
            found[ENDS_LATER] += 1
            end = None
        elif not end and row["REC"]:
            found[ssda903.NO_END] += 1
        of_child[row["CHILD"]].append((start, end or date.max))
    for rows_of_one in of_child.values():
        rows_of_one.sort()
        found[OVERLAP] += sum(end > start for (_, end), (start, _) in itertools.pairwise(rows_of_one))
    return {reason: count for reason, count in found.items() if count}


@pytest.fixture(scope="module")
def whole(golden):
    return read("ssda903", [golden / "ssda903"], YEAR)


def test_the_golden_return_of_2675_children(golden, whole):
    records = tidy(whole)
    folder = golden / "ssda903"
    header, episodes, leavers = (_plain(folder / f"{name}.csv") for name in ("header", "episodes", "oc3"))
    assert {name: rows.height for name, rows in records.tables.items()} == {
        "children": len(header), "episodes": len(episodes), "care_leavers": len(leavers), "adoptions": 82
    }  # fmt: skip
    assert (len(header), len(episodes), len(leavers)) == (2675, 5050, 53)
    told = reasons(records)
    assert told == {
        "field empty: ACCOM is none of the codes": 2,  # 01 and 02
        ENDS_LATER: 12, OVERLAP: 72, ssda903.NO_END: 1413, ssda903.NOT_ADOPTED: 27, ssda903.ORDER_UNKNOWN: 2,
    }  # fmt: skip
    assert {reason: told[reason] for reason in (ENDS_LATER, OVERLAP, ssda903.NO_END)} == _by_hand(episodes, YEAR)
    assert [row["ACCOM"] for row in leavers if row["ACCOM"] in {"01", "02"}] == ["01", "02"]
    by_child = {row["CHILD"]: row for row in header}
    assert {row[0]: row[1:3] for row in records["children"].rows()} == {
        child: (_day(row["DOB"]), {"1": "male", "2": "female"}[row["SEX"]]) for child, row in by_child.items()
    }
    adopted = {
        row["CHILD"] for row in episodes if row["REC"] in {"E11", "E12"} and row["DEC"] and _day(row["DEC"]) <= YEAR.end
    }
    assert set(records["adoptions"]["child"]) == adopted
    assert len([row for row in _plain(folder / "ad1.csv") if row["CHILD"] not in adopted]) == 27
    assert records.covers["episodes"] == Cover(YEAR.start, YEAR.end)


def test_files_beside_the_golden_return_are_named(whole):
    told = {fault.file.rsplit("/", 1)[-1]: fault.rule.split(":")[0] for fault in whole.warnings}
    assert told == {
        **dict.fromkeys(["DoLo.csv", "missing.csv", "oc2.csv", "placed_for_adoption.csv", "previous_permanence.csv"], "is not used"),
        **dict.fromkeys(["reviews.csv", "sw_episodes.csv", "uasc.csv"], "is not used"),
        **dict.fromkeys(["liia_SSDA903_2020_episodes.csv", "placed_for_adoption_errors.csv"], "is not read"),
        **dict.fromkeys(["liia_SSDA903_episodes_for_testing_fixes_INPUT.csv", "fake_903.xml"], "is not read"),
        **dict.fromkeys(["ch_fake.xlsx", "scp_fake.xlsx"], "is not read"),
    }  # fmt: skip


def test_the_golden_return_is_refused_as_that_of_the_year_after(whole):
    with pytest.raises(DataFaults, match="it looks like the return of another year"):
        tidy(Raw(whole.layout, ContractYear("2018-19"), whole.tables, whole.files))


def test_the_golden_return_as_xml(golden):
    path = golden / "ssda903" / "fake_903.xml"
    raw = read("ssda903", [path], YEAR)
    records = tidy(raw)
    children = ElementTree.parse(path).getroot().findall("CHILD")
    rows = [
        {**{part.tag: part.text for part in one}, "CHILD": child.findtext("HEADER/CHILDID")}
        for child in children
        for one in child.findall("EPISODE")
    ]
    assert (records["children"].height, records["episodes"].height, records["care_leavers"].height) == (253, 459, 6)
    assert (len(children), len(rows), sum(c.find("HEADER/IN_TOUCH") is not None for c in children)) == (253, 459, 6)
    told = reasons(records)
    assert told == {
        "field empty: ACCOM is none of the codes": 1, ENDS_LATER: 1, OVERLAP: 7, ssda903.NO_END: 133, ssda903.NOT_ADOPTED: 3
    }  # fmt: skip
    assert {reason: told[reason] for reason in (ENDS_LATER, OVERLAP, ssda903.NO_END)} == _by_hand(rows, YEAR)
    assert raw.warnings == ()  # every module that is used has a record


def test_the_sample_of_the_later_year(golden):
    year = ContractYear("2019-20")
    path = golden / "ssda903" / "liia_SSDA903_2020_episodes.csv"
    records = tidy(read("ssda903", [path], year))
    # a child has an episode from 2 December to 16 May and another from 11 December to 18 July: both run into the next
    assert records["episodes"].height == 5 and reasons(records) == {OVERLAP: 2} == _by_hand(_plain(path), year)


def test_the_sample_of_many_years_together(golden):
    """Not a return but the rows of several, in ISO dates and with postcodes that are none: each is read or counted."""
    year = ContractYear("2019-20")
    path = golden / "ssda903" / "liia_SSDA903_episodes_for_testing_fixes_INPUT.csv"
    raw = read("ssda903", [path], year)
    assert [(fault.column, fault.rule) for fault in raw.warnings] == [
        *((name, "is no column of episodes of ssda903-2019-20: it is not used") for name in ("LA", "YEAR")),
        ("", "was read as episodes, by the names of its columns"),
    ]
    records, rows = tidy(raw), _plain(path)
    assert (len(rows), records["episodes"].height) == (23, 20)
    postcodes = {f"field empty: {column} is not a postcode": 22 for column in ("HOME_POST", "PL_POST")}
    assert [sum(bool(row[column]) for row in rows) for column in ("HOME_POST", "PL_POST")] == [22, 22]
    assert reasons(records) == {**postcodes, **_by_hand(rows, year, "%Y-%m-%d")}
    assert reasons(records)[ssda903.FUTURE] == 3 and reasons(records)[OVERLAP] == 7


def test_which_records_are_at_fault_is_told_to_who_asks(golden):
    ledger = Ledger("ssda903")
    tidy(read("ssda903", [golden / "ssda903"], YEAR), ledger=ledger)
    rows = _plain(golden / "ssda903" / "episodes.csv")
    detail = ledger.detail().filter(pl.col("reason") == ENDS_LATER)
    for row, child in detail.select("row", "child").rows():
        assert rows[row - 2]["CHILD"] == child and _day(rows[row - 2]["DEC"]) == YEAR.end + timedelta(days=1)
    assert detail.height == 12
