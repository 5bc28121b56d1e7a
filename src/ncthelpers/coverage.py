"""Which rows and commentary carry each paragraph of the source documents - and which paragraphs nothing carries."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from ncthelpers.commentary import cited_paragraphs
from ncthelpers.contract import cited_in
from ncthelpers.rows import records_of

if TYPE_CHECKING:
    from ncthelpers.yeardata import YearData

__all__ = ["paragraph_coverage", "uncovered"]


def _carriers(data: YearData) -> dict[str, list[str]]:
    carriers = defaultdict(list)
    for name, frame in data.tables.items():
        for column in (c.name for c in data.schemas[name].columns if c.type == "source" and name != "paragraphs"):
            for row, cell in frame[column].dropna().items():
                for paragraph in cell.split():
                    carriers[paragraph].append(f"{name}, row {row}")
    for page, text in data.commentary.items():
        for paragraph in cited_paragraphs(text):
            carriers[paragraph].append(f"commentary {page}")
    for _, source in cited_in(data.contract):
        for paragraph in source.split():
            carriers[paragraph].append("contract.yml")
    return carriers


def paragraph_coverage(data: YearData) -> pd.DataFrame:
    """Every paragraph of the source documents with the rows that carry it, or the reason why none does.

    Parameters
    ----------
    data : YearData
        The year.

    Returns
    -------
    DataFrame
        ``paragraph, kind, carried_by, not_carried``; a row number is the line of the table's file.
    """
    carriers = _carriers(data)
    rows = [(unit["paragraph"], unit["kind"], "; ".join(dict.fromkeys(carriers.get(unit["paragraph"], []))) or None,
             unit["not_carried"]) for unit in records_of(data["paragraphs"])]  # fmt: skip
    return pd.DataFrame(rows, columns=["paragraph", "kind", "carried_by", "not_carried"], dtype=object)


def uncovered(data: YearData) -> list[str]:
    """Paragraphs that no row carries and that give no reason for it."""
    coverage = paragraph_coverage(data)
    uncarried = coverage["carried_by"].isna() & coverage["not_carried"].isna()
    found: list[str] = coverage.loc[uncarried, "paragraph"].tolist()
    return found
