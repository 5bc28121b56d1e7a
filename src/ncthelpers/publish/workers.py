"""Run a function in a fresh process that has the scientific stack imported already, and survive whatever it does there.

The stack is imported once, by a process that then forks the *servers* there are to be. For each call a server forks a
child, which has all that is imported and nothing that another call left, and ends it with everything it started: what runs
too long, crashes or is killed is the failure of its own call. Where a process cannot fork, or is told to start ``cold``, the server imports nothing beforehand and
runs the calls in itself, one after another: isolation is then up to what is called, as a Jupyter kernel gives it.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import pickle  # between a process and its own children alone  # nosec B403
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

__all__ = ["WorkerFailed", "call", "can_fork", "close", "ending", "warm_up"]

# With one thread, there is none to be lost when a process forks. Figures are shown by a backend that wants to be imported
# when there is a notebook: until then it is only named.
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}  # fmt: skip
_STACK = (
    "papermill", "numpy", "pandas", "matplotlib.figure", "matplotlib.backends.backend_svg", "ncthelpers.charts",
    "ncthelpers.narrative", "ncthelpers.tables",
)  # fmt: skip
_SERVER = "import sys; from ncthelpers.publish.workers import _start; _start(*map(int, sys.argv[1:]))"
_SELDOM = 100_000, 20, 100  # looking for cycles among what lives to the end takes a tenth of the time of a page
_DONE = "\0"
_DIE_WITH_PARENT, _ADOPT_ORPHANS = 1, 36  # of prctl(2)
_ENDING_SECONDS = 5

_Argument = TypeVar("_Argument")
_Returned = TypeVar("_Returned")

_lock = threading.Lock()
_servers: set["_Server"] = set()
_asked: set[subprocess.Popen[bytes]] = (
    set()
)  # processes that a call was ever made to and whose servers end their children themselves


class WorkerFailed(RuntimeError):
    """A call did not come to an end of its own; the message says what happened and how far it was."""


# The caller's side


@dataclass(eq=False)
class _Server:
    key: str
    cold: bool
    process: subprocess.Popen[bytes]  # itself if it is cold, else the one that forks it
    requests: BinaryIO
    answers: BinaryIO
    idle: bool = True
    stopped: bool = False

    def has_ended(self) -> bool:
        """Whether it can be asked nothing more; one that is idle has nothing to say while it is there."""
        return self.process.poll() is not None or (not self.cold and bool(select.select([self.answers], [], [], 0)[0]))

    def answer(self, request: bytes) -> tuple[str, Any]:
        try:
            self.requests.write(request)
            self.requests.flush()
            return cast("tuple[str, Any]", pickle.load(self.answers))  # of a child  # nosec B301
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            _end([self])
            self.answers.close()
            code = self.process.poll()
            how = f"its worker ended: {'killed, or out of memory?' if not code else ending(code)}"
            return "failed", "it was stopped" if self.stopped else how
        except BaseException:
            _end([self])
            raise


def _started(key: str, cold: bool, n: int = 1) -> list[_Server]:
    """New servers. Pipes are theirs from the beginning, so that they can be asked before they are there."""
    pipes = [(*os.pipe(), *os.pipe()) for _ in range(0 if cold else n)]
    theirs = [end for reads, _, _, writes in pipes for end in (reads, writes)]
    through = subprocess.PIPE if cold else subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _SERVER, *map(str, theirs)], stdin=through, stdout=through, pass_fds=theirs,
        start_new_session=True, env={**os.environ, **_ENVIRONMENT},
    )  # fmt: skip
    for end in theirs:
        os.close(end)
    if cold:
        return [_Server(key, cold, process, cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout))]
    return [_Server(key, cold, process, os.fdopen(asks, "wb"), os.fdopen(hears, "rb")) for _, asks, hears, _ in pipes]


def can_fork() -> bool:
    """Whether a warm process can be forked here: on Linux, if its kernel is of this decade."""
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


def call(
    function: Callable[[_Argument, Callable[[str], None]], _Returned], argument: _Argument, *,
    seconds: float, key: str = "", cold: bool = False,
) -> _Returned:  # fmt: skip
    """What a function returns that is called in a fresh process.

    Many threads may call at once; each takes a server that is idle or starts another.

    Parameters
    ----------
    function : callable
        Of a module, so that it can be pickled. It is given ``argument`` and ``told``; whenever it calls ``told(text)``, it says
        how far it is and may take ``seconds`` more.
    argument : object
        Anything that can be pickled.
    seconds : float
        How long it may go without a word. Not held when ``cold``.
    key : str
        Stands for the code that servers have imported: those of another key are ended.
    cold : bool
        Call it in a process that has imported nothing beforehand, where other calls may have been before it.

    Raises
    ------
    WorkerFailed
        If the process came to another end, such as by a signal or by taking too long.
    Exception
        Whatever the function raises.
    """
    request = pickle.dumps((pickle.dumps((function, argument)), seconds, os.getcwd()))
    server = _taken(key, cold or not can_fork())
    what, value = server.answer(request)
    server.idle = True
    if what == "raised":
        raise value
    if what == "failed":
        raise WorkerFailed(value)
    return cast(_Returned, value)


def warm_up(n: int, key: str = "") -> None:
    """Have servers import the stack while their caller does something else.

    Parameters
    ----------
    n : int
        How many there are to be.
    key : str
        As for :func:`call`.
    """
    if can_fork():
        with _lock:
            there = sum(server.key == key and not server.cold for server in _servers)
            if there < n:
                _servers.update(_started(key, cold=False, n=n - there))


def close() -> None:
    """End every server and what it runs; a call that waits for one fails. The next call starts anew."""
    with _lock:
        servers = list(_servers)
    for server in servers:
        server.stopped = True
    _end(servers)


atexit.register(close)


def _taken(key: str, cold: bool) -> _Server:
    """An idle server, now no longer idle; idle ones of another key are ended, and those that have ended forgotten."""
    with _lock:
        idle = [server for server in _servers if server.idle]
        stale = [server for server in idle if server.key != key or server.has_ended()]
        _servers.difference_update(stale)
        fitting = (server for server in idle if server in _servers and server.cold == cold)
        taken = next(fitting, None) or _started(key, cold)[0]
        taken.idle = False
        _servers.add(taken)
        if not cold:
            _asked.add(taken.process)
    _end(stale)
    return taken


def _end(servers: list[_Server]) -> None:
    """End servers: one that has a child hears of it and ends that first."""
    with _lock:
        _servers.difference_update(servers)
        others = {server.process for server in _servers}
    for server in servers:
        with contextlib.suppress(OSError):
            server.requests.close()
        if server.idle:
            server.answers.close()
    processes = {server.process for server in servers} - others
    for process in processes - _asked:  # it may still import the stack, and nothing of it has a child
        process.kill()
    for process in processes:
        try:
            process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    _asked.difference_update(processes)


def ending(code: int) -> str:
    """How a process ended, in words, from its exit code as :mod:`subprocess` gives it.

    Examples
    --------
    >>> ending(3)
    'it ended its own process with exit code 3'
    >>> ending(-11)
    'segmentation fault (signal 11)'
    """
    if code >= 0:
        return f"it ended its own process with exit code {code}"
    if code == -signal.SIGKILL:
        return "its process was killed (signal 9; out of memory?)"
    return f"{(signal.strsignal(-code) or 'it was ended').lower()} (signal {-code})"


# The server's side


def _start(*pipes: int) -> None:
    """Be a cold server; or import the stack, fork a server for each pair of pipes, and end when they have."""
    if not pipes:
        requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # what is printed is no answer
    if not pipes:
        _serve(requests, answers, cold=True)
    unable, above = _unable_to_warm_up(), os.getpid()
    for reads, writes in zip(pipes[::2], pipes[1::2], strict=True):
        if not os.fork():
            _end_with(above)
            for other in {*pipes} - {reads, writes}:
                with contextlib.suppress(OSError):  # those of the ones before it are closed already
                    os.close(other)
            _serve(os.fdopen(reads, "rb"), os.fdopen(writes, "wb"), cold=False, unable=unable)
        os.close(reads)
        os.close(writes)
    with contextlib.suppress(ChildProcessError):  # there is none left
        while os.wait():
            pass
    os._exit(0)


def _serve(requests: BinaryIO, answers: BinaryIO, cold: bool, unable: str | None = None) -> None:
    """Answer requests until there are no more: one pickle in, one pickle out, which is ``(what, value)``."""
    if not cold:
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1)
    while True:
        try:
            called, seconds, folder = pickle.load(requests)  # of the parent  # nosec B301
            os.chdir(folder)
            function, argument = pickle.loads(called)  # of the parent  # nosec B301
            if unable:
                answer = _failed(unable)
            elif cold:
                answer = _outcome(function, argument)
            else:
                answer = _answer_of_child(function, argument, seconds, requests, answers)
        except EOFError:
            os._exit(0)
        except Exception as error:
            answer = _failed(f"it could not be started: {error}")
        try:
            answers.write(answer)
            answers.flush()
        except OSError:  # there is no caller any more
            os._exit(0)


def _unable_to_warm_up() -> str | None:
    """Import the stack, and do once what each notebook would do again; why that cannot be done, if so."""
    gc.set_threshold(*_SELDOM)
    try:
        for name in _STACK:
            importlib.import_module(name)
        import nbformat

        from ncthelpers.publish.engine import shell

        nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()]))
        sys.modules["ncthelpers.results"].result_schemas()
        shell()
    except Exception as error:
        return f"its worker could not be started: {error}"
    gc.collect()
    gc.freeze()
    return None


def _failed(how: str, where: str = "") -> bytes:
    return pickle.dumps(("failed", f"{where}: {how}" if where else how))


def _outcome(function: Callable[..., Any], argument: object, tell: Callable[[str], None] = lambda where: None) -> bytes:
    """What calling a function comes to, as an answer."""
    where = ""

    def told(text: str) -> None:
        nonlocal where
        where = " ".join(text.split())
        tell(where)

    try:
        return pickle.dumps(("returned", function(argument, told)))
    except KeyboardInterrupt:
        return _failed("it was interrupted", where)
    except BaseException as error:
        how = f"{type(error).__name__}: {error}"
        error.add_note("".join(traceback.format_exception(error)))
        with contextlib.suppress(Exception):
            answer = pickle.dumps(("raised", error))
            if isinstance(error, Exception) and pickle.loads(answer):  # its own  # nosec B301
                return answer
        return _failed(how, where)


def _answer_of_child(
    function: Callable[..., Any], argument: object, seconds: float, requests: BinaryIO, answers: BinaryIO
) -> bytes:
    """Call a function in a child, which says line by line how far it is and leaves its answer in a file."""
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise RuntimeError(f"its worker has {threads} threads, which a fork would lose")
    says, tells = os.pipe()
    with open(os.memfd_create("answer"), "r+b") as answer:
        server, child = os.getpid(), os.fork()
        if not child:
            try:
                _become_child(server)
                for file in (requests, answers):  # or the caller would not see the server end
                    os.close(file.fileno())
                this = os.getpid()
                outcome = _outcome(function, argument, lambda where: _say(tells, where))
                if os.getpid() == this:  # and not a process that the function has forked and let go on
                    answer.write(outcome)
                    answer.flush()
                    _say(tells, _DONE)
            finally:
                os._exit(1)
        os.close(tells)
        try:
            how, where = _watched(child, says, seconds, requests)
        finally:
            _end_children(child)
            os.close(says)
        if how:
            return _failed(how, where)
        answer.seek(0)
        return answer.read()


def _end_with(parent: int) -> None:
    """End when the parent does."""
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _become_child(server: int) -> None:
    _end_with(server)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.modules["numpy"].random.seed()  # Python sees to its own


def _say(tells: int, line: str) -> None:
    os.write(tells, f"{line}\n".encode(errors="replace"))


def _watched(child: int, says: int, seconds: float, requests: BinaryIO) -> tuple[str | None, str]:
    """How a child failed, if it did, and how far it was. This process ends where its caller is gone."""
    where, said, deadline = "", b"", time.monotonic() + seconds
    ended, waiting = os.pidfd_open(child), select.poll()
    for descriptor in (says, ended, requests.fileno()):
        waiting.register(descriptor, select.POLLIN)
    try:
        while True:
            ready = [descriptor for descriptor, _ in waiting.poll(max(0, deadline - time.monotonic()) * 1000)]
            if requests.fileno() in ready:
                _end_children(child)
                os._exit(0)
            if says in ready:
                more = os.read(says, 65536)
                if not more:
                    waiting.unregister(says)
                *lines, said = (said + more).split(b"\n")
                for line in lines:
                    where, deadline = line.decode(), time.monotonic() + seconds
                    if where == _DONE:
                        return None, where
            elif ended in ready:
                status = cast("os.waitid_result", os.waitid(os.P_PIDFD, ended, os.WEXITED | os.WNOWAIT))
                code = status.si_status if status.si_code == os.CLD_EXITED else -status.si_status
                return ending(code), where
            elif not ready:
                return f"it took more than {seconds:g} s and was stopped", where
    finally:
        os.close(ended)


def _end_children(child: int) -> None:
    """End a child and everything that it started: what loses its parent becomes a child of this process."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with contextlib.suppress(ChildProcessError):  # there is none left
        while True:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                for orphan in _children():
                    os.kill(orphan, signal.SIGKILL)
                os.waitpid(-1, 0)


def _children() -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(process.name))
    return found
