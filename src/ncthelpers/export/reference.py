"""The style file of the Word reports: ``reference.docx`` beside this module, made by :func:`reference` and then kept.

Made again by ``python -m ncthelpers.export.reference``. A council may put a file of its own in its place, as long as it has
the styles in ``STYLES`` and the lists in ``LISTS``: what they look like is its own affair.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from ncthelpers.export.zips import packed

__all__ = ["REFERENCE", "STYLES", "LISTS", "NUMBERING", "reference"]

REFERENCE = Path(__file__).with_name("reference.docx")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FONT, _OTHERWISE, _INK, _BLUE, _PALE, _GREY = "Arial", "Liberation Sans", "1D2A35", "12436D", "E3E8ED", "8A949E"
PAGE = '<w:pgSz w:w="11906" w:h="16838"/>'
MARGINS = (
    '<w:pgMar w:top="1360" w:right="1120" w:bottom="1240" w:left="1120" w:header="600" w:footer="560" w:gutter="0"/>'
)

# Name as Word knows it, size in half points, bold, colour, space before and after in points, kept with what follows.
_PARAGRAPHS = (
    ("Title", 44, True, _BLUE, 12, 10, True),
    ("heading 1", 34, True, _BLUE, 20, 8, True),
    ("heading 2", 28, True, _BLUE, 16, 6, True),
    ("heading 3", 24, True, _BLUE, 12, 6, True),
    ("heading 4", 24, True, _INK, 12, 6, True),
    ("caption", 22, True, _INK, 14, 6, True),
    ("Above Title", 24, True, _INK, 0, 4, False),
    ("Contents Heading", 34, True, _BLUE, 20, 8, True),
    ("Notice Title", 24, True, _INK, 8, 2, True),
    ("Notice", 24, False, _INK, 0, 6, False),
    ("Numbered Paragraph", 24, False, _INK, 0, 8, False),
    ("Numbered Subparagraph", 24, False, _INK, 0, 8, False),
    ("Lettered Paragraph", 24, False, _INK, 0, 8, False),
    ("Source", 18, False, _INK, 4, 12, False),
    ("Table Text", 20, False, _INK, 2, 2, False),
    ("Table Text Small", 18, False, _INK, 2, 2, False),
    ("Table Heading", 20, True, _INK, 2, 2, True),
    ("Table Heading Small", 18, True, _INK, 2, 2, True),
    ("Picture", 24, False, _INK, 0, 4, True),
    ("List Bullet", 24, False, _INK, 0, 6, False),
    ("List Number", 24, False, _INK, 0, 6, False),
    ("toc 1", 22, True, _INK, 6, 2, False),
    ("toc 2", 22, False, _INK, 0, 2, False),
    ("header", 18, False, _INK, 0, 0, False),
    ("footer", 18, False, _INK, 0, 0, False),
)  # fmt: skip
_ONE_LINE_APART = {
    "Source",
    "Table Text",
    "Table Text Small",
    "Table Heading",
    "Table Heading Small",
    "Picture",
    "header",
    "footer",
}
_MORE = {
    "Notice Title": f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{_BLUE}"/></w:pBdr>',
    "Notice": f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{_BLUE}"/></w:pBdr>',
    "header": f'<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color="{_GREY}"/></w:pBdr>',
}
_INDENTS = {"Notice Title": '<w:ind w:left="220"/>', "Notice": '<w:ind w:left="220"/>', "toc 2": '<w:ind w:left="280"/>',
            "footer": '<w:jc w:val="right"/>'}  # fmt: skip
_OF_WORD = {"Title", "heading 1", "heading 2", "heading 3", "heading 4", "caption", "List Bullet", "List Number", "toc 1",
            "toc 2", "header", "footer"}  # fmt: skip

# Each list by its number; each of its levels is tied to a style, so that whoever writes on needs only that.
NUMBERING, BULLETS, ORDERED = 1, 2, 3
LISTS = {
    NUMBERING: (  # of a committee paper: 1, 1.1, 1.1.1 and (a)
        ("Heading1", "decimal", "%1", 0, 680),
        ("NumberedParagraph", "decimal", "%1.%2", 0, 680),
        ("NumberedSubparagraph", "decimal", "%1.%2.%3", 0, 907),
        ("LetteredParagraph", "lowerLetter", "(%4)", 680, 567),
    ),
    BULLETS: (("ListBullet", "bullet", "\N{BULLET}", 284, 284),),
    ORDERED: (("ListNumber", "decimal", "%1.", 284, 400),),
}


def _id(name: str) -> str:
    """The id of a style, as Word makes it of the name.

    Examples
    --------
    >>> _id("heading 1"), _id("Table Text")
    ('Heading1', 'TableText')
    """
    return "".join(word[:1].upper() + word[1:] for word in name.split())


STYLES = ("Normal", *(_id(style[0]) for style in _PARAGRAPHS), "Hyperlink", "ReportTable")


def reference() -> bytes:
    """The style file: Arial, or Liberation Sans where there is none, 12 points, 1.15 lines, aligned left, British English."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in _parts().items():
            file.writestr(name, _HEAD + content)
    return packed(made.getvalue(), {})


def _parts() -> dict[str, str]:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "document": "document.main",
        "styles": "styles",
        "numbering": "numbering",
        "settings": "settings",
        "fontTable": "fontTable",
    }
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{word}.{kind}+xml"/>' for name, kind in parts.items()
    )
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    related = "".join(f'<Relationship Id="rId{number}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>'
                      for number, name in enumerate([name for name in parts if name != "document"], 1))  # fmt: skip
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/'
    return {
        "[Content_Types].xml": f'<Types {package}content-types"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/><Default Extension="svg" ContentType="image/svg+xml"/>'
        f'{types}<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>',
        "_rels/.rels": f'<Relationships {package}relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
        'metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": core_properties("Style file of the reports"),
        "word/document.xml": f"<w:document {_W}><w:body><w:p/><w:sectPr>{PAGE}{MARGINS}</w:sectPr></w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships {package}relationships">{related}</Relationships>',
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(),
        "word/settings.xml": f'<w:settings {_W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-GB"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>',
        "word/fontTable.xml": f'<w:fonts {_W}><w:font w:name="{_FONT}"><w:altName w:val="{_OTHERWISE}"/>'
        '<w:family w:val="swiss"/></w:font></w:fonts>',
    }  # fmt: skip


def core_properties(title: str) -> str:
    """What a document says of itself: its title, already escaped, and its language; no date, so that it is the same each time."""
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>'
    )


def _tied() -> dict[str, tuple[int, int]]:
    """The list and level that a style is tied to."""
    return {level[0]: (number, place) for number, levels in LISTS.items() for place, level in enumerate(levels)}


def _paragraph_style(name: str, size: int, bold: bool, colour: str, before: int, after: int, kept: bool) -> str:
    own, tied = _id(name), _tied().get(_id(name))
    list_of = f'<w:numPr><w:ilvl w:val="{tied[1]}"/><w:numId w:val="{tied[0]}"/></w:numPr>' if tied else ""
    level = f'<w:outlineLvl w:val="{int(name[-1]) - 1}"/>' if name.startswith("heading") else ""
    line = 240 if name in _ONE_LINE_APART else 276
    ours = "" if name in _OF_WORD else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{ours} w:styleId="{own}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"{'<w:next w:val=' + chr(34) + 'Normal' + chr(34) + '/>' if kept else ''}<w:qFormat/><w:pPr>"
        f"{'<w:keepNext/><w:keepLines/>' if kept else ''}{list_of}{_MORE.get(name, '')}"
        f'<w:spacing w:before="{before * 20}" w:after="{after * 20}" w:line="{line}" w:lineRule="auto"/>{_INDENTS.get(name, "")}{level}</w:pPr>'
        f'<w:rPr>{"<w:b/><w:bCs/>" if bold else ""}<w:color w:val="{colour}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _styles() -> str:
    line = f'w:val="single" w:sz="{{}}" w:space="0" w:color="{_GREY}"'
    none = '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="90" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
    return (
        f'<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:eastAsia="{_FONT}" '
        f'w:cs="{_FONT}"/><w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr>'
        '</w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl/>'
        f'<w:spacing w:before="0" w:after="160" w:line="276" w:lineRule="auto"/><w:jc w:val="left"/></w:pPr><w:rPr><w:color w:val="{_INK}"/></w:rPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        f'<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>{none}</w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>'
        + "".join(_paragraph_style(*style) for style in _PARAGRAPHS)
        + f'<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:rPr><w:color w:val="{_BLUE}"/><w:u w:val="single"/></w:rPr></w:style>'
        '<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f'<w:tblPr><w:tblBorders><w:top {line.format(8)}/><w:bottom {line.format(4)}/><w:insideH {line.format(4)}/></w:tblBorders></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{_PALE}"/></w:tcPr></w:tblStylePr></w:style></w:styles>'
    )  # fmt: skip


def _numbering() -> str:
    def level(place: int, style: str, kind: str, text: str, left: int, hanging: int) -> str:
        return (
            f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="{style}"/>'
            f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left + hanging}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
        )

    kinds = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="{"multilevel" if len(levels) > 1 else "singleLevel"}"/>'
        f'{"".join(level(place, *one) for place, one in enumerate(levels))}</w:abstractNum>'
        for number, levels in LISTS.items()
    )  # fmt: skip
    lists = "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in LISTS)
    return f"<w:numbering {_W}>{kinds}{lists}</w:numbering>"


if __name__ == "__main__":
    REFERENCE.write_bytes(reference())
