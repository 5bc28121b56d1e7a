"""The review book's two commands in a fresh clone: ``python -m ncthelpers book`` and ``python -m ncthelpers test``.

Run in this folder, this file makes what the command needs and then steps aside. On first use, or when
``requirements.lock`` or ``pyproject.toml`` has changed, it makes the environment ``.venv``: the locked packages, each
checked against its hash, and this project, editable. Then it hands over to the ``ncthelpers`` command installed there,
with the same arguments and the same exit code. It needs Python 3.11 or newer, with nothing installed.

Imported, it is not there. Python looks for modules in the current folder first, so in this folder
``import ncthelpers`` (``python -m pytest``, a notebook, ``python -c``) finds this file instead of the package in
``src/ncthelpers``. It then puts that package in its own place and does nothing else: no environment, no output.

Only the standard library is used, and only syntax that older Pythons read too, so that they get a plain refusal.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
WINDOWS = os.name == "nt"
LOG_LINES_SHOWN = 8


class InstallFailed(Exception):
    """The environment cannot be made; the message says why."""


def venv_program(root, name):
    """Path of a program of the environment: ``.venv/bin/NAME``, on Windows ``.venv\\Scripts\\NAME.exe``."""
    return root / ".venv" / "Scripts" / (name + ".exe") if WINDOWS else root / ".venv" / "bin" / name


def stamp_of(root):
    """What ``.venv/.stamp`` must hold: sha256 of the lock, of the project file and of the folder.

    The folder counts because an environment holds its own absolute path: a moved or copied one would run the old code.
    """
    digest = hashlib.sha256()
    for part in (root / "requirements.lock", root / "pyproject.toml"):
        digest.update(hashlib.sha256(part.read_bytes()).digest())
    digest.update(os.fsencode(str(root)))
    return digest.hexdigest()


def is_current(root):
    """True if the environment was finished for this lock, project file and folder, and can still be started."""
    stamp = root / ".venv" / ".stamp"
    programs = (venv_program(root, "python"), venv_program(root, "ncthelpers"))
    return stamp.is_file() and stamp.read_text() == stamp_of(root) and all(program.exists() for program in programs)


def make_environment(root):
    """Make ``.venv`` from nothing and stamp it last, so that whatever stops this makes the next run start again.

    Raises InstallFailed; all output of the steps is then in ``.venv/install.log``.
    """
    venv = root / ".venv"
    if WINDOWS and Path(sys.prefix).resolve() == venv:
        raise InstallFailed("Windows cannot replace an environment that is in use: run 'deactivate' first")
    stamp = stamp_of(root)
    (venv / ".stamp").unlink(missing_ok=True)
    # -I: neither this folder nor PYTHONPATH may shadow a module, and PYTHONDONTWRITEBYTECODE has no say
    pip_install = [str(venv_program(root, "python")), "-I", "-m", "pip", "--no-input", "install", "--no-deps"]
    steps = (
        [sys.executable, "-I", "-m", "venv", "--clear", str(venv)],
        pip_install + ["--require-hashes", "--only-binary=:all:", "--compile", "-r", "requirements.lock"],
        pip_install + ["--no-index", "--no-build-isolation", "-e", "."],
    )
    log = b""
    for step in steps:
        done = subprocess.run(
            step, cwd=str(root), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        log += done.stdout
        venv.mkdir(exist_ok=True)
        (venv / "install.log").write_bytes(log)
        if done.returncode:
            last_lines = log.decode(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
            raise InstallFailed("\n".join(["the end of .venv/install.log:"] + last_lines))
    (venv / ".stamp").write_text(stamp)


def hand_over(root, arguments):
    """Run the installed command with these arguments; its exit code. Only Windows returns from here."""
    command = [str(venv_program(root, "ncthelpers"))] + arguments
    if WINDOWS:
        return subprocess.call(command)  # exec on Windows gives the prompt back before the command has ended
    sys.stdout.flush()
    os.execv(command[0], command)  # in place of this process, so that signals reach the command itself


def say(line):
    print("ncthelpers: " + line, file=sys.stderr, flush=True)


def main(arguments, root=ROOT):
    if sys.version_info < OLDEST_PYTHON:
        say("this needs Python 3.11 or newer; this is Python {}.{} ({})".format(*sys.version_info[:2], sys.executable))
        return 2
    try:
        if not is_current(root):
            say("making the environment in .venv from requirements.lock (first use or a changed lock; takes a minute)")
            make_environment(root)
        return hand_over(root, arguments)
    except (InstallFailed, OSError) as fault:
        say("the environment could not be made or started (the next run tries again): " + str(fault))
        return 2
    except KeyboardInterrupt:
        say("stopped")
        return 130


def become_package(root=ROOT):
    """Put the package in ``src/ncthelpers`` in this module's place."""
    spec = importlib.util.spec_from_file_location("ncthelpers", root / "src" / "ncthelpers" / "__init__.py")
    package = importlib.util.module_from_spec(spec)
    sys.modules["ncthelpers"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
elif __name__ == "ncthelpers":
    become_package()
