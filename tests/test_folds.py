"""What unfolds keeps all that is inside it, and its line is text."""

from bs4 import BeautifulSoup

from ncthelpers import tables
from ncthelpers.folds import Fold


def test_a_fold_keeps_the_table_its_figures_and_its_anchor(review):
    table = tables.show(review, "grant_shares")
    data, metadata = Fold("<b>Every grant</b>", table)._repr_mimebundle_()
    page = BeautifulSoup(data["text/html"], "html.parser")
    assert page.details["class"] == ["fold"] and "open" not in page.details.attrs
    assert page.summary.text == "<b>Every grant</b>" and page.find("b") is None
    assert page.find(id=table.anchor) is not None
    assert metadata == table._repr_mimebundle_()[1] and data["text/plain"] == repr(table)
