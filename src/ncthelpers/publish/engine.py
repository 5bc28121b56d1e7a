"""A papermill engine that runs a notebook's cells in the process it is in: no kernel is started and none is spoken to.

Papermill's own client drives the cells and fills their outputs; ipykernel's own shell runs them. What lies between the two,
sockets and a second process, is replaced by a list of messages. So a notebook comes out as a stock kernel writes it, with
these differences:

- One notebook a process: what a notebook changes in the process, the next one would find. A second is refused.
- ``execution_timeout`` is not kept: a process cannot stop itself in a loop of C. Whoever waits for the process must.
- ``exit()`` and ``quit()`` fail the cell, and ``atexit`` does not run: the process is not the notebook's to end.
  ``sys.exit()`` stops the notebook, as it does in a kernel.
- What is printed over time stays one output; a kernel begins another every 0.2 s. What is printed around the output of
  subprocesses and C stands in the order in which it was written; a kernel mixes it.
- Widgets have no state, and nothing of the user's IPython profile is read: a page is the same on every machine.
- A traceback through this module or of a deep recursion counts other frames, and ``sys.argv`` is this process's.
"""

import asyncio
import builtins
import getpass
import io
import logging
import math
import os
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO

if not TYPE_CHECKING:
    WarmEngine = None  # papermill loads its engines when it is imported, and here may be where that happens

from jupyter_client.session import Session
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

__all__ = ["INLINE", "WarmEngine", "shell"]

INLINE = "module://matplotlib_inline.backend_inline"
_TO_HERE = {"msg_id": "here"}  # every message belongs to the cell that runs


class _Messages(Session):
    """The session that the shell sends its messages with: they stay here, as JSON would have carried them."""

    def __init__(self, **traits: object) -> None:
        super().__init__(**traits)
        self.sent: deque[dict[str, Any]] = deque()

    def send(
        self,
        stream: object,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        *_: object,
        **__: object,
    ) -> None:
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content)
        carried = self.unpack(self.pack(message["content"]))
        self.sent.append({**message, "content": carried, "parent_header": _TO_HERE})


def _unnamed_file() -> BinaryIO | None:
    """What a file descriptor is captured in: on Windows nothing, as in a kernel."""
    return tempfile.TemporaryFile() if hasattr(os, "pread") else None


class _Stream(io.TextIOBase):
    """Standard output or error: what Python writes to it and what anything writes to its file descriptor, in order."""

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, messages: _Messages) -> None:
        self.name, self._descriptor, self._messages = name, descriptor, messages
        self._process = os.getpid()
        self._text: list[str] = []
        self._file = _unnamed_file()
        self._read = 0
        self._outside: int | None = None

    def fileno(self) -> int:
        """The stream of the process itself, as in a kernel."""
        return self._descriptor if self._outside is None else self._outside

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._process:  # of multiprocessing: its own list of messages goes nowhere
            os.write(self._descriptor, text.encode(errors="surrogateescape"))
        else:
            self._take_file()
            self._text.append(text)
        return len(text)

    def flush(self) -> None:
        self._take_file()
        text = "".join(self._text)
        self._text.clear()
        if text:
            self._messages.send(None, "stream", {"name": self.name, "text": text})

    def _take_file(self) -> None:
        """What subprocesses and C have written since."""
        if self._file is None or self._outside is None:
            return
        if (written := os.fstat(self._file.fileno()).st_size) > self._read:
            self._text.append(os.pread(self._file.fileno(), written - self._read, self._read).decode(errors="replace"))
            self._read = written

    @contextmanager
    def capturing(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        self._outside = os.dup(self._descriptor)
        os.dup2(self._file.fileno(), self._descriptor)
        try:
            yield
        finally:
            os.dup2(self._outside, self._descriptor)
            os.close(self._outside)
            self._outside = None


def _no_exit() -> None:
    raise RuntimeError("exit() would end the process that runs the notebook; sys.exit() stops the notebook")


def _no_gui(gui: str | None = None) -> None:
    if gui:
        from IPython.core.error import UsageError

        raise UsageError(f"there is no screen for {gui!r} when a notebook is run")


@cache
def shell() -> Any:
    """The shell of this process. It may be made before the process forks: it starts no thread and opens no file."""
    # Imported here, or every import of papermill would take half as long again; ipkernel, to be there when a cell runs
    import ipykernel.ipkernel  # noqa: F401
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.zmqshell import ZMQInteractiveShell
    from traitlets.config import Config

    messages = _Messages()
    made: Any = ZMQInteractiveShell.instance(
        compiler_class=XCachingCompiler,
        config=Config({"HistoryManager": {"enabled": False}}),  # it would keep a file, and a thread that writes it
    )
    made.ask_exit, made.enable_gui = _no_exit, _no_gui
    made.displayhook.session = made.display_pub.session = messages
    return made


def _show_figures(where: Any) -> None:
    """Have figures shown at the end of a cell.

    The inline backend sees to it when it is imported, if there is a shell then and it is the backend that is named; else they
    would be lost without a word.
    """
    named = os.environ.setdefault("MPLBACKEND", INLINE)
    matplotlib, missed = sys.modules.get("matplotlib"), INLINE.removeprefix("module://") in sys.modules
    if named == INLINE and matplotlib and (missed or matplotlib.get_backend(auto_select=False) != named):
        where.enable_matplotlib("inline")


class _Kernel:
    """What nbclient speaks to in place of a kernel: a cell that it sends is run here and now."""

    def __init__(self) -> None:
        from ipykernel.ipkernel import IPythonKernel

        self.language_info = IPythonKernel.language_info
        nobody: Any = SimpleNamespace(_allow_stdin=False)
        self._shell = shell()
        self._messages: _Messages = self._shell.display_pub.session
        self._messages.sent.clear()
        self._replies: deque[dict[str, Any]] = deque()
        self._context = copy_context()  # of all cells: numpy's print options, for one, are kept in it
        self._streams = [_Stream("stdout", 1, self._messages), _Stream("stderr", 2, self._messages)]
        self._own: list[tuple[object, str, object]] = [
            (sys, "stdout", self._streams[0]), (sys, "stderr", self._streams[1]),
            (builtins, "input", partial(IPythonKernel.raw_input, nobody)),
            (getpass, "getpass", partial(IPythonKernel.getpass, nobody)),
            (logging.root, "handlers", []),
        ]  # fmt: skip
        self.iopub_channel = SimpleNamespace(get_msg=lambda timeout: self._messages.sent.popleft())
        self.shell_channel = SimpleNamespace(get_msg=lambda timeout: self._replies.popleft())
        _show_figures(self._shell)
        if "" not in sys.path:  # the notebook's own folder, where a kernel has it: after the standard library
            places = [place for place, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages"))]
            sys.path.insert(min(places, default=0), "")

    def is_alive(self) -> bool:
        return True

    async def execute(self, source: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        self._messages.send(None, "execute_input", {"code": source, "execution_count": self._shell.execution_count})
        with self._as_notebook(), self._streams[1].capturing(), self._streams[0].capturing():
            result = await self._run(source, store_history)
            for stream in self._streams:
                stream.flush()
        self._messages.send(None, "status", {"execution_state": "idle"})
        error = result.error_before_exec or result.error_in_exec
        reply: dict[str, Any] = {"status": "ok"}
        if error is not None or self._shell._last_traceback_during_displayhook:
            reply = {"status": "error", "ename": type(error).__name__, "evalue": str(error),
                     "traceback": self._shell._last_traceback or []}  # fmt: skip
        self._replies.append({"parent_header": _TO_HERE, "content": reply})
        return _TO_HERE["msg_id"]

    async def _run(self, source: str, store_history: bool) -> Any:
        """Run a cell as ipykernel does: in the event loop that is running, whether it waits for it or not."""
        shell, failed = self._shell, None
        try:
            cell = shell.transform_cell(source)
        except Exception:
            cell, failed = source, sys.exc_info()
        if not shell.should_run_async(source, transformed_cell=cell, preprocessing_exc_tuple=failed):
            return self._context.run(shell.run_cell, source, store_history=store_history)
        result = None
        waited = shell.run_cell_async(
            source, store_history=store_history, transformed_cell=cell, preprocessing_exc_tuple=failed
        )
        try:
            result = await self._context.run(asyncio.ensure_future, waited)
        finally:
            self._context.run(shell.events.trigger, "post_execute")
            self._context.run(shell.events.trigger, "post_run_cell", result)
        return result

    @contextmanager
    def _as_notebook(self) -> Iterator[None]:
        """Standard streams, input and logging are the notebook's while a cell runs, and papermill's in between."""
        papermill = [(where, name, getattr(where, name)) for where, name, _ in self._own]
        _put(self._own)
        try:
            yield
        finally:
            self._own = [(where, name, getattr(where, name)) for where, name, _ in self._own]
            _put(papermill)


def _put(values: list[tuple[object, str, object]]) -> None:
    for where, name, value in values:
        setattr(where, name, value)


class _Client(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    def execute(self, **_: object) -> object:
        self.reset_execution_trackers()
        if self.nb_man.pbar:
            self.nb_man.pbar.maxinterval = math.inf  # or its watching thread writes into a long cell's error stream
        self.kc = _Kernel()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = self.kc.language_info
        return self.nb


class WarmEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """Runs a notebook in this process, for ``papermill --engine ncthelpers`` and for :mod:`ncthelpers.publish.workers`.

    It takes what papermill's own engine takes; nbclient's hooks, such as ``on_cell_start``, tell how far it is.
    """

    _ran = False

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: object, kernel_name: str, log_output: bool = False, stdout_file: object = None,
        stderr_file: object = None, start_timeout: int = 60, execution_timeout: int | None = None, **kwargs: object,
    ) -> object:  # fmt: skip
        """Run the cells of a notebook.

        Raises
        ------
        RuntimeError
            If this process has run a notebook before.
        """
        if cls._ran:
            raise RuntimeError("this process has run a notebook already, and the next would find what that one changed")
        cls._ran = True
        options = merge_kwargs(
            remove_args(["input_path", "timeout", "startup_timeout"], **kwargs),
            log=logger, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file,
        )  # fmt: skip
        return _Client(nb_man, **options).execute()


papermill_engines.register("ncthelpers", WarmEngine)
