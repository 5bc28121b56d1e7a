"""A copy of what was published is held against the list of its checksums: whatever was done to it is named."""

import hashlib
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults
from ncthelpers.publish import checksums

PAGE = b"<p>1,184\n</p>\n"
NONE = "0" * 64


@pytest.fixture
def copy(tmp_path):
    """A small published folder with its list."""
    folder = tmp_path / "html"
    for name, content in {"index.html": PAGE, "empty.txt": b"", "2031-32/caf\u00e9 1.csv": b"a\n1\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    checksums.write(folder)
    return folder


def wrong(folder):
    manifest = folder / checksums.LIST
    return list(checksums.differences(manifest, checksums.listed(manifest)))


def test_the_list_holds_every_file_by_name_but_itself_and_is_the_same_each_time(copy):
    first = (copy / checksums.LIST).read_text("utf-8")
    assert [line.split("  ")[1] for line in first.splitlines()] == ["2031-32/café 1.csv", "empty.txt", "index.html"]
    assert f"{hashlib.sha256(PAGE).hexdigest()}  index.html\n" in first
    assert checksums.write(copy).read_text("utf-8") == first and wrong(copy) == []


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="a system without sha256sum")
def test_sha256sum_reads_the_list_too(copy):
    def held():
        return subprocess.run(
            ["sha256sum", "--check", "--strict", checksums.LIST], cwd=copy, capture_output=True
        ).returncode

    assert held() == 0
    (copy / "index.html").write_bytes(PAGE + b" ")
    assert held() == 1


def changed(folder):
    (folder / "index.html").write_bytes(PAGE.replace(b"1,184", b"1,185"))


def emptied(folder):
    (folder / "index.html").write_bytes(b"")


def with_other_line_ends(folder):
    (folder / "index.html").write_bytes(PAGE.replace(b"\n", b"\r\n"))


def gone(folder):
    (folder / "index.html").unlink()


def added(folder):
    (folder / "2031-32" / ".hidden.html").write_bytes(PAGE)


def renamed(folder):
    (folder / "index.html").rename(folder / "Index.html")


def swapped(folder):
    (folder / "index.html").rename(folder / "x")
    (folder / "empty.txt").rename(folder / "index.html")
    (folder / "x").rename(folder / "empty.txt")


def made_a_folder(folder):
    gone(folder)
    (folder / "index.html").mkdir()


def linked_elsewhere(folder):
    (folder.parent / "same.html").write_bytes(PAGE)
    gone(folder)
    (folder / "index.html").symlink_to(folder.parent / "same.html")


def a_folder_linked_elsewhere(folder):
    (folder / "2031-32").rename(folder.parent / "2031-32")
    (folder / "2031-32").symlink_to(folder.parent / "2031-32", target_is_directory=True)


def named_to_turn_writing(folder):
    (folder / "\N{RIGHT-TO-LEFT OVERRIDE}lmth\x1b[2J").write_bytes(b"")


def made_a_pipe(folder):
    gone(folder)
    os.mkfifo(folder / "index.html")


@pytest.mark.parametrize(
    ("does", "named"),
    [
        (changed, ["index.html: differs"]),
        (emptied, ["index.html: differs"]),
        (with_other_line_ends, ["index.html: differs"]),
        (gone, ["index.html: is missing"]),
        (added, ["2031-32/.hidden.html: is not listed"]),
        (renamed, ["Index.html: is not listed", "index.html: is missing"]),
        (swapped, ["empty.txt: differs", "index.html: differs"]),
        (made_a_folder, ["index.html: is missing"]),
        (linked_elsewhere, ["index.html: is not a file but something in its place"]),
        (a_folder_linked_elsewhere, ["2031-32: is not listed", "2031-32/café 1.csv: is missing"]),
        (named_to_turn_writing, [r"'\u202elmth\x1b[2J': is not listed"]),
        (made_a_pipe, ["index.html: is not a file but something in its place"]),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_whatever_was_done_to_a_copy_is_named(copy, does, named):
    if does is made_a_pipe and not hasattr(os, "mkfifo"):
        pytest.skip("a system without pipes that have names")
    does(copy)
    assert wrong(copy) == named


def test_the_list_may_come_with_other_line_ends_or_binary_marks_or_capitals(copy):
    manifest = copy / checksums.LIST
    before = checksums.listed(manifest)
    lines = [line.split("  ") for line in manifest.read_text("utf-8").splitlines()]
    manifest.write_bytes("".join(f"{held.upper()} *{name}\r\n" for held, name in lines).encode("utf-8-sig"))
    assert checksums.listed(manifest) == before


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("", "is not a SHA-256"),
        ("index.html", "is not a SHA-256"),
        (f"{NONE[1:]}  index.html", "is not a SHA-256"),
        (f"{NONE} index.html", "is not a SHA-256"),
        (f"{NONE}  ", "is not a SHA-256"),
        (f"\\{NONE}  two\\nlines", "is not a SHA-256"),
        (f"{NONE}  ../secret", "leads out of the folder"),
        (f"{NONE}  a/../../secret", "leads out of the folder"),
        (f"{NONE}  /etc/passwd", "leads out of the folder"),
        (f"{NONE}  //host/share", "leads out of the folder"),
        (f"{NONE}  C:/secret", "leads out of the folder"),
        (f"{NONE}  C:secret", "leads out of the folder"),
        (f"{NONE}  \\\\host\\share", "leads out of the folder"),
        (f"{NONE}  a\\..\\..\\secret", "holds a sign"),
        (f"{NONE}  a//b", "leads out of the folder"),
        (f"{NONE}  ./a", "leads out of the folder"),
        (f"{NONE}  a\0b", "holds a sign"),
        (f"{NONE}  a\x1b[2Jb", "holds a sign"),
        (f"{NONE}  a\N{RIGHT-TO-LEFT OVERRIDE}b", "holds a sign"),
        (f"{NONE}  a\rb", "holds a sign"),
        (f"{NONE}  empty.txt", "is listed twice"),
        (f"{NONE}  {'x' * 1_000_000}\0", "holds a sign"),
    ],
    ids=lambda one: repr(one)[-24:],
)
def test_a_line_that_is_no_checksum_and_name_is_refused(copy, line, rule):
    manifest = copy / checksums.LIST
    manifest.write_bytes(f"{NONE}  empty.txt\n{line}\n{NONE}  last\n".encode())
    with pytest.raises(DataFaults) as raised:
        checksums.listed(manifest)
    [fault] = raised.value.faults
    assert (fault.file, fault.row) == (str(manifest), 2) and fault.rule.startswith(rule) and len(str(fault)) < 1000


@pytest.mark.parametrize(
    ("content", "rule"), [(b"", "lists no file"), (b"\n", "lists no file"), (b"\xff\xfe", "is not UTF-8 text")]
)
def test_a_list_of_nothing_or_that_is_no_text_is_refused(tmp_path, content, rule):
    (tmp_path / checksums.LIST).write_bytes(content)
    with pytest.raises(DataFaults) as raised:
        checksums.listed(tmp_path / checksums.LIST)
    assert [fault.rule for fault in raised.value.faults] == [rule]


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.lists(st.text("aZ9é _-", min_size=1, max_size=5), min_size=1, max_size=3).map("/".join),
        st.binary(max_size=9),
        max_size=5,
    )
)
def test_what_is_listed_is_read_again(tmp_path_factory, contents):
    manifest = tmp_path_factory.getbasetemp() / checksums.LIST
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in {"a": b"", **contents}.items()}
    manifest.write_text(checksums.as_text(sums), "utf-8")
    assert checksums.listed(manifest) == sums


# by its command


def test_verify_says_that_a_copy_is_whole_or_what_is_not(copy, command, repository, monkeypatch):
    monkeypatch.chdir(copy)
    done = command(repository, "verify", "--manifest", checksums.LIST)
    assert (done.code, done.out, done.err) == (0, "", "3 files are as sha256.txt lists them\n")
    changed(copy)
    added(copy)
    done = command(repository, "verify", "--manifest", checksums.LIST)
    assert (done.code, done.err) == (1, "2 files are not as sha256.txt lists them\n")
    assert done.out.splitlines() == ["2031-32/.hidden.html: is not listed", "index.html: differs"]


def test_verify_refuses_a_list_that_it_cannot_take(copy, command, repository):
    manifest = copy / checksums.LIST
    for arguments in (
        ("--manifest", str(manifest), "2024-25"),
        ("--manifest", str(copy / "none.txt")),
        ("--manifest", str(copy)),
    ):
        done = command(repository, "verify", *arguments)
        assert (done.code, done.out) == (2, "") and done.err.count("\n") == 1
    manifest.write_text(f"{NONE}  ../secret\n")
    done = command(repository, "verify", "--manifest", str(manifest))
    assert (done.code, done.out) == (
        2,
        "",
    ) and f"{manifest}, row 1, column name: '../secret' leads out of the folder" in done.err
