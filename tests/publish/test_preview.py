"""The preview: what is served and to whom, what is made again and when, and that nothing of the root is touched."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright import async_api as playwright
from tornado.httpclient import AsyncHTTPClient

from ncthelpers import cli
from ncthelpers.accessibility import browser
from ncthelpers.publish import html, preview
from ncthelpers.yaml_files import read_yaml

YEAR = "2031-32"
WORDS = f"data/{YEAR}/commentary/04_cost.md"


@pytest.fixture
def site(tmp_path) -> Path:
    """A book of two pages, beside which lies what is nobody's business."""
    made = tmp_path / "html"
    (made / "year").mkdir(parents=True)
    (made / "index.html").write_text("<body>The first words.</body>")
    (made / "year" / "index.html").write_text("<body>A year.</body>")
    (made / "year" / "costs.csv").write_text("a,b\n")
    (tmp_path / "secret.txt").write_text("secret")
    (made / "link.txt").symlink_to(tmp_path / "secret.txt")
    (made / "folder").symlink_to(tmp_path)
    return made


def served(shown, does, now=lambda: 0, make=None):
    """What a scenario gives that asks a real server, which makes the book as the scenario says."""

    async def nothing() -> str:
        return ""

    async def scenario():
        told = asyncio.get_running_loop().create_future()
        server = asyncio.create_task(preview.serve(shown, now, make or nothing, 0, told.set_result))
        try:
            address = await asyncio.wait_for(told, 5)

            async def get(path: str, **headers: str):
                return await AsyncHTTPClient().fetch(address.rstrip("/") + path, headers=headers, raise_error=False)

            return await does(get, address)
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    return asyncio.run(scenario())


async def until(found, seconds: float = 30.0):
    """What is found as soon as there is something."""
    for _ in range(int(seconds / 0.05)):
        if result := await found():
            return result
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize(("asked", "name"), [("", "index.html"), ("year/", "year/index.html"), ("year/costs.csv", "year/costs.csv"), ("year/../index.html", "index.html")])  # fmt: skip
def test_an_address_names_a_file_of_the_book(site, asked, name):
    assert preview.file_asked_for(site, asked) == site.resolve() / name


@pytest.mark.parametrize("asked", ["../secret.txt", "/etc/passwd", "year/../../secret.txt", "link.txt", "folder/secret.txt", "year", "none.html", "a\0b", "x" * 5000])  # fmt: skip
def test_no_address_leads_out_of_the_book(site, asked):
    assert preview.file_asked_for(site, asked) is None


def test_a_page_is_served_with_what_shows_it_anew_and_a_table_as_it_is(site):
    async def asks(get, address):
        return [await get(path) for path in ("/", "/year/costs.csv", "/_preview/script.js")]

    page, table, script = served(preview.Preview(site), asks)
    assert page.body.startswith(b"<body>The first words.") and b'src="/_preview/script.js"' in page.body
    assert table.body == b"a,b\n" and table.headers["Content-Type"].startswith("text/csv")
    assert b"textContent" in script.body and b"innerHTML" not in script.body


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/folder/secret.txt", "/folder/", "/year", "/%00"])  # fmt: skip
def test_nothing_outside_the_book_is_served_and_no_folder_is_listed(site, path):
    async def asks(get, address):
        return await get(path)

    answer = served(preview.Preview(site), asks)
    assert answer.code == 404 and b"secret" not in (answer.body or b"")


@pytest.mark.parametrize("path", ["/", "/_preview/state", "/_preview/script.js"])
@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "localhost.example.org:{port}", ""])
def test_who_asks_by_another_name_is_refused(site, path, host):
    async def asks(get, address):
        return await get(path, Host=host.format(port=address.rstrip("/").rpartition(":")[2]))

    assert served(preview.Preview(site), asks).code in {400, 403}


def test_the_name_of_this_computer_will_do(site):
    async def asks(get, address):
        return await get("/", Host=f"localhost:{address.rstrip('/').rpartition(':')[2]}")

    assert served(preview.Preview(site), asks).code == 200


def test_it_is_served_to_this_computer_alone(site):
    async def asks(get, address):
        return address

    assert served(preview.Preview(site), asks).startswith(f"http://{preview.HOST}:") and preview.HOST == "127.0.0.1"


def test_the_page_is_made_again_when_words_change_and_then_shown(site, small_root, tmp_path):
    shown, templates, words = preview.Preview(site), tmp_path / "none", small_root / WORDS

    async def make() -> str:
        (site / "index.html").write_text(f"<body>{words.read_text()}</body>")
        return ""

    async def asks(get, address):
        async def made(times):
            state = json.loads((await get("/_preview/state")).body)
            return state["made"] == times and not state["making"]

        await until(lambda: made(1))
        words.write_text("New words.")
        await until(lambda: made(2))
        await asyncio.sleep(2 * preview._LOOKS_AGAIN)
        return (await get("/")).body, shown.made

    page, made = served(shown, asks, lambda: preview.stamps(small_root, templates), make)
    assert b"New words." in page and b'data-made="2"' in page and made == 2, "and not again while nothing changes"


def test_a_fault_is_shown_and_the_last_good_book_stays(site):
    shown, faults = preview.Preview(site), iter(["row 2: <b>bad</b>", ""])
    seen = [1]

    async def make() -> str:
        return next(faults)

    async def asks(get, address):
        async def state(wanted):
            held = json.loads((await get("/_preview/state")).body)
            return held if wanted(held) else None

        bad = await until(lambda: state(lambda held: held["fault"]))
        page = await get("/")
        seen.append(2)
        good = await until(lambda: state(lambda held: held["made"]))
        return bad, page.body, good

    bad, page, good = served(shown, asks, lambda: list(seen), make)
    assert bad == {"made": 0, "making": False, "fault": "row 2: <b>bad</b>"}
    assert b"The first words." in page and b"bad" not in page
    assert good["fault"] == ""


def test_a_file_that_goes_while_it_is_copied_does_not_end_the_preview(site):
    shown, seen = preview.Preview(site), [1]

    async def make() -> str:
        if len(seen) == 1:
            raise FileNotFoundError(2, "No such file", "grants.csv")
        return ""

    async def asks(get, address):
        async def state(wanted):
            held = json.loads((await get("/_preview/state")).body)
            return held if wanted(held) else None

        bad = await until(lambda: state(lambda held: held["fault"]))
        seen.append(2)
        return bad["fault"], await until(lambda: state(lambda held: held["made"]))

    fault, good = served(shown, asks, lambda: list(seen), make)
    assert fault == "grants.csv: No such file" and good["fault"] == ""


def test_before_there_is_a_book_the_page_says_so(tmp_path):
    async def asks(get, address):
        return (await get("/")), (await get("/other.html"))

    page, other = served(preview.Preview(tmp_path / "none"), asks)
    assert b"being made" in page.body and b"script.js" in page.body and other.code == 404


def test_a_port_in_use_is_refused_in_words(site):
    async def asks(get, address):
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(ValueError, match=f"port {port} cannot be used"):
            await preview.serve(preview.Preview(site), lambda: 0, None, port, lambda address: None)
        return True

    assert served(preview.Preview(site), asks)


@pytest.mark.browser
@pytest.mark.slow
def test_the_open_page_shows_faults_as_words_and_then_the_new_book(site):
    program = browser.chromium()
    seen, said = [1], iter(["", "row 2: <b>bad</b>", ""])

    async def make() -> str:
        fault = next(said)
        (site / "index.html").write_text(f"<body><p>Made from {len(seen)}.</p></body>")
        return fault

    async def asks(get, address):
        async with playwright.async_playwright() as started:
            opened = await started.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            page = await opened.new_page()
            await page.goto(address)
            await page.get_by_text("Made from 1.").wait_for()
            await until(lambda: get_made(get))
            seen.append(2)
            await page.get_by_text("row 2: <b>bad</b>").wait_for()
            shown = await page.get_by_text("Made from").inner_text()
            seen.append(3)
            await page.get_by_text("Made from 3.").wait_for()
            hidden = await page.get_by_role("status").count() == 0 or not await page.get_by_role("status").is_visible()
            await opened.close()
            return shown, hidden

    async def get_made(get):
        return json.loads((await get("/_preview/state")).body)["made"]

    shown, hidden = served(preview.Preview(site), asks, lambda: list(seen), make)
    assert shown == "Made from 1." and hidden


def test_what_a_command_said_is_the_fault_without_its_progress():
    told = []
    code = "print('  1 of 2: a page'); print('what is wrong'); raise SystemExit(2)"
    assert asyncio.run(preview.made_by([sys.executable, "-c", code], told.append)()) == "what is wrong"
    assert told == ["  1 of 2: a page", "what is wrong"]
    assert asyncio.run(preview.made_by([sys.executable, "-c", "print('all is well')"], told.append)()) == ""


def test_a_command_that_is_stopped_leaves_no_process_behind():
    told = []
    code = "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(child.pid, flush=True); time.sleep(60)"

    async def stopped():
        making = asyncio.create_task(preview.made_by([sys.executable, "-c", code], told.append)())
        while not told:
            await asyncio.sleep(0.05)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)

    asyncio.run(stopped())
    assert _is_gone(int(told[0]))


def _is_gone(process: int) -> bool:
    for _ in range(600):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_the_copy_follows_the_root(small_root, tmp_path, contents):
    place = tmp_path / "copy"
    (small_root / "CHANGELOG.md").write_text("One.")
    preview.copied(small_root, place)
    held = {name: held for name, held in contents(small_root / "data").items() if "/." not in name}
    assert contents(place / "data") == held and (place / "book").is_dir()
    (small_root / WORDS).write_text("## overview\nOther.\n")
    (small_root / "CHANGELOG.md").unlink()
    (small_root / "data" / YEAR / "~$property.csv").write_text("a lock of Excel")
    preview.copied(small_root, place)
    assert (place / WORDS).read_text() == "## overview\nOther.\n" and not (place / "CHANGELOG.md").exists()
    assert not (place / "data" / YEAR / "~$property.csv").exists()


def test_schemas_of_another_root_are_copied_and_watched(small_root, tmp_path):
    schemas = small_root / "data" / "schemas"
    schemas.rename(tmp_path / "elsewhere")
    schemas.symlink_to(tmp_path / "elsewhere")
    preview.copied(small_root, tmp_path / "copy")
    assert (tmp_path / "copy" / "data" / "schemas" / "property.yml").is_file()
    before = preview.stamps(small_root, tmp_path / "none")
    (tmp_path / "elsewhere" / "property.yml").write_text("changed")
    assert preview.stamps(small_root, tmp_path / "none") != before


@pytest.mark.parametrize("name", [WORDS, "_toc.yml", "CHANGELOG.md", "notebooks/04_cost.ipynb"])
def test_each_thing_that_the_book_is_made_of_is_watched(small_root, name):
    path = small_root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("before")
    before = preview.stamps(small_root, small_root / "notebooks")
    path.write_text("changed since")
    assert preview.stamps(small_root, small_root / "notebooks") != before


def test_what_is_made_is_not_watched(small_root):
    before = preview.stamps(small_root, small_root / "notebooks")
    (small_root / "book" / YEAR / "04_cost.ipynb").write_text("made again")
    (small_root / "data" / YEAR / ".property.csv.swp").write_text("an editor's")
    assert preview.stamps(small_root, small_root / "notebooks") == before


@pytest.fixture
def making(monkeypatch) -> list:
    """What the command would run and build, and nothing is."""
    asked = []
    monkeypatch.setattr(cli, "_run", lambda year: asked.append(year))
    monkeypatch.setattr(html, "build_html", lambda root, config: asked.append(root))
    return asked


def test_a_change_is_sealed_in_the_copy_alone(command, small_root, tmp_path, making):
    package = small_root / "data" / YEAR / "datapackage.yml"
    before, words = package.read_text(), small_root / WORDS
    words.write_text(words.read_text().replace("In {year} the trust", "The trust"))
    preview.copied(small_root, tmp_path / "copy")
    done = command(tmp_path / "copy", "preview", YEAR)
    assert done.code == 0, done.err
    assert making == [YEAR, tmp_path / "copy"] and package.read_text() == before
    assert (tmp_path / "copy" / "data" / YEAR / "datapackage.yml").read_text() != before


def test_data_with_a_fault_is_neither_sealed_nor_shown(command, small_root, making):
    (small_root / WORDS).write_text("## overview\nThere are {nothing} homes.\n")
    package = (small_root / "data" / YEAR / "datapackage.yml").read_text()
    done = command(small_root, "preview")
    assert done.code == 2 and "{nothing}" in done.err and making == []
    assert (small_root / "data" / YEAR / "datapackage.yml").read_text() == package


def test_pages_of_a_year_are_made_alone_only_where_the_others_are_there(command, small_root, making):
    (small_root / "book" / YEAR / "04_cost.ipynb").unlink()
    (small_root / "book" / YEAR).rmdir()
    assert command(small_root, "preview", YEAR).code == 0
    assert making == [None, YEAR, small_root]


def test_a_year_that_is_not_public_is_listed_in_the_copy(command, book, making):
    listing = book.root / "_toc.yml"
    listing.write_text("".join(line for line in listing.open() if "2032-33" not in line))
    assert "2032-33" not in listing.read_text()
    done = command(book.root, "preview", "2032-33")
    assert done.code == 0, done.err
    first = read_yaml(listing.read_text())["parts"][0]
    assert first == {"caption": "Contract year 2032-33, not public", "chapters": [{"file": "2032-33/13_property"}]}


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_the_command_serves_shows_a_fault_and_ends(small_root, sign, code):
    (small_root / WORDS).write_text("## overview\nThere are {nothing} homes.\n")
    program = "from ncthelpers.cli import main; import signal; signal.signal(signal.SIGINT, signal.default_int_handler); main()"
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", program, "--root", small_root, "serve", YEAR, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    try:
        address = server.stdout.readline().strip()
        for _ in range(400):
            state = json.load(urllib.request.urlopen(f"{address}_preview/state", timeout=30))
            if state["fault"]:
                break
            time.sleep(0.05)
        assert "{nothing}" in state["fault"] and state["made"] == 0
        server.send_signal(sign)
        _, said = server.communicate(timeout=30)
    finally:
        server.kill()
    assert server.returncode == code, said
    assert "{nothing}" in said and "Traceback" not in said and "not public" not in said


@pytest.mark.parametrize(
    ("arguments", "said"), [(["2030-31"], "there is no data/2030-31"), (["2031"], "contract year")]
)
def test_a_year_that_is_not_there_is_refused(command, small_root, arguments, said):
    done = command(small_root, "serve", *arguments)
    assert done.code == 2 and said in done.err
