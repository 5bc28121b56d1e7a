"""A book in the making, served to this computer alone: made again when its data changes, and then shown anew.

It is made in a copy of the root, under ``_build/preview``, whose checksums are recorded as each change passes the rules:
neither ``data/`` nor ``book/`` of the root is touched.
"""

import asyncio
import mimetypes
import os
import re
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from tornado import httpserver, netutil, web

from ncthelpers.files import is_data
from ncthelpers.yaml_files import read_yaml

__all__ = [
    "HOST",
    "Preview",
    "copied",
    "file_asked_for",
    "made_by",
    "serve",
    "stamps",
    "with_script",
    "with_year_listed",
]

HOST = "127.0.0.1"
_OF_ROOT = ("data", "_toc.yml", "CHANGELOG.md", "benchmarks/results")
_OWN = "/_preview"
_LOOKS_AGAIN, _SETTLES, _ENDS = 0.25, 0.1, 5.0  # seconds
_PROGRESS = re.compile(r"  \d+ of \d+: ")
_MOST_LINES = 40
_WAITING = b"<!doctype html><html lang=en-GB><title>Preview</title><body><p>The book is being made.</p></body></html>"
# The fault is put on the page as text, never as markup.
_SCRIPT = """
const shown = Number(document.currentScript.dataset.made);
const bar = document.createElement("pre");
bar.setAttribute("role", "status");
bar.style.cssText = "position:fixed;bottom:0;left:0;right:0;z-index:9999;max-height:45vh;overflow:auto;margin:0;" +
  "padding:.6rem 1rem;white-space:pre-wrap;color:#fff;background:#8a1c1c;font:14px/1.4 monospace";
bar.hidden = true;
document.body.append(bar);
const say = (text, colour) => { bar.textContent = text; bar.hidden = !text; bar.style.background = colour; };
const look = async () => {
  try {
    const state = await (await fetch("/_preview/state", {cache: "no-store"})).json();
    if (state.made !== shown) { location.reload(); return; }
    say(state.fault || (state.making ? "The book is being made again." : ""), state.fault ? "#8a1c1c" : "#33475b");
  } catch { say("The preview has ended.", "#33475b"); }
  setTimeout(look, 300);
};
look();
"""


# What is watched, and the copy that the book is made in.


def _files(root: Path) -> Iterator[Path]:
    """What the book of a root is made of; the schemas may be those of another root, linked to."""
    for path in (root / name for name in _OF_ROOT):
        linked = (one for one in path.glob("*") if one.is_symlink())
        found = [path, *(below for folder in (path, *linked) for below in folder.rglob("*"))]
        yield from (one for one in found if one.is_file() and is_data(one))


def stamps(root: Path, templates: Path) -> dict[Path, tuple[int, int]]:
    """When each file that the book is made of was last written, and how long it is.

    Parameters
    ----------
    root : Path
        Holds ``data/``, ``_toc.yml`` and ``CHANGELOG.md``.
    templates : Path
        Folder of the templates.
    """
    found = {}
    for path in (*_files(root), *templates.rglob("*.ipynb")):
        with suppress(OSError):  # gone since it was listed
            held = path.stat()
            found[path] = (held.st_mtime_ns, held.st_size)
    return found


def copied(root: Path, place: Path) -> None:
    """Bring the copy of a root up to date; the pages come with it at first, so that none is made that need not be."""
    if not (place / "book").is_dir() and (root / "book").is_dir():
        shutil.copytree(root / "book", place / "book", ignore=shutil.ignore_patterns(".*"))
    wanted = {path.relative_to(root): path for path in _files(root)}
    for path in _files(place):
        if path.relative_to(place) not in wanted:
            path.unlink()
    for name, path in wanted.items():
        old, new = place / name, path.stat()
        if old.is_file() and (old.stat().st_mtime_ns, old.stat().st_size) == (new.st_mtime_ns, new.st_size):
            continue
        old.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, old)


def with_year_listed(toc: str, year: str, pages: Sequence[str]) -> str:
    """``_toc.yml`` with the pages of a year that is not public, for the preview of it alone.

    Examples
    --------
    >>> print(with_year_listed("format: jb-book\\nroot: index\\n", "1999-00", ["04_cost"]), end="")
    format: jb-book
    root: index
    parts:
    - caption: Contract year 1999-00, not public
      chapters:
      - file: 1999-00/04_cost
    """
    listed: Any = read_yaml(toc)
    chapters = [{"file": f"{year}/{page}"} for page in pages]
    part = {"caption": f"Contract year {year}, not public", "chapters": chapters}
    return cast(str, yaml.safe_dump({**listed, "parts": [part, *listed.get("parts", [])]}, sort_keys=False))


# What is served.


@dataclass
class Preview:
    """What is shown, and how it stands.

    Parameters
    ----------
    html : Path
        Folder of the HTML.
    made : int
        How often the book was made since the preview began.
    making : bool
        Whether it is being made.
    fault : str
        Why it could not be made last; empty where it could.
    """

    html: Path
    made: int = 0
    making: bool = False
    fault: str = ""


def file_asked_for(html: Path, asked: str) -> Path | None:
    """The file of the book that an address names; none where it names none, or leads out of the book.

    Parameters
    ----------
    html : Path
        Folder of the HTML.
    asked : str
        The path of the address, without its first stroke.
    """
    top = html.resolve()
    path = Path(os.path.abspath(top / (asked if asked and not asked.endswith("/") else f"{asked}index.html")))
    try:
        is_ours = path.is_relative_to(top) and path.resolve() == path and path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return None
    return path if is_ours else None


def with_script(page: bytes, made: int) -> bytes:
    """A page that looks whether it has been made again.

    Examples
    --------
    >>> with_script(b"<body></body>", 3)
    b'<body><script src="/_preview/script.js" data-made="3"></script></body>'
    """
    script = f'<script src="{_OWN}/script.js" data-made="{made}"></script>'.encode()
    before, body, after = page.rpartition(b"</body>")
    return before + script + body + after if body else page + script


class _Handler(web.RequestHandler):
    """What answers this computer alone, asked for by the name that it gave."""

    def initialize(self, preview: Preview) -> None:
        self.preview = preview

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def prepare(self) -> None:
        names = [f"{name}:{self.settings['port']}" for name in (HOST, "localhost")]
        if self.request.headers.get_list("Host") not in [[name] for name in names]:
            raise web.HTTPError(403)  # another name that leads here is another site's


class _State(_Handler):
    def get(self) -> None:
        self.write({"made": self.preview.made, "making": self.preview.making, "fault": self.preview.fault})


class _Script(_Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.write(_SCRIPT)


class _File(_Handler):
    def get(self, asked: str) -> None:
        path = file_asked_for(self.preview.html, asked)
        if path is None and (asked or self.preview.html.is_dir()):
            raise web.HTTPError(404)
        content, kind = (_WAITING, "text/html") if path is None else (path.read_bytes(), _kind(path))
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.write(with_script(content, self.preview.made) if kind == "text/html" else content)


def _kind(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


# How it is kept up to date.


def made_by(command: Sequence[str], told: Callable[[str], None]) -> Callable[[], Awaitable[str]]:
    """What makes the book by a command in a process of its own, and gives what it said if it failed.

    Parameters
    ----------
    command : sequence of str
        The command.
    told : callable
        Told each line as the command says it.
    """

    async def make() -> str:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1"}, start_new_session=True,
        )  # fmt: skip
        said: list[str] = []
        try:
            async for line in cast(asyncio.StreamReader, child.stdout):
                said.append(line.decode("utf-8", "replace").rstrip())
                told(said[-1])
            code = await child.wait()
        finally:
            await _ended(child)
        if code == 0:
            return ""
        text = "\n".join([line for line in said if not _PROGRESS.match(line)][-_MOST_LINES:]).strip()
        return text or "the book could not be made"

    return make


async def _ended(child: asyncio.subprocess.Process) -> None:
    """End a process with all that it started."""
    for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if child.returncode is not None and sign == signal.SIGTERM:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, sign) if hasattr(os, "killpg") else child.send_signal(sign)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(child.wait(), _ENDS)


async def _keep_up(preview: Preview, now: Callable[[], Mapping[Path, Any]], make: Callable[[], Awaitable[str]]) -> None:
    """Make the book whenever it is made of something else than it was, and once at the beginning."""
    before = None
    while True:
        found = now()
        if found != before:
            while (later := now()) != found:  # somebody is still writing
                found = later
                await asyncio.sleep(_SETTLES)
            before, preview.making = found, True
            try:
                preview.fault = await make()
            except OSError as error:  # a file that went while it was copied: what is there now is found next time
                preview.fault = f"{error.filename or 'a file'}: {error.strerror or error}"
            preview.making = False
            preview.made += not preview.fault
        await asyncio.sleep(_LOOKS_AGAIN)


async def serve(
    preview: Preview, now: Callable[[], Mapping[Path, Any]], make: Callable[[], Awaitable[str]], port: int, told: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve a book to this computer and keep it up to date, until it is cancelled.

    Parameters
    ----------
    preview : Preview
        What is shown.
    now : callable
        Gives what the book is made of, such as :func:`stamps`.
    make : callable
        Makes it; gives why it could not, or nothing.
    port : int
        Where it is served; 0 for any that is free.
    told : callable
        Told the address.

    Raises
    ------
    ValueError
        If the port is in use.
    """
    try:
        sockets = netutil.bind_sockets(port, HOST)
    except OSError as error:
        raise ValueError(f"port {port} cannot be used ({error.strerror}): name another with --port") from None
    port = sockets[0].getsockname()[1]
    handlers = [
        (f"{_OWN}/state", _State, {"preview": preview}),
        (f"{_OWN}/script.js", _Script, {"preview": preview}),
        ("/(.*)", _File, {"preview": preview}),
    ]
    server = httpserver.HTTPServer(web.Application(handlers, port=port, log_function=lambda handler: None))
    server.add_sockets(sockets)
    told(f"http://{HOST}:{port}/")
    try:
        await _keep_up(preview, now, make)
    finally:
        server.stop()
