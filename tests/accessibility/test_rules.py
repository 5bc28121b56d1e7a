"""Each rule of our own is broken once, at one place of a page that keeps all of them."""

import pytest

from ncthelpers.accessibility.rules import RULES, broken

SAID = "Line chart: children in care rose in every year shown, from 10 to 30, and most of all in the last."
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><title>Costs</title></head><body>
<nav><details><summary aria-label="Pages of the year"><span></span></summary><a href="b.html">Demand</a></details></nav>
<main><h1>Costs<a class="headerlink" href="#costs" aria-hidden="true" tabindex="-1">#</a></h1>
<section id="costs"><h2>Outturn</h2><h3>By service</h3>
<div id="outturn"><table><caption>Outturn by service</caption>
<thead><tr><th scope="col">Service</th><th scope="col">Outturn</th></tr></thead>
<tbody><tr><th scope="row">Homes</th><td>1</td></tr><tr><th scope="row">Fostering</th><td>2</td></tr></tbody></table></div>
<table><caption>Grants</caption><thead><tr><th scope="col">Grant</th></tr></thead><tbody><tr><th scope="row">One</th></tr></tbody></table>
<h2>Demand</h2>
<figure><img src="a.svg" alt="{SAID}"><figcaption><strong>Children in care</strong> in three years</figcaption></figure>
<figure><img src="b.svg" alt="{SAID.replace("rose", "fell")}"><figcaption>Children leaving care</figcaption></figure>
<p>See <a href="#outturn">outturn by service</a>, <a href="b.html">the page of demand</a> and
<a href="https://example.org/x" aria-label="example.org: News">example.org</a>.</p>
<button aria-label="Search the book"><span>Search</span></button>
</section></main>
</body></html>"""

# What is changed on the page, and the one rule that it breaks.
CHANGES = [
    ('lang="en-GB"', 'lang="en"', "The page says that its language is British English"),
    ("<title>Costs</title>", "<title> </title>", "The page has a title"),
    ("<h3>By service</h3>", "<h1>By service</h1>", "The page has one heading of the first level"),
    ("<h2>Outturn</h2>", "", "No level of heading is left out"),
    ("<h3>By service</h3>", "<h3> </h3>", "No heading is empty"),
    ("</main>", "</main><div role='main'></div>", "The page has one main part"),
    ('id="outturn"', 'id="outturn"><p id="costs"></p', "No id stands twice"),
    ('href="#outturn"', 'href="#outrun"', "A link within the page leads to something"),
    (f'alt="{SAID}"', 'alt=" "', "Every image has an alternative text"),
    (f' alt="{SAID}"', "", "Every image has an alternative text"),
    (f'alt="{SAID}"', f'alt="{"a" * 60}.png"', "No alternative text is the name of a file"),
    ("<figcaption><strong>Children in care</strong> in three years", f"<figcaption><strong>{SAID.upper()}</strong> (1)",
     "No alternative text repeats a title or a caption"),
    (SAID, "Line chart of children in care.", "Every alternative text says what the image shows"),
    (SAID.replace("rose", "fell"), SAID, "No two images have one alternative text"),
    ("<caption>Grants</caption>", "<caption> </caption>", "Every table has a caption"),
    ("<caption>Grants</caption>", "", "Every table has a caption"),
    ("<caption>Grants</caption>", "<caption>Outturn by  service</caption>", "No two tables have one caption"),
    ('<th scope="row">Fostering</th>', "<td>Fostering</td>", "Every table has headers of its columns and of each of its rows"),
    ('<thead><tr><th scope="col">Grant</th></tr></thead>', "", "Every table has headers of its columns and of each of its rows"),
    ('<th scope="row">Fostering', "<th>Fostering", "Every header of a table says what it heads"),
    ('<th scope="row">Fostering', '<th scope="row">', "No header of a table is empty"),
    ("<td>2</td>", '<td colspan="2">2</td>', "No cell of a table is merged with another"),
    (">the page of demand<", ">here<", "Every link says where it leads"),
    (' aria-hidden="true" tabindex="-1">#', ">#", "Every link says where it leads"),
    (">the page of demand<", ">https://example.org/demand<", "No link is called by a bare web address"),
    (' aria-label="example.org: News"', ' aria-label="www.example.org"', "No link is called by a bare web address"),
    (">the page of demand<", ">Outturn by service<", "Links below one heading that are called the same lead to the same"),
    (' aria-label="Pages of the year"', "", "Everything that unfolds says what it holds"),
    ('aria-label="Search the book"', 'aria-label="Find"', "What is seen on a control is part of its name"),
]  # fmt: skip


def test_a_page_that_keeps_every_rule_breaks_none():
    assert broken(PAGE) == ()


@pytest.mark.parametrize(("old", "new", "rule"), CHANGES)
def test_each_rule_is_broken_by_its_change(old, new, rule):
    assert PAGE.count(old) == 1 or rule == "No two images have one alternative text"
    found = broken(PAGE.replace(old, new, 1))
    assert rule in {one.rule for one in found}
    also = {"What is seen on a control is part of its name"} if "www." in new else set()
    assert {one.rule for one in found} <= {rule} | also


def test_every_rule_is_broken_once():
    assert {rule for _, _, rule in CHANGES} == set(RULES)


@pytest.mark.parametrize("html", ["", "<p>a</p>", "<html><main></main></html>", "\x00<table><tr><td>", "<a href>"])
def test_whatever_the_text_it_is_judged_and_never_refused(html):
    assert "The page has a title" in {one.rule for one in broken(html)}
