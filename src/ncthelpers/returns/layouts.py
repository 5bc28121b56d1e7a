"""Layouts of the statutory returns as data: which modules and columns a return has in which years, and what they are to us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import cast

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.reading import text_in
from ncthelpers.years import ContractYear

__all__ = ["TYPES", "EVERY_YEAR", "Column", "Module", "Layout", "layouts", "layout_for", "looks_like", "plain"]

EVERY_YEAR = "every"  # in the place of a year: the layout is our own, or is of no year
TYPES = ("text", "day", "code", "whole", "number", "yes", "postcode")


@dataclass(frozen=True)
class Column:
    """A column of a module that is used.

    Parameters
    ----------
    theirs : str
        Its name in the return.
    ours : str
        Its name in the tidy records.
    type : str
        One of :data:`TYPES`.
    required : bool
        Whether a file without it is a fault.
    codes : mapping of str to str
        What may stand in a column of codes, in capitals, and how we write it; for one of yes and no, what stands for
        ``yes`` and what for ``no``, if not the usual words; empty for other types.
    element : str
        In XML, the path from the element of its record; ``..`` goes up.
    """

    theirs: str
    ours: str
    type: str
    required: bool
    codes: Mapping[str, str]
    element: str


@dataclass(frozen=True)
class Module:
    """One part of a return: a CSV file, a sheet or a kind of XML element, one record a row.

    Parameters
    ----------
    name, file : str
        Its name, and that of its CSV file; the file is empty where the return is XML alone.
    element : str
        Path of a record's element from the root's child on; empty where the return has no XML.
    where : tuple of str
        Elements of which a record of the module has at least one; empty where the element itself is the record.
    required : bool
        Whether a return without it is a fault.
    columns : tuple of Column
        The columns that are used.
    not_used : tuple of str
        Names of the other columns that the module has.
    """

    name: str
    file: str
    element: str
    where: tuple[str, ...]
    required: bool
    columns: tuple[Column, ...]
    not_used: tuple[str, ...]

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(column.theirs for column in self.columns if column.required)

    @property
    def known(self) -> frozenset[str]:
        """Every name of a column that the module has."""
        return frozenset([*(column.theirs for column in self.columns), *self.not_used])


@dataclass(frozen=True)
class Layout:
    """How a return is laid out in some years.

    Parameters
    ----------
    name : str
        Name of its file without the ending.
    of : str
        The return, such as ``ssda903``.
    years : tuple of str
        Contract years that it is valid for, or :data:`EVERY_YEAR`.
    source : str
        What showed it.
    modules : tuple of Module
        Its parts.
    root, header : str
        In XML, the name of the root element and of the one that describes the file; empty where there is none.
    records : tuple of str
        Names of the elements that are read one at a time.
    year_is : str
        Whether the year that the header says is the calendar year in which the contract year starts or ends.
    not_used : frozenset of str
        Names of further elements that it has.
    """

    name: str
    of: str
    years: tuple[str, ...]
    source: str
    modules: tuple[Module, ...]
    root: str
    header: str
    records: tuple[str, ...]
    year_is: str
    not_used: frozenset[str]

    def __getitem__(self, name: str) -> Module:
        return next(module for module in self.modules if module.name == name)


def plain(name: str) -> str:
    """A name of a file, sheet or column without what exports change: case, spaces, dashes and underscores.

    Examples
    --------
    >>> plain(" Placed for-Adoption ")
    'placedforadoption'
    """
    return "".join(part for part in name.lower() if part.isalnum())


@cache
def _shipped(of: str) -> tuple[Layout, ...]:
    from ncthelpers.returns.layout_files import read_layout

    files = resources.files(__package__).joinpath("layouts").iterdir()
    ours = sorted((file for file in files if file.name.startswith(f"{of}-")), key=lambda file: file.name)
    found = (read_layout(file.name.removesuffix(".yml"), file.name, file.read_text("utf-8")) for file in ours)
    return cast("tuple[Layout, ...]", tuple(found))


def layouts(of: str, extra: Sequence[Path] = ()) -> tuple[Layout, ...]:
    """Every layout of a return: those of the folders given, then those shipped.

    Parameters
    ----------
    of : str
        The return, such as ``ssda903``.
    extra : sequence of Path
        Folders that hold further layout files, such as ``data/layouts`` of a root.

    Raises
    ------
    DataFaults
        If a layout file is not as it should be, with every fault of it.

    Examples
    --------
    >>> [layout.name for layout in layouts("csww")]
    ['csww-2022-23']
    """
    from ncthelpers.returns.layout_files import against, read_layout

    own: list[Layout] = []
    faults: list[Fault] = []
    for file in (file for folder in extra for file in sorted(Path(folder).glob("*.yml"))):
        try:
            layout = read_layout(file.stem, file.as_posix(), text_in(file, file.parent), of)
        except DataFaults as error:
            faults += error.faults
            continue
        except UnicodeDecodeError:
            faults.append(Fault(file.as_posix(), None, "", "", "is not UTF-8 text"))
            continue
        except OSError as error:
            faults.append(Fault(file.as_posix(), None, "", "", f"cannot be read: {error.strerror}"))
            continue
        if layout:
            own.append(layout)
            faults += [Fault(file.as_posix(), None, "", "", rule) for rule in against(layout, _shipped(of))]
    if faults:
        raise DataFaults(faults)
    return (*own, *_shipped(of))


def layout_for(of: str, year: ContractYear, extra: Sequence[Path] = ()) -> Layout:
    """The layout of a return in a contract year; a layout of the folders given goes before a shipped one.

    Raises
    ------
    DataFaults
        If there is none: a layout is never guessed from that of another year.

    Examples
    --------
    >>> layout_for("cin", ContractYear("2021-22")).source
    'cin/CIN_schema_2022.xsd and cin/CIN_Census_2021.xml of the golden data'
    """
    at_hand = layouts(of, extra)
    for layout in at_hand:
        if {str(year), EVERY_YEAR} & set(layout.years):
            return layout
    there_are = ", ".join(f"{layout.name} ({', '.join(layout.years)})" for layout in at_hand) or "none"
    example = at_hand[-1].name if at_hand else "any.yml"
    raise DataFaults(
        [
            Fault(
                f"data/layouts/{of}-{year}.yml", None, "", "",
                f"no layout for {of} of {year}: layouts there are: {there_are}; to add one write a file like "
                f"ncthelpers/returns/layouts/{example}.yml",
            )
        ]
    )  # fmt: skip


def looks_like(names: Sequence[str], module: str, layout: Layout, others: Sequence[Layout]) -> str:
    """The name of another layout whose module fits the names of columns in full; empty where none does.

    Parameters
    ----------
    names : sequence of str
        Names of the columns found.
    module : str
        The module that was expected.
    layout : Layout
        The layout that does not fit.
    others : sequence of Layout
        Those to try.
    """
    found = {plain(name) for name in names}
    for other in others:
        fits = (part for part in other.modules if part.name == module)
        if other is not layout and any({plain(name) for name in part.required_columns} <= found for part in fits):
            return other.name
    return ""
