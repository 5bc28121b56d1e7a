"""The checksum of every file that is published, in one file beside them: who took a copy can tell whether it is whole and as published.

The list is in the form of ``sha256sum``, so that nobody needs this project to check a copy. Nothing that takes long to import is
used here.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import write_atomically

__all__ = ["LIST", "as_text", "differences", "listed", "write"]

LIST = "sha256.txt"
_LINE = re.compile(r"(?P<sha256>[0-9a-fA-F]{64}) [ *](?P<name>.+)", flags=re.DOTALL)
_SHOWN = 120  # letters of what is wrong in a list


def _files(folder: Path) -> dict[str, Path]:
    """All that lies below a folder but for folders, by name; a link is not followed."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def as_text(sums: Mapping[str, str]) -> str:
    """A list as its file holds it.

    Parameters
    ----------
    sums : Mapping of str to str
        The SHA-256 of each file by its name, which is its path from the folder of the list.

    Examples
    --------
    >>> print(as_text({"b.html": "00ff", "a/c.csv": "1234"}), end="")
    1234  a/c.csv
    00ff  b.html
    """
    return "".join(f"{held}  {name}\n" for name, held in sorted(sums.items()))


def write(folder: Path) -> Path:
    """List every file of a folder that is finished, in the folder itself.

    Parameters
    ----------
    folder : Path
        What is to be published.

    Returns
    -------
    Path
        The list.
    """
    place = folder / LIST
    write_atomically(place, as_text({name: _sha256(path) for name, path in _files(folder).items() if path != place}))
    return place


def _why_no_name(name: str) -> str:
    """Why a file of a published folder cannot have a name; empty if it can."""
    if not all(name.split("/")) or {".", ".."} & set(name.split("/")) or PureWindowsPath(name).anchor:
        return "leads out of the folder, or is not the plain path of a file in it"
    return "" if name.isprintable() and "\\" not in name else "holds a sign that no published file has in its name"


def listed(manifest: Path) -> dict[str, str]:
    """What a list says: the SHA-256 of each file by name.

    Parameters
    ----------
    manifest : Path
        The list, in the form of ``sha256sum``.

    Raises
    ------
    DataFaults
        With every line that is not a checksum and the name of a file in the folder of the list, each named once.
    """
    file, sums, faults = str(manifest), {}, []
    try:
        lines = manifest.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise DataFaults([Fault(file, None, "", "", "is not UTF-8 text")]) from None
    if lines == [""]:
        raise DataFaults([Fault(file, None, "", "", "lists no file")])
    for row, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if not found:
            faults.append(Fault(file, row, "", line[:_SHOWN], "is not a SHA-256, two spaces and the name of a file"))
            continue
        name = found["name"]
        wrong = _why_no_name(name) or ("is listed twice" if name in sums else "")
        if wrong:
            faults.append(Fault(file, row, "name", name[:_SHOWN], wrong))
        sums[name] = found["sha256"].lower()
    if faults:
        raise DataFaults(faults)
    return sums


def differences(manifest: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """Each file that is not as its list says, by name, with what is wrong.

    Parameters
    ----------
    manifest : Path
        The list, in the folder that it is of. What it names is sought among what lies there and nowhere else.
    sums : Mapping of str to str
        What it says, as :func:`listed` gives it.
    """
    there = {name: path for name, path in _files(manifest.parent).items() if path != manifest}
    for name in sorted({*there, *sums}):
        wrong = _wrong(there.get(name), sums.get(name))
        if wrong:
            yield f"{name if name.isprintable() else ascii(name)}: {wrong}"


def _wrong(path: Path | None, held: str | None) -> str:
    if path is None:
        return "is missing"
    if held is None:
        return "is not listed"
    if path.is_symlink() or not path.is_file():
        return "is not a file but something in its place"
    return "" if _sha256(path) == held else "differs"
