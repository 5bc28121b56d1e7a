"""What changed from one year and from one edition to the next; and that every published figure is what today's data gives."""

import itertools
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import comparison, provenance, results
from ncthelpers.lineage import Lineage
from ncthelpers.load import Comparison
from ncthelpers.publish import changes, companion
from ncthelpers.publish.changes import Revision
from ncthelpers.publish.toc import pages_listed

EDITION = "2031-12-31"
CHANGELOG = f"""# Changes

## {EDITION}

- A figure was printed wrongly in the source.
- Page 4 of 2021-22: the budget is as
  printed in the second print.
- Table `service_costs`: one row was entered twice.
- Page 12: nothing of note.

## 2030-01-01

- First edition.
"""
NO_REASON = "no reason is given in the list of changes"
BOOK = Path(__file__).resolve().parents[2] / "book"
RECORDS = sorted(BOOK.glob("[!.]*/[0-9][0-9]_*.json"))
# How far a figure of a fit, by table/column, may differ from what another machine gives. There is no fit in the book.
TOLERANCE: Mapping[str, Decimal] = {}
LISTED = ("2021-22/04_cost", "2021-22/22_governance")


def _figure(name, value, unit="£m", text=None):
    return {"name": name, "value": value, "unit": unit, "text": text or value, "rows": ["a.csv: 2"]}


def _folder(place, page="04_cost", **figures):
    """A folder of the book with one page of figures."""
    place.mkdir(parents=True, exist_ok=True)
    shown = {"what": "table", "name": "costs", "caption": "Costs", "columns": ["amount"], "keys": ["a"],
             "figures": [_figure(f"costs/{name}/amount", *(value if isinstance(value, tuple) else (value,)))
                         for name, value in figures.items()]}  # fmt: skip
    (place / f"{page}.json").write_text(companion.page_json(page, ["2021-22"], EDITION, [shown]), "utf-8")
    return place


@pytest.fixture
def published(tmp_path):
    """A root with a book of one page, and its list of changes."""
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, "utf-8")
    return _folder(tmp_path / "book" / "2021-22", a="1.5", b="2", c="3")


def _staged(published, **figures):
    return _folder(published.parents[1] / "staged", **figures)


def _recorded(published):
    path = published.parent / changes.REVISIONS
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


# From one edition to the next


def test_a_figure_with_another_value_is_a_revision_and_a_new_or_dropped_one_is_not(published):
    staged = _staged(published, a="1.6", b="2", d="4")
    (found,) = changes.revised(published, staged, EDITION, CHANGELOG)
    assert (found.folder, found.page, found.name) == ("2021-22", "04_cost", "costs/a/amount")
    assert (found.old, found.new, found.unit, found.edition) == ("1.5", "1.6", "£m", EDITION)


def test_nothing_is_revised_where_nothing_was_published(tmp_path):
    assert changes.revised(tmp_path / "book" / "2021-22", _folder(tmp_path / "staged", a="1"), EDITION, "") == []


def test_a_value_is_compared_as_written(published):
    (found,) = changes.revised(published, _staged(published, a="1.50", b="2", c="3"), EDITION, "")
    assert (found.old, found.new, found.reason) == ("1.5", "1.50", f"{EDITION}: {NO_REASON}")


def test_another_unit_is_a_revision_that_names_both(published):
    (found,) = changes.revised(published, _staged(published, a=("1.5", "£000"), b="2", c="3"), EDITION, "")
    assert (found.old, found.new) == ("1.5 £m", "1.5 £000")


@pytest.mark.parametrize(
    ("page", "name", "said"),
    [
        ("04_cost", "costs/a/amount", "Page 4 of 2021-22: the budget is as printed in the second print."),
        ("07_legislation", "service_costs/a/budget", "Table `service_costs`: one row was entered twice."),
        ("07_legislation", "cell:service_costs/a/budget", "Table `service_costs`: one row was entered twice."),
        ("07_legislation", "laws/a/when", NO_REASON),  # no point names it, and the first is of another
        ("01_purpose", "aims/1/no", NO_REASON),  # page 12 is not page 1
        ("12_funding", "grants/a/amount", "Page 12: nothing of note."),
    ],
)
def test_the_reason_is_what_the_list_of_changes_says_of_the_page_or_table(page, name, said):
    assert changes.reason_given(CHANGELOG, EDITION, page, name) == f"{EDITION}: {said}"


@pytest.mark.parametrize("changelog", ["", CHANGELOG.replace(EDITION, "2031-01-01"), f"## {EDITION}\n\nWords alone.\n"])
def test_without_a_point_of_the_edition_no_reason_is_given(changelog):
    assert changes.reason_given(changelog, EDITION, "04_cost", "costs/a/amount") == f"{EDITION}: {NO_REASON}"


def test_a_revision_is_put_on_record_and_is_gone_when_the_value_is_back(published):
    assert _recorded(published) is None
    changes.record(published, _staged(published, a="1.5", b="2", c="3"))
    assert _recorded(published) is None  # nothing to record, so no file
    changes.record(published, _staged(published, a="1.6", b="2", c="3"))
    _folder(published, a="1.6", b="2", c="3")
    changes.record(published, _staged(published, a="1.7", b="2", c="3"))
    _folder(published, a="1.7", b="2", c="3")
    (one,) = _recorded(published)
    assert (one["old"], one["new"]) == ("1.5", "1.7")
    changes.record(published, _staged(published, a="1.7", b="2", c="3"))
    assert len(_recorded(published)) == 1  # nothing new; what is on record stays
    changes.record(published, _staged(published, a="1.5", b="2", c="3"))
    assert _recorded(published) == []


def test_a_revision_recorded_by_a_run_that_was_not_published_goes_with_the_next(published):
    changes.record(published, _staged(published, a="1.6", b="2", c="3"))
    changes.record(published, _staged(published, a="1.5", b="2", c="3"))  # nothing was swapped in between
    assert _recorded(published) == []


def test_a_revision_of_an_earlier_edition_stays(published):
    changes.record(published, _staged(published, a="1.6", b="2", c="3"))
    _folder(published, a="1.6", b="2", c="3")
    (published.parents[1] / "CHANGELOG.md").write_text("## 2032-06-30\n\n- Back again.\n\n" + CHANGELOG, "utf-8")
    changes.record(published, _staged(published, a="1.5", b="2", c="3"))
    assert [(one["edition"], one["old"], one["new"]) for one in _recorded(published)] == [
        ("2032-06-30", "1.6", "1.5"), (EDITION, "1.5", "1.6"),
    ]  # fmt: skip


def test_a_revision_of_another_folder_is_left_alone(published):
    changes.record(published, _staged(published, a="1.6", b="2", c="3"))
    other = _folder(published.parent / "2022-23", a="9")
    changes.record(other, _folder(published.parents[1] / "other", a="8"))
    assert [(one["folder"], one["new"]) for one in _recorded(published)] == [("2021-22", "1.6"), ("2022-23", "8")]


def test_the_record_is_the_same_bytes_for_the_same_revisions(published):
    changes.record(published, _staged(published, a="1.6", b="2.5", c="3"))
    path = published.parent / changes.REVISIONS
    first = path.read_bytes()
    changes.record(published, _staged(published, a="1.6", b="2.5", c="3"))
    assert path.read_bytes() == first
    lines = first.decode("utf-8").split("\n")
    assert lines[0] == "[" and lines[-2:] == ["]", ""] and len(lines) == 5  # one revision a line


def test_a_record_that_cannot_be_read_is_named(published):
    (published.parent / changes.REVISIONS).write_text("[{]", "utf-8")
    with pytest.raises(ValueError, match=r"^book/revisions\.json cannot be read"):
        changes.record(published, _staged(published, a="1"))


def test_figures_that_cannot_be_read_are_named(published):
    (published / "04_cost.json").write_text('{"figures": 1}', "utf-8")
    with pytest.raises(ValueError, match=r"^2021-22/04_cost\.json cannot be read"):
        changes.figures_of(published)


@given(st.lists(st.sampled_from(["1", "2", "3"]), min_size=2, max_size=8))
def test_within_an_edition_only_the_first_and_the_last_value_count(values):
    held = []
    for old, new in itertools.pairwise(values):
        found = [] if old == new else [Revision("2021-22", "04_cost", "a/b/c", old, new, "", EDITION, "")]
        held = changes.merged(held, found, "2021-22", EDITION, {"04_cost": {"a/b/c": {"value": new, "unit": ""}}})
    expected = [] if values[0] == values[-1] else [(values[0], values[-1])]
    assert [(one.old, one.new) for one in held] == expected


def test_the_page_of_revisions_says_so_where_there_are_none(tmp_path, review):
    assert changes.revisions_page(tmp_path, [review]).endswith("\n\nNo published figure has been revised.\n")


def test_the_page_of_revisions_shows_the_newest_edition_first_by_title_and_escaped(tmp_path, review):
    held = [Revision("2021-22", "04_cost", "service_costs/NCT Central/budget", "1", "2", "£000", EDITION, "<b>&"),
            Revision("2021-22", "04_cost", "gone/a/b", "3", "4", "", "2030-01-01", "x")]  # fmt: skip
    now = {"04_cost": {one.name: {"value": one.new, "unit": one.unit} for one in held}}
    kept = changes.merged(held[::-1], [], "2021-22", EDITION, now)
    assert kept == held
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / changes.REVISIONS).write_text(json.dumps([vars(one) for one in kept]), "utf-8")
    page = changes.revisions_page(tmp_path, [review])
    assert page.index(EDITION) < page.index("2030-01-01")
    assert "Cost of delivering services: NCT Central: Budget, £000" in page and "gone/a/b" in page
    assert "<b>&" not in page and "&lt;b&gt;&amp;" in page


# From one year to the next


def _page(folder, page, year, figures, title=None):
    """A page of a folder of the book: its figures, and the notebook where it has a title."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {"what": "table", "name": "x", "caption": "X", "columns": [], "keys": [], "figures": figures}
    (folder / f"{page}.json").write_text(companion.page_json(page, [year], EDITION, [shown]), "utf-8")
    if title:
        notebook = {"cells": [{"cell_type": "markdown", "source": [f"# {title}"]}, {"source": ["Words."]}]}
        (folder / f"{page}.ipynb").write_text(json.dumps(notebook), "utf-8")


def _book(root, last, this, page="04_cost", title=None):
    for year, figures in (("2020-21", last), ("2021-22", this)):
        _page(root / "book" / year, page, year, figures, title)
    return root


def _two(years):
    """The newest two years that follow each other."""
    return [one for one in years.years if str(one.year) in {"2020-21", "2021-22"}][::-1]


NONE_IN_COMMON = "No figure of the contract's areas stands under one name on the pages of both years."


def test_figures_of_two_years_under_one_name_are_shown_where_they_differ(tmp_path, years):
    root = _book(
        tmp_path,
        [_figure("service_costs/NCT Central/budget", "1000", "£000", "1,000"), _figure("grants/a/amount", "5", "£"),
         _figure("budget_gaps/NNC/2020-21/gap", "7"), _figure("gone/a/b", "1"), _figure("pressure", "1")],
        [_figure("service_costs/NCT Central/budget", "1100", "£000", "1,100"), _figure("grants/a/amount", "5", "£"),
         _figure("budget_gaps/NNC/2021-22/gap", "8"), _figure("new/a/b", "1"), _figure("pressure", "2")],
    )  # fmt: skip
    page = changes.since_last_year(root, _two(years), LISTED)
    assert "## 2021-22 beside 2020-21" in page
    assert "Of the figures that stand under one name on the pages of both years 2 differ and 1 are the same." in page
    assert "Cost of delivering services: NCT Central: Budget, £000" in page
    assert "<td>1,000</td>" in page.replace(' class="short"', "") and "1,100" in page
    assert "gone" not in page and "new/a" not in page and "pressure" not in page
    shown = page.partition("## 2021-22")[2].lower()
    assert not any(
        word in shown for word in ("rose", "fell", "better", "worse", "increase", "decrease", "higher", "lower")
    )


def test_each_page_with_a_difference_has_a_section_and_table_linked_by_its_title(tmp_path, years):
    root = _book(
        tmp_path, [_figure("grants/a/amount", "5", "£")], [_figure("grants/a/amount", "6", "£")], title="Cost & grants"
    )
    _book(root, [_figure("homes/h/places", "3")], [_figure("homes/h/places", "3")], "09_factors", "Factors")
    _book(root, [_figure("events/a/start", "2031")], [_figure("events/a/start", "2032")], "22_governance")
    page = changes.since_last_year(root, _two(years), LISTED)
    assert "2 differ and 1 are the same." in page
    sections = page.partition("## 2021-22 beside 2020-21")[2].split("\n### ")[1:]
    heads = [section.split("\n")[0] for section in sections]
    assert heads[0].endswith("(../2021-22/04_cost.ipynb)") and heads[1].endswith("(../2021-22/22_governance.ipynb)")
    assert len(heads) == 2  # a page without a difference has no section
    assert heads[0].replace("\\", "").startswith("[Cost & grants](")
    assert "22" in heads[1].partition("]")[0]  # without a notebook, the name of its file
    assert [section.count("<table") for section in sections] == [1, 1]
    unlisted = changes.since_last_year(root, _two(years), LISTED[:1])
    assert "### 22" in unlisted and "22_governance.ipynb" not in unlisted  # a link to it would stop the HTML
    for section, value in zip(sections, ("£", "2032"), strict=True):
        assert value in section
        assert [one in section for one in ("<th", "Figure", "Unit", "Last year", "This year")] == [True] * 5


def test_nothing_that_differs_is_hidden_however_much_it_is(tmp_path, years):
    def figures(value):
        return [_figure(f"homes/h{number}/places", value, "") for number in range(400)] + [
            _figure("official_demand/children_looked_after/value", value, "children")
        ]

    page = changes.since_last_year(_book(tmp_path, figures("1"), figures("2")), _two(years), LISTED)
    assert "401 differ and 0 are the same." in page
    assert page.count("<tr>") == 402  # the heading and every figure


def test_only_figures_of_the_contract_s_own_areas_are_compared(tmp_path, years):
    def figures(value):
        others = [
            "related_measures/assessments_45wd/country", "related_measures/assessments_45wd/region",
            "pupil_forecasts/West Northamptonshire/primary/change", "measures_by_area/assessments_45wd/England/2021-22/value",
            "authority_ranks/assessments_45wd/North Northamptonshire/highest",
        ]  # fmt: skip
        return [_figure(name, value) for name in others] + [_figure("kpi_status/A/status", value, "status")]

    kept = "related_measures/assessments_45wd/value"
    alone = changes.since_last_year(_book(tmp_path / "a", figures("1"), figures("2")), _two(years), LISTED)
    assert NONE_IN_COMMON in alone and "<table" not in alone
    last, this = ([*figures(value), _figure(kept, value)] for value in "12")
    page = changes.since_last_year(_book(tmp_path / "b", last, this), _two(years), LISTED)
    assert "1 differ and 0 are the same." in page and page.count("<tr>") == 2


def test_the_tables_that_stand_for_other_areas_are_keyed_by_area(years):
    """What the test above leaves out by its name is a table of the book, so that it is not left out by a slip."""
    data = _two(years)[0]
    for name in ("pupil_forecasts", "measures_by_area", "authority_ranks"):
        assert "area" in results.table_schema(data, name).key
    assert {"country", "region"} <= {column.name for column in results.table_schema(data, "related_measures").columns}


def test_years_without_figures_in_common_say_so(tmp_path, years):
    page = changes.since_last_year(tmp_path, _two(years), LISTED)
    assert NONE_IN_COMMON in page
    assert "No public year has another before it." in changes.since_last_year(tmp_path, _two(years)[:1], LISTED)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("official_demand/a/before", "children"), ("official_demand/a/change_pct", "per cent"), ("demand/a/change", "children"),
        ("events/a/context", "yes or no"), ("cell:grants/a/amount", "£"), ("count:risks", ""), ("pressure", "£m"),
    ],
)  # fmt: skip
def test_what_looks_back_or_is_an_answer_or_stands_in_words_is_not_compared(tmp_path, years, name, unit):
    root = _book(tmp_path, [_figure(name, "1", unit)], [_figure(name, "2", unit)])
    assert NONE_IN_COMMON in changes.since_last_year(root, _two(years), LISTED)


@pytest.mark.parametrize("year", ["2022-23", "2023-24", "2024-25"])
def test_the_published_page_of_what_changed_hides_nothing(year, years):
    """Every page of the book that has a row in the comparison has its own table, and the rows are as many as are said."""
    page = changes.since_last_year(BOOK.parent, years.years, pages_listed(BOOK.parent))
    section = page.partition(f"\n## {year} beside ")[2].partition("\n## ")[0]
    differ = int(re.search(r" of both years (\d+) differ and \d+ are the same", section)[1])
    titles = re.findall(r"^### \[.+\]\(\.\./(\S+)\.ipynb\)$", section, flags=re.MULTILINE)
    assert section.count("<table") == len(titles) == len(set(titles)) > 0
    assert all((BOOK / f"{title}.ipynb").is_file() for title in titles)
    assert section.count("<tr>") - len(titles) == differ


# Every published figure is what today's data gives


class _WithoutRows(Lineage):
    def of(self, row):
        return ()


def _today(data, name):
    """Value and unit of every figure of a table, by the figure's name, as the data and calculations of today give them."""
    of = comparison if isinstance(data, Comparison) else results
    schema, rows = of.table_schema(data, name), of.table(data, name).to_dict("records")
    paths = provenance.paths(name, schema, rows)
    texts = [("",) * len(schema.columns)] * len(rows)
    found, _ = provenance.figures_of(schema.columns, rows, paths, texts, _WithoutRows(data, name))
    return {one.name: (one.value, one.unit) for one in found}


@pytest.fixture(scope="module")
def today(years):
    """A function that gives the figures of a table of a folder of the book as they are today."""
    by_folder = {str(one.year): one for one in years.years}
    return cache(lambda folder, name: _today(by_folder.get(folder, years), name))


def _same(name, published, now):
    """Whether a figure is the same to the last digit; of a fit, within its tolerance."""
    within = TOLERANCE.get(f"{name.partition('/')[0]}/{name.rpartition('/')[2]}")
    if within is None or now is None:
        return published == now
    return published[1] == now[1] and abs(Decimal(published[0]) - Decimal(now[0])) <= within


def test_there_is_a_record_beside_every_page():
    assert RECORDS, "no page of the book has its figures as JSON beside it: publish the book"
    assert [path.with_suffix(".ipynb") for path in RECORDS] == sorted(BOOK.glob("[!.]*/[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_published_figure_of_a_table_is_what_the_data_gives_today(path, today):
    figures = json.loads(path.read_text("utf-8"))["figures"]
    differ = []
    for name, figure in figures.items():
        if "/" in name and ":" not in name.partition("/")[0]:
            now = today(path.parent.name, name.partition("/")[0]).get(name)
            if not _same(name, (figure["value"], figure["unit"]), now):
                differ.append((name, figure["value"], figure["unit"], now))
    assert differ == []


def test_a_figure_changed_by_a_digit_or_a_unit_is_not_the_same(review):
    now = _today(review, "outturn_variance")
    name, (value, unit) = next(iter(now.items()))
    assert _same(name, (value, unit), now[name])
    assert not _same(name, (f"{value}1", unit), now[name])
    assert not _same(name, (value, "£"), now[name]) and not _same(name, (value, unit), None)
