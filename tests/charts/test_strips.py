"""Strips: which end is better, what is a dot and what a mark, and each strip in one sentence. The values are invented."""

from decimal import Decimal

import pytest

from ncthelpers import results
from ncthelpers.charts import strips

LEFT, RIGHT = strips._Strip.LEFT, strips._Strip.RIGHT


def test_the_better_end_of_a_strip_is_at_the_right_whichever_way_is_better(official, ranks):
    drawing = official("strips", authority_ranks=[
        *ranks("late", [("East", "10", "2"), ("West", "20", "3 to 5")], "0", "20", "35", 6),
        *ranks("cases", [("East", "8", "4"), ("West", "16", "2")], "8", "15.5", "20", 4),
    ])  # fmt: skip
    east, west = ([point[0][0] for point in drawing.marks(shape) if LEFT <= point[0][0] <= RIGHT and point[0][1] > 0.6]
                  for shape in "oD")  # fmt: skip
    reach = RIGHT - LEFT
    assert east == pytest.approx([LEFT + reach * 25 / 35, LEFT])  # 10 late of 0 to 35; 8 cases are the fewest
    assert west == pytest.approx([LEFT + reach * 15 / 35, LEFT + reach * 8 / 12])
    texts = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert [text for text in texts if text.strip("← →") in ("worse", "better")] == ["← worse", "better →"] * 2


def test_every_authority_of_the_year_with_a_value_is_a_dot(official):
    assert [len(points) for points in official("strips").marks(".") if len(points) > 1] == [6, 4]


def test_authorities_with_one_value_stand_one_above_the_other():
    moved = strips._swarm([20.0] * 5 + [30.0], 0.1, 3)
    assert len(set(moved[:5])) == 5 and moved[5] == (0, 0)
    assert max(abs(along) for along, _ in moved) <= 0.05 + 1e-9
    assert sum(off for _, off in moved) == pytest.approx(0)
    assert strips._swarm([1.0, 1.0, 2.0], 0.5, 2) == [(0, -0.25), (0, 0.25), (0, 0)]
    assert strips._swarm([1.0, 1.0], 0.5, 1) == [(-0.25, 0), (0.25, 0)]


def test_areas_of_the_contract_are_told_apart_by_shape_and_named_beside_their_marks(official):
    drawing = official("strips")
    for area, shape in (("East", "o"), ("West", "D"), ("East Invented and West Invented", "s")):
        name = next(text for text in drawing.figure.axes[0].texts if text.get_text() == area)
        beside = [points[0] for points in drawing.marks(shape) if abs(points[0][1] - name.get_position()[1]) < 0.01]
        assert len(beside) == 1 and 0 < name.get_position()[0] - beside[0][0] < 0.2


def test_the_words_of_the_strips_say_how_each_area_stands_to_the_median(official, ranks):
    chart = official("strips").chart
    assert "East: better than the median on one. West: the same as the median on one." in chart.alt
    assert "East Invented and West Invented: worse than the median on one." in chart.alt
    assert chart.title == "1 of 3 ranked figures is better than the median"
    unranked = official("strips", authority_ranks=ranks("late", [("East", "10", None)], "0", "20", "35", 6)).chart
    assert unranked.title == "" and "median" not in unranked.alt, "no rank, no comparison"


def test_the_caption_of_the_strips_says_year_number_and_which_end_is_better(official):
    caption = official("strips").chart.caption
    assert caption.startswith(f"{results.result_schemas()['authority_ranks'].title}, 2021-22: a row a measure")
    assert "a dot each of 4 to 6 authorities" in caption and caption.endswith("the better end at the right")


def test_a_measure_that_is_not_rated_has_no_strip(official):
    drawing = official("strips")
    assert "Children seen" not in drawing.chart.alt and "Children seen" not in drawing.words


def test_an_area_whose_value_is_not_published_has_the_words_and_no_mark(official, ranks):
    rows = ranks("late", [("East", None, None), ("West", "20", "3 to 5")], "0", "20", "35", 6)
    drawing = official("strips", authority_ranks=rows)
    assert "East" not in drawing.chart.alt and "not published" in drawing.words
    assert [points for points in drawing.marks("o") if 0.6 < points[0][0] < RIGHT] == [] and drawing.covered == []


def test_marks_at_one_place_stand_apart(official, ranks):
    rows = ranks("late", [("East", "20", "3 to 5"), ("West", "20", "3 to 5")], "0", "20", "35", 6)
    drawing = official("strips", authority_ranks=rows)
    east, west = ([points[0] for points in drawing.marks(shape) if 2 < points[0][0] < RIGHT][-1] for shape in "oD")
    assert east[0] == west[0] and abs(east[1] - west[1]) > 0.1


def test_all_authorities_alike_do_not_divide_by_nought(official, ranks):
    drawing = official(
        "strips", authority_values=[("late", f"a{n}", "2021-22", Decimal(7)) for n in range(40)],
        authority_ranks=ranks("late", [("East", "7", "1 to 40")], "7", "7", "7", 40),
    )  # fmt: skip
    assert "East: the same as the median on one." in drawing.chart.alt and drawing.chart.title.startswith("None of 1 ")
