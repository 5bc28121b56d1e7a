"""The checks that take seconds: style, types, what is known to be unsafe, workflows. ``ncthelpers test`` begins with them.

What each tool goes by stands in ``pyproject.toml``; none of them reaches the network.
"""

import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["checks", "run"]

WORKFLOWS = ".github/workflows"


def checks(repository: Path) -> Mapping[str, Sequence[str]]:
    """What is run for each of the quick checks: a program of the environment and its arguments.

    Parameters
    ----------
    repository : Path
        Where the programs are to be run.
    """
    workflows = [f"{WORKFLOWS}/{path.name}" for path in sorted((repository / WORKFLOWS).iterdir())]
    return {
        "Style": ("ruff", "check", "--quiet", "."),
        "Layout of the code": ("ruff", "format", "--check", "--quiet", "."),
        "Types": ("mypy",),
        "What is known to be unsafe": ("bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "src"),
        "Workflows: what the forge reads": (
            "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows,
        ),
        "Workflows: what is known to be unsafe": (
            "zizmor", "--quiet", "--offline", "--persona", "auditor", "--strict-collection", ".github",
        ),
    }  # fmt: skip


def run(repository: Path, check: str) -> int:
    """Run a quick check, which prints what it finds; 0 if that is nothing.

    Parameters
    ----------
    repository : Path
        Where it is run.
    check : str
        Which of :func:`checks`.

    Raises
    ------
    LookupError
        If its program is not in the environment.
    """
    name, *arguments = checks(repository)[check]
    program = shutil.which(name, path=sysconfig.get_path("scripts"))
    if program is None:
        raise LookupError(
            f"{name} is not in the environment: remove the folder .venv, and the next command makes it anew"
        )
    return subprocess.call([program, *arguments], cwd=repository)
