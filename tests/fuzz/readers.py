"""Every reader of a file that somebody else may have written: where the file stands, valid ones to spoil, and how it is read."""

import importlib.util
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
from hypothesis import strategies as st

from fuzz.spoilt import as_bytes, as_json, as_table, as_text, as_yaml, as_zip
from ncthelpers import identifiers, sealed, trace, trials
from ncthelpers.accessibility.publisher import read_publisher
from ncthelpers.exchange import word, workbook
from ncthelpers.exchange.current import current
from ncthelpers.exchange.importing import differences, proposed
from ncthelpers.export import whole_report
from ncthelpers.load import open_year, read_year
from ncthelpers.publish import changes, manifest, pages, performance, site, staleness, toc
from ncthelpers.returns import annex_a, cin, csww, logs, readers, ssda903
from ncthelpers.returns.cleaning import Ledger
from ncthelpers.returns.layouts import Module, layout_for, layouts
from ncthelpers.schemas import read_schemas, read_table
from ncthelpers.years import ContractYear

__all__ = ["READERS", "Reader"]

REPOSITORY = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("small", REPOSITORY / "tests" / "conftest.py")
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)
YEAR = ContractYear(small.SMALL_YEAR)
RETURN_YEAR = ContractYear("2021-22")
DAY = date(2022, 3, 31)
OLD_EXCEL = REPOSITORY / "tests" / "exchange" / "fixtures" / "invented.xls"
CSWW = (
    "<Message><Header><CollectionDetails><Collection>CSWW</Collection><Year>2021</Year><ReferenceDate>2021-09-30</ReferenceDate>"
    "</CollectionDetails></Header><LALevelVacancies><NumberOfVacancies>7.5</NumberOfVacancies></LALevelVacancies>\n"
    "<CSWWWorker><AgencyWorker>0</AgencyWorker><SWENo>AB1</SWENo><FTE>1</FTE><Cases30>12</Cases30></CSWWWorker>\n</Message>\n"
)
CIN = (
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year><ReferenceDate>2022-03-31</ReferenceDate>"
    "</CollectionDetails></Header><Children>\n<Child><ChildIdentifiers><LAchildID>A1</LAchildID><PersonBirthDate>2010-01-01</PersonBirthDate>"
    "<GenderCurrent>1</GenderCurrent></ChildIdentifiers>\n<CINdetails><CINreferralDate>2021-05-01</CINreferralDate><ReferralSource>1A</ReferralSource>"
    "<ReferralNFA>0</ReferralNFA><Assessments><AssessmentActualStartDate>2021-05-02</AssessmentActualStartDate>"
    "<AssessmentAuthorisationDate>2021-06-01</AssessmentAuthorisationDate></Assessments></CINdetails></Child>\n</Children></Message>\n"
)


@dataclass(frozen=True)
class Reader:
    """One reader.

    Parameters
    ----------
    what : str
        What it reads, in a reader's words.
    place : str
        Where its file stands in a root.
    cases : callable
        Gives what such a file may hold, of the folder of a root.
    read : callable
        Reads the file, of the root and the file.
    examples : int
        How many cases the suite tries.
    """

    what: str
    place: str
    cases: Callable[[], st.SearchStrategy[bytes]]
    read: Callable[[Path, Path], object]
    examples: int = 8

    @property
    def name(self) -> str:
        """A word for it, for the command line and the tests."""
        return self.what.lower().replace(" ", "-").replace(",", "").replace(":", "")

    def folder(self, place: Path) -> Path:
        """A root with all that the reader needs, laid out at a place."""
        return Path(shutil.copytree(_root(), place / "root", symlinks=True))


@cache
def _root() -> Path:
    """An invented root, made once."""
    return small.made_small_root(Path(tempfile.mkdtemp(prefix="fuzz-")) / "root")


def _of(place: str) -> bytes:
    return (_root() / place).read_bytes()


def _year(place: str) -> str:
    return f"data/{YEAR}/{place}"


# Files of a year


def _check(root: Path, file: Path) -> list:
    """Every fault that is said of the file; the year is opened too, as a page opens it."""
    faults = [fault for fault in read_year(root, YEAR)[1] if file.stem in fault.file]
    if not faults:
        data = open_year(root, YEAR)
        dict(data.commentary), [data[name] for name in data.schemas]
    return faults


def _table(root: Path, file: Path) -> list:
    schema = read_schemas((root / "data" / "schemas").resolve())[file.stem]
    _, faults = read_table(file.read_bytes(), schema, file.name)
    return faults


def _schemas(root: Path, file: Path) -> None:
    read_schemas.cache_clear()
    read_schemas(file.parent)


def _sealed(root: Path, file: Path) -> None:
    there = {path.name for path in file.parent.iterdir()}
    for name, one in sealed.read_record(file.parent).items():
        if name in there:
            sealed.cell_faults((file.parent / name).read_bytes(), one, file.name)


# What is brought in


@cache
def _held() -> object:
    return current(_root(), YEAR)


def _import(root: Path, file: Path) -> list:
    held = _held()
    proposal = proposed(file.read_bytes(), file.name, held, DAY)
    differences(held, proposal)
    return list(proposal.faults)


def _workbooks() -> list[bytes]:
    return [
        workbook.workbook(_held(), {}),
        _book({"property": [["council", "buildings"], ["EAST", 4], ["WEST", "=1+1"], [date(2031, 1, 1), 1e300]]}),
    ]


def _book(sheets: Mapping[str, list]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="property">
<table:table-row><table:table-cell><text:p>council</text:p></table:table-cell><table:table-cell><text:p>buildings</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><text:p>EAST<text:s text:c="2"/></text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="4.0"><text:p>4</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="3" office:value-type="date" office:date-value="2031-04-01"><text:p>1</text:p></table:table-cell>
<table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:covered-table-cell/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def _ods() -> list[bytes]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", _ODS)
    return [out.getvalue()]


def _documents() -> list[bytes]:
    return [word.document(_held().data, {})]


# Returns

_VALUES = {"text": "A1", "day": "01/06/2021", "whole": "3", "number": "1.5", "yes": "1", "postcode": "NN1 1AA"}


def _rows(module: Module) -> list[list[str]]:
    """The header of a module and a record."""
    row = [
        next(iter(column.codes), "X") if column.type == "code" else _VALUES[column.type] for column in module.columns
    ]
    return [[column.theirs for column in module.columns], row, row]


def _csv_of(rows: list[list[str]]) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()


def _module(of: str, year: ContractYear) -> list[bytes]:
    return [_csv_of(_rows(layout_for(of, year).modules[0]))]


def _annex() -> list[bytes]:
    layout = layout_for("annex-a", RETURN_YEAR)
    return [_book({module.file: _rows(module) for module in layout.modules if module.columns})]


def _return(module: object, year: ContractYear, **how: object) -> Callable[[Path, Path], None]:
    of = module.RETURN

    def read(root: Path, file: Path) -> None:
        raw = module.read([file], year) if hasattr(module, "read") else readers.read(of, [file], year)
        module.tidy(raw, ledger=Ledger(of), **how)

    return read


def _layout(root: Path, file: Path) -> None:
    layouts("ssda903", [file.parent])


# What programs wrote


def _trial() -> list[bytes]:
    rows = (trials.Tried("A run killed", 120, 120, 341.26), trials.Tried("A byte changed", 30, 29, 61.5))
    done = trials.Trial("fuzz", "Strange files", "make fuzz", "2031-01-01", "abc", "2 cores", rows, ("nothing",))
    return [json.dumps(asdict(done)).encode()]


def _trials(root: Path, file: Path) -> None:
    site._trials(trials.recorded(root)).encode()


def _performance(root: Path, file: Path) -> None:
    performance.page(performance.recorded(root)).encode()


def _manifest(root: Path, file: Path) -> None:
    manifest.is_current(root, file.parent.name, {})


def _companion(root: Path, file: Path) -> None:
    record = trace.committed(root, file.parent.name, file.stem)
    data = open_year(root, YEAR)
    trace.traced(root, record, data, "£1.5m")


def _figures(root: Path, file: Path) -> None:
    changes.figures_of(file.parent)


def _template(root: Path, file: Path) -> None:
    pages.check_parameters(file)
    pages.shown(file), pages.subject(file)


def _page(root: Path, file: Path) -> None:
    (root / "_toc.yml").write_text(f"root: index\nchapters:\n- file: {YEAR}/{file.stem}\n")
    data = open_year(root, YEAR)
    for page in whole_report.pages_of(root, data):
        staleness.parts_of(page)
    whole_report.whole_report(data, whole_report.pages_of(root, data))


def _in_book(name: str) -> Callable[[], st.SearchStrategy[bytes]]:
    return lambda: as_json([(REPOSITORY / name).read_bytes()])


def _scan(root: Path, file: Path) -> None:
    identifiers.scan([file])


def _yaml(place: str) -> Callable[[], st.SearchStrategy[bytes]]:
    return lambda: as_yaml([_of(place)])


_PUBLISHER = b"body: East Invented Council\nemail: a@example.org\nformats: [braille]\nreply_days: 5\nprepared: 2031-04-01\nfaults:\n- {what: A chart., criterion: 1.1.1, mended: soon}\n"

READERS: tuple[Reader, ...] = (
    Reader("A table of a year", _year("service_costs.csv"), lambda: as_table([_of(_year("service_costs.csv"))]), _table, 15),
    Reader("A table of a year, with all that is held against it", _year("claims.csv"), lambda: as_table([_of(_year("claims.csv"))]), _check, 5),
    Reader("Terms of a contract", _year("contract.yml"), _yaml(_year("contract.yml")), _check, 5),
    Reader("Documents and checksums of a year", _year("datapackage.yml"), _yaml(_year("datapackage.yml")), _check, 5),
    Reader("Commentary of a year", _year("commentary/04_cost.md"), lambda: as_text([_of(_year("commentary/04_cost.md"))]), _check, 5),
    Reader("What was sealed", _year(".sealed.json"), lambda: as_json([_of(_year(".sealed.json"))]), _sealed),
    Reader("A schema", "data/schemas/budget_gaps.yml", _yaml("data/schemas/budget_gaps.yml"), _schemas),
    Reader("The contents of a book", "_toc.yml", _yaml("_toc.yml"), lambda root, file: toc.public_years(root)),
    Reader("Who publishes", "data/publisher.yml", lambda: as_yaml([_PUBLISHER]), lambda root, file: read_publisher(root)),
    Reader("A layout of a return", "data/layouts/ours-ssda903.yml",
           lambda: as_yaml([(REPOSITORY / "src/ncthelpers/returns/layouts/ssda903-2019-20.yml").read_bytes()]), _layout),
    Reader("A workbook brought in, xlsx", "incoming/filled.xlsx", lambda: as_zip(_workbooks()), _import, 5),
    Reader("A workbook brought in, ods", "incoming/filled.ods", lambda: as_zip(_ods()), _import),
    Reader("A workbook brought in, xls", "incoming/filled.xls", lambda: as_bytes([OLD_EXCEL.read_bytes()]), _import),
    Reader("A table brought in, CSV", "incoming/property.csv", lambda: as_table([_of(_year("property.csv"))]), _import),
    Reader("Commentary brought in, Word", "incoming/words.docx", lambda: as_zip(_documents()), _import, 2),
    Reader("Children looked after, CSV", "incoming/episodes.csv", lambda: as_table(_module("ssda903", ContractYear("2019-20"))),
           _return(ssda903, ContractYear("2019-20")), 5),
    Reader("Children in need, XML", "incoming/need.xml", lambda: as_text([CIN.encode()]), _return(cin, RETURN_YEAR), 5),
    Reader("Workforce, XML", "incoming/workers.xml", lambda: as_text([CSWW.encode()]), _return(csww, ContractYear("2022-23")), 5),
    Reader("Annex A, xlsx", "incoming/annex.xlsx", lambda: as_zip(_annex()), _return(annex_a, RETURN_YEAR, as_at=DAY), 4),
    Reader("A log of referrals, CSV", "incoming/referrals.csv", lambda: as_table(_module("logs", RETURN_YEAR)), _return(logs, RETURN_YEAR), 5),
    Reader("What trials found", "trials/results/fuzz.json", lambda: as_json(_trial()), _trials),
    Reader("What was measured", "benchmarks/results/latest.json", _in_book("benchmarks/results/latest.json"), _performance),
    Reader("The manifest of a year", f"book/{YEAR}/manifest.json", _in_book("book/2021-22/manifest.json"), _manifest),
    Reader("The figures beside a page, traced", f"book/{YEAR}/05_finance.json", _in_book("book/2021-22/04_cost.json"), _companion, 5),
    Reader("The figures beside a page, compared", f"book/{YEAR}/05_finance.json", _in_book("book/2021-22/04_cost.json"), _figures),
    Reader("A template", "notebooks/04_cost.ipynb", _in_book("notebooks/04_cost.ipynb"), _template),
    Reader("A published page, exported", f"book/{YEAR}/05_finance.ipynb", _in_book("book/2021-22/04_cost.ipynb"), _page, 5),
    Reader("Identifiers in a document", "incoming/any.docx", lambda: as_zip([*_documents(), *_ods()]), _scan, 5),
    Reader("Identifiers in a workbook", "incoming/any.xlsx", lambda: as_zip(_workbooks()), _scan, 5),
)  # fmt: skip
