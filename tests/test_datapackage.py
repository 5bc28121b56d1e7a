"""The data package: one checksum on every system, every difference from the folder found, and the list written anew."""

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import Column
from ncthelpers.datapackage import package_faults, seal
from ncthelpers.files import checksum
from ncthelpers.schemas import TableSchema

FILE = "data/2031-32/datapackage.yml"
SCHEMAS = {
    "gaps": TableSchema("gaps", "Gaps of the councils", "One row a gap.", (), (Column("source", "source", "Source"),))
}
PACKAGE = {
    "name": "invented",
    "licence": "Invented licence",
    "documents": [{"id": "report", "title": "Invented report"}, {"id": "cover", "title": "Invented cover"}],
}


def tables(*sources):
    return {"gaps": pd.DataFrame({"source": sources}, dtype=object)}


@pytest.fixture
def folder(tmp_path):
    """A year of two files, sealed."""
    (tmp_path / "commentary").mkdir()
    (tmp_path / "gaps.csv").write_bytes(b"source\nreport:1/1\n")
    (tmp_path / "commentary" / "01_purpose.md").write_bytes(b"## overview\nWords.\n")
    (tmp_path / "datapackage.yml").write_text(yaml.safe_dump(PACKAGE))
    seal(tmp_path, tables("report:1/1"), SCHEMAS)
    return tmp_path


def package(folder):
    return yaml.safe_load((folder / "datapackage.yml").read_text("utf-8"))


def lines(folder, changed=None):
    return [(fault.file.removeprefix("data/2031-32/"), fault.column, fault.value, fault.rule)
            for fault in package_faults(folder, changed or package(folder), FILE)]  # fmt: skip


# checksums


def test_the_checksum_is_sha256_as_others_compute_it():
    # FIPS 180-4 example "abc"; the digest of nothing
    assert checksum(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksum(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=6).map(lambda part: part.replace(b"\r", b"").replace(b"\n", b"")), max_size=6))
def test_line_ends_do_not_change_the_checksum(parts):
    assert checksum(b"\r\n".join(parts)) == checksum(b"\n".join(parts))


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_any_other_difference_changes_the_checksum(one, other):
    same = one.replace(b"\r\n", b"\n") == other.replace(b"\r\n", b"\n")
    assert (checksum(one) == checksum(other)) == same


# faults


@pytest.mark.parametrize("day", ["14/08/2026", "soon", "2026-02-30"])
def test_the_date_of_a_document_is_one_or_is_left_out(folder, day):
    report, cover = {"id": "report", "title": "Invented report"}, {"id": "cover", "title": "Invented cover"}
    changed = {**package(folder), "documents": [{**report, "date": day}, {**cover, "date": 2026}]}
    rule = "is the date of report: write 1999-12-31, 1999-12 or 1999"
    assert lines(folder, changed) == [("datapackage.yml", "documents", day, rule)]
    assert lines(folder, {**changed, "documents": [report, cover]}) == []


def test_a_sealed_folder_has_no_fault(folder):
    assert lines(folder) == []


def test_a_changed_file_is_named(folder):
    (folder / "gaps.csv").write_bytes(b"source\nreport:1/2\n")
    [(file, column, value, rule)] = lines(folder)
    assert (file, column, value) == ("gaps.csv", "", "") and "has changed since it was sealed" in rule


def test_a_file_that_is_gone_and_one_that_is_new_are_named(folder):
    (folder / "gaps.csv").rename(folder / "grants.csv")
    found = {(value, rule.partition(":")[0]) for _, _, value, rule in lines(folder)}
    assert found == {("gaps.csv", "is listed but not in the folder"), ("grants.csv", "is in the folder but not listed")}


@pytest.mark.parametrize("key", ["title", "documents", "licence", "access", "sha256"])
def test_an_entry_without_one_of_its_parts_is_named(folder, key):
    changed = package(folder)
    del changed["resources"][0][key]
    assert lines(folder, changed) == [
        ("datapackage.yml", key, "commentary/01_purpose.md", f"is listed without its {key}")
    ]


@pytest.mark.parametrize("sections", [None, "report:1", {}])
def test_an_entry_whose_sections_are_no_list_is_named_and_an_empty_list_is_one(folder, sections):
    changed = package(folder)
    changed["resources"][0]["sections"] = sections
    said = "is listed without its sections: a list, which may be empty"
    assert lines(folder, changed) == [("datapackage.yml", "sections", "commentary/01_purpose.md", said)]
    del changed["resources"][0]["sections"]
    assert lines(folder, changed) == [("datapackage.yml", "sections", "commentary/01_purpose.md", said)]
    changed["resources"][0]["sections"] = []
    assert lines(folder, changed) == []


def test_a_path_that_is_no_text_is_a_fault_and_no_error(folder):
    changed = package(folder)
    changed["resources"][1]["path"] = [[]]
    assert [column for _, column, *_ in lines(folder, changed)] == ["resources"]


def test_the_documents_of_a_file_that_are_no_list_are_named(folder):
    changed = package(folder)
    changed["resources"][1]["documents"] = 5
    said = "of gaps.csv is not among the package's documents"
    assert lines(folder, changed) == [("datapackage.yml", "documents", "5", said)]


def test_a_document_that_the_package_does_not_have_is_named(folder):
    changed = package(folder)
    changed["resources"][1]["documents"] = ["report", "minutes"]
    assert lines(folder, changed) == [
        ("datapackage.yml", "documents", "minutes", "of gaps.csv is not among the package's documents")
    ]


def test_a_restricted_file_is_refused(folder):
    changed = package(folder)
    changed["resources"][1]["access"] = "restricted"
    assert lines(folder, changed) == [("gaps.csv", "", "", "is restricted and may not enter the repository")]


@pytest.mark.parametrize("name", [".DS_Store", "~$gaps.csv", ".~lock.gaps.csv#", "commentary/.hidden.md"])
def test_what_programs_leave_beside_the_data_is_not_data(folder, name):
    (folder / name).write_bytes(b"x")
    assert lines(folder) == []


# sealing


def test_sealing_lists_every_file_but_the_package_in_order_of_name(folder):
    assert [entry["path"] for entry in package(folder)["resources"]] == ["commentary/01_purpose.md", "gaps.csv"]


def test_sealing_reads_documents_and_sections_off_the_rows_in_the_order_of_the_documents(folder):
    cited = (
        "report:10.2/1 report:9.3/4",
        "report:9.3/1",
        "cover:7.1.2/1 report:appendices/1",
        "cover:7.1/0 report:9.10/1",
    )
    seal(folder, tables(*cited), SCHEMAS)
    entry = package(folder)["resources"][1]
    assert entry["documents"] == ["report", "cover"]
    assert entry["sections"] == [
        "cover:7.1",
        "cover:7.1.2",
        "report:9.3",
        "report:9.10",
        "report:10.2",
        "report:appendices",
    ]
    assert (entry["title"], entry["licence"], entry["access"]) == ("Gaps of the councils", "Invented licence", "public")
    assert entry["sha256"] == checksum((folder / "gaps.csv").read_bytes())


def test_sealing_keeps_what_people_wrote_of_a_file_and_of_the_documents(folder):
    written = package(folder)
    written["resources"][0] |= {
        "title": "Purpose",
        "sections": ["report:1"],
        "documents": ["cover"],
        "access": "restricted",
    }
    written["resources"][1]["licence"] = "Another licence"
    written["documents"][0]["title"] = "Invented £ report"
    (folder / "datapackage.yml").write_text(yaml.safe_dump(written))
    seal(folder, tables("report:1/1"), SCHEMAS)
    assert package(folder) == written


def test_sealing_drops_files_that_are_gone_and_adds_new_ones(folder):
    (folder / "commentary" / "01_purpose.md").rename(folder / "commentary" / "02_kpis.md")
    seal(folder, tables("report:1/1"), SCHEMAS)
    assert [entry["path"] for entry in package(folder)["resources"]] == ["commentary/02_kpis.md", "gaps.csv"]
    assert lines(folder) == []


def test_sealing_twice_gives_the_same_bytes(folder):
    first = (folder / "datapackage.yml").read_bytes()
    seal(folder, tables("report:1/1"), SCHEMAS)
    assert (folder / "datapackage.yml").read_bytes() == first


def test_a_package_that_names_no_licence_is_refused_by_what_it_lacks(folder):
    (folder / "datapackage.yml").write_text(yaml.safe_dump({"documents": [{"id": "report"}]}))
    with pytest.raises((ValueError, LookupError), match="datapackage.yml.*licence"):
        seal(folder, tables("report:1/1"), SCHEMAS)


# the year reviewed


def test_every_file_of_the_reviewed_year_names_document_section_licence_and_checksum(review):
    lacking = {path: [key for key in ("title", "documents", "sections", "licence", "sha256") if not entry.get(key)]
               for path, entry in review.package["resources"].items()}  # fmt: skip
    assert "service_costs.csv" in lacking
    assert {path: keys for path, keys in lacking.items() if keys} == {}


def test_every_document_of_the_reviewed_year_says_who_published_it_and_under_which_licence(review):
    assert [document["id"] for document in review.package["documents"]] == ["report", "cover", "publications"]
    for document in review.package["documents"]:
        assert all(document.get(key) for key in ("title", "publisher", "date", "licence", "read_from", "address_note"))
