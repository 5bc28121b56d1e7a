"""A Dask cluster on this machine: a scheduler and two workers, each a process of its own that nothing starts again."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import measuring

__all__ = ["WORKERS", "Cluster", "started"]

WORKERS = 2
_PATIENCE = 60


class Cluster(NamedTuple):
    """Where the scheduler listens, and the processes of the workers."""

    address: str
    workers: tuple[subprocess.Popen, ...]


@contextmanager
def started(place: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """A cluster that has all its files in one folder, which is made; whatever is left of it ends with the block.

    Parameters
    ----------
    place : Path
        The folder.
    environment : mapping of str to str
        Of its processes.
    """
    place.mkdir()
    told, log = place / "scheduler.json", place / "log"

    def process(program: str, *options: str) -> subprocess.Popen:
        command = [
            sys.executable,
            "-P",
            "-m",
            f"distributed.cli.{program}",
            "--no-dashboard",
            "--scheduler-file",
            str(told),
        ]
        with log.open("ab") as said:
            return subprocess.Popen([*command, *options], cwd=place, env={**environment, "TMPDIR": str(place)},
                                    stdin=subprocess.DEVNULL, stdout=said, stderr=said)  # fmt: skip

    processes = [process("dask_scheduler", "--host", "127.0.0.1", "--port", "0")]
    try:
        deadline = time.monotonic() + _PATIENCE
        while not (told.is_file() and told.read_text().rstrip().endswith("}")):
            if time.monotonic() > deadline or processes[0].poll() is not None:
                raise measuring.CommandFailed("the Dask scheduler did not start")
            time.sleep(0.05)
        options = "--no-nanny", "--nthreads", "1", "--local-directory", str(place)
        processes += [process("dask_worker", *options) for _ in range(WORKERS)]
        yield Cluster(json.loads(told.read_text())["address"], tuple(processes[1:]))
    finally:
        for one in reversed(processes):
            measuring.ended(one)
