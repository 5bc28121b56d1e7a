"""What a library that is not written in Python makes of a file, worked out in a process of its own.

A broken file can make such a library crash, go round in circles or ask for all the memory there is, and nothing in Python can
stop it. Here that process alone ends, and the file is refused.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TypeVar

__all__ = ["answer", "apart"]

_Made = TypeVar("_Made")
_MOST_SECONDS = 120
_LEAST_BYTES, _BYTES_A_BYTE = 512 << 20, 200  # of memory: for any file, and for each of its own bytes
_CHILD = "from ncthelpers.apart import answer; answer()"
_TOO_MUCH = "it makes its reader crash, or takes more time or memory than such a file can"


def apart(made_of: Callable[[bytes], _Made], content: bytes) -> _Made:
    """What a function makes of a file, asked in a process of its own.

    Parameters
    ----------
    made_of : callable
        A function of a module; it takes the content and gives what JSON can hold.
    content : bytes
        What the file holds.

    Raises
    ------
    ValueError
        If it raised anything, crashed, or would not end; in words that follow on the file's name.

    Examples
    --------
    >>> apart(len, b"four")
    4
    >>> apart(json.loads, b"{")
    Traceback (most recent call last):
        ...
    ValueError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
    """
    words = [sys.executable, "-I", "-c", _CHILD, made_of.__module__, made_of.__qualname__]
    try:
        done = subprocess.run(words, input=content, capture_output=True, timeout=_MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ValueError(_TOO_MUCH) from None
    if done.returncode:
        raise ValueError(_TOO_MUCH)
    said = json.loads(done.stdout)
    if "refused" in said:
        raise ValueError(said["refused"])
    made: _Made = said["made"]
    return made


def answer() -> None:
    """The process's own part: the content comes in, what is made of it goes out."""
    content = sys.stdin.buffer.read()
    made_of = getattr(import_module(sys.argv[1]), sys.argv[2])
    _hold_to(_LEAST_BYTES + _BYTES_A_BYTE * len(content))
    try:
        said = {"made": made_of(content)}
    except BaseException as error:
        said = {"refused": str(error) or type(error).__name__}
    sys.stdout.buffer.write(json.dumps(said).encode())


def _hold_to(most: int) -> None:
    """Let this process ask for no more memory than so many bytes; Windows has no such bound."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
