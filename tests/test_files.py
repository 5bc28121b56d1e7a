"""Files are written whole or not at all."""

import ctypes
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncthelpers import files
from ncthelpers.files import alone, neither_file_nor_folder, only_writer, swap_folder, work_tree_of, write_atomically


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_what_is_written_is_the_text_in_utf8_with_its_line_ends_as_given(tmp_path, text):
    write_atomically(tmp_path / "page.md", text)
    assert (tmp_path / "page.md").read_bytes() == text.encode("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_folders_are_made_on_the_way(tmp_path):
    write_atomically(tmp_path / "about" / "more" / "page.md", "words")
    assert (tmp_path / "about" / "more" / "page.md").read_text() == "words"


def test_an_unchanged_file_is_left_untouched(tmp_path):
    page = tmp_path / "page.md"
    write_atomically(page, "words\n")
    os.utime(page, (1, 1))
    before = page.stat()
    write_atomically(page, "words\n")
    assert (page.stat().st_mtime, page.stat().st_ino) == (before.st_mtime, before.st_ino)
    write_atomically(page, "other words\n")
    assert page.stat().st_mtime != 1


def test_windows_line_ends_already_in_the_file_are_a_change(tmp_path):
    page = tmp_path / "page.md"
    page.write_bytes(b"words\r\n")
    write_atomically(page, "words\n")
    assert page.read_bytes() == b"words\n"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_content_and_nothing_beside_it(tmp_path, monkeypatch, step):
    page = tmp_path / "page.md"
    page.write_text("old")

    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(f"ncthelpers.files.os.{step}", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(page, "new")
    assert page.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_what_is_written(tmp_path):
    write_atomically(tmp_path / "page.md", "words")
    assert stat.S_IMODE((tmp_path / "page.md").stat().st_mode) == 0o644


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permissions")
def test_who_may_read_what_is_written_is_up_to_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        write_atomically(tmp_path / "private.md", "words")
    finally:
        os.umask(before)
    assert (tmp_path / "private.md").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("git", "found"), [("a/.git", "a"), ("a/b/.git", "a/b"), (".git", "."), ("c/.git", None)])
def test_a_git_work_tree_is_found_from_what_stands_or_would_stand_in_it(tmp_path, git, found):
    for folder in ("a/b", "c"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / git).touch()
    assert work_tree_of(tmp_path / "a" / "b" / "new" / "file") == (None if found is None else tmp_path / found)


def _folder(path, text):
    path.mkdir()
    (path / "page.md").write_text(text)
    return path


@pytest.fixture(params=["as this system does it", "in two steps"])
def in_steps(request, monkeypatch):
    """How folders are put in the place of others."""
    if request.param == "in two steps":
        monkeypatch.setattr(files, "_exchanged", lambda one, other: False)


@pytest.mark.usefixtures("in_steps")
def test_a_folder_is_put_in_the_place_of_an_old_one_whole(tmp_path):
    old, new = _folder(tmp_path / "book", "old"), _folder(tmp_path / "staged", "new")
    (old / "stale.md").write_text("stale")
    swap_folder(new, old)
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert [(path.name, path.read_text()) for path in old.iterdir()] == [("page.md", "new")]


@pytest.mark.usefixtures("in_steps")
def test_a_folder_is_put_where_there_was_none(tmp_path):
    swap_folder(_folder(tmp_path / "staged", "new"), tmp_path / "book")
    assert [path.name for path in tmp_path.iterdir()] == ["book"]
    assert (tmp_path / "book" / "page.md").read_text() == "new"


@pytest.mark.usefixtures("in_steps")
def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(tmp_path):
    old = _folder(tmp_path / "book", "old")
    with pytest.raises(OSError):
        swap_folder(tmp_path / "nothing", old)
    assert [path.name for path in tmp_path.iterdir()] == ["book"] and (old / "page.md").read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets two folders change places in one step")
def test_a_folder_changes_places_with_the_old_one_in_one_step(tmp_path, monkeypatch):
    old, new = _folder(tmp_path / "book", "old"), _folder(tmp_path / "staged", "new")

    def moved(*arguments):
        raise AssertionError("between two steps there would be no folder")

    monkeypatch.setattr(Path, "rename", moved)
    swap_folder(new, old)
    assert (old / "page.md").read_text() == "new" and not new.exists()


def test_two_folders_cannot_change_places_where_the_system_does_not_know_how(tmp_path, monkeypatch):
    old, new = _folder(tmp_path / "book", "old"), _folder(tmp_path / "staged", "new")
    monkeypatch.setattr(ctypes, "CDLL", lambda *arguments, **options: object())
    assert not files._exchanged(new, old)
    assert (old / "page.md").read_text() == "old"


def test_whoever_waits_for_a_lock_is_told_so_once(tmp_path):
    told = []
    with ThreadPoolExecutor(1) as thread:
        with alone(tmp_path / "lock", lambda: told.append("no wait")):
            waiting = thread.submit(_held, tmp_path / "lock", lambda: told.append("waits"))
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        waiting.result(5)
    assert told == ["waits"]


def _held(path, waits):
    with alone(path, waits):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_what_could_be_read_for_ever_is_found(tmp_path):
    (tmp_path / "data" / "2031-32").mkdir(parents=True)
    (tmp_path / "data" / "2031-32" / "grants.csv").write_text("council\n")
    (tmp_path / "data" / "gone.csv").symlink_to("nowhere")
    places = [tmp_path / name for name in ("data", "_toc.yml", "nothing")]
    assert list(neither_file_nor_folder(*places)) == []
    pipes = [tmp_path / "data" / "2031-32" / "homes.csv", tmp_path / "_toc.yml"]
    for pipe in pipes:
        os.mkfifo(pipe)
    (tmp_path / "data" / "link.csv").symlink_to(pipes[0])
    assert set(neither_file_nor_folder(*places)) == {*pipes, tmp_path / "data" / "link.csv"}


def test_there_is_one_lock_for_whoever_writes_in_a_root(tmp_path):
    with ThreadPoolExecutor(1) as thread:
        with only_writer(tmp_path):
            waiting = thread.submit(_wrote, tmp_path, (tmp_path / "waits").touch)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
            assert (tmp_path / "waits").is_file()
            (tmp_path / "freed").touch()
        waiting.result(5)


def _wrote(root, waits):
    with only_writer(root, waits):
        assert (root / "freed").is_file()
