"""What ``make reproduce`` says of two editions: every file that differs is named, with where it differs first."""

import importlib.util
from pathlib import Path

import pytest

from ncthelpers.export.folders import zipped

_SPEC = importlib.util.spec_from_file_location(
    "reproduce", Path(__file__).resolve().parents[1] / "trials" / "reproduce.py"
)
reproduce = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reproduce)

MEMBERS = {"a.xml": b"<a/>", "b.xml": b"<b>1,184</b>"}


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (b"1,184", b"1,184", ""),
        (b"1,184", b"1,194", "byte 3: b'84', b'94'"),
        (b"1,184", b"1,18", "byte 4: b'4', b''"),
        (zipped(MEMBERS), zipped({**MEMBERS, "b.xml": b"<b>1,185</b>"}), "member b.xml, byte 7: b'4</b>', b'5</b>'"),
        (zipped(MEMBERS), zipped({"a.xml": b"<a/>"}), "member b.xml, byte 0: b'<b>1,184</b>', b''"),
        (zipped(MEMBERS), zipped(MEMBERS) + b"\0", "the same members, packed otherwise"),
        (zipped(MEMBERS), b"<a/>", "byte 0: "),
    ],
)
def test_a_difference_is_told_by_member_and_byte(one, other, said):
    found = reproduce.difference(one, other)
    assert found.startswith(said) and bool(found) == bool(said)


def test_a_file_of_one_edition_alone_and_one_that_differs_do_not_hold(tmp_path, capsys):
    for name, content in {"a": "1", "b": "1", "c": "2"}.items():
        (tmp_path / name).write_text(content)
    one, other = {"same": "a", "differs": "a", "gone": "a"}, {"same": "b", "differs": "c", "new": "a"}
    row = reproduce._row(
        "Pages", *({name: tmp_path / file for name, file in held.items()} for held in (one, other)), 1.0
    )
    assert (row.tried, row.held, row.met) == (4, 1, False)
    assert capsys.readouterr().err.splitlines() == [
        "differs: byte 0: b'1', b'2'", "gone: only in one of the two", "new: only in one of the two"
    ]  # fmt: skip


def test_pages_are_made_from_nothing_but_the_figures_they_were_last_published_with(tmp_path):
    for name in (
        "index.md",
        "2031-32/04_cost.ipynb",
        "2031-32/04_cost.json",
        "2031-32/manifest.json",
        "about/method.md",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    reproduce._without_pages(tmp_path)
    assert list(reproduce._below(tmp_path)) == ["2031-32/04_cost.json"]


def test_a_list_of_checksums_that_does_not_hold_and_a_page_that_is_not_as_committed_are_told(tmp_path, capsys):
    for name in ("whole", "harmed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text("1,184")
        reproduce.checksums.write(tmp_path / name)
    (tmp_path / "harmed" / "index.html").write_text("1,185")
    edition = reproduce.Edition(True, committed=["book/a.md", "book/b.md"], changed=[" M book/a.md"])
    edition.files["html"] = {name: tmp_path / name / reproduce.checksums.LIST for name in ("whole", "harmed")}
    assert [(row.tried, row.held) for row in reproduce.rows_of(edition, edition)[-2:]] == [(4, 2), (4, 2)]
    assert capsys.readouterr().err == "not as committed:  M book/a.md\n"
