"""Loading a year: what comes out is typed, complete and cannot be changed by who uses it; sealing is all or nothing."""

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest
import yaml

from ncthelpers.faults import DataFaults
from ncthelpers.load import load_year, seal_year, year_folder
from ncthelpers.years import ContractYear

YEAR = "2031-32"


@pytest.fixture
def contract(small_root):
    """Change entries of the invented contract; none takes one out."""
    path = year_folder(small_root, ContractYear(YEAR)) / "contract.yml"

    def change(**entries):
        written = yaml.safe_load(path.read_text("utf-8")) | entries
        path.write_text(yaml.safe_dump({key: value for key, value in written.items() if value is not None}), "utf-8")

    return change


def faults_of(root, year=YEAR):
    with pytest.raises(DataFaults) as found:
        load_year(root, year)
    return [(fault.column, fault.value, fault.rule) for fault in found.value.faults if "seal" not in fault.rule]


# a year without a fault


def test_the_reviewed_year_is_loaded_as_its_documents_give_it(review):
    assert (str(review.year), review.starts, review.ends) == ("2021-22", date(2021, 4, 1), date(2022, 3, 31))
    costs = review["service_costs"].set_index("service")
    # annual report section 4, the service table: 5,692 budget, a printed dash for covid funding, (616) variance
    row = costs.loc["Children, Young People and Family Support Services"]
    assert (row["budget"], row["covid_funding"], row["outturn_variance"]) == (Decimal(5692), Decimal(0), Decimal(-616))
    # annual report section 12: the second council prints N/A for 2025-26, which is not nil
    gaps = review["budget_gaps"].set_index(["council", "year"])
    assert gaps.at[("NNC", "2025-26"), "gap"] is None and gaps.at[("WNC", "2025-26"), "gap"] == Decimal("26.448")


def test_every_schema_has_its_table_or_the_reason_why_not(review):
    assert set(review.tables) == set(review.schemas)
    for name, frame in review.tables.items():
        assert frame.columns.tolist() == review.schemas[name].names
    assert all(review.tables[name].empty for name in review.contract["not_reported"])


def test_a_year_is_found_by_its_label_or_as_a_contract_year_and_under_a_root_given_as_text(small_root):
    by_label, by_year = load_year(str(small_root), YEAR), load_year(small_root, ContractYear(YEAR))
    assert by_label.year == by_year.year and by_label.commentary == by_year.commentary


def test_a_table_taken_is_a_copy(small_root):
    data = load_year(small_root, YEAR)
    taken = data["property"]
    taken.loc[2, "buildings"] = 99
    assert data["property"].loc[2, "buildings"] == 4


def test_the_year_cannot_be_changed(small_root):
    data = load_year(small_root, YEAR)
    with pytest.raises(FrozenInstanceError):
        data.starts = date(2000, 1, 1)
    for held in (data.tables, data.contract, data.commentary, data.package):
        with pytest.raises(TypeError):
            held["property"] = None


def test_a_short_first_year_starts_when_its_contract_says(small_root, contract):
    events = year_folder(small_root, ContractYear(YEAR)) / "events.csv"
    contract(starts=date(2031, 11, 1))
    assert any("outside the contract year (2031-11-01 to 2032-03-31)" in rule for *_, rule in faults_of(small_root))
    events.write_text(events.read_text().replace("2031-06-01", "2031-11-01"))
    seal_year(small_root, ContractYear(YEAR))
    data = load_year(small_root, YEAR)
    assert (data.starts, data.ends) == (date(2031, 11, 1), date(2032, 3, 31))


def test_a_table_not_reported_is_empty_with_its_columns(small_root, contract):
    (year_folder(small_root, ContractYear(YEAR)) / "approvals.csv").unlink()
    contract(not_reported={"approvals": "No source gives them."})
    seal_year(small_root, ContractYear(YEAR))
    data = load_year(small_root, YEAR)
    assert data["approvals"].empty and "approved_on" in data["approvals"]


# a year with faults


@pytest.mark.parametrize(
    "key", ["contract_year", "starts", "ends", "title", "provider", "councils", "terms", "not_reported"]
)
def test_each_entry_the_contract_lacks_is_named(small_root, contract, key):
    contract(**{key: None})
    assert (key, "", "is missing") in faults_of(small_root)


@pytest.mark.parametrize("key", ["term", "value", "unit", "source"])
def test_each_part_a_term_lacks_is_named(small_root, contract, key):
    term = {"term": "Contract sum", "value": "2.5", "unit": "£m", "source": "report:1/1"}
    contract(terms=[term, {part: text for part, text in term.items() if part != key}])
    assert faults_of(small_root) == [("terms 2", term["term"] if key != "term" else "", f"lacks its {key}")]


def test_a_term_may_be_nought(small_root, contract):
    contract(terms=[{"term": "Fee", "value": 0, "unit": "£", "source": "report:1/1"}])
    seal_year(small_root, ContractYear(YEAR))
    assert load_year(small_root, YEAR).contract["terms"][0]["value"] == 0


def test_a_missing_year_is_one_fault(small_root):
    assert faults_of(small_root, "2032-33") == [("", "", "is missing: a contract year is one folder of data")]


def test_what_is_not_a_contract_year_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ValueError, match="'../x' is not a contract year"):
        load_year(tmp_path, "../x")


def test_a_restricted_column_with_a_value_is_refused(small_root):
    schema = small_root / "data" / "schemas" / "property.yml"
    text = schema.read_text("utf-8")
    assert text.count('unit: "buildings"') == 1
    schema.write_text(text.replace('unit: "buildings"', 'unit: "buildings", access: restricted'), "utf-8")
    assert any(column == "buildings" and "restricted" in rule for column, _, rule in faults_of(small_root))


# sealing


def test_sealing_refuses_content_with_a_fault_and_writes_nothing(small_root):
    folder = year_folder(small_root, ContractYear(YEAR))
    (folder / "property.csv").write_text((folder / "property.csv").read_text().replace(",4,", ",four,"))
    before = (folder / "datapackage.yml").read_bytes()
    with pytest.raises(DataFaults, match="'four' is not a number"):
        seal_year(small_root, ContractYear(YEAR))
    assert (folder / "datapackage.yml").read_bytes() == before


@pytest.mark.parametrize("text", [None, "", "- a list\n", "a: [\n"], ids=["missing", "empty", "list", "broken"])
def test_sealing_refuses_a_package_that_cannot_be_read(small_root, text):
    package = year_folder(small_root, ContractYear(YEAR)) / "datapackage.yml"
    package.unlink()
    if text is not None:
        package.write_text(text)
    with pytest.raises(DataFaults, match="datapackage.yml"):
        seal_year(small_root, ContractYear(YEAR))
    assert package.exists() == (text is not None) and (text is None or package.read_text() == text)


def test_a_change_that_is_sealed_passes_and_sealing_again_changes_nothing(small_root):
    folder = year_folder(small_root, ContractYear(YEAR))
    (folder / "property.csv").write_text((folder / "property.csv").read_text().replace(",4,", ",6,"))
    seal_year(small_root, ContractYear(YEAR))
    sealed = (folder / "datapackage.yml").read_bytes()
    assert load_year(small_root, YEAR)["property"].loc[2, "buildings"] == 6
    seal_year(small_root, ContractYear(YEAR))
    assert (folder / "datapackage.yml").read_bytes() == sealed


def test_sealing_the_reviewed_year_as_it_is_changes_nothing(root):
    package = year_folder(root, ContractYear("2021-22")) / "datapackage.yml"
    before = package.read_bytes()
    seal_year(root, ContractYear("2021-22"))
    assert package.read_bytes() == before
