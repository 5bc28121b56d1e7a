"""Loading a year: what comes out is typed, complete and cannot be changed by who uses it; sealing is all or nothing."""

import shutil
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest
import yaml
from pandas.testing import assert_frame_equal

from ncthelpers import reading, results
from ncthelpers.faults import DataFaults
from ncthelpers.load import (
    NO_REFERENCE,
    load_reference,
    load_year,
    load_years,
    open_year,
    open_years,
    seal_reference,
    seal_year,
    year_folder,
)  # fmt: skip
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
    said = 'unit: "buildings", required: false, access: restricted, reason: terms, review: 2033-03-31'
    schema.write_text(text.replace('unit: "buildings"', said), "utf-8")
    found = [(value, rule) for column, value, rule in faults_of(small_root) if column == "buildings"]
    assert found == [("", "is restricted and may not enter the repository")] * 2


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


# what every year is held against

REFERENCE = {
    "publications": """publication,title,publisher,kind,published,url,licence,read_from
news_1,"Evening News, 1 May",Evening News,press,2032-05-01,https://example.org/1,All rights reserved,an extract
""",
    "areas": """area,name,code,kind,lies_in,valid_from,valid_to,note
east,East,E01,local authority,,,,
west,West,E02,local authority,,,,
both,East and West,,joint return,,2031-04-01,,One return.
""",
    "area_members": """group,member,of,source
both,east,,news_1
both,west,,news_1
""",
}
PLACE = "data/reference"


DOCUMENT = {"id": "publications", "title": "Publications", "publisher": "various", "date": "2032", "licence": "Various"}


@pytest.fixture(scope="module")
def _held_to_copy(_small_root_to_copy, tmp_path_factory, repository):
    root = shutil.copytree(_small_root_to_copy, tmp_path_factory.mktemp("held") / "root")
    folder, schemas = root / PLACE, root / "data" / "schemas" / "reference"
    folder.mkdir()
    schemas.mkdir()
    for table, text in REFERENCE.items():
        shutil.copy(repository / "data" / "schemas" / "reference" / f"{table}.yml", schemas)
        (folder / f"{table}.csv").write_text(text, "utf-8")
    package = {"name": "held", "title": "Reference", "licence": "Invented", "documents": [DOCUMENT], "records": []}
    (folder / "datapackage.yml").write_text(yaml.safe_dump(package), "utf-8")
    seal_reference(root)
    of_year = year_folder(root, ContractYear(YEAR))
    for name in ("EAST", "WEST"):
        replaced(of_year / "contract.yml", f"{{id: {name},", f"{{id: {name}, area: {name.lower()},")
    replaced(of_year / "figures.csv", "five,report:2/1", "five,report:2/1 news_1")
    described = yaml.safe_load((of_year / "datapackage.yml").read_text("utf-8"))
    described["documents"].append(DOCUMENT)
    (of_year / "datapackage.yml").write_text(yaml.safe_dump(described), "utf-8")
    seal_year(root, ContractYear(YEAR))
    return root


@pytest.fixture
def held(_held_to_copy, small_root):
    """The invented root with a small reference, its councils' areas given and a row that cites a publication; sealed."""
    return shutil.copytree(_held_to_copy, small_root, dirs_exist_ok=True)


def replaced(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def faults_by_file(load, *asked):
    with pytest.raises(DataFaults) as found:
        load(*asked)
    return [(fault.file, fault.row, fault.column, fault.value, fault.rule) for fault in found.value.faults]


def test_a_reference_without_a_fault_is_loaded_with_every_year(held):
    reference = load_reference(held)
    assert set(reference.tables) == set(reference.schemas) == set(REFERENCE)
    assert reference.names("areas", "area", "name") == {"east": "East", "west": "West", "both": "East and West"}
    assert reference.names("measures", "measure", "title") == {}
    data = load_year(held, YEAR)
    assert data["areas"].equals(reference.tables["areas"]), "its tables are taken by name like the year's own"
    [years] = load_years(str(held), [YEAR]).years
    assert years["areas"].equals(reference.tables["areas"])
    assert load_year(held, YEAR, reference).reference is reference
    with pytest.raises(TypeError):
        reference.tables["areas"] = None


def test_a_root_without_schemas_of_a_reference_has_an_empty_one(small_root):
    assert not load_reference(small_root).tables and not load_year(small_root, YEAR).reference.tables


def test_the_reference_of_this_repository_has_no_fault_and_is_sealed(root):
    package = root / PLACE / "datapackage.yml"
    before = package.read_bytes()
    assert set(load_reference(root).tables) == {path.stem for path in (root / PLACE).glob("*.csv")}
    seal_reference(root)
    assert package.read_bytes() == before


AREAS, MEMBERS, PACKAGE = f"{PLACE}/areas.csv", f"{PLACE}/area_members.csv", f"{PLACE}/datapackage.yml"
MISSING = "is missing, and contract.yml does not say that it was not reported"
BROKEN = {
    "a missing file": (
        lambda root: (root / AREAS).unlink(), {(AREAS, None, "", "", MISSING), (PACKAGE, None, "", "areas.csv", "is listed but not in the folder")}),
    "a file that no schema knows": (
        lambda root: (root / PLACE / "moons.csv").write_text("moon\n", "utf-8"),
        {(f"{PLACE}/moons.csv", None, "", "", "has no schema: there is no data/schemas/moons.yml")}),
    "a dangling reference": (
        lambda root: replaced(root / MEMBERS, "both,west,", "both,north,"),
        {(MEMBERS, 3, "member", "north", "is not in areas.area")}),
    "an unknown publication": (
        lambda root: replaced(root / MEMBERS, "both,west,,news_1", "both,west,,news_2"),
        {(MEMBERS, 3, "source", "news_2", "is not a publication of the reference")}),
    "a value that is none of its column's": (
        lambda root: replaced(root / AREAS, "joint return", "joint venture"), {(AREAS, 4, "kind", "joint venture", "is not one of")}),
    "a package that is missing": (lambda root: (root / PACKAGE).unlink(), {(PACKAGE, None, "", "", "is missing")}),
    "a changed checksum": (
        lambda root: replaced(root / AREAS, "One return.", "A return."), {(AREAS, None, "", "", "has changed since it was sealed")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("load", [load_reference, lambda root: load_year(root, YEAR), lambda root: load_years(root, [YEAR])],
                         ids=["reference", "year", "years"])  # fmt: skip
def test_a_fault_of_the_reference_is_named_by_its_file_however_it_is_loaded(held, name, load):
    break_it, expected = BROKEN[name]
    break_it(held)
    found = faults_by_file(load, held)
    for file, row, column, value, said in expected:
        assert [fault for fault in found if fault[:4] == (file, row, column, value) and said in fault[4]], found


def test_faults_of_the_reference_and_of_a_year_are_listed_together(held):
    replaced(held / AREAS, "joint return", "joint venture")
    replaced(year_folder(held, ContractYear(YEAR)) / "property.csv", "EAST,4,", "EAST,four,")
    for load in (load_year, lambda root, year: load_years(root, [year])):
        assert {AREAS, f"data/{YEAR}/property.csv"} <= {fault[0] for fault in faults_by_file(load, held, YEAR)}


def test_a_year_citing_a_publication_that_the_reference_has_not_is_a_fault_of_the_year(held):
    replaced(year_folder(held, ContractYear(YEAR)) / "figures.csv", "report:2/1 news_1", "report:2/1 news_9")
    found = faults_by_file(load_year, held, YEAR)
    assert (f"data/{YEAR}/figures.csv", 3, "source", "news_9", "is not a publication of the reference") in found


def test_a_council_whose_area_the_reference_has_not_is_a_fault(held, contract):
    contract(
        councils=[{"id": "EAST", "name": "East", "area": "east"}, {"id": "WEST", "name": "West", "area": "far_west"}]
    )
    [fault] = [fault for fault in faults_by_file(load_year, held, YEAR) if fault[2] == "councils 2"]
    assert fault[0] == f"data/{YEAR}/contract.yml" and fault[3] == "far_west" and "is not in areas.area" in fault[4]


@pytest.mark.parametrize("area", [["east"], {"east": 1}, 7])
def test_an_area_that_is_no_text_is_a_fault_and_no_error(held, contract, area):
    contract(councils=[{"id": "EAST", "name": "East", "area": "east"}, {"id": "WEST", "name": "West", "area": area}])
    faults = [fault for fault in faults_by_file(load_year, held, YEAR) if "sealed" not in fault[4]]
    assert faults == [(f"data/{YEAR}/contract.yml", 8, "councils 2", str(area), "is its area and must be text")]


def test_a_figure_of_a_total_that_only_press_gives_is_a_fault_where_its_row_cites_it(held):
    gaps = year_folder(held, ContractYear(YEAR)) / "budget_gaps.csv"
    replaced(gaps, "7.25,estimate,report:2/1", "7.25,estimate,news_1")
    [fault] = [fault for fault in faults_by_file(load_year, held, YEAR) if fault[2] == "source"]
    assert (
        fault[:4] == (f"data/{YEAR}/budget_gaps.csv", 3, "source", "news_1")
        and "is of the kind press, which enters no total" in fault[4]
    )
    replaced(gaps, "7.25,estimate,news_1", "7.25,estimate,news_1 report:2/1")
    seal_year(held, ContractYear(YEAR))
    assert load_year(held, YEAR)["budget_gaps"].at[3, "source"] == "news_1 report:2/1"


@pytest.mark.parametrize(
    "lose",
    [
        lambda root: (root / PLACE / "publications.csv").unlink(),
        lambda root: replaced(root / PLACE / "publications.csv", "2032-05-01", "1 May"),
        lambda root: shutil.rmtree(root / PLACE),
    ],
    ids=["missing", "unread", "no folder"],
)
def test_publications_that_cannot_be_read_are_no_fault_of_the_rows_that_cite_them(held, lose):
    lose(held)
    found = faults_by_file(load_year, held, YEAR)
    assert {fault[0].rpartition("/")[0] for fault in found} == {PLACE}, found


def test_faults_of_every_year_are_listed_and_not_only_the_first(held):
    shutil.copytree(held / "data" / YEAR, held / "data" / "2032-33")
    replaced(year_folder(held, ContractYear(YEAR)) / "property.csv", ",4,", ",four,")
    found = faults_by_file(load_years, held, ["2032-33", ContractYear(YEAR)])
    assert (f"data/{YEAR}/property.csv", 2, "buildings", "four", "is not a number") in found
    assert ("data/2032-33/contract.yml", 1, "contract_year", YEAR, "is not the folder's 2032-33") in found
    assert [fault[0].split("/")[1] for fault in found] == sorted(fault[0].split("/")[1] for fault in found), (
        "oldest year first"
    )
    missing = faults_by_file(load_years, held, ["2040-41", YEAR])
    assert ("data/2040-41", None, "", "", "is missing: a contract year is one folder of data") in missing


def test_no_year_or_what_is_no_year_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ValueError, match="no contract year is given"):
        load_years(tmp_path, [])
    with pytest.raises(ValueError, match="is not a contract year"):
        load_years(tmp_path, ["2031-33"])


def test_years_are_put_in_order_and_held_against_the_same(root):
    compared = load_years(root, ["2022-23", ContractYear("2020-21"), "2021-22"])
    assert [str(data.year) for data in compared.years] == ["2020-21", "2021-22", "2022-23"]
    assert compared.newest is compared.years[-1] and str(compared.newest.year) == "2022-23"
    assert all(data.reference is compared.reference for data in compared.years)
    assert [data.has_annual_report for data in compared.years] == [False, True, False]


def test_sealing_the_reference_refuses_a_fault_and_writes_nothing(held):
    before = (held / PACKAGE).read_bytes()
    replaced(held / MEMBERS, "both,west,,news_1", "both,west,,news_2")
    with pytest.raises(DataFaults, match="news_2.* is not a publication of the reference"):
        seal_reference(held)
    assert (held / PACKAGE).read_bytes() == before


def test_a_change_of_the_reference_that_is_sealed_passes_and_sealing_again_changes_nothing(held):
    replaced(held / AREAS, "One return.", "A return.")
    seal_reference(held)
    sealed = (held / PACKAGE).read_bytes()
    assert load_reference(held).tables["areas"].set_index("area").at["both", "note"] == "A return."
    seal_reference(held)
    assert (held / PACKAGE).read_bytes() == sealed
    entry = next(entry for entry in yaml.safe_load(sealed)["resources"] if entry["path"] == "area_members.csv")
    assert entry["sections"] == ["publications:news_1"]


def test_sealing_a_year_does_not_seal_the_reference(held):
    before = (held / PACKAGE).read_bytes()
    replaced(held / AREAS, "One return.", "A return.")
    seal_year(held, ContractYear(YEAR))
    assert (held / PACKAGE).read_bytes() == before


def test_a_year_without_its_annual_report_needs_no_table_and_keeps_those_it_has(held, contract):
    folder = year_folder(held, ContractYear(YEAR))
    for path in folder.glob("*.csv"):
        path.unlink()
    shutil.rmtree(folder / "commentary")
    (folder / "property.csv").write_text(
        "council,buildings,maintenance_schedule,source\nEAST,4,Agreed.,news_1\nWEST,5,Agreed.,news_1\n", "utf-8"
    )
    term = {"term": "Fee", "value": "1", "unit": "£", "source": "news_1"}
    contract(terms=[term], annual_report={"at_hand": False, "reason": "the report was not found"})
    seal_year(held, ContractYear(YEAR))
    data = load_year(held, YEAR)
    assert not data.has_annual_report and len(data["property"]) == 2
    assert set(data.tables) == set(data.schemas) and data["approvals"].empty
    assert set(data.contract["not_reported"].values()) == {"the report was not found"}
    assert set(data.contract["not_reported"]) == set(data.schemas) - {"property"}


# What a page opens


def _same(opened, loaded):
    """Hold two years against each other in all that they hold."""
    assert (opened.year, opened.starts, opened.ends) == (loaded.year, loaded.starts, loaded.ends)
    assert opened.has_annual_report == loaded.has_annual_report
    assert opened.contract == loaded.contract
    assert list(opened.contract["not_reported"]) == list(loaded.contract["not_reported"])
    assert dict(opened.commentary) == loaded.commentary
    for mine, other in ((opened, loaded), (opened.reference, loaded.reference)):
        assert dict(mine.schemas) == other.schemas
        assert list(mine.tables) == list(other.tables)
        for name in other.tables:
            assert_frame_equal(mine.tables[name], other.tables[name])
        assert dict(mine.package["resources"]) == other.package["resources"]
        assert {**mine.package, "resources": None} == {**other.package, "resources": None}


def test_what_is_opened_of_every_public_year_is_what_is_loaded(years, repository):
    opened = open_years(repository, [str(data.year) for data in years.years][::-1])
    assert [data.year for data in opened.years] == [data.year for data in years.years]
    assert all(data.reference is opened.reference for data in opened.years)
    for mine, other in zip(opened.years, years.years, strict=True):
        _same(mine, other)


def test_what_is_opened_of_an_invented_year_is_what_is_loaded(held, contract):
    (year_folder(held, ContractYear(YEAR)) / "approvals.csv").unlink()
    contract(not_reported={"approvals": "None was given."})
    seal_year(held, ContractYear(YEAR))
    _same(open_year(held, YEAR), load_year(held, YEAR))
    reference = load_reference(held)
    assert open_year(str(held), ContractYear(YEAR), reference).reference is reference


def test_a_year_without_an_annual_report_is_opened_as_it_is_loaded(held, contract):
    folder = year_folder(held, ContractYear(YEAR))
    for path in folder.glob("*.csv"):
        path.unlink()
    shutil.rmtree(folder / "commentary")
    term = {"term": "Fee", "value": "1", "unit": "£", "source": "news_1"}
    contract(terms=[term], annual_report={"at_hand": False, "reason": "the report was not found"})
    seal_year(held, ContractYear(YEAR))
    _same(open_year(held, YEAR), load_year(held, YEAR))


@pytest.fixture
def read(monkeypatch):
    """A function that gives what was read below a root since this test began."""
    monkeypatch.setattr(reading, "_READ", set())
    return reading.files_read


def _headers_only(root, *tables):
    for table in tables:
        path = year_folder(root, ContractYear(YEAR)) / f"{table}.csv"
        path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")


def test_a_table_to_enter_is_not_reported_until_it_has_a_row(held, contract):
    contract(to_enter=["budget_gaps", "property"])
    _headers_only(held, "budget_gaps", "approvals")
    seal_year(held, ContractYear(YEAR))
    data = load_year(held, YEAR)
    assert data.contract["not_reported"] == {"budget_gaps": "nothing has been entered yet"}
    assert data["approvals"].empty, "a table without a row that is not named has none"
    assert len(data["property"]) == 2, "a table that has rows is entered, whatever is said of it"
    _same(open_year(held, YEAR), data)


def test_a_table_to_enter_needs_its_file_and_its_header(small_root, contract):
    contract(to_enter=["budget_gaps", "approvals"])
    folder = year_folder(small_root, ContractYear(YEAR))
    (folder / "budget_gaps.csv").unlink()
    (folder / "approvals.csv").write_text("role\n", "utf-8")
    found = faults_of(small_root)
    assert ("", "", "is missing, and contract.yml does not say that it was not reported") in found
    assert ("source", "", "is a column the schema asks for and the file lacks") in found


def test_a_page_depends_on_the_tables_to_enter_that_it_asks_for(small_root, contract, read):
    contract(to_enter=["budget_gaps", "approvals"])
    _headers_only(small_root, "budget_gaps", "approvals")
    data = open_year(small_root, YEAR)
    assert read(small_root) == ALWAYS
    assert results.reason_not_reported(data, "gaps_by_year") == "nothing has been entered yet"
    assert results.reason_not_reported(data, "outturn_variance") == ""
    assert read(small_root) == sorted([*ALWAYS, f"data/{YEAR}/budget_gaps.csv"])


ALWAYS = [f"data/{YEAR}/contract.yml", f"data/{YEAR}/datapackage.yml"]


def test_a_year_opened_has_read_its_contract_and_its_package_only(small_root, read):
    open_year(small_root, YEAR)
    assert read(small_root) == ALWAYS


@pytest.mark.parametrize(
    ("ask", "files"),
    [
        (lambda data: data["property"], [f"{YEAR}/property.csv", "schemas/property.yml"]),
        (lambda data: data.schemas["property"], ["schemas/property.yml"]),
        (lambda data: "property" in data.tables, [f"{YEAR}/property.csv"]),
        (lambda data: data.commentary["04_cost"], [f"{YEAR}/commentary/04_cost.md"]),
        (lambda data: data.commentary.get("05_none"), [f"{YEAR}/commentary"]),
        (lambda data: data.package["resources"]["property.csv"], [f"{YEAR}/property.csv"]),
        (lambda data: list(data.tables), [YEAR]),
        (lambda data: data.tables.get("no_such_table"), [YEAR]),
        (lambda data: list(data.schemas), ["schemas"]),
        (lambda data: data.contract["terms"], []),
    ],
    ids=["table", "schema", "is there", "commentary", "no commentary", "file", "tables", "no table", "schemas", "contract"],
)  # fmt: skip
def test_what_is_asked_of_a_year_is_what_it_has_read(small_root, read, ask, files):
    ask(open_year(small_root, YEAR))
    assert read(small_root) == sorted([*ALWAYS, *(f"data/{file}" for file in files)])


def test_a_table_that_is_excused_as_it_is_not_there_depends_on_the_list_of_files(held, contract, read):
    (year_folder(held, ContractYear(YEAR)) / "approvals.csv").unlink()
    contract(annual_report={"at_hand": False, "reason": "not found"})
    assert open_year(held, YEAR)["approvals"].empty
    assert {f"data/{YEAR}", f"data/{YEAR}/approvals.csv"} <= set(read(held))


def test_a_table_of_the_reference_is_opened_by_the_name_of_a_year_s_own(held, read):
    assert len(open_year(held, YEAR)["areas"]) == 3
    assert f"{PLACE}/areas.csv" in read(held) and f"{PLACE}/area_members.csv" not in read(held)


def test_a_root_without_a_reference_is_opened_with_none(small_root):
    assert open_year(small_root, YEAR).reference is NO_REFERENCE


def test_a_fault_of_a_table_is_found_when_it_is_asked_for_and_no_sooner(small_root):
    replaced(year_folder(small_root, ContractYear(YEAR)) / "property.csv", ",4,", ",four,")
    data = open_year(small_root, YEAR)
    assert len(data["service_costs"]) == 3
    with pytest.raises(DataFaults, match=r"property.csv!B2 \(row 2, column buildings\): 'four' is not a number"):
        data["property"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("contract.yml", "a: [", "contract.yml, row 1: cannot be read as YAML"),
        ("contract.yml", 'contract_year: "2032-33"\n', "is not the folder's 2031-32"),
        ("datapackage.yml", "- a list\n", "datapackage.yml: must be a mapping"),
        ("datapackage.yml", "name: x\n", "datapackage.yml"),
    ],
)
def test_a_fault_of_the_contract_or_the_package_is_found_at_once(small_root, file, text, said):
    (year_folder(small_root, ContractYear(YEAR)) / file).write_text(text, "utf-8")
    with pytest.raises(DataFaults) as found:
        open_year(small_root, YEAR)
    assert said in str(found.value)


def test_what_is_no_year_or_not_there_cannot_be_opened(small_root):
    with pytest.raises(ValueError, match="'../x' is not a contract year"):
        open_year(small_root, "../x")
    with pytest.raises(ValueError, match="no contract year is given"):
        open_years(small_root, [])
    with pytest.raises(DataFaults, match="data/2032-33: is missing"):
        open_years(small_root, [YEAR, "2032-33"])


def test_what_is_opened_cannot_be_changed_and_a_table_taken_is_a_copy(small_root):
    data = open_year(small_root, YEAR)
    for held in (data.tables, data.schemas, data.commentary, data.contract, data.package, data.package["resources"]):
        with pytest.raises(TypeError):
            held["property"] = None
    taken = data["property"]
    taken.loc[2, "buildings"] = 99
    assert data["property"].loc[2, "buildings"] == 4


@pytest.mark.parametrize("ours", [None, True])
def test_an_invented_year_stands_beside_no_other(small_root, contract, ours):
    other = small_root / "data" / "2041-42"
    other.mkdir()
    (other / "contract.yml").write_text("title: x\n" if ours else "invented: true\n", "utf-8")
    contract(invented=ours)
    with pytest.raises(DataFaults) as found:
        load_year(small_root, YEAR)
    assert "invented" in {fault.column for fault in found.value.faults}


def test_a_document_that_makes_a_claim_has_a_date(small_root):
    path = year_folder(small_root, ContractYear(YEAR)) / "datapackage.yml"
    said = yaml.safe_load(path.read_text("utf-8"))
    del said["documents"][0]["date"]
    path.write_text(yaml.safe_dump(said), "utf-8")
    found = faults_of(small_root)
    assert found == [("source", "report", "is a document without a date in datapackage.yml")] * 2


# every fault at once


def faults_at(root, *edits):
    for name, old, new in edits:
        replaced(year_folder(root, ContractYear(YEAR)) / name, old, new)
    with pytest.raises(DataFaults) as found:
        load_year(root, YEAR)
    return [fault for fault in found.value.faults if "sealed" not in fault.rule]


def test_the_rows_that_read_well_of_a_table_with_one_that_does_not_are_held_to_the_other_rules(small_root):
    found = faults_at(
        small_root,
        ("budget_gaps.csv", "7.25,estimate", "about 7,estimate"),
        ("budget_gaps.csv", "EAST,2033-34", "KCC,2033-34"),
    )
    assert {(fault.cell, fault.value) for fault in found} == {("C3", "about 7"), ("A4", "KCC")}, found


def test_a_row_that_names_one_that_could_not_be_read_is_not_called_dangling(small_root):
    found = faults_at(small_root, ("dependencies.csv", "1,3.1,", "1,,"))
    assert [fault.file.rpartition("/")[2] for fault in found] == ["dependencies.csv"], found


def test_a_key_that_could_not_be_read_makes_no_other_row_dangling(small_root):
    found = faults_at(small_root, ("dependencies.csv", "1,3.1,", "one,3.1,"))
    assert [fault.file.rpartition("/")[2] for fault in found] == ["dependencies.csv"], found


def test_commentary_is_looked_at_although_a_table_has_a_fault(small_root):
    found = faults_at(
        small_root,
        ("budget_gaps.csv", "7.25", "about 7"),
        ("commentary/04_cost.md", "## overview", "## overview\n\nOf 17 {nowhere}."),
    )
    assert {fault.value for fault in found} == {"about 7", "17", "{nowhere}"}, found


def test_words_that_take_figures_of_a_table_that_could_not_be_read_are_no_fault(small_root):
    found = faults_at(
        small_root,
        ("property.csv", ",4,", ",four,"),
        ("commentary/04_cost.md", "## overview", "## overview\n\n{count:property}"),
    )
    assert [fault.value for fault in found] == ["four"], found


def test_a_contract_that_cannot_be_read_hides_no_fault_of_a_table_and_makes_none(small_root):
    found = faults_at(small_root, ("property.csv", ",4,", ",four,"), ("contract.yml", "councils:", "councils: ["))
    assert [fault.file.rpartition("/")[2] for fault in found] == ["contract.yml", "property.csv"], found


@pytest.mark.parametrize(
    "documents", [None, "x", 5, [5], {"a": 5}, [{"id": [], "title": "x"}], [{"id": 5, "title": "x"}], [{"id": "report", "title": "x", "date": 5}]]
)  # fmt: skip
def test_documents_that_cannot_be_read_are_one_fault_and_make_none(small_root, documents):
    path = year_folder(small_root, ContractYear(YEAR)) / "datapackage.yml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), "documents": documents}), "utf-8")
    found = faults_at(small_root)
    assert {(fault.file.rpartition("/")[2], fault.column) for fault in found} == {("datapackage.yml", "documents")}, (
        found
    )


def test_a_council_s_area_that_is_not_there_is_one_fault_and_makes_none(repository, tmp_path):
    shutil.copytree(repository / "examples" / "inventshire" / "data", tmp_path / "data")
    replaced(tmp_path / "data" / "2024-25" / "contract.yml", ", area: north_inventshire", "")
    with pytest.raises(DataFaults) as found:
        load_year(tmp_path, "2024-25")
    assert [fault.column for fault in found.value.faults if "sealed" not in fault.rule] == ["councils 1"]


def test_the_day_on_which_a_table_changed_is_said_when_it_is_sealed(small_root):
    folder = year_folder(small_root, ContractYear(YEAR))
    replaced(folder / "property.csv", ",4,", ",5,")
    seal_year(small_root, ContractYear(YEAR), date(2032, 9, 1))
    seal_year(small_root, ContractYear(YEAR), date(2032, 9, 2))
    files = load_year(small_root, YEAR).package["resources"]
    assert files["property.csv"]["changed"] == date(2032, 9, 1)
    assert files["budget_gaps.csv"]["changed"] != date(2032, 9, 2)
