"""The command: what it prints where, its exit codes, and that bad input never gets as far as the book."""

import io
import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import Console

from ncthelpers import claims, cli, tables
from ncthelpers.cli import check, quick
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import checksum
from ncthelpers.load import load_year, seal_year
from ncthelpers.publish import companion, executors, run, staleness
from ncthelpers.publish.pages import TemplateError
from ncthelpers.publish.report import PageRun, PagesFailed
from ncthelpers.years import ContractYear

YEAR = "2031-32"


def real_command(*arguments, **environment):
    """The installed command in a process of its own; what it writes comes back as bytes."""
    # the repository's own environment holds the command beside its Python
    program = Path(sys.executable).with_name("ncthelpers.exe" if os.name == "nt" else "ncthelpers")
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, env={**os.environ, **environment}, timeout=120
    )


def snapshot(folder):
    """Every file of a folder with its bytes, but for what is built: a run has its lock and its report there."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("_build/")}


def everything(folder):
    """Every file and folder with when it was last written."""
    return {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


def change(root, name, old, new):
    path = root / "data" / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1, "a test must change exactly one place"
    path.write_text(text.replace(old, new), "utf-8")


# the real command


def test_a_year_without_a_fault_passes_and_says_so_beside_the_output(small_root):
    done = real_command("--root", small_root, "check", YEAR)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().strip() == f"{YEAR}: no fault in data/{YEAR}"


def test_faults_of_many_files_of_the_reviewed_year_are_listed_at_once_without_a_traceback(root_with_book):
    change(root_with_book, "2021-22/service_costs.csv", ",5692,", ",5692k,")
    change(root_with_book, "2021-22/budget_gaps.csv", "NNC,2023-24", "KCC,2023-24")
    change(root_with_book, "2021-22/contract.yml", 'contract_year: "2021-22"', 'contract_year: "2022-23"')
    (root_with_book / "data" / "2021-22" / "homes.csv").unlink()
    before = snapshot(root_with_book)
    done = real_command("--root", root_with_book, "run", "2021-22")
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"") and "Traceback" not in said
    for line in (
        "data/2021-22/service_costs.csv!C3 (row 3, column budget): '5692k' is not an amount of money; write 5692",
        "data/2021-22/budget_gaps.csv!A5 (row 5, column council): 'KCC' is not a council of the contract (NNC, WNC)",
        "data/2021-22/contract.yml, row 2, column contract_year: '2022-23' is not the folder's 2021-22",
        "data/2021-22/homes.csv: is missing, and contract.yml does not say that it was not reported",
    ):
        assert line in said.splitlines()
    assert snapshot(root_with_book) == before


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["check"], ["check", YEAR, "extra"], ["check", YEAR, "--jsn"], ["run", "a", "b"]]
)
def test_a_command_that_there_is_not_ends_in_two_with_the_usage(arguments):
    done = real_command(*arguments)
    assert done.returncode == 2
    assert b"Usage" in done.stderr and b"Traceback" not in done.stderr


def test_help_names_every_verb():
    said = real_command("--help").stdout.decode()
    assert [
        verb for verb in ("check", "seal", "run", "explain", "verify", "book", "test", "--root") if verb not in said
    ] == []


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_machines_get_json_whatever_the_encoding_of_the_console(small_root, encoding):
    change(small_root, f"{YEAR}/property.csv", "EAST,4", "EAST,−４")
    done = real_command("--root", small_root, "check", YEAR, "--json", PYTHONIOENCODING=encoding)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
    assert [record["value"] for record in json.loads(done.stdout.decode(encoding)) if record["value"]] == ["−４"]


# the root


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("a file")], ids=["missing", "a file"])
@pytest.mark.parametrize("verb", [["check", YEAR], ["run"], ["seal", YEAR], ["book"]], ids=lambda verb: verb[0])
def test_a_root_that_is_no_folder_is_refused_by_name(tmp_path, command, make, verb):
    make(tmp_path / "nowhere")
    done = command(tmp_path / "nowhere", *verb)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"the root {tmp_path / 'nowhere'} is not a folder\n"


def test_a_root_may_be_given_from_where_one_stands(small_root, command, monkeypatch):
    monkeypatch.chdir(small_root.parent)
    assert command(Path(small_root.name), "check", YEAR).code == 0


def test_the_root_is_this_repository_unless_another_is_given(monkeypatch, repository):
    seen = []
    monkeypatch.setattr(check, "found", lambda root, year: seen.append((root, str(year))) or ((), ()))
    monkeypatch.setattr(sys, "argv", ["ncthelpers", "check", YEAR])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, seen) == (0, [(repository, YEAR)])


# check


def test_the_list_for_people_is_the_list_for_machines(small_root, command):
    change(small_root, f"{YEAR}/property.csv", "EAST,4", "EAST,four")
    change(small_root, f"{YEAR}/approvals.csv", "2032-08-25", "25/08/2032")
    records = json.loads(command(small_root, "check", YEAR, "--json").out)
    in_words = command(small_root, "check", YEAR)
    assert (in_words.code, in_words.out) == (2, "")
    first, *lines, last = in_words.err.splitlines()
    assert first == f"{len(records)} faults:" and last == f"{YEAR}: {len(records)} faults in data/{YEAR}"
    assert {record.pop("kind") for record in records} == {"fault"}
    assert lines == [str(Fault(**record)) for record in records]
    assert all(set(record) == {"file", "row", "column", "value", "rule", "cell", "suggestion"} for record in records)


ODD_VALUES = ["[bold]5[/bold]", "[/]", "5\\", ":smile:", "a:100:b", "x" * 300, "<b>&amp;</b>", "[link=x]"]


@pytest.mark.parametrize("value", ODD_VALUES)
def test_a_value_is_shown_as_it_was_written(small_root, command, value):
    change(small_root, f"{YEAR}/property.csv", "EAST,4", f"EAST,{value}")
    line = f"data/{YEAR}/property.csv!B2 (row 2, column buildings): {value!r} is not a number"
    assert line in command(small_root, "check", YEAR).err.splitlines()


@pytest.mark.parametrize("value", ODD_VALUES)
def test_on_a_screen_faults_are_a_table_with_each_value_as_it_was_written(monkeypatch, value):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, color_system=None, width=500, highlight=False)
    monkeypatch.setattr(cli, "say", console)
    cli.faults_shown(DataFaults([Fault("data/a.csv", 7, "gap", value, "is not a number")]))
    shown = screen.getvalue()
    assert all(part in shown for part in ("data/a.csv", " 7 ", " gap ", f" {value} ", "is not a number", "1 fault"))


# seal


def test_seal_refuses_content_with_a_fault_and_writes_nothing(small_root, command):
    change(small_root, f"{YEAR}/property.csv", "EAST,4", "EAST,four")
    before = snapshot(small_root)
    done = command(small_root, "seal", YEAR)
    assert (done.code, done.out) == (2, "") and "'four' is not a number" in done.err
    assert snapshot(small_root) == before


def test_sealed_content_passes_and_sealing_again_changes_no_byte(small_root, command):
    change(small_root, f"{YEAR}/property.csv", "EAST,4", "EAST,6")
    assert command(small_root, "check", YEAR).code == 2
    assert command(small_root, "seal", YEAR).code == 0
    sealed = snapshot(small_root)
    assert command(small_root, "check", YEAR).code == 0
    assert command(small_root, "seal", YEAR).code == 0
    assert snapshot(small_root) == sealed


# run


@pytest.mark.parametrize(
    ("toc", "said"),
    [
        (None, "_toc.yml is missing"),
        ("root: index\nparts:\n- chapters:\n  - file: 2031-33/00_summary\n", "'2031-33' is not a contract year"),
        ("root: index\nparts:\n- chapters:\n  - file: ../x/00_summary\n", "'../x/00_summary', which is not the name of a page"),
        ("root: index\nparts:\n- chapters:\n  - file: 2032-33/00_summary\n  - file: 2031-32/00_summary\n", "data/2032-33: is missing"),
        ("root: index\nparts:\n- chapters:\n  - file: 2031-32/00_summary\n  - file: 2032-33/00_summary\n", "data/2032-33: is missing"),
        (b"# caf\xe9\nroot: index\n", "_toc.yml"),
    ],
    ids=["missing", "no contract year", "folder above", "first year missing", "second year missing", "latin-1"],
)  # fmt: skip
@pytest.mark.parametrize("year", ["", YEAR], ids=["every year", "one year"])
def test_a_list_of_public_years_with_a_fault_is_refused_before_any_page_is_made(
    small_root, command, no_pages, toc, said, year
):
    (small_root / "_toc.yml").unlink()
    if toc:
        (small_root / "_toc.yml").write_bytes(toc if isinstance(toc, bytes) else toc.encode())
    before = snapshot(small_root)
    done = command(small_root, "run", *filter(None, [year]))
    assert done.code == 2 and said in done.err
    assert (snapshot(small_root), no_pages) == (before, [])


@pytest.mark.parametrize(
    "content", [None, b"", b"term\nKPI\n", b"term,meaning\nKPI,\n", b"term,meaning\nCaf\xe9,x\n"],
    ids=["missing", "empty", "column missing", "cell empty", "latin-1"],
)  # fmt: skip
def test_a_glossary_with_a_fault_is_refused_by_name(root_with_book, command, no_pages, content):
    glossary = root_with_book / "data" / "reference" / "glossary.csv"
    glossary.unlink()
    if content is not None:
        glossary.write_bytes(content)
    before = snapshot(root_with_book)
    done = command(root_with_book, "run", "2021-22")
    assert done.code == 2 and "data/reference/glossary.csv" in done.err
    assert snapshot(root_with_book) == before


@pytest.mark.parametrize(
    "text", ["table: [\n", "- a list\n", "table: property\n", ""], ids=["broken", "list", "keys missing", "empty"]
)
def test_a_schema_with_a_fault_is_refused_by_name(small_root, command, no_pages, text):
    (small_root / "data" / "schemas" / "property.yml").write_text(text)
    before = snapshot(small_root)
    for verb in ("check", "run"):
        done = command(small_root, verb, YEAR)
        assert done.code == 2 and "property.yml" in done.err
    assert snapshot(small_root) == before


def test_an_empty_year_is_refused_not_taken_for_every_year(small_root, command, no_pages):
    assert command(small_root, "run", "").code == 2
    assert no_pages == []


FAILED = (
    PageRun("2031-32/04_cost", ("it has not been made",), failure="cell 3: KeyError: 'x'"),
    PageRun("comparison/01", ("it has not been made",), failure="cell 5: it took more than 120 s and was stopped"),
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PagesFailed(FAILED), 1),
        (TemplateError("04_cost.ipynb takes the parameters year, not contract_year, root"), 2),
        (ValueError("[bold] is not a year"), 2),
        (OSError(28, "No space left on device", "book/2031-32"), 2),
    ],
)
def test_a_run_that_fails_ends_with_its_reason_and_without_a_traceback(
    small_root, command, no_pages, monkeypatch, error, code
):
    def fails(*arguments):
        raise error

    monkeypatch.setattr(run, "run", fails)
    before = snapshot(small_root)
    done = command(small_root, "run", YEAR)
    said = "book/2031-32: No space left on device" if isinstance(error, OSError) else str(error)
    assert (done.code, done.out, done.err) == (code, "", f"{said}\n")
    assert snapshot(small_root) == before


def test_pages_that_failed_are_in_the_report_of_the_run(small_root, command, no_pages):
    (small_root / "book" / YEAR / "04_cost.ipynb").unlink()
    done = command(small_root, "run", YEAR)
    assert done.code == 1 and no_pages
    records = json.loads((small_root / "_build" / "run.json").read_text("utf-8"))
    assert [record["page"] for record in records] == sorted(no_pages)
    assert {record["failure"] for record in records} == {"no page is made in this test"}
    page = (small_root / "_build" / "run.html").read_text("utf-8")
    assert all(name in page and f"{name}: no page is made in this test" in done.err for name in no_pages)


@pytest.mark.parametrize("jobs", ["0", "-1", "two", ""])
def test_a_number_of_jobs_that_is_none_is_refused(small_root, jobs):
    done = real_command("--root", small_root, "run", "--jobs", jobs)
    assert done.returncode == 2 and b"--jobs" in done.stderr and b"Traceback" not in done.stderr


# run, explain and verify, of a small book


@pytest.fixture
def commanded(book, command, monkeypatch):
    """A function that gives a command to a small book, whose pages are made as ever."""
    monkeypatch.setattr(cli, "REPOSITORY", book.repository)
    monkeypatch.setattr(executors, "pool", lambda *_: nullcontext(book.pool))
    return lambda *arguments: command(book.root, *arguments)


def test_a_run_says_each_page_as_it_is_made_then_what_changed_and_where_its_report_is(book, commanded):
    book.change(f"data/{YEAR}/property.csv", "EAST,4", "EAST,6")
    book.seal()
    done = commanded("run")
    first, second, *rest = done.err.splitlines()
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"  1 of 2: \S+/\d\d_property, \d+\.\d s", first) and second.startswith("  2 of 2: ")
    assert {line.split()[3].rstrip(",") for line in (first, second)} == {
        f"{YEAR}/13_property",
        "comparison/01_property",
    }
    assert rest[-1].endswith(f" s: {book.root / '_build' / 'run.html'}") and rest[-1].startswith("2 pages made in ")
    assert f"{YEAR}: 1 pages changed in {book.root / 'book' / YEAR}" in rest
    records = json.loads((book.root / "_build" / "run.json").read_text("utf-8"))
    assert [(record["page"], record["reasons"]) for record in records] == [
        (f"{YEAR}/13_property", [f"data/{YEAR}/property.csv changed"]),
        ("comparison/01_property", [f"data/{YEAR}/property.csv changed"]),
    ]
    assert commanded("run").err.startswith(f"nothing changed: {YEAR}, 2032-33, comparison, about are up to date in ")


def test_a_run_with_nothing_to_make_takes_away_what_a_killed_one_left(book, commanded):
    left = [book.root / name for name in ("book/.staging-0badcafe", "data/.new-0badcafe")]
    for folder in left:
        folder.mkdir()
    assert commanded("run").code == 0
    assert not [folder for folder in left if folder.exists()]
    assert commanded("run").err.startswith("nothing changed")


def test_what_could_be_read_for_ever_is_refused_by_name(book, commanded):
    path = book.root / "data" / YEAR / "property.csv"
    path.unlink()
    os.mkfifo(path)
    done = commanded("run")
    assert done.code == 2 and done.err.endswith("property.csv is neither a file nor a folder: take it away\n")


def test_a_run_on_a_screen_shows_how_far_it_is(book, commanded, monkeypatch):
    (book.repository / "requirements.lock").write_text("invented==2\n")
    screen = io.StringIO()
    monkeypatch.setattr(cli, "say", Console(file=screen, force_terminal=True, color_system=None, width=200))
    assert commanded("run").code == 0
    assert "5 of 5 pages, 0 running, 0 failed" in screen.getvalue()


def test_pages_that_fail_are_all_listed_at_the_end_and_in_the_report(book, commanded):
    for name in ("04_cost", "comparison/01_property"):
        book.template(name, "# Fails", 'tables.show(review, "property")', "raise ValueError('<script>')")
    before = book.pages()
    done = commanded("run")
    assert done.code == 1 and "Traceback" not in done.err
    failed = {f"{YEAR}/04_cost", "2032-33/04_cost", "comparison/01_property"}
    assert set(done.err.splitlines()[-3:]) == {f"{page}: cell 6: ValueError: <script>" for page in failed}
    records = json.loads((book.root / "_build" / "run.json").read_text("utf-8"))
    assert {record["page"] for record in records if record["failure"]} == failed
    page = (book.root / "_build" / "run.html").read_text("utf-8")
    assert all(name in page for name in failed) and "ValueError: &lt;script&gt;" in page and "<script>" not in page
    assert book.pages() == before


def test_explain_says_why_each_page_would_be_made_again_and_changes_nothing(book, commanded):
    assert commanded("explain", YEAR) == (0, "", f"{YEAR}: 0 of 3 pages are out of date\n")
    book.change(f"data/{YEAR}/budget_gaps.csv", "10.5", "10.6")
    book.template("04_cost", "# Other words", 'narrative.words(review, "04_cost")', "## As printed",
                  'tables.show(review, "service_costs")')  # fmt: skip
    before = everything(book.root)
    assert commanded("explain", YEAR) == (
        0,
        (
            f"{YEAR}/04_cost: words of the template changed (only its words are written again)\n"
            f"{YEAR}/12_funding: data/{YEAR}/budget_gaps.csv changed (it would be run)\n"
        ),
        f"{YEAR}: 2 of 3 pages are out of date\n",
    )
    assert commanded("explain", "comparison").err == "comparison: 0 of 1 pages are out of date\n"
    assert everything(book.root) == before


@pytest.mark.parametrize("year", ["2031-33", "about", "", "2040-41", "../x"])
def test_explain_refuses_what_is_no_folder_of_pages(commanded, year):
    done = commanded("explain", year)
    assert (done.code, done.out) == (2, "") and len(done.err.splitlines()) <= 2 and year in done.err


def test_explain_refuses_a_comparison_that_is_not_listed(small_root, command):
    done = command(small_root, "explain", "comparison")
    assert (done.code, done.err) == (2, "_toc.yml lists no page of comparison\n")


def test_verify_makes_every_page_again_and_names_those_that_are_not_as_published(book, commanded):
    done = commanded("verify", "2032-33")
    assert done.code == 0 and done.err.splitlines()[-1] == "2 pages are what their templates, data and code give"
    book.change("book/2032-33/13_property.json", '"page"', '"Page"')
    before = everything(book.root / "book")
    done = commanded("verify")
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("2032-33/13_property: it is not what is published: ")
    assert everything(book.root / "book") == before


# what takes long to import is imported by what needs it

PROGRAM = """import sys
from pathlib import Path
from ncthelpers import cli
cli.REPOSITORY = Path(sys.argv.pop(1))
try:
    cli.main()
except SystemExit as ended:
    heavy = {"pandas", "numpy", "papermill", "nbformat", "nbclient", "IPython", "matplotlib", "pandera", "distributed", "ncthelpers.load"}
    print(ended.code or 0, sorted(heavy & set(sys.modules)))"""


def light_command(repository, root, *arguments):
    """A command of another repository in a process of its own: its exit code and what it imported of what takes long."""
    command = [sys.executable, "-P", "-c", PROGRAM, str(repository), "--root", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1], done.stderr


@pytest.mark.parametrize("year", [[], [YEAR], ["2032-33"]], ids=["every year", "a year", "another year"])
def test_a_run_with_nothing_to_do_imports_nothing_that_takes_long_and_writes_nothing(book, year):
    before = everything(book.root)
    told, said = light_command(book.repository, book.root, "run", *year)
    assert told == "0 []"
    folders = [*(year or [YEAR, "2032-33"]), "comparison", "about"]
    assert said == f"nothing changed: {', '.join(folders)} are up to date in {book.root / 'book'}\n"
    assert everything(book.root) == before


def test_what_is_imported_is_seen(book):
    assert "pandas" in light_command(book.repository, book.root, "check", YEAR)[0]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "2031-33"], ["frobnicate"]])
def test_what_reads_no_data_imports_nothing_that_takes_long(book, arguments):
    assert re.fullmatch(r"[02] \[\]", light_command(book.repository, book.root, *arguments)[0])


# book and test


@pytest.fixture
def brought_up_to_date(monkeypatch):
    """What ``book`` runs before it builds; nothing is run."""
    asked = []
    monkeypatch.setattr(cli, "_run", lambda *arguments: asked.append(arguments))
    return asked


def test_book_runs_every_public_year_then_builds_and_says_where_it_is(
    small_root, command, brought_up_to_date, monkeypatch
):
    def build_html(where, config, waits):
        brought_up_to_date.append((where, config))
        return where / "_build" / "html"

    monkeypatch.setattr(cli.html, "build_html", build_html)
    done = command(small_root, "book")
    assert done.code == 0
    assert brought_up_to_date == [(None,), (small_root, cli.REPOSITORY / "_config.yml")]
    assert done.err.splitlines()[-1] == f"the book: {small_root / '_build' / 'html' / 'index.html'}"


def test_a_book_that_cannot_be_built_ends_in_one_with_what_the_builder_said(
    small_root, command, brought_up_to_date, monkeypatch
):
    def fails(where, config, waits):
        raise cli.html.BuildFailed("the HTML could not be built:\nWARNING: no title")

    monkeypatch.setattr(cli.html, "build_html", fails)
    done = command(small_root, "book")
    assert done.code == 1 and done.err.endswith("the HTML could not be built:\nWARNING: no title\n")


@pytest.fixture
def stages(monkeypatch):
    """Programs that ``test`` would start; none runs. Those whose arguments hold a failing word fail."""
    started, failing = [], []

    def call(arguments, cwd):
        started.append([Path(arguments[0]).stem, *arguments[1:]])
        return int(any(word in started[-1] for word in failing))

    monkeypatch.setattr(cli.subprocess, "call", call)
    monkeypatch.setattr(cli.html, "build_html", lambda root, config, waits: started.append(["html"]))
    return started, failing


def test_test_runs_every_check(small_root, command, stages):
    started, _ = stages
    done = command(small_root, "test")
    assert done.code == 0 and "every check passed" in done.err
    words = [word for arguments in started for word in arguments]
    assert {"ruff", "zizmor", "html", "--doctest-modules", "src", "tests", "--nbval", str(small_root / "book")} <= set(
        words
    )
    assert words[words.index("--book") + 1] == str(small_root), "the browser opens the pages of this root"


@pytest.mark.parametrize("word", ["zizmor", "--doctest-modules", "--nbval"])
def test_a_check_that_fails_is_named_and_does_not_keep_the_others_from_running(small_root, command, stages, word):
    started, failing = stages
    failing.append(word)
    done = command(small_root, "test")
    assert done.code == 1 and "failed:" in done.err and "every check passed" not in done.err
    assert len(started) == len(quick.checks(cli.REPOSITORY)) + 3


def test_quick_runs_the_quick_checks_alone(small_root, command, stages):
    started, failing = stages
    assert command(small_root, "test", "--quick").code == 0
    assert started == [list(check) for check in quick.checks(cli.REPOSITORY).values()]
    failing.append("zizmor")
    assert command(small_root, "test", "--quick").code == 1
    failing.clear()
    table = small_root / "data" / YEAR / "property.csv"
    table.write_text(table.read_text("utf-8").replace("EAST,4", "EAST,four"), "utf-8")
    done = command(small_root, "test", "--quick")
    assert done.code == 1 and "four" in done.err and "failed: Data" in done.err


def test_html_that_cannot_be_built_fails_the_test(small_root, command, stages, monkeypatch):
    def fails(root, config, waits):
        raise cli.html.BuildFailed("WARNING: no title")

    monkeypatch.setattr(cli.html, "build_html", fails)
    done = command(small_root, "test")
    assert done.code == 1 and "WARNING: no title" in done.err
    assert len(stages[0]) == len(quick.checks(cli.REPOSITORY)) + 2


# claims


@pytest.fixture
def claimed_root(small_root):
    """The invented root with the verdicts of its claims committed beside its pages."""
    text = claims.as_json(load_year(small_root, YEAR))
    (small_root / "book" / YEAR / "claims.json").write_text(text, "utf-8")
    return small_root


def test_claims_prints_every_verdict_and_passes_where_all_are_as_committed(claimed_root, command):
    before = snapshot(claimed_root)
    done = command(claimed_root, "claims", YEAR)
    rows = json.loads((claimed_root / "book" / YEAR / "claims.json").read_text("utf-8"))
    assert done.code == 0 and rows
    assert all(row["verdict"].split()[0] in done.out for row in rows)
    assert f"{len(rows)} claims" in done.err
    assert snapshot(claimed_root) == before


def test_claims_as_json_are_the_committed_ones_to_the_byte(claimed_root, command):
    done = command(claimed_root, "claims", YEAR, "--json")
    assert done.code == 0 and done.out == (claimed_root / "book" / YEAR / "claims.json").read_text("utf-8")


def test_claims_fails_and_names_the_claim_whose_verdict_is_not_the_committed_one(claimed_root, command):
    change(claimed_root, f"{YEAR}/property.csv", "EAST,4,", "EAST,3,")
    seal_year(claimed_root, ContractYear(YEAR))
    done = command(claimed_root, "claims", YEAR)
    assert done.code == 1
    assert re.search(
        r"not as committed in book/\S+/claims\.json: buildings \(agrees, now disagrees\)$", done.err.strip()
    )


def test_claims_that_were_never_committed_differ(small_root, command):
    assert command(small_root, "claims", YEAR).code == 1


def test_claims_of_a_year_without_documents_says_why_there_are_none(root, command):
    done = command(root, "claims", "2023-24")
    assert done.code == 0 and "no published statement to check: " in done.err


def test_claims_of_faulty_data_end_in_two_with_the_list(claimed_root, command):
    change(claimed_root, f"{YEAR}/claims.csv", ",total,", ",guess,")
    done = command(claimed_root, "claims", YEAR)
    assert done.code == 2 and "is no check" in done.err and "Traceback" not in done.err


# trace


@pytest.fixture
def traced_root(small_root):
    """The invented root with the figures of its page as JSON beside it."""
    shown = tables.show(load_year(small_root, YEAR), "service_costs")._repr_mimebundle_()[1]["results"]
    text = companion.page_json("04_cost", [YEAR], "1999-12-31", shown)
    (small_root / "book" / YEAR / "04_cost.json").write_text(text, "utf-8")
    return small_root


def test_trace_prints_the_rows_behind_a_figure_as_plain_lines(traced_root, command):
    before = snapshot(traced_root)
    done = command(traced_root, "trace", YEAR, "04_cost", "1,700")
    assert done.code == 0 and done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "1,700  service_costs/Homes/gross_outturn"
    assert lines[1].startswith(f"  page {YEAR}/04_cost: table Cost of delivering services, row Homes, column ")
    entered = (traced_root / "data" / YEAR / "service_costs.csv").read_text("utf-8").splitlines()
    assert [f"    1: {entered[0]}", f"    2: {entered[1]}"] == lines[
        lines.index(f"  data/{YEAR}/service_costs.csv: 2") + 1 :
    ][:2]
    assert snapshot(traced_root) == before


def test_trace_says_so_where_the_data_changed_since_the_page_was_made(traced_root, command):
    def made_of(first):
        parts = {f"data/{YEAR}/service_costs.csv": first, "code of the template": "0" * 12}
        held = {"metadata": {"ncthelpers": {"key": staleness.key(parts), "parts": parts}}}
        (traced_root / "book" / YEAR / "04_cost.ipynb").write_text(json.dumps(held), "utf-8")
        return command(traced_root, "trace", YEAR, "04_cost", "1,700")

    costs = (traced_root / "data" / YEAR / "service_costs.csv").read_bytes()
    same, other = made_of(checksum(costs)[:12]), made_of("0" * 12)
    assert (same.code, same.err) == (0, "") and same.out == other.out
    assert other.code == 1 and f"data/{YEAR}/service_costs.csv changed since the page was made" in other.err


def test_trace_of_a_figure_that_is_not_printed_names_the_nearest_and_ends_in_two(traced_root, command):
    done = command(traced_root, "trace", YEAR, "04_cost", "1,701")
    assert done.code == 2 and done.out == ""
    assert done.err.startswith("no figure is printed as '1,701'; nearest are 1,700") and len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((YEAR, "05_none", "1"), "has no page 05_none with figures; it has 04_cost"),
        (("2031", "04_cost", "1"), "2031"),
        (("comparison", "01_measures", "1"), "book/comparison has no page"),
    ],
)
def test_trace_of_a_page_or_year_that_is_not_there_ends_in_two(traced_root, command, arguments, said):
    done = command(traced_root, "trace", *arguments)
    assert done.code == 2 and said in done.err and len(done.err.splitlines()) == 1


def test_trace_on_a_terminal_shows_markup_in_data_as_it_is_written(traced_root, command, monkeypatch):
    path = traced_root / "book" / YEAR / "04_cost.json"
    record = json.loads(path.read_text("utf-8"))
    record["figures"]["[bold]x[/bold]"] = {"text": "[red]9", "value": "9", "unit": ":smile:", "rows": []}
    path.write_text(json.dumps(record), "utf-8")
    console = Console
    monkeypatch.setattr(cli, "Console", lambda **settings: console(**settings, force_terminal=True, width=200))
    done = command(traced_root, "trace", YEAR, "04_cost", "[red]9")
    assert done.code == 0
    assert "[red]9  [bold]x[/bold]" in done.out and "unit :smile:" in done.out and "\x1b[1m" in done.out
