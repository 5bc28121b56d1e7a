"""Lines and branches of ``src/`` that the tests reach: the whole suite once, measured, in every process that it starts.

``make coverage`` runs this (half an hour on two cores).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ncthelpers.cli.trial import shown
from ncthelpers.trials import Tried, record, trial

REPOSITORY = Path(__file__).resolve().parents[1]
LEAST = 0.95
WORST = 20
# A page is made in a process forked from another, which ends without tidying up; both must be told to be measured. What runs of
# a copy of the package, in a scratch repository that is gone by then, is left out.
SETTINGS = """[run]
branch = true
source = {package}
data_file = {folder}/measured
parallel = true
sigterm = true
patch =
    subprocess
    fork
    _exit
"""


def measured(folder: Path, tests: Sequence[str], processes: int) -> tuple[int, dict]:
    """Exit code of the tests, and what coverage says of each file and of all."""
    settings = folder / "settings"
    settings.write_text(SETTINGS.format(folder=folder, package=REPOSITORY / "src" / "ncthelpers"), "utf-8")
    tool = [sys.executable, "-I", "-m", "coverage"]
    with_it = f"--rcfile={settings}"
    code = subprocess.call([*tool, "run", with_it, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(processes), "--dist",
                            "loadfile", "--no-loadscope-reorder", *tests], cwd=REPOSITORY)  # fmt: skip
    subprocess.run([*tool, "combine", "-q", with_it], cwd=REPOSITORY, check=True)
    subprocess.run([*tool, "json", "-q", with_it, "-o", str(folder / "said.json")], cwd=REPOSITORY, check=True)
    return code, json.loads((folder / "said.json").read_text("utf-8"))


def share(summary: Mapping[str, int]) -> float:
    """Lines and branches that are reached, of all of a file."""
    whole = summary["num_statements"] + summary["num_branches"]
    return (summary["covered_lines"] + summary["covered_branches"]) / whole if whole else 1.0


def rows(code: int, said: Mapping, seconds: float) -> list[Tried]:
    """Whether the tests passed while they were measured, and what they reach."""
    totals = said["totals"]
    return [
        Tried("The suite passes while it is measured", 1, int(code == 0), round(seconds, 1)),
        Tried("Lines and branches of src that the tests reach", totals["num_statements"] + totals["num_branches"],
              totals["covered_lines"] + totals["covered_branches"], 0.0, LEAST),
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", nargs="*", metavar="FILE", help="only these, and nothing is recorded")
    parser.add_argument("--processes", type=int, default=3, help="tests run at once: as many as in make test")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        code, said = measured(Path(folder), asked.tests, asked.processes)
    done = trial(
        REPOSITORY, "coverage", "What the tests reach", rows(code, said, time.monotonic() - began), "make coverage"
    )
    worst = sorted(said["files"].items(), key=lambda file: share(file[1]["summary"]))[:WORST]
    for file, of in worst:
        print(f"{share(of['summary']):6.1%}  {file}  lines not reached: {of['missing_lines']}")
    if not asked.tests:
        record(REPOSITORY, done)
    shown(done)
    return 0 if done.met else 1


if __name__ == "__main__":
    sys.exit(main())
