"""A folder of open data: which tables it holds, the edition that it is of, and the file that packs it.

Nothing here reads data, so that the HTML can be told to be up to date at once.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from ncthelpers.publish.toc import ABOUT

__all__ = ["EDITION", "README", "linked", "stamped", "zipped"]

README = "README.txt"
EDITION = "@edition@"  # stands there for the edition, which only publishing knows


def linked(root: Path, folder: str, around: Iterable[str] | None = None) -> list[str]:
    """The tables of a folder that pages link to, which are those that are published, in the order of the pages.

    Parameters
    ----------
    root : Path
        Holds ``book/``.
    folder : str
        A contract year or ``comparison``.
    around : iterable of str, optional
        The pages around the years; as they stand in ``book/`` if none are given.
    """
    link, book = re.compile(rf'tables/{folder}/(\w+)\.csv\\?"'), root / "book"
    around = _texts([*sorted(book.glob(f"{ABOUT}/*.md")), *book.glob("index.md")]) if around is None else around
    texts = (*_texts(sorted(book.glob(f"{folder}/*.ipynb"))), *around)
    return list(dict.fromkeys(name for text in texts for name in link.findall(text)))


def _texts(pages: Iterable[Path]) -> list[str]:
    return [path.read_text("utf-8") for path in pages]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of some files, in the order of their names and all of one day long ago.

    Parameters
    ----------
    files : Mapping of str to bytes
        Content by name.

    Examples
    --------
    >>> zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})
    True
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as folder:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            folder.writestr(entry, content)
    return made.getvalue()


def stamped(files: Mapping[str, bytes], edition: str) -> dict[str, bytes]:
    """The files with the edition in the words to readers.

    Parameters
    ----------
    files : Mapping of str to bytes
        Content by name.
    edition : str
        The commit that they are made by.

    Examples
    --------
    >>> stamped({"README.txt": b"Edition @edition@"}, "c0ffee")
    {'README.txt': b'Edition c0ffee'}
    """
    return {**files, README: files[README].replace(EDITION.encode(), edition.encode())}
