"""``ncthelpers export``: all files of a year or none, over nobody's work, and no name where Git could take it up."""

import shutil

import docx
import pytest

from ncthelpers import cli
from ncthelpers.export import opendata, pdf, spreadsheet, whole_report, word
from ncthelpers.publish import checksums

REVIEW, PUBLIC = "2021-22", "2024-25"


@pytest.fixture
def exporting(monkeypatch):
    """The pages are as they are, and the files of spreadsheets and open data hold little."""
    monkeypatch.setattr(cli, "_run", lambda year, *_: None)
    monkeypatch.setattr(spreadsheet, "write", lambda data, path, *_: path.write_bytes(b"xlsx"))
    monkeypatch.setattr(opendata, "write_zip", lambda root, data, path: path.write_bytes(b"zip"))


@pytest.fixture
def quick(exporting, monkeypatch):
    """The same, and reports are not written out either; of the whole one, none of the pages are read."""
    monkeypatch.setattr(whole_report, "pages_of", lambda root, data: [])
    monkeypatch.setattr(word, "word", lambda report: report.title.encode())
    monkeypatch.setattr(pdf, "pdf", lambda report: report.title.encode())


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def refused(command, root, out, *arguments):
    """What a refusal says; it leaves no file behind."""
    beside = files(out.parent)
    done = command(root, "export", *arguments, "--out", str(out))
    assert (done.code, done.out) == (2, "") and files(out.parent) == beside
    return done.err


def test_a_reviewed_year_has_two_reports_in_two_forms_a_spreadsheet_and_open_data(repository, command, quick, tmp_path):
    out = tmp_path / "new" / "committee"
    done = command(repository, "export", REVIEW, "--out", str(out))
    assert done.code == 0 and "2021-22_cover_report.docx" in done.err
    names = [f"{REVIEW}_{name}" for name in ("annual_review.docx", "annual_review.pdf", "cover_report.docx", "cover_report.pdf",
                                             "open_data.zip", "tables.xlsx")]  # fmt: skip
    assert files(out) == [*names, checksums.LIST] and files(out.parent) == ["committee"]


def test_a_year_of_public_data_has_one_report_named_for_what_it_is(repository, command, exporting, tmp_path):
    out = tmp_path / "out"
    out.mkdir()  # an empty folder may be there
    assert command(repository, "export", PUBLIC, "--out", str(out)).code == 0
    assert files(out) == [
        *(f"{PUBLIC}_{name}" for name in ("open_data.zip", "public_data.docx", "public_data.pdf", "tables.xlsx")),
        checksums.LIST,
    ]
    assert command(repository, "verify", "--manifest", str(out / checksums.LIST)).code == 0
    assert docx.Document(out / f"{PUBLIC}_public_data.docx").core_properties.title.startswith(
        "Public data about 2024-25"
    )


def test_what_is_there_already_is_not_written_over(repository, command, quick, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.docx").write_text("mine")
    assert "is there already" in refused(command, repository, out, REVIEW)
    assert (out / "mine.docx").read_text() == "mine"
    assert "is there already" in refused(command, repository, out / "mine.docx", REVIEW)


@pytest.mark.parametrize("year", ["1999-00", "2021", "soon"])
def test_a_year_that_is_none_or_is_not_there(repository, command, quick, tmp_path, year):
    assert year in refused(command, repository, tmp_path / "out", year)


def test_where_one_file_fails_none_is_left(repository, command, quick, monkeypatch, tmp_path):
    def fails(*_):
        raise OSError(28, "No space left on device", "disk")

    monkeypatch.setattr(opendata, "write_zip", fails)
    out = tmp_path / "out"
    out.mkdir()
    assert "No space left" in refused(command, repository, out, PUBLIC)
    assert files(out) == []


# Names


@pytest.mark.parametrize(("name", "text"), [
    ("names.yml", "Section 151 officer: A. N. Other\n"), ("names.csv", "role,name\nSection 151 officer,A. N. Other\n")])  # fmt: skip
def test_names_are_merged_into_the_cover_report_alone(repository, command, quick, monkeypatch, tmp_path, name, text):
    given, seen = tmp_path / name, {}
    given.write_text(text)

    def kept(report):
        seen[report.title] = repr(report.blocks)
        return b""

    monkeypatch.setattr(word, "word", kept)
    monkeypatch.setattr(pdf, "pdf", lambda report: b"")
    assert command(repository, "export", REVIEW, "--out", str(tmp_path / "out"), "--names", str(given)).code == 0
    assert {title: "A. N. Other" in said for title, said in seen.items()} == {
        "Annual Report of Northamptonshire Children's Trust": True, "Annual review, 2021-22": False}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [
    ("Mayor: A. N. Other", "no such role in the approvals of 2021-22: Mayor"),
    ("Section 151 officer: [a, b]", "must give a name, as text, for each role"),
    ("- A. N. Other", "must give a name, as text, for each role"),
    ("a: b: c", "cannot be read as names by role"),
    ("\udcff", "cannot be read as names by role"),
])  # fmt: skip
def test_names_that_cannot_be_used(repository, command, quick, tmp_path, text, says):
    given = tmp_path / "names.yml"
    given.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert says in refused(command, repository, tmp_path / "out", REVIEW, "--names", str(given))


def test_names_of_another_shape_or_none_at_all(repository, command, quick, tmp_path):
    given = tmp_path / "names.csv"
    given.write_text("who,what\nA. N. Other,x\n")
    assert "cannot be read as names by role" in refused(
        command, repository, tmp_path / "out", REVIEW, "--names", str(given)
    )
    missing = str(tmp_path / "missing.yml")
    assert "missing.yml" in refused(command, repository, tmp_path / "out", REVIEW, "--names", missing)


def test_no_name_stands_where_git_could_take_it_up(repository, command, quick, tmp_path):
    given, tree = tmp_path / "names.yml", tmp_path / "tree"
    given.write_text("Section 151 officer: A. N. Other\n")
    (tree / ".git").mkdir(parents=True)
    assert "is a Git work tree" in refused(command, repository, tree / "out", REVIEW, "--names", str(given))
    shutil.copy(given, tree)
    assert "is a Git work tree" in refused(
        command, repository, tmp_path / "out", REVIEW, "--names", str(tree / "names.yml")
    )


def test_a_year_without_a_cover_report_takes_no_names(repository, command, quick, tmp_path):
    given = tmp_path / "names.yml"
    given.write_text("Section 151 officer: A. N. Other\n")
    assert "has no cover report" in refused(command, repository, tmp_path / "out", PUBLIC, "--names", str(given))
