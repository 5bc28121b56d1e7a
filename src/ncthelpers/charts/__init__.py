"""Figures for readers who would rather look than read: each with its caption and a text that says what it shows.

A chart takes tables of the year by name and computes nothing but order and positions. It is drawn once, as SVG that is the same bytes on every
run, and stands in the page as an image with alternative text; the same numbers always stand in a table beside it.
"""

from ncthelpers.charts.bars import contract_sum_factors, gaps, grants, support_services, variance_by_service, waterfall
from ncthelpers.charts.canvas import Chart
from ncthelpers.charts.distributions import practice_scores, survey_answers
from ncthelpers.charts.review import audit_progress, demand, event_timeline, inspection_timeline, risk_scores
from ncthelpers.charts.series import forecast_paths, measure_series, outturn_series
from ncthelpers.charts.spc import Charts, variation, variations
from ncthelpers.charts.strips import authority_strips

__all__ = [
    "Chart", "Charts", "waterfall", "variance_by_service", "grants", "gaps", "support_services", "audit_progress", "demand",
    "event_timeline", "inspection_timeline", "authority_strips", "measure_series", "outturn_series", "forecast_paths",
    "contract_sum_factors", "risk_scores", "survey_answers", "practice_scores", "variation", "variations",
]  # fmt: skip
