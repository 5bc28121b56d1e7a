"""The book made on a real Dask cluster on this machine, one of whose workers is killed on the way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed: --scheduler is not tested")

COMMAND = [sys.executable, "-I", "-c", "from ncthelpers.cli import main; main()"]
YEAR = "2021-22"


@pytest.fixture
def cluster(tmp_path, repository, monkeypatch):
    """A scheduler and two workers."""
    monkeypatch.syspath_prepend(repository / "benchmarks")
    import cluster

    with cluster.started(tmp_path / "cluster", os.environ) as dask:
        yield dask


@pytest.fixture
def root(tmp_path, repository) -> Path:
    place = tmp_path / "root"
    for folder in (
        "data/schemas",
        "data/reference",
        *(f"data/{path.name}" for path in (repository / "data").glob("20*")),
    ):
        shutil.copytree(repository / folder, place / folder)
    kept = [
        path.relative_to(repository).as_posix() for path in (repository / "book").glob("*/[0-9]*.json")
    ]  # the edition of each page
    for name in kept:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
    for file in ("_toc.yml", "CHANGELOG.md", *kept):
        shutil.copyfile(repository / file, place / file)
    return place


def pages(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[0-9][0-9]_*")}


@pytest.mark.slow
def test_a_book_made_on_a_cluster_that_loses_a_worker_is_the_same(cluster, root, repository):
    run = subprocess.Popen([*COMMAND, "--root", str(root), "run", YEAR, "--scheduler", cluster.address],
                           cwd=root, stderr=subprocess.PIPE, text=True)  # fmt: skip
    said = []
    for line in run.stderr:
        said.append(line)
        if " 3 of " in line:
            cluster.workers[0].kill()
    assert run.wait() == 0, "".join(said)
    assert cluster.workers[0].wait() < 0 and cluster.workers[1].poll() is None, "one was killed, one was left"
    for folder in (YEAR, "comparison"):
        assert pages(root / "book" / folder) == pages(repository / "book" / folder)
    assert not list((root / "book").glob(".*")), "nothing is left behind"


def test_a_scheduler_that_does_not_answer_is_named(root, monkeypatch):
    done = subprocess.run([*COMMAND, "--root", str(root), "run", YEAR, "--scheduler", "tcp://127.0.0.1:1"],
                          cwd=root, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 2 and "no Dask scheduler answers at tcp://127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr and not list(root.glob("book/*/*.ipynb"))
