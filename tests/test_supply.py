"""What the book is made with and looked after by: its workflows, its quick checks.

Each quick check is shown to find what it is there for. No test here needs the network.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ncthelpers.cli import quick

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / quick.WORKFLOWS).iterdir())}


def workflow(name):
    """A workflow as the forge reads it; YAML takes its key ``on`` for True."""
    return yaml.safe_load(WORKFLOWS[name])


def commands(job):
    return [step["run"] for step in job["steps"] if "run" in step]


# workflows


def test_the_two_commands_run_on_linux_and_every_check_on_windows():
    checks = workflow("checks")
    assert set(checks[True]) == {"push", "pull_request"}
    linux, windows = checks["jobs"]["linux"], checks["jobs"]["windows"]
    assert linux["runs-on"].startswith("ubuntu") and commands(linux) == ["make book", "make test"]
    assert windows["runs-on"].startswith("windows") and commands(windows) == ["python -m ncthelpers test"]


def test_the_html_is_published_from_a_tag_when_every_check_has_passed_on_its_own_pages():
    publish = workflow("publish")
    assert set(publish[True]) == {"push"} and set(publish[True]["push"]) == {"tags"}
    build, deploy = publish["jobs"]["build"], publish["jobs"]["deploy"]
    assert commands(build) == ["make book", "git diff --exit-code --stat", "make test"]
    assert build["steps"][-1]["with"] == {"path": "_build/html"} and deploy["needs"] == "build"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_hash_with_its_version_beside_it(name):
    used = re.findall(r"uses: *(.*)", WORKFLOWS[name])
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used), used


def test_an_action_has_one_version_in_all_workflows():
    used = {line for text in WORKFLOWS.values() for line in re.findall(r"uses: *(.*)", text)}
    assert len({line.split("@")[0] for line in used}) == len(used), used


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_job_may_do_no_more_than_it_says_and_ends(name):
    held = workflow(name)
    assert held["permissions"] == {} and held["concurrency"]["group"]
    for job in held["jobs"].values():
        writes = {what for what, how in job["permissions"].items() if how != "read"}
        assert writes == ({"pages", "id-token"} if job.get("environment") else set())
        assert 0 < job["timeout-minutes"] <= 90


PLANTED = {
    "an action by its tag": (r"checkout@\w{40} # v[\d.]+", "checkout@v6"),
    "credentials left on disk": (r"\n        with:\n          persist-credentials: false", ""),
    "all permissions": (r"permissions: \{\}", "permissions: write-all"),
    "a branch name run as a command": (r"run: make test", "run: echo ${{ github.head_ref }}"),
    "a misspelt key": (r"timeout-minutes", "timeout-minute"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_planted_in_a_workflow_is_found(fault, tmp_path, capfd):
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    found = [check for check in quick.checks(tmp_path) if check.startswith("Workflows")]
    assert [quick.run(tmp_path, check) for check in found] == [0, 0]
    planted, times = re.subn(*PLANTED[fault], WORKFLOWS["checks"])
    assert times
    (tmp_path / quick.WORKFLOWS / "checks.yml").write_text(planted, "utf-8")
    assert any(quick.run(tmp_path, check) for check in found)
    assert "checks.yml" in "".join(capfd.readouterr())


# code

UNWANTED = {
    "Style": "def half(values: list[int] = []) -> list[int]:\n    return values\n",
    "Layout of the code": "HALF=1/2\n",
    "Types": "def half(value: int) -> int:\n    return value / 2\n",
    "What is known to be unsafe": "import subprocess\n\nsubprocess.call('ls', shell=True)\n",
}


@pytest.mark.parametrize("check", UNWANTED)
def test_a_fault_planted_in_the_code_is_found(check, tmp_path, capfd):
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src").mkdir()
    planted = tmp_path / "src" / "planted.py"
    planted.write_text('"""A module without a fault."""\n', "utf-8")
    assert quick.run(tmp_path, check) == 0
    planted.write_text(UNWANTED[check], "utf-8")
    assert quick.run(tmp_path, check)
    assert "planted.py" in "".join(capfd.readouterr())


# The modules that the product exists for: calculations, what they read, and who watches over them
CALCULATIONS = (
    "cells", "claims", "differencing", "escalation", "faults", "files", "finance", "kpis", "rounding", "rows", "spc", "trials",
    "verdicts", "workingdays", "years",
)  # fmt: skip


def test_the_calculations_are_held_to_their_types_strictly():
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert mypy["strict"] is True
    _, others, strictly = mypy["overrides"]
    assert others == {"module": "ncthelpers.*", "ignore_errors": True} and strictly["ignore_errors"] is False
    assert {f"ncthelpers.{name}" for name in CALCULATIONS} <= set(strictly["module"])


# before a commit


def test_the_hooks_run_the_quick_checks_and_fetch_nothing():
    config = ROOT / ".pre-commit-config.yaml"
    asked = [sys.executable, "-I", "-m", "pre_commit", "validate-config", str(config)]
    assert subprocess.run(asked, check=False).returncode == 0
    [local] = yaml.safe_load(config.read_text("utf-8"))["repos"]
    assert local["repo"] == "local" and {hook["language"] for hook in local["hooks"]} == {"system"}
    [command] = [shlex.split(hook["entry"]) for hook in local["hooks"]]
    assert command[-1].endswith(" -m ncthelpers test --quick") and local["hooks"][0]["pass_filenames"] is False


def test_contributing_is_one_screen():
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 30
