"""What a page says before all else: a few sentences worked out from its tables, each figure with the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from typing import Any

from ncthelpers import findings, lineage, provenance, sentences
from ncthelpers.findings import Finding
from ncthelpers.sentences import Sentence, actions_of, counted
from ncthelpers.yeardata import Comparison, YearData

__all__ = ["Brief", "NOTHING", "PAGES", "of", "made_of"]

_TITLE = "In brief"
_MOST = 6


@dataclass(frozen=True)
class Brief:
    """Sentences for the head of a page, shown as safe HTML in a notebook.

    Parameters
    ----------
    sentences : tuple of Finding
        What is said, each without its full stop.
    shown : Shown
        Their figures with their rows, and their sources.
    """

    sentences: tuple[Finding, ...]
    shown: provenance.Shown = field(repr=False)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return provenance.bundle(self._repr_html_(), repr(self), self.shown, _TITLE)

    def _repr_html_(self) -> str:
        items = "\n".join(f"<li>{escape(one.text)}.</li>" for one in self.sentences)
        return (f'<div class="in-brief">\n<strong>{_TITLE}</strong>\n<ul>\n{items}\n</ul>\n</div>'
                f"{provenance.details(self.shown, _TITLE.lower())}")  # fmt: skip

    def __repr__(self) -> str:
        return "\n".join(f"{one.text}." for one in self.sentences)


class _Nothing:
    """What stands at the head of a page of which nothing can be said: no box, not an empty one."""

    def _ipython_display_(self) -> None:
        """Show nothing."""


NOTHING = _Nothing()


def of(data: YearData | Comparison, page: str) -> Brief | _Nothing:
    """What a page says in brief.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    page : str
        Name of the page, such as ``04_cost``.

    Raises
    ------
    LookupError
        If no page of that name has sentences.
    """
    if page not in PAGES:
        raise LookupError(f"there are no sentences for a page named {page}")
    made = made_of(data, f"{page}/in brief", PAGES[page])
    return made if made.sentences else NOTHING


def made_of(data: YearData | Comparison, name: str, asked: Iterable[Sentence], most: int = _MOST) -> Brief:
    """The first few of some sentences that the data can say, with what they rest on.

    Parameters
    ----------
    data : YearData or Comparison
        The year, or the years side by side.
    name : str
        What they are called in the page's JSON.
    asked : iterable of callable
        Each gives a finding, several, or none.
    most : int
        How many are said.
    """
    said = ([one] if isinstance(one, Finding) else one or () for one in (sentence(data) for sentence in asked))
    found = tuple(one for some in said for one in some)[:most]
    figures = tuple({figure.name: figure for one in found for figure in one.figures}.values())
    behind = lineage.merged(_rows(data, said) for figure in figures for said in figure.rows)
    return Brief(found, provenance.Shown("words", name, figures=figures, sources=provenance.sources_of(data, behind)))


def _rows(data: YearData | Comparison, said: str) -> lineage.Rows:
    """Rows as a figure names them; without lines where it only says how many they are."""
    file, _, which = said.partition(": ")
    folder, _, path = file.partition("/")
    years = {str(one.year): one for one in data.years}
    frame = years.get(folder, data.reference).tables.get(path.removesuffix(".csv"))
    if frame is None or not which or " of " in which:
        return lineage.Rows(file)
    if which.startswith("all "):
        return lineage.Rows(file, tuple(frame.index), len(frame))
    runs = [run.partition("-") for run in which.split(", ")]
    lines = (line for first, _, last in runs for line in range(int(first), int(last or first) + 1))
    return lineage.Rows(file, tuple(lines), len(frame))


PAGES: Mapping[str, tuple[Sentence, ...]] = MappingProxyType({
    "00_summary": (sentences.cost, findings.reserve_bridge, sentences.kpis_known, findings.support_service_rates),
    "01_purpose": (counted("aims", "aim of the review is stated", "aims of the review are stated"), actions_of("report:1")),
    "02_kpis": (sentences.kpis_known, sentences.kpis_rated, sentences.kpis_reported, actions_of("report:2")),
    "03_dependencies": (
        counted("dependencies", "Dependency is listed: what the trust must be given to do its work", "Dependencies are listed: what the trust must be given to do its work"),
        findings.support_service_rates, actions_of("report:3")),
    "04_cost": (sentences.cost, sentences.largest_variances, findings.reserve_bridge, actions_of("report:4")),
    "05_contract_changes": (sentences.changes_agreed, actions_of("report:5")),
    "06_demand": (sentences.demand, actions_of("report:6")),
    "07_legislation": (counted("legislation", "change in law or guidance is listed", "changes in law and guidance are listed"), actions_of("report:7")),
    "08_priorities": (counted("priorities", "priority is set", "priorities are set"),
                      counted("outcomes", "outcome is aimed for", "outcomes are aimed for"), actions_of("report:8")),
    "09_factors": (counted("factors", "factor is named", "factors are named"), findings.contract_sum_effects, actions_of("report:9")),
    "10_audits_and_surveys": (findings.audit_progress, findings.practice_shares,
                              counted("surveys", "survey is reported", "surveys are reported"), actions_of("report:10")),
    "11_rectification_plans": (sentences.rectification, sentences.escalated, actions_of("report:11")),
    "12_funding": (sentences.gaps, sentences.gaps_by_council, findings.grant_shares, actions_of("report:12")),
    "13_risk": (counted("risks", "risk is listed in the documents", "risks are listed in the documents"), sentences.risks, actions_of("report:13")),
    "14_inspections": (sentences.judgements, sentences.councils_judged, actions_of("report:14")),
    "15_proposed_changes": (counted("change_items", "item was discussed", "items were discussed"), sentences.proposals, actions_of("report:15")),
    "16_appendices": (counted("appendices", "appendix is listed or cited", "appendices are listed or cited"), sentences.lost),
    "17_cover_report": (counted("recommendations", "recommendation is made", "recommendations are made"),
                        sentences.deadlines, sentences.topics, sentences.cost),
    "18_public_data": (sentences.against_country, sentences.against_country_alone, sentences.since_before, sentences.in_care, sentences.judgements, sentences.councils_judged),
    "19_official_measures": (sentences.against_country, sentences.against_country_alone, sentences.since_before, sentences.not_compared, sentences.ranks),
    "20_official_demand": (sentences.in_care, sentences.demand_directions),
    "21_published_finance": (sentences.finances_by_source,),
    "22_governance": (sentences.considered, sentences.actions_carried),
    "23_missing": (sentences.absent, sentences.lost),
    "24_assurance": (sentences.statements, sentences.not_reproduced),
    "25_kpi_months": (sentences.kpis_rated, sentences.variation, sentences.escalated),
    "01_measures": (sentences.of_newest(sentences.against_country), sentences.of_newest(sentences.against_country_alone),
                    sentences.stopped, sentences.breaks, sentences.revised),
    "02_finances": (sentences.spent, sentences.finances_by_source),
    "03_demand": (sentences.forecasts,),
    "04_inspections": (counted("inspections", "visit, inspection or notice is listed", "visits, inspections and notices are listed"),),
    "05_contract": (sentences.changes_agreed, sentences.proposals),
    "06_timetable": (sentences.considered,),
    "07_actions": (sentences.spoken_of,),
    "08_forecast": (sentences.forecasts, sentences.reproduced),
})  # fmt: skip
