import json
from base64 import b64encode

import pytest

from ncthelpers.charts import Chart
from ncthelpers.provenance import Shown
from ncthelpers.publish import pictures

ASKED = "docs/pictures/2031-32.04_cost.chart-grants.svg"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"></svg>'


@pytest.fixture
def repository_of_one_chart(tmp_path):
    chart = Chart(
        SVG, "Bars & [marks]. One is longest.", "Grants, £", Shown("chart", "grants"), "One grant is most of it."
    )
    html = chart._repr_html_().splitlines(keepends=True)  # as a notebook holds it
    page = {"cells": [{"source": "# Cost"}, {"outputs": [{"data": {"text/html": html}}, {"name": "stdout"}]}]}
    (tmp_path / "book" / "2031-32").mkdir(parents=True)
    (tmp_path / "book" / "2031-32" / "04_cost.ipynb").write_text(json.dumps(page), "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(f"# The book\n\n![old words]({ASKED})\n", "utf-8")
    (tmp_path / "docs" / "plain.md").write_text("No picture, ![but a photograph](photograph.png).\n", "utf-8")
    return tmp_path


def test_the_pictures_of_the_repository_are_those_of_its_book(repository):
    wanted = pictures.as_they_should_be(repository)
    assert repository / "README.md" in wanted and any(path.suffix == ".svg" for path in wanted)
    assert {path for path, held in wanted.items() if path.read_text("utf-8") != held} == set()
    assert set((repository / "docs" / "pictures").iterdir()) == {path for path in wanted if path.suffix == ".svg"}


def test_a_picture_is_the_chart_of_the_page_with_its_words(repository_of_one_chart):
    root = repository_of_one_chart
    assert pictures.write(root) == [root / ASKED, root / "README.md"]
    assert (root / ASKED).read_bytes() == SVG
    said = f"![One grant is most of it. Bars & marks. One is longest.]({ASKED})"
    assert (root / "README.md").read_text("utf-8") == f"# The book\n\n{said}\n"
    assert pictures.write(root) == []  # nothing is written twice


def test_a_picture_follows_its_chart(repository_of_one_chart):
    root = repository_of_one_chart
    pictures.write(root)
    page, other = root / "book" / "2031-32" / "04_cost.ipynb", SVG.replace(b"72pt", b"99pt")
    page.write_text(page.read_text("utf-8").replace(b64encode(SVG).decode(), b64encode(other).decode()), "utf-8")
    assert pictures.write(root) == [root / ASKED] and (root / ASKED).read_bytes() == other


def test_a_picture_that_nobody_asks_for_goes(repository_of_one_chart):
    root = repository_of_one_chart
    pictures.write(root)
    (root / "README.md").write_text("# The book\n", "utf-8")
    assert pictures.write(root) == [root / ASKED] and not (root / ASKED).exists()


@pytest.mark.parametrize(
    ("old", "new"), [("chart-grants", "chart-gaps"), ("04_cost", "05_cost"), ("2031-32", "2032-33")]
)
def test_a_picture_that_no_page_shows_is_named_and_nothing_changes(repository_of_one_chart, old, new):
    root = repository_of_one_chart
    readme = (root / "README.md").read_text("utf-8").replace(old, new)
    (root / "README.md").write_text(readme, "utf-8")
    with pytest.raises(pictures.PictureMissing, match=new):
        pictures.write(root)
    assert (root / "README.md").read_text("utf-8") == readme and not (root / "docs" / "pictures").exists()
