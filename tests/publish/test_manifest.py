"""A folder's manifest: everything that its pages can come from, and every file that stands in it."""

import json
import shutil

import pytest

from ncthelpers.publish import manifest

YEAR, NEXT_YEAR = "2031-32", "2032-33"


def _append(path):
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")


EVERY, AROUND = {YEAR, NEXT_YEAR, "comparison", "about"}, "about"
CHANGES = {
    "nothing": (lambda book: None, set()),
    "data of one year": (lambda book: _append(book.root / "data" / YEAR / "dependencies.csv"), {YEAR, "comparison", AROUND}),
    "commentary": (lambda book: _append(book.root / "data" / YEAR / "commentary" / "04_cost.md"), {YEAR, "comparison", AROUND}),
    "a new file of data": (lambda book: (book.root / "data" / NEXT_YEAR / "x.csv").touch(), {NEXT_YEAR, "comparison", AROUND}),
    "data gone": (lambda book: shutil.rmtree(book.root / "data" / NEXT_YEAR), {NEXT_YEAR, "comparison", AROUND}),
    "another year's data": (lambda book: shutil.copytree(book.root / "data" / YEAR, book.root / "data" / "2040-41"), set()),
    "the reference": (lambda book: _append(book.root / "data" / "reference" / "glossary.csv"), EVERY),
    "a schema": (lambda book: _append(book.root / "data" / "schemas" / "approvals.yml"), EVERY),
    "a schema of the reference": (lambda book: _append(book.root / "data" / "schemas" / "reference" / "glossary.yml"), EVERY),
    "a template": (lambda book: _append(book.repository / "notebooks" / "04_cost.ipynb"), EVERY),
    "a template of the comparison": (lambda book: _append(book.repository / "notebooks" / "comparison" / "01_property.ipynb"), EVERY),
    "the lock": (lambda book: (book.repository / "requirements.lock").write_text("invented==2\n"), EVERY),
    "no lock": (lambda book: (book.repository / "requirements.lock").unlink(), EVERY),
    "the list of what is public": (lambda book: _append(book.root / "_toc.yml"), {AROUND}),
    "a record of changes": (lambda book: (book.root / "CHANGELOG.md").touch(), {AROUND}),
    "what a program left": (lambda book: (book.root / "data" / YEAR / "~$x.csv").touch(), set()),
    "a page": (lambda book: _append(book.root / "book" / YEAR / "04_cost.ipynb"), {YEAR, AROUND}),
    "figures": (lambda book: _append(book.root / "book" / "comparison" / "01_property.json"), {"comparison", AROUND}),
    "claims": (lambda book: _append(book.root / "book" / YEAR / "claims.json"), {YEAR, AROUND}),
    "a page gone": (lambda book: (book.root / "book" / NEXT_YEAR / "13_property.ipynb").unlink(), {NEXT_YEAR, AROUND}),
    "a page too many": (lambda book: (book.root / "book" / NEXT_YEAR / "14_more.ipynb").touch(), {NEXT_YEAR, AROUND}),
    "a page around the years": (lambda book: _append(book.root / "book" / "about" / "glossary.md"), {AROUND}),
    "the index": (lambda book: _append(book.root / "book" / "index.md"), {AROUND}),
    "a manifest gone": (lambda book: (book.root / "book" / YEAR / "manifest.json").unlink(), {YEAR, AROUND}),
    "a manifest that is none": (lambda book: (book.root / "book" / "about" / "manifest.json").write_text("[]"), {AROUND}),
    "half a manifest": (lambda book: (book.root / "book" / "about" / "manifest.json").write_text('{"files": {}'), {AROUND}),
    "a manifest of bytes": (lambda book: (book.root / "book" / "about" / "manifest.json").write_bytes(b"\xff"), {AROUND}),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CHANGES.items()])
def test_a_folder_is_current_until_anything_that_it_can_come_from_changes(book, case):
    change, expected = case
    change(book)
    assert EVERY - book.current() == expected


def test_the_code_of_the_package_and_python_count(book, monkeypatch):
    assert book.current() == EVERY
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "python_version", lambda: "3.99")
        assert book.current() == set()
    monkeypatch.setattr(manifest, "code_key", lambda: "0")
    assert book.current() == set()


def test_the_key_of_the_code_tells_content_and_names_of_all_code(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "PACKAGE", tmp_path)
    files = {"a.py": "x = 1\n", "publish/about/method.md": "# A\n", "results.yml": "[]\n", "charts/b.py": ""}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    first = manifest.code_key()
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.py").write_text("compiled")
    assert manifest.code_key() == first
    keys = {first}
    for name in files:
        before = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(before + b"\n# more\n")
        keys.add(manifest.code_key())
        (tmp_path / name).write_bytes(before)
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    assert len(keys | {manifest.code_key()}) == len(files) + 2


def test_files_are_told_by_content_and_the_pages_around_the_years_with_the_index(book):
    place = book.root / "book"
    assert set(manifest.files_of(place / NEXT_YEAR)) == {"13_property.ipynb", "13_property.json"}
    around = manifest.files_of(place / "about")
    assert "../index.md" in around and "glossary.md" in around and "manifest.json" not in around
    (place / NEXT_YEAR / ".hidden").touch()
    before = manifest.files_of(place / NEXT_YEAR)
    path = place / NEXT_YEAR / "13_property.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert manifest.files_of(place / NEXT_YEAR) == before, "a checkout on Windows is the same book"
    assert manifest.files_of(place / "nowhere") == {}


def test_a_manifest_is_the_same_text_for_the_same_folder(book):
    text = (book.root / "book" / YEAR / "manifest.json").read_text("utf-8")
    held = json.loads(text)
    assert manifest.as_text(held["made from"], held["files"]) == text
    assert manifest.published(book.root / "book" / YEAR) == held
    assert set(held["made from"]) == {
        f"data/{YEAR}", "data/reference", "data/schemas", "notebooks", "src/ncthelpers", "requirements.lock", "Python",
    }  # fmt: skip
    assert str(book.root) not in text
