"""The shape of a commentary file: Markdown in blocks headed ``## name``, each ending in a line of sources.

Above the first block a file may have a head between lines of three hyphens: ``owner``, the party to the contract that writes
it, and ``written``, the day on which its words were last found to be right.
"""

import re
from datetime import date
from typing import Any

import yaml

from ncthelpers.yaml_files import read_yaml

__all__ = ["HEADING", "blocks", "cited_paragraphs", "head", "without_head"]

HEADING = re.compile(r"^## +(\S+) *$", flags=re.MULTILINE)
_HEAD = re.compile(r"---\r?\n(.*?)^---\r?\n", flags=re.MULTILINE | re.DOTALL)
_HEAD_HOLDS = {"owner": str, "written": date}
_SOURCE_LINE = re.compile(r"^source:(.*)$", flags=re.MULTILINE)


def head(text: str) -> dict[str, Any]:
    """What the head of a commentary file says; nothing where it has none.

    Raises
    ------
    ValueError
        If the head is not a mapping of ``owner`` (text) and ``written`` (a date), or of one of them.

    Examples
    --------
    >>> head("---\\nowner: NIC\\nwritten: 2025-06-12\\n---\\n## overview\\nText.\\n")
    {'owner': 'NIC', 'written': datetime.date(2025, 6, 12)}
    """
    found = _HEAD.match(text)
    try:
        said = read_yaml(found[1]) if found else {}
    except (yaml.YAMLError, ValueError):
        said = None
    if not isinstance(said, dict) or any(type(value) is not _HEAD_HOLDS.get(key) for key, value in said.items()):
        raise ValueError("must give owner, as text, and written, as a date such as 1999-12-31, and nothing else")
    return said


def without_head(text: str) -> str:
    """A commentary file with blank lines in the place of its head, so that every line keeps its number."""
    found = _HEAD.match(text)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def blocks(text: str) -> dict[str, str]:
    """The blocks of a commentary file by name, without headings and source lines.

    Examples
    --------
    >>> blocks("## overview\\nText.\\n\\nsource: report:1/1\\n")
    {'overview': 'Text.'}
    """
    parts = HEADING.split(without_head(text))
    return {name: _SOURCE_LINE.sub("", body).strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def cited_paragraphs(text: str) -> list[str]:
    """Paragraphs that the blocks of a commentary file say they carry.

    Examples
    --------
    >>> cited_paragraphs("## a\\nText.\\nsource: report:1/1 cover:2.1/1\\n")
    ['report:1/1', 'cover:2.1/1']
    """
    return [paragraph for line in _SOURCE_LINE.findall(text) for paragraph in line.split()]
