"""What a row cites: a paragraph of the year's own documents, or a publication of the reference list.

A paragraph is written ``report:3.1/2`` (document, section, number of the paragraph in it; nought is the heading). A
publication is written by its id in ``publications``, such as ``lait_2026_04``.

What has no paragraph is cited by its row. ``file1:Budget/7`` is row 7 of a sheet of a file that was imported, whose name and
checksum ``datapackage.yml`` gives under ``documents``. ``carried:kpis/7`` is row 7 of the table of the year before: carried over,
and to be confirmed by a source of this year. ``earlier:kpi_values/7`` is row 7 of a table of the year before that holds good as it
stands: what happened then is not confirmed again.
"""

import re
from typing import Any, NamedTuple

__all__ = ["Citation", "CARRIED", "EARLIER", "PUBLICATIONS", "citations", "document_order"]

PUBLICATIONS = "publications"
CARRIED, EARLIER = "carried", "earlier"
_PARAGRAPH = re.compile(r"([a-z]+|file\d+):([\w.]+)/(\d+)")
_BY_ROW = re.compile(rf"{CARRIED}|{EARLIER}|file\d+")
_PUBLICATION = re.compile(r"[a-z][a-z0-9_]*", flags=re.ASCII)


class Citation(NamedTuple):
    """One thing cited.

    Parameters
    ----------
    document : str
        Id of the document; ``publications`` for a publication.
    section : str
        Section of the document, or id of the publication.
    number : str
        Number of the paragraph or row; empty for a publication.
    """

    document: str
    section: str
    number: str

    @property
    def place(self) -> str:
        """Document and section, without the paragraph."""
        return f"{self.document}:{self.section}"

    @property
    def is_row(self) -> bool:
        """Whether it is a row of an imported file or of last year's table, and no paragraph."""
        return _BY_ROW.fullmatch(self.document) is not None


def citations(source: str) -> list[Citation]:
    """What a cell of sources cites, in order.

    Raises
    ------
    ValueError
        If a part is neither a paragraph nor an id of a publication.

    Examples
    --------
    >>> [cited.place for cited in citations("report:3.1/2 lait_2026_04")]
    ['report:3.1', 'publications:lait_2026_04']
    """
    cited = []
    for part in source.split():
        paragraph = _PARAGRAPH.fullmatch(part)
        if paragraph:
            cited.append(Citation(*paragraph.groups()))
        elif _PUBLICATION.fullmatch(part):
            cited.append(Citation(PUBLICATIONS, part, ""))
        else:
            raise ValueError(f"{part!r} is neither a paragraph nor a publication")
    return cited


def document_order(place: str) -> list[Any]:
    """A key that sorts sections as they stand in the document: 9.3 before 10.1.

    Examples
    --------
    >>> sorted(["report:10.1", "report:9.3"], key=document_order)
    ['report:9.3', 'report:10.1']
    """
    document, _, section = place.partition(":")
    return [document, *((0, int(part), "") if part.isdigit() else (1, 0, part) for part in section.split("."))]
