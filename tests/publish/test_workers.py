"""Worker processes: every call in a fresh process, every way to fail the failure of that call alone, nothing left behind."""

import importlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ncthelpers.publish import workers
from ncthelpers.publish.workers import WorkerFailed

pytestmark = pytest.mark.skipif(not workers.can_fork(), reason="processes are forked on Linux")

KEY = "test_workers"
TASKS = '''
class Odd(Exception):
    """An error that cannot be pickled and back."""
    def __init__(self, this, that):
        super().__init__(f"{this} and {that}")

def run(source, told):
    names = {"told": told, "Odd": Odd}
    exec(source, names)
    return names.get("result")
'''
WITH_A_THREAD = """
import threading, time
from tasks_of_workers import run as _run
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
def run(source, told):
    return _run(source, told)
"""
CALLER = """
import signal, sys, tasks_of_workers
from ncthelpers.publish import workers
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it starts beside it pass over this
workers.warm_up(2, sys.argv[1])
workers.call(tasks_of_workers.run, sys.argv[2], seconds=60, key=sys.argv[1])
"""


@pytest.fixture(scope="module", autouse=True)
def tasks(tmp_path_factory):
    """A folder of modules that both the test and its workers import."""
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "tasks_of_workers.py").write_text(TASKS, "utf-8")
    (folder / "tasks_with_a_thread.py").write_text(WITH_A_THREAD, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(folder)
        patched.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield
        workers.close()


def run(source, seconds=20, key=KEY, cold=False, module="tasks_of_workers"):
    return workers.call(importlib.import_module(module).run, source, seconds=seconds, key=key, cold=cold)


def gone(*processes, within=30):
    """Whether processes have ended, or do so in a moment."""
    until = time.monotonic() + within
    while running := [process for process in map(int, processes) if _runs(process)]:
        if time.monotonic() > until:
            return f"{running} are still there"
        time.sleep(0.01)
    return True


def _runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# A fresh process


def test_a_call_returns_what_the_function_returns():
    assert run("result = {'cost': [2.5, None]}") == {"cost": [2.5, None]}


def test_every_call_has_a_process_of_its_own_and_all_have_one_server():
    ids = [run("import os; result = os.getpid(), os.getppid()") for _ in range(2)]
    assert ids[0][0] != ids[1][0]
    assert ids[0][1] == ids[1][1]


def test_the_stack_is_there_before_the_call_and_the_inline_backend_is_not():
    there = run("import sys; result = [name in sys.modules for name in ('pandas', 'matplotlib.figure', 'papermill')]")
    assert there == [True, True, True]
    assert run("import sys; result = 'matplotlib_inline.backend_inline' in sys.modules") is False
    assert run("import os; result = os.environ['MPLBACKEND']") == "module://matplotlib_inline.backend_inline"


def test_a_call_starts_with_one_thread():
    assert run("import os; result = len(os.listdir('/proc/self/task'))") == 1
    assert run("import os; result = os.environ['OPENBLAS_NUM_THREADS']") == "1"


def test_a_call_works_in_the_folder_of_its_caller(tmp_path, monkeypatch):
    run("")
    monkeypatch.chdir(tmp_path)
    assert run("import os; result = os.getcwd()") == str(tmp_path)


def test_what_is_printed_is_no_answer():
    assert run("import os; print('printed'); os.write(1, b'written'); os.system('echo said'); result = 1") == 1


def test_many_threads_may_call_at_once():
    with ThreadPoolExecutor(2) as pool:
        source = "import time, os; time.sleep(0.3); result = {}, os.getppid()"
        answers = list(pool.map(lambda n: run(source.format(n)), range(4)))
    assert [number for number, _ in answers] == [0, 1, 2, 3]
    assert len({server for _, server in answers}) == 2


def test_servers_can_import_while_their_caller_does_something_else():
    workers.close()
    workers.warm_up(2, KEY)
    started = {server.process.pid for server in workers._servers}
    workers.warm_up(2, KEY)
    assert len(workers._servers) == 2 and len(started) == 1, "the stack is imported once for both"
    assert {server.process.pid for server in workers._servers} == started
    assert (
        run("import os, pathlib; result = int(pathlib.Path(f'/proc/{os.getppid()}/stat').read_text().split()[3])")
        in started
    )


def test_an_idle_server_of_other_code_is_replaced():
    before = run("import os; result = os.getppid()")
    after = run("import os; result = os.getppid()", key="changed")
    assert before != after
    assert gone(before) is True


def test_a_server_with_a_thread_does_not_fork():
    with pytest.raises(WorkerFailed, match="its worker has 2 threads, which a fork would lose"):
        run("", key="changed", module="tasks_with_a_thread")


# Failures, each of its own call alone


def failure_of(source, seconds=20):
    """What a call's failure says; the next call finds the same server at work."""
    server = run("import os; result = os.getppid()")
    with pytest.raises(WorkerFailed) as failed:
        run(source, seconds)
    assert run("import os; result = os.getppid()") == server
    return str(failed.value)


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "while True:\n    try:\n        import time; time.sleep(60)\n    except BaseException: pass",
        "import signal\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
        "import os; os.closerange(3, 99)\nwhile True: pass",
    ],
    ids=["loop", "sleep", "swallowed exception", "ignored signals", "loop of C that holds the GIL", "closed files"],
)
def test_what_takes_too_long_is_stopped(source):
    began = time.monotonic()
    assert failure_of(f"told('cell 5')\n{source}", seconds=1) == "cell 5: it took more than 1 s and was stopped"
    assert time.monotonic() - began < 30


def test_saying_how_far_it_is_gives_a_call_more_time():
    assert run("import time\nfor n in range(3):\n    time.sleep(1); told(f'cell {n}')\nresult = 1", seconds=2.5) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import ctypes; ctypes.string_at(0)", "segmentation fault (signal 11)"),
        ("import os; os._exit(3)", "it ended its own process with exit code 3"),
        ("import os; os._exit(0)", "it ended its own process with exit code 0"),
        ("import os; os.kill(os.getpid(), 9)", "its process was killed (signal 9; out of memory?)"),
        ("import os; os.abort()", "aborted (signal 6)"),
        ("import os; os.kill(os.getpid(), 2)", "it was interrupted"),
        ("import sys; sys.exit(4)", "SystemExit: 4"),
        ("raise Odd('this', 'that')", "Odd: this and that"),
    ],
)
def test_what_ends_its_process_is_said(source, said):
    began = time.monotonic()
    assert failure_of(f"told('cell 4')\ntold('cell 5')\n{source}") == f"cell 5: {said}"
    assert time.monotonic() - began < 15


def test_before_it_says_how_far_it_is_only_what_happened_is_said():
    assert failure_of("import os; os._exit(3)") == "it ended its own process with exit code 3"


def test_an_error_is_the_callers_with_its_traceback_as_a_note():
    with pytest.raises(KeyError) as raised:
        run("{}['outturn']")
    assert str(raised.value) == "'outturn'"
    assert "<string>" in raised.value.__notes__[0]


def test_a_result_that_cannot_be_pickled_is_an_error():
    with pytest.raises(Exception, match="pickle"):
        run("result = lambda: 1")


def test_what_cannot_be_found_by_a_server_is_said(monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def run(source, told): pass\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(WorkerFailed, match="it could not be started: No module named 'only_here'"):
        run("", module="only_here")
    assert run("result = 2") == 2


# Nothing is left


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess; result = subprocess.Popen(['sleep', '60']).pid",
        "import subprocess; result = subprocess.Popen(['sleep', '60'], start_new_session=True).pid",
        "import subprocess; result = int(subprocess.check_output(['sh', '-c', 'setsid sleep 60 >/dev/null & echo $!']))",
        (
            "import multiprocessing as m, time\np = m.get_context('fork').Process(target=time.sleep, args=(60,)); p.start()\n"
            "result = p.pid"
        ),
        "import os, threading; threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start(); result = os.getpid()",
        "import os, atexit, time; atexit.register(time.sleep, 60); result = os.getpid()",
    ],
    ids=["subprocess", "its own session", "orphan", "forked", "thread", "atexit"],
)
def test_what_outlives_a_call_is_ended(source):
    began = time.monotonic()
    assert gone(run(source), within=0) is True
    assert time.monotonic() - began < 30


def test_a_process_that_is_forked_and_goes_on_does_not_answer_for_its_parent():
    fork = "import os, time; own = os.getpid()\nif os.fork(): time.sleep({})\nresult = own == os.getpid()"
    assert run(fork.format(0.3)) is True
    assert run(fork.format(0)) is True
    assert run("result = 3") == 3


def test_a_server_that_dies_fails_its_call_and_takes_the_child_along(tmp_path):
    said = tmp_path / "said"
    run("")
    began = time.monotonic()
    with pytest.raises(WorkerFailed, match="its worker ended: (killed|its process was killed|it ended its own)"):
        run(
            f"import os, time; open({str(said)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}\\n')\n"
            "if not os.fork(): time.sleep(40); os._exit(0)\n"  # it must not hold what the caller listens to
            "os.kill(os.getppid(), 9); time.sleep(60)"
        )
    assert time.monotonic() - began < 30
    assert gone(*_written(said)) is True
    assert run("result = 1") == 1


def test_a_server_that_died_idle_is_not_taken():
    server = run("import os; result = os.getppid()")
    os.kill(server, signal.SIGKILL)
    assert gone(server) is True
    assert run("import os; result = os.getppid()") != server


def test_closing_ends_a_call_that_waits(tmp_path):
    said = tmp_path / "said"
    source = f"import os, time; open({str(said)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}\\n'); time.sleep(60)"
    failures = []

    def waits():
        try:
            run(source)
        except WorkerFailed as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=waits)
    thread.start()
    processes = _written(said)
    began = time.monotonic()
    workers.close()
    thread.join(30)
    assert failures == ["it was stopped"]
    assert time.monotonic() - began < 30
    assert gone(*processes) is True
    assert run("result = 1") == 1


def _written(path):
    until = time.monotonic() + 20
    while not (path.is_file() and path.read_text().endswith("\n")):
        assert time.monotonic() < until
        time.sleep(0.01)
    return path.read_text().split()


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGINT])
def test_a_caller_that_is_killed_leaves_no_process(tmp_path, ended_by):
    said = tmp_path / "said"
    source = (
        "import os, time, subprocess; own = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        f"open({str(said)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}} {{own.pid}}\\n'); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", CALLER, KEY, source], stderr=subprocess.PIPE) as caller:
        processes = _written(said)
        servers = _children_of(caller.pid)
        caller.send_signal(ended_by)
        caller.communicate(timeout=20)
    assert len(servers) == 1, "the one that forks the others"
    assert gone(*processes, *servers) is True


def _children_of(process):
    stats = [path.read_text().rpartition(")") for path in Path("/proc").glob("[0-9]*/stat")]
    return [int(head.split()[0]) for head, _, tail in stats if int(tail.split()[1]) == process]


# Where nothing is forked


def test_cold_calls_run_in_a_process_that_has_imported_nothing():
    source = "import os, sys; result = os.getpid(), 'pandas' in sys.modules"
    first, second = (run(source, cold=True) for _ in range(2))
    assert first == second
    assert not first[1]
    with pytest.raises(KeyError):
        run("{}['outturn']", cold=True)
    with pytest.raises(WorkerFailed, match=r"^cell 5: SystemExit: 4$"):
        run("told('cell 5'); import sys; sys.exit(4)", cold=True)
    with pytest.raises(WorkerFailed, match="its worker ended: it ended its own process with exit code 3"):
        run("import os; os._exit(3)", cold=True)
    assert run(source, cold=True)[0] != first[0]


def test_where_a_process_cannot_fork_calls_are_cold(monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    assert not workers.can_fork()
    workers.warm_up(2, KEY)
    assert run("import sys; result = 'pandas' in sys.modules") is False
