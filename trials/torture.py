"""Do one fault at a time to a small book at work, hundreds of times, and hold what is left against its two editions.

``make torture`` runs this, on Linux. Each trial lays out a book whose data is newer than its pages, begins a command, does
one fault, and looks: what is published is whole, old or new; nothing that was started is left; the message names the cause;
and the next plain command gives exactly the new edition and leaves nothing else.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "benchmarks")]  # which -I leaves out

from faults.kinds import KINDS, Kind  # noqa: E402
from faults.scene import REPOSITORY, Warm, broken, manifest_faults, unlike  # noqa: E402

from ncthelpers import trials  # noqa: E402
from ncthelpers.cli.trial import shown  # noqa: E402
from ncthelpers.trials import Tried  # noqa: E402

NOT_TRIED = (
    "the clock of the machine itself was not moved, only the times of all files",
    "book/revisions.json was not changed: what it records stands nowhere else but in the history of the book",
)
_AT_ONCE = 2


def tried(kind: Kind, seed: int, warm: Warm) -> list[str]:
    """One trial: the fault, and what was not as it must be."""
    with kind.on(warm.scene):
        scene = warm.copied(kind.after)
        try:
            happened = kind.does(scene, random.Random(f"{kind.name} {seed}"), warm)
            wrong = [*happened.wrong, *scene.orphans(), *broken(scene, warm, happened.harmed)]
            again = scene.ended(scene.started("book" if kind.html else "run"))
            wrong += [f"the next command failed:\n{again.said}"] if again.code else []
            wrong += [f"after the next command: {one}" for one in (*scene.orphans(), *manifest_faults(scene.root))]
            wrong += [f"after the next command {one}" for one in unlike(warm.new, scene.published())]
            wrong += [f"left behind: {name}" for name in sorted(scene.left() - warm.left)]
            wrong = [f"what was done: {happened.fault}", *wrong] if wrong and happened.fault else wrong
        finally:
            scene.end_processes()
    return wrong


class _Places:
    """Where trials are made, one after another in each; a book with HTML is made there when it is first asked for."""

    def __init__(self, folder: Path, number: int) -> None:
        self._free: Queue[tuple[Path, dict[bool, Warm]]] = Queue()
        for place in range(number):
            self._free.put((folder / str(place), {}))

    def tried(self, kind: Kind, seed: int) -> tuple[list[str], float]:
        """A trial where there is room for one, and how long it took."""
        place, held = self._free.get()
        try:
            if kind.html not in held:
                held[kind.html] = Warm.made(place / ("html" if kind.html else "pages"), kind.html)
            began = time.monotonic()
            return tried(kind, seed, held[kind.html]), time.monotonic() - began
        finally:
            self._free.put((place, held))


def rows_of(folder: Path, asked: Sequence[tuple[Kind, int]]) -> list[Tried]:
    """What was tried and held, by kind: each kind as often as is asked; what did not hold is said with how to do it again."""
    places, seconds, held = _Places(folder, _AT_ONCE), dict.fromkeys(asked, 0.0), dict.fromkeys(asked, True)

    def one(trial: tuple[Kind, int]) -> None:
        kind, seed = trial
        try:
            wrong, seconds[trial] = places.tried(kind, seed)
        except Exception:  # of the trial itself: the others go on
            wrong = [traceback.format_exc()]
        held[trial] = not wrong
        if wrong:
            again = f"python -m ncthelpers trial torture --only {kind.name} --trials 1 --seed {seed}"
            print(f"{kind.name} {seed} did not hold ({again}):", *wrong, sep="\n", flush=True)
        else:
            print(f"{kind.name} {seed} held, {seconds[trial]:.1f} s", flush=True)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(one, asked))
    return [
        Tried(kind.what, len(mine), sum(held[trial] for trial in mine), sum(seconds[trial] for trial in mine))
        for kind in dict.fromkeys(kind for kind, _ in asked)
        if (mine := [trial for trial in asked if trial[0] is kind])
    ]


def main() -> int:
    """Do the trials that are asked for; all of them are recorded, some of them are not."""
    names = [kind.name for kind in KINDS]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, help="how many in all, if not each kind as often as it says")
    parser.add_argument("--seed", type=int, default=1, help="of the first trial of each kind (%(default)s)")
    parser.add_argument("--only", choices=names, help="one kind; with --seed and --trials 1 a trial is done again")
    given = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("torture: processes are looked for in /proc, so this needs Linux")
    left_out = [*dict.fromkeys(reason for kind in KINDS if (reason := kind.reason())), *NOT_TRIED]
    kinds = [kind for kind in KINDS if given.only in (None, kind.name) and not kind.reason()]
    share = given.trials / sum(kind.times for kind in kinds) if given.trials else 1
    asked = [(kind, given.seed + n) for kind in kinds for n in range(max(1, round(kind.times * share)))]
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        rows = rows_of(Path(folder), asked)
    done = trials.trial(REPOSITORY, "torture", "Faults while the book is made", rows, "make torture", left_out)
    shown(done)
    if not given.only:
        trials.record(REPOSITORY, done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
