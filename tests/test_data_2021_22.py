"""The data of 2021-22 held against its two source documents: complete, quoted only where it must be, and nameless.

The documents lie beside the repository (../shared/seeds) and are not part of it: what needs their words is skipped
where they are absent, the counts are not.
"""

import csv
import json
import re
from collections import defaultdict
from decimal import Decimal
from hashlib import sha256

import pytest

from ncthelpers import commentary, coverage, narrative
from ncthelpers.results import cell

YEAR = "2021-22"
STORED = {"cover": "000_*.txt", "report": "001_*.txt"}
RULES = {"-", "---"}  # a line that is only drawn

# Columns that are record and stand word for word as the documents print them.
QUOTED = {
    ("kpis", "name"): "name of a KPI",
    ("kpi_reviews", "name_printed"): "name of a KPI",
    ("dependencies", "name"): "name of a Dependency",
    ("recommendations", "text"): "recommendation to the committee",
    ("cover_titles", "value"): "official title",
    ("factors", "factor"): "heading of a section",
    ("legislation", "title"): "heading of a section",
}
# A header row has no row of its own: its numerals are held by the rows that stand under it.
HEADERS = {"report:12/2": ("report:12/3", "report:12/4")}
# Figure 1 of the report prints a tick as 1 and stands in columns of yes and no.
TICKS = "report:10.2/"


@pytest.fixture(scope="session")
def documents(repository):
    """Lines of the stored text of each source document."""
    folder = repository.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip(f"the source documents are not here ({folder.name}): nothing is held against their words")
    return {name: next(folder.glob(pattern)).read_text("utf-8").splitlines() for name, pattern in STORED.items()}


@pytest.fixture(scope="session")
def paragraphs(review):
    return review["paragraphs"].to_dict("records")


@pytest.fixture(scope="session")
def words_of(documents, paragraphs):
    """The words of each paragraph of the register, by its id."""
    return {
        unit["paragraph"]: " ".join(documents[unit["document"]][number - 1].strip() for number in _lines(unit["lines"]))
        for unit in paragraphs
    }


def _lines(spans):
    """Line numbers of spans such as ``5 7-37``."""
    ends = (span.split("-") for span in spans.split())
    return [number for span in ends for number in range(int(span[0]), int(span[-1]) + 1)]


def _numerals(text):
    """Numerals of a text, thousands commas and leading noughts dropped."""
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text.replace("£'000", "").replace("£000", ""))
    return {numeral.replace(",", "").lstrip("0") or "0" for numeral in found}


def _words(text):
    return re.findall(r"[a-z0-9£%']+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _written(file):
    if not file.is_file():
        return  # contract.yml says why the year does not report it
    with file.open(encoding="utf-8", newline="") as rows:
        yield from csv.DictReader(rows)


def _citing(review, repository):
    """What the rows, commentary and terms say that cite a paragraph, by paragraph."""
    said = defaultdict(list)
    for name, schema in review.schemas.items():
        sources = [column.name for column in schema.columns if column.type == "source"]
        for row in _written(repository / "data" / YEAR / f"{name}.csv") if name != "paragraphs" else ():
            text = " ".join(value for column, value in row.items() if column not in sources)
            for paragraph in " ".join(row[column] for column in sources).split():
                said[paragraph].append(text)
    for page, written in review.commentary.items():
        for block in re.split(r"^(?=## )", written, flags=re.MULTILINE):
            for paragraph in commentary.cited_paragraphs(block):
                said[paragraph].append(narrative.words(review, page, block.split()[1]).text)
    for term in review.contract["terms"]:
        for paragraph in term["source"].split():
            said[paragraph].append(f"{term['term']} {term['value']}")
    return said


# Every paragraph, every line, every numeral


def test_every_paragraph_of_the_source_documents_is_carried(review):
    assert coverage.uncovered(review) == []


def test_commentary_and_terms_cite_only_paragraphs_of_the_register(review, paragraphs):
    known = {unit["paragraph"] for unit in paragraphs}
    cited = {paragraph for text in review.commentary.values() for paragraph in commentary.cited_paragraphs(text)}
    cited |= {paragraph for term in review.contract["terms"] for paragraph in term["source"].split()}
    assert cited - known == set()


def test_every_line_of_the_documents_belongs_to_exactly_one_paragraph(documents, paragraphs):
    owners = defaultdict(list)
    for unit in paragraphs:
        for number in _lines(unit["lines"]):
            owners[unit["document"], number].append(unit["paragraph"])
    text = {
        (name, number)
        for name, lines in documents.items()
        for number, line in enumerate(lines, 1)
        if line.strip() and line.strip() not in RULES
    }
    assert {line: owners[line] for line in text if len(owners[line]) != 1} == {}
    assert set(owners) - text == set()


def test_the_words_of_every_paragraph_are_those_that_were_read(words_of, paragraphs):
    changed = [
        unit["paragraph"]
        for unit in paragraphs
        if sha256(" ".join(words_of[unit["paragraph"]].split()).encode()).hexdigest()[:12] != unit["digest"]
    ]
    assert changed == []


def test_every_numeral_printed_stands_in_what_cites_its_paragraph(review, repository, words_of, paragraphs):
    said = _citing(review, repository)
    missing = {}
    for unit in paragraphs:
        name = unit["paragraph"]
        if unit["kind"] == "contents":
            continue  # page numbers and the section numbers again
        printed = re.sub(rf"^[-#* ]*{re.escape(unit['section'])}[. ]", "", words_of[name])  # a section's own number
        if name.startswith(TICKS):
            printed = re.sub(r"(?<=\t)1(?=\t|$)", "", printed)
        carried = _numerals(" ".join(text for place in (name, *HEADERS.get(name, ())) for text in said[place]))
        if _numerals(printed) - carried:
            missing[name] = sorted(_numerals(printed) - carried)
    assert missing == {}


# Nobody's name, nobody's sentences


def _surnames_and_childrens_names(documents):
    """Names to keep out: surnames of members, authors and approvers; every part of the name of a child."""
    title = "\n".join(documents["cover"]).partition("List of Appendices")[0]
    people = re.findall(r"Cllr ([^\N{EN DASH}\n]+?) \N{EN DASH}", title)
    people += re.findall(r"<b>([^<,]+), [^<]+</b> +<a href=\"mailto", title)
    contributors = title.partition("Contributors")[2]
    entered = re.findall(r"^<b>[^\t]*</b>\t([^\t]+)\t", contributors, flags=re.MULTILINE)
    for one in entered:
        people += [part for part in re.split(r"[,(]| in ", one) if re.fullmatch(r"\s*[A-Z]\w+ [A-Z]\w+\s*", part)]
        people += re.findall(r"\(in ([A-Z]\w+ [A-Z]\w+)", one)
    children = re.findall(r"murders of ([^.]+)\.", "\n".join(documents["report"]))
    parts = {part for names in children for name in names.split(" and ") for part in name.split()}
    return {person.split()[-1] for person in people}, parts, len(entered)


def test_names_of_people_are_found_in_the_documents_so_that_their_absence_means_something(documents):
    surnames, children, entered = _surnames_and_childrens_names(documents)
    assert entered == 4  # cover report, table of approvers: four rows
    assert len(surnames) == 9  # two members, two authors, four approvers and the one who was absent
    assert len(children) == 4


def test_nobody_is_named_anywhere(repository, documents):
    surnames, children, _ = _surnames_and_childrens_names(documents)
    named = re.compile(r"\b(" + "|".join(sorted(map(re.escape, surnames | children))) + r")\b")
    places = []
    for file in _texts(repository, "data", "notebooks", "src", "docs", "book", "tests"):
        text = re.sub(r"base64,[\w+/=]+", "", file.read_text("utf-8"))
        places += [f"{file.relative_to(repository)}: name {found.start()}" for found in named.finditer(text)]
    assert places == []


def _texts(repository, *folders):
    kinds = {".csv", ".css", ".ipynb", ".md", ".py", ".yml"}
    inside = (file for folder in folders for file in (repository / folder).rglob("*"))
    return sorted(file for file in (*inside, *repository.glob("*.md")) if file.suffix in kinds and file.is_file())


def _pieces(file, repository):
    """The parts of a file that must be in our own words: cells of a table, cells of a notebook, or the whole."""
    if file.suffix == ".ipynb":
        yield from ("".join(cell["source"]) for cell in json.loads(file.read_text("utf-8"))["cells"])
    elif file.suffix == ".csv":
        for row in _written(file):
            yield from (value for column, value in row.items() if (file.stem, column) not in QUOTED)
    else:
        yield file.read_text("utf-8")


def test_no_sentence_of_the_documents_is_copied(repository, review, documents):
    run = 14
    printed = [_words("\n".join(lines)) for lines in documents.values()]
    taken = {tuple(words[start : start + run]) for words in printed for start in range(len(words) - run + 1)}
    titles = [" ".join(_words(title)) for title in review["cover_titles"]["value"]]
    copied = defaultdict(int)
    for file in _texts(repository, "data", "notebooks", "src", "docs", "tests"):
        for piece in _pieces(file, repository):
            text = " ".join(_words(piece))
            for title in filter(lambda title: len(title.split()) >= run, titles):
                text = text.replace(title, "|")  # the official title of a document is a name
            words = text.split()
            copied[str(file.relative_to(repository))] += sum(
                tuple(words[start : start + run]) in taken for start in range(len(words) - run + 1)
            )
    assert {file: runs for file, runs in copied.items() if runs} == {}


@pytest.mark.parametrize(("table", "column"), [("recommendations", "text"), ("kpis", "name"), ("dependencies", "name")])
def test_record_is_quoted_exactly(review, documents, table, column):
    printed = [" ".join(" ".join(lines).split()).casefold() for lines in documents.values()]
    frame = review[table]
    if table == "kpis":
        frame = frame[frame["named"] == "named"]
    quoted = frame[column].tolist()
    assert quoted
    assert [text for text in quoted if not any(text.casefold() in document for document in printed)] == []


# What the documents count


def _named(review, state):
    return int((review["kpis"]["named"] == state).sum())


def _reached(review, stage):
    return int(review["audits"][stage].sum())


def _figure(review, name):
    return review["figures"].set_index("figure")["value"][name]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(lambda r: len(r["kpis"]), 21, id="KPIs, report 2"),
        pytest.param(lambda r: _named(r, "named"), 14, id="KPIs named, report 2.1, 2.2 and 15"),
        pytest.param(lambda r: _named(r, "unnamed"), 2, id="KPIs mentioned as both adoption indicators, report 2.1"),
        pytest.param(lambda r: _named(r, "not identified"), 5, id="KPIs that no source identifies"),
        pytest.param(lambda r: int(r["kpis"]["under_review"].sum()), 5, id="KPIs under review, report 15"),
        pytest.param(lambda r: len(r["kpi_reviews"]), 5, id="KPI reviews with their reasons, report 15"),
        pytest.param(lambda r: len(r["dependencies"]), 11, id="Dependencies, report 3.1 to 3.11"),
        pytest.param(lambda r: cell(r, "claims/support_kpis_total/value"), 37, id="support-service KPIs, report 3.1"),
        pytest.param(lambda r: _figure(r, "support_services"), 15, id="support services, report 3.1"),
        pytest.param(lambda r: sum(r["property"]["buildings"]), 29, id="buildings, report 3.2"),
        pytest.param(lambda r: _figure(r, "inspection_actions_outstanding"), 2, id="outstanding actions, report 3.9"),
        pytest.param(lambda r: int((r["contract_changes"]["instrument"] == "Deed of Variation").sum()), 4, id="changes of the deed, report 5"),
        pytest.param(lambda r: int(r["demand"]["value_end"].isna().sum()), 4, id="rises without a value, report 6"),
        pytest.param(lambda r: len(r["legislation"]), 10, id="subsections on legislation, report 7"),
        pytest.param(lambda r: len(r["priorities"]), 6, id="priorities, report 8"),
        pytest.param(lambda r: len(r["outcomes"]), 4, id="outcomes, report 8"),
        pytest.param(lambda r: len(r["factors"]), 9, id="other factors, report 9"),
        pytest.param(lambda r: len(r["audits"]), 11, id="audits, report 10.2"),
        pytest.param(lambda r: _reached(r, "planning"), 11, id="audits planned, report 10.2 figure 1"),
        pytest.param(lambda r: _reached(r, "fieldwork"), 9, id="audits in fieldwork, report 10.2 figure 1"),
        pytest.param(lambda r: _reached(r, "reporting"), 4, id="audits reported, report 10.2 figure 1"),
        pytest.param(lambda r: len(r["assurance_levels"]), 5, id="assurance levels, report 10.2"),
        pytest.param(lambda r: _figure(r, "iro_recommendations_made"), 5, id="recommendations of the survey, report 10.6"),
        pytest.param(lambda r: len(r["rectification_plans"]), 0, id="Rectification Plans, report 11"),
        pytest.param(lambda r: len(r["grants"]), 10, id="grants, report 12"),
        pytest.param(lambda r: len(r["homes"]), 5, id="children's homes, report 14"),
        pytest.param(lambda r: len(r["change_items"]), 9, id="items discussed, report 15"),
        pytest.param(lambda r: len(r["aims"]), 5, id="aims, report 1 and cover 5.3"),
        pytest.param(lambda r: len(r["recommendations"]), 3, id="recommendations, cover 3.1"),
        pytest.param(lambda r: len(r["approvals"]), 4, id="approvals, cover title block"),
        pytest.param(lambda r: len(r["cover_topics"]), 14, id="topics, cover 6.1"),
        pytest.param(lambda r: len(r["deadlines"]), 2, id="deadlines, cover 5.4 and 5.5"),
    ],
)  # fmt: skip
def test_counts_are_those_of_the_documents(review, count, expected):
    assert count(review) == expected


def test_support_service_kpis_by_outcome(review):
    # report 3.1: 29 met or exceeded; of the eight that missed, six amber and two red
    assert review["support_service_results"].set_index("outcome")["kpis"].to_dict() == {
        "met or exceeded": 29,
        "amber": 6,
        "red": 2,
    }
    assert sum(review["support_service_results"]["kpis"]) == cell(review, "claims/support_kpis_total/value")


def test_buildings_by_council(review):
    # report 3.2: 17 in the West, 12 in the North
    assert review["property"].set_index("council")["buildings"].to_dict() == {"WNC": 17, "NNC": 12}


def test_grants_add_up_to_the_printed_total(review):
    # report 12: total of government revenue grants -12,076,323
    assert sum(review["grants"]["amount"]) == Decimal(-12_076_323)


def test_no_target_or_tolerance_is_made_up(review):
    # report 2 says that Schedule 6 sets them and prints none
    assert review["kpis"][["target", "tolerance"]].isna().all().all()
    assert set(review["kpis"]["target_status"]) == {"not published"}


def test_no_effect_on_the_contract_sum_is_made_up(review):
    # report 4, 6, 7.1, 7.3 and 9, cover 7.1.4: what raises or lowers costs is named, and no amount of it is printed
    factors = review["contract_sum_factors"]
    assert factors["effect"].isna().all() and set(factors["costed"]) == {"not costed"}
    assert set(factors["kind"]) == {"pressure", "saving"} and set(factors["year"]) == {"2022-23", "not stated"}
    for section, source in zip(factors["section"], factors["source"], strict=True):
        assert source.startswith(f"report:{section}/"), source


def test_a_kpi_has_a_polarity_only_with_its_basis(review):
    kpis = review["kpis"].set_index("kpi")
    stated = kpis["polarity"] != "not stated"
    assert kpis.loc[stated, "polarity_basis"].str.strip().ne("").all()
    # report 15 doubts that stage 2 complaints tell poor performance; 2.1 leaves both adoption indicators unnamed
    assert set(kpis.index[~stated]) >= {"K", "H1", "H2", "U1", "U2", "U3", "U4", "U5"}


def test_audit_opinions_are_not_readable_rather_than_none(review):
    # report 10.2 figure 1: coloured marks, lost from the stored text
    opinions = review["audits"][["system_opinion", "compliance_opinion", "impact_opinion"]]
    assert set(opinions.stack()) == {"not readable in source"}


def test_kpis_have_the_ids_of_the_public_register(review, repository):
    register = repository.parent / "shared" / "facts" / "kpi_definitions.csv"
    if not register.is_file():
        pytest.skip("the register of public KPI facts is not here: the ids are not held against it")
    assert {row["kpi_ref"] for row in _written(register)} == set(review["kpis"]["kpi"])


def test_a_home_has_no_places_and_no_occupancy(review):
    homes = review["homes"]
    assert list(homes.columns) == ["home", "urn", "opened", "note", "source"]
    assert not homes["note"].dropna().str.contains(r"place|bed|occup|resident|child", case=False).any()


def test_the_cost_of_one_placement_leads_to_no_child(review):
    # report 4: "a single placement costing £500k" is carried without age, type, home or council
    figure = review["figures"].set_index("figure").loc["single_placement_cost"]
    said = " ".join(str(figure[column]) for column in ("meaning", "period", "printed"))
    known = [council[key] for council in review.contract["councils"] for key in ("id", "name")]
    known += [*review["homes"]["home"], "aged", "boy", "girl", "residential", "foster", "secure"]
    assert [word for word in known if re.search(rf"\b{re.escape(word)}\b", said)] == []
    assert figure["value"] == 500


def test_what_the_stored_text_has_lost_is_not_said_to_be_unpublished(review):
    excused = review.contract["not_reported"]
    for table in ("kpi_values", "kpi_history", "kpi_rebases"):
        assert "Appendix 1" in excused[table] and "is published" not in excused[table], table
    assert excused["escalations"].startswith("the report names no move between stages")


def test_a_stage_that_the_report_does_not_name_cites_no_paragraph(review):
    basis = {one["stage"]: (one["basis"], one.get("source")) for one in review.contract["escalation"]["stages"]}
    assert basis["informal stage"] == ("not named in the source", None)
    assert basis["formal stage"] == ("not published", "report:11/1"), "named there"


def test_factors_of_the_contract_sum_are_said_to_be_the_books_reading(review, repository):
    assert "this book's reading" in review.schemas["contract_sum_factors"].meaning
    assert "this book's reading" in (repository / "notebooks" / "09_factors.ipynb").read_text("utf-8")
    factors = review["contract_sum_factors"].set_index("factor")
    assert set(factors.at["placements", "source"].split()) == {"report:4/14", "report:4/15", "cover:7.1.4/1"}
    assert "could" in factors.at["demand_after_covid", "name"] and "health" in factors.at["demand_after_covid", "name"]
