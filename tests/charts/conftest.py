"""The charts of a year's review, those of invented official statistics, and what stands in a figure."""

import dataclasses
from decimal import Decimal
from typing import NamedTuple

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ncthelpers import charts, comparison, results
from ncthelpers.charts import canvas
from ncthelpers.load import Comparison

REVIEW = {
    "reserve_bridge": lambda year: charts.waterfall(year, "reserve_bridge"),
    "contract_sum_bridge": lambda year: charts.waterfall(year, "contract_sum_bridge"),
    "variance_by_service": charts.variance_by_service,
    "grants": charts.grants,
    "gaps": charts.gaps,
    "support_services": charts.support_services,
    "audit_progress": charts.audit_progress,
    "demand": lambda year: charts.demand(year, "children_in_care"),
    "event_timeline": lambda year: charts.event_timeline(year, ["governance", "contract"]),
    "inspection_timeline": charts.inspection_timeline,
}
OFFICIAL = {
    "strips": charts.authority_strips,
    "series": charts.measure_series,
    "one series": lambda years: charts.measure_series(years, measures=("late",)),
    "demand": lambda years: charts.measure_series(years, "demand"),
    "outturn": lambda years: charts.outturn_series(years, ("spent", "returned", "weekly")),
    "one outturn": lambda years: charts.outturn_series(years, ("spent",)),
    "forecasts": charts.forecast_paths,
}


class Drawing(NamedTuple):
    """A chart and the figure that it was made from."""

    chart: charts.Chart
    figure: Figure

    @property
    def image(self) -> BeautifulSoup:
        """What a page holds of it."""
        return BeautifulSoup(self.chart._repr_html_(), "html.parser")

    @property
    def written(self):
        """Every piece of writing in the figure, with the numbers on its axes."""
        texts = [text for axes in self.figure.axes for text in axes.texts]
        for axes in (axes for axes in self.figure.axes[1:] if axes.axison):
            texts += [*axes.get_xticklabels(), *axes.get_yticklabels()]
        return [text for text in texts if text.get_text() and text.get_visible()]

    @property
    def words(self):
        return " ".join(text.get_text() for text in self.written)

    @property
    def covered(self):
        """Pieces of writing that cover each other or reach beyond the figure."""
        self.figure.set_dpi(100)  # at the 72 of an SVG Agg sets letters too wide, on whole dots
        renderer = FigureCanvasAgg(self.figure).get_renderer()
        self.figure.draw(renderer)
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in self.written]
        right, top = self.figure.bbox.x1 + 1, self.figure.bbox.y1
        found = [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > right or box.y1 > top]
        for place, (text, box) in enumerate(boxes):
            found += [(text, other) for other, beside in boxes[place + 1 :]
                      if min(box.x1, beside.x1) - max(box.x0, beside.x0) > 0.5
                      and min(box.y1, beside.y1) - max(box.y0, beside.y0) > 0.5]  # fmt: skip
        return found

    def marks(self, shape):
        """Points drawn with one shape on the last axes, each piece of line apart."""
        lines = [line for line in self.figure.axes[-1].lines if line.get_marker() == shape]
        return [list(zip(line.get_xdata(), line.get_ydata(), strict=True)) for line in lines]

    def segments(self, colour):
        """First and last year, as numbers, of each piece of line of a colour on the last axes."""
        lines = [line for line in self.figure.axes[-1].lines if line.get_color() == colour]
        return [tuple(line.get_xdata()) for line in lines if line.get_marker() == "None"]


def _drawn(draw, data):
    figures = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "Figure", lambda **how: figures.append(Figure(**how)) or figures[-1])
        chart = REVIEW.get(draw, draw)(data)
    return Drawing(chart, figures[-1] if figures else None)


@pytest.fixture
def drawn():
    """A function that draws a chart, by name or by a function, and catches its figure."""
    return _drawn


@pytest.fixture(scope="session")
def gallery(review):
    """Every chart of the year's review, drawn once, by name."""
    return {name: _drawn(name, review) for name in REVIEW}


@pytest.fixture(params=REVIEW)
def of_review(request):
    """The name of each chart of the year's review in turn."""
    return request.param


@pytest.fixture(params=OFFICIAL)
def of_statistics(request):
    """The name of each chart of official statistics in turn."""
    return request.param


@pytest.fixture
def year_with(review):
    """A function that gives the year with tables, and entries of its contract, in place of its own."""

    def made(contract=None, **frames):
        contract = {**review.contract, **(contract or {})}
        return dataclasses.replace(review, tables={**review.tables, **frames}, contract=contract)

    return made


@pytest.fixture
def hostile():
    """A name that is markup, quotes and mathematics."""
    return "<script>alert(\"x\")</script> & 'quoted' --> $\\frac$"


# Official statistics: invented measures, authorities and years

LOW, HIGH = "lower is better", "higher is better"
MEASURES = [
    # measure, title, unit, decimals, polarity, combines
    ("late", "Visits that were late", "per cent", 1, LOW, "numerators and denominators"),
    ("cases", "Average cases of a worker", "cases per FTE", 1, HIGH, "joint return"),
    ("count", "Children seen", "children", 0, "not rated", "counts"),
    ("rate", "Rate of children seen", "per 10,000 children", 0, "not rated", "not added"),
    ("spent", "Spending on children", "£", 0, "not rated", "not added"),
    ("returned", "Spending as returned", "£000", 0, "not rated", "not added"),
    ("weekly", "Weekly cost", "£ per week", 0, "not rated", "not added"),
]
TITLES = {measure: title for measure, title, *_ in MEASURES}
FRAMES = {
    "measures": "measure title unit decimals polarity combines",
    "areas": "area name kind",
    "authority_values": "measure area year value",
    "authority_ranks": "measure title area value rank of quartile lowest median highest release",
    "measure_series": "measure title year value numerator denominator country region release break_before reason",
    "measures_alone": "contract_year measure title area value country",
    "demand_series": "measure title year value numerator denominator country region release break_before reason",
    "finance_series": "measure title area year unit value release",
    "forecast_paths": "contract_year measure official_measure title end method year value low high interval_kind came error "
    "inside unit decimals source",
}
SUSPECTED, CONFIRMED = "suspected: the way of counting changed", "confirmed: the boundary changed"


def _number(text):
    return None if text is None else Decimal(text)


def _ranks(measure, own, lowest, median, highest, of=5):
    ends = _number(lowest), _number(median), _number(highest)
    return [(measure, TITLES[measure], area, _number(value), rank, of, None, *ends, "A") for area, value, rank in own]


def _series(measure, values, country=None, breaks=None, reason=None, first=2018):
    country = country or [None] * len(values)
    years = [f"{first + n}-{first + n - 1999}" for n in range(len(values))]
    return [
        (measure, TITLES[measure], year, _number(ours), None, None, _number(theirs), None, "A", (breaks or {}).get(year),
         None if ours is not None else reason)
        for year, ours, theirs in zip(years, values, country, strict=True)
    ]  # fmt: skip


def _spending(measure, unit, **of_area):
    return [(measure, TITLES[measure], area, year, unit, _number(value), "A")
            for area, years in of_area.items() for year, value in years]  # fmt: skip


def _paths(printed, came, origin="2021-22", title="Visits that were late", unit="children", last="2023-24", **methods):
    """Rows of ``forecast_paths``: five official figures, what came in two more years, and (value, low, high) by method."""
    years = [f"{first}-{first - 1999}" for first in range(2017, 2024)]
    official = dict(zip(years, [1092, 1123, 1157, 1144, 1183, *came], strict=True))
    about = (origin, "seen", "count", title, "2024-03")

    def row(method, year, value, low=None, high=None):
        outcome = official[year] if method != "official figures" else None
        error = None if outcome is None else Decimal(value) - outcome
        inside = None if None in (outcome, low) else low <= outcome <= high
        return (*about, method, year, Decimal(value), _number(low), _number(high), low and "an invented interval", outcome, error,
                inside, unit, 0, "report:6/1")  # fmt: skip

    rows = [row("official figures", year, value) for year, value in official.items() if value is not None]
    for method, ends in methods.items():
        rows += [row(method.replace("_", " "), year, *of) for year, of in zip(years[-len(ends) :], ends, strict=True)]
    return [*rows, row("as printed", last, printed)]


ROWS = {
    "authority_values": [
        *(("late", f"a{n}", "2021-22", _number(value)) for n, value in enumerate(["0", "10", "20", "20", "20", "35", None])),
        *(("cases", f"a{n}", "2021-22", Decimal(value)) for n, value in enumerate(["8", "15", "16", "20"])),
        *(("count", f"a{n}", "2021-22", Decimal(value)) for n, value in enumerate(["8", "15"])),
        ("late", "a9", "2020-21", Decimal(99)),
    ],
    "authority_ranks": [
        *_ranks("late", [("East", "10", "2"), ("West", "20", "3 to 5")], "0", "20", "35", 6),
        *_ranks("cases", [("East Invented and West Invented", "15", "3")], "8", "15.5", "20", 4),
        *_ranks("count", [("East", "8", None)], "8", "11.5", "15", 2),
    ],
    "measure_series": [
        *_series("late", ["30", "31.25", "20", None, "25"], ["22", "22", "22.5", "22", "21"], {"2020-21": SUSPECTED},
                 "a part is suppressed (c)"),
        *_series("cases", [None, "17.5", "18", "16", None], ["17", "16", None, "16", "15.5"], {"2019-20": CONFIRMED},
                 "no figure is published"),
    ],
    "demand_series": [
        *_series("count", ["900", "1000", "1100"], ["400000", "410000", "420000"]),
        *_series("rate", ["50", "52", "54"], ["60", "61", "62"]),
    ],
    "finance_series": [
        *_spending("spent", "£", County=[("2019-20", "122136172"), ("2020-21", "117035107")],
                   East=[("2021-22", "64949296"), ("2023-24", "89889637")],
                   West=[("2021-22", "82621651"), ("2022-23", "97485602"), ("2023-24", "111024810")]),
        *_spending("returned", "£000", East=[("2023-24", "5250")], West=[("2023-24", None)]),
        *_spending("weekly", "£ per week", East=[("2022-23", "1465"), ("2023-24", "1500")]),
    ],
    "forecast_paths": _paths(
        1211, (1235, 1182), no_change=[(1183, 1097, 1269), (1183, 1062, 1304)],
        linear_trend=[(1201, 1137, 1265), (1221, 1144, 1298)], stock_and_flow=[(1177, 1121, 1219), (1174, 1081, 1180)],
    ),
}  # fmt: skip


@pytest.fixture
def rows():
    """Rows of the invented official statistics by table."""
    return ROWS


@pytest.fixture
def ranks():
    """A function that makes rows of ``authority_ranks``."""
    return _ranks


@pytest.fixture
def series():
    """A function that makes rows of ``measure_series``."""
    return _series


@pytest.fixture
def spending():
    """A function that makes rows of ``finance_series``."""
    return _spending


@pytest.fixture
def paths():
    """A function that makes rows of ``forecast_paths``."""
    return _paths


@pytest.fixture
def official(year_with, monkeypatch):
    """A function that draws a chart of invented official statistics by name; rows given for a table stand in its place."""

    def table(name, rows):
        return pd.DataFrame(list(rows), columns=FRAMES[name].split(), dtype=object)

    def draw(name, chart=None, areas=(("all", "Anyland", "country"),), **given):
        frames = {name: table(name, rows) for name, rows in {**ROWS, **given}.items()}
        entered = {"measures": table("measures", MEASURES), "areas": table("areas", areas),
                   "authority_values": frames["authority_values"]}  # fmt: skip
        empty = pd.DataFrame(columns=results.result_schemas()["related_measures"].names, dtype=object)
        frames.setdefault("related_measures", empty)
        frames.setdefault("measures_alone", table("measures_alone", ()))
        monkeypatch.setattr(results, "table", lambda data, name: frames[name])
        monkeypatch.setattr(comparison, "table", lambda years, name: frames[name])
        year = year_with(**entered)
        return _drawn(chart or OFFICIAL[name], year if name == "strips" else Comparison((year,)))

    return draw
