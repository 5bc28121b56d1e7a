"""Claims against evidence: every check on small years, and every verdict of the reviewed year against corruption.

The corruption test is the proof that no verdict is a foregone conclusion: each entered cell that a verdict rests on, and
the printed figure or words themselves, are changed alone, and the verdict must change with them.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import claims, evidence, forecast
from ncthelpers.cells import Column, read_cell
from ncthelpers.claims import AGREES, BY_DEFINITION, CANNOT, CHECKS, DISAGREES, ROUNDING, VERDICTS
from ncthelpers.definitions import NotComparable
from ncthelpers.evidence import Cell
from ncthelpers.load import Reference, YearData
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear

REPOSITORY = Path(__file__).resolve().parents[1]
YEAR = "2021-22"
KEPT = Path(__file__).with_name("claims_said.txt")

# An invented year: one table of facts, one KPI, and official figures of one area beside its country.

COLUMNS = {
    "facts": (
        Column("fact", "id", "Fact"), Column("what", "text", "What it is"), Column("value", "number", "Figure"),
        Column("unit", "text", "Unit"), Column("date", "when", "Date"), Column("says", "text", "Words"),
        Column("ok", "yesno", "Listed"),
    ),
    "kpis": tuple(Column(name, "text", name) for name in ("kpi", "unit", "polarity", "target", "tolerance", "period_kind")),
    "kpi_values": tuple(Column(name, "text", name) for name in ("kpi", "period", "numerator", "denominator", "value")),
    "claims": tuple(Column(name, "text", name) for name in (
        "claim", "says", "printed", "value", "unit", "precision", "basis", "check", "against", "definition", "known_on",
        "later", "response", "note", "source")),
}  # fmt: skip
KEYS = {"facts": ("fact",), "kpis": ("kpi",), "kpi_values": ("kpi", "period"), "claims": ("claim",)}
SCHEMAS = {name: TableSchema(name, name, "", KEYS[name], columns) for name, columns in COLUMNS.items()}

_PLAIN = {"decimals": 1, "combines": "not added", "unit": "per cent"}
_STATED = {"numerator": "children", "denominator": "none", "ages": "under 18", "timing": "31 March",
           "gross_or_net": "not applicable", "boundary": "home"}  # fmt: skip
MEASURES = [
    _PLAIN | _STATED | {"measure": "children", "title": "Children", "unit": "children", "combines": "counts", "decimals": 0},
    _PLAIN | _STATED | {"measure": "rate", "title": "Rate"},
    _PLAIN | _STATED | {"measure": "broken", "title": "Broken series"},
    _PLAIN | _STATED | {"measure": "twice", "title": "Series broken twice"},
    _PLAIN | _STATED | {"measure": "same", "title": "What the document counts, the same"},
    _PLAIN | _STATED | {"measure": "older", "title": "What the document counts, to 25", "ages": "under 25"},
    _PLAIN | _STATED | {"measure": "vague", "title": "What the document counts, no day", "timing": "not stated"},
    _PLAIN | dict.fromkeys(_STATED, "not stated") | {"measure": "hidden", "title": "Defined nowhere"},
]  # fmt: skip
OFFICIAL = [
    ("children", "north", "2030-31", 100), ("children", "north", "2031-32", 123), ("children", "north", "2032-33", 123),
    ("rate", "north", "2031-32", "20.5"), ("rate", "country", "2031-32", "21.5"), ("rate", "region", "2031-32", "20.9"),
    ("broken", "north", "2030-31", "10.0"), ("broken", "north", "2031-32", "15.0"), ("broken", "north", "2032-33", "20.0"),
    ("hidden", "north", "2031-32", "20.5"),
    ("children", "country", "2031-32", 9000), ("twice", "north", "2030-31", 10), ("twice", "north", "2032-33", 20),
]  # fmt: skip
REFERENCE = {
    "official": [
        {"measure": measure, "area": area, "year": year, "value": Decimal(value), "publication": "release"}
        for measure, area, year, value in OFFICIAL
    ],
    "measures": MEASURES,
    "areas": [{"area": "north", "name": "North", "kind": "local authority"},
              {"area": "region", "name": "Region", "kind": "region"}, {"area": "country", "name": "Country", "kind": "country"}],
    "area_members": [], "area_changes": [], "authority_values": [],
    "series_breaks": [{"measure": "broken", "before": "2030-31", "after": "2031-32", "certainty": "confirmed",
                       "reason": "children at home are counted since"},
                      {"measure": "twice", "before": "2030-31", "after": "2031-32", "certainty": "confirmed", "reason": "one"},
                      {"measure": "twice", "before": "2031-32", "after": "2032-33", "certainty": "confirmed", "reason": "two"}],
    "publications": [{"publication": "release", "title": "Release", "published": "2033"}],
}  # fmt: skip
REFERENCE_COLUMNS = {
    "official": "measure area year numerator denominator value status publication",
    "measures": "measure title unit decimals combines numerator denominator ages timing gross_or_net boundary",
    "areas": "area name kind lies_in valid_from valid_to",
    "area_members": "group member",
    "area_changes": "old new same_territory",
    "series_breaks": "measure area before after certainty reason",
    "publications": "publication title published",
    "authority_values": "measure area year value publication",
}


def framed(columns: Sequence[str], rows: Sequence[Mapping]) -> pd.DataFrame:
    """Rows as they are read: objects, none where nothing is given, labelled by the lines of their file."""
    filled = [[row.get(name) for name in columns] for row in rows]
    return pd.DataFrame(filled, columns=list(columns), index=range(2, len(rows) + 2), dtype=object)


SMALL_REFERENCE = Reference(
    MappingProxyType({name: framed(columns.split(), REFERENCE[name]) for name, columns in REFERENCE_COLUMNS.items()}),
    {
        "official": TableSchema(
            "official", "Official", "", ("measure",), (Column("measure", "id", "M"), Column("value", "number", "V"))
        )
    },
    {},
)


def of_month(value) -> dict:
    """A month as it is reported: two counts, or a percentage, or nothing."""
    if isinstance(value, tuple):
        return dict(zip(("numerator", "denominator"), map(Decimal, value), strict=True))
    return {"value": None if value is None else Decimal(value)}


def year(facts: Sequence[Mapping] = (), months: Sequence = (), rows: Sequence[Mapping] = (), **kpi) -> YearData:
    """An invented year with these facts, months of KPI A, and claims."""
    known = {
        "kpi": "A",
        "unit": "per cent",
        "polarity": "higher is better",
        "target": Decimal(90),
        "tolerance": Decimal(80),
        "period_kind": "month",
    }
    values = [{"kpi": "A", "period": f"2031-{month:02}"} | of_month(value) for month, value in enumerate(months, 4)]
    tables = {"facts": facts, "kpis": [known | kpi], "kpi_values": values, "claims": rows}
    return YearData(
        year=ContractYear("2031-32"),
        starts=date(2031, 4, 1),
        ends=date(2032, 3, 31),
        contract={"councils": [{"area": "north"}]},
        tables=MappingProxyType({name: framed(SCHEMAS[name].names, rows) for name, rows in tables.items()}),
        schemas=SCHEMAS,
        commentary={},
        package={"documents": [{"id": "report", "date": "2032-08"}, {"id": "cover", "date": date(2032, 9, 7)}]},
        reference=SMALL_REFERENCE,
    )


MISSING = None
DATE = re.compile(r"\d{4}(-\d\d){0,2}")


def entered(operands: Sequence) -> tuple[list[dict], str]:
    """Operands as rows of the table of facts, and the names by which a claim takes them."""
    facts, names = [], []
    for number, operand in enumerate(operands):
        fact, column, sign = {"fact": f"f{number}", "what": "the ledger"}, "value", ""
        if isinstance(operand, str) and re.match(r"[a-z]+:\w", operand):
            names.append(operand)
            continue
        if isinstance(operand, tuple):  # amount and unit; a minus sign where it is subtracted
            amount, fact["unit"], *minus = operand
            fact["value"], sign = Decimal(amount), "".join(minus)
        elif isinstance(operand, dict):  # a dated figure
            names.append(f"point:facts/f{number}/date/value")
            facts.append(fact | operand)
            continue
        elif isinstance(operand, bool):
            column = "ok"
        elif isinstance(operand, str):
            column = "date" if DATE.fullmatch(operand) else "says"
        if not isinstance(operand, tuple):
            fact[column] = operand
        facts.append(fact)
        names.append(f"{sign}facts/f{number}/{column}")
    return facts, "; ".join(names)


NO_CLAIM = dict.fromkeys(SCHEMAS["claims"].names)


def claimed(check: str, against: str | None, given: Mapping) -> dict:
    numbers = {name: Decimal(given[name]) for name in ("value", "precision") if given.get(name) is not None}
    return NO_CLAIM | {"check": check, "against": against} | dict(given) | numbers


def found(
    check: str, operands: Sequence, months: Sequence = (), kpi: Mapping = MappingProxyType({}), **given
) -> claims.Finding:
    """What a check finds of a claim on an invented year."""
    facts, against = entered(operands)
    return claims.finding(year(facts, months, **kpi), claimed(check, against, given))


def whole(value, unit="children", precision=1) -> dict:
    return {"value": value, "unit": unit, "precision": precision}


def test_the_line_of_a_claim_is_the_line_of_a_forecast():
    # 1,000 to 1,200 in a leap year and 365 days on: 1,200 + 200 x 365 / 366; by months it would be 1,400
    points = [{"date": "2023-03-31", "value": Decimal(1000)}, {"date": "2024-03-31", "value": Decimal(1200)}]
    claimed = found("trend", [*points, "2025-03-31"], **whole(1399))
    said = {"contract_year": "2023-24", "measure": "children"}
    counts = said | {
        "start": "2023-03-31",
        "end": "2024-03-31",
        "value_start": 1000,
        "value_end": 1200,
        "status": "actual",
    }
    made = forecast._of_printed(pd.DataFrame([counts], dtype=object), said | {"end": "2025-03-31"}, "2024-25", 1)
    [line] = [one.value for one in made if one.method == forecast.LINE]
    assert (claimed.verdict, round(claimed.recomputed, 6)) == (AGREES, line)


NORTH, COUNTRY, REGION = (f"official:rate/{area}/2031-32" for area in ("north", "country", "region"))
BEFORE, NOW, AFTER = (f"official:children/north/{label}" for label in ("2030-31", "2031-32", "2032-33"))
NOT_PUBLISHED = "official:rate/north/2029-30"
SAME = {"definition": "same"}
LINE = [{"date": "2020-03-31", "value": Decimal(100)}, {"date": "2021-03-31", "value": Decimal(110)}]
LEVEL = [{"date": "2020-03-31", "value": Decimal(100)}, {"date": "2021-03-31", "value": Decimal(100)}]

CASES = [
    # check, evidence, claim, verdict
    ("total", [("1.5", "£m"), ("250", "£000")], whole("1.75", "£m", "0.01"), AGREES),
    ("total", [("9", "children"), ("2", "children", "-")], whole(7), AGREES),
    ("total", [("5", "£000"), ("5", "£000")], whole(11, "£000"), ROUNDING),
    ("total", [("5", "£000"), ("5", "£000")], whole(12, "£000"), DISAGREES),
    ("total", [("5", "children"), ("5", "children")], whole(11), DISAGREES),  # things counted are not rounded
    ("total", [("1.1", "£m")] * 3, whole("3.4", "£m", "0.1"), ROUNDING),
    ("total", [("1.1", "£m")] * 3, whole("3.6", "£m", "0.1"), DISAGREES),
    ("total", [("5", ""), ("6", "")], {"value": 11, "precision": 1}, AGREES),
    ("total", [("5", "children"), MISSING], whole(5), CANNOT),
    ("no total", [MISSING], {}, AGREES),
    ("no total", [("5", "children")], {}, DISAGREES),
    ("percentage", [("29", ""), ("37", "")], whole("78.4", "per cent", "0.1"), AGREES),
    ("percentage", [("29", ""), ("37", "")], whole("78.3", "per cent", "0.1"), DISAGREES),
    ("percentage", [("500", "£000"), ("2", "£m")], whole(25, "per cent"), AGREES),
    ("percentage", [("78001", ""), ("100000", "")], whole(79, "per cent"), DISAGREES),
    ("percentage", [("29", ""), MISSING], whole(78, "per cent"), CANNOT),
    ("percentage", [("29", ""), ("0", "")], whole(78, "per cent"), CANNOT),
    ("percentage change", [("200", ""), ("217", "")], whole("8.5", "per cent", "0.1"), AGREES),
    ("percentage change", [("217", ""), ("200", "")], whole("8.5", "per cent", "0.1"), DISAGREES),
    ("percentage change", [("2", "£m"), ("2170", "£000")], whole("8.5", "per cent", "0.1"), AGREES),
    ("percentage change", [MISSING, ("217", "")], whole("8.5", "per cent", "0.1"), CANNOT),
    ("percentage change", [("0", ""), ("217", "")], whole("8.5", "per cent", "0.1"), CANNOT),
    ("implied whole", [("44", ""), ("100", "")], whole(44, "per cent"), AGREES),
    ("implied whole", [("44", ""), ("101", "")], whole(44, "per cent"), AGREES),  # 43.6 is printed as 44
    ("implied whole", [("44", ""), ("120", "")], whole(44, "per cent"), DISAGREES),
    ("implied whole", [("440", ""), ("1011", "")], whole(44, "per cent"), AGREES),  # 43.5 is printed as 44
    ("implied whole", [("1", "£m"), ("4000", "£000")], whole(25, "per cent"), AGREES),
    ("implied whole", [("44", ""), MISSING], whole(44, "per cent"), CANNOT),
    ("implied whole", [MISSING, ("100", "")], whole(44, "per cent"), CANNOT),
    ("more than half", [("6", ""), ("11", "")], {}, AGREES),
    ("more than half", [("5", ""), ("10", "")], {}, DISAGREES),
    ("more than half", [("1", "£m"), ("1500", "£000")], {}, AGREES),
    ("more than half", [MISSING, ("10", "")], {}, CANNOT),
    ("almost", ["2033-03-15", "2031-04-01"], whole(2, "years"), AGREES),
    ("almost", ["2033-04-01", "2031-04-01"], whole(2, "years"), DISAGREES),  # reached
    ("almost", ["2032-04-01", "2031-04-01"], whole(2, "years"), DISAGREES),  # not near
    ("almost", ["2031-12", "2031-04"], whole(8, "months"), DISAGREES),
    ("almost", [("996", "children")], whole(1000, "children", 100), AGREES),
    ("almost", [("0.996", "£m")], whole(1000, "£000", 100), AGREES),
    ("almost", [("996.44", "hours")], whole(1000, "hours", 100), AGREES),
    ("almost", [MISSING, "2031-04-01"], whole(2, "years"), CANNOT),
    ("trend", [*LINE, "2022-03-31"], whole(120), AGREES),
    ("trend", [*LINE, "2022-03-31"], whole(125), DISAGREES),
    ("trend", [*LEVEL, BEFORE, NOW, "2033-03-31"], whole(146), AGREES),  # through the official figures
    ("trend", [*LEVEL, BEFORE, NOW, "2033-03-31"], whole(100), AGREES),  # through the printed ones
    ("trend", [*LINE, MISSING, "2022-03-31"], whole(120), CANNOT),
    ("trend", [*LINE, MISSING], whole(120), CANNOT),
    ("trend", [LINE[0], MISSING, "2022-03-31"], whole(120), CANNOT),
    ("trend", [LINE[0], LINE[0], "2022-03-31"], whole(120), CANNOT),
    ("days between", ["2031-05-01", "2031-04-01"], whole(30, "days"), AGREES),
    ("days between", ["2031-05-01", "2031-04-01"], whole(31, "days"), DISAGREES),
    ("days between", ["2031-05-01", MISSING], whole(31, "days"), CANNOT),
    ("months between", ["2031-12-01", "2031-04-01"], whole(8, "months"), AGREES),
    ("months between", ["2031-12-01", "2031-04-02"], whole(8, "months"), DISAGREES),
    ("months between", ["2031-12", "2031-04-02"], whole(8, "months"), AGREES),  # known to the month
    ("months between", [MISSING, "2031-04-02"], whole(8, "months"), CANNOT),
    ("years between", ["2033-04-01", "2031-04-01"], whole(2, "years"), AGREES),
    ("years between", ["2033-03-31", "2031-04-01"], whole(2, "years"), DISAGREES),
    ("years between", ["2033", "2031-04-01"], whole(2, "years"), AGREES),
    ("years between", [MISSING, "2031-04-01"], whole(2, "years"), CANNOT),
    ("before", ["2031-04-01", "2031-04-02"], {}, AGREES),
    ("before", ["2031-12", "2032"], {}, AGREES),
    ("before", ["2031-04-01", "2031-04-01"], {}, DISAGREES),
    ("before", ["2033-12", "2033-01"], {}, DISAGREES),
    ("before", ["2031-04-15", "2031-04"], {}, CANNOT),  # a day of the month, and no telling which came first
    ("before", [MISSING, "2031-04"], {}, CANNOT),
    ("inside", ["2031-04-01", "contract:starts", "contract:ends"], {}, AGREES),
    ("inside", ["2032-03", "contract:starts", "contract:ends"], {}, AGREES),
    ("inside", ["2031-03-31", "contract:starts", "contract:ends"], {}, DISAGREES),
    ("inside", ["2032", "contract:starts", "contract:ends"], {}, DISAGREES),
    ("inside", ["2032", "contract:starts", MISSING], {}, CANNOT),
    ("same date", ["2031-04-01", "2031-04-01"], {}, AGREES),
    ("same date", ["2031-04", "2031-04"], {}, AGREES),
    ("same date", ["2031-04", "2031-04-01"], {}, AGREES),
    ("same date", ["2031-04", "2031-04-30"], {}, AGREES),
    ("same date", ["2031", "2031-12"], {}, AGREES),
    ("same date", ["2031-04-01", "2031-04-02"], {}, DISAGREES),
    ("same date", ["2031-04", "2031-05-01"], {}, DISAGREES),
    ("same date", ["2031-04-01", "2031-05"], {}, DISAGREES),
    ("same date", ["2031-04", "2032"], {}, DISAGREES),
    ("same date", ["2031-04-01", "2031-04"], {}, CANNOT),  # the evidence is coarser than the document
    ("same date", ["2031-04-30", "2031-04"], {}, CANNOT),
    ("same date", ["2031-04-15", "2031"], {}, CANNOT),
    ("same date", ["2031-01", "2031"], {}, CANNOT),
    ("same date", ["2031-12", "2031"], {}, CANNOT),
    ("same date", ["2031-04", MISSING], {}, CANNOT),
    ("same words", ["Not agreed.", "not  agreed"], {"printed": "Not agreed"}, AGREES),
    ("same words", ["Not agreed.", "agreed"], {"printed": "Not agreed"}, DISAGREES),
    ("same words", [MISSING], {"printed": "Not agreed"}, CANNOT),
    ("alike", ["Not agreed.", "not agreed"], {}, AGREES),
    ("alike", ["Not agreed.", "agreed"], {"printed": "agreed"}, DISAGREES),
    ("alike", ["Not agreed.", MISSING], {}, CANNOT),
    ("no words repeated", [], {"printed": "The council and the council's trust"}, AGREES),
    ("no words repeated", [], {"printed": "Plans for for homes"}, AGREES),  # a single word may stand twice
    ("no words repeated", [], {"printed": "Plans for homes, for homes"}, DISAGREES),
    ("no words repeated", [], {"printed": "Plans for homes, for homes too"}, DISAGREES),
    ("no words repeated", [], {"printed": "One two three. One two three four"}, DISAGREES),
    ("yes", [True, True], {}, AGREES),
    ("yes", [True, False], {}, DISAGREES),
    ("yes", [False], {}, DISAGREES),
    ("yes", [True, MISSING], {}, CANNOT),
    ("official figure", [NORTH], whole("20.5", "per cent", "0.1") | SAME, AGREES),
    ("official figure", [NORTH], whole(21, "per cent") | SAME, AGREES),  # as the document rounds it
    ("official figure", [NORTH], whole("20.6", "per cent", "0.1") | SAME, DISAGREES),
    ("official figure", [NOT_PUBLISHED], whole("20.5", "per cent", "0.1") | SAME, CANNOT),
    ("official figure", ["official:rate/own/2031-32"], whole("20.5", "per cent", "0.1") | SAME, AGREES),
    ("official rise", [BEFORE, NOW], SAME, AGREES),
    ("official rise", [NOW, BEFORE], SAME, DISAGREES),
    ("official rise", [NOW, AFTER], SAME, DISAGREES),  # no change is no rise
    ("official rise", [NOT_PUBLISHED, NOW], SAME, CANNOT),
    ("official fall", [NOW, BEFORE], SAME, AGREES),
    ("official fall", [BEFORE, NOW], SAME, DISAGREES),
    ("official fall", [NOW, AFTER], SAME, DISAGREES),
    ("official fall", [NOT_PUBLISHED, NOW], SAME, CANNOT),
    ("above official", [COUNTRY, NORTH], SAME, AGREES),
    ("above official", [NORTH, COUNTRY], SAME, DISAGREES),
    ("above official", [NORTH, NORTH], SAME, DISAGREES),
    ("above official", [NORTH, NOT_PUBLISHED], SAME, CANNOT),
    ("below official", [NORTH, COUNTRY], SAME, AGREES),
    ("below official", [COUNTRY, NORTH], SAME, DISAGREES),
    ("below official", [NORTH, NORTH], SAME, DISAGREES),
    ("below official", [NORTH, NOT_PUBLISHED], SAME, CANNOT),
    ("at official", [NORTH, REGION], SAME, AGREES),  # 20.5 and 20.9
    ("at official", [NORTH, COUNTRY], SAME, DISAGREES),
    ("at official", [NOT_PUBLISHED, COUNTRY], SAME, CANNOT),
    ("expectation", [], {}, CANNOT),
    ("expectation", [MISSING], {}, CANNOT),
    ("expectation", [("5", "children")], {}, CANNOT),  # what came proves nothing of what could be known
]  # fmt: skip


def named(value: object) -> str | None:
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(("check", "operands", "claim", "verdict"), CASES, ids=named)
def test_what_a_check_finds(check, operands, claim, verdict):
    finding = found(check, operands, **claim)
    assert finding.verdict == verdict
    assert finding.because.endswith(".")
    if verdict == CANNOT and any(operand is MISSING for operand in operands) and check != "expectation":
        assert "Not at hand: the ledger." in finding.because
        assert {cell.row for cell in finding.cells} <= {number + 2 for number in range(len(operands))}


KPI_CASES = [
    # check, months, what is known of the KPI, value, verdict
    ("months at target", [90, 89, "90.1"], {}, 2, AGREES),
    ("months at target", [90, 89, "90.1"], {}, 3, DISAGREES),
    ("months at target", [90, 95], {"polarity": "lower is better", "tolerance": None}, 1, AGREES),
    ("months at target", [], {}, 2, CANNOT),
    ("months at target", [90], {"target": None}, 1, CANNOT),
    ("months at target", [90], {"polarity": "not stated"}, 1, CANNOT),
    ("months at target", [90], {"target": None, "polarity": "not stated"}, 1, CANNOT),
    ("months off target", [90, 85, 70], {}, 2, AGREES),
    ("months off target", [90, 85, 70], {}, 1, DISAGREES),
    ("months off target", [90, 85, 70], {"tolerance": None}, 2, AGREES),
    ("months off target", [90], {"polarity": "not stated"}, 1, CANNOT),
    ("always at target", [90, 91], {}, None, AGREES),
    ("always at target", [90, "89.9"], {}, None, DISAGREES),
    ("always at target", [90, 91], {"polarity": "not stated"}, None, CANNOT),
    ("never at target", [89, 70], {}, None, AGREES),
    ("never at target", [89, 90], {}, None, DISAGREES),
    ("never at target", [89, 70], {"polarity": "not stated"}, None, CANNOT),
    ("always within tolerance", [95, 80], {}, None, AGREES),
    ("always within tolerance", [95, "79.9"], {}, None, DISAGREES),
    ("always within tolerance", [95, 80], {"tolerance": None}, None, CANNOT),
    ("always at least", [85, 97], {}, 85, AGREES),
    ("always at least", [85, 97], {}, 86, DISAGREES),
    ("always at least", [85, 97], {"target": None, "polarity": "not stated"}, 85, AGREES),
    ("always at least", [None, None], {}, 86, CANNOT),
    ("year end at target", [50, 90], {}, None, AGREES),
    ("year end at target", [90, 50], {}, None, DISAGREES),
    ("year end at target", [90, 50], {"target": None}, None, CANNOT),
    ("improved", [50, 90, 51], {"target": None}, None, AGREES),
    ("improved", [50, 90, 50], {}, None, DISAGREES),
    ("improved", [50, 40], {"polarity": "lower is better", "tolerance": None}, None, AGREES),
    ("improved", [50, 40], {"polarity": "not stated"}, None, CANNOT),
    ("worsened", [50, 90, 49], {}, None, AGREES),
    ("worsened", [50, 51], {}, None, DISAGREES),
    ("worsened", [50, 51], {"polarity": "not stated"}, None, CANNOT),
]  # fmt: skip


@pytest.mark.parametrize(("check", "months", "kpi", "value", "verdict"), KPI_CASES, ids=named)
def test_what_a_check_finds_in_the_months_of_a_kpi(check, months, kpi, value, verdict):
    finding = found(check, ["kpi:A"], months, kpi, value=value, precision=None if value is None else 1)
    assert finding.verdict == verdict
    assert ("Not at hand: " in finding.because) == (verdict == CANNOT)


def test_every_check_says_what_is_kept_of_it():
    """Each case with its sentence, figures and cells; what is to change there is read line by line before it is kept."""
    findings = [found(check, operands, **claim) for check, operands, claim, _ in CASES]
    findings += [
        found(check, ["kpi:A"], months, kpi, value=value, precision=None if value is None else 1)
        for check, months, kpi, value, _ in KPI_CASES
    ]
    checks = [case[0] for case in (*CASES, *KPI_CASES)]
    said = [
        f"{check} | {finding.verdict} | {finding.because} | {_number(finding.recomputed)} within {_number(finding.allowance)} | "
        + " ".join(f"{cell.table}:{cell.row}:{cell.column}" for cell in finding.cells)
        for check, finding in zip(checks, findings, strict=True)
    ]
    assert said == KEPT.read_text("utf-8").splitlines()


def _number(number: Decimal | None) -> str:
    return "nothing" if number is None else f"{number:.6f}"


def test_every_check_is_seen_to_agree_to_disagree_and_to_be_unable():
    seen = {(case[0], case[-1]) for case in (*CASES, *KPI_CASES)}
    wanted = {(check, verdict) for check in CHECKS for verdict in (AGREES, DISAGREES, CANNOT)}
    # an expectation is never judged; printed words are always at hand; that a part is missing is what no total says
    assert wanted - seen == {
        ("expectation", AGREES), ("expectation", DISAGREES), ("no words repeated", CANNOT), ("no total", CANNOT),
    }  # fmt: skip


def test_every_check_says_what_it_holds():
    for name, check in CHECKS.items():
        assert re.fullmatch(r"[A-Z].*\.", (check.gives.__doc__ or "").split("\n")[0]), name


def test_all_that_is_not_at_hand_is_named():
    facts = [{"fact": "a", "what": "the ledger"}, {"fact": "b", "what": "the register"}]
    claim = claimed("total", "facts/a/value; facts/b/value", whole(5))
    assert claims.finding(year(facts), claim).because == "Not at hand: the ledger; the register."


@pytest.mark.parametrize(
    ("check", "operands", "said"),
    [
        ("percentage", ["2031"], "the check percentage takes 2 only pieces of evidence, not 1"),
        ("almost", ["2031"] * 3, "the check almost takes 1 to 2 pieces of evidence, not 3"),
        ("trend", ["2031"], "the check trend takes 3 or more pieces of evidence, not 1"),
    ],
)
def test_a_check_says_how_much_evidence_it_takes(check, operands, said):
    with pytest.raises(ValueError, match=f"^{said}$"):
        found(check, operands, **whole(5))


def test_what_says_yes_and_what_says_no_is_named():
    finding = found("yes", [True, False])
    assert finding.because == "facts, f0, listed: yes; facts, f1, listed: no."
    assert finding.cells == (Cell("facts", 2, "ok"), Cell("facts", 3, "ok"))


def test_evidence_coarser_than_the_date_of_the_document_is_said():
    assert "not known as closely as the document has it" in found("same date", ["2031-04-01", "2031-04"]).because
    assert "not known as closely" not in found("same date", ["2031-04", "2031-04-01"]).because


@pytest.mark.parametrize(
    ("start", "value", "said"),
    [("2032-04-01", 3, "gives 1 year, 2 years from"), ("2033-04-01", 3, "gives 2 years, 1 year from"),
     ("2031-04-01", 3, "gives 0 years, 3 years from")],
)  # fmt: skip
def test_one_of_a_unit_is_said_in_the_singular(start, value, said):
    assert said in found("years between", [start, "2031-04-01"], **whole(value, "years")).because


# Totals


@pytest.mark.parametrize(
    ("values", "verdict", "missing"),
    [((1, None, 2), AGREES, [3]), ((None, None, 2), AGREES, [2, 3]), ((1, 1, 2), DISAGREES, [2, 3, 4])],
)
def test_no_total_can_be_given_where_a_part_is_empty(values, verdict, missing):
    facts = [{"fact": f"f{number}", "value": value and Decimal(value)} for number, value in enumerate(values)]
    finding = claims.finding(year(facts), claimed("no total", "sum:value:facts", {}))
    assert finding.verdict == verdict
    assert finding.cells == tuple(Cell("facts", row, "value") for row in missing)
    assert (finding.because == "Not at hand: a part of figure. No total can be given.") == (verdict == AGREES)


@pytest.mark.parametrize(
    ("part", "unit", "printed", "claim_unit", "precision", "verdict"),
    [
        ("5.692", "£m", "5692", "£000", 1, AGREES),
        ("5692", "£000", "5.692", "£m", "0.001", AGREES),
        ("5692000", "£", "5.69", "£m", "0.01", AGREES),
        ("5.692", "£m", "5692000", "£", 1, AGREES),
        ("5.692", "£m", "5692400", "£", 1, ROUNDING),  # half a thousand
        ("5.692", "£m", "5692600", "£", 1, DISAGREES),
        ("5692", "£000", "5692600", "£", 1, DISAGREES),
        ("5.692", "£m", "5.692", "£000", "0.001", DISAGREES),
        ("5.692", "children", "5.692", "£m", "0.001", AGREES),  # only money is converted
        ("500", "£", "500", "£000", 1, DISAGREES),
    ],
)
def test_money_is_converted_between_pounds_thousands_and_millions(part, unit, printed, claim_unit, precision, verdict):
    assert found("total", [(part, unit)], **whole(printed, claim_unit, precision)).verdict == verdict


@pytest.mark.parametrize(
    ("parts", "allowance"),
    [
        ([("1", "£000")] * 6, 3), ([("1.5", "£m"), ("1", "£m")], "0.55"), ([("3", "children")], 0),
        ([("3.5", "per cent"), ("2", "children")], "0.05"),
    ],
)  # fmt: skip
def test_the_allowance_is_half_a_unit_of_the_last_place_of_each_rounded_part(parts, allowance):
    unit = parts[0][1]
    finding = found("total", parts, **whole(1, unit, "0.01"))
    assert finding.allowance == Decimal(allowance)


def test_a_round_figure_is_held_to_the_place_it_is_printed_to():
    assert found("total", [("1184", "children")], **whole(1200, precision=100)).verdict == AGREES
    assert found("total", [("1184", "children")], **whole(1200, precision=10)).verdict == DISAGREES


PARTS = st.lists(st.decimals(0, 1000, places=2), min_size=1, max_size=6)


def money(parts: Sequence[Decimal]) -> list[tuple[Decimal, str]]:
    return [(part, "£m") for part in parts]


@given(PARTS, st.decimals(-1, 1, places=3))
def test_a_total_within_its_allowance_never_disagrees_and_one_beyond_never_agrees(parts, off):
    printed = sum(parts) + off
    finding = found("total", money(parts), **whole(printed, "£m", "0.001"))
    assert finding.allowance == len(parts) * Decimal("0.005")
    assert (finding.verdict == DISAGREES) == (abs(off) > finding.allowance)
    assert (finding.verdict == AGREES) == (off == 0)


@given(PARTS, st.decimals(0, 1000, places=2), st.integers(0, 5), st.integers(1, 10_000))
def test_adding_the_same_to_a_total_and_to_one_of_its_parts_keeps_the_verdict(parts, printed, which, more):
    at = which % len(parts)
    added = [part + more * (number == at) for number, part in enumerate(parts)]
    verdicts = {
        found("total", money(held), **whole(value, "£m", "0.01")).verdict
        for held, value in ((parts, printed), (added, printed + more))
    }
    assert len(verdicts) == 1


ANYTHING = st.sampled_from([
    ("5", "£m"), ("0", ""), ("-3.25", "children"), ("7", "£", "-"), "2031", "2031-04", "2032-03-31", "words", "2031-13", True,
    False, MISSING, NORTH, COUNTRY, BEFORE, NOW, NOT_PUBLISHED, "official:hidden/north/2031-32", "contract:starts", "kpi:A",
    LINE[0], LINE[1],
])  # fmt: skip


@given(
    st.sampled_from(sorted(CHECKS)),
    st.lists(ANYTHING, max_size=4),
    st.sampled_from([None, "0", "5", "78.4", "-1"]),
    st.sampled_from([None, "0", "0.1", "1", "100"]),
    st.sampled_from([None, "words"]),
    st.sampled_from([None, "same", "older", "hidden"]),
    st.sampled_from([(), (90, 91), (None,)]),
)
def test_a_claim_ends_in_one_of_five_verdicts_or_is_a_fault(
    check, operands, value, precision, printed, definition, months
):
    given_ = {"value": value, "precision": precision, "unit": "£m", "printed": printed, "definition": definition}
    try:
        finding = found(check, operands, months, **given_)
    except (LookupError, ValueError):
        return
    assert finding.verdict in VERDICTS
    assert finding.because and finding.because.endswith(".")


# Definitions


@pytest.mark.parametrize(
    ("definition", "operands", "verdict", "because"),
    [
        ("same", [NORTH], AGREES, "give 20.5%"),
        ("rate", [NORTH], AGREES, "give 20.5%"),
        ("older", [NORTH], BY_DEFINITION, "the definitions differ: ages: under 25 against under 18"),
        ("vague", [NORTH], BY_DEFINITION, "the definitions differ: period or day: not stated against 31 March"),
        ("hidden", ["official:hidden/north/2031-32"], BY_DEFINITION, "the definition is not stated in full"),
        (None, [NORTH], CANNOT, "Not at hand: the definition of the document's figure, which it does not state."),
    ],
)
@pytest.mark.parametrize("value", ["20.5", "99.9"])
def test_an_official_figure_decides_only_where_the_document_states_that_definition(
    definition, operands, verdict, because, value
):
    finding = found("official figure", operands, definition=definition, **whole(value, "per cent", "0.1"))
    assert finding.verdict == (DISAGREES if verdict == AGREES and value == "99.9" else verdict)
    assert because in finding.because
    assert "20.5%" in finding.because  # what it shows is said in any case
    assert finding.recomputed == Decimal("20.5")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [("2030-31", "2031-32", BY_DEFINITION), ("2030-31", "2032-33", BY_DEFINITION), ("2031-32", "2032-33", AGREES)],
)
def test_a_break_in_the_series_between_two_years_leaves_a_rise_undecided(before, after, verdict):
    operands = [f"official:broken/north/{label}" for label in (before, after)]
    finding = found("official rise", operands, **SAME)
    assert finding.verdict == verdict
    assert ("children at home are counted since" in finding.because) == (verdict == BY_DEFINITION)


@pytest.mark.parametrize("check", sorted(name for name, check in CHECKS.items() if check.statistics))
def test_without_a_definition_no_official_figure_decides_and_no_entered_cell_is_what_is_missing(check):
    operands = [BEFORE, NOW][: CHECKS[check].least]
    finding = found(check, operands, **whole(100))
    assert (finding.verdict, finding.cells) == (CANNOT, ())
    assert "100 children for North in 2030-31" in finding.because  # what official statistics give is said all the same
    defined = found(check, operands, **whole(100), **SAME)
    assert defined.verdict in {AGREES, DISAGREES} and len(defined.cells) == len(operands)


def test_evidence_that_is_not_at_hand_is_said_before_the_definition_that_is_not():
    finding = found("official figure", [NOT_PUBLISHED], **whole("20.5", "per cent", "0.1"))
    assert finding.verdict == CANNOT and "Rate, 2029-30" in finding.because and "definition" not in finding.because


@pytest.mark.parametrize("part", sorted(_STATED))
def test_a_definition_that_differs_in_one_part_alone_leaves_it_undecided(part):
    measures = framed(REFERENCE_COLUMNS["measures"].split(), MEASURES)
    measures.loc[measures["measure"] == "same", part] = "other"
    data = year()
    reference = {**data.reference.tables, "measures": measures}
    data = replace(data, reference=replace(data.reference, tables=MappingProxyType(reference)))
    claim = claimed("official figure", NORTH, whole("20.5", "per cent", "0.1") | SAME)
    assert claims.finding(data, claim).verdict == BY_DEFINITION
    assert claims.finding(data, claim | {"definition": "rate"}).verdict == AGREES


@pytest.mark.parametrize("turn", [1, -1])
def test_a_break_in_either_of_two_series_leaves_a_comparison_over_years_undecided(turn):
    finding = found("above official", ["official:broken/north/2030-31", NORTH][::turn], **SAME)
    assert finding.verdict == BY_DEFINITION and "the series breaks between the years" in finding.because
    of_one_year = found("above official", ["official:broken/north/2031-32", NORTH], **SAME)
    assert of_one_year.verdict == DISAGREES and "(Broken series; Rate)" in of_one_year.because


def test_two_official_figures_must_both_be_what_the_document_counts():
    finding = found("above official", [NORTH, "official:hidden/north/2031-32"], **SAME)
    assert finding.verdict == BY_DEFINITION


# Words of comparison for commentary


COMPARED_FACTS = [
    {"fact": "heads", "value": Decimal(12), "unit": "children"}, {"fact": "more", "value": Decimal("12.4"), "unit": "children"},
    {"fact": "money", "value": Decimal(12), "unit": "£m"}, {"fact": "unknown", "what": "the full register"},
    {"fact": "words", "says": "It was late."}, {"fact": "bare", "value": Decimal(9)},
]  # fmt: skip
HEADS, MORE = "facts/heads/value", "facts/more/value"


@pytest.mark.parametrize(
    ("kind", "names", "word"),
    [
        ("level", f"{HEADS}; {MORE}", "below"), ("level", f"{MORE}; {HEADS}", "above"), ("level", f"{HEADS}; {HEADS}", "level with"),
        ("change", f"{HEADS}; {MORE}", "rose"), ("change", f"{MORE}; {HEADS}", "fell"),
        ("change", f"{HEADS}; {HEADS}", "did not change"),
        ("level", f"{NORTH}; {COUNTRY}", "below"), ("level", f"{COUNTRY}; {NORTH}", "above"), ("change", f"{BEFORE}; {NOW}", "rose"),
        ("change", f"{NOW}; {AFTER}", "did not change"),
        ("change", "official:broken/north/2031-32; official:broken/north/2032-33", "rose"),
    ],
)  # fmt: skip
def test_the_word_for_how_two_figures_stand(kind, names, word):
    assert claims.compared(year(COMPARED_FACTS), kind, names) == word


ONE_ALONE = "only one of the two is an official figure, and the other states no definition$"
TWO_AREAS = "they are of different areas, and only rates and shares of one year are set side by side$"


@pytest.mark.parametrize(
    ("kind", "names", "reason"),
    [
        ("level", f"{HEADS}; facts/money/value", "they are in different units: children and £m$"),
        ("level", f"{HEADS}; facts/bare/value", "they are in different units: children and none$"),
        ("change", f"facts/bare/value; {HEADS}", "they are in different units: none and children$"),
        ("level", f"{HEADS}; facts/unknown/value", "not at hand: the full register$"),
        ("level", f"{NORTH}; {NOT_PUBLISHED}", "not at hand: Rate, 2029-30"),
        ("level", f"facts/unknown/value; {NOT_PUBLISHED}", "not at hand: the full register; Rate, 2029-30: no figure is published$"),
        ("level", f"{NOW}; {HEADS}", ONE_ALONE),
        ("change", f"{HEADS}; {NOW}", ONE_ALONE),
        ("level", f"{NOW}; official:children/country/2031-32", TWO_AREAS),  # so many in one, so many in the other
        ("change", f"{NORTH}; {COUNTRY}", TWO_AREAS),  # neither became the other
        ("change", "official:twice/north/2030-31; official:twice/north/2032-33", "the series breaks between the years: one; two$"),
        ("level", f"{NORTH}; official:hidden/north/2031-32", "the definitions differ: "),
        ("level", "official:hidden/north/2031-32; official:hidden/north/2031-32", "the definition is not stated in full"),
        ("change", "official:broken/north/2030-31; official:broken/north/2031-32", "the series breaks between the years"),
    ],
)  # fmt: skip
def test_figures_that_may_not_be_compared_are_refused_with_the_reason(kind, names, reason):
    with pytest.raises(NotComparable, match=f"^{reason}"):
        claims.compared(year(COMPARED_FACTS, [(9, 10)]), kind, names)


def test_figures_of_two_tables_are_refused_though_their_units_are_one():
    facts = [{"fact": "bare", "value": Decimal(9)}, {"fact": "other", "value": Decimal(8)}]
    data = year(facts, [(9, 10)])
    assert claims.compared(data, "level", "facts/bare/value; facts/other/value") == "above"
    for names in ("facts/bare/value; count:kpis", "sum:value:facts; count:kpi_values"):
        with pytest.raises(
            NotComparable, match="^they stand in different tables, and nothing says that both count the same$"
        ):
            claims.compared(data, "level", names)


@pytest.mark.parametrize(
    ("kind", "names", "told"),
    [
        ("level", HEADS, "not 1"), ("change", f"{HEADS}; {MORE}; {HEADS}", "not 3"), ("level", "", "not 0"),
        ("target", f"{HEADS}; {MORE}", "not 2"), ("target", "kpi:A; kpi:A", "not 2"), ("target", HEADS, "^a target is of a KPI: write kpi: and its name$"),
        ("target", "kpi:Z", "0 rows with the key Z"), ("level", "facts/words/says; facts/words/says", "^only figures are compared$"),
        ("level", f"kpi:A; {HEADS}", "only figures are compared"), ("change", f"{HEADS}; facts/none/value", "0 rows with the key none"),
    ],
)  # fmt: skip
def test_what_is_no_pair_of_figures_and_no_kpi_is_an_error(kind, names, told):
    with pytest.raises(LookupError, match=told):
        claims.compared(year(COMPARED_FACTS, [(9, 10)]), kind, names)


def test_a_kind_of_comparison_that_there_is_not_is_an_error():
    with pytest.raises(ValueError, match="'size' is not a kind of comparison"):
        claims.compared(year(COMPARED_FACTS), "size", f"{HEADS}; {MORE}")


@pytest.mark.parametrize(
    ("months", "kpi", "word"),
    [
        ([(9, 10), (90, 100)], {}, "met"),  # exactly at target
        ([(95, 100), (1, 10)], {}, "missed"),  # 96 of 110 over the year, though the first month is above it
        ([(10, 10), (89, 100)], {}, "met"),  # 99 of 110, though the last month is not
        ([(899999999, 1000000000)], {}, "missed"),  # held against the target unrounded
        ([(95, 100), (1, 10)], {"polarity": "lower is better"}, "met"),
        ([(9, 10)], {"polarity": "lower is better"}, "met"),
        ([(91, 100)], {"polarity": "lower is better"}, "missed"),
        ([(1, 10), (95, 100)], {"period_kind": "snapshot"}, "met"),  # the last day's own
        ([10, "90.0"], {"period_kind": "snapshot"}, "met"),
        ([(9, 10), None], {"tolerance": None}, "met"),  # a month without figures is left out; no tolerance is asked for
    ],
)
def test_a_kpi_met_or_missed_its_target_by_its_value_of_the_year(months, kpi, word):
    assert claims.compared(year((), months, **kpi), "target", "kpi:A") == word


@pytest.mark.parametrize(
    ("months", "kpi", "reason"),
    [
        ([(9, 10)], {"target": None}, "not at hand: the target of the KPI"),
        ([(9, 10)], {"polarity": "not rated"}, "which way is better is not stated"),
        ([(9, 10)], {"polarity": "not stated"}, "which way is better is not stated"),
        ([], {}, "not at hand: monthly values of KPI A"),
        ([None, None], {}, "not at hand: "),
        ([(0, 0)], {}, "not at hand: "),
        ([90, 91], {}, "not at hand: monthly percentages are not averaged"),
        ([(9, 10)], {"period_kind": "not stated"}, "not at hand: not stated what period a value covers"),
    ],
)
def test_a_kpi_without_target_value_or_polarity_is_not_held_against_a_target(months, kpi, reason):
    with pytest.raises(NotComparable, match=reason):
        claims.compared(year((), months, **kpi), "target", "kpi:A")


# Claims of a document


def claim_row(name: str, check: str, against: str, **given) -> dict:
    start = {"claim": name, "says": "It is so.", "basis": "count", "known_on": date(2032, 8, 1), "source": "report:4/1"}
    return start | claimed(check, against, given | {"claim": name}) | {
        key: given.get(key) or value for key, value in start.items() if key != "claim"
    }  # fmt: skip


FACTS = [
    {"fact": "heads", "what": "heads", "value": Decimal(12), "unit": "children"},
    {"fact": "unknown", "what": "the full register"},
    {
        "fact": "came",
        "what": "what came",
        "value": Decimal("1.5"),
        "unit": "£m",
        "date": "2033-01",
        "says": "It was late.",
    },
]


def checked(**claim) -> pd.Series:
    rows = [claim_row(**({"name": "one", "check": "total", "against": "facts/heads/value"} | whole(12) | claim))]
    return claims.claims_checked(year(FACTS, rows=rows)).iloc[0]


@pytest.mark.parametrize(
    ("source", "known_on", "learned"),
    [
        ("report:4/1", date(2032, 8, 31), claims.AT_THE_TIME),  # the report is of August, and August has 31 days
        ("report:4/1", date(2032, 9, 1), claims.LATER),
        ("cover:4/1 report:4/1", date(2032, 9, 7), claims.AT_THE_TIME),
        ("cover:4/1 report:4/1", date(2032, 9, 8), claims.LATER),
    ],
)
def test_evidence_public_after_the_document_was_learned_later(source, known_on, learned):
    row = checked(source=source, known_on=known_on)
    assert row["learned"] == learned
    assert (row["document"], row["section"]) == (source[: source.index(":")], "4")


@pytest.mark.parametrize(
    ("value", "response", "said"),
    [(13, None, claims.NOT_ASKED), (13, "A slip.", "A slip."), (12, None, None), (12, "A slip.", None)],
)
def test_a_response_is_asked_for_only_where_a_document_disagrees(value, response, said):
    assert checked(value=value, response=response)["response"] == said


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (None, None),
        ("facts/came/value", "what came: £1.5m"),
        ("facts/came/date", "what came: January 2033"),
        ("facts/came/says", "what came: It was late."),
        ("facts/unknown/value", "the full register"),
        ("official:children/north/2032-33", "Children, North: 123 children in 2032-33"),
        ("facts/came/value; facts/came/date", "what came: £1.5m; what came: January 2033"),
        ("official:rate/north/2031-32", "Rate, North: 20.5% in 2031-32"),
        ("official:twice/north/2030-31", "Series broken twice, North: 10.0% in 2030-31"),
        ("count:facts", "3"),
        ("contract:starts", "1 April 2031"),
    ],
)
def test_how_an_expectation_turned_out_is_told(later, said):
    assert checked(check="expectation", against=None, later=later)["later"] == said


def test_the_difference_is_the_printed_figure_less_the_recomputed_one():
    row = checked(value=15)
    assert (row["recomputed"], row["difference"], row["allowance"]) == (12, 3, 0)
    none = checked(against="facts/unknown/value")
    assert (none["recomputed"], none["difference"], none["verdict"]) == (None, None, CANNOT)
    assert none["because"] == "Not at hand: the full register."


def test_claims_are_counted_by_verdict_and_by_when_the_evidence_was_known():
    rows = [
        claim_row("one", "total", "facts/heads/value", **whole(12)),
        claim_row("two", "total", "facts/heads/value", **whole(13)),
        claim_row("three", "total", "facts/heads/value", known_on=date(2033, 1, 1), **whole(13)),
        claim_row("four", "official figure", NORTH, definition="older", **whole(20)),
        claim_row("five", "official figure", NORTH, **whole(20)),
    ]
    counts = claims.claim_counts(year(FACTS, rows=rows)).set_index("verdict")
    assert list(counts.index) == [*VERDICTS, "All claims"]
    assert dict(counts["at_the_time"]) == dict(zip(counts.index, (1, 0, 1, 1, 1, 4), strict=True))
    assert dict(counts["learned_later"]) == dict(zip(counts.index, (0, 0, 1, 0, 0, 1), strict=True))


def test_what_was_learned_later_is_how_an_expectation_turned_out_or_what_became_known_then():
    rows = [
        claim_row("known", "total", "facts/heads/value", **whole(12)),
        claim_row("learned", "total", "facts/heads/value", known_on=date(2033, 1, 1), **whole(12)),
        claim_row("came", "expectation", None, later="facts/came/value"),
    ]
    later = claims.claims_later(year(FACTS, rows=rows))
    assert later["claim"].tolist() == ["learned", "came"]
    assert later["later"].tolist() == [None, "what came: £1.5m"]


def test_the_note_of_a_claim_follows_what_its_check_says():
    row = checked(value=15, note="A slip.")
    assert row["because"] == "The evidence gives 12 children, 3 children from the printed figure. A slip."


def test_counts_of_claims_stay_whole_numbers_and_tables_keep_their_columns():
    data = year(FACTS, rows=[claim_row("one", "total", "facts/heads/value", **whole(12))])
    for table in (claims.claims_checked(data), claims.claim_counts(data)):
        assert {kind.name for kind in table.dtypes} == {"object"}
    assert claims.claim_counts(data).columns.tolist() == ["verdict", "at_the_time", "learned_later"]


def test_a_year_without_claims_has_none_checked():
    data = year(FACTS)
    assert claims.claims_checked(data).empty
    assert set(claims.claim_counts(data)["at_the_time"]) == {0}
    assert claims.as_json(data) == "[]\n"
    assert claims.claim_faults(data, "data/2031-32") == []


def test_claims_as_json_are_exact_text_and_missing_is_null():
    rows = [claim_row("one", "total", "facts/came/value", **whole("1.50", "£m", "0.01"))]
    text = claims.as_json(year(FACTS, rows=rows))
    [record] = json.loads(text)
    assert (record["value"], record["recomputed"], record["known_on"]) == ("1.50", "1.5", "2032-08-01")
    assert record["later"] is record["response"] is None
    assert text.startswith('[\n {\n  "claim": "one",\n') and text.endswith("\n }\n]\n") and '"£m"' in text


# Faults

FAULTY = {
    "no_check": (dict(check="guess", against="facts/heads/value"), "check", "guess", "is no check: it is one of total, "),
    "no_table": (dict(against="barns/a/b"), "against", "barns/a/b", "there is no entered table named barns"),
    "no_column": (dict(against="facts/heads/colour"), "against", "facts/heads/colour", "has no column colour"),
    "no_row": (dict(against="facts/tails/value"), "against", "facts/tails/value", "has 0 rows with the key tails"),
    "no_evidence": (dict(against=None), "against", "", "the check total takes 1 or more pieces of evidence, not 0"),
    "too_much": (dict(check="percentage", against="facts/heads/value; facts/heads/value; facts/heads/value"), "against",
                 "facts/heads/value; facts/heads/value; facts/heads/value",
                 "the check percentage takes 2 only pieces of evidence, not 3"),
    "no_figure": (dict(value=None), "against", "facts/heads/value", "the check total needs the printed figure"),
    "no_place": (dict(precision=None), "against", "facts/heads/value", "the place to which the figure is printed is not given"),
    "no_words": (dict(check="same words", against="facts/came/says"), "against", "facts/came/says",
                 "the check same words needs the printed words"),
    "finer": (dict(value="12.5"), "precision", "1", "is not the place to which 12.5 is printed"),
    "words_summed": (dict(against="facts/came/says"), "against", "facts/came/says", "the check total cannot take this evidence"),
    "no_date": (dict(check="before", against="facts/came/says; facts/came/date"), "against", "facts/came/says; facts/came/date",
                "'It was late.' is not a date"),
    "no_months": (dict(check="improved", against="facts/heads/value"), "against", "facts/heads/value",
                  "the check improved cannot take this evidence"),
    "not_official": (dict(check="official figure"), "against", "facts/heads/value",
                     "the check official figure takes official figures only"),
    "half_official": (dict(check="above official", against=f"{NORTH}; facts/heads/value"), "against",
                      f"{NORTH}; facts/heads/value", "takes official figures only"),
    "no_part": (dict(check="implied whole", value=0, against="facts/heads/value; facts/heads/value"), "against",
                "facts/heads/value; facts/heads/value", "cannot take this evidence"),
    "no_later": (dict(later="facts/tails/value"), "later", "facts/tails/value", "has 0 rows with the key tails"),
    "words_added": (dict(against="sum:says:facts"), "against", "sum:says:facts", "the column says of facts holds no figures"),
}  # fmt: skip


def faulty(name: str) -> dict:
    return claim_row(**({"name": name, "check": "total", "against": "facts/heads/value"} | whole(12) | FAULTY[name][0]))


def test_every_fault_is_listed_at_once_with_its_row_column_value_and_rule():
    rows = [claim_row("right", "total", "facts/heads/value", **whole(12)), *map(faulty, FAULTY)]
    faults = claims.claim_faults(year(FACTS, rows=rows), "data/2031-32")
    assert {fault.file for fault in faults} == {"data/2031-32/claims.csv"}
    assert [fault.row for fault in faults] == list(range(3, 3 + len(FAULTY)))
    for fault, (_, column, value, rule) in zip(faults, FAULTY.values(), strict=True):
        assert (fault.column, fault.value) == (column, value)
        assert rule in fault.rule
    assert faults[list(FAULTY).index("no_place")].rule == f"is not evidence that can be taken: {FAULTY['no_place'][3]}"


def test_a_claim_with_two_faults_has_both_listed():
    rows = [claim_row("both", "total", "facts/tails/value", later="facts/tails/value", **whole("12.5"))]
    faults = claims.claim_faults(year(FACTS, rows=rows), "data/2031-32")
    assert [fault.column for fault in faults] == ["precision", "against", "later"]


def test_a_claim_whose_check_does_not_exist_is_an_error():
    data = year(FACTS, rows=[faulty("no_check")])
    with pytest.raises(LookupError, match="there is no check named guess"):
        claims.finding(data, data["claims"].iloc[0].to_dict())
    with pytest.raises(LookupError, match="there is no check named guess"):
        claims.claims_checked(data)


def test_a_year_without_a_table_of_claims_has_no_fault_of_claims():
    data = year(FACTS)
    tables = {name: frame for name, frame in data.tables.items() if name != "claims"}
    assert claims.claim_faults(replace(data, tables=MappingProxyType(tables)), "data/2031-32") == []


# The claims of the reviewed year, and corruption


def claim_names() -> list[str]:
    with (REPOSITORY / "data" / YEAR / "claims.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["claim"] for row in csv.DictReader(file)]


CLAIMS = claim_names()

# Checks that no entered cell can move, with the reason.
NOTHING_MOVES = {"expectation": "nothing known when a document is written can prove or refute what it expects"}
# Verdicts that no other value of a cell moves, only its want, with the reason.
NO_OTHER_VALUE_MOVES = {BY_DEFINITION: "a figure by another definition decides nothing, whatever it is"}
# Checks that agree because a cell is empty, with the reason: filled, they disagree.
AGREES_WHERE_EMPTY = {"no total": "that a part is not given is what it says"}
# Checks that take no evidence, with the reason: what is printed moves them, and no cell.
OF_WHAT_IS_PRINTED_ALONE = {"no words repeated": "printed words are held against themselves"}
# Checks that do not take the printed figure or words: the statement itself says what must hold of the evidence.
NOT_OF_WHAT_IS_PRINTED = {name for name, check in CHECKS.items() if not check.needs}
MOST_COUNTED = 60  # rows of a table whose every cell is tried in a count; of a longer one as many, evenly spaced
JUDGED = {AGREES, ROUNDING, DISAGREES, BY_DEFINITION}


def column_of(data: YearData, cell: Cell) -> Column:
    of = data if cell.table in data.tables else data.reference
    return of.schemas[cell.table][cell.column]


def held(data: YearData, cell: Cell) -> object:
    of = data if cell.table in data.tables else data.reference
    return of.tables[cell.table].at[cell.row, cell.column]


def with_cells(data: YearData, changed: Mapping[Cell, object]) -> YearData:
    """The year with some cells changed; nothing is read again, and the year given stays as it is."""
    own, reference = dict(data.tables), dict(data.reference.tables)
    for name in {cell.table for cell in changed}:
        tables = own if name in own else reference
        frame = tables[name].copy()
        for cell, value in changed.items():
            if cell.table == name:
                frame.at[cell.row, cell.column] = value
        tables[name] = frame
    return replace(
        data,
        tables=MappingProxyType(own),
        reference=replace(data.reference, tables=MappingProxyType(reference)),
    )


def judged(data: YearData, claim: Mapping) -> str | None:
    """The verdict; none where the corruption leaves a claim that is a fault."""
    try:
        return claims.finding(data, claim).verdict
    except (LookupError, ValueError):
        return None


def moves(data: YearData, claim: Mapping, verdict: str) -> bool:
    return judged(data, claim) not in (None, verdict)


def _other_year(when: str, years: int) -> str:
    return f"{int(when[:4]) + years:04}{when[4:]}".replace("-02-29", "-02-28")


def others(value: object, column: Column) -> list:
    """Other values of the same kind, far away."""
    if column.type == "yesno":
        return [not value]
    if isinstance(value, int | Decimal):
        return [value * 3 + 1000, value * -3 - 1000, value * 0]
    if isinstance(value, date):
        return [date.fromisoformat(_other_year(value.isoformat(), years)) for years in (10, -10)]
    if DATE.fullmatch(str(value)) and column.type == "when":
        return [_other_year(value, years) for years in (10, -10)]
    return ["quite other words"]


def filled(data: YearData, cell: Cell, claim: Mapping) -> object:
    """What stands for a missing cell once it is at hand; nothing for the symbol of a figure that is not published."""
    column = column_of(data, cell)
    if column.name == "status":
        return None
    if column.numeric:
        return Decimal(1)
    stands = {"date": date(2022, 3, 31), "when": "2022-03-31", "yesno": True}
    return stands.get(column.type, claim["printed"] or "words")


def lacks(data: YearData, cell: Cell) -> bool:
    return (held(data, cell) is None) != (cell.column == "status")


def names_itself(data: YearData, claim: Mapping, cell: Cell) -> bool:
    """Whether a cell is part of the key by which the claim takes it: changed, its row is gone and the claim a fault."""
    of = data if cell.table in data.tables else data.reference
    changed = [with_cells(data, {cell: value}) for value in (None, "quite other words")]
    return cell.column in of.schemas[cell.table].key and all(judged(other, claim) is None for other in changed)


def beside(cell: Cell) -> list[Cell]:
    """Cells that stand for one of an official figure where it is empty: its rate for its counts, its counts for its rate."""
    instead = {"numerator": ("value",), "denominator": ("value",), "value": ("numerator", "denominator")}
    return [cell._replace(column=column) for column in instead.get(cell.column, ())] if cell.table == "official" else []


def stuck_in_hand(data: YearData, claim: Mapping, finding: claims.Finding, cell: Cell) -> Iterator[str]:
    """Of a cell with a value: emptying it moves the verdict; of a claim borne out, so does another value."""
    if names_itself(data, claim, cell):
        return
    emptied = moves(with_cells(data, dict.fromkeys([cell, *beside(cell)])), claim, finding.verdict)
    values = others(held(data, cell), column_of(data, cell))
    verdicts = {judged(with_cells(data, {cell: value}), claim) for value in values} - {None, finding.verdict}
    changed = bool(verdicts)
    if finding.verdict in NO_OTHER_VALUE_MOVES and not emptied:
        yield f"{cell} is not needed"
    if finding.verdict in NO_OTHER_VALUE_MOVES and verdicts - {CANNOT}:  # nought as a denominator is none
        yield f"{cell} decides, though the definitions differ"
    if not (emptied or changed):
        yield f"{cell} moves nothing"
    elif finding.verdict in {AGREES, ROUNDING} and not (emptied and changed):
        yield f"{cell} bears it out {'whatever its value' if emptied else 'even where it is empty'}"
    if claim["check"] == "total" and finding.verdict == DISAGREES:
        part = solved(data, claim, cell)
        if part is not None and judged(with_cells(data, {cell: part}), claim) != AGREES:
            yield f"{cell} at {part} does not make the total agree"


def solved(data: YearData, claim: Mapping, cell: Cell) -> Decimal | None:
    """The value of one cell that makes a total agree; none where the parts that hold it cancel out."""
    at = [claims.finding(with_cells(data, {cell: Decimal(value)}), claim).recomputed for value in (0, 1)]
    return (claim["value"] - at[0]) / (at[1] - at[0]) if at[0] != at[1] else None


def stuck_missing(data: YearData, claim: Mapping, missing: Sequence[Cell]) -> Iterator[str]:
    """Of the cells that are not at hand: each is needed, and with all of them the claim can be judged."""
    values = {cell: filled(data, cell, claim) for cell in missing}
    whole_data = with_cells(data, values)
    said = AGREES if claim["check"] in AGREES_WHERE_EMPTY else CANNOT
    if judged(whole_data, claim) not in JUDGED - {said}:
        yield f"{list(missing)} filled do not let it be judged"
        return
    for cell in missing:
        rest = {other: value for other, value in values.items() if other != cell}
        if judged(with_cells(data, rest), claim) != said:
            yield f"{cell} is not needed"
        if claim["check"] == "total":
            part = solved(whole_data, claim, cell)
            made = with_cells(whole_data, {cell: part})
            if judged(made, claim) != AGREES:
                yield f"{cell} at {part} does not make the total agree"
            if judged(made, claim | {"value": claim["value"] * 3 + 1000}) != DISAGREES:
                yield "another printed total agrees too"


def stuck_counted(data: YearData, claim: Mapping, finding: claims.Finding, item: evidence.Item) -> Iterator[str]:
    """Of the cells of a count: each moves the verdict, or the count by one where that is too little to tip it.

    A count off by more than one, or far from the edge of "more than half", is tipped by no one cell; then all of them
    together must tip it.
    """
    conditions = [pair.partition("=") for pair in item.name.partition("?")[2].split("&") if pair]
    wanted = {column: values.split("|") for column, _, values in conditions}
    out, into, weak = {}, {}, False
    for cell in item.cells:
        column, now = column_of(data, cell), held(data, cell)
        texts = wanted.get(cell.column, [])
        matching = [read_cell(text, column) if text else None for text in texts]
        if not texts or now in matching:
            out[cell] = "quite other words" if "" in texts else None
        else:
            into[cell] = matching[0]
    changed = list({**out, **into}.items())
    rows = len((data.tables if item.cells[0].table in data.tables else data.reference.tables)[item.cells[0].table])
    step = -(-len(changed) // MOST_COUNTED) if rows > MOST_COUNTED else 1
    for cell, value in changed[::step]:
        other = with_cells(data, {cell: value})
        if moves(other, claim, finding.verdict):
            continue
        weak = True
        [counted] = evidence.items(other, item.name)
        if abs(counted.value - item.value) != 1:
            yield f"{cell} does not move the count by one"
    if weak and not any(moves(with_cells(data, all_), claim, finding.verdict) for all_ in (out, into) if all_):
        yield f"{item.name}: no number of rows moves it"


def stuck_kpi(data: YearData, claim: Mapping) -> Iterator[str]:
    """Of a KPI without months: with months, target and polarity the claim can be borne out and can be refuted."""
    [item] = evidence.items(data, claim["against"])
    name = item.name.removeprefix("kpi:")
    register = data["kpis"]
    row = register.index[register["kpi"] == name][0]
    known = {"target": Decimal(90), "tolerance": Decimal(80), "polarity": "higher is better"}
    data = with_cells(data, {Cell("kpis", row, column): value for column, value in known.items()})
    found_ = set()
    for good in range(13):
        for months in ([100] * good + [10] * (12 - good), [10] * good + [100] * (12 - good)):
            values = [
                {"kpi": name, "period": f"2021-{month:02}", "value": Decimal(value)}
                for month, value in enumerate(months, 1)
            ]
            table = framed(data.tables["kpi_values"].columns, values)
            found_.add(judged(replace(data, tables=MappingProxyType({**data.tables, "kpi_values": table})), claim))
    if not {AGREES, DISAGREES} <= found_:
        yield f"months of {name} give {found_}"


def stuck_contract(data: YearData, claim: Mapping, finding: claims.Finding) -> Iterator[str]:
    for term in ("starts", "ends"):
        if f"contract:{term}" in (claim["against"] or "") and finding.verdict == AGREES:
            days = others(getattr(data, term), Column(term, "date", term))
            if not any(moves(replace(data, **{term: day}), claim, finding.verdict) for day in days):
                yield f"contract:{term} moves nothing"


def undefined(claim: Mapping) -> bool:
    """Whether a claim is held against official statistics though its document states no definition."""
    return CHECKS[claim["check"]].statistics and claim["definition"] is None


def stuck_undefined(data: YearData, claim: Mapping) -> Iterator[str]:
    """Of a claim without a definition: that empty cell alone keeps it from being judged, besides evidence not at hand."""
    finding, items = claims.finding(data, claim), evidence.items(data, claim["against"])
    if finding.verdict != CANNOT:
        yield f"without a definition it is {finding.verdict}"
    if all(item.value is not None for item in items):
        if finding.cells:
            yield f"it rests on {finding.cells}, and not on its definition alone"
        if not moves(data, claim | {"definition": items[0].measure}, CANNOT):
            yield "the definition of the official measure does not let it be judged"


def stuck_cells(data: YearData, claim: Mapping) -> Iterator[str]:
    """What no corruption of the evidence moves; without a definition, none of it would, were the measure's own stated."""
    if undefined(claim):
        yield from stuck_undefined(data, claim)
        claim = claim | {"definition": evidence.items(data, claim["against"])[0].measure}
    finding, items = claims.finding(data, claim), evidence.items(data, claim["against"])
    cells = dict.fromkeys(finding.cells)
    counts = [item for item in items if item.name.startswith("count:") and set(item.cells) <= set(cells)]
    for item in counts:
        yield from stuck_counted(data, claim, finding, item)
        cells = {cell: None for cell in cells if cell not in item.cells}
    missing = [cell for cell in cells if lacks(data, cell)]
    if missing:
        yield from stuck_missing(data, claim, missing)
    for cell in cells:
        if cell not in missing:
            yield from stuck_in_hand(data, claim, finding, cell)
    if not finding.cells and items and items[0].name.startswith("kpi:"):
        yield from stuck_kpi(data, claim)
    elif claim["check"] in OF_WHAT_IS_PRINTED_ALONE:
        yield from (f"{cell} is not taken" for cell in finding.cells)
    elif not finding.cells and "contract:" not in (claim["against"] or ""):
        yield "the verdict rests on no entered cell"
    yield from stuck_contract(data, claim, finding)


@pytest.fixture(scope="module")
def by_name(review) -> Mapping[str, dict]:
    return {row["claim"]: row for row in review["claims"].to_dict("records")}


def test_the_reviewed_year_has_its_claims():
    assert CLAIMS, f"data/{YEAR}/claims.csv is empty: it holds its header and no claim, so that nothing here is tested"
    assert len(CLAIMS) >= 100
    assert len(set(CLAIMS)) == len(CLAIMS)


def test_every_verdict_is_met_in_the_reviewed_year(review):
    checked = claims.claims_checked(review)
    assert set(checked["verdict"]) == set(VERDICTS)
    assert list(checked["claim"]) == CLAIMS
    assert (checked["response"].notna() == (checked["verdict"] == DISAGREES)).all()


@pytest.mark.parametrize("name", CLAIMS)
def test_corrupting_any_cell_that_a_verdict_rests_on_changes_it(review, by_name, name):
    claim = by_name[name]
    if claim["check"] in NOTHING_MOVES:
        assert claims.finding(review, claim).verdict == CANNOT
        return
    assert list(stuck_cells(review, claim)) == []


DEFINED = ("numerator", "denominator", "ages", "timing", "gross_or_net", "boundary")


def decides(data: YearData, measure: str, items: Sequence[evidence.Item]) -> bool:
    """Whether official figures are of one measure, stated in full, whose series has no break between their years."""
    measures = data.reference.tables["measures"].set_index("measure")
    of_one = {item.measure for item in items} == {measure} and "not stated" not in set(
        measures.loc[measure, list(DEFINED)]
    )
    spanned = sorted({item.year for item in items})
    breaks = data.reference.tables["series_breaks"].to_dict("records")
    return of_one and not any(
        row["measure"] == measure and row["before"] < spanned[-1] and row["after"] > spanned[0] for row in breaks
    )


def test_corrupting_the_definition_of_a_claim_that_differs_by_it_changes_the_verdict(review, by_name):
    differing = [claim for claim in by_name.values() if claims.finding(review, claim).verdict == BY_DEFINITION]
    decided = []
    for claim in differing:
        assert CHECKS[claim["check"]].statistics and claim["definition"] is not None, claim["claim"]
        assert judged(review, claim | {"definition": None}) == CANNOT, claim["claim"]
        items = evidence.items(review, claim["against"])
        if decides(review, items[0].measure, items):
            decided.append(claim["claim"])
            assert judged(review, claim | {"definition": items[0].measure}) in {AGREES, DISAGREES}, claim["claim"]
    assert differing and decided


def test_a_claim_without_a_definition_is_judged_once_it_is_given_the_measure_s_own(review, by_name):
    without = [claim for claim in by_name.values() if undefined(claim)]
    assert [fault for claim in without for fault in stuck_undefined(review, claim)] == []
    for claim in without:
        items = evidence.items(review, claim["against"])
        if all(item.value is not None for item in items):
            assert claims.finding(review, claim).because.startswith(
                "Not at hand: the definition of the document's figure"
            )
            if decides(review, items[0].measure, items):
                assert judged(review, claim | {"definition": items[0].measure}) in {AGREES, DISAGREES}, claim["claim"]


def other_prints(claim: Mapping, finding: claims.Finding, items: Sequence[evidence.Item]) -> Iterator[dict]:
    """The claim with another printed figure, or other printed words."""
    if CHECKS[claim["check"]].needs == "printed":
        yield claim | {"printed": "quite other words"}
        yield claim | {"printed": "quite other words, quite other words"}
        yield from (claim | {"printed": str(item.value)} for item in items)
        return
    value, place = claim["value"], claim["precision"]
    near = [] if finding.recomputed is None else [finding.recomputed, finding.recomputed + place]
    if claim["check"] == "implied whole" and items[1].value:
        near.append(items[0].value / items[1].value * 100)
    far = others(value, Column("value", "number", "")) + [Decimal(months) for months in range(13)]
    for other in [*far, *near]:
        yield claim | {"value": (other / place).to_integral_value() * place}


@pytest.mark.parametrize("name", CLAIMS)
def test_corrupting_what_is_printed_changes_the_verdict(review, by_name, name):
    claim = by_name[name]
    if claim["check"] in NOT_OF_WHAT_IS_PRINTED:
        return
    finding, items = claims.finding(review, claim), evidence.items(review, claim["against"])
    verdicts = {judged(review, other) for other in other_prints(claim, finding, items)} - {None}
    if finding.verdict in {CANNOT, BY_DEFINITION}:
        # no printed figure makes up for evidence that is not at hand, or for a definition that is not the document's
        assert verdicts == {finding.verdict}
    elif finding.verdict == DISAGREES and CHECKS[claim["check"]].needs == "printed":
        # where the places that hold the words differ among themselves, no words are those of all
        assert AGREES in verdicts or len({str(item.value) for item in items}) > 1
    else:
        assert verdicts - {finding.verdict}
        assert DISAGREES in verdicts
