"""The front page: what the newest annual report at hand said, what later years' official figures say, and where to find the rest."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ncthelpers import brief, findings, provenance, results, sentences, wording
from ncthelpers.anchors import attribute
from ncthelpers.findings import Finding
from ncthelpers.narrative import plain, year_title
from ncthelpers.publish import notices
from ncthelpers.publish.markdown import raw_html
from ncthelpers.publish.toc import ABOUT, COMPARISON
from ncthelpers.yeardata import YearData

__all__ = ["front_page"]

_TEXT = Path(__file__).with_name("about") / "index.md"
_UNRATED = "No KPI is rated red, amber or green here, in any year: no source found gives their targets and tolerances."
_NO_RATING = "This book gives no overall rating of its own."
_SILENT = "The data at hand does not say."
_Asked = Callable[[Any], Finding | None]  # of a year; any sentence that may say one thing is one
# The questions that a reader comes with, what answers them, and the pages with more.
_CARDS: tuple[tuple[str, str, tuple[_Asked, ...], tuple[tuple[str, str, str], ...]], ...] = (
    ("said", "What the report said",
     (sentences.kpis_known, sentences.kpis_rated, sentences.kpis_reported, findings.support_service_rates, sentences.statements),
     (("00_summary", "", "Summary"), ("02_kpis", "", "KPIs"), ("17_cover_report", "", "Cover report"))),
    ("cost", "What it cost", (sentences.cost, findings.reserve_bridge, sentences.gaps),
     (("04_cost", "", "Cost"), ("12_funding", "", "Funding"))),
    ("actions", "Open actions", (sentences.actions,), (("17_cover_report", "table-actions-cover", "Actions of the cover report"),)),
    ("unknown", "What is not known", (sentences.not_reproduced, sentences.lost, sentences.absent),
     (("16_appendices", "table-not_readable", "What was lost"), ("23_missing", "", "What is missing"), ("24_assurance", "", "What was checked"))),
)  # fmt: skip
_OFFICIAL = (sentences.against_country, sentences.against_country_alone, sentences.since_before, sentences.in_care)


def front_page(years: Sequence[YearData], listed: Sequence[str]) -> str:
    """The front page as Markdown.

    Parameters
    ----------
    years : sequence of YearData
        The public years, newest first.
    listed : sequence of str
        The pages that the book has: a page that is not listed has no link.
    """
    reviewed = next((data for data in years if data.has_annual_report), None)
    later = [data for data in years if reviewed is None or data.year > reviewed.year]
    parts = {
        "draft": _draft(years),
        "review": _review(reviewed, later, listed) if reviewed else "No annual report is at hand for any year.",
        "later": _later(later, listed),
        "rating": " ".join([_NO_RATING, *([] if any(map(_is_rated, years)) else [_UNRATED])]),
        "find": _find(years, reviewed, listed),
    }
    text = _TEXT.read_text("utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{name}}}\n\n", f"{part}\n\n" if part else "")
    return text


def _is_rated(data: YearData) -> bool:
    return "kpis" in data.tables and results.is_reported(data, "kpis") and bool(data["kpis"]["target"].notna().any())


def _draft(years: Sequence[YearData]) -> str:
    drafts = [str(data.year) for data in notices.drafts(years)]
    return f"Draft, for it has not been signed off: {', '.join(drafts)}." if drafts else ""


def _if_there(sentence: _Asked) -> _Asked:
    """A sentence that says nothing of a root that has no table of that name."""

    def told(data: YearData) -> Finding | None:
        try:
            return sentence(data)
        except LookupError:
            return None

    return told


def _told(data: YearData, name: str, asked: Sequence[_Asked]) -> brief.Brief:
    return brief.made_of(data, f"index/{name}", map(_if_there, asked), most=len(asked))


def _link(listed: Sequence[str], page: str, words: str, anchor: str = "") -> str:
    """A link to a page that the book has; nothing to one that it does not have."""
    if page not in listed:
        return ""
    return f'<a href="{escape(page)}.html{f"#{escape(anchor)}" if anchor else ""}">{escape(words)}</a>'


def _first(data: YearData, listed: Sequence[str]) -> str:
    """The page on which a year opens."""
    return next((page for page in listed if page.startswith(f"{data.year}/")), "")


# The newest year whose annual report is at hand


def _review(data: YearData, later: Sequence[YearData], listed: Sequence[str]) -> str:
    cards = [_card(data, *card, later=later, listed=listed) for card in _CARDS]
    every = [sentence for _, _, asked, _ in _CARDS for sentence in asked]
    shown = _told(data, "review", every).shown
    sources = provenance.details(shown, f"what is said here of {data.year}").replace('href="../', 'href="')
    councils = wording.listed([council["name"] for council in data.contract["councils"]])
    intro = f"The newest annual report at hand: {plain(data.contract['provider']['name'])} for {plain(councils)}."
    return f"## {plain(year_title(data))}\n\n{intro}\n\n" + raw_html(
        '<div class="front-cards">\n' + "\n".join(cards) + f"\n</div>{sources}"
    )


def _card(
    data: YearData,
    name: str,
    title: str,
    asked: Sequence[_Asked],
    more: Sequence[tuple[str, str, str]],
    *,
    later: Sequence[YearData],
    listed: Sequence[str],
) -> str:
    """One question, what the data answers, and links to the pages with more."""
    told = [one.text for one in _told(data, name, asked).sentences]
    links = [_link(listed, f"{data.year}/{page}", words, anchor) for page, anchor, words in more]
    if name == "actions":
        carried = next((found for one in later if (found := _if_there(sentences.actions_carried)(one))), None)
        told += [carried.text] if carried else []
        links.append(_link(listed, f"{COMPARISON}/07_actions", "What became of actions"))
    items = "".join(f"<li>{escape(one)}.</li>" for one in told) or f"<li>{_SILENT}</li>"
    below = ", ".join(filter(None, links))
    return (f'<div class="front-card"{attribute(f"front-{name}")}>\n<h3>{title}</h3>\n<ul>{items}</ul>\n'
            + (f'<p class="front-more">{below}</p>\n' if below else "") + "</div>")  # fmt: skip


# The years since


def _later(years: Sequence[YearData], listed: Sequence[str]) -> str:
    """A line for each year of what official figures say of it: only those that may be compared."""
    lines = []
    for data in years:
        told = _told(data, str(data.year), _OFFICIAL).sentences
        said = " ".join(f"{escape(one.text)}." for one in told) or "No official figure is at hand."
        link = _link(listed, _first(data, listed), f"{data.year}") or str(data.year)
        lines.append(f"<li><strong>{link}</strong>: {said}</li>")
    if not lines:
        return ""
    return "## Later years: official figures only\n\n" + raw_html(
        f'<ul class="front-years">\n{chr(10).join(lines)}\n</ul>\n'
        "<p>Measures overlap and differ in weight, so the counts are no score. Each year&#x27;s page gives the sources.</p>"
    )


# Where to find the rest


def _find(years: Sequence[YearData], reviewed: YearData | None, listed: Sequence[str]) -> str:
    """What readers come to find, with links."""
    newest = next((data for data in years if f"{data.year}/25_kpi_months" in listed), None)
    of = f"{reviewed.year}" if reviewed else ""
    found = {
        "A KPI and its trend": [
            *([_link(listed, f"{newest.year}/25_kpi_months", f"KPIs month by month, {newest.year}", "table-kpi_signals")] if newest else []),
            _link(listed, f"{of}/02_kpis", f"the contract's KPIs, {of}", "table-kpi_register"),
            _link(listed, f"{COMPARISON}/01_measures", "official measures related to them, year by year", "table-measure_series"),
        ],
        "Spending by service": [
            _link(listed, f"{of}/04_cost", f"outturn against budget, {of}", "table-outturn_variance"),
            _link(listed, f"{COMPARISON}/02_finances", "finances by year"),
        ],
        "Where a figure comes from": [
            "unfold Sources below any table, chart or paragraph",
            _link(listed, f"{ABOUT}/coverage", "where each paragraph of the documents went"),
            _link(listed, f"{ABOUT}/discrepancies", "what does not add up"),
        ],
        "The years": [_link(listed, _first(data, listed), str(data.year)) for data in years],
        "The years compared": [
            _link(listed, f"{COMPARISON}/{page}", words)
            for page, words in (("03_demand", "demand"), ("04_inspections", "inspections"), ("05_contract", "the contract"),
                                ("06_timetable", "when each review was considered"), ("08_forecast", "forecasts and what came"))
        ],
        "About": [
            _link(listed, f"{ABOUT}/{page}", words)
            for page, words in (("glossary", "words explained"), ("method", "method"), ("definitions", "definitions of measures"),
                                ("publisher", "who publishes this"), ("accessibility", "accessibility"), ("open_data", "data to download"), ("what_changed", "what changed"))
        ],
    }  # fmt: skip
    items = [
        f"<li><strong>{what}</strong>: {', '.join(links)}</li>"
        for what, some in found.items()
        if (links := list(filter(None, some)))
    ]
    return raw_html('<ul class="front-find">\n' + "\n".join(items) + "\n</ul>")
