"""What the book is made with and looked after by: its workflows, its quick checks.

Each quick check is shown to find what it is there for. No test here needs the network.
"""

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from ncthelpers.cli import quick

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("bill_of_materials", Path(__file__).with_name("bill_of_materials.py"))
bill_of_materials = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = bill_of_materials
_SPEC.loader.exec_module(bill_of_materials)
LOCKED = bill_of_materials.locked((ROOT / "requirements.lock").read_text("utf-8"))
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


def test_every_module_is_held_to_its_types_strictly():
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert (mypy["files"], mypy["strict"]) == (["src"], True)
    for others in mypy["overrides"]:  # libraries that tell no types, or only some
        assert set(others) - {"module"} in ({"ignore_missing_imports"}, {"follow_imports"})
        assert not [name for name in others["module"] if "ncthelpers" in name]


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


# licences and the bill of materials


def test_the_licence_list_and_the_bill_hold_what_the_lock_holds():
    in_lock = {(one.name, str(one.specifier).removeprefix("==")) for one in LOCKED}
    page = re.findall(r"^\| ([\w-]+) \| (\d[^ ]*) \|", bill_of_materials.LICENCES.read_text("utf-8"), re.MULTILINE)
    bill = json.loads(bill_of_materials.BILL.read_text("utf-8"))
    assert len(in_lock) > 150
    assert set(page) == {(part["name"], part["version"]) for part in bill["components"]} == in_lock, "make lock"


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != (3, 11),
    reason="they are written where CI runs, from what is installed there",
)
def test_they_are_what_the_installed_packages_say():
    for path, text in bill_of_materials.written().items():
        assert path.read_text("utf-8") == text, "write them anew: .venv/bin/python -I tests/bill_of_materials.py"


def test_the_bill_is_cyclonedx_and_tells_neither_time_nor_place():
    text = bill_of_materials.BILL.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert "timestamp" not in text and str(ROOT) not in text


def test_every_licence_asks_for_no_more_than_its_text_or_is_named_with_the_reason_why_it_is_fine():
    licences = {one.name: one.licence for one in bill_of_materials.packages()}
    licences |= dict(bill_of_materials.CARRIED.values())
    asks_more = {name for name, licence in licences.items() if bill_of_materials.not_allowed(licence)}
    assert asks_more == set(bill_of_materials.COPYLEFT)


@pytest.mark.parametrize(
    ("licence", "not_allowed"),
    [
        ("MIT", set()), ("BSD-3-Clause AND MIT", set()), ("GPL-3.0-only OR MIT", set()), ("", {""}),
        ("MPL-2.0 AND MIT", {"MPL-2.0"}), ("AGPL-3.0-only", {"AGPL-3.0-only"}), ("UNKNOWN", {"UNKNOWN"}),
    ],
)  # fmt: skip
def test_a_licence_that_nobody_allowed_is_found(licence, not_allowed):
    assert bill_of_materials.not_allowed(licence) == not_allowed
