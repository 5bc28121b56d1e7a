"""The accessibility statement: in the prescribed form, and never more than what is known."""

import dataclasses
from datetime import date

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ncthelpers.accessibility import scope
from ncthelpers.accessibility.publisher import MEETS, Assessment, KnownFault, Publisher, Trial, read_publisher
from ncthelpers.accessibility.rules import RULES
from ncthelpers.accessibility.statement import FULLY, NO_SCREEN_READER, NOT, PARTIALLY, statement, status, why_not_fully

NAME = "the annual review of An Invented Trust"
TRIAL = Trial("An invented reader 3", date(2031, 4, 1), "the web team")
WHOLE = Publisher(
    "East Invented Council", "https://example.org/review", "web@example.org", "01632 960001", "1 Invented Street", ("braille",), 10,
    date(2031, 5, 1), date(2031, 6, 1), TRIAL, Trial("five readers", date(2031, 4, 2), "a charity"),
    Assessment("the auditors", date(2031, 4, 3), "all"),
)  # fmt: skip
KNOWN = KnownFault("A chart is small.", "1.4.4 Resize text", "by July")
HEADINGS = [
    "Using this website", "How accessible this website is", "Feedback and contact information",
    "Reporting accessibility problems with this website", "Enforcement procedure",
    "Technical information about this website’s accessibility", "Compliance status", "Non-accessible content",
    "Non-compliance with the accessibility regulations", "Disproportionate burden",
    "Content that is not within the scope of the accessibility regulations", "Preparation of this accessibility statement",
    "What a machine tests",
]  # fmt: skip


def _page(publisher, name=NAME):
    return BeautifulSoup(MarkdownIt("commonmark").render(statement(publisher, name)), "html.parser")


def _text(publisher):
    return " ".join(_page(publisher).get_text().split())


def test_it_has_the_prescribed_parts_in_their_order():
    page = _page(Publisher())
    assert [tag.get_text() for tag in page.find_all("h1")] == [f"Accessibility statement for {NAME}"]
    assert [tag.get_text() for tag in page.find_all(["h2", "h3"])] == HEADINGS
    text = _text(Publisher())
    assert "(EHRC)" in text and "(EASS)" in text and "Accessibility Regulations 2018" in text
    assert "{" not in text and "None" not in text


def test_what_is_blank_is_said_not_to_be_given_and_nobody_commits_themselves():
    page, text = _page(Publisher()), _text(Publisher())
    assert [tag.get_text() for tag in page.find_all("strong")].count("not given") == 1 + 4 + 1 + 1 + 2
    assert "nobody has yet committed themselves" in text and "are committed to" not in text


def test_what_is_given_is_said_and_nothing_is_missing():
    text = _text(WHOLE)
    assert "not given" not in text
    for said in (
        "This website is run by East Invented Council", "We, East Invented Council, are committed to", "web@example.org", "01632 960001",
        "1 Invented Street", "braille", "within 10 working days", "Prepared: 1 May 2031", "Last reviewed: 1 June 2031",
    ):  # fmt: skip
        assert said in text
    assert [tag["href"] for tag in _page(WHOLE).find_all("a") if "mailto" in tag["href"]] == ["mailto:web@example.org"]


def test_it_says_that_no_screen_reader_was_used_unless_one_was_and_then_which_when_and_by_whom():
    without = dataclasses.replace(WHOLE, screen_reader=None)
    assert NO_SCREEN_READER in _text(without) and "it has not been tested with one" in _text(without)
    text = _text(WHOLE)
    assert "not been tested" not in text
    assert "tested with a screen reader on 1 April 2031 by the web team: An invented reader 3." in text


trials = st.sampled_from([None, TRIAL])
publishers = st.builds(
    Publisher, screen_reader=trials, people=trials, faults=st.sampled_from([(), (KNOWN,)]),
    assessment=st.sampled_from([None, *(Assessment("x", date(2031, 1, 1), meets) for meets in MEETS)]),
    body=st.sampled_from(["", "East"]), prepared=st.sampled_from([None, date(2031, 1, 1)]),
)  # fmt: skip


@given(publishers)
def test_it_is_fully_compliant_only_where_people_and_a_screen_reader_found_no_fault(publisher):
    found, reasons = status(publisher), why_not_fully(publisher)
    people = publisher.screen_reader and publisher.people and publisher.assessment
    if found == FULLY:
        assert people and publisher.assessment.meets == "all" and not publisher.faults and not reasons
    else:
        assert reasons
    assert (found == NOT) == bool(publisher.assessment and publisher.assessment.meets == "few")
    text = statement(publisher, NAME)
    assert text.count(f"This website is **{found}** with") == 1
    assert all(other not in text for other in {FULLY, PARTIALLY, NOT} - {found})


@pytest.mark.parametrize("blank", ["screen_reader", "people", "assessment"])
def test_each_test_by_people_that_was_not_made_keeps_it_from_being_fully_compliant(blank):
    assert status(WHOLE) == FULLY
    assert status(dataclasses.replace(WHOLE, **{blank: None})) == PARTIALLY


def test_a_status_that_no_people_have_found_is_said_to_be_our_own_view():
    view = "that is our own view"
    assert view in _text(Publisher()) and view not in _text(WHOLE)
    assert view not in _text(dataclasses.replace(WHOLE, assessment=Assessment("x", date(2031, 1, 1), "most")))


def test_a_known_fault_is_told_with_its_criterion_and_when_it_will_be_mended():
    text = _text(dataclasses.replace(WHOLE, faults=(KNOWN,)))
    assert "A chart is small. This fails WCAG success criterion 1.4.4 Resize text. To be mended: by July" in text
    assert PARTIALLY in text and "No fault is known" not in text


def test_it_claims_nothing_from_machines_and_says_what_they_test_by_what_the_tests_use():
    text = _text(Publisher())
    assert "We do not claim that this website complies because a machine finds nothing." in text
    assert "axe" in text.partition("What a machine tests")[2] and "axe" not in text.partition("What a machine tests")[0]
    for rule in RULES:
        assert rule in text
    for mode in scope.MODES:
        assert f"{mode.colours} colours, {mode.width} pixels wide" in text
    for kind, least in scope.LIGHTHOUSE_TARGETS.items():
        assert f"at least {least} for {kind.replace('-', ' ')}" in text


@given(
    st.sampled_from(
        ["<script>alert(1)</script>", "[a](javascript:b)", "# b", "**b**", "<b>", "![a](b.png)", "`b`", "```{raw} html"]
    )
)
def test_what_is_given_is_shown_as_it_was_written(hostile):
    fault = KnownFault(hostile, hostile, hostile)
    trial = Trial(hostile, date(2031, 1, 1), hostile)
    shown = Publisher(hostile, post=hostile, formats=(hostile,), screen_reader=trial, people=trial, faults=(fault,))
    page, plain = (
        _page(shown, hostile),
        _page(Publisher("x", post="x", formats=("x",), screen_reader=TRIAL, people=TRIAL, faults=(KNOWN,))),
    )
    count = [len(page.find_all(tag)) for tag in (True,)]
    assert count == [len(plain.find_all(True))]
    assert hostile.split()[0] in page.get_text()


def test_the_example_is_filled_in_and_the_repository_is_not(repository):
    held = [read_publisher(place) for place in (repository / "examples" / "inventshire", repository)]
    example, ours = map(_text, held)
    assert "not given" not in example and "not given" in ours and NO_SCREEN_READER in ours
    assert [status(one) for one in held] == [PARTIALLY, PARTIALLY]
