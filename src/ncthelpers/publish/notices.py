"""What every page says of itself below its title: that all is invented, that it may not be published, that it is a draft."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from ncthelpers import access, signoff, wording
from ncthelpers.narrative import plain
from ncthelpers.yeardata import YearData
from ncthelpers.years import in_words

__all__ = ["drafts", "of_all", "of_pages"]

_INVENTED = (
    "Everything here is invented: the trust, its {councils}, and every figure but the dates of bank holidays. It shows how a review is\n"
    "made, and says nothing of any real place."
)
_RESTRICTED = (
    "This edition holds what is exempt from publication. It may not be published, copied into the repository or passed on\n"
    "to anybody who may not read it."
)


def _admonition(title: str, kind: str, text: str) -> str:
    return f"```{{admonition}} {title}\n:class: {kind}\n{text}\n```"


def _reasons(years: Sequence[YearData]) -> list[str]:
    """Of each year what this edition holds that may not be published, and why."""
    held = [(data, one) for data in years for one in access.restrictions(data.contract) if one.held]
    return [
        f"- {data.year}: {plain(_name(data, one))}: {plain(one.reason)}, to be reviewed on {in_words(one.review.isoformat())}"
        for data, one in held
    ]


def _name(data: YearData, one: access.Restriction) -> str:
    if one.commentary:
        return f"commentary of {one.commentary}"
    schema = data.schemas[one.table]
    columns = ", ".join(schema[name].title for name in one.columns)
    return f"{schema.title} ({columns})" if columns else schema.title


def of_all(years: Sequence[YearData]) -> dict[str, str]:
    """The notices that stand on every page of a book, by name, each an admonition.

    Parameters
    ----------
    years : sequence of YearData
        The years that the page is of or stands beside.
    """
    found, councils = {}, max(len(data.contract["councils"]) for data in years)
    if any(data.is_invented for data in years):
        found["invented"] = _admonition("Invented", "warning", _INVENTED.format(**wording.of_councils(councils)))
    if any(access.is_edition(data.contract) for data in years):
        said = "\n\n".join(filter(None, [_RESTRICTED, "\n".join(_reasons(years))]))
        found["restricted"] = _admonition("RESTRICTED", "danger", said)
    return found


def drafts(years: Sequence[YearData]) -> list[YearData]:
    """The years that are not signed off, or were before a figure changed."""
    return [data for data in years if not signoff.is_signed_off(data)]


def of_pages(years: Sequence[YearData]) -> dict[str, str]:
    """The notices below the title of a page that prints figures of some years: those of every page, and whether it is a draft.

    Parameters
    ----------
    years : sequence of YearData
        The year of the page, or those that it compares.
    """
    open_years = drafts(years)
    if not open_years:
        return of_all(years)
    of = "" if len(years) == 1 else f" of {_listed([str(data.year) for data in open_years])}"
    said = [f"The figures{of} on this page have not been signed off"]
    for data in open_years:
        lapsed = _listed(
            [f"on {in_words(cast(date, one.on).isoformat())} by the {plain(one.role)}" for one in _lapsed(data)]
        )
        if lapsed:
            said.append(f"{f'{data.year} was' if of else 'they were'} signed off {lapsed}, and changed since")
    return of_all(years) | {"draft": _admonition("Draft", "attention", f"{'; '.join(said)}.")}


def _lapsed(data: YearData) -> Sequence[signoff.Signature]:
    return [one for one in signoff.signatures(data.contract, data.package) if one.state == signoff.LAPSED]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
