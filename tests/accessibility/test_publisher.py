"""Who publishes the book: blank is not given, and whatever is given is held to its form, every fault at once."""

from datetime import date

import pytest

from ncthelpers.accessibility.publisher import (
    FILE,
    KnownFault,
    Publisher,
    Trial,
    publisher_faults,
    publisher_of,
    read_publisher,
)
from ncthelpers.faults import DataFaults
from ncthelpers.yaml_files import read_yaml

WHOLE = """body: East Invented Council
website: https://example.org/review
email: web@example.org
telephone: 01632 960001
post: "East Invented Council, Invented Street"
formats: [braille, large print]
reply_days: 10
prepared: 2031-05-01
reviewed: 2031-06-01
screen_reader: {with: An invented reader, on: 2031-04-01, by: the web team}
people: {with: five readers, on: 2031-04-02, by: a charity}
assessment: {by: the web team, on: 2031-04-03, meets: most}
faults:
  - {what: A chart is small., criterion: 1.4.4 Resize text, mended: by July}
"""


def test_what_is_given_is_read_whole():
    found = publisher_of(read_yaml(WHOLE))
    assert (found.body, found.reply_days, found.formats) == ("East Invented Council", 10, ("braille", "large print"))
    assert found.screen_reader == Trial("An invented reader", date(2031, 4, 1), "the web team")
    assert found.faults == (KnownFault("A chart is small.", "1.4.4 Resize text", "by July"),)
    assert found.assessment.meets == "most" and found.lacks == ()


@pytest.mark.parametrize("text", ["", "# nothing\n", "body:\nfaults: []\n", "body: ' '\nscreen_reader:\nformats: []\n"])
def test_what_is_blank_is_not_given(tmp_path, text):
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_text(text, "utf-8")
    assert read_publisher(tmp_path) == Publisher()


def test_of_a_root_without_the_file_nothing_is_known(tmp_path):
    assert read_publisher(tmp_path) == Publisher()
    assert Publisher().lacks == ("body", "email", "telephone", "post", "formats", "reply_days", "prepared", "reviewed")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("body: East Invented Council", "body: [East]", "column body: \"['East']\" is not text"),
        ("https://example.org/review", "example.org", "column website: 'example.org' is not a web address"),
        ("web@example.org", "a@b@c.org", "column email: 'a@b@c.org' is not an e-mail address"),
        ("web@example.org", "web@example.org)[x](y", "is not an e-mail address"),
        ("01632 960001", "ask at the desk", "column telephone: 'ask at the desk' is not a telephone number"),
        ("01632 960001", "1632960001", "column telephone: '1632960001' is not a telephone number"),
        ("[braille, large print]", "braille", "column formats: 'braille' must be a list of texts"),
        ("reply_days: 10", "reply_days: ten", "column reply_days: 'ten' is not a whole number of one or more"),
        ("reply_days: 10", "reply_days: 0", "column reply_days: '0' is not a whole number of one or more"),
        ("reply_days: 10", "reply_days: true", "column reply_days: 'True' is not a whole number of one or more"),
        ("prepared: 2031-05-01", "prepared: May", "column prepared: 'May' is not a date such as 1999-12-31"),
        ("reviewed: 2031-06-01", "reviewed: 2031-04-30",
         "column reviewed: '2031-04-30' is before the statement was prepared, 2031-05-01"),
        ("on: 2031-04-01, ", "", "column screen_reader on: is missing"),
        ("{with: five readers, on: 2031-04-02, by: a charity}", "yes", "column people: 'yes' must give with, on, by"),
        ("by: a charity", "by: a charity, for: us", "column people for: is not a known entry"),
        ("meets: most", "meets: nearly all", "column assessment meets: 'nearly all' is not one of: all, most, few"),
        ("criterion: 1.4.4 Resize text, ", "", "column faults 1 criterion: is missing"),
        ("faults:\n  - {", "faults:\n    {", "must be a list of faults"),
        ("body:", "organisation: x\nbody:", "column organisation: is not a known entry"),
    ],
)  # fmt: skip
def test_each_entry_is_held_to_its_form(old, new, told):
    assert WHOLE.count(old) == 1
    [fault] = publisher_faults(read_yaml(WHOLE.replace(old, new)))
    assert str(fault).startswith(f"{FILE}, column ") and told in str(fault)


def test_every_fault_is_told_at_once():
    with pytest.raises(DataFaults) as raised:
        publisher_of({"email": "x", "reply_days": -1, "fax": 1, "people": {}})
    assert {fault.column for fault in raised.value.faults} == {
        "email",
        "reply_days",
        "fax",
        "people with",
        "people on",
        "people by",
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"body: [", "cannot be read as YAML"), (b"- body", "must be a mapping of names to values"),
        (b"body: \xff", "is not UTF-8 text"), (b"prepared: 2031-02-31", "cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_fault(tmp_path, content, told):
    (tmp_path / "data").mkdir()
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DataFaults, match=told):
        read_publisher(tmp_path)


def test_the_repository_and_the_example_have_one_and_only_what_is_invented_is_filled_in(repository):
    assert read_publisher(repository).body == ""  # who will publish it is not known
    example = read_publisher(repository / "examples" / "inventshire")
    assert example.lacks == () and "example.org" in example.email


def test_the_command_refuses_a_faulty_one_before_anything_is_made(small_root, command, no_pages):
    (small_root / FILE).write_text("email: x\nfax: 1\n", "utf-8")
    refused = command(small_root, "run")
    assert refused.code == 2 and refused.err.startswith("2 faults:") and "Traceback" not in refused.err
    assert no_pages == []


def test_the_command_warns_while_anything_is_blank_that_the_statement_must_say(small_root, command, no_pages):
    warning = f"{FILE} does not give body, email, telephone, post, formats, reply_days, prepared, reviewed"
    assert warning not in command(small_root, "run").err  # it has no statement that could say so
    with (small_root / "_toc.yml").open("a", encoding="utf-8") as listed:
        listed.write("      - file: about/accessibility\n")
    assert warning in command(small_root, "run").err
    (small_root / FILE).write_text(WHOLE, "utf-8")
    assert FILE not in command(small_root, "run").err
