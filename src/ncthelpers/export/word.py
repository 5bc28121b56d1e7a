"""Reports as Word documents: real headings and lists, tables with header rows, pictures with alternative text.

The document is written into the style file beside this module, which alone says what the styles look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import cast
from xml.sax.saxutils import escape, quoteattr  # nothing is read with it  # nosec B406

from ncthelpers.cells import visible
from ncthelpers.export.document import (
    BODY,
    LETTERED,
    NUMBERED,
    SOURCE,
    SUBNUMBERED,
    Block,
    Heading,
    Layout,
    Listed,
    Paragraph,
    Picture,
    Report,
    Runs,
    Section,
    Table,
    sections,
)
from ncthelpers.export.pdf import pictures
from ncthelpers.export.reference import MARGINS, NUMBERING, ORDERED, PAGE, REFERENCE, core_properties
from ncthelpers.export.zips import entry, packed

__all__ = ["word"]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_OFFICE}" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"'
)
_SVG = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"  # the extension by which Word knows the drawing behind a picture
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLES = {BODY: "Normal", SOURCE: "Source", NUMBERED: "NumberedParagraph", SUBNUMBERED: "NumberedSubparagraph",
           LETTERED: "LetteredParagraph"}  # fmt: skip
_DEEPEST = 4  # the levels of headings that the style file has
_ON_SIDE = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
_TWIPS, _EMUS = 20, 12700  # in a point


def word(report: Report, style_file: Path = REFERENCE) -> bytes:
    """A report as a Word document.

    Parameters
    ----------
    report : Report
        The report. The same one gives the same bytes.
    style_file : Path
        A document with the styles and lists that :mod:`ncthelpers.export.reference` names.
    """
    return _Writer(report).document(style_file.read_bytes())


def _text(text: str) -> str:
    """Writing that may stand in XML; what may not is shown as a character that is missing."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", visible(text)))


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", visible(text)), {"\n": "&#10;"})


def _paragraph(style: str, content: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{content}</w:p>'


def _run(text: str, look: str = "") -> str:
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{_text(text)}</w:t></w:r>' if text else ""


def _field(code: str, shown: str) -> str:
    """What Word fills in, with what stands there until it does."""
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return (
        f'{mark.format("begin")}<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>{mark.format("separate")}'
        f'{_run(shown)}{mark.format("end")}'
    )  # fmt: skip


class _Writer:
    """What a document gathers while it is written: its links, its pictures and the numbers of its parts."""

    def __init__(self, report: Report):
        self.report = report
        self.sections = sections(report.blocks)
        self.numbered = any(isinstance(block, Heading) and block.numbered for block in report.blocks)
        self.links: dict[str, str] = {}
        self.charts: list[Picture] = []
        self.ordered_lists = 0
        self.tables, self.headings = count(1), count(1)

    def document(self, style_file: bytes) -> bytes:
        """The document with all its parts."""
        body = self._body()
        media: dict[str, bytes] = {}
        for number, (chart, png) in enumerate(
            zip(self.charts, pictures([one.svg for one in self.charts]), strict=True), 1
        ):
            media |= {f"word/media/chart{number}.png": png, f"word/media/chart{number}.svg": chart.svg}
        parts = {
            "docProps/core.xml": _HEAD + core_properties(_text(self.report.title)),
            "word/document.xml": f"{_HEAD}<w:document {_NAMES}><w:body>{body}</w:body></w:document>",
            "word/header1.xml": f"{_HEAD}<w:hdr {_NAMES}>{_paragraph('Header', _run(self.report.head))}</w:hdr>",
            "word/footer1.xml": f"{_HEAD}<w:ftr {_NAMES}>{_paragraph('Footer', _PAGE_OF)}</w:ftr>",
            "word/_rels/document.xml.rels": self._relations(entry(style_file, "word/_rels/document.xml.rels").decode()),
            "[Content_Types].xml": _with_types(entry(style_file, "[Content_Types].xml").decode()),
            "word/numbering.xml": self._numbering(entry(style_file, "word/numbering.xml").decode()),
        }
        if not self.numbered:  # whoever writes on finds headings as they are here, without numbers
            parts["word/styles.xml"] = _unnumbered(entry(style_file, "word/styles.xml").decode())
        return packed(style_file, {name: text.encode() for name, text in parts.items()} | media)

    # The parts of the document

    def _body(self) -> str:
        report = self.report
        held = [_paragraph("AboveTitle", _run(line)) for line in report.above]
        held.append(_paragraph("Title", _run(report.title)))
        for notice in report.notices:
            held.append(_paragraph("NoticeTitle", _run(notice.title)))
            for part in notice.parts:
                lines = part.items if isinstance(part, Listed) else (part.runs,)
                held += [_paragraph("Notice", self._runs(line)) for line in lines]
        waits_for_contents = report.contents
        for place, section in enumerate(self.sections):
            for one in section.parts:
                if waits_for_contents and isinstance(one.block, Heading):
                    held += self._contents()
                    waits_for_contents = False
                held += self._block(one.block, one.layout)
            if place + 1 < len(self.sections):
                held[-1] = _ending(held[-1], self._page(section))
        if held[-1].endswith("</w:tbl>"):
            held.append(_paragraph("Source", ""))  # Word itself ends no document on a table
        return "".join(held) + self._page(self.sections[-1] if self.sections else Section(False, ()))

    def _page(self, section: Section) -> str:
        size = _ON_SIDE if section.landscape else PAGE
        ends = '<w:headerReference w:type="default" r:id="head"/><w:footerReference w:type="default" r:id="foot"/>'
        return f"<w:sectPr>{ends}{size}{MARGINS}</w:sectPr>"

    def _block(self, block: Block, laid: Layout | None) -> Iterator[str]:
        match block:
            case Heading():
                yield self._heading(block)
            case Paragraph():
                yield _paragraph(_STYLES[block.kind], self._runs(block.runs))
            case Listed():
                yield from self._list(block)
            case Table():
                yield from self._table(block, cast(Layout, laid))
            case Picture():
                yield from self._picture(block)

    def _heading(self, heading: Heading) -> str:
        level = min(heading.level, _DEEPEST)
        new_page = "<w:pageBreakBefore/>" if self.report.contents and level == 1 else ""
        tied = self.numbered and level == 1
        number = ""
        if heading.numbered and level > 1:
            number = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{NUMBERING}"/></w:numPr>'
        elif tied and not heading.numbered:
            number = '<w:numPr><w:numId w:val="0"/></w:numPr>'
        name = f"_Toc{next(self.headings):06}"
        mark = f'<w:bookmarkStart w:id="{int(name[4:])}" w:name="{name}"/>{_run(heading.text)}<w:bookmarkEnd w:id="{int(name[4:])}"/>'
        return _paragraph(f"Heading{level}", mark, new_page + number)

    def _contents(self) -> Iterator[str]:
        """A list of contents that leads to each heading; Word adds the pages when it is asked to update it."""
        yield _paragraph("ContentsHeading", _run("Contents"))
        headings = [block for block in self.report.blocks if isinstance(block, Heading)]
        entries = [(place, one) for place, one in enumerate(headings, 1) if one.level <= 2]
        begins = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u '
            '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        for number, (place, one) in enumerate(entries, 1):
            link = f'<w:hyperlink w:anchor="_Toc{place:06}" w:history="1">{_run(one.text)}</w:hyperlink>'
            ends = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if number == len(entries) else ""
            yield _paragraph(f"Toc{one.level}", (begins if number == 1 else "") + link + ends)

    def _runs(self, held: Runs) -> str:
        made = []
        for run in held:
            bold = "<w:b/><w:bCs/>" if run.strong else ""
            if run.link:
                target = self.links.setdefault(run.link, f"link{len(self.links) + 1}")
                style = '<w:rStyle w:val="Hyperlink"/>'
                made.append(f'<w:hyperlink r:id="{target}" w:history="1">{_run(run.text, style + bold)}</w:hyperlink>')
            else:
                made.append(_run(run.text, bold))
        return "".join(made)

    def _list(self, block: Listed) -> Iterator[str]:
        more = ""
        if block.ordered:  # each counts from one
            self.ordered_lists += 1
            more = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{ORDERED + self.ordered_lists}"/></w:numPr>'
        for item in block.items:
            yield _paragraph("ListNumber" if block.ordered else "ListBullet", self._runs(item), more)

    def _caption(self, kind: str, number: int, caption: str, title: str = "") -> str:
        first = f"{title.rstrip('.')}. " if title else ""
        counted = _field(f"SEQ {kind} \\* ARABIC", str(number))
        return _paragraph("Caption", _run(f"{kind} ") + counted + _run(f". {first}{caption}"))

    def _table(self, table: Table, laid: Layout) -> Iterator[str]:
        yield self._caption("Table", next(self.tables), table.caption)
        small = "Small" if laid.size < 9 else ""
        widths = [round(width * _TWIPS) for width in laid.widths]

        def row(cells: list[str], style: str, more: str) -> str:
            held = "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
                f"{_paragraph(style, cell, '<w:jc w:val=' + chr(34) + 'right' + chr(34) + '/>' if right else '')}</w:tc>"
                for cell, width, right in zip(cells, widths, table.numeric, strict=True)
            )
            return f"<w:tr><w:trPr><w:cantSplit/>{more}</w:trPr>{held}</w:tr>"

        head = row([_run(text) for text in table.heads], f"TableHeading{small}", "<w:tblHeader/>")
        rows = "".join(row([self._runs(cell) for cell in cells], f"TableText{small}", "") for cells in table.rows)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        yield (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f"<w:tblCaption w:val={_quoted(table.caption)}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>"
        )

    def _picture(self, chart: Picture) -> Iterator[str]:
        self.charts.append(chart)
        number = len(self.charts)
        yield self._caption("Figure", number, chart.caption, chart.title)
        width, height = chart.on_page
        size = f'cx="{round(width * _EMUS)}" cy="{round(height * _EMUS)}"'
        said = _quoted(chart.alt or chart.caption)
        uri = "http://schemas.openxmlformats.org/drawingml/2006/picture"
        drawing = (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{number}" name="Figure {number}" descr={said}/><a:graphic><a:graphicData uri="{uri}"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="Figure {number}" descr={said}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="png{number}"><a:extLst><a:ext uri="{_SVG}"><asvg:svgBlip r:embed="svg{number}"/></a:ext></a:extLst></a:blip>'
            f'<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
        )
        yield _paragraph("Picture", drawing)

    # What goes into the parts that the style file has already

    def _relations(self, held: str) -> str:
        made = [("head", "header", "header1.xml", ""), ("foot", "footer", "footer1.xml", "")]
        for number in range(1, len(self.charts) + 1):
            made += [(f"{kind}{number}", "image", f"media/chart{number}.{kind}", "") for kind in ("png", "svg")]
        made += [(name, "hyperlink", link, ' TargetMode="External"') for link, name in self.links.items()]
        new = "".join(
            f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target={_quoted(target)}{mode}/>'
            for name, kind, target, mode in made
        )
        return held.replace("</Relationships>", f"{new}</Relationships>")

    def _numbering(self, held: str) -> str:
        again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
        new = "".join(f'<w:num w:numId="{ORDERED + number}"><w:abstractNumId w:val="{ORDERED}"/>{again}</w:num>'
                      for number in range(1, self.ordered_lists + 1))  # fmt: skip
        return held.replace("</w:numbering>", f"{new}</w:numbering>")


_PAGE_OF = f"{_run('Page ')}{_field('PAGE', '1')}{_run(' of ')}{_field('NUMPAGES', '1')}"


def _with_types(held: str) -> str:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    new = "".join(
        f'<Override PartName="/word/{name}1.xml" ContentType="{kind}.{name}+xml"/>' for name in ("header", "footer")
    )
    return held.replace("</Types>", f"{new}</Types>")


def _unnumbered(styles: str) -> str:
    """The styles with headings that bear no number."""
    return re.sub(r'(w:styleId="Heading1">.*?)<w:numPr>.*?</w:numPr>', r"\1", styles, count=1, flags=re.DOTALL)


def _ending(last: str, page: str) -> str:
    """The last part of a section: its last paragraph says what its pages are; after a table, a paragraph of no height does."""
    if last.endswith("</w:tbl>"):
        flat = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        return last + _paragraph("Source", "", flat + page)
    at = last.rfind("</w:pPr>")
    return last[:at] + page + last[at:]
