"""The shape of a commentary file: Markdown in blocks headed ``## name``, each ending in a line of sources."""

import re

__all__ = ["HEADING", "blocks", "cited_paragraphs"]

HEADING = re.compile(r"^## +(\S+) *$", flags=re.MULTILINE)
_SOURCE_LINE = re.compile(r"^source:(.*)$", flags=re.MULTILINE)


def blocks(text: str) -> dict[str, str]:
    """The blocks of a commentary file by name, without headings and source lines.

    Examples
    --------
    >>> blocks("## overview\\nText.\\n\\nsource: report:1/1\\n")
    {'overview': 'Text.'}
    """
    parts = HEADING.split(text)
    return {name: _SOURCE_LINE.sub("", body).strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def cited_paragraphs(text: str) -> list[str]:
    """Paragraphs that the blocks of a commentary file say they carry.

    Examples
    --------
    >>> cited_paragraphs("## a\\nText.\\nsource: report:1/1 cover:2.1/1\\n")
    ['report:1/1', 'cover:2.1/1']
    """
    return [paragraph for line in _SOURCE_LINE.findall(text) for paragraph in line.split()]
