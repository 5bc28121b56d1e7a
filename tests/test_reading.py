"""What a page reads is noted: a file when it is asked for, the folder when all of it is, and nothing before."""

import os

import pytest

from ncthelpers import reading
from ncthelpers.reading import Lazily, content_of, files_read, noted, text_in


@pytest.fixture
def read(monkeypatch):
    """What this process has read, which is nothing yet."""
    monkeypatch.setattr(reading, "_READ", set())
    return reading._READ


@pytest.fixture
def tables(tmp_path, read):
    """Two tables by name, each made as its name in capitals, and those that were made."""
    made = []

    def make(name):
        made.append(name)
        return name.upper()

    return Lazily(tmp_path / "data" / "year", ".csv", ["grants", "risks"], make), made


def test_nothing_is_made_or_noted_until_it_is_asked_for(tables, tmp_path):
    held, made = tables
    assert held.names == ("grants", "risks")
    assert (made, files_read(tmp_path)) == ([], [])


def test_a_thing_is_made_once_and_its_file_alone_is_noted(tables, tmp_path):
    held, made = tables
    assert (held["grants"], held["grants"], held.get("grants")) == ("GRANTS",) * 3
    assert made == ["grants"]
    assert files_read(tmp_path) == ["data/year/grants.csv"]


def test_to_ask_whether_there_is_one_notes_its_file_and_makes_nothing(tables, tmp_path):
    held, made = tables
    assert "risks" in held
    assert (made, files_read(tmp_path)) == ([], ["data/year/risks.csv"])


@pytest.mark.parametrize(
    "ask",
    [lambda held: "aims" in held, lambda held: held.get("aims"), list, len, bool, dict, lambda held: list(held.items()),
     lambda held: list(held.values()), lambda held: held == {}],
    ids=["in", "get", "list", "len", "bool", "dict", "items", "values", "equal"],
)  # fmt: skip
def test_to_ask_for_all_names_or_one_that_is_not_there_notes_the_folder(tables, tmp_path, ask):
    ask(tables[0])
    assert "data/year" in files_read(tmp_path)


def test_one_that_is_not_there_is_a_key_error(tables):
    with pytest.raises(KeyError):
        tables[0]["aims"]


def test_a_failure_to_make_one_is_not_kept(tmp_path, read):
    tries = iter([ValueError("not yet"), None])

    def make(name):
        error = next(tries)
        if error:
            raise error
        return name

    held = Lazily(tmp_path, "", ["a"], make)
    with pytest.raises(ValueError, match="not yet"):
        held["a"]
    assert held["a"] == "a"


def test_nothing_can_be_put_among_them(tables):
    with pytest.raises(TypeError):
        tables[0]["grants"] = None


def test_only_what_is_below_the_root_is_told_from_the_root_however_it_is_given(tmp_path, read, monkeypatch):
    noted(tmp_path / "root" / "data" / "a.csv")
    noted(tmp_path / "root of another" / "b.csv")
    noted(tmp_path / "root" / "book" / ".." / "data" / "c.csv")
    monkeypatch.chdir(tmp_path / "..")
    assert noted(tmp_path / "root") == tmp_path / "root"
    expected = ["data/a.csv", "data/c.csv"]
    assert files_read(tmp_path / "root") == files_read(str(tmp_path / "root")) == expected
    assert files_read(os.path.relpath(tmp_path / "root")) == expected


def test_a_file_is_read_whole_and_its_line_ends_are_made_one(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert text_in(path, tmp_path) == "a\nb\nc\n" and content_of(path).startswith(b"\xef")


def test_what_is_no_file_too_large_or_elsewhere_is_not_read(tmp_path):
    large, inside = tmp_path / "large.csv", tmp_path / "in"
    inside.mkdir()
    with large.open("wb") as file:
        file.truncate((16 << 20) + 1)
    (inside / "link.csv").symlink_to(large)
    (inside / "device.csv").symlink_to("/dev/null")
    for path, within, said in (
        (large, None, "larger than 16 MB"),
        (inside / "link.csv", inside, "is a link out of its folder"),
        (inside / "device.csv", None, "is a pipe or a device"),
        (inside / "none.csv", inside, "No such file"),
    ):
        with pytest.raises(OSError, match=said):
            content_of(path, within)
