"""Stacked bars: what is drawn of each question and month, and nothing that was suppressed. The surveys are invented."""

import itertools

import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from ncthelpers import charts
from ncthelpers.charts import distributions
from ncthelpers.charts.canvas import INK, PALETTE

WIDE, LEFT = distributions._WIDE, distributions._LEFT
FIVE = ("Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree")


@pytest.fixture
def survey(year_with):
    """A function that gives the year with answers to questions: for each its name and numbers, none where suppressed."""

    def made(*questions, base=None, scale=FIVE):
        surveys = pd.DataFrame([("staff", "Staff survey", base)], columns=["survey", "title", "base"], dtype=object)
        surveys["source"] = "report:10.5/1"
        rows = [("staff", question, n, answer, number, "c" if number is None else None, "report:10.5/1")
                for question, *numbers in questions
                for n, (answer, number) in enumerate(zip(scale, numbers, strict=False), 1)]  # fmt: skip
        names = ["survey", "question", "order", "answer", "answered", "status", "source"]
        return year_with(
            {"not_reported": {}}, surveys=surveys, survey_answers=pd.DataFrame(rows, columns=names, dtype=object)
        )

    return made


@pytest.fixture
def audited(year_with):
    """A function that gives the year with practice scores: for each month the cases of each score."""

    def made(*months, scale=("Good", "Fair", "Poor")):
        rows = [(month, n, score, number, "c" if number is None else None, "report:10.4/1")
                for month, *numbers in months for n, (score, number) in enumerate(zip(scale, numbers, strict=False), 1)]  # fmt: skip
        names = ["month", "order", "score", "cases", "status", "source"]
        return year_with({"not_reported": {}}, practice_scores=pd.DataFrame(rows, columns=names, dtype=object))

    return made


def parts(drawing):
    """Left end, width and colour of each piece of the bars, frames and the marks below the bars left out."""
    thick = [bar for bar in drawing.figure.axes[0].patches if bar.get_height() == pytest.approx(distributions._THICK)]
    return [bar for bar in thick if bar.get_facecolor()[:3] != (1, 1, 1)]


def test_the_answers_of_a_question_fill_its_bar_in_the_order_of_their_scale(survey, drawn):
    drawing = drawn(charts.survey_answers, survey(("Are you supported?", 40, 30, 20, 10)))
    ends = [(bar.get_x(), bar.get_width()) for bar in parts(drawing)]
    expected = [(LEFT + WIDE * start, WIDE * wide) for start, wide in ((0, 0.4), (0.4, 0.3), (0.7, 0.2), (0.9, 0.1))]
    assert [end for pair in ends for end in pair] == pytest.approx([end for pair in expected for end in pair])


def test_every_answer_is_named_with_its_share_below_its_bar_and_in_the_alternative_text(survey, drawn):
    drawing = drawn(charts.survey_answers, survey(("Are you supported?", 57, 0, 12), ("Are you heard?", 10, 10, 20)))
    assert drawing.chart.alt == (
        "Stacked bars, one a question, the best answer at the left. Staff survey: Are you supported? (69 answered): Strongly agree: 82.6%; Agree: 0.0%; "
        "Neither: 17.4%. Staff survey: Are you heard? (40 answered): Strongly agree: 25.0%; Agree: 25.0%; Neither: 50.0%."
    )
    texts = [text.get_text() for text in drawing.written]
    assert {"Strongly agree: 82.6%", "Agree: 0.0%", "Neither: 17.4%"} <= set(texts)
    assert drawing.chart.title == "From 25.0% to 82.6% gave the best answer"


def test_a_share_stands_in_its_piece_only_where_it_has_room(survey, drawn):
    texts = [text.get_text() for text in drawn(charts.survey_answers, survey(("Q?", 96, 1, 3))).written]
    assert "96.0%" in texts and "1.0%" not in texts and "Agree: 1.0%" in texts


def test_neighbours_differ_in_colour_and_a_colour_that_comes_again_has_an_outline(survey, drawn):
    bars = parts(drawn(charts.survey_answers, survey(("Q?", 20, 20, 20, 20, 20))))
    colours = [bar.get_facecolor() for bar in bars]
    assert len(bars) == 5 and all(one != other for one, other in itertools.pairwise(colours))
    assert colours[4] == colours[0] and bars[4].get_edgecolor() != bars[0].get_edgecolor()
    assert (distributions._look(4)["color"], distributions._look(4)["edgecolor"]) == (PALETTE[0], INK)


def _light(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_is_written_in_a_piece_can_be_read_on_its_colour(survey, drawn):
    drawing = drawn(charts.survey_answers, survey(("Q?", 20, 20, 20, 20, 20)))
    inside = [text for text in drawing.written if text.get_text() == "20.0%"]
    for bar, text in zip(parts(drawing), inside, strict=True):
        dark, light = sorted((_light(bar.get_facecolor()), _light(text.get_color())))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("numbers", "base", "words"),
    [
        ((40, None, None), 50, "Strongly agree: 80.0%; Agree: suppressed; Neither: suppressed"),
        ((40, None, None), None, "Strongly agree: not shown; Agree: suppressed; Neither: suppressed"),
        ((40, None, 6), 50, "Strongly agree: not shown; Agree: suppressed; Neither: not shown"),
    ],
)
def test_a_suppressed_answer_has_no_piece_and_no_number_and_the_others_do_not_give_it_away(
    survey, drawn, numbers, base, words
):
    drawing = drawn(charts.survey_answers, survey(("Q?", *numbers), base=base))
    assert f"{words}." in drawing.chart.alt
    shown = [number for number in (0.8,) if "80.0%" in words]
    assert [bar.get_width() for bar in parts(drawing)] == pytest.approx([WIDE * share for share in shown])
    assert ("answered)" in drawing.words) == bool(shown), "how many answered would give the one suppressed away"


def test_what_is_suppressed_stands_empty_in_its_place_on_the_scale(survey, drawn):
    pieces = parts(drawn(charts.survey_answers, survey(("Q?", 20, None, None, 10), base=40)))
    ends = [(bar.get_x() - LEFT) / WIDE for bar in pieces]
    assert ends == pytest.approx([0, 0.75]), "half of those who answered, then a quarter that is suppressed"


def test_where_no_best_answer_is_shown_no_title_says_anything_of_it(survey, drawn):
    chart = drawn(charts.survey_answers, survey(("Q?", None, None, 40))).chart
    assert chart.title == "" and chart.caption.startswith("Answers to each question of the surveys of 2021-22")


def test_a_month_of_practice_scores_is_one_bar_with_its_cases(audited, drawn):
    drawing = drawn(
        charts.practice_scores, audited(("2021-05", 6, 12, 6), ("2021-04", 9, 6, 0), ("2021-06", 9, None, None))
    )
    assert drawing.chart.alt == (
        "Stacked bars, one a month, the best score at the left. April 2021 (15 cases): Good: 60.0%; Fair: 40.0%; Poor: 0.0%. "
        "May 2021 (24 cases): Good: 25.0%; Fair: 50.0%; Poor: 25.0%. "
        "June 2021: Good: not shown; Fair: suppressed; Poor: suppressed."
    )
    assert drawing.chart.title == "Audited cases scored best fell from 60.0% to 25.0%"
    assert len(parts(drawing)) == 5


def test_one_month_alone_neither_rose_nor_fell(audited, drawn):
    assert drawn(charts.practice_scores, audited(("2021-04", 9, 6))).chart.title == ""


def test_no_writing_covers_another_however_many_and_long_the_answers_are(survey, audited, drawn):
    scale = [f"{n}: an answer that is somewhat longer" for n in range(11)]
    long = "Do you think that what was agreed with you at the last review was done in the way in which it was agreed with you?"
    drawing = drawn(charts.survey_answers, survey((long, *range(10, 21)), ("Q?", *[10] * 11), scale=scale))
    assert drawing.covered == [] and len(parts(drawing)) == 22
    months = [(f"2021-{month:02}", 10, 20, 30) for month in range(4, 13)]
    assert drawn(charts.practice_scores, audited(*months)).covered == []


def test_the_same_answers_are_the_same_bytes(survey, drawn):
    first, again = (drawn(charts.survey_answers, survey(("Q?", 40, 30))).chart for _ in range(2))
    assert first.svg == again.svg and first._repr_html_() == again._repr_html_()


def test_hostile_text_is_drawn_as_text(survey, drawn, hostile):
    drawing = drawn(charts.survey_answers, survey((hostile, 40, 30), scale=(hostile, "No")))
    assert hostile in drawing.chart.alt and drawing.image.script is None
    assert set(drawing.image.img.attrs) == {"alt", "width", "height", "src"}


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (
            charts.survey_answers,
            "social worker survey (Figure 3) and of the leadership programmes as pictures",
        ),  # report 10.5
        (charts.practice_scores, "practice discussions (Figure 2) as a picture"),  # report 10.4
    ],
)
def test_the_distributions_of_the_reviewed_year_are_pictures_that_are_lost_and_their_place_says_so(
    review, draw, reason
):
    chart = draw(review)
    assert chart.svg == b"" and chart.alt.startswith("Not reported: ") and reason in chart.alt
    assert "which the stored text does not hold" in chart.alt
