"""A run that is killed at any moment leaves whole folders of the book, and the next one completes without help."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ncthelpers.load import seal_year
from ncthelpers.publish.manifest import MANIFEST, files_of
from ncthelpers.years import ContractYear

YEAR = "2021-22"
TEMPLATES = ("11_rectification_plans", "14_inspections", "16_appendices")
CELL = "homes.csv", ",2020-02,", ",2020-03,"
TRIALS = 50
RUN = (
    "import sys; from pathlib import Path; from ncthelpers.publish import executors, run; from ncthelpers.publish.toc import public_years\n"
    "root, repository = map(Path, sys.argv[1:])\n"
    "with executors.pool(2) as pool: run.run(root, repository, public_years(root), pool)"
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory, repository) -> Path:
    """A folder with a root of one year, and a repository of three templates."""
    place = tmp_path_factory.mktemp("killed")
    (place / "notebooks").mkdir()
    for template in TEMPLATES:
        shutil.copy(repository / "notebooks" / f"{template}.ipynb", place / "notebooks")
    for folder in ("schemas", "reference", YEAR):
        shutil.copytree(repository / "data" / folder, place / "root" / "data" / folder)
    (place / "root" / "_toc.yml").write_text(
        f"format: jb-book\nroot: index\nchapters:\n- file: {YEAR}/{TEMPLATES[0]}\n"
    )
    return place


def started(place: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-I", "-c", RUN, str(place / "root"), str(place)], stderr=subprocess.PIPE,
                            cwd=place, start_new_session=True)  # fmt: skip


def completed(place: Path) -> dict[str, bytes]:
    """The files of a run that nobody killed."""
    run = started(place)
    said = run.communicate(timeout=120)[1]
    assert run.returncode == 0, said.decode()
    return published(place)


def published(place: Path) -> dict[str, bytes]:
    """The files of the published folder, which are those that its manifest names."""
    folder = place / "root" / "book" / YEAR
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}
    assert files_of(folder) == json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
    return found


def edited(place: Path) -> dict[str, bytes]:
    """A cell of a table that one page reads, sealed again; the files that differ, as they were and as they are."""
    folder = place / "root" / "data" / YEAR
    path = folder / CELL[0]
    text = path.read_text("utf-8")
    assert CELL[1] in text
    path.write_text(text.replace(*CELL[1:], 1), "utf-8")
    seal_year(place / "root", ContractYear(YEAR))
    return {name: (folder / name).read_bytes() for name in (CELL[0], "datapackage.yml")}


def processes(place: Path) -> list[str]:
    """Processes that still work in the folder, by what they were called as."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd").startswith(str(place)):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="what a killed run leaves is looked for in /proc")
def test_fifty_killed_runs_leave_whole_folders_and_the_next_run_completes(place):
    data, moments = place / "root" / "data" / YEAR, random.Random(5)
    states = [{name: (data / name).read_bytes() for name in (CELL[0], "datapackage.yml")}]
    editions = [completed(place)]
    states.append(edited(place))
    began = time.monotonic()
    editions.append(completed(place))
    seconds = time.monotonic() - began
    assert editions[0] != editions[1] and f"{TEMPLATES[1]}.ipynb" in editions[1]
    for trial in range(TRIALS):
        for name, content in states[trial % 2].items():
            (data / name).write_bytes(content)
        run = started(place)
        time.sleep(moments.uniform(0, seconds * 1.1))
        ended = run.poll()
        run.kill()
        run.communicate()
        assert ended in (None, 0) and run.returncode in (-signal.SIGKILL, 0)
        assert published(place) in editions, f"trial {trial}"
    assert completed(place) == editions[(TRIALS - 1) % 2]
    assert not list((place / "root" / "book").rglob(".*")), "nothing is left behind"
    deadline = time.monotonic() + 10
    while processes(place) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes(place) == []
