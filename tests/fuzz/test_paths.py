"""No name and no link leads out of a root: neither in what is read nor in what is published."""

import json
import shutil
from pathlib import Path

import pytest

SECRET = "a-secret-that-lies-outside"
YEAR = "2031-32"
PLACE = f"data/{YEAR}"
OUT = "is a link out of its folder"


@pytest.fixture
def outside(tmp_path):
    """A file beside the root, of which nothing may be said."""
    path = tmp_path / "outside" / "secret.txt"
    path.parent.mkdir()
    path.write_text(f"{SECRET}\n")
    return path


def snapshot(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def linked(root, name, target):
    path = root / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize("name", ["property.csv", "claims.csv", "stray.csv", "contract.yml", "datapackage.yml", "commentary/04_cost.md", "commentary/12_funding.md"])  # fmt: skip
@pytest.mark.parametrize("verb", ["check", "seal", "run"])
def test_a_link_out_of_a_year_is_refused_and_what_it_leads_to_is_not_told(small_root, command, outside, name, verb):
    linked(small_root, f"{PLACE}/{name}", outside)
    before = snapshot(small_root / "book")
    done = command(small_root, verb, YEAR)
    assert done.code == 2 and Path(name).name in done.err and SECRET not in done.err + done.out
    assert OUT in done.err or "has no schema" in done.err
    assert snapshot(small_root / "book") == before


def test_a_folder_of_commentary_that_is_a_link_is_refused(small_root, command, outside):
    shutil.move(small_root / PLACE / "commentary", outside.parent / "commentary")
    linked(small_root, f"{PLACE}/commentary", outside.parent / "commentary")
    done = command(small_root, "check", YEAR)
    assert done.code == 2 and f"{PLACE}/commentary/04_cost.md: cannot be read: {OUT}" in done.err


def test_a_year_that_is_a_link_is_refused(small_root, command, outside):
    shutil.move(small_root / PLACE, outside.parent / "year")
    linked(small_root, PLACE, outside.parent / "year")
    done = command(small_root, "check", YEAR)
    assert done.code == 2 and f"{PLACE}: is a link out of data/" in done.err


def test_a_link_to_a_device_is_refused_and_not_read_for_ever(small_root, command):
    linked(small_root, f"{PLACE}/property.csv", "/dev/zero")
    done = command(small_root, "check", YEAR)
    assert done.code == 2 and f"{PLACE}/property.csv is neither a file nor a folder" in done.err


def test_a_link_within_a_year_is_read(small_root, command):
    (small_root / PLACE / "property.csv").rename(small_root / PLACE / "kept.txt")
    linked(small_root, f"{PLACE}/property.csv", "kept.txt")
    done = command(small_root, "check", YEAR, "--json")
    assert {record["rule"][:30] for record in json.loads(done.out)} <= {"is in the folder but not listed"[:30]}


@pytest.mark.parametrize("name", ["data/schemas/extra.yml", "data/publisher.yml", "_toc.yml", "data/layouts/ours.yml"])
def test_a_link_out_of_what_a_root_holds_beside_its_years_is_refused(small_root, command, outside, name):
    linked(small_root, name, outside)
    words = ("returns", "ssda903", str(outside), "--year", YEAR, "--out", str(outside.parent / "out")) if "layouts" in name else ("run", YEAR)  # fmt: skip
    done = command(small_root, *words)
    assert done.code == 2 and Path(name).name in done.err and SECRET not in done.err + done.out


def test_an_import_does_not_take_up_what_a_link_leads_to(small_root, command, outside, tmp_path):
    linked(small_root, f"{PLACE}/commentary/12_funding.md", outside)
    (tmp_path / "property.csv").write_text("council,buildings,maintenance_schedule\nEAST,7,Agreed.\n")
    done = command(small_root, "import", YEAR, str(tmp_path / "property.csv"), "--yes", "--reason", "why")
    assert done.code == 2 and OUT in done.err
    assert (small_root / PLACE / "commentary/12_funding.md").is_symlink()


@pytest.mark.parametrize("listed", ["../../outside/secret.txt", "/etc/passwd", "..", "commentary/../../../outside/secret.txt"])  # fmt: skip
def test_a_package_lists_nothing_outside_its_folder(small_root, command, outside, listed):
    path = small_root / PLACE / "datapackage.yml"
    path.write_text(path.read_text().replace("path: property.csv", f"path: {listed}"))
    done = command(small_root, "check", YEAR)
    assert done.code == 2 and "is listed but not in the folder" in done.err and SECRET not in done.err


@pytest.mark.parametrize("page", ["../../outside/secret", "/etc/passwd", f"{YEAR}/../../outside/secret", "about/../../x", "a\\..\\b", f"{YEAR}//04_cost", ""])  # fmt: skip
def test_the_contents_of_a_book_name_pages_of_it_alone(small_root, command, outside, page):
    (small_root / "_toc.yml").write_text(
        f"root: index\nchapters:\n- file: {json.dumps(page)}\n- file: {YEAR}/04_cost\n"
    )
    done = command(small_root, "run")
    assert done.code == 2 and "_toc.yml lists" in done.err


@pytest.mark.parametrize("table", ["../../outside/secret", "/etc/passwd", "..\\x", "property.csv"])
def test_a_table_is_named_by_its_schema_alone(small_root, command, tmp_path, table):
    (tmp_path / "in.csv").write_text("council,buildings\nEAST,7\n")
    done = command(small_root, "import", YEAR, str(tmp_path / "in.csv"), "--table", table, "--yes", "--reason", "why")
    assert done.code == 2 and f"{table} is not a table" in done.err
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("page", ["../../../outside/secret", "/etc/passwd", "../04_cost"])
def test_a_page_is_named_as_one_of_its_year(small_root, command, outside, page):
    done = command(small_root, "trace", YEAR, page, "1")
    assert done.code == 2 and "has no page" in done.err and SECRET not in done.err
