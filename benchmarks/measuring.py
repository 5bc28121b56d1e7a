"""A command measured: how long it takes, and the memory of all processes that it starts."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["CommandFailed", "Measured", "environment", "measured", "ended"]

SAMPLED_EVERY = 0.5  # seconds; looking at six processes takes about 6 ms of one core
_SERVER = "ncthelpers.publish.workers"
_SAID = 3000


class CommandFailed(RuntimeError):
    """A command that was measured failed; the message holds the end of what it said."""


@dataclass(frozen=True)
class Measured:
    """What a command took: seconds, the peak memory of its processes together, that of a worker, and what was watched for.

    Memory is in MB, pages of memory that processes share counted once (PSS). The warm workers are forked from one process:
    ``worker_mb`` is all of them with that one and the children that make pages, over the number of workers; ``child_mb`` is
    the largest child alone.
    """

    seconds: float
    peak_mb: float
    worker_mb: float
    child_mb: float
    until: float | None


def environment(**more: str) -> dict[str, str]:
    """The environment that every command gets: no setting of Python's own, such as one that keeps compiled files from being kept."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}, **more}


def _mb(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / 1e6
    except psutil.Error:
        return 0.0


class _Watch(threading.Thread):
    """Looks at the processes of a command until told to stop."""

    def __init__(self, process: psutil.Process, every: float) -> None:
        super().__init__(daemon=True)
        self.process, self.every, self.stopped = process, every, threading.Event()
        self.peak = self.worker = self.child = 0.0

    def run(self) -> None:
        while not self.stopped.wait(self.every):
            with contextlib.suppress(psutil.Error):
                tree = [self.process, *self.process.children(recursive=True)]
                used = {process.pid: _mb(process) for process in tree}
                self.peak = max(self.peak, sum(used.values()))
                for above in tree:
                    with contextlib.suppress(psutil.Error):
                        if any(_SERVER in part for part in above.cmdline()) and above.ppid() == self.process.pid:
                            self._look_at_workers(above, used)

    def _look_at_workers(self, above: psutil.Process, used: Mapping[int, float]) -> None:
        workers = above.children()
        children = [used.get(child.pid, 0.0) for worker in workers for child in worker.children()]
        if workers:
            together = used[above.pid] + sum(used.get(worker.pid, 0.0) for worker in workers) + sum(children)
            self.worker = max(self.worker, together / len(workers))
        self.child = max(self.child, *children, 0.0)


def measured(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], every: float = SAMPLED_EVERY,
    until: Callable[[], bool] | None = None,
) -> Measured:  # fmt: skip
    """Run a command from its start to its end.

    Parameters
    ----------
    command : sequence of str
        The command.
    cwd : Path
        Where it runs.
    env : Mapping
        Its environment, as :func:`environment` gives it.
    every : float
        Seconds between two looks at its memory.
    until : callable, optional
        Something that becomes true on the way; when is measured too.

    Raises
    ------
    CommandFailed
        If it fails.
    """
    log = cwd / ".said"
    reached = None
    with log.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        watch = _Watch(psutil.Process(process.pid), every)
        watch.start()
        try:
            while until and reached is None and process.poll() is None:
                if until():
                    reached = time.perf_counter() - began
                else:
                    time.sleep(0.005)
            process.wait()
            seconds = time.perf_counter() - began
        except BaseException:
            ended(process)
            raise
        finally:
            watch.stopped.set()
            watch.join()
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)[:300]}\n{log.read_text(errors='replace')[-_SAID:]}")
    log.unlink()
    return Measured(seconds, watch.peak, watch.worker, watch.child, reached)


def ended(process: subprocess.Popen) -> None:
    """End a process and all that it started."""
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
    process.kill()
    process.wait()
