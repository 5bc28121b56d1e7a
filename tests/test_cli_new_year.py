"""``ncthelpers new-year``: a folder without a fault, whole or not at all, and what to do next."""

import json
import shutil

import pytest
import yaml

from ncthelpers.cli.new_year import years_held
from ncthelpers.contract import NOT_ENTERED
from ncthelpers.faults import DataFaults
from ncthelpers.load import load_year
from ncthelpers.years import ContractYear

LAST, NEXT = "2031-32", "2032-33"


def tree(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != "run.lock"
    }


def refused(command, root, *arguments):
    """What a refusal says; it changes no file and leaves none behind."""
    before = tree(root)
    done = command(root, "new-year", *arguments)
    assert (done.code, done.out) == (2, "") and tree(root) == before
    assert not list((root / "data").glob(".new*"))
    return done.err


def test_the_folder_is_made_has_no_fault_and_nothing_else_is_touched(small_root, command):
    before = tree(small_root)
    done = command(small_root, "new-year", NEXT)
    assert (done.code, done.err) == (0, "")
    after = tree(small_root)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[1] for name in set(after) - set(before)} == {NEXT}
    assert command(small_root, "check", NEXT).code == 0
    data = load_year(small_root, NEXT)
    assert data.contract["not_reported"]["service_costs"] == NOT_ENTERED
    assert len(data["dependencies"]) == 2 and "dependencies" not in data.contract["not_reported"]


def test_it_says_what_was_carried_over_and_what_to_do_next_in_order(small_root, command):
    said = command(small_root, "new-year", NEXT).out
    assert f"data/{NEXT} is made from {LAST} and has no fault." in said
    assert "Carried over, to be confirmed: dependencies (2)." in said
    assert "bank_holidays.csv" in said  # this root has none
    steps = [line.strip() for line in said.partition("What to do next:\n")[2].splitlines()]
    assert [step.partition(".")[0] for step in steps if step[:1].isdigit()] == [str(number) for number in range(1, 9)]
    wanted = ["contract.yml", "workbook", "import", "commentary", "check", "run", "sign-off", "_toc.yml"]
    places = [said.index(f" {word}" if word in {"check", "run"} else word, said.index("next:")) for word in wanted]
    assert places == sorted(places)


def test_the_lines_for_the_table_of_contents_are_of_the_pages_there_are(small_root, command):
    said = json.loads(command(small_root, "new-year", NEXT, "--json").out)
    [part] = yaml.safe_load("\n".join(said["toc"]))
    [chapter] = part["chapters"]
    assert part["caption"] == f"Contract year {NEXT}"
    listed = [chapter["file"], *(section["file"] for section in chapter["sections"])]
    assert listed == [f"{NEXT}/{page}" for page in said["pages"]] and f"{NEXT}/03_dependencies" in listed
    assert said["carried_rows"] == {"dependencies": 2} and said["holidays_cover_review"] is False
    assert "service_costs" in said["to_enter"] and "dependencies" not in said["to_enter"]


def test_the_stubs_are_of_what_pages_show_and_of_what_last_year_wrote(small_root, command, repository):
    command(small_root, "new-year", NEXT)
    stubs = {path.stem: path.read_text("utf-8") for path in (small_root / "data" / NEXT / "commentary").glob("*.md")}
    assert {"00_summary", "04_cost", "17_cover_report"} <= set(stubs)
    assert stubs["04_cost"] == "---\nowner: AIT\n---\n## overview\n\n## bridges\n\n## placements\n"


@pytest.mark.parametrize("asked", [(), ("--from", LAST)])
def test_it_is_made_of_the_newest_year_before_it_or_of_the_one_asked_for(small_root, command, asked):
    for wanted in ("2035-36", "2033-34"):  # the second has a later one beside it
        said = json.loads(command(small_root, "new-year", wanted, *asked, "--json").out)
        assert said["from"] == LAST
    said = json.loads(command(small_root, "new-year", "2034-35", *asked, "--json").out)
    assert said["from"] == (LAST if asked else "2033-34")


@pytest.mark.parametrize("there", ["full", "empty", "file", "link to nothing"])
def test_what_is_there_is_never_overwritten(small_root, command, there):
    place = small_root / "data" / NEXT
    if there == "file":
        place.write_text("mine")
    elif there == "link to nothing":
        place.symlink_to(small_root / "gone")
    else:
        place.mkdir()
    if there == "full":
        (place / "notes.txt").write_text("mine")
    assert f"data/{NEXT} is there already" in refused(command, small_root, NEXT)


def test_a_faulty_year_is_no_beginning_and_every_fault_is_listed(small_root, command):
    costs = small_root / "data" / LAST / "service_costs.csv"
    costs.write_text(costs.read_text().replace("1500", "lots").replace("700,600", "700,few"))
    said = refused(command, small_root, NEXT)
    assert "lots" in said and "few" in said


def test_without_an_earlier_year_it_says_how_to_begin(small_root, command):
    assert "examples/inventshire" in refused(command, small_root, "2030-31")
    shutil.rmtree(small_root / "data")
    assert "examples/inventshire" in refused(command, small_root, NEXT)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("2032",), "is not a contract year"),
        ((NEXT, "--from", "2031"), "is not a contract year"),
        ((NEXT, "--from", "2029-30"), "is missing"),
        (("2030-31", "--from", LAST), "is not later"),
    ],
)
def test_bad_input_is_refused_with_one_message(small_root, command, arguments, said):
    assert said in refused(command, small_root, *arguments)


def test_what_would_have_a_fault_is_not_put_in_its_place(small_root, command, monkeypatch):
    from ncthelpers import newyear

    files = newyear.new_year

    def broken(*arguments):
        made = files(*arguments)
        return {**made, "events.csv": made["events.csv"] + "x\n", "figures.csv": "figure\n"}

    monkeypatch.setattr(newyear, "new_year", broken)
    said = refused(command, small_root, NEXT)
    assert f"data/{NEXT}/events.csv" in said and f"data/{NEXT}/figures.csv" in said


def test_a_year_that_came_meanwhile_is_not_overwritten(small_root, command, monkeypatch):
    from ncthelpers import load

    sealed, place = load.seal_year, small_root / "data" / NEXT

    def meanwhile(*arguments):
        sealed(*arguments)
        place.mkdir(exist_ok=True)
        (place / "notes.txt").write_text("mine")

    monkeypatch.setattr(load, "seal_year", meanwhile)
    done = command(small_root, "new-year", NEXT)
    assert done.code == 2 and "is there already" in done.err
    assert {name for name in tree(small_root) if NEXT in name} == {f"data/{NEXT}/notes.txt"}


def test_years_held_are_folders_named_like_one(tmp_path):
    for name in ("2030-31", "2029-30", "2031-33", "reference", "2031"):
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data" / "2028-29").write_text("a file")
    assert years_held(tmp_path) == [ContractYear("2029-30"), ContractYear("2030-31")]


def test_a_table_that_gets_rows_is_reported_and_its_name_means_nothing(small_root, command):
    command(small_root, "new-year", NEXT)
    path = small_root / "data" / NEXT / "property.csv"
    path.write_text(path.read_text() + "EAST,4,Agreed.,report:1/1\n")
    with pytest.raises(DataFaults) as found:
        load_year(small_root, NEXT)
    assert any(fault.value == "WEST" and "has no row" in fault.rule for fault in found.value.faults)
    path.write_text(path.read_text() + "WEST,5,Agreed.,report:1/1\n")
    paragraphs = small_root / "data" / NEXT / "paragraphs.csv"
    paragraphs.write_text(paragraphs.read_text() + "report:1/1,report,1,paragraph,2,bbbbbbbbbbbb,\n")
    assert command(small_root, "seal", NEXT).code == 0
    data = load_year(small_root, NEXT)
    assert len(data["property"]) == 2 and "property" not in data.contract["not_reported"]
    assert "property" in data.contract["to_enter"]


@pytest.mark.parametrize("asked", [("2025-26",), ("2026-27", "--from", "2023-24")])
def test_the_invented_trust_has_a_new_year_without_a_fault(repository, tmp_path, command, asked):
    root = tmp_path / "inventshire"
    shutil.copytree(repository / "examples" / "inventshire", root, ignore=shutil.ignore_patterns("book", "_build"))
    said = json.loads(command(root, "new-year", *asked, "--json").out)
    assert command(root, "check", asked[0]).code == 0
    assert {"01_purpose", "02_kpis", "18_public_data", "23_missing"} <= set(said["pages"])


def test_the_newest_public_year_has_a_next_one_without_a_fault(root, command):
    said = json.loads(command(root, "new-year", "2025-26", "--json").out)
    assert (said["from"], list(said["carried_rows"])) == ("2024-25", ["carried_actions"])
    assert command(root, "check", "2025-26").code == 0
    assert said["pages"] == ["18_public_data", "23_missing"]


def test_a_new_year_runs_at_once_and_says_what_is_not_there_and_what_is_to_be_confirmed(new_book, command):
    new_book.template(
        "18_terms", "# Terms", 'narrative.words(review, "18_terms")', 'tables.show(review, "contract_terms")',
        'tables.show(review, "service_costs")',
    )  # fmt: skip
    assert command(new_book.root, "new-year", "2033-34").code == 0
    new_book.run(ContractYear("2033-34"))
    pages = {path.name: path.read_text("utf-8") for path in (new_book.root / "book" / "2033-34").glob("*.ipynb")}
    assert list(pages) == ["18_terms.ipynb"]
    assert "Carried over from an earlier year, to be confirmed: contract row 1" in pages["18_terms.ipynb"]
    assert "Not reported: nothing has been entered yet" in pages["18_terms.ipynb"]
    assert "No commentary has been written on this for 2033-34" in pages["18_terms.ipynb"]
