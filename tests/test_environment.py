"""One environment: pyproject.toml, requirements.lock, environment.yml and what is installed agree; the shim makes it.

No test here needs the network.
"""

import ast
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_GROUP = PROJECT["project"]["optional-dependencies"]["test"]
DIRECT = [Requirement(line) for line in PROJECT["project"]["dependencies"] + TEST_GROUP]
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked_entries(text):
    """Every requirement of a lock with its hashes: list of (Requirement, list of hash options)."""
    entries = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
            entries.append((Requirement(requirement), hashes))
    return entries


LOCKED = locked_entries(LOCK_TEXT)


def locked_versions(name):
    return [
        Version(str(entry.specifier).removeprefix("=="))
        for entry, _ in LOCKED
        if canonicalize_name(entry.name) == canonicalize_name(name)
    ]


# environment.yml


def test_conda_environment_is_python_pip_and_the_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *packages, by_pip = conda["dependencies"]
    assert conda["name"] == PROJECT["project"]["name"]
    assert conda["channels"] == ["conda-forge"]
    assert by_pip == {"pip": ["-r requirements.lock"]}
    assert (ROOT / "requirements.lock").is_file()
    assert [re.split("[=<>]", package)[0] for package in packages] == ["python", "pip"]
    version = packages[0].removeprefix("python=")
    assert PROJECT["project"]["requires-python"] == f">={version}"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + version.replace(".", "")


# requirements.lock


def test_lock_pins_one_version_and_holds_hashes_for_every_requirement():
    assert len(LOCKED) > 100
    for requirement, hashes in LOCKED:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), f"{requirement} is not pinned"
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", item) for item in hashes), requirement


def test_lock_holds_no_address_and_no_path():
    for line in LOCK_TEXT.splitlines():
        bare = line.strip().removesuffix("\\").strip()
        assert "://" not in bare and "file:" not in bare and " @ " not in bare, line
        assert not re.search(r"(^|[\s='\"])(~?/|\.\.?/|[A-Za-z]:[\\/])", bare), line
        assert bare.startswith("--hash=") or re.match(r"[a-z0-9]", bare), f"neither a requirement nor a hash: {line}"


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_direct_dependency_is_locked_inside_its_range(requirement):
    versions = locked_versions(requirement.name)
    assert versions, f"{requirement.name} is not in the lock: make lock"
    for version in versions:
        assert requirement.specifier.contains(version), f"{requirement.name} {version}: make lock"


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_direct_dependency_has_a_lowest_version(requirement):
    assert any(part.operator in (">=", "==", "~=") for part in requirement.specifier)


def test_jupyter_book_stays_below_2():
    book = next(requirement for requirement in DIRECT if requirement.name == "jupyter-book")
    assert book.specifier.contains("1.0.4.post1")
    assert not book.specifier.contains("2.0.0") and not book.specifier.contains("2.0.0b1", prereleases=True)
    assert all(version < Version("2.0.0a0") for version in locked_versions("jupyter-book"))


def test_what_builds_the_project_is_locked():
    for line in PROJECT["build-system"]["requires"]:
        requirement = Requirement(line)
        assert locked_versions(requirement.name), line
        assert all(requirement.specifier.contains(version) for version in locked_versions(requirement.name)), line


def test_lock_is_complete_and_is_what_is_installed():
    """Because pip installs with --no-deps, a package missing from the lock would be missing at run time."""
    applying = {
        canonicalize_name(entry.name): entry.specifier
        for entry, _ in LOCKED
        if entry.marker is None or entry.marker.evaluate()
    }
    faults, seen, waiting = [], set(), [(requirement, "pyproject.toml") for requirement in DIRECT]
    while waiting:
        requirement, wanted_by = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in applying:
            faults.append(f"{wanted_by} needs {requirement}, which is not in the lock")
            continue
        installed = importlib.metadata.distribution(name)
        if not applying[name].contains(installed.version):
            faults.append(f"{name} {installed.version} is installed, the lock says {applying[name]}")
        if not requirement.specifier.contains(installed.version, prereleases=True):
            faults.append(f"{wanted_by} needs {requirement}, the lock says {applying[name]}")
        for extra in requirement.extras or {""}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for line in installed.requires or []:
                further = Requirement(line)
                if further.marker is None or further.marker.evaluate({"extra": extra}):
                    waiting.append((further, name))
    assert not faults
    assert len(seen) > 100


# the shim, ncthelpers.py in the root


@pytest.fixture
def shim():
    """The shim as a module of another name: neither run nor in place of the package."""
    spec = importlib.util.spec_from_file_location("ncthelpers_shim", ROOT / "ncthelpers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path):
    """A small clone: lock and project file, no environment."""
    (tmp_path / "requirements.lock").write_text("lock 1\n")
    (tmp_path / "pyproject.toml").write_text("project 1\n")
    return tmp_path


class Steps:
    """Stands in for subprocess.run: notes the steps, makes the programs, and can fail or be stopped at one of them."""

    def __init__(self, root, fails_at=None, with_output=b"fine\n", stops=None):
        self.root, self.fails_at, self.with_output, self.stops, self.taken = root, fails_at, with_output, stops, []

    def __call__(self, command, **how):
        self.taken.append(command)
        assert not (self.root / ".venv" / ".stamp").exists(), "the stamp must be gone before the first step"
        assert Path(how["cwd"]) == self.root
        failing = len(self.taken) == self.fails_at
        if failing and self.stops:
            raise self.stops
        if "venv" in command:
            for name in ("python", "ncthelpers"):
                program = self.root / ".venv" / "bin" / name
                program.parent.mkdir(parents=True, exist_ok=True)
                program.touch()
        return SimpleNamespace(returncode=1 if failing else 0, stdout=self.with_output)


@pytest.fixture
def handed_over(shim, monkeypatch):
    """Arguments with which the shim handed over, newest last; the command itself does not run."""
    calls = []
    monkeypatch.setattr(shim, "WINDOWS", False)
    monkeypatch.setattr(shim.os, "execv", lambda program, command: calls.append((program, command)))
    return calls


def test_shim_can_be_read_by_older_pythons_and_needs_nothing_installed():
    tree = ast.parse((ROOT / "ncthelpers.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported and imported <= sys.stdlib_module_names


def test_oldest_python_is_that_of_the_project(shim):
    assert PROJECT["project"]["requires-python"] == ">=" + ".".join(map(str, shim.OLDEST_PYTHON))


def test_older_python_is_refused_in_one_line(shim, clone, monkeypatch, handed_over, capsys):
    monkeypatch.setattr(shim.sys, "version_info", (3, 10, 14, "final", 0))
    monkeypatch.setattr(shim, "make_environment", lambda root: pytest.fail("it must not install"))
    assert shim.main(["book"], clone) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "3.11" in said.err and "3.10" in said.err
    assert handed_over == []


def test_first_use_makes_the_environment_then_hands_over(shim, clone, monkeypatch, handed_over, capsys):
    steps = Steps(clone)
    monkeypatch.setattr(shim.subprocess, "run", steps)
    shim.main(["run", "2021-22"], clone)
    make, lock, project = (" ".join(step) for step in steps.taken)
    assert "-m venv --clear" in make
    assert "install --no-deps --require-hashes" in lock and lock.endswith("--compile -r requirements.lock")
    assert "--no-deps" in project and "--no-index" in project and project.endswith("--no-build-isolation -e .")
    command = str(clone / ".venv" / "bin" / "ncthelpers")
    assert handed_over == [(command, [command, "run", "2021-22"])]
    assert capsys.readouterr().err.count("\n") == 1


def test_second_use_installs_nothing_and_says_nothing(shim, clone, monkeypatch, handed_over, capsys):
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone))
    shim.main([], clone)
    capsys.readouterr()
    monkeypatch.setattr(shim.subprocess, "run", lambda *a, **k: pytest.fail("it must not install again"))
    shim.main([], clone)
    said = capsys.readouterr()
    assert said.err == "" and said.out == ""
    assert len(handed_over) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "requirements.lock").write_text("lock 2\n"),
        lambda root: (root / "pyproject.toml").write_text("project 2\n"),
        lambda root: (root / ".venv" / ".stamp").unlink(),
        lambda root: (root / ".venv" / ".stamp").write_text("something else"),
        lambda root: (root / ".venv" / "bin" / "ncthelpers").unlink(),
        lambda root: (root / ".venv" / "bin" / "python").unlink(),
        lambda root: shutil.rmtree(root / ".venv"),
    ],
    ids=["lock", "project file", "no stamp", "other stamp", "no command", "no python", "no environment"],
)
def test_environment_is_made_again_after_a_change(shim, clone, monkeypatch, handed_over, change):
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone))
    shim.main([], clone)
    assert shim.is_current(clone)
    change(clone)
    assert not shim.is_current(clone)
    steps = Steps(clone)
    monkeypatch.setattr(shim.subprocess, "run", steps)
    shim.main([], clone)
    assert len(steps.taken) == 3
    assert shim.is_current(clone)


def test_moved_or_copied_environment_is_made_again(shim, clone, monkeypatch, handed_over, tmp_path_factory):
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone))
    shim.main([], clone)
    copy = tmp_path_factory.mktemp("copy") / "clone"
    shutil.copytree(clone, copy)
    assert shim.is_current(clone) and not shim.is_current(copy)


def test_stamp_tells_where_one_file_ends_and_the_next_begins(shim, clone):
    before = shim.stamp_of(clone)
    (clone / "requirements.lock").write_text("lock 1\nproject")
    (clone / "pyproject.toml").write_text(" 1\n")
    assert shim.stamp_of(clone) != before


@pytest.mark.parametrize("step", [1, 2, 3])
def test_failed_install_is_refused_logged_and_tried_again(shim, clone, monkeypatch, handed_over, capsys, step):
    output = "".join(f"line {number}\n" for number in range(100)).encode() + b"ERROR: hash mismatch \xff\n"
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone, fails_at=step, with_output=output))
    assert shim.main(["book"], clone) == 2
    said = capsys.readouterr().err
    assert "could not be made" in said and "ERROR: hash mismatch" in said and "line 99" in said
    assert "line 10\n" not in said and "Traceback" not in said
    assert (clone / ".venv" / "install.log").read_bytes() == output * step
    assert not (clone / ".venv" / ".stamp").exists()
    assert handed_over == []
    again = Steps(clone)
    monkeypatch.setattr(shim.subprocess, "run", again)
    shim.main(["book"], clone)
    assert len(again.taken) == 3 and len(handed_over) == 1


@pytest.mark.parametrize(("stop", "code"), [(KeyboardInterrupt(), 130), (OSError("no space left on device"), 2)])
def test_stopped_install_leaves_no_stamp(shim, clone, monkeypatch, handed_over, capsys, stop, code):
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone))
    shim.main([], clone)
    (clone / "requirements.lock").write_text("lock 2\n")
    monkeypatch.setattr(shim.subprocess, "run", Steps(clone, fails_at=2, stops=stop))
    capsys.readouterr()
    assert shim.main([], clone) == code
    assert "Traceback" not in capsys.readouterr().err
    assert not (clone / ".venv" / ".stamp").exists()
    assert len(handed_over) == 1


def test_clone_without_a_lock_is_refused_without_a_traceback(shim, clone, handed_over, capsys):
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".stamp").write_text("old")
    (clone / "requirements.lock").unlink()
    assert shim.main([], clone) == 2
    assert "requirements.lock" in capsys.readouterr().err


def test_windows_calls_the_exe_and_gives_back_its_exit_code(shim, clone, monkeypatch):
    called = []
    monkeypatch.setattr(shim, "WINDOWS", True)
    monkeypatch.setattr(shim, "is_current", lambda root: True)
    monkeypatch.setattr(shim.subprocess, "call", lambda command: called.append(command) or 7)
    assert shim.main(["test", "-x"], clone) == 7
    assert called == [[str(clone / ".venv" / "Scripts" / "ncthelpers.exe"), "test", "-x"]]


def test_windows_does_not_replace_the_environment_it_runs_in(shim, clone, monkeypatch, capsys):
    monkeypatch.setattr(shim, "WINDOWS", True)
    monkeypatch.setattr(shim.sys, "prefix", str(clone / ".venv"))
    monkeypatch.setattr(shim.subprocess, "run", lambda *a, **k: pytest.fail("it must not start"))
    assert shim.main(["book"], clone) == 2
    assert "deactivate" in capsys.readouterr().err


@pytest.fixture
def clone_with_package(clone):
    """A clone with the real shim and a small package in src."""
    shutil.copy(ROOT / "ncthelpers.py", clone)
    package = clone / "src" / "ncthelpers"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("NAME = 'the package'\n")
    (package / "rounding.py").write_text("import ncthelpers\nNAME = ncthelpers.NAME\n")
    (package / "page.css").write_text("body {}\n")
    return clone


def run_python(folder, *arguments, **environment):
    # -E: a PYTHONPATH of whoever runs the tests must not decide them
    return subprocess.run(
        [sys.executable, "-E", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_imported_in_the_root_the_shim_is_the_package_and_does_nothing_else(clone_with_package):
    code = (
        "import importlib.resources, ncthelpers, ncthelpers.rounding as r, sys;"
        "print(ncthelpers.NAME, r.NAME, ncthelpers.__file__, ncthelpers.__path__, r.__file__, sep='|');"
        "print(importlib.resources.files('ncthelpers').joinpath('page.css').read_text(), hasattr(ncthelpers, 'main'))"
    )
    done = run_python(clone_with_package, "-c", code)
    package = clone_with_package / "src" / "ncthelpers"
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"the package|the package|{package / '__init__.py'}|{[str(package)]}|{package / 'rounding.py'}",
        "body {}",
        " False",
    ]
    assert not (clone_with_package / ".venv").exists()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in command is a shell script")
def test_run_in_the_root_the_installed_command_gets_arguments_and_gives_its_exit_code(clone_with_package, shim):
    programs = clone_with_package / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").touch()
    (programs / "ncthelpers").write_text('#!/bin/sh\necho "got $*"\nexit 7\n')
    (programs / "ncthelpers").chmod(0o755)
    (clone_with_package / ".venv" / ".stamp").write_text(shim.stamp_of(clone_with_package.resolve()))
    done = run_python(clone_with_package, "-m", "ncthelpers", "run", "2021-22")
    assert (done.returncode, done.stdout, done.stderr) == (7, "got run 2021-22\n", "")


def test_real_pip_refuses_a_package_that_is_not_the_one_in_the_lock(clone_with_package):
    served = clone_with_package / "served"
    served.mkdir()
    with zipfile.ZipFile(served / "sample-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("sample.py", "")
        wheel.writestr("sample-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
        wheel.writestr("sample-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("sample-1.0.dist-info/RECORD", "")
    (clone_with_package / "requirements.lock").write_text(f"sample==1.0 --hash=sha256:{'0' * 64}\n")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(served), "PIP_CONFIG_FILE": os.devnull}
    done = run_python(clone_with_package, "-m", "ncthelpers", "book", **offline)
    assert done.returncode == 2
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert "could not be made" in done.stderr and "Expected sha256 " + "0" * 64 in done.stderr
    assert "DO NOT MATCH THE HASHES" in (clone_with_package / ".venv" / "install.log").read_text()
    assert not (clone_with_package / ".venv" / ".stamp").exists()


# what starts it all


def test_make_only_calls_the_command():
    recipes = re.findall(r"^(\w+):\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    by_target = {target: recipe.strip() for target, recipe in recipes}
    assert by_target["book"] == "$(PYTHON) -m ncthelpers book"
    assert by_target["test"] == "$(PYTHON) -m ncthelpers test"
    assert by_target["clean"] == "rm -rf _build"
    assert by_target["bench"] == "$(PYTHON) -m ncthelpers bench"
    assert by_target["audit"] == "$(PYTHON) -m ncthelpers audit"
    assert set(by_target) == {"help", "book", "test", "audit", "bench", "lock", "clean"}
    for option in ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--only-binary :all:"):
        assert option in by_target["lock"]


def test_ci_calls_make_test():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -eu" in lines and lines[-1] == "make test"
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains("3.11.0")
