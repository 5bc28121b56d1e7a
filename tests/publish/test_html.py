"""The HTML of the book: what it holds, when it is built and of what, and that it is never half there."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from ncthelpers.publish import checksums, drawings, html

YEAR = "2021-22"
INDEX = "# A small book\n\nOne paragraph.\n"
ABOUT = "# Method\n\nSee the [index](../index.md).\n\n(how)=\n## How\n\nWith care.\n"
GLOSSARY = "# Glossary\n\nSee [how it is done](how).\n"
RED_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
CLEAR_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
CONFIG = Path(__file__).resolve().parents[2] / "_config.yml"


def book(root, chapters, **pages):
    """A book of the given pages; ``_toc.yml`` lists the chapters, those after the first below it."""
    for name, text in pages.items():
        path = root / "book" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".md").write_text(text, "utf-8")
    first, *others = [{"file": file} for file in chapters]
    parts = [{"caption": "A part", "chapters": [{**first, "sections": others} if others else first]}]
    (root / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}), "utf-8")
    return root


def made_book(root):
    """A small book with one real page in it, to which a picture and a word are added, and data of which not all is public."""
    book(root, [f"{YEAR}/04_cost", "about/method", "about/glossary"],
         index=INDEX, about__method=ABOUT, about__glossary=GLOSSARY)  # fmt: skip
    (root / "book" / YEAR).mkdir()
    page = json.loads((CONFIG.parent / "book" / YEAR / "04_cost.ipynb").read_text("utf-8"))
    cell = next(cell for cell in page["cells"] if cell.get("outputs"))
    for shown in ({"image/png": RED_DOT}, {"text/html": "<p>plugh</p>"}):
        cell["outputs"].append({"output_type": "display_data", "data": shown, "metadata": {}})
    (root / "book" / YEAR / "04_cost.ipynb").write_text(json.dumps(page), "utf-8")
    for folder in (YEAR, "reference", "2031-32"):
        (root / "data" / folder).mkdir(parents=True)
        (root / "data" / folder / "rows.csv").write_text(f"from\n{folder}\n", "utf-8")
    (root / "book" / "draft.md").write_text("# Not listed, so not public\n\n![nothing](nowhere.png)\n", "utf-8")
    return root


def below(folder):
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def differing(one, other):
    """The files that only one of two folders has or that hold something else in each."""
    one, other = below(one), below(other)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def from_nothing(root, elsewhere):
    """The HTML of the same book where none was built before."""
    for name in ("book", "data"):
        shutil.copytree(root / name, elsewhere / name)
    shutil.copy(root / "_toc.yml", elsewhere)
    return html.build_html(elsewhere, CONFIG)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The root of a small book, its HTML, and the book as it was before that was built. A test leaves it as it was."""
    root = made_book(tmp_path_factory.mktemp("site"))
    before = below(root / "book")
    return root, html.build_html(root, CONFIG), before


@pytest.fixture
def no_sphinx(monkeypatch):
    """The builder is not to be started; Git may be."""

    def run(arguments, **options):
        assert arguments[0] == "git", "something was built"
        return done(arguments, **options)

    done = subprocess.run
    monkeypatch.setattr(html.subprocess, "run", run)


# What it holds


@pytest.mark.slow
def test_the_html_is_built_of_what_is_listed_and_nothing_else(built):
    root, folder, _ = built
    assert folder == root / "_build" / "html"
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert {"index.html", f"{YEAR}/04_cost.html", "about/method.html"} <= made
    assert not any("draft" in name for name in made)


@pytest.mark.slow
def test_the_entered_tables_of_what_is_public_stand_beside_the_pages(built):
    _, folder, _ = built
    rows = {
        path.relative_to(folder / "data").as_posix(): path.read_text("utf-8")
        for path in (folder / "data").rglob("*.csv")
    }
    assert rows == {f"{YEAR}/rows.csv": f"from\n{YEAR}\n", "reference/rows.csv": "from\nreference\n"}


@pytest.mark.slow
def test_the_checksum_of_every_file_is_listed_beside_them(built):
    _, folder, _ = built
    manifest = folder / checksums.LIST
    sums = checksums.listed(manifest)
    assert list(checksums.differences(manifest, sums)) == []
    assert {"index.html", "searchindex.js", f"{YEAR}/04_cost.html", f"data/{YEAR}/rows.csv"} <= set(sums)


@pytest.mark.slow
def test_every_page_says_from_which_commit_it_was_built(built):
    _, folder, _ = built
    for page in ("index.html", f"{YEAR}/04_cost.html"):
        assert re.search(
            r"Built from commit ([0-9a-f]{7,40}(-dirty)?|not recorded)\.", (folder / page).read_text("utf-8")
        )


@pytest.mark.slow
def test_building_the_html_runs_and_changes_no_page(built):
    root, _, before = built
    assert below(root / "book") == before


@pytest.mark.slow
def test_the_html_names_no_folder_of_this_machine(built):
    root, folder, _ = built
    texts = {path.name: path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".html", ".js"}}
    assert [name for name, text in texts.items() if str(root) in text or str(Path.home() / "") in text] == []


@pytest.mark.slow
def test_the_sidebar_drawn_once_is_the_one_that_the_stock_theme_draws_for_each_page(built, tmp_path):
    root, folder, _ = built
    code = """if True:
        import sys
        from ncthelpers.publish import html, theme
        theme._draw_sidebar_once = lambda *arguments: None
        html._sphinx(*sys.argv[1:])"""
    subprocess.run([sys.executable, "-I", "-c", code, str(root), str(CONFIG), str(tmp_path)], check=True)
    pages = sorted(path.relative_to(folder) for path in folder.rglob("*.html"))
    assert len(pages) >= 5  # the search stands in no sidebar
    for page in pages:
        ours, stock = (
            re.sub("Built from commit .*?<", "<", (made / page).read_text("utf-8"))
            for made in (folder, tmp_path / "html")
        )
        ours = ours.replace(
            '<a aria-current="page" class="current ref', '<a class="current ref'
        )  # which the stock theme leaves out
        stock, charts = drawings.apart(page.with_suffix("").as_posix(), stock)
        assert ours == stock, page
        assert {name: (folder / name).read_bytes() for name in charts} == charts, (
            "each chart is a file beside the pages"
        )
    way = BeautifulSoup((folder / "about" / "method.html").read_text("utf-8"), "html.parser").select(
        ".bd-sidebar-primary li.current > a"
    )
    assert [link["href"] for link in way] == [f"../{YEAR}/04_cost.html", "#"]


def test_of_styles_and_scripts_only_those_that_a_page_asks_for_are_published(built):
    _, folder, _ = built
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    asked = {
        (page.parent / name).resolve()
        for page, text in pages.items()
        for name in re.findall(r'="((?:\.\./)*_static/[^"?]+)', text)
    }
    published = {path.resolve() for path in (folder / "_static").rglob("*") if path.is_file()}
    assert published == asked and {"frame.css", "book.css", "book.js"} <= {path.name for path in asked}
    assert not [path for path in published if path.suffix in {".map", ".woff2", ".ttf"} or "fontawesome" in path.name]
    with_index = [page.name for page, text in pages.items() if "searchindex.js" in text]
    assert with_index == ["search.html"], "a third of a megabyte that no other page needs"


# Nothing changed


def test_to_see_whether_anything_changed_takes_nothing_large():
    code = "import sys, ncthelpers.publish.html; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert not {"sphinx", "jupyter_book", "pandas", "papermill", "ncthelpers.load"} & set(done.stdout.split())


@pytest.mark.slow
def test_nothing_is_built_or_written_when_nothing_changed(built, no_sphinx):
    root, folder, _ = built
    times = {path: path.stat().st_mtime_ns for path in (root / "book").rglob("*.md")}
    for path in times:
        os.utime(path)  # as a checkout leaves it: the same words at another time
    before = {path: path.stat() for path in (root / "_build").rglob("*")}
    assert html.build_html(root, CONFIG) == folder
    after = {path: path.stat() for path in (root / "_build").rglob("*")}
    for path, time in times.items():
        os.utime(path, ns=(time, time))
    assert {path: (one.st_mtime_ns, one.st_ino) for path, one in after.items() if path.name != "run.lock"} == {
        path: (one.st_mtime_ns, one.st_ino) for path, one in before.items() if path.name != "run.lock"
    }


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["changed", "gone", "more"])
def test_html_that_was_tampered_with_is_made_good_from_what_was_built(built, no_sphinx, harm):
    root, folder, _ = built
    good = below(folder)
    if harm == "gone":
        (folder / "index.html").unlink()
    else:
        (folder / ("index.html" if harm == "changed" else "index2.html")).write_text("something else", "utf-8")
    html.build_html(root, CONFIG)
    assert below(folder) == good


@pytest.mark.slow
def test_another_commit_is_named_on_the_pages_and_nothing_is_built(built, no_sphinx, monkeypatch):
    root, folder, _ = built
    with monkeypatch.context() as other:
        other.setattr(html, "commit_of", lambda repository: "c0ffee123456")
        html.build_html(root, CONFIG)
        for page in ("index.html", "search.html", f"{YEAR}/04_cost.html"):
            assert (folder / page).read_text("utf-8").count("Built from commit c0ffee123456.") == 1
    html.build_html(root, CONFIG)
    assert "c0ffee123456" not in (folder / "index.html").read_text("utf-8")


@pytest.mark.slow
def test_changed_data_is_put_beside_the_pages_and_nothing_is_built(built, no_sphinx):
    root, folder, _ = built
    entered, shown = root / "data" / "reference" / "rows.csv", folder / "data" / "reference" / "rows.csv"
    for text in ("from\nelsewhere\n", "from\nreference\n"):
        entered.write_text(text, "utf-8")
        html.build_html(root, CONFIG)
        assert shown.read_text("utf-8") == text


@pytest.fixture
def repository_of_a_book(tmp_path):
    """A small book that nothing was built of, with settings and a lock of its own."""
    made_book(tmp_path)
    shutil.copy(CONFIG, tmp_path)
    (tmp_path / "requirements.lock").write_text("sphinx==1\n")
    (tmp_path / "book" / "about" / "map.png").write_bytes(b"a map")
    return tmp_path


MADE_OF = ["book/index.md", f"book/{YEAR}/04_cost.ipynb", "book/about/map.png", "_toc.yml", "_config.yml",
           "requirements.lock", f"data/{YEAR}/rows.csv"]  # fmt: skip


@pytest.mark.parametrize("name", MADE_OF)
def test_what_the_html_is_made_of(repository_of_a_book, name):
    root = repository_of_a_book
    before = html._made_of(root, root / "_config.yml")
    with (root / name).open("ab") as file:
        file.write(b" ")
    assert [one for one, held in html._made_of(root, root / "_config.yml").items() if before[one] != held] == [name]


def test_the_html_is_made_of_this_code_and_this_python_too():
    assert {"Python", "html.py", "theme.py", "book.css"} <= html._made_of(CONFIG.parent, CONFIG).keys()


@pytest.mark.parametrize(
    "name", [".run/index.md", f"{YEAR}/manifest.json", f"{YEAR}/.ipynb_checkpoints/04_cost.ipynb", "~$index.md"]
)
def test_what_programs_leave_in_the_book_is_no_part_of_the_html(repository_of_a_book, name):
    root = repository_of_a_book
    before = html._made_of(root, root / "_config.yml")
    (root / "book" / name).parent.mkdir(exist_ok=True, parents=True)
    (root / "book" / name).write_text("{}")
    assert html._made_of(root, root / "_config.yml") == before


# Something changed


@pytest.fixture
def builder(monkeypatch):
    """In the place of Sphinx: notes what it is asked to read again and whether it found what it knew, and makes a page."""
    asked = []

    def run(arguments, **options):
        if arguments[0] == "git":
            return subprocess.CompletedProcess(arguments, 0, "c0ffee\n")
        made, *pages = arguments[6:]
        asked.append(("from nothing" if not Path(made).exists() else "on top", pages))
        (Path(made) / "html" / "_static").mkdir(parents=True)
        (Path(made) / "html" / "index.html").write_text(html.theme.FOOTER)
        return subprocess.CompletedProcess(arguments, 0, "")

    monkeypatch.setattr(html.subprocess, "run", run)
    return asked


def test_of_changed_pages_only_those_are_read_again(repository_of_a_book, builder):
    root = repository_of_a_book
    html.build_html(root, root / "_config.yml")
    (root / "book" / "index.md").write_text("# Other words\n")
    os.utime(root / "book" / "index.md", (1, 1))
    (root / "book" / YEAR / "04_cost.ipynb").write_text("{}")
    for beside in ("04_cost.json", "claims.json", "manifest.json"):
        (root / "book" / YEAR / beside).write_text('{"no page": "shows it"}')
    html.build_html(root, root / "_config.yml")
    html.build_html(root, root / "_config.yml")
    assert builder == [("from nothing", []), ("on top", [f"{YEAR}/04_cost", "index"])]


@pytest.mark.parametrize("name", ["_toc.yml", "_config.yml", "requirements.lock", "book/about/map.png"])
def test_what_sphinx_does_not_see_change_starts_from_nothing(repository_of_a_book, builder, name):
    root = repository_of_a_book
    html.build_html(root, root / "_config.yml")
    with (root / name).open("ab") as file:
        file.write(b" ")
    html.build_html(root, root / "_config.yml")
    assert builder == [("from nothing", [])] * 2


def test_a_page_that_comes_or_goes_starts_from_nothing(repository_of_a_book, builder):
    root = repository_of_a_book
    html.build_html(root, root / "_config.yml")
    (root / "book" / "about" / "more.md").write_text("# More\n")
    html.build_html(root, root / "_config.yml")
    (root / "book" / "about" / "more.md").unlink()
    html.build_html(root, root / "_config.yml")
    assert builder == [("from nothing", [])] * 3


def test_another_python_and_another_place_start_from_nothing(repository_of_a_book, builder, monkeypatch, tmp_path):
    root = repository_of_a_book
    html.build_html(root, root / "_config.yml")
    monkeypatch.setattr(html.platform, "python_version", lambda: "3.99.0")
    html.build_html(root, root / "_config.yml")
    moved = tmp_path / "moved"
    for name in ("_build", "book", "data"):
        shutil.copytree(root / name, moved / name)
    for name in ("_toc.yml", "_config.yml", "requirements.lock"):
        shutil.copy(root / name, moved)
    (moved / "book" / "index.md").write_text("# Other words\n")
    html.build_html(moved, moved / "_config.yml")
    assert builder == [("from nothing", [])] * 3


def test_a_build_that_fails_leaves_nothing_to_build_on(repository_of_a_book, builder, monkeypatch):
    root = repository_of_a_book
    html.build_html(root, root / "_config.yml")
    works = html.subprocess.run

    def fails(arguments, **options):
        done = works(arguments, **options)
        return done if arguments[0] == "git" else subprocess.CompletedProcess(arguments, 1, "WARNING: no title\n")

    page = root / "book" / "index.md"
    page.write_text("No title\n")
    with monkeypatch.context() as failing:
        failing.setattr(html.subprocess, "run", fails)
        with pytest.raises(html.BuildFailed, match="WARNING: no title"):
            html.build_html(root, root / "_config.yml")
    page.write_text("# A title\n")
    html.build_html(root, root / "_config.yml")
    assert [how for how, _ in builder] == ["from nothing", "on top", "from nothing"]


@pytest.mark.slow
def test_html_built_on_top_of_the_last_is_that_built_from_nothing(built, tmp_path):
    root, folder, _ = built
    sphinx = root / "_build" / ".html" / "sphinx" / "html"
    page, glossary = root / "book" / YEAR / "04_cost.ipynb", root / "book" / "about" / "glossary.md"
    was, images = page.read_text("utf-8"), set(below(folder / "_images"))
    other = was.replace(RED_DOT, CLEAR_DOT).replace("plugh", "zzyzx")
    try:
        # other words and another picture, in a file that says it is older than what was built of it
        page.write_text(other, "utf-8")
        os.utime(page, (1, 1))
        untouched = (sphinx / "about" / "method.html").stat().st_mtime_ns
        html.build_html(root, CONFIG)
        assert (sphinx / "about" / "method.html").stat().st_mtime_ns == untouched, "one changed page costs one page"
        assert "zzyzx" in (folder / YEAR / "04_cost.html").read_text("utf-8")
        assert len(images - set(below(folder / "_images"))) == len(images) == 1
        assert differing(folder, from_nothing(root, tmp_path / "1")) == []
        # another title, which every page shows
        glossary.write_text(GLOSSARY.replace("Glossary", "What words mean"), "utf-8")
        html.build_html(root, CONFIG)
        assert "What words mean" in (folder / "index.html").read_text("utf-8")
        assert differing(folder, from_nothing(root, tmp_path / "2")) == []
    finally:
        page.write_text(was, "utf-8")
        glossary.write_text(GLOSSARY, "utf-8")
        html.build_html(root, CONFIG)
    assert set(below(folder / "_images")) == images
    index = (folder / "searchindex.js").read_text("utf-8")
    assert "plugh" in index and "zzyzx" not in index


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "said"),
    [(ABOUT + "\n[nowhere](../nowhere.md)\n", "nowhere"), (ABOUT.replace("(how)=\n", ""), "how")],
    ids=["on the page that changed", "on another page, whose link is dead now"],
)
def test_a_warning_is_an_error_and_the_last_good_html_stays(built, text, said):
    root, folder, _ = built
    html.build_html(root, CONFIG)
    good = below(folder)
    page = root / "book" / "about" / "method.md"
    page.write_text(text, "utf-8")
    try:
        for _ in range(2):  # what the first build remembers must not let the second one pass
            with pytest.raises(html.BuildFailed, match=said):
                html.build_html(root, CONFIG)
    finally:
        page.write_text(ABOUT, "utf-8")
    assert below(folder) == good
    assert html.build_html(root, CONFIG) == folder


@pytest.mark.slow
def test_a_page_that_is_no_longer_listed_is_no_longer_public(tmp_path):
    root = book(tmp_path, ["about/method"], index=INDEX, about__method="# Method\n\nWords.\n")
    html.build_html(root, CONFIG)
    assert (root / "_build" / "html" / "about" / "method.html").is_file()
    book(tmp_path, ["about/other"], about__other="# Other\n\nWords.\n")
    html.build_html(root, CONFIG)
    assert not (root / "_build" / "html" / "about" / "method.html").exists()
    assert sorted(path.name for path in (root / "_build").iterdir()) == [".html", "html", "run.lock"]


# Never half there


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal, and Sphinx no such processes")
@pytest.mark.parametrize(
    ("fails", "said"),
    [("os.kill(os.getpid(), 9)", "killed (signal 9"), ("os.write(os.open('/dev/full', 1), b'a')", "No space left")],
)
def test_pages_are_never_lost_with_the_process_of_sphinx_that_made_them(fails, said):
    code = f"""if True:
        import os
        from ncthelpers.publish import html
        from sphinx.util.parallel import ParallelTasks
        def makes(page):
            if page == 1:
                {fails}
        html._lose_no_page()
        tasks = ParallelTasks(2)
        for page in range(6):
            tasks.add_task(makes, page)
        tasks.join()
        print("went on")"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "") and said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal, and Sphinx no such processes")
def test_the_processes_of_a_sphinx_that_is_killed_end_too():
    """What a process gives back is more than a pipe holds, as it is where it made real pages."""
    code = """if True:
        import os, time
        from ncthelpers.publish import html
        from sphinx.util.parallel import ParallelTasks
        sphinx = os.getpid()
        def makes(page):
            if page == 1:
                os.kill(sphinx, 9)
            time.sleep(0.2)
            return "a" * 1_000_000
        html._lose_no_page()
        tasks = ParallelTasks(2)
        for page in range(2):
            tasks.add_task(makes, page)
        tasks.join()"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (-9, "")


def test_a_build_whose_sphinx_is_killed_says_so(tmp_path, monkeypatch):
    def killed(arguments, **options):
        if arguments[0] == "git":
            return run(arguments, **options)
        return run(
            [sys.executable, "-c", "import os; print('half way', flush=True); os.kill(os.getpid(), 9)"], **options
        )

    run = subprocess.run
    monkeypatch.setattr(html.subprocess, "run", killed)
    with pytest.raises(html.BuildFailed, match=r"half way\nSphinx: its process was killed \(signal 9"):
        html.build_html(book(tmp_path, ["about/other"], index=INDEX, about__other="# Other\n"), CONFIG)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
@pytest.mark.parametrize("moment", ["_sphinx", "_add_data", "swap_folder"])
def test_a_build_that_is_killed_leaves_the_old_html_or_the_new(built, moment):
    root, folder, _ = built
    html.build_html(root, CONFIG)
    old, page = below(folder), root / "book" / "index.md"
    code = f"""if True:
        import os, pathlib, signal, subprocess, sys
        from ncthelpers.publish import html
        def dies():
            os.kill(os.getpid(), signal.SIGKILL)
        def started(arguments, **options):
            if arguments[0] == "git":
                return run(arguments, **options)
            options.pop("check")
            subprocess.Popen(arguments, **options)
            dies()
        run, done = subprocess.run, getattr(html, "{moment}")
        if "{moment}" == "_sphinx":
            subprocess.run = started
        else:
            html.{moment} = lambda *arguments: (done(*arguments), dies())
        html.build_html(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))"""
    page.write_text(INDEX.replace("One paragraph", f"Until {moment}"), "utf-8")
    try:
        died = subprocess.run(
            [sys.executable, "-I", "-c", code, str(root), str(CONFIG)], capture_output=True, text=True
        )
        assert died.returncode == -signal.SIGKILL, died.stderr
        after = below(folder)
        if after != old:
            assert "Until" in after["index.html"].decode() and after.keys() == old.keys()
        html.build_html(root, CONFIG)
        assert "Until" in (folder / "index.html").read_text("utf-8")
        assert sorted(path.name for path in (root / "_build").iterdir()) == [".html", "html", "run.lock"]
        assert sorted(path.name for path in (root / "_build" / ".html").iterdir()) == [
            "published.json", "sphinx", "sphinx.json", "tables.json",
        ]  # fmt: skip
    finally:
        page.write_text(INDEX, "utf-8")
    html.build_html(root, CONFIG)
    assert below(folder) == old


@pytest.mark.slow
def test_two_builds_at_once_are_one_after_the_other(built):
    root, folder, _ = built
    good, page = below(folder), root / "book" / "about" / "method.md"
    code = "import sys; from pathlib import Path; from ncthelpers.publish import html; html.build_html(*map(Path, sys.argv[1:]))"
    page.write_text(ABOUT + "\nMore.\n", "utf-8")
    try:
        both = [subprocess.Popen([sys.executable, "-I", "-c", code, str(root), str(CONFIG)]) for _ in range(2)]
        assert [one.wait(60) for one in both] == [0, 0]
        assert "More." in (folder / "about" / "method.html").read_text("utf-8")
    finally:
        page.write_text(ABOUT, "utf-8")
    html.build_html(root, CONFIG)
    assert below(folder) == good


# Nothing from elsewhere


FOREIGN = re.compile(r"^\s*(?:[a-z]+:)?//", flags=re.IGNORECASE)


def _asked_for(folder):
    """Every address that a browser fetches by itself when it opens a page, by page."""
    for path in sorted(folder.rglob("*.html")):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for tag in soup.find_all(["script", "img", "iframe", "source", "audio", "video", "embed", "input"]):
            yield from ((path.name, tag[name]) for name in ("src", "srcset") if tag.get(name))
        yield from ((path.name, tag["data"]) for tag in soup.find_all("object", data=True))
        for tag in soup.find_all("link", href=True):
            yield path.name, tag["href"]
        for tag in [*soup.find_all("style"), *soup.find_all(style=True)]:
            yield from ((path.name, found) for found in _styled(tag.get("style") or tag.get_text()))
    for path in sorted(folder.rglob("*.css")):
        yield from ((path.name, found) for found in _styled(path.read_text("utf-8")))


def _styled(css):
    return re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')\s]+)", css)


@pytest.mark.slow
def test_the_html_asks_nothing_from_another_host(built):
    _, folder, _ = built
    asked = list(_asked_for(folder))
    assert any(address.endswith("book.css") or "book.css?" in address for _, address in asked)  # our own is seen
    assert [(page, address) for page, address in asked if FOREIGN.match(address)] == []


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/a.js"></script>', '<link rel="preconnect" href="//fonts.example">',
        '<img src="http://example.org/a.png">', "<style>@import 'https://example.org/a.css';</style>",
        '<p style="background: url(https://example.org/a.png)"></p>',
    ],
)  # fmt: skip
def test_what_a_page_asks_for_is_seen(tmp_path, markup):
    (tmp_path / "page.html").write_text(f"<html><body>{markup}</body></html>", "utf-8")
    assert [bool(FOREIGN.match(address)) for _, address in _asked_for(tmp_path)] == [True]
