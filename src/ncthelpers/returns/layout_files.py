"""Layout files of the statutory returns, read and checked: every fault of a file at once, in words.

A file has the name of the ``return``, the contract ``years`` it is valid for (or ``every``), its ``source``, and its ``modules``. A module has the
``file`` name of its CSV or, in XML, the path of its ``element`` from the child of the root on (``where`` names elements one of
which a record must have); ``required`` says that a return must have it; ``not_used`` lists the columns nothing is counted
from; ``columns`` says of each other column which of our fields it goes ``to``, its ``type``, whether it is ``required``, its
``codes`` (a list, or ours with a list of theirs for each), and in XML its ``element`` if that is not its name (``..`` goes up).
``xml`` names the ``root``, the ``records`` read one at a time, the ``header``, and whether its year is that in which the contract
year starts or ends (``year_is``).
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import polars as pl
import yaml

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.layouts import EVERY_YEAR, TYPES, Column, Layout, Module
from ncthelpers.returns.records import TABLES
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import ContractYear

__all__ = ["read_layout", "against"]

_LAYOUT = {"return": str, "years": list, "source": str, "note": str, "xml": dict, "modules": dict}
_XML = {"root": str, "records": list, "header": str, "year_is": str, "not_used": list}
_MODULE = {"file": str, "element": str, "where": list, "required": bool, "not_used": list, "columns": dict}
_COLUMN: Mapping[str, type | tuple[type, ...]] = {
    "to": str,
    "type": str,
    "required": bool,
    "codes": (list, dict),
    "element": str,
}
_YEAR_IS = ("start", "end")
_WORDS = {str: "text", list: "a list", dict: "a mapping", bool: "true or false", (list, dict): "a list or a mapping"}
_KINDS: Mapping[Any, tuple[str, ...]] = {
    pl.Date: ("day",),
    pl.Boolean: ("yes",),
    pl.Int32: ("whole",),
    pl.Float64: ("number",),
    pl.String: ("text", "code"),
}
_FIELDS = {name: _KINDS.get(kind, ()) for columns in TABLES.values() for name, kind in columns.items()}


def _keys(
    where: str, found: object, allowed: Mapping[str, type | tuple[type, ...]], needed: Sequence[str] = ()
) -> Iterator[str]:
    if not isinstance(found, dict):
        yield f"{where} is not a mapping"
        return
    for key, value in found.items():
        if key not in allowed:
            yield f"{where} has no key {key!r}: it has {', '.join(allowed)}"
        elif not isinstance(value, allowed[key]):
            yield f"{key} of {where} is not {_WORDS[allowed[key]]}"
    yield from (f"{where} lacks {key}" for key in needed if not found.get(key))


def _wrong_column(where: str, column: Any) -> Iterator[str]:
    if faults := list(_keys(where, column, _COLUMN, ("to", "type"))):
        yield from faults
        return
    kind, codes = column["type"], column.get("codes")
    if kind not in TYPES:
        yield f"type of {where} is none of {', '.join(TYPES)}"
    if (kind == "code" and not codes) or (codes and kind not in {"code", "yes"}):
        yield f"{where} has codes where it is of the type code, and only there or where it is of the type yes"
    if isinstance(codes, dict) and not all(isinstance(theirs, list) for theirs in codes.values()):
        yield f"codes of {where} are not lists of theirs for each of ours"
    if kind == "yes" and codes and (not isinstance(codes, dict) or set(codes) != {"yes", "no"}):
        yield f"codes of {where} do not say what is yes and what is no"


def _wrong_years(years: Sequence[object]) -> Iterator[str]:
    for label in (label for label in years if label != EVERY_YEAR):
        try:
            ContractYear(str(label))
        except ValueError as error:
            yield str(error)


def _wrong(part: Any) -> Iterator[str]:
    """What is wrong with a layout file, in words."""
    if faults := list(_keys("the layout", part, _LAYOUT, ("return", "years", "source", "modules"))):
        yield from faults
        return
    yield from _wrong_years(part["years"])
    xml = part.get("xml", {})
    yield from _keys("xml", xml, _XML, ("root", "records") if xml else ())
    if xml.get("year_is", "end") not in _YEAR_IS:
        yield f"year_is is none of {', '.join(_YEAR_IS)}"
    for name, module in part["modules"].items():
        if faults := list(_keys(f"module {name}", module, _MODULE)):
            yield from faults
            continue
        if not module.get("file") and not module.get("element"):
            yield f"module {name} has neither a file nor an element"
        for theirs, column in module.get("columns", {}).items():
            yield from _wrong_column(f"column {theirs} of module {name}", column)


def _codes(given: list[Any] | dict[str, Any]) -> Mapping[str, str]:
    """A list of codes stands for itself; a mapping says which of theirs are which of ours."""
    if isinstance(given, dict):
        return MappingProxyType({str(code).upper(): str(ours) for ours, theirs in given.items() for code in theirs})
    return MappingProxyType({str(code).upper(): str(code) for code in given})


def _column(theirs: str, part: dict[str, Any]) -> Column:
    codes = _codes(part.get("codes", []))
    return Column(theirs, part["to"], part["type"], part.get("required", False), codes, part.get("element", theirs))


def _module(name: str, part: dict[str, Any]) -> Module:
    columns = tuple(_column(str(theirs), column) for theirs, column in part.get("columns", {}).items())
    return Module(
        name, part.get("file", ""), part.get("element", ""), tuple(part.get("where", ())), part.get("required", False),
        columns, tuple(map(str, part.get("not_used", ()))),
    )  # fmt: skip


def read_layout(name: str, shown: str, text: str, of: str = "") -> Layout | None:
    """A layout from the text of its file.

    Parameters
    ----------
    name : str
        Name of the file without the ending.
    shown : str
        Its path, for faults.
    text : str
        What it holds.
    of : str, optional
        The return that it is wanted for: a file that says it is of another is not looked into, and there is no layout.

    Raises
    ------
    DataFaults
        If it is not YAML or not a layout, with every fault of it.
    """
    try:
        part: Any = read_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise DataFaults([Fault(shown, None, "", "", f"is not YAML: {error}")]) from None
    if of and isinstance(part, dict) and part.get("return") not in (None, of):
        return None
    if wrong := list(_wrong(part)):
        raise DataFaults([Fault(shown, None, "", "", rule) for rule in wrong])
    xml = part.get("xml", {})
    modules = tuple(_module(str(name), module) for name, module in part["modules"].items())
    return Layout(
        name, part["return"], tuple(map(str, part["years"])), part["source"], modules, xml.get("root", ""),
        xml.get("header", ""), tuple(xml.get("records", ())), xml.get("year_is", "end"), frozenset(xml.get("not_used", ())),
    )  # fmt: skip


def against(layout: Layout, shipped: Sequence[Layout]) -> Iterator[str]:
    """What a layout of a root lacks beside those shipped for the return: its records could not be tidied.

    Parameters
    ----------
    layout : Layout
        That of the root.
    shipped : sequence of Layout
        Those shipped for the same return.

    Yields
    ------
    str
        A module or field that every shipped layout has and it has not, or a field of another type or of no table.
    """
    fields = {
        (module.name, column.ours): (column.type,)
        for one in shipped
        for module in one.modules
        for column in module.columns
    }
    shared = (
        set.intersection(*({module.name for module in one.modules if module.columns} for one in shipped))
        if shipped
        else set()
    )
    yield from (f"lacks the module {name}" for name in sorted(shared - {module.name for module in layout.modules}))
    for module in layout.modules:
        ours = {column.ours for column in module.columns}
        for name, field in sorted(fields):
            if name == module.name and field not in ours:
                yield f"module {name} does not say which column goes to {field}; it need not be required"
        for column in module.columns:
            kinds = fields.get((module.name, column.ours)) or _FIELDS.get(column.ours, ())
            if not kinds:
                yield f"column {column.theirs} of module {module.name} goes to {column.ours!r}, which is no field"
            elif column.type not in kinds and not {column.type, *kinds} <= {"text", "code"}:
                yield f"column {column.theirs} of module {module.name} is not of the type {' or '.join(kinds)}"
