"""What pages say of themselves: invented, restricted, a draft of which years, and whether it was signed off before."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from ncthelpers import signoff
from ncthelpers.load import load_year
from ncthelpers.publish import notices


@pytest.fixture
def year(small_root):
    return load_year(small_root, "2031-32")


def signed(data, on=date(2032, 8, 10), role="Director"):
    package = signoff.signed(dict(data.package), role, on)
    return replace(data, package=MappingProxyType(package))


def changed(data):
    """The year with another checksum of one of its files."""
    path, entry = next(iter(data.package["resources"].items()))
    resources = {**data.package["resources"], path: {**entry, "sha256": "0" * 64}}
    return replace(data, package=MappingProxyType({**data.package, "resources": resources}))


def marked(data, **said):
    return replace(data, contract=MappingProxyType({**data.contract, **said}))


def test_a_year_that_nobody_signed_is_a_draft_and_one_that_is_signed_off_says_nothing(year):
    said = notices.of_pages([year])
    assert said == {
        "draft": "```{admonition} Draft\n:class: attention\nThe figures on this page have not been signed off.\n```"
    }
    assert notices.of_pages([signed(year)]) == {} == notices.of_all([year])


def test_a_sign_off_that_lapsed_is_told_with_its_day_and_role(year):
    twice = signed(signed(year), date(2032, 8, 12), "Treasurer")
    assert (
        "signed off: they were signed off on 10 August 2032 by the Director and on 12 August 2032 by the Treasurer, and changed since."
        in notices.of_pages([changed(twice)])["draft"].replace("off; they", "off: they")
    )


def test_a_page_of_several_years_says_which_are_drafts(year):
    other = replace(year, year=type(year.year)("2032-33"))
    both = notices.of_pages([year, other])["draft"]
    assert "The figures of 2031-32 and 2032-33 on this page have not been signed off." in both
    one = notices.of_pages([signed(year), changed(signed(other))])["draft"]
    assert "The figures of 2032-33 on this page have not been signed off" in one
    assert "2032-33 was signed off on 10 August 2032 by the Director, and changed since" in one
    assert notices.drafts([signed(year), other]) == [other]


def test_each_kind_has_an_admonition_of_its_own_with_its_word_and_shape(year):
    data = marked(year, invented=True, edition="restricted")
    said = notices.of_pages([data])
    assert list(said) == ["invented", "restricted", "draft"]
    assert [text.splitlines()[:2] for text in said.values()] == [
        ["```{admonition} Invented", ":class: warning"], ["```{admonition} RESTRICTED", ":class: danger"],
        ["```{admonition} Draft", ":class: attention"],
    ]  # fmt: skip
    assert list(notices.of_all([data])) == ["invented", "restricted"]


def test_words_of_the_data_are_no_markup(year):
    held = {"table": "property", "reason": "a <b>*bold*</b> ```{raw} html", "review": date(2033, 3, 31), "held": True}
    said = notices.of_all([marked(year, edition="restricted", restricted=[held])])["restricted"]
    assert "<b>" not in said.replace("\\<b\\>", "") and said.count("```") == 2
