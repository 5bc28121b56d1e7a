"""Give every reader what no file should hold, for a share of ten minutes each, and count how often it held its bounds.

``make fuzz`` runs this. The readers, the cases and the bounds are those of ``tests/fuzz``, of which the suite tries a few. Each
reader has a process of its own, which may crash; a case that broke a bound stays in ``_build/fuzz``.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))  # which -I leaves out

from fuzz.bounds import Broken, holds  # noqa: E402
from fuzz.readers import READERS, Reader  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402

from ncthelpers import trials  # noqa: E402
from ncthelpers.cli.trial import shown  # noqa: E402
from ncthelpers.trials import Tried  # noqa: E402

_AT_ONCE = 2
_IN_A_ROUND = 100  # cases drawn of one seed
_MOST_OF_ALL = 4 << 30  # bytes that a process may ask for: then it ends, and nobody else does
_KEPT = REPOSITORY / "_build" / "fuzz"
_SETTINGS = settings(
    max_examples=_IN_A_ROUND, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # fmt: skip


def tried(reader: Reader, seconds: float, number: int, place: Path) -> Iterator[tuple[bytes, str]]:
    """Cases until the time is over: what the file held, and how it broke a bound; nothing where it did not."""
    root, ends, numbers = reader.folder(place), time.monotonic() + seconds, random.Random(number)
    done: list[tuple[bytes, str]] = []
    last = _KEPT / f"{reader.name}-last{Path(reader.place).suffix}"  # of a process that crashes

    def one(content: bytes) -> None:
        if time.monotonic() > ends:
            return
        last.write_bytes(content)
        try:
            holds(partial(reader.read, root), root / reader.place, content, place)
            done.append((content, ""))
        except Broken as broken:
            done.append((content, str(broken)))

    while time.monotonic() < ends:
        seed(numbers.getrandbits(64))(_SETTINGS(given(reader.cases())(one)))()
        yield from done
        done.clear()


def _alone(reader: Reader, seconds: float, number: int) -> None:
    """One reader, in a process of its own: says how often it was tried, and of each case that broke a bound what it did."""
    _KEPT.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_OF_ALL, _MOST_OF_ALL))
    count = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        for content, broken in tried(reader, seconds, number, Path(place)):
            count += 1
            if broken:
                case = _KEPT / f"{reader.name}-{count}{Path(reader.place).suffix}"
                case.write_bytes(content)
                print(json.dumps({"tried": count, "broken": broken, "case": case.name}), flush=True)
    print(json.dumps({"tried": count}), flush=True)


def row_of(reader: Reader, seconds: float, number: int) -> Tried:
    """A reader for a share of the time; what did not hold is said."""
    began = time.monotonic()
    words = [__file__, "--reader", reader.name, "--seconds", str(seconds), "--seed", str(number)]
    done = subprocess.run([sys.executable, "-I", *words], capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    count, broken = max((one["tried"] for one in said), default=0), [one for one in said if "broken" in one]
    for one in broken:
        print(f"{reader.what}: {one['broken']} ({one['case']})", file=sys.stderr, flush=True)
    if done.returncode:
        print(
            f"{reader.what}: its process ended by {done.returncode}\n{done.stderr[-2000:]}", file=sys.stderr, flush=True
        )
    crashed = done.returncode != 0
    return Tried(reader.what, count + crashed, count - len(broken), time.monotonic() - began)


def main() -> int:
    """Try all readers, or one; the exit code says whether all held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--reader", choices=[reader.name for reader in READERS], help="this one alone, nothing recorded"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="for one reader alone")
    asked = parser.parse_args()
    if asked.reader:
        _alone(next(reader for reader in READERS if reader.name == asked.reader), asked.seconds, asked.seed)
        return 0
    share = asked.minutes * 60 * _AT_ONCE / len(READERS)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        rows = list(pool.map(partial(row_of, seconds=share, number=asked.seed), READERS))
    command = f"make fuzz, seed {asked.seed}, {asked.minutes:g} minutes"
    done = trials.trial(REPOSITORY, "fuzz", "Every reader given what no file should hold", rows, command)
    trials.record(REPOSITORY, done)
    shown(done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
