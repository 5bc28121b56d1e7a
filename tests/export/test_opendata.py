"""Open data: every published table read back through CSV on the Web, and what each file says of itself."""

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from csvw.metadata import Table

from ncthelpers import comparison, results
from ncthelpers.cells import Column
from ncthelpers.export import folders, licences, opendata
from ncthelpers.export.symbols import PLACES, SYMBOLS
from ncthelpers.load import open_year, open_years
from ncthelpers.publish import html, toc
from ncthelpers.rounding import half_up
from ncthelpers.rows import records_of
from ncthelpers.schemas import TableSchema
from ncthelpers.yeardata import Comparison

LINK = re.compile(r'tables/([\w-]+)/(\w+)\.csv\\?"')
YEAR = "2031-32"


def made(data, place, *names):
    """Some tables as open data, written into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    files = opendata.files_of(data, names)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return files


def every_table(data):
    """The tables of a year, or of the years side by side, that have a row."""
    if isinstance(data, Comparison):
        return [*sorted(comparison.ACROSS), "events", "inspections", "latest_judgements", "series_breaks"]
    return [name for name in (*data.tables, *results.RESULTS) if len(results.table(data, name))]


def read_back(place, name):
    """A table as a program reads it that goes by its metadata."""
    table = Table.from_file(place / f"{name}.csv-metadata.json")
    rows = list(table.iterdicts(strict=True))
    table.check_primary_key()
    return rows


def as_read(value, column):
    """A value as such a program is to give it."""
    if value is None or value != value or value == "":
        return None
    if isinstance(value, (bool, date)):
        return value
    return half_up(Decimal(value), PLACES) if column.numeric else str(value)


def assert_the_same(data, place, names):
    of = comparison if isinstance(data, Comparison) else results
    for name in names:
        schema, rows = of.table_schema(data, name), records_of(of.table(data, name))
        read = read_back(place, name)
        assert len(read) == len(rows), name
        for got, row in zip(read, rows, strict=True):
            for column in schema.columns:
                was, value = as_read(row[column.name], column), got[column.name]
                value = value.unsplit() if hasattr(value, "unsplit") else value  # an address
                value = value.date() if hasattr(value, "date") else value
                if isinstance(was, str) and value != was:
                    value = value.removeprefix("'")
                assert value == was, (name, column.name)


def test_every_table_of_a_year_comes_back_as_it_is(review, tmp_path):
    names = every_table(review)
    made(review, tmp_path, *names)
    assert_the_same(review, tmp_path, names)


@pytest.mark.slow
def test_every_table_of_other_years_and_of_all_comes_back_as_it_is(years, repository, tmp_path):
    for data in (years.newest, years, open_year(repository / "examples" / "inventshire", "2024-25")):
        place, names = tmp_path / f"{len(data.marks)}_{opendata.folder_of(data)}", every_table(data)
        made(data, place, *names)
        assert_the_same(data, place, names)


@pytest.fixture
def small(small_root):
    return open_year(small_root, YEAR)


def test_a_table_stands_under_the_names_of_its_columns_in_their_order(small, tmp_path):
    files = made(small, tmp_path, "budget_gaps")
    assert files["budget_gaps.csv"].decode() == (
        "council,year,gap,status,source\n"
        "EAST,2032-33,10.5,estimate,report:2/1\n"
        "WEST,2032-33,7.25,estimate,report:2/1\n"
        "EAST,2033-34,x,N/A as printed,report:2/1\n"
        "WEST,2033-34,8.125,estimate,report:2/1\n"
    )


def test_a_share_without_end_is_rounded_half_up_to_eight_places(small, tmp_path):
    made(small, tmp_path, "outturn_variance")
    homes = next(row for row in read_back(tmp_path, "outturn_variance") if row["service"] == "Homes")
    assert homes["variance_pct"] == Decimal("3.33333333")


def test_the_metadata_says_what_each_column_is(small, tmp_path):
    said = json.loads(made(small, tmp_path, "budget_gaps")["budget_gaps.csv-metadata.json"])
    assert said["url"] == "budget_gaps.csv" and said["dc:language"] == "en"
    assert said["dc:license"] == ["Invented"] and any("Invented report" in one for one in said["dc:source"])
    assert said["tableSchema"]["primaryKey"] == list(small.schemas["budget_gaps"].key)
    gap = next(column for column in said["tableSchema"]["columns"] if column["name"] == "gap")
    schema = small.schemas["budget_gaps"]["gap"]
    assert gap["titles"]["en"] == ["gap", opendata.heading(schema)] and gap["datatype"] == "decimal"
    assert gap["schema:unitText"] == schema.unit and gap["null"] == list(SYMBOLS)
    assert "x, which here means N/A as printed" in gap["dc:description"]
    assert any(one.startswith("c: confidential") for one in said["rdfs:comment"])


@pytest.mark.filterwarnings("ignore:Unspecified column")
def test_metadata_that_is_wrong_is_found(small, tmp_path):
    made(small, tmp_path, "budget_gaps")
    path = tmp_path / "budget_gaps.csv-metadata.json"
    said = json.loads(path.read_text("utf-8"))
    for old, new in (('"decimal"', '"date"'), ('"c",', '"c","10.5",'), ('"name": "gap"', '"name": "gasp"')):
        path.write_text(json.dumps(said).replace(old, new), "utf-8")
        with pytest.raises((AssertionError, ValueError, KeyError)):
            assert_the_same(small, tmp_path, ["budget_gaps"])


def test_the_descriptor_describes_every_file(small, tmp_path):
    files = made(small, tmp_path, "budget_gaps", "outturn_variance", "property")
    said = json.loads(files["datapackage.json"])
    assert said["profile"] == "tabular-data-package" and re.fullmatch(r"[a-z0-9._-]+", said["name"])
    assert [one["path"] for one in said["resources"]] == ["budget_gaps.csv", "outturn_variance.csv", "property.csv"]
    assert all("name" in one for one in said["licenses"]) and all(one["title"] for one in said["sources"])
    for one in said["resources"]:
        content = files[one["path"]]
        assert (one["bytes"], one["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
        fields = one["schema"]["fields"]
        assert header == [field["name"] for field in fields] and re.fullmatch(r"[a-z0-9._-]+", one["name"])
        numeric = [at for at, field in enumerate(fields) if field["type"] in {"integer", "number"}]
        missing = {row[at] for row in rows for at in numeric if row[at] in SYMBOLS}
        assert one["schema"]["missingValues"] == ["", *sorted(missing)]
        assert all(row[at] in missing or Decimal(row[at]).is_finite() for row in rows for at in numeric)


def test_a_suppressed_number_never_comes_out_and_neither_does_what_would_give_it(repository, tmp_path):
    data = open_year(repository / "examples" / "inventshire", "2024-25")
    names = ("survey_answers", "answer_shares", "practice_scores", "practice_shares")
    made(data, tmp_path, *names)
    found = 0
    for name in names:
        schema = results.table_schema(data, name)
        counted = [column.name for column in schema.columns if column.missing in {"suppressed", "not shown"}]
        assert counted, name
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as held:
            for row in csv.DictReader(held):
                if row["status"] == "c":
                    found += 1
                    assert {row[column] for column in counted} - {row.get("base")} <= {"c"}, name
    assert found


def test_a_text_that_would_run_as_a_formula_is_neutralised_and_said_to_be(small_root, tmp_path):
    file = small_root / "data" / YEAR / "property.csv"
    file.write_text(file.read_text("utf-8").replace("EAST,4,Agreed.", "EAST,4,=HYPERLINK()"), "utf-8")
    files = made(open_year(small_root, YEAR), tmp_path, "property")
    assert b"EAST,4,'=HYPERLINK()," in files["property.csv"]
    assert "apostrophe" in files["property.csv-metadata.json"].decode() and "apostrophe" in files["README.txt"].decode()


def test_what_is_said_of_all_of_a_year_stands_in_every_row_and_file(repository, tmp_path):
    data = open_year(repository / "examples" / "inventshire", "2024-25")
    files = made(data, tmp_path, "grants")
    header, *rows = csv.reader(io.StringIO(files["grants.csv"].decode(), newline=""))
    assert header[-1] == "invented" and rows and {row[-1] for row in rows} == {"invented"}
    said = json.loads(files["grants.csv-metadata.json"])
    assert said["dc:title"].endswith("(invented)") and "Everything here is invented" in said["dc:description"]
    package = json.loads(files["datapackage.json"])
    assert package["title"].endswith("(invented)") and "invented" in package["resources"][0]["title"]
    assert "Draft: the figures have not been signed off." in package["description"]
    assert "Everything here is invented" in files["README.txt"].decode()
    assert len(read_back(tmp_path, "grants")) == len(rows)


def test_a_year_that_is_signed_off_is_no_draft(repository):
    said = opendata.said_of(open_year(repository / "examples" / "inventshire", "2023-24"))
    assert not any(one.startswith("Draft") for one in said)


def test_a_restricted_column_is_empty_or_a_letter_and_says_why(small_root, tmp_path):
    contract = small_root / "data" / YEAR / "contract.yml"
    entry = "restricted:\n  - {table: budget_gaps, columns: [gap], reason: commercial terms, review: 2033-03-31}\n"
    contract.write_text(contract.read_text("utf-8") + entry, "utf-8")
    gaps = small_root / "data" / YEAR / "budget_gaps.csv"
    gaps.write_text(re.sub(r"(,20\d\d-\d\d,)[\d.]+", r"\1", gaps.read_text("utf-8")), "utf-8")
    files = made(open_year(small_root, YEAR), tmp_path, "budget_gaps")
    assert [row.split(",")[2] for row in files["budget_gaps.csv"].decode().splitlines()[1:]] == ["c"] * 4
    assert "Restricted: commercial terms." in files["budget_gaps.csv-metadata.json"].decode()


def test_publications_and_their_licences_are_named_with_the_words_that_they_ask_for(review, tmp_path):
    files = made(review, tmp_path, "measures_by_area", "related_measures")
    said = json.loads(files["measures_by_area.csv-metadata.json"])
    (attribution,) = (one for one in licences.attributions(said["dc:license"]) if "public sector" in one)
    assert attribution in said["dc:rights"] and attribution in files["README.txt"].decode()
    package = json.loads(files["datapackage.json"])
    assert any(one.get("path", "").startswith("https://") for one in package["sources"])
    assert {"OGL-UK-3.0"} <= {one["name"] for one in package["licenses"]}


def test_the_marks_of_a_table_do_not_hide_a_column():
    schema = TableSchema("t", "Table", "A row.", ("a",), (Column("a", "id", "A"),))
    text = opendata.as_csv(opendata.Published(schema, ({"a": "one"},), ("invented", "RESTRICTED")))
    assert text == "a,invented,RESTRICTED\none,invented,RESTRICTED\n"


# What pages link to


@pytest.mark.parametrize("place", ["", "examples/inventshire"])
def test_every_link_of_every_page_leads_to_a_table_that_is_published(repository, place):
    root = repository / place
    found = {
        link
        for path in (root / "book").rglob("*")
        if path.suffix in {".md", ".ipynb"}
        for link in LINK.findall(path.read_text("utf-8"))
    }
    held = set(html._folders(root))
    assert {folder for folder, _ in found} <= held
    assert {(folder, name) for folder in held for name in folders.linked(root, folder)} == found
    data = open_years(root, [str(year) for year in toc.public_years(root)])
    of_year = {str(one.year): (results, one) for one in data.years} | {"comparison": (comparison, data)}
    for folder, name in found:
        of, one = of_year[folder]
        assert of.table_schema(one, name).table == name, (folder, name)


def test_only_tables_that_pages_of_the_folder_or_around_the_years_link_to_are_published(tmp_path):
    pages = {
        f"{YEAR}/04_cost.ipynb": "kpis",
        f"{YEAR}/04_cost.json": "secret",
        "about/a.md": "measures",
        "2032-33/b.ipynb": "other",
    }
    for name, table in pages.items():
        (tmp_path / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / name).write_text(f'<a href=\\"../tables/{YEAR}/{table}.csv\\" download>', "utf-8")
    (tmp_path / "book" / "index.md").write_text(f'<a href="tables/{YEAR}/grants.csv">', "utf-8")
    assert folders.linked(tmp_path, YEAR) == ["kpis", "measures", "grants"]
    assert folders.linked(tmp_path, YEAR, ()) == ["kpis"] and folders.linked(tmp_path, "2020-21") == []


@pytest.mark.parametrize("turned", [sorted, lambda found: sorted(found, reverse=True)], ids=["first", "last"])
def test_the_order_of_tables_is_not_that_in_which_a_disk_keeps_the_pages(tmp_path, monkeypatch, turned):
    (tmp_path / "book" / "about").mkdir(parents=True)
    for page, table in {"a": "measures", "b": "grants", "c": "kpis"}.items():
        (tmp_path / "book" / "about" / f"{page}.md").write_text(f'<a href="tables/{YEAR}/{table}.csv">', "utf-8")
    of_disk = Path.glob
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: iter(turned(of_disk(folder, pattern))))
    assert folders.linked(tmp_path, YEAR) == ["measures", "grants", "kpis"]


# One file


def with_page(root, *names):
    """The small root with a page that links to some tables."""
    links = "".join(f'<a href="../tables/{YEAR}/{name}.csv">' for name in names)
    (root / "book" / YEAR / "04_cost.ipynb").write_text(json.dumps({"cells": [links]}), "utf-8")


def test_a_year_is_packed_with_its_edition_the_same_every_time(small_root, small, tmp_path, monkeypatch):
    monkeypatch.setattr(opendata, "commit_of", lambda repository: "c0ffee")
    with_page(small_root, "property", "budget_gaps")
    for name in ("a.zip", "b.zip"):
        opendata.write_zip(small_root, small, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert packed.namelist() == sorted(["README.txt", "datapackage.json", "budget_gaps.csv", "budget_gaps.csv-metadata.json",
                                            "property.csv", "property.csv-metadata.json"])  # fmt: skip
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        readme = packed.read("README.txt").decode()
    assert "edition c0ffee" in readme and folders.EDITION not in readme
    assert all(f"- {letter}: " in readme for letter in SYMBOLS) and "How to cite" in readme and "- Invented" in readme


def test_a_year_without_pages_is_not_packed(small_root, small, tmp_path):
    with pytest.raises(ValueError, match="run the year first"):
        opendata.write_zip(small_root, small, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_link_to_a_table_that_there_is_not_is_an_error(small_root, small, tmp_path):
    with_page(small_root, "gold")
    with pytest.raises(LookupError, match="no table named gold"):
        opendata.write_zip(small_root, small, tmp_path / "a.zip")


def test_an_edition_is_not_packed_where_git_could_take_it_up(small_root, tmp_path):
    contract = small_root / "data" / YEAR / "contract.yml"
    contract.write_text(contract.read_text("utf-8") + "edition: restricted\n", "utf-8")
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    with_page(small_root, "property")
    with pytest.raises(ValueError, match="is a Git work tree"):
        opendata.write_zip(small_root, open_year(small_root, YEAR), tmp_path / "tree" / "a.zip")


# Beside the HTML


@pytest.fixture
def published(small_root, repository):
    """Brings the tables of the small root up to date; gives the files and the folders that were made anew."""
    with_page(small_root, "property", "budget_gaps")
    work = small_root / "_build" / ".html"
    work.mkdir(parents=True)

    def up_to_date(monkeypatch):
        made_now = []
        written = opendata.write_folders
        monkeypatch.setattr(
            opendata,
            "write_folders",
            lambda root, wanted, place: (made_now.extend(wanted), written(root, wanted, place)),
        )
        place = html._tables_up_to_date(small_root, work, html._made_of(small_root, repository / "_config.yml"))
        monkeypatch.undo()
        return {
            path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
        }, made_now

    return up_to_date


def test_tables_are_made_once_and_again_when_their_data_or_their_links_change(small_root, published, monkeypatch):
    first, now = published(monkeypatch)
    assert now == [YEAR] and f"{YEAR}/property.csv" in first
    assert published(monkeypatch) == (first, [])
    file = small_root / "data" / YEAR / "property.csv"
    file.write_text(file.read_text("utf-8").replace("EAST,4", "EAST,6"), "utf-8")
    second, now = published(monkeypatch)
    assert now == [YEAR] and b"EAST,6" in second[f"{YEAR}/property.csv"]
    with_page(small_root, "property")
    third, now = published(monkeypatch)
    assert now == [YEAR] and f"{YEAR}/budget_gaps.csv" not in third
    with_page(small_root)
    assert published(monkeypatch) == ({}, [])


def test_the_tables_of_a_year_that_is_no_longer_listed_go(small_root, published, monkeypatch):
    published(monkeypatch)
    (small_root / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n  - chapters:\n      - file: about/method\n"
    )
    assert published(monkeypatch) == ({}, [])


def test_the_commit_alone_changes_the_words_to_readers(small_root, published, monkeypatch, tmp_path):
    published(monkeypatch)
    for commit in ("c0ffee", "decade"):
        html._add_tables(small_root / "_build" / ".html" / "tables", tmp_path / commit, commit)
    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / commit).rglob("*") if path.is_file()}
        for commit in ("c0ffee", "decade")
    )
    assert {name for name in one if one[name] != other[name]} == {"README.txt", f"{YEAR}.zip"}
    assert zipfile.ZipFile(tmp_path / "c0ffee" / "tables" / f"{YEAR}.zip").testzip() is None
    assert b"edition c0ffee" in one["README.txt"]


def test_an_entered_table_beside_the_pages_runs_no_formula_and_is_else_the_same_file(small_root, tmp_path):
    held, out = small_root / "data" / YEAR, tmp_path / "html"
    (out / YEAR).mkdir(parents=True)
    file = held / "property.csv"
    file.write_bytes(file.read_bytes().replace(b"EAST,4,Agreed.", b"EAST,4,=1+1"))
    html._add_data(small_root, out)
    copied = out / "data" / YEAR
    assert b"EAST,4,'=1+1" in (copied / "property.csv").read_bytes()
    assert (copied / "budget_gaps.csv").read_bytes() == (held / "budget_gaps.csv").read_bytes()
    shutil.rmtree(out)
