"""``datapackage.yml`` of a year: which file comes from which document, under which licence, with which checksum."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ncthelpers.access import MAY_NOT_ENTER, RESTRICTED
from ncthelpers.cells import WEB_ADDRESS
from ncthelpers.citations import Citation, citations, document_order
from ncthelpers.commentary import cited_paragraphs
from ncthelpers.contract import cited_in
from ncthelpers.faults import DataFaults, Fault
from ncthelpers.files import checksum, is_data, write_atomically
from ncthelpers.reading import content_of, text_in
from ncthelpers.signoff import sign_off_faults, signed
from ncthelpers.yaml_files import read_yaml
from ncthelpers.years import first_day

__all__ = ["package_faults", "shape_faults", "seal", "sign"]

_ACCESS = ("public", RESTRICTED)


def _files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and is_data(path))
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) != "datapackage.yml")


def _mappings(entries: object, *keys: str) -> bool:
    """Whether this is a list of mappings that each give every one of the keys."""
    return isinstance(entries, list) and all(
        isinstance(entry, dict) and all(entry.get(key) for key in keys) for entry in entries
    )


def _sealing(file: str) -> str:
    """The command that seals the folder of a ``datapackage.yml``."""
    return f"`python -m ncthelpers seal {Path(file).parent.name}`"


def _is_date(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def shape_faults(package: Mapping[str, Any], file: str) -> list[Fault]:
    """What keeps a ``datapackage.yml`` from being one: its documents, its licence, the form of its lists."""
    faults = []
    if not package.get("licence"):
        faults.append(Fault(file, None, "licence", "", "is missing"))
    if not package.get("documents") or not _mappings(package["documents"], "id", "title") or not all(
        isinstance(one["id"], str) for one in package["documents"]
    ):  # fmt: skip
        faults.append(Fault(file, None, "documents", "", "must be a list of documents, each with its id and title"))
    else:
        faults += [Fault(file, None, "documents", str(one["date"]), f"is the date of {one['id']}: write 1999-12-31, 1999-12 or 1999")
                   for one in package["documents"] if one.get("date") and not _is_date(str(one["date"]))]  # fmt: skip
    if not _mappings(package.get("records") or [], "title", "url"):
        faults.append(Fault(file, None, "records", "", "must be a list of records, each with its title and url"))
    else:
        faults += [Fault(file, None, "records", str(record["url"]), "is not a web address")
                   for record in package.get("records") or [] if not WEB_ADDRESS.fullmatch(str(record["url"]))]  # fmt: skip
    listed = package.get("resources") or []
    if not _mappings(listed, "path") or not all(isinstance(one["path"], str) for one in listed):
        faults.append(
            Fault(file, None, "resources", "", f"must be a list of files, each with its path: run {_sealing(file)}")
        )
    return faults + sign_off_faults(package, file)


def package_faults(folder: Path, package: Mapping[str, Any], file: str, held: Collection[str] = ()) -> list[Fault]:
    """Files that the package does not list, lists without their being there, or lists with another checksum.

    Parameters
    ----------
    folder : Path
        The year's folder.
    package : Mapping
        Its ``datapackage.yml``.
    file : str
        Path of ``datapackage.yml`` from the root, for the faults.
    held : collection of str
        Files that hold what is restricted, which only those of a local edition do.
    """
    faults = shape_faults(package, file)
    if any(fault.column in {"documents", "records", "resources"} for fault in faults):
        return faults
    listed = {entry["path"]: entry for entry in package.get("resources") or []}
    documents = {document["id"] for document in package["documents"]}
    there = set(_files(folder))
    place = file.removesuffix("datapackage.yml")
    faults += [Fault(file, None, "", name, "is listed but not in the folder") for name in listed if name not in there]
    faults += [Fault(file, None, "", name, f"is in the folder but not listed: run {_sealing(file)}")
               for name in there - set(listed)]  # fmt: skip
    for name in there & set(listed):
        entry = listed[name]
        faults += [Fault(file, None, key, name, f"is listed without its {key}")
                   for key in ("title", "documents", "licence", "access", "sha256") if not entry.get(key)]  # fmt: skip
        if not isinstance(entry.get("sections"), list):
            faults.append(
                Fault(file, None, "sections", name, "is listed without its sections: a list, which may be empty")
            )
        cited = entry.get("documents") or []
        faults += [Fault(file, None, "documents", str(document), f"of {name} is not among the package's documents")
                   for document in (cited if isinstance(cited, list) else [cited])
                   if str(document) not in documents]  # fmt: skip
        if entry.get("access") and entry["access"] not in _ACCESS:
            faults.append(
                Fault(file, None, "access", str(entry["access"]), f"of {name} is neither {' nor '.join(_ACCESS)}")
            )
        if entry.get("access") == RESTRICTED and name not in held:
            faults.append(Fault(place + name, None, "", "", MAY_NOT_ENTER))
        try:
            changed = entry.get("sha256") and entry["sha256"] != checksum(content_of(folder / name, folder))
        except OSError as error:
            faults.append(Fault(place + name, None, "", "", f"cannot be read: {error.strerror}"))
            continue
        if changed:
            faults.append(
                Fault(
                    place + name, None, "", "", f"has changed since it was sealed: check it, then run {_sealing(file)}"
                )
            )
    return faults


def _cited(path: Path, table: pd.DataFrame | None, schemas: Mapping[str, Any]) -> list[Citation]:
    """What a file cites: in its rows, its blocks of commentary, or its terms and the stages of escalation."""
    if table is not None:
        columns = [column.name for column in schemas[path.stem].columns if column.type == "source"]
        cells = [cell for column in columns for cell in table[column].dropna()]
    elif path.suffix == ".md":
        cells = cited_paragraphs(text_in(path))
    elif path.name == "contract.yml":
        cells = [source for _, source in cited_in(read_yaml(text_in(path)))]
    else:
        cells = []
    return [cited for cell in cells for cited in citations(cell)]


def _described(
    path: Path,
    name: str,
    tables: Mapping[str, Any],
    schemas: Mapping[str, Any],
    old: Mapping[str, Any],
    package: Mapping[str, Any],
) -> dict[str, Any]:
    """The package's entry for one file: documents and sections read off what it cites, the rest kept from before."""
    stem = path.stem
    cited = _cited(path, tables.get(stem) if path.suffix == ".csv" else None, schemas)
    documents = list(dict.fromkeys(one.document for one in cited)) or old.get("documents")
    sections = sorted({one.place for one in cited}, key=document_order) or old.get("sections")
    return {
        "path": name,
        "title": schemas[stem].title if path.suffix == ".csv" and stem in schemas else old.get("title", stem),
        "documents": documents or [document["id"] for document in package["documents"]],
        "sections": sections or [],
        "licence": old.get("licence", package["licence"]),
        "access": old.get("access", "public"),
    }


def _sum(path: Path, old: Mapping[str, Any], today: date | None) -> dict[str, Any]:
    """A file's checksum, and the day on which it was first sealed with it, as far as that is known."""
    now = checksum(content_of(path))
    changed = old.get("changed") if old.get("sha256") == now else today
    return {"changed": changed, "sha256": now} if changed else {"sha256": now}


def seal(
    folder: Path, tables: Mapping[str, pd.DataFrame], schemas: Mapping[str, Any], held: Collection[str] = (),
    today: date | None = None,
) -> None:  # fmt: skip
    """Write the list of files anew with the checksum of each as it is now.

    Parameters
    ----------
    folder : Path
        The year's folder, its ``datapackage.yml`` naming at least documents and licence.
    tables : Mapping of str to DataFrame
        The tables read, whose ``source`` columns name documents and sections.
    schemas : Mapping of str to TableSchema
        For the titles.
    held : collection of str
        Files that hold what is restricted, as for :func:`package_faults`.
    today : date, optional
        Said of each file that is not what it was when it was last sealed: the day on which it changed.

    Raises
    ------
    DataFaults
        If the package lacks its documents or licence; nothing is written then.
    """
    path = folder / "datapackage.yml"
    package = read_yaml(text_in(path))
    faults = shape_faults(package, path.name)
    if faults:
        raise DataFaults(faults)
    old = {entry["path"]: entry for entry in package.get("resources") or []}
    package["resources"] = [
        {
            **_described(folder / name, name, tables, schemas, old.get(name, {}), package),
            **({"access": RESTRICTED} if name in held else {}),
            **_sum(folder / name, old.get(name, {}), today),
        }
        for name in _files(folder)
    ]
    _write(path, package)


def sign(folder: Path, role: str, on: date) -> None:
    """Record that a role signs off the data of a year as it is sealed; what else the package says stays as it is.

    Parameters
    ----------
    folder : Path
        The year's folder, which has no fault.
    role : str
        The role.
    on : date
        The day of its sign-off.

    Raises
    ------
    ValueError
        If the role is none but, say, a person's name.
    """
    path = folder / "datapackage.yml"
    _write(path, signed(read_yaml(text_in(path)), role, on))


def _write(path: Path, package: Mapping[str, Any]) -> None:
    write_atomically(path, yaml.safe_dump(dict(package), sort_keys=False, allow_unicode=True, width=110))
