"""From a printed figure back to the rows that it comes from, exactly as they stand in the files."""

import json
from hashlib import sha256

import pytest

from ncthelpers import brief, charts, narrative, tables, trace
from ncthelpers.load import load_year
from ncthelpers.publish import companion, staleness

YEAR = "2031-32"


def record_of(page, years, *parts):
    """The JSON of a page that shows some things."""
    shown = [result for part in parts for result in part._repr_mimebundle_()[1]["results"]]
    return json.loads(companion.page_json(page, years, "1999-12-31", shown))


@pytest.fixture
def small(small_root):
    """The invented year and the JSON of a page of it, with a table, a computed table and commentary."""
    data = load_year(small_root, YEAR)
    parts = tables.show(data, "service_costs"), tables.show(data, "outturn_variance"), narrative.words(data, "04_cost")
    return small_root, record_of("04_cost", [YEAR], *parts), data


def _lines(found, page=f"{YEAR}/04_cost"):
    return list(trace.as_lines(found, page))


def test_a_figure_of_a_table_leads_to_its_own_line_as_it_stands_there(small):
    root, record, data = small
    found = {one.name: one for one in trace.traced(root, record, data, "1,700")}
    one = found["service_costs/Homes/gross_outturn"]
    assert (one.text, one.value, one.unit, one.made) == ("1,700", "1700", "£000", "entered as printed")
    (place,) = one.places
    assert place.startswith("table Cost of delivering services, row Homes, column Gross outturn")
    (file,) = one.files
    lines = (root / "data" / YEAR / "service_costs.csv").read_text("utf-8").splitlines()
    assert (file.file, file.header, file.rows) == (f"{YEAR}/service_costs.csv", lines[0], ((2, lines[1]),))
    assert file.cites == ("Invented report (August 2032): 1 para 1",)
    assert file.checksum == sha256((root / "data" / YEAR / "service_costs.csv").read_bytes()).hexdigest()


def test_a_computed_figure_names_its_calculation_with_its_first_sentence(small):
    root, record, data = small
    (made,) = {one.made for one in trace.traced(root, record, data, "−100") if one.name.startswith("outturn_variance/")}
    assert made.startswith("finance.outturn_variance: ") and made.endswith(".")


def test_a_figure_of_commentary_names_its_block(small):
    root, record, data = small
    (one,) = trace.traced(root, record, data, "1,184")
    assert (one.name, one.places, one.made) == ("children", ("commentary, block overview",), "entered as printed")
    assert [row for file in one.files for row in file.rows] == [
        (2, 'children,1184,children,Children looked after,2031-32,"1,184",report:2/1')
    ]


@pytest.mark.parametrize("asked", ["1,700", " 1,7 00 ", "1,700\N{NO-BREAK SPACE}"])
def test_spaces_do_not_count(small, asked):
    root, record, data = small
    assert "service_costs/Homes/gross_outturn" in {one.name for one in trace.traced(root, record, data, asked)}


@pytest.mark.parametrize(
    ("text", "unit", "asked", "is_it"),
    [
        ("£0.019m", "£m", "£0.019m", True), ("£0.019m", "£m", "0.019", True), ("£0.019m", "£m", "0.019m", True),
        ("0.019", "£m", "£0.019m", True), ("78.4%", "per cent", "78.4", True), ("78.4", "per cent", "78.4%", True),
        ("−0.019", "£m", "-0.019", True), ("−0.019", "£m", "−£0.019m", True), ("−0.019", "£m", "0.019", False),
        ("5", "children", "£5", False), ("5", "", "5%", False), ("£1.5m", "£m", "1.50", False),
    ],
)  # fmt: skip
def test_a_figure_may_be_asked_for_with_or_without_its_units_sign(text, unit, asked, is_it):
    figures = {"a": {"text": text, "unit": unit, "value": "1", "rows": []}}
    if is_it:
        assert list(trace._asked(figures, asked)) == ["a"]
    else:
        with pytest.raises(LookupError):
            trace._asked(figures, asked)


def test_a_figure_that_is_not_there_is_answered_with_those_nearest_in_writing(small):
    root, record, data = small
    with pytest.raises(LookupError, match=r"^no figure is printed as '1,185'; nearest are 1,184") as refused:
        trace.traced(root, record, data, "1,185")
    assert refused.value.args[0].count(";") == 6
    with pytest.raises(LookupError, match="the page has no figure"):
        trace.traced(root, {**record, "figures": {}}, data, "1")
    with pytest.raises(LookupError):
        trace.traced(root, record, data, "  ")


@pytest.mark.parametrize("page", ["05_none", "../04_cost", "04_cost/x", "", "*"])
def test_a_page_that_is_not_there_is_answered_with_those_that_are(small, page):
    root, record, _ = small
    (root / "book" / YEAR / "04_cost.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(LookupError, match=rf"^book/{YEAR} has no page .* with figures; it has 04_cost$"):
        trace.committed(root, YEAR, page)
    with pytest.raises(LookupError, match="it has none$"):
        trace.committed(root, "1999-00", "04_cost")


@pytest.mark.parametrize("name", ["04_cost", "04_cost.ipynb", "04_cost.json"])
def test_a_page_may_be_named_with_its_ending(small, name):
    root, record, _ = small
    (root / "book" / YEAR / "04_cost.json").write_text(json.dumps(record), "utf-8")
    assert trace.committed(root, YEAR, name) == record


@pytest.mark.parametrize("text", ["", "{", "[]", '{"figures": {}}', '{"figures": [], "shown": []}'])
def test_a_record_that_cannot_be_read_is_named(small, text):
    root, _, _ = small
    (root / "book" / YEAR / "04_cost.json").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=rf"^book/{YEAR}/04_cost\.json cannot be read"):
        trace.committed(root, YEAR, "04_cost")


def test_a_row_of_several_lines_is_printed_whole(small):
    root, record, data = small
    path = root / "data" / YEAR / "figures.csv"
    path.write_text(path.read_text("utf-8").replace("Children looked after,", '"Children\nlooked after",'), "utf-8")
    record["figures"]["children"]["rows"] = [f"{YEAR}/figures.csv: 3"]
    (one,) = trace.traced(root, record, data, "1,184")
    assert one.files[0].rows == ((3, 'children,1184,children,"Children\nlooked after",2031-32,"1,184",report:2/1'),)
    assert '    3: children,1184,children,"Children\\nlooked after",2031-32,"1,184",report:2/1' in _lines([one])


def test_nothing_that_a_file_or_a_name_holds_moves_the_cursor(small):
    root, record, data = small
    record["figures"] = {"\x1b[2J": {"text": "1\x1b[0m", "unit": "\x07", "value": "1\r", "rows": ["a\x1b: 2"]}}
    lines = _lines(trace.traced(root, record, data, "1\x1b[0m"), "a\x9b/b")
    assert all(sign.isprintable() for line in lines for sign in line)
    with pytest.raises(LookupError) as refused:
        trace.traced(root, record, data, "\x1b[31m")
    assert refused.value.args[0].isprintable()


@pytest.mark.parametrize(
    "said", ["../../secret.csv: 2", "2031-32/gone.csv: 2", "/etc/passwd", f"2031-32/{'a' * 300}.csv: 2"]
)
def test_a_file_outside_the_data_or_gone_is_not_read(small, said):
    root, record, data = small
    (root / "secret.csv").write_text("a\nb\n", "utf-8")
    record["figures"]["children"]["rows"] = [said]
    (one,) = trace.traced(root, record, data, "1,184")
    assert one.files[0].rows == () and one.files[0].which == "is no longer there"


def test_a_figure_of_the_contract_leads_to_the_contract_file(small):
    root, record, data = small
    (one,) = trace.traced(root, record, data, YEAR)
    assert [(file.file, file.which, file.rows) for file in one.files] == [(f"{YEAR}/contract.yml", "all of it", ())]


def test_a_count_and_a_date_of_commentary_lead_to_their_rows(small):
    root, record, data = small
    (date,) = trace.traced(root, record, data, "1 June 2031")
    assert date.name == "date:first_meeting" and date.files[0].rows[0][1].startswith("first_meeting,2031-06-01")
    record["figures"]["count:service_costs?role=service"] = {
        "text": "two", "value": "2", "unit": "", "rows": [f"{YEAR}/service_costs.csv: 2-3"]
    }  # fmt: skip
    (count,) = trace.traced(root, record, data, "TWO")
    assert count.made == "number of rows of service_costs (entered as printed)"
    assert [line for line, _ in count.files[0].rows] == [2, 3]


def test_the_reserve_left_on_the_cover_report_comes_from_two_lines_of_the_finances(review, repository):
    words = narrative.words(review, "17_cover_report", "finance")
    record = record_of("17_cover_report", ["2021-22"], words, charts.waterfall(review, "reserve_bridge"))
    *_, one = trace.traced(repository, record, review, "£0.019m")  # the chart's title gives it too
    assert one.made.startswith("finance.line_amount: The amount of one line")
    (file,) = one.files
    assert file.file == "2021-22/finance_lines.csv"
    assert [text.partition(",0.019,")[0] for _, text in file.rows] == ["reserve_left,report", "reserve_left,cover"]
    assert len(file.cites) == 2 and all("2022): " in cited for cited in file.cites)


def test_rows_too_many_for_the_record_are_found_again(review, repository):
    record = record_of("19_official_measures", ["2021-22"], tables.show(review, "authority_ranks"))
    name = next(name for name in record["figures"] if name.endswith("/median"))
    figure = record["figures"][name]
    said = next(rows for rows in figure["rows"] if " of " in rows)
    many = int(said.partition(": ")[2].partition(" of ")[0])
    one = next(one for one in trace.traced(repository, record, review, figure["text"]) if one.name == name)
    file = next(file for file in one.files if file.which == said.partition(": ")[2])
    assert len(file.rows) == 60 and file.more == many - 60
    measure, year = name.split("/")[1], "2021-22"
    assert all(text.startswith(f"{measure},") and f",{year}," in text for _, text in file.rows)
    assert file.cites and "    and " in "\n".join(_lines([one]))


def test_a_figure_of_the_years_compared_is_traced_too(years, repository):
    record = record_of(
        "01_measures", [str(one.year) for one in years.years], tables.by_year(years, "measure_series", "value")
    )
    name, figure = next(iter(record["figures"].items()))
    one = next(one for one in trace.traced(repository, record, years, figure["text"]) if one.name == name)
    assert one.places and one.made.startswith("official.") and one.files[0].rows
    assert all(file.file.startswith("reference/") for file in one.files)


@pytest.mark.parametrize("page", ["01_measures", "02_finances"])
def test_every_count_of_the_years_compared_is_traced_to_its_files(years, repository, page):
    record = trace.committed(repository, "comparison", page)
    counts = {name: figure for name, figure in record["figures"].items() if name.startswith("count:")}
    for text in {figure["text"] for figure in counts.values()}:
        found = {one.name: one for one in trace.traced(repository, record, years, text)}
        assert counts.keys() & found.keys() and all(one.files for one in found.values())


def test_rows_of_the_years_compared_too_many_for_the_record_are_found_again(years, repository):
    record = trace.committed(repository, "comparison", "01_measures")
    text = record["figures"]["count:revisions"]["text"]
    file, *_ = {one.name: one for one in trace.traced(repository, record, years, text)}["count:revisions"].files
    assert file.which == f"{len(file.rows) + file.more} of {len(years.reference.tables['official'])} rows" and file.rows


def test_a_table_that_today_s_data_no_longer_has_is_said_to_be_gone(small):
    root, record, data = small
    record["figures"] = {
        "gone/a/amount": {"text": "9", "unit": "£m", "value": "9", "rows": [f"{YEAR}/property.csv: all 2 rows"]}
    }
    (one,) = trace.traced(root, record, data, "9")
    assert one.made == "not known: the data of today has no table gone, so the page was published before"
    assert len(one.files[0].rows) == 2


# What changed since


@pytest.fixture
def made_of(small_root):
    """A function that publishes a page of the invented year which says that it was made of some files as they are."""

    def made(*files):
        parts = {file: staleness.part(small_root, file) for file in files} | {"code of the template": "0" * 12}
        page = {"metadata": {"ncthelpers": {"key": staleness.key(parts), "parts": parts}}}
        (small_root / "book" / YEAR / "04_cost.ipynb").write_text(json.dumps(page), "utf-8")
        return small_root

    return made


COSTS, TABLES = f"data/{YEAR}/service_costs.csv", f"data/{YEAR}"


def test_nothing_changed_since_where_every_file_is_as_it_was(made_of):
    assert trace.changed_since(made_of(COSTS, TABLES, f"data/{YEAR}/not_there.csv"), YEAR, "04_cost") == []


def test_the_files_that_changed_since_are_named_and_no_other(made_of):
    root = made_of(COSTS, f"data/{YEAR}/property.csv", f"data/{YEAR}/events.csv", TABLES)
    (root / COSTS).write_text("other\n", "utf-8")
    (root / "data" / YEAR / "events.csv").unlink()
    (root / "data" / YEAR / "dependencies.csv").write_text("other\n", "utf-8")  # the page did not read it
    assert trace.changed_since(root, YEAR, "04_cost") == [COSTS, f"data/{YEAR}/events.csv", TABLES]


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"metadata": {"ncthelpers": {"parts": {"data/a.csv": "0"}}}}']
)
def test_a_page_that_does_not_say_what_it_was_made_of_has_not_changed(small_root, text):
    page = small_root / "book" / YEAR / "04_cost.ipynb"
    page.unlink()
    if text is not None:
        page.write_text(text, "utf-8")
    assert trace.changed_since(small_root, YEAR, "04_cost") == []


@pytest.mark.parametrize("asked", ["−616 underspend", "−616", "-616", "−616underspend"])
def test_an_amount_is_found_with_and_without_the_word_for_its_sign(review, repository, asked):
    record = record_of("04_cost", ["2021-22"], tables.show(review, "outturn_variance"))
    found = trace.traced(repository, record, review, asked)
    assert {one.text for one in found} == {"−616 underspend"} and {one.value for one in found} == {"-616"}


def test_a_sentence_in_brief_is_traced_to_its_rows(review, repository):
    record = record_of("04_cost", ["2021-22"], brief.of(review, "04_cost"))
    (one,) = trace.traced(repository, record, review, "£1,070,000")
    assert one.name == "cell:outturn_variance/Total of services/variance|size" and one.value == "1070"
    assert [file.file for file in one.files] == ["2021-22/service_costs.csv"]
