"""The reference data of official statistics held against its schemas, against itself and against the files it is from.

The files lie beside the repository (../shared) and are not part of it: what needs them is skipped where they are
absent. They are read again here with nothing but the csv module, so that a slip in entering them is found.
"""

import csv
import re
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

from ncthelpers.schemas import read_schemas, read_table

TABLES = ("areas", "area_members", "area_changes", "measures", "official", "authority_values", "series_breaks")
SYMBOLS = {"c", "k", "u", "x", "z"}
NORTH, WEST, COUNTY = "north_northamptonshire", "west_northamptonshire", "northamptonshire"
JOINT = "north_and_west_northamptonshire"
CONTRACT_AREAS = {"england", "east_midlands", COUNTY, NORTH, WEST, JOINT}
YEARS = [f"{first}-{first - 1999}" for first in range(2017, 2025)]
CHILDREN = {"children", "plans", "referrals", "assessments", "enquiries", "conferences", "episodes"}


@pytest.fixture(scope="module")
def schemas(repository):
    return read_schemas((repository / "data" / "schemas" / "reference").resolve())


@pytest.fixture(scope="module")
def tables(repository, schemas):
    """Rows of each table as text, by its name."""
    return {name: _rows(repository / "data" / "reference" / f"{name}.csv") for name in (*TABLES, "publications")}


@pytest.fixture(scope="module")
def measures(tables):
    return {row["measure"]: row for row in tables["measures"]}


@pytest.fixture(scope="module")
def official(tables):
    """Official rows by measure, area, year and publication."""
    return {(row["measure"], row["area"], row["year"], row["publication"]): row for row in tables["official"]}


@pytest.fixture(scope="module")
def authority_values(tables):
    return {(row["measure"], row["area"], row["year"]): row for row in tables["authority_values"]}


@pytest.fixture(scope="module")
def members(tables):
    """Members of each joint return and group of neighbours."""
    found = defaultdict(list)
    for row in tables["area_members"]:
        found[row["group"]].append(row["member"])
    return found


@pytest.fixture(scope="module")
def shared(repository):
    folder = repository.parent / "shared"
    if not (folder / "golden" / "dfe").is_dir():
        pytest.skip("the files of official statistics are not here (shared): nothing is held against them")
    return folder


def _rows(file):
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _number(text):
    """A number as printed, float noise of the data file taken off; None for a symbol or nothing."""
    if text in SYMBOLS or text in {"", "-"}:
        return None
    return Decimal(repr(round(float(text), 6))).normalize() if "." in text else Decimal(text)


def _to_places(value, places):
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _numbers(row):
    return [_number(row[column]) for column in ("numerator", "denominator", "value")]


# Against the schemas and against itself


@pytest.mark.parametrize("name", TABLES)
def test_table_keeps_to_its_schema(repository, schemas, name):
    file = repository / "data" / "reference" / f"{name}.csv"
    frame, faults = read_table(file.read_bytes(), schemas[name], f"data/reference/{name}.csv")
    assert faults == []
    assert len(frame) > 0


@pytest.mark.parametrize("name", TABLES)
def test_references_between_tables_hold(schemas, tables, name):
    for column in schemas[name].columns:
        if column.refers_to:
            table, key = column.refers_to.split(".")
            known = {row[key] for row in tables[table]}
            cited = {row[column.name] for row in tables[name]} - {""}
            assert cited - known == set(), column.name


@pytest.mark.parametrize("name", ["area_members", "area_changes", "measures", "series_breaks"])
def test_sources_are_publications(tables, name):
    known = {row["publication"] for row in tables["publications"]}
    assert {part for row in tables[name] for part in row["source"].split()} - known == set()


def test_kpis_of_measures_are_in_the_register(repository, measures):
    register = {row["kpi"] for row in _rows(repository / "data" / "2021-22" / "kpis.csv")}
    assert {row["kpi"] for row in measures.values()} - {""} - register == set()


def test_every_official_row_is_of_the_contract_s_areas_and_years(official):
    assert {area for _, area, _, _ in official} == CONTRACT_AREAS
    assert {year for _, _, year, _ in official} == set(YEARS)


def test_every_measure_of_an_official_producer_has_a_row(official, measures):
    with_rows = {measure for measure, *_ in official}
    without = {row["producer"] for measure, row in measures.items() if measure not in with_rows}
    assert len(without) == 1, without  # the measures of the trust itself, which stand in the years' own tables


def test_no_figure_of_an_area_that_was_not_in_being(tables, official, authority_values):
    being = {row["area"]: row for row in tables["areas"]}
    for area, year in {(key[1], key[2]) for key in (*official, *authority_values)}:
        row, starts, ends = being[area], f"{year[:4]}-04-01", f"20{year[5:]}-03-31"
        assert not row["valid_from"] or row["valid_from"] <= starts, (area, year)
        assert not row["valid_to"] or row["valid_to"] >= ends, (area, year)


def test_a_joint_return_stands_once_and_never_under_a_council(official, authority_values, measures, members):
    kinds = {measure for measure, row in measures.items() if row["combines"] == "joint return"}
    councils = {member for group in members if not group.startswith("neighbours_of") for member in members[group]}
    for measure, area, *_ in (*official, *authority_values):
        assert not (measure in kinds and area in councils), (measure, area)
    joint = {measure for measure, area, *_ in official if area == JOINT}
    assert kinds - joint == set()
    # the only others are those that the source still prints for the former county
    assert joint - kinds == {"foster_places", "foster_places_filled", "care_applications_rate"}


def test_a_symbol_stands_without_any_number_and_a_row_without_symbol_has_one(official, authority_values):
    for key, row in official.items():
        assert bool(row["status"]) == (not any(row[column] for column in ("numerator", "denominator", "value"))), key
    for key, row in authority_values.items():
        assert bool(row["status"]) == (not row["value"]), key


def test_no_count_of_one_to_five_children(official, measures):
    for (measure, area, year, _), row in official.items():
        if measures[measure]["topic"] not in {"workforce", "finance"} and row["numerator"]:
            assert not 0 < Decimal(row["numerator"]) < 6, (measure, area, year)


def test_a_count_has_no_printed_value_and_a_share_no_denominator_below_its_number(official, measures):
    for key, row in official.items():
        number, denominator, value = _numbers(row)
        if measures[key[0]]["unit"] in CHILDREN | {"FTE", "cases", "places"}:
            assert value is None and denominator is None, key
        elif measures[key[0]]["unit"] == "per cent" and number is not None and denominator is not None:
            assert number <= denominator or key[0] == "sw_vacancies_covered", key


def test_printed_value_is_that_of_its_parts(official, measures):
    """Within rounding of the value and of its parts; the cases where a release prints otherwise are named."""
    scales = {"per cent": 100, "per 10,000 children": 10_000, "cases per FTE": 1}
    apart = set()
    for key, row in official.items():
        number, denominator, value = _numbers(row)
        if None in (number, denominator, value):
            continue
        rounded = key[1] in {"england", "east_midlands"} and measures[key[0]]["topic"] != "workforce"
        off = Decimal(5) if rounded else Decimal("0.1")
        scale = scales[measures[key[0]]["unit"]]
        half = Decimal(5).scaleb(-int(measures[key[0]]["decimals"]) - 1)
        least, most = scale * (number - off) / (denominator + off), scale * (number + off) / (denominator - off)
        if not least - half <= value <= most + half:
            apart.add((key[0], key[1], key[2], row["value"]))
    assert apart == NOT_THE_QUOTIENT


def test_neighbours_are_ten_authorities_with_the_other_council_among_them(members):
    for council, other in ((NORTH, WEST), (WEST, NORTH)):
        group = members[f"neighbours_of_{council}"]
        assert len(group) == 10 and other in group and council not in group


def test_every_performance_measure_has_one_polarity_and_says_why(measures):
    for measure, row in measures.items():
        rated = row["polarity"] != "not rated"
        assert rated == bool(row["polarity_basis"]), measure
        assert rated == (row["use"] == "performance"), measure


def test_authority_values_stay_small(authority_values, official, measures):
    assert len(authority_values) < 25_000
    assert {measures[measure]["use"] for measure, *_ in authority_values} == {"performance"}


# Against the files of the department, read again


def _area(row):
    """The contract's area of a row of a DfE file, or None for any other."""
    if row["geographic_level"] == "National":
        return "england"
    if row["geographic_level"] == "Regional":
        return "east_midlands" if row["region_name"] == "East Midlands" else None
    return {
        "928": COUNTY, "940": NORTH, "941": WEST, "940 / 941": JOINT,
    }.get(row["old_la_code"])  # fmt: skip


def _contract_year(period, workforce=False):
    first = int(period) - (not workforce)
    return f"{first}-{(first + 1) % 100:02}"


def _parts(row, *names):
    """Sum of printed cells; a symbol where one of them is suppressed."""
    symbols = [row[name] for name in names if row[name] in SYMBOLS]
    return symbols[0] if symbols else str(sum(Decimal(row[name]) for name in names))


def _printed_by_cin(shared):
    """Measure, area, period and release with number, denominator and value, from the files on children in need."""
    dfe = shared / "golden" / "dfe"
    for row in _rows(dfe / "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"):
        at = (_area(row), row["time_period"], "dfe_cin_2025")
        count = row["referral_count"]
        yield "referrals", at, count, "", ""
        yield "rereferrals_12m", at, row["rereferral_count"], count, row["rereferral_percent"]
        yield "referrals_nfa", at, row["no_further_action_count"], "", ""
        yield "referrals_nfa_share", at, row["no_further_action_count"], count, row["no_further_action_percent"]
        yield "referrals_not_in_need", at, row["not_in_need_count"], "", ""
        yield "referrals_not_in_need_share", at, row["not_in_need_count"], count, row["not_in_need_percent"]
    for row in _rows(dfe / "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv"):
        at = (_area(row), row["time_period"], "dfe_cin_2024")
        count = row["Referrals"]
        yield "referrals", at, count, "", ""
        yield "referrals_rate", at, "", "", row["Referrals_rate"]
        yield "rereferrals_12m", at, row["Re_referrals"], count, row["Re_referrals_percent"]
        yield "referrals_nfa", at, row["No_Further_Action"], "", ""
        yield "referrals_nfa_share", at, row["No_Further_Action"], count, row["No_Further_Action_percent"]
        yield "referrals_not_in_need", at, row["Not_in_Need"], "", ""
        yield "referrals_not_in_need_share", at, row["Not_in_Need"], count, row["Not_in_Need_percent"]
    bands = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
    for row in _rows(dfe / "c2_children_in_need_assessments_duration_2014_to_2024.csv"):
        at = (_area(row), row["time_period"], "dfe_cin_2024")
        yield "assessments", at, row["Assessments_completed"], "", ""
        yield "assessments_rate", at, "", "", row["Assessments_completed_rate"]
        yield "assessments_45wd", at, _parts(row, *bands), row["Assessments_completed"], ""
    for row in _rows(dfe / "c4_children_in_need_section_47s_and_icpcs_2013_to_2024.csv"):
        at = (_area(row), row["time_period"], "dfe_cin_2024")
        yield "section_47", at, row["Section47"], "", ""
        yield "section_47_rate", at, "", "", row["Section47_rate"]
        yield "icpcs", at, row["ICPC"], "", ""
        yield "icpcs_rate", at, "", "", row["ICPC_rate"]
        yield "icpc_15wd", at, _parts(row, "Duration_0-10_days", "Duration_11-15_days"), row["ICPC"], ""
    for row in _rows(dfe / "d1_child_protection_plans_2013_to_2024.csv"):
        at = (_area(row), row["time_period"], "dfe_cin_2024")
        yield "plans_started", at, row["CPP_start"], "", ""
        yield "plans_started_rate", at, "", "", row["CPP_start_rate"]
        yield "plans_31_march", at, row["CPP_At31"], "", ""
        yield "plans_31_march_rate", at, "", "", row["CPP_At31_rate"]
    for end in ("2024", "2025"):
        for row in _rows(dfe / f"d3_cpps_subsequent_plan_2013_to_{end}.csv"):
            at = (_area(row), row["time_period"], f"dfe_cin_{end}")
            yield "plans_started", at, row["CPP_start"], "", ""
            yield "repeat_plans", at, row["CPP_subsequent"], row["CPP_start"], row["CPP_subsequent_percent"]
    counted = {
        "Children in Need at 31 March": "children_in_need",
        "Episodes of need starting in the year": "in_need_started",
        "Episodes of need ending in the year": "in_need_ended",
    }
    for row in _rows(dfe / "a1_cin_assessments_episodes_referrals_2013_to_2024.csv"):
        measure = counted.get(row["category_type"])
        if measure:
            at = ("england", row["time_period"], "dfe_cin_2024")
            yield measure, at, row["number"], "", ""
            if measure == "children_in_need":
                yield "children_in_need_rate", at, "", "", row["rate"]


def _printed_by_cla(shared):
    """The same from the files on children looked after and care leavers."""
    dfe = shared / "golden" / "dfe"
    flows = {"ceasing": "left_care", "on 31": "children_looked_after", "starting": "started_care"}
    for row in _rows(dfe / "cla_number_and_rate_per_10k_children.csv"):
        at = (_area(row), row["time_period"], "dfe_cla_2025")
        measure = next(id_ for words, id_ in flows.items() if words in row["population_type"])
        yield measure, at, row["children_count"], "", ""
        yield f"{measure}_rate", at, row["children_count"], row["population_estimate"], row["rate_per_10000"]

    def cells(file, *by):
        found = defaultdict(dict)
        for row in _rows(dfe / file):
            at = (_area(row), row["time_period"], "dfe_cla_2025")
            if at[0]:
                found[at][tuple(row[name] for name in by)] = row
        return found.items()

    groups = {
        "CLA on 31 March": "three_placements",
        "CLA 2 years on 31 March": "three_placements_2_years",
        "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years":
            "long_term_stability",
    }  # fmt: skip
    for at, found in cells("la_cla_placement_stability.csv", "cla_group", "placement_stability"):
        for (group, part), row in found.items():
            if part != "Total children":
                total = found[group, "Total children"]["children_count"]
                yield groups[group], at, row["children_count"], total, row["children_percent"]
    old, young = "19 to 21 years", "17 to 18 years"
    for stem, file, part, total in (
        ("care_leavers_eet", "la_care_leavers_activity.csv", "Total in education, employment or training", "Total"),
        ("care_leavers_accommodation", "la_care_leavers_accommodation_suitability.csv",
         "Accommodation considered suitable", "Suitability total"),
    ):  # fmt: skip
        for at, found in cells(file, "care_leaver_age", "breakdown"):
            count = {key: row["care_leaver_count"] for key, row in found.items()}
            percent = found[old, part]["care_leaver_percent"]
            yield f"{stem}_19_21", at, count[old, part], count[old, total], percent
            yield (
                f"{stem}_17_21",
                at,
                _parts(count, (young, part), (old, part)),
                _parts(count, (young, total), (old, total)),
                "",
            )


def _printed_by_workforce(shared):
    """The same from the files on the workforce; the 2022 release prints the joint return under the north."""
    dfe = shared / "golden" / "dfe"
    for release, file, names in (
        ("dfe_csww_2025", "csww_indicators_2017_to_2025.csv",
         ("inpost_fte", "vacancy_rate_fte", "agency_rate_fte", "turnover_rate_fte", "leavers_fte", "absence_rate_fte",
          "vacancy_agency_cover_rate_fte")),
        ("dfe_csww_2022", "csww_headline_measures_2017_to_2022.csv",
         ("social_worker_fte", "vacancy_rate_fte_%", "agency_worker_rate_fte_%", "turnover_rate_fte_%", "leaver_fte",
          "absence_rate_fte_%", "vacancy_agency_cover_rate_fte_%")),
    ):  # fmt: skip
        for row in _rows(dfe / file):
            posts, vacant, agency, turnover, leavers, absence, covered = names
            if _area(row) == WEST:
                assert row[posts] == "z"
                continue
            at = ({NORTH: JOINT}.get(_area(row), _area(row)), row["time_period"], release)
            yield "sw_in_post", at, row[posts], "", ""
            yield "sw_vacancies", at, row["vacancy_fte"], "", ""
            yield "sw_agency", at, row["agency_fte"], "", ""
            yield "sw_agency_cover", at, row["agency_cover_fte"], "", ""
            yield "sw_cases", at, row["cases"], "", ""
            yield "sw_leavers", at, row[leavers], "", ""
            if "starters_fte" in row:
                yield "sw_starters", at, row["starters_fte"], "", ""
            if at[0]:
                both = _parts(row, "vacancy_fte", posts)
                yield "sw_vacancy_rate", at, row["vacancy_fte"], both, row[vacant]
                yield "sw_agency_rate", at, row["agency_fte"], _parts(row, "agency_fte", posts), row[agency]
            yield "sw_turnover_rate", at, row[leavers], row[posts], row[turnover]
            yield "sw_caseload", at, row["cases"], row["case_holders_fte"], row["caseload_fte"]
            yield "sw_vacancies_covered", at, row["agency_cover_fte"], row["vacancy_fte"], row[covered]
            yield "sw_absence_rate", at, "", "", row[absence]


def _wanted(area, year):
    """Whether the table is to hold a figure of this area and year."""
    before = area == COUNTY
    return area and year in YEARS and (area in {"england", "east_midlands"} or (year < "2021-22") == before)


@pytest.fixture(scope="module")
def printed(shared):
    """What the DfE files print for the contract's areas, by measure, area, year and release."""
    found = {}
    for reader in (_printed_by_cin, _printed_by_cla, _printed_by_workforce):
        for measure, (area, period, release), *cells in reader(shared):
            year = _contract_year(period, workforce=release.startswith("dfe_csww"))
            if not _wanted(area, year):
                continue
            symbol = next((cell for cell in cells if cell in SYMBOLS), "")
            row = ([None] * 3 if symbol else [_number(cell) for cell in cells], symbol)
            assert found.setdefault((measure, area, year, release), row) == row
    return found


def test_every_figure_of_the_department_s_files_is_entered_as_printed(official, printed):
    entered = {key: (_numbers(row), row["status"]) for key, row in official.items() if key[3].startswith("dfe_")}
    episodes = {key for key in entered if key[3] == "dfe_cin_2025" and key[0] in EPISODES.values()}
    assert {key: row for key, row in entered.items() if key not in episodes} == printed


# Against the Local Authority Interactive Tool, read again

LAIT_VALUES = {
    "ReReferral": "rereferrals_12m", "Continue_Assess_Comp": "assessments_45wd", "CP_conf_15days": "icpc_15wd",
    "PrevRegCPR": "repeat_plans", "LACStable_2016on": "three_placements", "LAC_LongStable%": "long_term_stability",
    "LACDistance": "distance_20_miles", "CareLeaverAcc": "care_leavers_accommodation_19_21",
    "CareLeaverEET": "care_leavers_eet_19_21", "Work_Force_Vac_Rate": "sw_vacancy_rate",
    "Work_Force_Agecy_Rate": "sw_agency_rate", "Work_Force_TO_Rate": "sw_turnover_rate",
    "Work_Force_AvgNumCase_SW": "sw_caseload", "Section_47": "section_47_rate", "CPP_rate": "plans_31_march_rate",
    "CIN": "children_in_need_rate", "LAC": "children_looked_after_rate",
    "CPP_Total_Rateper10,000": "referrals_rate", "ISCP_Conf": "icpcs_rate", "CPP_Abuse_Rate": "plans_started_rate",
    "LAC_Start_Rate": "started_care_rate", "LAC_Cease_Rate": "left_care_rate",
    "Unacc_Asylmn_Seek_Childn%": "uasc_share", "UASC_%_Starting": "uasc_started_share",
    "LAC_Foster_Placements": "foster_care_share", "LAC_SecHome_And_ChildHome": "childrens_homes_share",
    "LAC_Ind_SInd_Liv_Arr": "semi_independent_share", "LAC_Parents_OR_Others": "with_parents_share",
    "Children_missing": "missing_share", "CareApplications": "care_applications_rate",
    "CareLeaversNEET": "care_leavers_neet_19_21", "%_of LAC Adopted": "adopted_share", "RevCP": "plans_reviewed",
    "CPPlans2yrs": "plans_two_years", "LACHealth%": "health_checks", "LACDental%": "dental_checks",
    "Emotional_LAC": "emotional_health", "Work_Force_SWAbsence": "sw_absence_rate",
    "CIN_Refferals_NFA": "referrals_nfa_share", "Referrals_AssessedNotNeed": "referrals_not_in_need_share",
    "Vacancies_cover": "sw_vacancies_covered",
    "LACFinance": "unit_cost_children_looked_after", "AdoptionFinance": "unit_cost_adoption",
    "FosteringFinance": "unit_cost_fostering", "RescareFinance": "unit_cost_residential",
    "SWFinance": "unit_cost_social_work", "C&YPExpenditure": "outturn_children_total",
    "SureStartFinance": "outturn_childrens_centres", "TotalLACFinance": "outturn_children_looked_after",
    "OtherChildren&FamilyFinance": "outturn_other_services", "SafeguardingFinance": "outturn_safeguarding",
    "FamilySupportFinance": "outturn_family_support", "YoungPeopleFinance": "outturn_young_people",
    "YouthJusticeFinance": "outturn_youth_justice", "LeaveCareSupServTotExp": "outturn_leaving_care",
}  # fmt: skip
LAIT_NUMBERS = {
    "CPP_Total_NumRef": ("referrals", "numerator"), "LACnum": ("children_looked_after", "numerator"),
    "LACnum_Start": ("started_care", "numerator"), "LACceased": ("left_care", "numerator"),
    "Unacc_Asylmn_Seek_Childn": ("uasc", "numerator"), "ReRegCPR": ("repeat_plans", "numerator"),
    "LACStableNum_2016on": ("three_placements", "numerator"),
    "LAC_LongStableNum": ("long_term_stability", "numerator"),
    "NoCareLeaverAcc": ("care_leavers_accommodation_19_21", "numerator"),
    "NoCareLeavers": ("care_leavers_accommodation_19_21", "denominator"),
    "CareLeaverEETNum": ("care_leavers_eet_19_21", "numerator"), "Work_Force_NoSW": ("sw_in_post", "numerator"),
    "CPP_Num": ("plans_31_march", "numerator"), "CPP_Abuse": ("plans_started", "numerator"),
    "No_of LAC Adopted": ("adopted", "numerator"), "LAC_ceased_SGO": ("special_guardianship", "numerator"),
    "Number_Foster_Places(New)": ("foster_places", "numerator"),
    "Number_Foster_Places_Filled(New)": ("foster_places_filled", "numerator"),
    "Work_Force_Num_CaseHeld": ("sw_cases", "numerator"), "Social_Work_Starters": ("sw_starters", "numerator"),
    "Social_Work_Leavers": ("sw_leavers", "numerator"),
}  # fmt: skip
LAIT_AREAS = {"970": "england", "983": "east_midlands", "928": COUNTY, "940": NORTH, "941": WEST}
# The snapshot of the workforce in September lies in the contract year that began in April.
IN_SEPTEMBER = re.compile("Work_Force|Vacancies_cover")
EPISODES = {"At31": "children_in_need", "Started": "in_need_started", "Ended": "in_need_ended"}


@pytest.fixture(scope="module")
def lait(shared):
    """What LAIT prints, by code, LA number and contract year; a dash where it has none."""
    return {
        (row["measure_short"], row["la_number"].split(".")[0],
         _contract_year(row["year"], workforce=bool(IN_SEPTEMBER.match(row["measure_short"])))): row["value"]
        for row in _rows(shared / "golden" / "lait" / "lait_kpi_extract_all_areas.csv")
    }  # fmt: skip


@pytest.fixture(scope="module")
def ids_by_number(shared, tables):
    """Area id by LA number, joined by code where the department's files have one and else by name and year."""
    by_code = {row["code"]: row["area"] for row in tables["areas"] if row["kind"] == "local authority"}
    found = {
        row["old_la_code"]: by_code[row["new_la_code"]]
        for row in _rows(shared / "golden" / "dfe" / "la_cla_placement_stability.csv")
        if row["la_name"] and row["new_la_code"] in by_code
    }
    return found | {number: f"{name}_before_2019" for number, name in
                    {"835": "dorset", "836": "poole", "837": "bournemouth"}.items()}  # fmt: skip


def _entered(official, measure, area, year, column):
    """Every number that a column has for a measure, area and year, whatever the release."""
    return {_number(row[column]) for key, row in official.items() if key[:3] == (measure, area, year) and row[column]}


def test_every_lait_row_of_the_official_table_is_as_lait_prints_it(official, lait, shared):
    facts = {
        (match[1], row["contract_year"].replace("/", "-"), _fact_area(row)): row["value"]
        for row in _facts(shared, "demand", "kpi_values", "finance", "benchmarks")
        if (match := re.match(r".* \| .* \| (.*) = ", row["quote"])) and "official" in row["status"]
    }
    numbers = {area: number for number, area in LAIT_AREAS.items()}
    codes = defaultdict(list)
    for code, measure in LAIT_VALUES.items():
        codes[measure, "value"].append(code)
    for code, (measure, column) in LAIT_NUMBERS.items():
        codes[measure, column].append(code)
    for (measure, area, year, release), row in official.items():
        if release != "lait_2026_04":
            continue
        for column in ("numerator", "denominator", "value"):
            if row[column]:
                (code,) = codes[measure, column]
                text = lait.get((code, numbers.get(area), year)) or facts[code, year, area]
                assert _number(row[column]) == _number(text), (measure, area, year, column)


def test_lait_and_the_department_agree_where_both_have_the_contract_s_areas(official, lait):
    """Each figure of LAIT for these areas is in the table, save those that the releases at hand print otherwise."""
    apart = set()
    for (code, number, year), text in lait.items():
        area, value = LAIT_AREAS.get(number), _number(text)
        at = (LAIT_VALUES[code], "value") if code in LAIT_VALUES else LAIT_NUMBERS.get(code)
        if value is None or year not in YEARS or not area or not at:
            continue
        if IN_SEPTEMBER.match(code) and area in {NORTH, WEST}:
            area = JOINT
        found = _entered(official, at[0], area, year, at[1])
        if not found and at in {("assessments_45wd", "value"), ("icpc_15wd", "value")}:
            parts = {(_number(row["numerator"]), _number(row["denominator"])) for key, row in official.items()
                     if key[:3] == (at[0], area, year)}  # fmt: skip
            found = {_to_places(100 * part / whole, 1) for part, whole in parts}
        if value not in found:
            apart.add((at[0], area, year))
    assert apart == LAIT_APART


def test_authority_values_are_those_of_lait(authority_values, lait, ids_by_number, members, measures):
    joint = {member: group for group in members if not group.startswith("neighbours_of") for member in members[group]}
    codes = {code: measure for code, measure in LAIT_VALUES.items() if measures[measure]["use"] == "performance"}
    printed, dashes = defaultdict(set), set()
    for (code, number, year), text in lait.items():
        if code in codes and year in YEARS and number in ids_by_number:
            area = ids_by_number[number]
            at = (codes[code], joint.get(area, area) if IN_SEPTEMBER.match(code) else area, year)
            if text == "-":
                dashes.add(at)
            else:
                printed[at].add(_number(text))
    # LAIT prints one figure of 2019-20 under the former Dorset, which had ended
    del printed["care_leavers_eet_19_21", "dorset_before_2019", "2019-20"]
    entered = {key: {_number(row["value"])} for key, row in authority_values.items() if row["value"]}
    assert entered == printed
    symbols = {key: row["status"] for key, row in authority_values.items() if row["status"]}
    assert set(symbols.values()) == {"x"}  # LAIT prints a dash and does not say which symbol it stands for
    assert set(symbols) <= dashes
    assert set(symbols).isdisjoint(printed)


def test_codes_of_authorities_are_the_department_s(tables, shared):
    printed = {}
    for row in _rows(shared / "golden" / "dfe" / "la_cla_placement_stability.csv"):
        printed[row["la_name"] or row["region_name"] or row["country_name"]] = (
            row["new_la_code"] or row["region_code"] or row["country_code"]
        )
    for row in tables["areas"]:
        if row["code"]:
            assert row["code"] == printed[row["name"]], row["area"]
    assert [row["name"] for row in tables["areas"] if row["kind"] == "local authority" and not row["code"]] == [
        "Bournemouth", "Dorset", "Poole",
    ]  # fmt: skip


# Against the benchmarks and facts that were drawn from the same sources by others


def _facts(shared, *names):
    for name in names:
        yield from _rows(shared / "facts" / f"{name}.csv")


def _fact_area(row):
    year = row["contract_year"].replace("/", "-")
    return {
        "NNC": NORTH, "WNC": WEST, "England": "england", "East Midlands": "east_midlands",
        "Northamptonshire": COUNTY,
        "Northamptonshire CC (pre-Apr 2021)": COUNTY if year < "2021-22" else JOINT,
        "NNC+WNC (single joint return = NCT)": JOINT,
        "North Northamptonshire / West Northamptonshire (one joint return)": JOINT,
    }.get(row["geography"])  # fmt: skip


def _counts(official, measure, areas, year, release):
    """Numerators and denominators of areas, added."""
    rows = [official[measure, area, year, release] for area in areas]
    return tuple(sum(Decimal(row[column]) for row in rows) for column in ("numerator", "denominator"))


def test_every_row_of_the_benchmarks_of_2021_22_is_reproduced(official, shared):
    ids = {
        "rereferral_12m": ("rereferrals_12m", "dfe_cin_2024"), "assessment_45wd": ("assessments_45wd", "dfe_cin_2024"),
        "icpc_15wd": ("icpc_15wd", "dfe_cin_2024"), "repeat_cpp_ever": ("repeat_plans", "dfe_cin_2024"),
        "three_plus_placements": ("three_placements", "dfe_cla_2025"),
        "long_term_stability_2y": ("long_term_stability", "dfe_cla_2025"),
        "care_leavers_suitable_19_21": ("care_leavers_accommodation_19_21", "dfe_cla_2025"),
        "care_leavers_suitable_17_21": ("care_leavers_accommodation_17_21", "dfe_cla_2025"),
        "care_leavers_eet_19_21": ("care_leavers_eet_19_21", "dfe_cla_2025"),
        "care_leavers_eet_17_21": ("care_leavers_eet_17_21", "dfe_cla_2025"),
        "sw_vacancy_rate_fte": ("sw_vacancy_rate", "dfe_csww_2022"),
        "sw_agency_rate_fte": ("sw_agency_rate", "dfe_csww_2022"),
        "sw_average_caseload_fte": ("sw_caseload", "dfe_csww_2022"),
    }  # fmt: skip
    areas = {
        "England": ["england"], "East Midlands": ["east_midlands"], "North Northamptonshire": [NORTH],
        "West Northamptonshire": [WEST], "Northamptonshire (N+W, derived)": [NORTH, WEST],
        "Northamptonshire (joint NCT return)": [JOINT],
    }  # fmt: skip
    years = {"2021/22": "2021-22", "30 Sep 2021": "2021-22", "30 Sep 2022": "2022-23", "31 March 2022": "2021-22"}
    rows = _rows(shared / "golden" / "dfe" / "kpi_benchmarks_2021_22_tidy.csv")
    for row in rows:
        at, year = areas[row["area"]], years[row["period"]]
        if row["measure_id"] == "placed_20_miles_outside_la":
            assert _entered(official, "distance_20_miles", at[0], year, "value") == {_number(row["value"])}
            continue
        if row["measure_id"] == "sw_vacancy_rate_net_of_agency_cover":
            vacant, posts = _counts(official, "sw_vacancy_rate", at, year, "dfe_csww_2022")
            covered = Decimal(official["sw_agency_cover", at[0], year, "dfe_csww_2022"]["numerator"])
            part, whole = vacant - covered, posts
        else:
            measure, release = ids[row["measure_id"]]
            part, whole = _counts(official, measure, at, year, release)
        assert part == _number(row["numerator"]) and whole == _number(row["denominator"]), row
        scale = 1 if row["unit"] == "cases per FTE" else 100
        assert _to_places(scale * part / whole, 4) == _to_places(Decimal(row["value"]), 4), row
    assert len(rows) == 60


def test_official_figures_of_the_facts_are_in_the_table(official, shared):
    """KPIs, demand, finance, and those of England and the region; each under its own measure, area and year."""
    seen = Counter()
    for row in _facts(shared, "kpi_values", "demand", "finance", "benchmarks"):
        code = re.match(r".* \| .* \| (.*) = ", row["quote"])
        if row["status"] != "actual (official statistic)" or not code:
            continue
        measure, column = (LAIT_VALUES[code[1]], "value") if code[1] in LAIT_VALUES else LAIT_NUMBERS[code[1]]
        year, area = row["contract_year"].replace("/", "-"), _fact_area(row)
        found = _entered(official, measure, area, year, column)
        if not found and column == "value":
            parts = {(_number(entry["numerator"]), _number(entry["denominator"])) for key, entry in official.items()
                     if key[:3] == (measure, area, year)}  # fmt: skip
            found = {_to_places(100 * part / whole, 1) for part, whole in parts}
        seen["apart" if _number(row["value"]) not in found else "held"] += 1
        if _number(row["value"]) not in found:
            assert (measure, area, year) in LAIT_APART, row
    assert seen["held"] > 1_300


def test_outturn_lines_of_the_facts_are_in_the_table(official, shared):
    seen = 0
    names = {
        "sure start children's centres and early years": "childrens_centres",
        "children looked after": "children_looked_after",
        "children looked after of which residential care": "residential",
        "children looked after of which fostering services": "fostering",
        "children looked after of which asylum seeking children who are looked after": "asylum_looked_after",
        "children looked after of which other": "looked_after_other",
        "other children's and families services": "other_services",
        "family support services": "family_support", "youth justice": "youth_justice",
        "safeguarding children and young people\N{RIGHT SINGLE QUOTATION MARK}s services": "safeguarding",
        "asylum seekers": "asylum", "services for young people": "young_people",
    }  # fmt: skip
    for row in _facts(shared, "finance"):
        line = re.match(r"MHCLG RO3: Children's social care(?: -|:) (.*) - (Total|Net) ", row["measure"])
        if line:
            measure = f"ro3_{names[line[1].lower()]}_{line[2].lower()}"
            entered = official[measure, _fact_area(row), "2024-25", "mhclg_ro3_2024_25"]
            assert Decimal(entered["value"]) == Decimal(row["value"])
            seen += 1
    assert seen == 48


def test_derived_rates_of_both_councils_follow_from_the_counts(official, shared):
    """Added by number and denominator; the facts divide accommodation by the total of the activity table."""
    measures = {
        "Percentage of re-referrals to children's social care within 12 months": "rereferrals_12m",
        "Percentage of children who became the subject of a plan for a second or subsequent time": "repeat_plans",
        "Placement 1 - % CLA with three or more placements": "three_placements",
        "Long Term Placement Stability (%)": "long_term_stability",
        "% of CLA for 2+ years with 3 or more placements in previous 2 years": "three_placements_2_years",
    }
    seen = Counter()
    for row in _facts(shared, "kpi_values", "benchmarks"):
        quoted = re.match(r"(\d+) / (\d+)", row["quote"])
        if not row["status"].startswith("derived (sum") or not quoted:
            continue
        year = row["contract_year"].replace("/", "-")
        areas = {"England": ["england"], "Northamptonshire CC (pre-Apr 2021)": [COUNTY]}.get(
            row["geography"], [NORTH, WEST]
        )
        leavers = re.match(
            r"Care leavers aged (17 to 18|19 to 21|17-21).*: (EET|suitable accommodation)", row["measure"]
        )
        if leavers:
            stem = "care_leavers_eet" if leavers[2] == "EET" else "care_leavers_accommodation"
            pooled = _counts(official, f"{stem}_17_21", areas, year, "dfe_cla_2025")
            older = _counts(official, f"{stem}_19_21", areas, year, "dfe_cla_2025")
            whole = {age: _counts(official, f"care_leavers_eet_{age}", areas, year, "dfe_cla_2025")[1]
                     for age in ("17_21", "19_21")}  # fmt: skip
            part, total = {
                "17-21": (pooled[0], whole["17_21"]), "19 to 21": (older[0], whole["19_21"]),
                "17 to 18": (pooled[0] - older[0], whole["17_21"] - whole["19_21"]),
            }[leavers[1]]  # fmt: skip
        elif row["measure"] in measures:
            measure = measures[row["measure"]]
            release = "dfe_cla_2025" if "la_cla" in row["source_title"] else "dfe_cin_2025"
            part, total = _counts(official, measure, areas, year, release)
        else:
            assert "NEET" in row["measure"] or "not known" in row["measure"]  # their counts are not entered
            seen["left out"] += 1
            continue
        assert (part, total) == (Decimal(quoted[1]), Decimal(quoted[2])), row
        assert _to_places(100 * part / total, 1) == Decimal(row["value"]), row
        seen["held"] += 1
    assert seen == {"held": 60, "left out": 20}


def test_derived_counts_and_costs_of_both_councils_follow_from_theirs(official, shared):
    counts = {
        "Number of referrals": "referrals", "Referrals closed with no further action (count)": "referrals_nfa",
        "Children looked after on 31 March": "children_looked_after",
        "Children starting to be looked after": "started_care", "Children ceasing to be looked after": "left_care",
        "Children in need at 31 March (episodes)": "children_in_need",
        "Children in need episodes started in year": "in_need_started",
        "Children in need episodes ended in year": "in_need_ended",
    }  # fmt: skip
    lines = {row["measure"]: LAIT_VALUES[code[1]] for row in _facts(shared, "finance")
             if (code := re.match(r".* \| .* \| (.*) = ", row["quote"]))}  # fmt: skip
    seen = 0
    for row in _facts(shared, "demand", "finance"):
        year = row["contract_year"].replace("/", "-")
        episodes = re.match(r"(At31|Started|Ended)_episodes \d{4}: (\d+)$", row["quote"])
        if episodes:
            assert _entered(official, EPISODES[episodes[1]], COUNTY, year, "numerator") == {Decimal(episodes[2])}
            seen += 1
        if row["geography"] != "NNC+WNC combined (derived)":
            continue
        measure, column = (
            (counts[row["measure"]], "numerator") if row["measure"] in counts else (lines[row["measure"]], "value")
        )
        parts = [
            next(Decimal(entry[column]) for key, entry in official.items() if key[:3] == (measure, area, year))
            for area in (NORTH, WEST)
        ]
        assert sum(parts) == Decimal(row["value"]), row
        quoted = re.search(r"(?:^|: )(\d+) \+ (\d+)$", row["quote"])
        assert not quoted or parts == [Decimal(quoted[1]), Decimal(quoted[2])], row
        seen += 1
    assert seen == 68 + 12


def test_means_of_neighbours_follow_from_the_authorities_values(authority_values, members, measures, shared):
    """To one place; the facts round seven exact halves down, as binary floats do, and these are named."""
    titles = {row["measure"]: LAIT_VALUES[code[1]] for row in _facts(shared, "kpi_values")
              if (code := re.match(r".* \| .* \| (.*) = ", row["quote"])) and code[1] in LAIT_VALUES}  # fmt: skip
    joint = {member: group for group in members if not group.startswith("neighbours_of") for member in members[group]}
    held = {measure for measure, *_ in authority_values}
    apart, seen = set(), 0
    for row in _facts(shared, "benchmarks"):
        of = re.match(r"Statistical neighbours of (NNC|WNC) \(mean of (\d+) of 10", row["geography"])
        if not of or titles.get(row["measure"]) not in held:
            continue
        measure, year = titles[row["measure"]], row["contract_year"].replace("/", "-")
        council = NORTH if of[1] == "NNC" else WEST
        found = [
            authority_values.get((measure, area, year)) or authority_values.get((measure, joint.get(area), year))
            for area in members[f"neighbours_of_{council}"]
        ]
        values = [Decimal(entry["value"]) for entry in found if entry and entry["value"]]
        assert len(values) == int(of[2]), row
        mean = sum(values) / len(values)
        seen += 1
        if _to_places(mean, 1) != Decimal(row["value"]):
            apart.add((measure, council, year, mean, row["value"]))
    assert seen == 122
    assert {(measure, council, year) for measure, council, year, *_ in apart} == HALVES
    for *_, mean, printed_mean in apart:
        assert mean - Decimal(printed_mean) == Decimal("0.05")


# Percentages of England that are not those of the counts printed beside them.
NOT_THE_QUOTIENT = {
    ("repeat_plans", "england", "2021-22", "22.7"),
    ("sw_agency_rate", "england", "2023-24", "17.9"), ("sw_agency_rate", "england", "2024-25", "16.2"),
    ("sw_turnover_rate", "england", "2022-23", "17.2"), ("sw_turnover_rate", "england", "2024-25", "13.9"),
    ("sw_vacancies_covered", "england", "2017-18", "67.5"), ("sw_vacancies_covered", "england", "2018-19", "72.3"),
    ("sw_vacancies_covered", "england", "2024-25", "76.2"),
}  # fmt: skip
HALVES = {
    ("assessments_45wd", WEST, "2023-24"), ("repeat_plans", NORTH, "2021-22"), ("sw_vacancy_rate", WEST, "2024-25"),
    ("sw_turnover_rate", WEST, "2021-22"), ("sw_turnover_rate", WEST, "2022-23"),
    ("sw_turnover_rate", NORTH, "2024-25"), ("icpc_15wd", NORTH, "2021-22"),
}  # fmt: skip
# No release prints these percentages; those of counts rounded to ten are off by a tenth.
LAIT_APART = {
    ("icpc_15wd", "england", "2019-20"), ("icpc_15wd", "east_midlands", "2019-20"),
    ("icpc_15wd", "east_midlands", "2021-22"), ("assessments_45wd", "england", "2019-20"),
}  # fmt: skip
