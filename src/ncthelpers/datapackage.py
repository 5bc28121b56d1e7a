"""``datapackage.yml`` of a year: which file comes from which document, under which licence, with which checksum."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pandas as pd
import yaml

from ncthelpers.faults import Fault
from ncthelpers.files import write_atomically

__all__ = ["checksum", "package_faults", "seal"]

_NOT_DATA = {"datapackage.yml"}


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content, line ends made one so that a checkout on Windows has the same."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _files(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name not in _NOT_DATA and not Path(name).name.startswith((".", "~$")))


def package_faults(folder: Path, package: Mapping, file: str) -> list[Fault]:
    """Files that the package does not list, lists without their being there, or lists with another checksum.

    Parameters
    ----------
    folder : Path
        The year's folder.
    package : Mapping
        Its ``datapackage.yml``.
    file : str
        Path of ``datapackage.yml`` from the root, for the faults.
    """
    listed = {entry.get("path", ""): entry for entry in package.get("resources", [])}
    documents = {document["id"] for document in package.get("documents", [])}
    there = set(_files(folder))
    place = file.removesuffix("datapackage.yml")
    faults = [Fault(file, None, "", name, "is listed but not in the folder") for name in listed if name not in there]
    faults += [Fault(file, None, "", name, "is in the folder but not listed: run `ncthelpers seal`")
               for name in there - set(listed)]  # fmt: skip
    for name in there & set(listed):
        entry = listed[name]
        faults += [Fault(file, None, key, name, f"is listed without its {key}")
                   for key in ("title", "documents", "licence", "access", "sha256") if not entry.get(key)]  # fmt: skip
        faults += [Fault(file, None, "documents", document, f"of {name} is not among the package's documents")
                   for document in entry.get("documents") or [] if document not in documents]  # fmt: skip
        if entry.get("access") == "restricted":
            faults.append(Fault(place + name, None, "", "", "is restricted and may not enter the repository"))
        if entry.get("sha256") and entry["sha256"] != checksum((folder / name).read_bytes()):
            faults.append(
                Fault(
                    place + name, None, "", "", "has changed since it was sealed: check it, then run `ncthelpers seal`"
                )
            )
    return faults


def _in_order(section: str) -> list:
    """Sections sort as they stand in the document: 9.3 before 10.1."""
    document, _, place = section.partition(":")
    return [document, *((0, int(part), "") if part.isdigit() else (1, 0, part) for part in place.split("."))]


def _described(name: str, tables: Mapping[str, pd.DataFrame], schemas: Mapping, old: Mapping, package: Mapping) -> dict:
    """The package's entry for one file: documents and sections read off its rows, the rest kept from before."""
    stem = Path(name).stem
    table = tables.get(stem)
    if table is not None and "source" in table:
        cited = [paragraph for cell in table["source"] for paragraph in cell.split()]
        documents = list(dict.fromkeys(paragraph.partition(":")[0] for paragraph in cited))
        sections = sorted({paragraph.partition("/")[0] for paragraph in cited}, key=_in_order)
    else:
        documents, sections = list(old.get("documents", [])), list(old.get("sections", []))
    return {
        "path": name,
        "title": schemas[stem].title if stem in schemas else old.get("title", stem),
        "documents": documents or [document["id"] for document in package.get("documents", [])],
        "sections": sections,
        "licence": old.get("licence", package["licence"]),
        "access": old.get("access", "public"),
    }


def seal(folder: Path, tables: Mapping[str, pd.DataFrame], schemas: Mapping) -> None:
    """Write the list of files anew with the checksum of each as it is now.

    Parameters
    ----------
    folder : Path
        The year's folder, its ``datapackage.yml`` naming at least documents and licence.
    tables : Mapping of str to DataFrame
        The tables read, whose ``source`` columns name documents and sections.
    schemas : Mapping of str to TableSchema
        For the titles.
    """
    path = folder / "datapackage.yml"
    package = yaml.safe_load(path.read_text("utf-8"))
    old = {entry["path"]: entry for entry in package.get("resources", [])}
    package["resources"] = [
        {
            **_described(name, tables, schemas, old.get(name, {}), package),
            "sha256": checksum((folder / name).read_bytes()),
        }
        for name in _files(folder)
    ]
    write_atomically(path, yaml.safe_dump(package, sort_keys=False, allow_unicode=True, width=110))
