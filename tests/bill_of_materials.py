"""What the book is made with, and under which licences: docs/licences.md and docs/bill_of_materials.cdx.json, from the lock.

``python -I tests/bill_of_materials.py`` writes both anew, as ``make lock`` does. A licence is told by the installed package itself; of
packages for other systems, and of programs that a package carries, it was read from their wheels and stands here.
"""

import hashlib
import importlib.metadata
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
LICENCES = REPOSITORY / "docs" / "licences.md"
BILL = REPOSITORY / "docs" / "bill_of_materials.cdx.json"
PROJECT = "ncthelpers"

# Packages of the lock for other systems or Pythons than this: read from their wheels on 2026-11-23; the last is told by a file alone.
_READ = {
    "aiohappyeyeballs": "PSF-2.0", "aiohttp": "Apache-2.0 AND MIT", "aiosignal": "Apache-2.0", "appnope": "BSD-2-Clause",
    "cffi": "MIT-0", "colorama": "BSD License", "frozenlist": "Apache-2.0", "multidict": "Apache-2.0", "propcache": "Apache-2.0",
    "pycparser": "BSD-3-Clause", "pyyaml-ft": "MIT", "yarl": "Apache-2.0", "axe-playwright-python": "MIT",
}  # fmt: skip
# Programs and scripts that a package carries under a licence that is not its own
CARRIED = {
    "axe-playwright-python": ("axe-core", "MPL-2.0"),
    "playwright": ("Node.js", "MIT"),
    "pypandoc-binary": ("pandoc", "GPL-2.0-or-later"),
}
# How licences are called in the field that holds them, where that is not their SPDX name
_CALLED = {
    "Apache 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0", "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "ISC License (ISCL)": "ISC", "MIT License": "MIT", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0", "BSD": "BSD License",
}  # fmt: skip
# Licences that ask for no more than their text beside the copy. "BSD License" is what many packages say; their text says which
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0",
    "Public Domain", "Zlib",
}  # fmt: skip
# Licences that ask for more: what they are, by package or by what a package carries, and why that is fine here
COPYLEFT = {
    "certifi": "MPL-2.0: used as it comes; nothing of it is changed or is in the book",
    "hypothesis": "MPL-2.0: tests only, used as it comes",
    "pathspec": "MPL-2.0: quick checks only, used as it comes",
    "tqdm": "MPL-2.0: shows how far a run is, used as it comes",
    "axe-core": "MPL-2.0: looks at the pages in tests, used as it comes; no page holds it",
    "pandoc": "GPL: a program of its own, started as such and given files; nothing here is linked with it, and what it writes is not under its licence",
    "docutils": "GPL: of one file for an editor, which is not in the package that is installed; the rest is in the public domain or under BSD or PSF",
}


@dataclass(frozen=True)
class Locked:
    """A package of the lock: its version, where it applies, its licence, and whether the book is made with it or only tested."""

    name: str
    version: str
    marker: str
    licence: str
    for_book: bool


def locked(text: str) -> list[Requirement]:
    """The requirements of a lock, in its order."""
    lines = text.replace("\\\n", " ").splitlines()
    return [Requirement(line.split(" --hash=")[0].strip()) for line in lines if line.strip()]


def _licence(name: str) -> str:
    """What a package says of its licence: as an expression, in its field, or among its classifiers; else as it was read."""
    if name in _READ:
        return _READ[name]
    held = importlib.metadata.metadata(name)
    stated = held.get("License-Expression") or held.get("License") or ""
    stated = _CALLED.get(stated, stated)
    try:
        return str(canonicalize_license_expression(stated))
    except InvalidLicenseExpression:
        listed = [
            line.rpartition(" :: ")[2] for line in held.get_all("Classifier", []) if line.startswith("License ::")
        ]
    return " AND ".join(_CALLED.get(one, one) for one in listed) or _CALLED.get(stated, stated)


def _needed(names: Sequence[str], asked: Sequence[Requirement]) -> set[str]:
    """The packages of the lock that some requirements need, with all that those need, on any system."""
    needed, waiting = set(), list(asked)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in names and (name, *requirement.extras) not in needed:
            needed |= {name, (name, *requirement.extras)}
            waiting += [one for one in _requirements(name) if _applies(one, requirement.extras)]
    return {name for name in needed if isinstance(name, str)}


def _requirements(name: str) -> list[Requirement]:
    return [Requirement(line) for line in importlib.metadata.requires(name) or []] if _installed(name) else []


def _installed(name: str) -> bool:
    """Whether it is in this environment: what a package for another system needs is not known here, and counts as the book's."""
    return any(importlib.metadata.distributions(name=name))


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether a requirement is one of a package with these extras, on whatever system."""
    asked = re.findall(r"extra == ['\"]([^'\"]+)", str(requirement.marker or ""))
    return not asked or not extras.isdisjoint(asked)


def packages() -> list[Locked]:
    """Every package of the lock."""
    requirements = locked((REPOSITORY / "requirements.lock").read_text("utf-8"))
    names = [canonicalize_name(one.name) for one in requirements]
    asked = [Requirement(line) for line in importlib.metadata.requires(PROJECT) or []]
    book = _needed(names, [one for one in asked if "extra ==" not in str(one.marker or "")])
    return [
        Locked(
            name,
            str(one.specifier).removeprefix("=="),
            str(one.marker or ""),
            _licence(name),
            name in book or not _installed(name),
        )
        for name, one in zip(names, requirements, strict=True)
    ]


def not_allowed(licence: str) -> set[str]:
    """The licences of an expression that are not among those allowed; none where it gives a choice of one that is."""
    ways = [set(re.split(r" AND ", way)) for way in licence.strip("()").split(" OR ")]
    return min((way - ALLOWED for way in ways), key=len)


def as_page(held: Sequence[Locked]) -> str:
    """The list of licences as Markdown."""
    rows = [
        f"| {one.name} | {one.version} | {one.licence} | {'the book' if one.for_book else 'tests and measurements'} | {one.marker or 'everywhere'} |"
        for one in held
    ]
    carried = [f"| {what} | in {name} | {licence} |" for name, (what, licence) in sorted(CARRIED.items())]
    reasons = [f"- **{name}**: {reason}." for name, reason in sorted(COPYLEFT.items())]
    return "\n".join([
        "# Licences of what the book is made with", "",
        "Written from `requirements.lock` and from what each package says of itself by `make lock`; a test holds that it is complete. The same for programs:",
        "`bill_of_materials.cdx.json` (CycloneDX).", "",
        "| package | version | licence | needed by | where |", "|---|---|---|---|---|", *rows, "",
        "## What packages carry under another licence", "", "| program | where | licence |", "|---|---|---|", *carried, "",
        "## Licences that ask for more than their text", "", *reasons, "",
    ])  # fmt: skip


def as_bill(held: Sequence[Locked], lock: bytes) -> str:
    """The bill of materials: CycloneDX 1.6, the same bytes for the same lock, so without the time at which it was written."""
    project = Component(
        name=PROJECT, type=ComponentType.APPLICATION, bom_ref=PROJECT, licenses=[DisjunctiveLicense(id="MIT")]
    )
    parts = {one.name: _component(one) for one in held}
    bill = Bom(
        components=parts.values(), metadata=BomMetaData(component=project),
        serial_number=uuid.UUID(bytes=hashlib.sha256(lock).digest()[:16], version=4),
    )  # fmt: skip
    bill.register_dependency(project, parts.values())
    record = json.loads(JsonV1Dot6(bill).output_as_string())
    del record["metadata"]["timestamp"]
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _component(one: Locked) -> Component:
    spdx = one.licence != "BSD License" and "Public Domain" not in one.licence
    return Component(
        name=one.name, version=one.version, type=ComponentType.LIBRARY, bom_ref=f"{one.name}=={one.version}",
        scope=ComponentScope.REQUIRED if one.for_book else ComponentScope.OPTIONAL,
        purl=PackageURL("pypi", name=one.name, version=one.version),
        licenses=[LicenseExpression(one.licence) if spdx else DisjunctiveLicense(name=one.licence)],
    )  # fmt: skip


def written() -> Mapping[Path, str]:
    """Both files as they are to be."""
    held = packages()
    return {LICENCES: as_page(held), BILL: as_bill(held, (REPOSITORY / "requirements.lock").read_bytes())}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, "utf-8", newline="\n")
