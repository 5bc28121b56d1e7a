"""Which pages are out of date: exactly those that a change reaches, each with the reason in words, until they are made again."""

import json
import shutil
from datetime import date
from functools import partial

import pytest
import yaml

from ncthelpers import cli, signoff
from ncthelpers.faults import DataFaults
from ncthelpers.load import open_year, open_years
from ncthelpers.publish import manifest, pages, plan, staleness
from ncthelpers.yaml_files import read_yaml

YEAR, NEXT_YEAR = "2031-32", "2032-33"
COST, FUNDING, PROPERTY = f"{YEAR}/04_cost", f"{YEAR}/12_funding", f"{YEAR}/13_property"
NEXT, COMPARED = f"{NEXT_YEAR}/13_property", "comparison/01_property"
EVERY = [COST, FUNDING, PROPERTY, NEXT, COMPARED]


def sealed(file, old, new):
    """Change one piece of text in the data, and its checksums with it."""

    def change(book):
        book.change(file, old, new)
        book.seal()

    return change


def template(name, *cells):
    return lambda book: book.template(name, *cells)


def in_template(name, old, new):
    def change(book):
        path = book.repository / "notebooks" / f"{name}.ipynb"
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    return change


def edited(*pages_edited):
    """Edit published files by hand, as an editor that writes them anew does."""

    def change(book):
        for name in pages_edited:
            path = book.root / "book" / name
            path.write_text(path.read_text("utf-8").replace("{", "{ ", 1), "utf-8")

    return change


def without(*names):
    def change(book):
        for name in names:
            (book.root / name).unlink()

    return change


def another_table(book):
    text = "council,year,gap,status,source\nEAST,2033-34,10.5,estimate,news_1\nWEST,2033-34,1,estimate,news_1\n"
    (book.root / "data" / NEXT_YEAR / "budget_gaps.csv").write_text(text, "utf-8")
    book.seal()


def not_reported(book):
    """A table goes, and the contract says why."""
    (book.root / "data" / YEAR / "approvals.csv").unlink()
    book.change(f"data/{YEAR}/contract.yml", "{conflicts:", "{approvals: None was given., conflicts:")
    book.seal()


def tampered(**held):
    """A page whose parts were changed, in a folder whose manifest was written for it."""

    def change(book):
        path = book.root / "book" / f"{FUNDING}.ipynb"
        page = json.loads(path.read_text("utf-8"))
        page["metadata"]["ncthelpers"] |= held
        path.write_text(json.dumps(page), "utf-8")
        manifest.write(book.root, YEAR, {})

    return change


def one_year_fewer(book):
    toc = (book.root / "_toc.yml").read_text("utf-8")
    (book.root / "_toc.yml").write_text(toc.replace(f"  - file: {NEXT}\n", ""), "utf-8")


def of(*changed, pages):
    return dict.fromkeys(pages, changed)


PACKAGE = f"data/{YEAR}/datapackage.yml"
NOT_SAID = ("nothing says what it was made of",)
CASES = {
    "nothing": (lambda book: None, {}),
    # data
    "a table": (sealed(f"data/{YEAR}/budget_gaps.csv", "10.5", "10.6"), of(f"data/{YEAR}/budget_gaps.csv changed", pages=[FUNDING])),
    "a table that two pages read": (sealed(f"data/{YEAR}/property.csv", "EAST,4", "EAST,6"), of(f"data/{YEAR}/property.csv changed", pages=[PROPERTY, COMPARED])),
    "a table that no page reads": (sealed(f"data/{YEAR}/dependencies.csv", "are cold", "are colder"), {}),
    "commentary": (sealed(f"data/{YEAR}/commentary/04_cost.md", "Its board met", "The board met"), of(f"data/{YEAR}/commentary/04_cost.md changed", pages=[COST])),
    "a table that commentary takes a figure from": (sealed(f"data/{YEAR}/events.csv", "2031-06-01,,1 June", "2031-06-02,,1 June"), of(f"data/{YEAR}/events.csv changed", pages=[COST])),
    "a table of the reference that no page reads": (sealed("data/reference/glossary.csv", "A measure", "One measure"), {}),
    "a table of the reference": (sealed("data/reference/publications.csv", "Evening News,official", "Morning News,official"), of("data/reference/publications.csv changed", pages=EVERY)),
    "a schema": (lambda book: _schema(book, "budget_gaps"), of("data/schemas/budget_gaps.yml changed", pages=[FUNDING])),
    "a schema that no page uses": (lambda book: _schema(book, "approvals"), {}),
    "the contract": (sealed(f"data/{NEXT_YEAR}/contract.yml", 'value: "1"', 'value: "2"'), of(f"data/{NEXT_YEAR}/contract.yml changed", pages=[NEXT, COMPARED])),
    "the title of a document": (lambda book: book.change(PACKAGE, "title: Invented report", "title: Another report"), of(f"{PACKAGE} changed", pages=[COST, FUNDING, PROPERTY, COMPARED])),
    "line ends": (lambda book: _line_ends(book.root / "data"), {}),
    "what a program leaves beside a file": (lambda book: (book.root / "data" / NEXT_YEAR / "~$property.csv").write_text(""), {}),
    "a table that a year did not have": (another_table, {
        f"{NEXT_YEAR}/12_funding": ("it has not been made",),
        NEXT: (f"data/{NEXT_YEAR} changed", f"data/{NEXT_YEAR}/datapackage.yml changed"),
        COMPARED: (f"data/{NEXT_YEAR} changed", f"data/{NEXT_YEAR}/datapackage.yml changed")}),
    "a table that is no longer reported": (not_reported, of(f"data/{YEAR}/contract.yml changed", f"{PACKAGE} changed", pages=[COST, FUNDING, PROPERTY, COMPARED])),
    # templates
    "code": (in_template("12_funding", "charts.gaps(review)", "charts.gaps(review) "), of("code of the template changed", pages=[FUNDING])),
    "words": (in_template("04_cost", "## As printed", "## In print"), of("words of the template changed", pages=[COST])),
    "words of two years' page": (in_template("13_property", "# Property", "# Buildings"), of("words of the template changed", pages=[PROPERTY, NEXT])),
    "words and code": (template("04_cost", "# Costs, {contract_year}", 'tables.show(review, "service_costs")'), of("code of the template changed", "words of the template changed", pages=[COST])),
    "an output saved in a template": (in_template("12_funding", '"execution_count": null,\n   "id": "cell-01"', '"execution_count": 7,\n   "id": "cell-01"'), {}),
    "a new template": (template("14_new", "# New", 'tables.show(review, "approvals")'), of("it has not been made", pages=[f"{YEAR}/14_new"])),
    "the years compared": (one_year_fewer, of("words of the template changed", "notices changed", "parameters changed", pages=[COMPARED])),
    # notices
    "a sign-off": (lambda book: _signed_off(book), of("notices changed", pages=[COST, FUNDING, PROPERTY, COMPARED])),
    "that the trust is invented": (lambda book: _invented(book), {
        **of("notices changed", f"data/{YEAR}/contract.yml changed", pages=[COST, FUNDING, PROPERTY]),
        NEXT: ("notices changed", f"data/{NEXT_YEAR}/contract.yml changed"),
        COMPARED: ("notices changed", f"data/{YEAR}/contract.yml changed", f"data/{NEXT_YEAR}/contract.yml changed")}),
    # what pages are made with
    "the lock": (lambda book: (book.repository / "requirements.lock").write_text("invented==2\n"), of("requirements.lock changed", pages=EVERY)),
    "no lock": (lambda book: (book.repository / "requirements.lock").unlink(), of("requirements.lock is gone", pages=EVERY)),
    # the book itself
    "a page edited": (edited(f"{FUNDING}.ipynb"), of(f"book/{FUNDING}.ipynb changed after it was made", pages=[FUNDING])),
    "figures edited": (edited(f"{FUNDING}.json"), of(f"book/{FUNDING}.json changed after it was made", pages=[FUNDING])),
    "both edited": (edited(f"{COMPARED}.ipynb", f"{COMPARED}.json"), of(f"book/{COMPARED}.ipynb and book/{COMPARED}.json changed after it was made", pages=[COMPARED])),
    "a page gone": (without(f"book/{NEXT}.ipynb"), of("it has not been made", pages=[NEXT])),
    "figures gone": (without(f"book/{NEXT}.json"), of("it has not been made", pages=[NEXT])),
    "a page that is not one": (lambda book: _not_a_page(book, "[]"), of(*NOT_SAID, pages=[FUNDING])),
    "a page that is no JSON": (lambda book: _not_a_page(book, "<p>"), of(*NOT_SAID, pages=[FUNDING])),
    "parts tampered with": (tampered(parts={f"data/{YEAR}/budget_gaps.csv": "0"}), of(*NOT_SAID, pages=[FUNDING])),
    "key tampered with": (tampered(key="0"), of(*NOT_SAID, pages=[FUNDING])),
    "parts gone": (tampered(parts={}), of(*NOT_SAID, pages=[FUNDING])),
    "a manifest gone": (without(f"book/{NEXT_YEAR}/manifest.json"), of(*NOT_SAID, pages=[NEXT])),
    "a folder gone": (lambda book: shutil.rmtree(book.root / "book" / "comparison"), of("it has not been made", pages=[COMPARED])),
}  # fmt: skip


def _schema(book, name):
    path = book.root / "data" / "schemas" / f"{name}.yml"
    path.write_text(path.read_text("utf-8") + "# A remark.\n", "utf-8")


def _signed_off(book):
    path = book.root / PACKAGE
    signed = signoff.signed(read_yaml(path.read_text("utf-8")), "Director", date(2032, 8, 10))
    path.write_text(yaml.safe_dump(signed, sort_keys=False, allow_unicode=True, width=110), "utf-8")


def _invented(book):
    for year in (YEAR, NEXT_YEAR):
        path = book.root / "data" / year / "contract.yml"
        path.write_text(f"invented: true\n{path.read_text('utf-8')}", "utf-8")
    book.seal()


def _line_ends(folder):
    for path in folder.rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _not_a_page(book, text):
    (book.root / "book" / f"{FUNDING}.ipynb").write_text(text, "utf-8")
    manifest.write(book.root, YEAR, {})


def _in_words(stale):
    only = {"words of the template changed", "notices changed"}
    return [f"{page}: {'; '.join(reasons)} ({'only its words are written again' if set(reasons) <= only else 'it would be run'})"
            for page, reasons in stale.items()]  # fmt: skip


@pytest.fixture
def explained(command, monkeypatch):
    """What ``explain`` prints of every folder of a small book."""

    def lines(book):
        monkeypatch.setattr(cli, "REPOSITORY", book.repository)
        return [
            line
            for folder in (YEAR, NEXT_YEAR, "comparison")
            for line in command(book.root, "explain", folder).out.splitlines()
        ]

    return lines


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_a_change_makes_the_pages_stale_that_it_reaches_and_no_other_until_they_are_made(book, explained, case):
    change, expected = case
    change(book)
    years = book.years if f"- file: {NEXT}" in (book.root / "_toc.yml").read_text("utf-8") else book.years[:1]
    before = book.pages()
    stale = book.stale(*years)
    assert stale == expected
    if years == book.years:
        assert explained(book) == _in_words(expected), "and so it is said"
    assert book.pages() == before, "to ask changes nothing"

    done = book.run(*years)
    assert {page.page for page in done.ended} == {
        page
        for page, reasons in expected.items()
        if not set(reasons) <= {"words of the template changed", "notices changed"}
    }  # and nothing else was run
    assert book.stale(*years) == {}
    assert book.current(*years) == {*map(str, years), "comparison", "about"}
    after = book.pages()
    untouched = {page for page in EVERY if page not in expected}
    assert {name: after[name] for name in after if name.partition(".")[0] in untouched} == {
        name: before[name] for name in before if name.partition(".")[0] in untouched
    }
    changed = {page.partition(".")[0] for folder in done.changed for page in done.changed[folder]}
    assert changed <= {page.partition("/")[2] for page in expected}


@pytest.mark.parametrize(
    ("module", "stale"),
    [("rounding.py", EVERY), ("results.yml", EVERY), ("publish/companion.py", EVERY), ("charts/review.py", [FUNDING]), ("trace.py", []), ("cli/__init__.py", [])],
)  # fmt: skip
def test_a_module_makes_the_pages_stale_that_use_it(book, tmp_path, monkeypatch, module, stale):
    copy = shutil.copytree(staleness.PACKAGE, tmp_path / "src" / "ncthelpers")
    monkeypatch.setattr(staleness, "fixed_parts", partial(staleness.fixed_parts, package=copy))
    assert book.stale() == {}
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write("# A remark.\n")
    assert book.stale() == of(f"src/ncthelpers/{module} changed", pages=stale)


def test_another_python_makes_every_page_stale(book, monkeypatch):
    monkeypatch.setattr(staleness, "python_version", lambda: "3.99")
    assert {reason for reasons in book.stale().values() for reason in reasons} == {
        f"Python changed from {_parts(book)['Python']} to 3.99"
    }
    assert list(book.stale()) == EVERY


def _parts(book):
    return staleness.parts_of(json.loads((book.root / "book" / f"{COST}.ipynb").read_text("utf-8")))


def test_checksums_alone_make_no_page_stale(book):
    """They do not hold then, which a run says before anything is published."""
    path = book.root / PACKAGE
    path.write_text(path.read_text("utf-8").replace("sha256: ", "sha256: 0"), "utf-8")
    assert book.stale() == {}
    with pytest.raises(DataFaults, match="sealed"):
        book.run()


def test_several_changes_are_all_told_and_words_alone_are_not_run(book):
    book.change(f"data/{YEAR}/budget_gaps.csv", "10.5", "10.6")
    (book.repository / "requirements.lock").write_text("invented==2\n")
    in_template("12_funding", "# Funding", "# Grants")(book)
    in_template("04_cost", "## As printed", "## In print")(book)
    book.seal()
    assert book.stale()[FUNDING] == (
        "words of the template changed", "requirements.lock changed", f"data/{YEAR}/budget_gaps.csv changed",
    )  # fmt: skip
    [folder] = [folder for folder in book.planned() if folder.name == YEAR]
    assert [page.name for page in folder.pages if page.words_only] == []


def test_a_page_without_a_template_would_go(book, explained):
    (book.repository / "notebooks" / "12_funding.ipynb").unlink()
    assert explained(book) == [f"{FUNDING}: it is no longer made (it would go)"]
    assert book.run().changed[YEAR] == ("12_funding.ipynb",)
    assert not [path for path in (book.root / "book" / YEAR).iterdir() if path.name.startswith("12_")]
    assert explained(book) == []


# What a plan refuses


def test_a_folder_without_templates_is_refused(book):
    shutil.rmtree(book.repository / "notebooks" / "comparison")
    with pytest.raises(pages.TemplateError, match="holds no template"):
        book.stale()


def test_a_template_with_another_parameter_is_refused(book):
    in_template("12_funding", "\"contract_year = ''\\n\"", "\"contract_year = council = ''\\n\"")(book)
    with pytest.raises(pages.TemplateError, match="12_funding.ipynb takes the parameters contract_year, council, root"):
        book.run()


def test_a_year_that_has_data_for_no_template_is_refused(book):
    for path in (book.repository / "notebooks").glob("*.ipynb"):
        path.unlink()
    book.template("12_funding", "# Funding", 'tables.show(review, "budget_gaps")')
    year = open_year(book.root, NEXT_YEAR)
    with pytest.raises(pages.TemplateError, match=f"{NEXT_YEAR} has data for none of the templates"):
        plan.of_year(book.root, book.repository / "notebooks", year, str)


# What a page is given


def test_a_page_is_given_its_year_or_the_years_that_it_compares(book):
    years = open_years(book.root, [NEXT_YEAR, YEAR])
    of_year = plan.of_year(book.root, book.repository / "notebooks", years.newest, str)
    compared = plan.of_comparison(book.root, book.repository / "notebooks", years, str)
    assert (of_year.name, of_year.years, of_year.parameters) == (NEXT_YEAR, (NEXT_YEAR,), {"contract_year": NEXT_YEAR})
    assert (compared.name, compared.years) == ("comparison", (YEAR, NEXT_YEAR))
    assert compared.parameters == {"contract_years": [YEAR, NEXT_YEAR]}
    assert of_year.pages[0].template["cells"][0]["source"] == f"# Property, {NEXT_YEAR}"
    assert compared.pages[0].template["cells"][0]["source"] == f"# Property, {YEAR} to {NEXT_YEAR}"


def test_the_claims_of_a_year_stand_beside_its_pages_where_it_has_any(book):
    assert list(plan.beside(open_year(book.root, YEAR))) == ["claims.json"]
    assert plan.beside(open_year(book.root, NEXT_YEAR)) == {}


def test_a_page_that_says_that_nothing_is_entered_yet_is_out_of_date_once_there_is_a_row(new_book):
    gaps = new_book.root / "data" / YEAR / "budget_gaps.csv"
    rows, contract = gaps.read_text("utf-8"), new_book.root / "data" / YEAR / "contract.yml"
    gaps.write_text(rows.partition("\n")[0] + "\n", "utf-8")
    contract.write_text(contract.read_text("utf-8") + "to_enter: [budget_gaps]\n", "utf-8")
    new_book.template("14_both", "# Both", 'tables.show(review, "property")', 'tables.show(review, "budget_gaps")')
    new_book.seal()
    new_book.run()
    page = (new_book.root / "book" / YEAR / "14_both.ipynb").read_text("utf-8")
    assert "Not reported: nothing has been entered yet" in page
    assert not (new_book.root / "book" / FUNDING).with_suffix(".ipynb").exists()
    assert new_book.stale() == {}
    gaps.write_text(rows, "utf-8")
    new_book.seal()
    assert new_book.stale() == {
        FUNDING: ("it has not been made",), f"{YEAR}/14_both": (f"data/{YEAR}/budget_gaps.csv changed",),
    }  # fmt: skip
