"""What the returns take: all indicators, demand and flows at the size of England and ten times it, beside an oracle and public tools.

    python benchmarks/returns/measure.py SCRATCH [--golden FOLDER] [--ncthelpers COMMAND]
        [--cs-demand-model PYTHON] [--csc-validator PYTHON] [--out FILE]

SCRATCH lies outside the repository and takes about 700 MB. Each figure is the fastest of three processes of their own (the least disturbed), on
two threads; what a tool takes besides is measured in the same run. The two tools are measured where a Python that has
them is given, and named as not measured where not: cs-demand-model 0.5.1 on its own sample, csc-validator-be-903 on the invented
SSDA903 return of ``--golden`` (``../shared/golden``). Results go to ``benchmarks/results/returns.json``.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMES, ORACLE_TIMES, CHILDREN_OF_CENSUS, RUNS = (1, 10), 0.05, 100_000, 3
_TWO = {"POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


# Parts, each in a process of its own


def indicators(folder: str) -> dict:
    """All indicators from columnar records on disk."""
    import generate

    from ncthelpers.returns.indicators import count, count_all
    from ncthelpers.returns.indicators import indicators as all_indicators

    began = time.perf_counter()
    records = generate.read(folder)
    read = time.perf_counter()
    counted = count_all(records, generate.YEAR, generate.holidays())
    ended = time.perf_counter()
    peak = _peak_mb()
    each = {}
    for name, indicator in all_indicators().items():
        started = time.perf_counter()
        count(indicator, records, generate.YEAR, generate.holidays())
        each[name] = time.perf_counter() - started
    available = counted.results["symbol"].is_null()
    return {
        "seconds": ended - began, "reading": read - began, "peak_mb": peak, "each": each,
        "indicators": counted.results["indicator"].n_unique(), "counts": int(available.sum()),
        "records": sum(table.height for table in records.tables.values()),
    }  # fmt: skip


def oracle(folder: str) -> dict:
    """Members by the indicators and by the oracle from the same records: seconds of both, and whether they are the same rows."""
    import generate
    import oracle as plain
    import oracle_care
    import oracle_demand

    from ncthelpers.returns import transitions
    from ncthelpers.returns.demand import demand
    from ncthelpers.returns.indicators import _MEMBERS, indicators

    records, year, holidays = generate.read(folder), generate.YEAR, generate.holidays()
    tables = {name: plain.plain(table) for name, table in records.tables.items()}
    quick = slow = 0.0
    members, different = 0, []
    for name in indicators():
        began = time.perf_counter()
        found = _MEMBERS[name](records, year, holidays)
        halfway = time.perf_counter()
        expected = getattr(plain, name, getattr(oracle_care, name, None))(tables, records.covers, year, holidays)
        ended = time.perf_counter()
        quick, slow, members = quick + halfway - began, slow + ended - halfway, members + found.height
        rows = expected[found.columns].astype(object).where(expected[found.columns].notna(), None)
        if sorted(found.rows(), key=repr) != sorted(rows.itertuples(index=False, name=None), key=repr):
            different.append(name)
    counts, _ = oracle_demand.demand(tables, records.covers, year)
    if counts != {tuple(row[:3]): row[3] for row in demand(records, year).results.rows()}:
        different.append("demand")
    in_care, *_ = oracle_demand.flows(tables, year.start, year.end)
    held = transitions.stock(transitions.flows(records, year.start, year.end))
    if {key: n for key, n in in_care.items() if key[0] >= year.start} != {
        tuple(row[:3]): row[3] for row in held.rows() if row[3]
    }:
        different.append("stock of children in care")
    return {"seconds": quick, "oracle_seconds": slow, "members": members, "different": different}


def flows(folder: str) -> dict:
    """Demand of a year, and stock, rates and a prediction of the next."""
    import generate

    from ncthelpers.returns.demand import demand
    from ncthelpers.returns.transitions import flows, predicted

    records, year = generate.read(folder), generate.YEAR
    began = time.perf_counter()
    demand(records, year)
    halfway = time.perf_counter()
    predicted(flows(records, year.start, year.end), 365)
    return {"demand": halfway - began, "flows": time.perf_counter() - halfway, "peak_mb": _peak_mb()}


def census(path: str) -> dict:
    """A children in need census from XML to tidy records."""
    import generate

    from ncthelpers.returns import cin, readers

    began = time.perf_counter()
    records = cin.tidy(readers.read("cin", [Path(path)], generate.CENSUS))
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds, "mb": Path(path).stat().st_size / 1e6, "children": records["children"].height,
        "peak_mb": _peak_mb(),
    }  # fmt: skip


PARTS = {part.__name__: part for part in (indicators, oracle, flows, census)}


# The run


def _generated(folder: Path, times: float) -> dict[str, int]:
    """Records on disk, made by a process of its own: a process that grows large is counted in the memory of those it starts."""
    _said([sys.executable, HERE / "generate.py", folder, "--times", times])
    return json.loads((folder / "rows.json").read_text("utf-8"))


def _part(name: str, argument: Path) -> dict:
    """A part in a fresh process, the fastest of some runs."""
    command = [sys.executable, __file__, "--part", name, str(argument)]
    return _fastest([json.loads(_said(command)) for _ in range(RUNS)])


def _fastest(runs: list[dict]) -> dict:
    key = "seconds" if "seconds" in runs[0] else next(iter(runs[0]))
    ordered = sorted(runs, key=lambda run: run[key])
    return {**ordered[0], "runs": [round(run[key], 3) for run in runs]}


def _said(command: Sequence[str | Path], **more: str) -> str:
    done = subprocess.run(
        [str(part) for part in command], env={**os.environ, **_TWO, **more}, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))[:300]}\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _demand_model(python: Path | None) -> dict:
    """The prediction of one year on the tool's own sample, by it and by us."""
    if python is None:
        return {"not_measured": "no Python with cs-demand-model was given"}
    where = "import cs_demand_model_samples as s, pathlib as p; print(p.Path(s.__file__).parent / 'combined')"
    sample = _said([python, "-c", where])
    script = HERE / "demand_model.py"
    clean = {"PYTHONPATH": ""}
    theirs = [json.loads(_said([python, script, "theirs", sample], **clean)) for _ in range(RUNS)]
    ours = [json.loads(_said([sys.executable, script, "ours", sample])) for _ in range(RUNS)]
    same = set(theirs[0]["children"]) == set(ours[0]["children"])
    apart = max(
        abs(a - b) for k, v in ours[0]["children"].items() for a, b in zip(v, theirs[0]["children"][k], strict=True)
    )
    in_a_year = {
        name: round(sum(days[-1] for days in children.values()), 1)
        for name, children in (
            ("its_definitions", ours[0]["children"]),
            ("ours", ours[0]["children_by_own_definitions"]),
        )
    }
    return {
        "seconds": min(run["seconds"] for run in theirs), "our_seconds": min(run["seconds"] for run in ours),
        "same_states": same, "largest_difference": apart, "children_after_a_year": in_a_year,
    }  # fmt: skip


def _golden(folder: Path | None, command: Path, python: Path | None, scratch: Path) -> dict:
    """The invented SSDA903 return: our command with its start-up, beside the public validator of that return with its own."""
    if folder is None or not (folder / "ssda903").is_dir():
        return {"not_measured": "the invented returns of others are absent"}
    files = [folder / "ssda903" / f"{name}.csv" for name in ("header", "episodes", "oc3", "ad1")]
    ours, theirs = [], []
    for run in range(RUNS + 1):  # the first fills the caches of the disk and is not counted
        began = time.perf_counter()
        _said([command, "returns", "ssda903", *files, "--year", "2017-18", "--out", scratch / f"golden{run}"])
        ours.append(time.perf_counter() - began)
    found = {"our_seconds": min(ours[1:]), "runs": [round(s, 3) for s in ours[1:]]}
    if python is None:
        return {**found, "csc-validator-be-903": {"not_measured": "no Python with csc-validator-be-903 was given"}}
    for _ in range(RUNS):
        began = time.perf_counter()
        said = json.loads(_said([python, HERE / "validator.py", folder / "ssda903"], PYTHONPATH=""))
        theirs.append(time.perf_counter() - began)
    return {**found, "csc-validator-be-903": {"seconds": min(theirs), **said}}


def _targets(found: dict) -> list[dict]:
    one, ten = (found["indicators"][str(times)] for times in TIMES)
    wanted = [
        ("All indicators at the size of England, reading included", 15, "at most", "s", one["seconds"]),
        ("All indicators at the size of England: peak memory of the process", 2000, "at most", "MB", one["peak_mb"]),
        ("Ten times the rows: time", 11, "at most", "times", ten["seconds"] / one["seconds"]),
        ("The oracle on the same records takes", 10, "at least", "times", found["oracle"]["oracle_seconds"] / found["oracle"]["seconds"]),
        ("Indicators, demand and stock that differ from the oracle's, row for row", 0, "at most", "indicators", len(found["oracle"]["different"])),
    ]  # fmt: skip
    golden, model = found["golden"], found["cs-demand-model"]
    if "our_seconds" in golden:
        wanted.append(("The invented SSDA903 return, start-up included", 1.5, "at most", "s", golden["our_seconds"]))
    if "seconds" in model:
        wanted.append(
            (
                "cs-demand-model takes, on its own sample",
                10,
                "at least",
                "times",
                model["seconds"] / model["our_seconds"],
            )
        )
        wanted.append(
            ("Largest difference from it by its definitions", 1e-6, "at most", "children", model["largest_difference"])
        )
    return [
        {"target": name, "limit": limit, "limit_is": kind, "unit": unit, "measured": float(f"{value:.4g}"),
         "met": value <= limit if kind == "at most" else value >= limit}
        for name, limit, kind, unit, value in wanted
    ]  # fmt: skip


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main(asked: argparse.Namespace) -> None:
    import psutil

    scratch = asked.scratch.resolve()
    before = os.getloadavg()[0]
    found = {"indicators": {}, "flows": {}}
    for times in TIMES:
        folder = scratch / f"times{times}"
        rows = _generated(folder, times)
        found["indicators"][str(times)] = {**_part("indicators", folder), "rows": rows}
        found["flows"][str(times)] = _part("flows", folder)
    small = scratch / "small"
    _generated(small, ORACLE_TIMES)
    found["oracle"] = {"times": ORACLE_TIMES, **_part("oracle", small)}
    _said([sys.executable, HERE / "generate.py", scratch, "--census", CHILDREN_OF_CENSUS])
    read = _part("census", scratch / "census.xml")
    found["census"] = {**read, "mb_a_second": read["mb"] / read["seconds"]}
    found["cs-demand-model"] = _demand_model(asked.cs_demand_model)
    found["golden"] = _golden(asked.golden, asked.ncthelpers, asked.csc_validator, scratch)
    result = {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": {"cores": os.cpu_count(), "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
                    "system": platform.system(), "load_before": round(before, 2)},
        "versions": {"Python": platform.python_version(), **{name: _version(name) for name in ("polars", "numpy", "pandas", "lxml")}},
        "targets": _targets(found),
        **_rounded(found),
    }  # fmt: skip
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for target in result["targets"]:
        met = "met" if target["met"] else "NOT MET"
        print(
            f"{met:8}{target['measured']:>10} {target['unit']:11}({target['limit_is']} {target['limit']})  {target['target']}"
        )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return __import__(package).__version__


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        print(json.dumps(PARTS[sys.argv[2]](sys.argv[3])))
        raise SystemExit
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--golden", type=Path, default=HERE.parents[2] / "shared" / "golden")
    parser.add_argument("--ncthelpers", type=Path, default=Path(sys.executable).with_name("ncthelpers"))
    parser.add_argument("--cs-demand-model", type=Path)
    parser.add_argument("--csc-validator", type=Path)
    parser.add_argument("--out", type=Path, default=HERE.parent / "results" / "returns.json")
    try:
        main(parser.parse_args())
    except ValueError as error:
        raise SystemExit(str(error)) from None
