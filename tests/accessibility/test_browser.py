"""Chromium is found, installed where that may be done, and otherwise asked for: never passed over in silence."""

import subprocess
from urllib.request import urlopen

import pytest

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.browser import NoBrowser


@pytest.fixture
def machine(monkeypatch):
    """A function that says which programs there are, and who asks; it gives the commands that are run."""

    def has(*programs, user=0, variable=None, gets=(), fails=""):
        there, ran = set(programs), []

        def run(command, **_):
            ran.append(command[1])
            if fails == command[1]:
                raise subprocess.CalledProcessError(100, command, "", "E: first\nE: no such package\n")
            if command[1] == "install":
                there.update(gets)

        monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}" if name in there else None)
        monkeypatch.setattr(browser.os, "geteuid", lambda: user)
        monkeypatch.setattr(browser.subprocess, "run", run)
        monkeypatch.delenv(browser.VARIABLE, raising=False)
        if variable:
            monkeypatch.setenv(browser.VARIABLE, variable)
        return ran

    return has


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_the_chromium_of_the_machine_is_found_by_any_of_its_names(machine, name):
    machine(name, "apt-get")
    assert browser.chromium() == browser.installed(print) == f"/usr/bin/{name}"


def test_the_one_that_is_asked_for_comes_first_and_must_be_there(machine):
    machine("chromium", "mine", variable="mine")
    assert browser.chromium() == "mine"
    ran = machine("chromium", "apt-get", variable="elsewhere")
    for find in (browser.chromium, lambda: browser.installed(print)):
        with pytest.raises(NoBrowser, match=f"{browser.VARIABLE} is elsewhere, which is not a program"):
            find()
    assert ran == []


def test_debians_is_installed_once_where_that_may_be_done_and_that_is_said(machine):
    said = []
    ran = machine("apt-get", gets=["chromium"])
    assert browser.installed(said.append) == "/usr/bin/chromium"
    assert ran == ["update", "install"]
    assert said == ["there is no Chromium: installing Debian's with apt-get"]


@pytest.mark.parametrize(("programs", "user"), [(["apt-get"], 1000), ([], 0), ([], 1000)])
def test_where_it_may_not_be_installed_it_is_said_how_to_get_one(machine, programs, user):
    ran, said = machine(*programs, user=user), []
    with pytest.raises(NoBrowser, match=f"apt-get install chromium.*\n.*{browser.VARIABLE}"):
        browser.installed(said.append)
    assert ran == said == []


@pytest.mark.parametrize("fails", ["update", "install"])
def test_an_install_that_fails_is_tried_once_and_its_last_word_told(machine, fails):
    ran = machine("apt-get", fails=fails)
    with pytest.raises(NoBrowser, match="(?s)none was found.*apt-get did not install it: E: no such package"):
        browser.installed(print)
    assert ran[-1] == fails and len(ran) == len(set(ran))


def test_an_install_that_gives_none_is_no_success(machine):
    machine("apt-get")
    with pytest.raises(NoBrowser, match="none was found"):
        browser.installed(print)


def test_a_book_that_is_not_built_is_asked_for_by_its_command(tmp_path):
    with pytest.raises(NoBrowser, match="run `python -m ncthelpers book`"):
        browser.book_of(tmp_path)


def test_the_pages_of_a_book_are_all_but_those_of_its_theme(tmp_path):
    for name in ("index.html", "1999-00/a.html", "_static/frame.html", "1999-00/a.css"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("", "utf-8")
    assert browser.page_files(tmp_path) == ("1999-00/a.html", "index.html")


def test_a_folder_is_served_while_it_is_looked_at_and_no_longer(tmp_path):
    (tmp_path / "a.html").write_text("a page", "utf-8")
    with browser.served(tmp_path) as address:
        assert urlopen(f"{address}/a.html", timeout=30).read() == b"a page"
    with pytest.raises(OSError):
        urlopen(f"{address}/a.html", timeout=30)
