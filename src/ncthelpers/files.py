"""Files and folders written whole or not at all."""

import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["write_atomically", "swap_folder"]


def write_atomically(path: Path, text: str) -> None:
    """Replace a file's content in one step; an unchanged file is left untouched.

    Parameters
    ----------
    path : Path
        The file; its folder is made if need be.
    text : str
        Its content, written as UTF-8 with ``\\n`` line ends.
    """
    content = text.encode("utf-8")
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def swap_folder(made: Path, place: Path) -> None:
    """Put a finished folder in the place of an old one, which comes back if that fails.

    Parameters
    ----------
    made : Path
        The finished folder, on the same disk; it is gone afterwards.
    place : Path
        Where it belongs. What stands there now is replaced whole.

    Raises
    ------
    OSError
        If the old folder cannot be moved, as on Windows while another program holds a file in it open.
    """
    old = place.with_name(f".old-{place.name}")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        made.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
