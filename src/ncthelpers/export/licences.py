"""Licences of what is published: the words that some ask for, and their names in a data package."""

from collections.abc import Iterable
from types import MappingProxyType

__all__ = ["attributions", "named"]

# Licences that ask for words of their own, by how their names begin.
_ATTRIBUTIONS = MappingProxyType({
    "Open Government Licence": "Contains public sector information licensed under the {}.",
    "Open Parliament Licence": "Contains Parliamentary information licensed under the {}.",
})  # fmt: skip


def attributions(licences: Iterable[str]) -> list[str]:
    """The words that some licences ask for.

    Parameters
    ----------
    licences : iterable of str
        Licences in the words of their documents.

    Examples
    --------
    >>> attributions(["Council paper", "Open Government Licence v3.0"])
    ['Contains public sector information licensed under the Open Government Licence v3.0.']
    """
    return [
        said.format(words) for words in licences for begins, said in _ATTRIBUTIONS.items() if words.startswith(begins)
    ]


def named(licence: str) -> dict[str, str]:
    """A licence as a data package names it: by its id in the Open Definition where it has one.

    Parameters
    ----------
    licence : str
        The licence in the words of its document.

    Examples
    --------
    >>> named("Council paper; no licence is stated")
    {'name': 'notspecified', 'title': 'Council paper; no licence is stated'}
    """
    return {
        "name": "OGL-UK-3.0" if licence.startswith("Open Government Licence v3") else "notspecified",
        "title": licence,
    }
