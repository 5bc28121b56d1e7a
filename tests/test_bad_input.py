"""Bad input, end to end through the command: a clear line for each fault, no traceback, and ``book/`` as it was.

Every case breaks one thing in an invented root that has no fault. What cannot be understood is refused by file, row,
column, value and rule; what has one certain meaning is read.
"""

import json
import shutil
from datetime import date
from decimal import Decimal
from unittest.mock import ANY

import pytest
import yaml

from ncthelpers import results
from ncthelpers.faults import Fault
from ncthelpers.load import load_year

YEAR = "2031-32"
PLACE = f"data/{YEAR}/"


pytestmark = pytest.mark.usefixtures("no_pages")


def snapshot(folder):
    """Every file of a folder with its bytes, but for what is built: a run has its lock there."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("_build/")}


def swap(name, old, new):
    """Replace one piece of text in a file of the year."""

    def change(root):
        path = root / PLACE / name
        text = path.read_bytes()
        old_bytes, new_bytes = (part if isinstance(part, bytes) else part.encode() for part in (old, new))
        assert text.count(old_bytes) == 1, "the case must change exactly one place"
        path.write_bytes(text.replace(old_bytes, new_bytes))

    return change


def write(name, content):
    """Write a file of the year anew."""

    def change(root):
        path = root / PLACE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def append(name, content):
    """Add to the end of a file of the year."""

    def change(root):
        path = root / PLACE / name
        path.write_bytes(path.read_bytes() + (content if isinstance(content, bytes) else content.encode()))

    return change


def remove(name):
    """Remove a file or folder of the root."""

    def change(root):
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def both(*changes):
    """Several changes at once."""

    def change(root):
        for one in changes:
            one(root)

    return change


def listed(name, **changed):
    """Change what the data package says of one file."""

    def change(root):
        path = root / PLACE / "datapackage.yml"
        package = yaml.safe_load(path.read_text("utf-8"))
        next(entry for entry in package["resources"] if entry["path"] == name).update(changed)
        path.write_text(yaml.safe_dump(package, sort_keys=False), "utf-8")

    return change


def column_out(name, number):
    """Take a column out of a table whose cells hold no comma."""

    def change(root):
        path = root / PLACE / name
        lines = [line.split(",") for line in path.read_text().splitlines()]
        path.write_text("\n".join(",".join(cells[:number] + cells[number + 1 :]) for cells in lines) + "\n")

    return change


def column_in(name, heading):
    """Add a column to a table."""

    def change(root):
        path = root / PLACE / name
        first, *rest = path.read_text().splitlines()
        path.write_text("\n".join([f"{first},{heading}", *(f"{line},x" for line in rest)]) + "\n")

    return change


GAPS, COSTS, PUPILS, EVENTS = "budget_gaps.csv", "service_costs.csv", "pupil_forecasts.csv", "events.csv"
APPROVALS, POINTS, CLAIMS = "approvals.csv", "dependency_points.csv", "claims.csv"
SHARE = "evidence/visits/value; figures/children/value"
PACKAGE, CONTRACT, WORDS = "datapackage.yml", "contract.yml", "commentary/04_cost.md"

# name: (what is done, file, row, column, value, words of the rule)
TABLE_CASES = {
    # folders, files, columns
    "year's folder missing": (remove(PLACE), PLACE.rstrip("/"), None, "", "", "is missing"),
    "data folder missing": (remove("data"), PLACE.rstrip("/"), None, "", "", "is missing"),
    "schemas missing": (remove("data/schemas"), "data/schemas", None, "", "", "holds no schema"),
    "schemas a link to nothing": (
        both(remove("data/schemas"), lambda root: (root / "data/schemas").symlink_to("../../schemas")),
        "data/schemas", None, "", "", "is a link to ../../schemas, where nothing is",
    ),
    "file missing": (remove(PLACE + GAPS), PLACE + GAPS, None, "", "", "is missing"),
    "file without schema": (write("extra.csv", "a\n1\n"), PLACE + "extra.csv", None, "", "", "has no schema"),
    "column missing": (column_out(GAPS, 3), PLACE + GAPS, 1, "status", "", "lacks"),
    "column extra": (column_in(GAPS, "more"), PLACE + GAPS, 1, "more", "", "does not know"),
    "column without a name": (column_in(GAPS, ""), PLACE + GAPS, 1, "(no name)", "", "does not know"),
    "column twice": (column_in(GAPS, "gap"), PLACE + GAPS, 1, "gap", "", "stands twice"),
    "file empty": (write(GAPS, ""), PLACE + GAPS, None, "", "", "is empty"),
    "council table with its header only": (write("property.csv", "council,buildings,maintenance_schedule,source\n"), PLACE + "property.csv", None, "council", "EAST", "has no row"),
    # bytes and shape
    "latin-1": (swap("property.csv", "Agreed.", b"Agr\xe9\xe9d."), PLACE + "property.csv", None, "", "", "is not UTF-8"),
    "UTF-16": (write("property.csv", "council\n".encode("utf-16")), PLACE + "property.csv", None, "", "", "is not UTF-8"),
    "NUL bytes in a text": (swap("property.csv", "Agreed.", "Agr\0eed."), PLACE + "property.csv", 2, "maintenance_schedule", "Agr\0eed.", ""),
    "NUL bytes in a number": (swap(GAPS, "7.25", "7.\x0025"), PLACE + GAPS, 3, "gap", "7.\x0025", "is not an amount"),
    "unbalanced quote": (swap(GAPS, "10.5", '"10.5'), PLACE + GAPS, 5, "", "", "cannot be read as CSV"),
    "row too short": (append(GAPS, "EAST,2034-35\n"), PLACE + GAPS, 6, "", "", "has 2 cells where the header has 5"),
    "row too long": (append(GAPS, "EAST,2034-35,1,estimate,report:2/1,x\n"), PLACE + GAPS, 6, "", "", "has 6 cells"),
    "thousands comma without quotes": (swap(COSTS, ",1550,", ",1,550,"), PLACE + COSTS, 2, "", "", "has 9 cells"),
    "semicolons between cells": (write("property.csv", "council;buildings;maintenance_schedule;source\nEAST;4;a;report:1/1\n"), PLACE + "property.csv", 1, "council", "", "lacks"),
    # numbers
    "text in a number": (swap(GAPS, "7.25", "about 7"), PLACE + GAPS, 3, "gap", "about 7", "is not an amount"),
    "two figures in a cell": (swap(GAPS, "7.25", "7 25"), PLACE + GAPS, 3, "gap", "7 25", "is not an amount"),
    "unit written with the number": (swap(GAPS, "7.25", "7.25m"), PLACE + GAPS, 3, "gap", "7.25m", "is not an amount"),
    "exponent": (swap(GAPS, "7.25", "1e3"), PLACE + GAPS, 3, "gap", "1e3", "is not an amount"),
    "not a number": (swap(GAPS, "7.25", "NaN"), PLACE + GAPS, 3, "gap", "NaN", "is not an amount"),
    "N/A where a number may be missing": (swap(GAPS, "7.25", "N/A"), PLACE + GAPS, 3, "gap", "N/A", "is not an amount"),
    "commas in the wrong places": (swap(GAPS, "7.25", '"7,25"'), PLACE + GAPS, 3, "gap", "7,25", "is not an amount"),
    "pound sign inside a number": (swap(GAPS, "7.25", "7£25"), PLACE + GAPS, 3, "gap", "7£25", "is not an amount"),
    "minus inside brackets": (swap(GAPS, "7.25", "(-7.25)"), PLACE + GAPS, 3, "gap", "(-7.25)", "is not an amount"),
    "brackets not closed": (swap(GAPS, "7.25", "(7.25"), PLACE + GAPS, 3, "gap", "(7.25", "is not an amount"),
    "full-width digits": (swap(GAPS, "7.25", "７.25"), PLACE + GAPS, 3, "gap", "７.25", "is not an amount"),
    "brackets in a count": (swap("property.csv", "EAST,4", '"EAST","(1,234)"'), PLACE + "property.csv", 2, "buildings", "(1,234)", "is not a number"),
    "pound sign in a number": (swap("figures.csv", "8.5,per cent", "£8.5,per cent"), PLACE + "figures.csv", 4, "value", "£8.5", "is not a number"),
    "part of one in a count": (swap("property.csv", "EAST,4", "EAST,4.5"), PLACE + "property.csv", 2, "buildings", "4.5", "is not a whole number"),
    "count below nought": (swap("property.csv", "EAST,4", "EAST,-4"), PLACE + "property.csv", 2, "buildings", "-4", "is not a whole number"),
    "dash where it is not nil": (swap(GAPS, "7.25", "-"), PLACE + GAPS, 3, "gap", "-", "is a dash"),
    "long dash where it is not nil": (swap(GAPS, "7.25", "—"), PLACE + GAPS, 3, "gap", "—", "is a dash"),
    "dash in a column beside one where it is nil": (swap(COSTS, "-,600,", "-,-,"), PLACE + COSTS, 3, "forecast_outturn", "-", "is a dash"),
    "number missing": (swap("property.csv", "EAST,4", "EAST,"), PLACE + "property.csv", 2, "buildings", "", "is empty but required"),
    # percentages
    "share in a column of per cent": (swap(PUPILS, "12.5", "0.97"), PLACE + PUPILS, 2, "change_pct", "0.97", "may be a share"),
    "per cent above the most": (swap(PUPILS, "12.5", "100.1%"), PLACE + PUPILS, 2, "change_pct", "100.1%", "most allowed, 100"),
    "per cent below the least": (swap(PUPILS, "12.5", "-1"), PLACE + PUPILS, 2, "change_pct", "-1", "least allowed, 0"),
    "per cent in words": (swap(PUPILS, "12.5", "12.5 per cent"), PLACE + PUPILS, 2, "change_pct", "12.5 per cent", "is not a number"),
    # dates
    "date as day/month/year": (swap(APPROVALS, "2032-08-25", "07/09/2032"), PLACE + APPROVALS, 2, "approved_on", "07/09/2032", "is not a date"),
    "date in words": (swap(APPROVALS, "2032-08-25", "25 August 2032"), PLACE + APPROVALS, 2, "approved_on", "25 August 2032", "is not a date"),
    "day that no calendar has": (swap(APPROVALS, "2032-08-25", "2031-02-29"), PLACE + APPROVALS, 2, "approved_on", "2031-02-29", "is not a day of the calendar"),
    "month where a day is asked for": (swap(APPROVALS, "2032-08-25", "2032-08"), PLACE + APPROVALS, 2, "approved_on", "2032-08", "is not a date"),
    "month that no calendar has": (swap(EVENTS, "2031-06-01", "2031-13"), PLACE + EVENTS, 2, "start", "2031-13", "is not a date"),
    "event dated day/month/year": (swap(EVENTS, "2031-06-01", "01/06/2031"), PLACE + EVENTS, 2, "start", "01/06/2031", "is not a date"),
    "date in full-width digits": (swap(EVENTS, "2031-06-01", "２０３１-06-01"), PLACE + EVENTS, 2, "start", "２０３１-06-01", "is not a date"),
    "date outside the year, not marked": (swap(EVENTS, "2031-06-01", "2031-03-31"), PLACE + EVENTS, 2, "start", "2031-03-31", "outside the contract year"),
    "span that runs past the year, not marked": (swap(EVENTS, "2031-06-01,", "2032-03-01,2032-04-01"), PLACE + EVENTS, 2, "start", "2032-03-01", "outside the contract year"),
    "date inside the year, marked as context": (swap(EVENTS, "2033-01,2033-03", "2032-01,2032-03"), PLACE + EVENTS, 3, "context", "yes", "inside the contract year"),
    "end before start": (swap(EVENTS, "2033-01,2033-03", "2033-01,2032-12"), PLACE + EVENTS, 3, "end", "2032-12", "is before the start, 2033-01"),
    "neither yes nor no": (swap(EVENTS, "met.,no", "met.,TRUE"), PLACE + EVENTS, 2, "context", "TRUE", "neither yes nor no"),
    # keys, councils, references
    "key twice": (append(GAPS, "WEST,2032-33,1,estimate,report:2/1\n"), PLACE + GAPS, 6, "council+year", "WEST / 2032-33", "key of more than one row"),
    "key twice, written in two ways": (swap(POINTS, "2,1,The", "1,01,The"), PLACE + POINTS, 3, "dependency+point", ANY, "key of more than one row"),
    "value twice that must be unique": (append("property.csv", "WEST,1,x,report:1/1\n"), PLACE + "property.csv", 4, "council", "WEST", "must be unique"),
    "value not in the list": (swap(EVENTS, "governance", "Governance"), PLACE + EVENTS, 2, "kind", "Governance", "is not one of"),
    "council unknown": (append(GAPS, "NORTH,2032-33,1,estimate,report:2/1\n"), PLACE + GAPS, 6, "council", "NORTH", "is not a council of the contract (EAST, WEST)"),
    "council in lower case": (swap(APPROVALS, "EAST", "east"), PLACE + APPROVALS, 2, "council", "east", "is not a council"),
    "council missing": (swap("property.csv", "WEST,5,Not agreed.,report:1/1\n", ""), PLACE + "property.csv", None, "council", "WEST", "has no row"),
    "reference to nothing": (swap(POINTS, "2,1,The", "3,1,The"), PLACE + POINTS, 3, "dependency", "3", "is not in dependencies.dependency"),
    "reference to a table without rows": (write("dependencies.csv", "dependency,section,name,status,summary,delivered_by,source\n"), PLACE + POINTS, 2, "dependency", "1", "is not in dependencies.dependency"),
    "source that does not exist": (swap(POINTS, "report:1/1 report:2/1", "report:1/1 report:2/9"), PLACE + POINTS, 3, "source", "report:2/9", "is not a paragraph"),
    "source where no paragraph is registered": (write("paragraphs.csv", "paragraph,document,section,kind,lines,digest,not_carried\n"), PLACE + POINTS, 2, "source", "report:1/1", "is not a paragraph"),
    "source that is no paragraph's name": (swap(POINTS, "report:1/1 report:2/1", "section 2"), PLACE + POINTS, 3, "source", "section 2", "is not a list of paragraphs"),
    # claims
    "claim with an unknown check": (swap(CLAIMS, ",count,total,", ",count,sum,"), PLACE + CLAIMS, 2, "check", "sum", "is no check"),
    "total of an unknown table": (swap(CLAIMS, "sum:buildings:property", "sum:buildings:premises"), PLACE + CLAIMS, 2, "against", "sum:buildings:premises", "no entered table named premises"),
    "total of a computed table": (swap(CLAIMS, "sum:buildings:property", "sum:received:grant_totals"), PLACE + CLAIMS, 2, "against", "sum:received:grant_totals", "no entered table named grant_totals"),
    "total of an unknown column": (swap(CLAIMS, "sum:buildings:property", "sum:rooms:property"), PLACE + CLAIMS, 2, "against", "sum:rooms:property", "rooms"),
    "total of unknown rows": (swap(CLAIMS, "sum:buildings:property", "sum:buildings:property?council=NORTH"), PLACE + CLAIMS, 2, "against", "sum:buildings:property?council=NORTH", "no row of property matches"),
    "total of rows chosen by an unknown column": (swap(CLAIMS, "sum:buildings:property", "sum:buildings:property?area=EAST"), PLACE + CLAIMS, 2, "against", "sum:buildings:property?area=EAST", "area"),
    "total of a column of words": (swap(CLAIMS, "sum:buildings:property", "sum:maintenance_schedule:property"), PLACE + CLAIMS, 2, "against", "sum:maintenance_schedule:property", "holds no figures"),
    "percentage of words": (swap(CLAIMS, SHARE, "evidence/visits/value; events/first_meeting/body"), PLACE + CLAIMS, 3, "against", "evidence/visits/value; events/first_meeting/body", "cannot take this evidence"),
    "percentage of an unknown figure": (swap(CLAIMS, SHARE, "evidence/visits/value; figures/pupils/value"), PLACE + CLAIMS, 3, "against", "evidence/visits/value; figures/pupils/value", "0 rows with the key pupils"),
    "percentage without its whole": (swap(CLAIMS, SHARE, "evidence/visits/value"), PLACE + CLAIMS, 3, "against", "evidence/visits/value", "takes 2 only pieces of evidence, not 1"),
    "percentage without the printed one": (swap(CLAIMS, "0.4%,0.4,", "0.4%,,"), PLACE + CLAIMS, 3, "against", SHARE, "needs the printed figure"),
    "figure not of the place it is printed to": (swap(CLAIMS, ",0.1,arithmetic", ",0.3,arithmetic"), PLACE + CLAIMS, 3, "precision", "0.3", "is not the place to which 0.4 is printed"),
    "what came of no figure": (swap(CLAIMS, "2032-08-01,,,,report:1/1", "2032-08-01,figures/pupils/value,,,report:1/1"), PLACE + CLAIMS, 2, "later", "figures/pupils/value", "is not evidence that can be taken"),
}  # fmt: skip

CONTRACT_FILE = PLACE + CONTRACT
PACKAGE_FILE = PLACE + PACKAGE
OTHER_CASES = {
    # contract.yml
    "contract missing": (remove(CONTRACT_FILE), CONTRACT_FILE, None, "", "", "is missing"),
    "contract not YAML": (append(CONTRACT, "a: [1\n"), CONTRACT_FILE, 14, "", "", "cannot be read as YAML"),
    "contract a folder": (both(remove(CONTRACT_FILE), lambda root: (root / CONTRACT_FILE).mkdir()), CONTRACT_FILE, None, ANY, ANY, ""),
    "contract empty": (write(CONTRACT, ""), CONTRACT_FILE, None, "", "", "must be a mapping"),
    "contract a list": (write(CONTRACT, "- a\n- b\n"), CONTRACT_FILE, None, "", "", "must be a mapping"),
    "contract in latin-1": (append(CONTRACT, b"# caf\xe9\n"), CONTRACT_FILE, None, "", "", "not UTF-8"),
    "contract with a NUL byte": (append(CONTRACT, b"# \0\n"), CONTRACT_FILE, None, "", "", "cannot be read as YAML"),
    "contract without a key": (swap(CONTRACT, "title: Invented contract\n", ""), CONTRACT_FILE, None, "title", "", "is missing"),
    "contract without its councils": (swap(CONTRACT, "councils:\n  - {id: EAST, name: East Invented Council}\n  - {id: WEST, name: West Invented Council}\n", ""), CONTRACT_FILE, None, "councils", "", "is missing"),
    "contract with an unknown key": (append(CONTRACT, "targets: {}\n"), CONTRACT_FILE, 13, "targets", "", "is not a known entry"),
    "contract of another year": (swap(CONTRACT, '"2031-32"', '"2030-31"'), CONTRACT_FILE, 1, "contract_year", "2030-31", "is not the folder's 2031-32"),
    "contract dated day/month/year": (swap(CONTRACT, "ends: 2032-03-31", "ends: 31/03/2032"), CONTRACT_FILE, 4, "ends", "31/03/2032", "is not a date"),
    "contract dated on no day": (swap(CONTRACT, "ends: 2032-03-31", "ends: 2032-02-30"), CONTRACT_FILE, ANY, "", "", ""),
    "contract dated with an hour": (swap(CONTRACT, "ends: 2032-03-31", "ends: 2032-03-31T12:00:00"), CONTRACT_FILE, 4, "ends", ANY, "is not a date"),
    "contract that ends before it starts": (swap(CONTRACT, "ends: 2032-03-31", "ends: 2031-03-31"), CONTRACT_FILE, ANY, "ends", "2031-03-31", ""),
    "contract that starts in another year": (swap(CONTRACT, "starts: 2031-04-01", "starts: 2021-04-01"), CONTRACT_FILE, ANY, "starts", "2021-04-01", ""),
    "term without its unit": (swap(CONTRACT, ", unit: £m", ""), CONTRACT_FILE, 11, "terms 1", "Contract sum", "lacks its unit"),
    "term with an empty unit": (swap(CONTRACT, "unit: £m", "unit: "), CONTRACT_FILE, 11, "terms 1", "Contract sum", "lacks its unit"),
    "term without its source": (swap(CONTRACT, ', source: "report:1/1"', ""), CONTRACT_FILE, 11, "terms 1", "Contract sum", "lacks its source"),
    "term from a paragraph that does not exist": (swap(CONTRACT, "report:1/1", "report:9/9"), CONTRACT_FILE, ANY, "terms 1", "report:9/9", ""),
    "terms that are not mappings": (swap(CONTRACT, '- {term: Contract sum, value: "2.5", unit: £m, source: "report:1/1"}', "- Contract sum"), CONTRACT_FILE, ANY, "terms 1", ANY, ""),
    "councils without ids": (swap(CONTRACT, "{id: WEST, name: West Invented Council}", "{name: West}"), CONTRACT_FILE, ANY, ANY, ANY, ""),
    "council whose area is a list": (swap(CONTRACT, "name: East Invented Council", "name: East Invented Council, area: [east, west]"), CONTRACT_FILE, 8, "councils 1", "['east', 'west']", "is its area and must be text"),
    "council whose id is a list": (swap(CONTRACT, "id: EAST", "id: [EAST]"), CONTRACT_FILE, 8, "councils 1", "['EAST']", "is its id and must be text"),
    "councils as a word": (swap(CONTRACT, "councils:\n  - {id: EAST, name: East Invented Council}\n  - {id: WEST, name: West Invented Council}\n", "councils: both\n"), CONTRACT_FILE, ANY, "councils", ANY, ""),
    "councils left empty": (swap(CONTRACT, "councils:\n  - {id: EAST, name: East Invented Council}\n  - {id: WEST, name: West Invented Council}\n", "councils:\n"), CONTRACT_FILE, ANY, "councils", ANY, ""),
    "provider as a word": (swap(CONTRACT, "{name: An invented trust, short: AIT}", "AIT"), CONTRACT_FILE, ANY, "provider", ANY, ""),
    "unknown table excused": (swap(CONTRACT, "not_reported: {}", "not_reported: {gaps: Not published.}"), CONTRACT_FILE, 12, "not_reported", "gaps", "is not a table of the schemas"),
    "table excused without a reason": (both(remove(PLACE + APPROVALS), swap(CONTRACT, "not_reported: {}", "not_reported: {approvals: }")), CONTRACT_FILE, ANY, "not_reported", "approvals", ""),
    "tables excused as a word": (swap(CONTRACT, "not_reported: {}", "not_reported: none"), CONTRACT_FILE, ANY, "not_reported", ANY, ""),
    "table excused, yet there": (swap(CONTRACT, "not_reported: {}", "not_reported: {approvals: Not published.}"), PLACE + APPROVALS, None, "", "", "contract.yml says it was not reported"),
    # datapackage.yml
    "package missing": (remove(PACKAGE_FILE), PACKAGE_FILE, None, "", "", "is missing"),
    "package not YAML": (write(PACKAGE, "resources: [\n"), PACKAGE_FILE, 2, "", "", "cannot be read as YAML"),
    "package empty": (write(PACKAGE, ""), PACKAGE_FILE, None, "", "", "must be a mapping"),
    "package without resources": (write(PACKAGE, "licence: Invented\ndocuments:\n- {id: report, title: Report}\nresources:\n"), PACKAGE_FILE, None, "", GAPS, "not listed"),
    "package whose resources are words": (write(PACKAGE, "documents:\n- {id: report}\nresources: [budget_gaps.csv]\n"), PACKAGE_FILE, ANY, ANY, ANY, ""),
    "package whose documents have no id": (swap(PACKAGE, "- id: report\n  title: Invented report", "- title: Invented report"), PACKAGE_FILE, ANY, ANY, ANY, ""),
    "document without a title": (swap(PACKAGE, "  title: Invented report\n", ""), PACKAGE_FILE, None, "documents", "", "each with its id and title"),
    "record that is no web address": (append(PACKAGE, "records: [{title: Minutes, url: 'javascript:alert(1)'}]\n"), PACKAGE_FILE, None, "records", "javascript:alert(1)", "is not a web address"),
    "file changed since it was sealed": (swap(GAPS, "10.5", "10.6"), PLACE + GAPS, None, "", "", "has changed since it was sealed"),
    "file in the folder but not listed": (write("notes.txt", "words"), PACKAGE_FILE, None, "", "notes.txt", "is in the folder but not listed"),
    "file listed but not in the folder": (remove(PLACE + WORDS), PACKAGE_FILE, None, "", WORDS, "is listed but not in the folder"),
    "restricted file": (listed(APPROVALS, access="restricted"), PLACE + APPROVALS, None, "", "", "is restricted"),
    "file neither public nor restricted": (listed(APPROVALS, access="secret"), PACKAGE_FILE, None, "access", ANY, ""),
    "file listed without its title": (listed(APPROVALS, title=""), PACKAGE_FILE, None, "title", APPROVALS, "is listed without its title"),
    "file listed without its sections": (listed(APPROVALS, sections=None), PACKAGE_FILE, None, "sections", APPROVALS, "is listed without its sections"),
    "file listed without its licence": (listed(APPROVALS, licence=None), PACKAGE_FILE, None, "licence", APPROVALS, "is listed without its licence"),
    "file listed without its checksum": (listed(APPROVALS, sha256=""), PACKAGE_FILE, None, "sha256", APPROVALS, "is listed without its sha256"),
    "file listed with a wrong checksum": (listed(APPROVALS, sha256="0" * 64), PLACE + APPROVALS, None, "", "", "has changed since it was sealed"),
    "document that is not the package's": (swap(PACKAGE, "- id: report\n", "- id: annual_report\n"), PACKAGE_FILE, None, "documents", "report", f"of {GAPS} is not among"),
    # commentary
    "placeholder of nothing": (swap(WORDS, "{children}", "{adults}"), PLACE + WORDS, 2, "", "{adults}", "cannot be filled in"),
    "placeholder of no event": (swap(WORDS, "first_meeting", "last_meeting"), PLACE + WORDS, 2, "", "{date:last_meeting}", "cannot be filled in"),
    "placeholder of no table": (swap(WORDS, "{children}", "{count:adults}"), PLACE + WORDS, 2, "", "{count:adults}", "no table named adults"),
    "placeholder of no column": (swap(WORDS, "{children}", "{count:property?rooms=2}"), PLACE + WORDS, 2, "", "{count:property?rooms=2}", "no column rooms"),
    "placeholder of no row": (swap(WORDS, "{children}", "{cell:property/NORTH/buildings}"), PLACE + WORDS, 2, "", "{cell:property/NORTH/buildings}", "0 rows"),
    "placeholder of half a key": (swap(WORDS, "{children}", "{cell:budget_gaps/EAST/gap}"), PLACE + WORDS, 2, "", "{cell:budget_gaps/EAST/gap}", "key of budget_gaps is council/year"),
    "placeholder with no name": (swap(WORDS, "{children}", "{}"), PLACE + WORDS, 2, "", "{", "stray brace"),
    "placeholder with an unknown ending": (swap(WORDS, "{children}", "{children|roman}"), PLACE + WORDS, 2, "", "{", "stray brace"),
    "figure typed by hand": (swap(WORDS, "{children} children", "1184 children"), PLACE + WORDS, 2, "", "1184", "is a figure typed by hand"),
    "year typed by hand": (swap(WORDS, "{year}", "2031-32"), PLACE + WORDS, 2, "", "2031", "is a figure typed by hand"),
    "stray brace": (swap(WORDS, "{children}", "{children}}"), PLACE + WORDS, 2, "", "}", "is a stray brace"),
    "commentary without a block": (write(WORDS, "Words about nothing.\n"), PLACE + WORDS, None, "", "", "has no block"),
    "words above the first block": (swap(WORDS, "## overview", "Words that nobody would see.\n\n## overview"), PLACE + WORDS, 1, ANY, ANY, ""),
    "block named twice": (append(WORDS, "\n## overview\nOther words.\n"), PLACE + WORDS, 5, ANY, ANY, ""),
    "commentary from a paragraph that does not exist": (swap(WORDS, "report:1/0 ", "report:9/9 "), PLACE + WORDS, 3, ANY, "report:9/9", ""),
    "commentary from what is neither paragraph nor publication": (swap(WORDS, "report:1/0 ", "Section-1/0 "), PLACE + WORDS, 3, "source", "Section-1/0", "is neither a paragraph nor a publication"),
    "commentary with a control character": (swap(WORDS, "Its board", "Its\x1b board"), PLACE + WORDS, 2, "", "", "holds a control character"),
    "commentary in latin-1": (write(WORDS, b"## overview\nCaf\xe9.\n"), PLACE + WORDS, None, "", "", "is not UTF-8"),
}  # fmt: skip


def fault_of(record):
    return Fault(**{key: value for key, value in record.items() if key != "kind"})


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in (TABLE_CASES | OTHER_CASES).items()])
def test_bad_input_gives_a_clear_line_and_leaves_the_book_alone(small_root, command, case):
    break_it, *expected = case
    break_it(small_root)
    before = snapshot(small_root)

    as_json = command(small_root, "check", YEAR, "--json")
    assert as_json.code == 2
    records = [record for record in json.loads(as_json.out) if record["kind"] == "fault"]
    *place, rule = expected
    found = [record for record in records if [record[key] for key in ("file", "row", "column", "value")] == place]
    assert any(rule in record["rule"] for record in found), records
    assert all(record["rule"] for record in records)

    refused = command(small_root, "run", YEAR)
    assert refused.code == 2
    lines = [str(fault_of(record)) for record in records]
    assert refused.err.splitlines()[-len(lines) :] == lines
    assert snapshot(small_root) == before


def test_an_invented_root_without_a_fault_passes(small_root, command):
    assert command(small_root, "check", YEAR).code == 0
    assert command(small_root, "check", YEAR, "--json") == (0, "[]\n", "")


def test_many_faults_are_listed_at_once(small_root, command):
    wrong = [TABLE_CASES["text in a number"], TABLE_CASES["date as day/month/year"], OTHER_CASES["term without its unit"],
             TABLE_CASES["reference to nothing"], TABLE_CASES["column extra"], OTHER_CASES["file in the folder but not listed"]]  # fmt: skip
    for break_it, *_ in wrong:
        break_it(small_root)
    records = json.loads(command(small_root, "check", YEAR, "--json").out)
    places = {(record["file"], record["row"], record["column"], record["value"]) for record in records}
    assert {tuple(expected[:4]) for _, *expected in wrong} <= places


@pytest.mark.parametrize(
    ("case", "file"),
    [
        (TABLE_CASES["count below nought"], "property.csv"),
        (TABLE_CASES["key twice"], GAPS),
        (TABLE_CASES["council missing"], "property.csv"),
        (OTHER_CASES["contract missing"], CONTRACT),
        (OTHER_CASES["contract not YAML"], CONTRACT),
        (OTHER_CASES["contract without its councils"], CONTRACT),
    ],
    ids=["cell", "key", "council", "no contract", "broken contract", "contract without councils"],
)
def test_a_fault_in_one_file_is_not_blamed_on_another(small_root, command, case, file):
    case[0](small_root)
    records = json.loads(command(small_root, "check", YEAR, "--json").out)
    blamed = {record["file"] for record in records if "seal" not in record["rule"] and "listed" not in record["rule"]}
    assert blamed == {PLACE + file}


@pytest.mark.parametrize("verb", ["check", "seal", "run"])
@pytest.mark.parametrize(
    "year",
    ["2021-23", "2031-33", "../x", "", "2031-32/..", "20３1-32", "2031-2032", "2031/32", "2031", "2031-32 ", "2031-32\n", "0000-01", "9999-00", "2032-33", "year"],
)  # fmt: skip
def test_a_year_that_is_none_or_has_no_folder_is_refused_by_name_and_touches_nothing(small_root, command, verb, year):
    before = snapshot(small_root)
    done = command(small_root, verb, year)
    assert (done.code, done.out) == (2, "")
    assert f"{year!r} is not a contract year" in done.err or f"data/{year}: is missing" in done.err
    assert snapshot(small_root) == before


def at(table, row, column):
    """The value of one cell, as read."""
    return lambda data: data[table].loc[row, column]


READ_RIGHTLY = {
    "brackets are a negative": (swap(COSTS, ",-100,", ",(100),"), at("service_costs", 3, "outturn_variance"), Decimal(-100)),
    "brackets and thousands comma": (swap(COSTS, ",1550,50,", ',1550,"(1,234)",'), at("service_costs", 2, "outturn_variance"), Decimal(-1234)),
    "pound sign": (swap(COSTS, ",1550,50,", ",£1550,50,"), at("service_costs", 2, "forecast_outturn"), Decimal(1550)),
    "pound sign and thousands comma": (swap(COSTS, ",1550,50,", ',"£1,550",50,'), at("service_costs", 2, "forecast_outturn"), Decimal(1550)),
    "pound sign inside brackets": (swap(COSTS, ",1550,50,", ',1550,"(£1,234)",'), at("service_costs", 2, "outturn_variance"), Decimal(-1234)),
    "minus before the pound sign": (swap(COSTS, ",-100,", ",-£100,"), at("service_costs", 3, "outturn_variance"), Decimal(-100)),
    "typographic minus": (swap(COSTS, ",-100,", ",−100,"), at("service_costs", 3, "outturn_variance"), Decimal(-100)),
    "thousands comma in a count": (swap(PUPILS, "1184", '"1,184"'), at("pupil_forecasts", 2, "change"), 1184),
    "hyphen for nil": (swap(COSTS, ",-,600,", ",-,600,"), at("service_costs", 3, "covid_funding"), Decimal(0)),
    "en dash for nil": (swap(COSTS, ",-,600,", ",–,600,"), at("service_costs", 3, "covid_funding"), Decimal(0)),
    "em dash for nil": (swap(COSTS, ",-,600,", ",—,600,"), at("service_costs", 3, "covid_funding"), Decimal(0)),
    "nothing printed is not nil": (lambda root: None, at("budget_gaps", 4, "gap"), None),
    "per cent as a bare number": (swap(PUPILS, "12.5", "97"), at("pupil_forecasts", 2, "change_pct"), Decimal(97)),
    "per cent with its sign": (swap(PUPILS, "12.5", "97%"), at("pupil_forecasts", 2, "change_pct"), Decimal(97)),
    "per cent with a space before its sign": (swap(PUPILS, "12.5", "97 %"), at("pupil_forecasts", 2, "change_pct"), Decimal(97)),
    "less than one per cent with its sign": (swap(PUPILS, "12.5", "0.97%"), at("pupil_forecasts", 2, "change_pct"), Decimal("0.97")),
    "places kept as printed": (swap(GAPS, "7.25", "7.250"), lambda data: str(data["budget_gaps"].loc[3, "gap"]), "7.250"),
    "leap day": (swap(APPROVALS, "2032-08-25", "2032-02-29"), at("approvals", 2, "approved_on"), date(2032, 2, 29)),
    "date known to the month": (swap(EVENTS, "2031-06-01", "2031-06"), at("events", 2, "start"), "2031-06"),
    "last day of the year": (swap(EVENTS, "2031-06-01", "2032-03-31"), at("events", 2, "context"), False),
    "spaces round a cell": (swap(GAPS, "7.25", "  7.25 "), at("budget_gaps", 3, "gap"), Decimal("7.25")),
    "no-break space round a cell": (swap(GAPS, "7.25", "\xa07.25\xa0"), at("budget_gaps", 3, "gap"), Decimal("7.25")),
    "byte order mark": (lambda root: write(GAPS, b"\xef\xbb\xbf" + (root / PLACE / GAPS).read_bytes())(root), at("budget_gaps", 3, "gap"), Decimal("7.25")),
    "blank rows at the end": (append(GAPS, "\n,,,,\n\n"), lambda data: len(data["budget_gaps"]), 4),
    "blank rows between": (swap(GAPS, "WEST,2032", "\n,,,,\nWEST,2032"), at("budget_gaps", 5, "gap"), Decimal("7.25")),
    "no last line end": (swap(GAPS, "8.125,estimate,report:2/1\n", "8.125,estimate,report:2/1"), at("budget_gaps", 5, "gap"), Decimal("8.125")),
    "words in any script": (swap("property.csv", "Agreed.", "Cytûn – “ie”."), at("property", 2, "maintenance_schedule"), "Cytûn – “ie”."),
    "total that its rows do not give": (swap(CLAIMS, ",9,9,", ",11,11,"), lambda data: results.table(data, "claims_checked")["verdict"].iloc[0], "disagrees"),
    "table not reported": (both(remove(PLACE + APPROVALS), swap(CONTRACT, "not_reported: {}", "not_reported: {approvals: Not published.}")), lambda data: (len(data["approvals"]), "role" in data["approvals"]), (0, True)),
    "commentary with a byte order mark": (lambda root: write(WORDS, b"\xef\xbb\xbf" + (root / PLACE / WORDS).read_bytes())(root), lambda data: data.commentary["04_cost"][:2], "##"),
    "contract with a byte order mark": (lambda root: write(CONTRACT, b"\xef\xbb\xbf" + (root / PLACE / CONTRACT).read_bytes())(root), lambda data: data.contract["title"], "Invented contract"),
}  # fmt: skip


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in READ_RIGHTLY.items()])
def test_what_has_one_certain_meaning_is_read(small_root, command, case):
    write_it, value_in, expected = case
    write_it(small_root)
    assert command(small_root, "seal", YEAR) == (0, "", f"{YEAR}: sealed in {PLACE}datapackage.yml\n")
    value = value_in(load_year(small_root, YEAR))
    assert value == expected and type(value) is type(expected)


def test_a_checkout_with_windows_line_ends_is_the_same_year(small_root, command):
    plain = load_year(small_root, YEAR)
    for path in (small_root / PLACE).rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert command(small_root, "check", YEAR).code == 0
    same = load_year(small_root, YEAR)
    assert {name: frame.values.tolist() for name, frame in same.tables.items()} == {
        name: frame.values.tolist() for name, frame in plain.tables.items()
    }
    assert same.commentary == plain.commentary and same.contract == plain.contract
