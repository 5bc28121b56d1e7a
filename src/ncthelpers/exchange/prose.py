"""Words between Markdown and a word processor: paragraphs, lists and quotations, and within them bold, italics and links.

Both are read into the same few shapes, in which two texts that say the same are equal: what a word processor does to
quotation marks and spaces of its own accord is undone, and a figure ``{...}`` is one piece, however it was cut up.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, cast
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

__all__ = ["FIGURE", "Block", "Run", "as_markdown", "as_pandoc", "folded", "of_markdown", "of_pandoc", "plain_text"]

FIGURE = re.compile(r"\{[^{}]*\}")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")  # as the pages read it
_FIRST_STAND_IN = 0x100000  # for private use: a figure while Markdown is read, in which no character of it is markup
_STAND_IN_IN_LINK = re.compile(r"%F4%80(?:%[89AB][0-9A-F]){2}")
_MADE_BY_ITSELF = str.maketrans(
    dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("“”„‟", '"') | {"\u2011": "-"}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", None)
)  # fmt: skip
_IN_FIGURES = str.maketrans(dict.fromkeys("‐‒–—−", "-") | {"…": "..."})
_MARKUP = re.compile(r"[\\`*_\[\]<>&#~=+|-]|(?<=\d)[.)]")


class Run(NamedTuple):
    """A piece of text, all of it marked alike; a line broken within a paragraph is ``\\n`` in it."""

    text: str
    link: str = ""
    strong: bool = False
    em: bool = False
    code: bool = False


class Block(NamedTuple):
    """A paragraph (of runs), list (of items, each of blocks), quotation (of blocks), code (of text), rule or heading."""

    kind: str
    content: tuple[Any, ...] = ()
    start: int = 1


_UNMARKED = Run("")


def folded(figure: str) -> str:
    """A figure ``{...}`` without what a word processor makes of it by itself.

    Examples
    --------
    >>> folded("{cell:homes/Children’s home\\u00a0/cost–net }")
    "{cell:homes/Children's home /cost-net}"
    """
    inner = " ".join(figure[1:-1].translate(_MADE_BY_ITSELF).translate(_IN_FIGURES).split())
    return f"{{{inner}}}"


def _characters(pieces: Iterable[Run], figure: Callable[[str], str]) -> Iterator[tuple[str, Run]]:
    """Each character, or whole figure, with its marks."""
    pieces = list(pieces)
    text = "".join(piece.text for piece in pieces)
    marks = [piece._replace(text="") for piece in pieces for _ in piece.text]
    at = 0
    for found in [*FIGURE.finditer(text), None]:
        end = found.start() if found else len(text)
        for character, mark in zip(text[at:end], marks[at:end], strict=True):
            yield character.translate(_MADE_BY_ITSELF), mark
        if found:
            yield figure(found[0]), marks[end]
            at = found.end()


def _common(one: Run, other: Run) -> Run:
    return Run(
        "", one.link if one.link == other.link else "", *(a and b for a, b in zip(one[2:], other[2:], strict=True))
    )


def _runs(pieces: Iterable[Run], figure: Callable[[str], str] = lambda written: written) -> tuple[Run, ...]:
    """Runs as few as can be: one space between words, marked only as the words on both its sides are."""
    said: list[tuple[str, Run | None]] = []
    for blank, group in groupby(_characters(pieces, figure), key=lambda one: one[0].isspace()):
        held = list(group)
        said += [("\n" if "\n" in [text for text, _ in held] else " ", None)] if blank else held
    said = [one for one in said if one[0]]
    ends = [number for number, one in enumerate(said) if one[1] is not None]
    said = said[ends[0] : ends[-1] + 1] if ends else []
    marked = [
        (text, mark if mark is not None else _common(said[at - 1][1] or _UNMARKED, said[at + 1][1] or _UNMARKED))
        for at, (text, mark) in enumerate(said)
    ]
    return tuple(
        mark._replace(text="".join(text for text, _ in group))
        for mark, group in groupby(marked, key=lambda one: one[1])
    )


def _link(url: str) -> str:
    """An address as Markdown writes it, its figures as they stand."""
    hidden, figures = _hidden(url)
    return _shown(_MARKDOWN.normalizeLink(hidden), figures)


def _hidden(text: str) -> tuple[str, dict[int, str]]:
    """A text with a stand-in for each figure, and what they stand for."""
    figures: dict[int, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        code = _FIRST_STAND_IN + len(figures)
        figures[code] = found[0]
        return chr(code)

    return FIGURE.sub(stand_in, text), figures


def _shown(text: str, figures: dict[int, str]) -> str:
    return _STAND_IN_IN_LINK.sub(lambda found: unquote(found[0]), text).translate(figures)


def of_markdown(text: str) -> tuple[Block, ...]:
    """What Markdown says.

    Examples
    --------
    >>> of_markdown("It is *very*  {cost|words}.")[0].content
    (Run(text='It is ', link='', strong=False, em=False, code=False), Run(text='very', link='', strong=False, em=True, code=False), Run(text=' {cost|words}.', link='', strong=False, em=False, code=False))
    """
    hidden, figures = _hidden(text)

    def pieces(node: SyntaxTreeNode, marks: Run) -> Iterator[Run]:
        if node.type in {"text", "code_inline"}:
            yield marks._replace(text=_shown(node.content, figures), code=node.type == "code_inline")
        elif node.type in {"softbreak", "hardbreak"}:
            yield marks._replace(text=" " if node.type == "softbreak" else "\n")
        else:
            marked: dict[str, Any] = (
                {"link": _shown(str(node.attrs["href"]), figures)} if node.type == "link" else {node.type: True}
            )
            within = marks if node.type == "inline" else marks._replace(**marked)
            for child in node.children:
                yield from pieces(child, within)

    def blocks(nodes: Iterable[SyntaxTreeNode]) -> tuple[Block, ...]:
        return tuple(made for node in nodes if (made := block(node)))

    def block(node: SyntaxTreeNode) -> Block | None:
        if node.type in {"paragraph", "heading"}:
            runs = _runs(piece for child in node.children for piece in pieces(child, _UNMARKED))
            return Block(node.type, runs) if runs else None
        if node.type in {"bullet_list", "ordered_list"}:
            items = tuple(blocks(item.children) for item in node.children)
            return (
                Block("bullets", items)
                if node.type == "bullet_list"
                else Block("numbers", items, int(node.attrs.get("start", 1)))
            )
        if node.type == "blockquote":
            return Block("quote", blocks(node.children))
        if node.type == "hr":
            return Block("rule")
        return Block("code", (_shown(node.content, figures).rstrip("\n"),))

    return blocks(SyntaxTreeNode(_MARKDOWN.parse(hidden)).children)


def as_markdown(blocks: Sequence[Block]) -> str:
    """Markdown that says what the blocks say, escaped no more than it must be.

    Examples
    --------
    >>> print(as_markdown(of_markdown("1. one\\n2. *two* at {a_b}")))
    1. one
    2. *two* at {a_b}
    """
    written, before, other = [], None, False
    for block in blocks:
        other = block.kind == before and not other  # or two lists would become one
        written.append(_block(block, other))
        before = block.kind
    return "\n\n".join(written)


def _block(block: Block, other: bool) -> str:
    if block.kind in {"bullets", "numbers"}:
        return _list(block, other)
    if block.kind == "quote":
        return re.sub(
            r"^(?=(.?))", lambda line: "> " if line[1] else ">", as_markdown(block.content), flags=re.MULTILINE
        )
    if block.kind == "rule":
        return "***"
    if block.kind == "code":
        return f"```\n{block.content[0]}\n```"
    plain = _inline(block.content, lambda text: text)
    return plain if of_markdown(plain) == (block,) else _inline(block.content, _escaped)


def _list(block: Block, other: bool) -> str:
    marks = [f"{number}{'.)'[other]}" for number in range(block.start, block.start + len(block.content))]
    if block.kind == "bullets":
        marks = ["-*"[other]] * len(block.content)
    tight = all([part.kind for part in item] in ([], ["paragraph"], ["paragraph", "bullets"], ["paragraph", "numbers"])
                for item in block.content)  # fmt: skip
    items = []
    for mark, item in zip(marks, block.content, strict=True):
        text = as_markdown(item) if not tight else "\n".join(map(as_markdown, ([part] for part in item)))
        items.append(f"{mark} " + re.sub(r"\n(?=.)", "\n" + " " * (len(mark) + 1), text))
    return ("\n" if tight else "\n\n").join(item.rstrip() for item in items)


def _inline(runs: Sequence[Run], text_of: Callable[[str], str], marks: Sequence[str] = ("link", "strong", "em")) -> str:
    if not marks:
        return "".join(_code(run.text) if run.code else text_of(run.text).replace("\n", "\\\n") for run in runs)
    mark, *others = marks
    written = []
    for value, group in groupby(runs, key=lambda run: getattr(run, mark)):
        inner = _inline(list(group), text_of, others)
        if value:
            found = cast("re.Match[str]", re.fullmatch(r"((?:\\?\s)*)(.*?)((?:\\?\s)*)", inner, flags=re.DOTALL))
            before, said, after = found.groups()
            sign = {"strong": "**", "em": "*"}.get(mark)
            inner = before + (f"{sign}{said}{sign}" if sign else f"[{said}]({_target(value)})") + after
        written.append(inner)
    return "".join(written)


def _target(url: str) -> str:
    return f"<{url}>" if re.search(r"[\s()]", url) else url


def _code(text: str) -> str:
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if "`" in (text[:1], text[-1:]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _escaped(text: str) -> str:
    hidden, figures = _hidden(text)
    return _shown(_MARKUP.sub(r"\\\g<0>", hidden), figures)


def as_pandoc(blocks: Sequence[Block], figure: Callable[[str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The blocks as Pandoc has them.

    Parameters
    ----------
    blocks : sequence of Block
        The words.
    figure : callable
        What a figure becomes.
    """

    def pieces(run: Run) -> list[dict[str, Any]]:
        if run.code:
            made: list[dict[str, Any]] = [{"t": "Code", "c": [["", [], []], run.text]}]
        else:
            parts = re.split(rf"({FIGURE.pattern}|\n)", run.text)
            made = [piece for part in parts if part for piece in piece_of(part)]
        for name, tag in (("em", "Emph"), ("strong", "Strong")):
            made = [{"t": tag, "c": made}] if getattr(run, name) else made
        return [{"t": "Link", "c": [["", [], []], made, [run.link, ""]]}] if run.link else made

    def piece_of(part: str) -> list[dict[str, Any]]:
        if part == "\n":
            return [{"t": "LineBreak"}]
        return figure(part) if part[0] == "{" and part[-1] == "}" else [{"t": "Str", "c": part}]

    def block(one: Block) -> dict[str, Any]:
        if one.kind == "bullets":
            return {"t": "BulletList", "c": [as_pandoc(item, figure) for item in one.content]}
        if one.kind == "numbers":
            items = [as_pandoc(item, figure) for item in one.content]
            return {"t": "OrderedList", "c": [[one.start, {"t": "Decimal"}, {"t": "Period"}], items]}
        if one.kind == "quote":
            return {"t": "BlockQuote", "c": as_pandoc(one.content, figure)}
        if one.kind == "code":
            return {"t": "CodeBlock", "c": [["", [], []], one.content[0]]}
        if one.kind == "rule":
            return {"t": "HorizontalRule"}
        return {"t": "Para", "c": [piece for run in one.content for piece in pieces(run)]}

    return [block(one) for one in blocks]


_SPACES = {"Space": " ", "SoftBreak": " ", "LineBreak": "\n"}
_MARKS = {"Emph": "em", "Strong": "strong"}


def _pieces(inlines: Iterable[dict[str, Any]], marks: Run = _UNMARKED) -> Iterator[Run]:
    """The text of what Pandoc has within a paragraph; marks that Markdown has not are left out."""
    for node in inlines:
        kind = node["t"]
        held: Any = node.get("c")
        if kind == "Str":
            yield marks._replace(text=held)
        elif kind in _SPACES:
            yield marks._replace(text=_SPACES[kind])
        elif kind == "Code":
            yield marks._replace(text=held[1], code=True)
        elif kind == "Link":
            yield from _pieces(held[1], marks._replace(link=_link(held[2][0])))
        elif kind in _MARKS:
            marked: dict[str, Any] = {_MARKS[kind]: True}
            yield from _pieces(held, marks._replace(**marked))
        elif kind in {"Span", "Quoted", "Cite"}:
            yield from _pieces(held[1], marks)
        elif kind in {"Underline", "Strikeout", "Superscript", "Subscript", "SmallCaps"}:
            yield from _pieces(held, marks)


def of_pandoc(
    nodes: Iterable[dict[str, Any]], figure: Callable[[str], str] = lambda written: written
) -> tuple[Block, ...]:
    """What a document says that Pandoc read.

    Parameters
    ----------
    nodes : iterable of mapping
        Pandoc's blocks.
    figure : callable
        What a figure is, of what is written between braces.
    """
    made: list[Block] = []
    for node in nodes:
        kind = node["t"]
        held: Any = node.get("c")
        if kind in {"Para", "Plain"}:
            runs = _runs(_pieces(held), figure)
            made += [Block("paragraph", runs)] if runs else []
        elif kind == "BulletList":
            made.append(Block("bullets", tuple(of_pandoc(item, figure) for item in held)))
        elif kind == "OrderedList":
            made.append(Block("numbers", tuple(of_pandoc(item, figure) for item in held[1]), held[0][0]))
        elif kind == "BlockQuote":
            made.append(Block("quote", of_pandoc(held, figure)))
        elif kind == "CodeBlock":
            made.append(Block("code", (held[1].rstrip("\n"),)))
        elif kind == "HorizontalRule":
            made.append(Block("rule"))
        elif kind == "Div":
            made += of_pandoc(held[1], figure)
    return tuple(made)


def plain_text(inlines: Iterable[dict[str, Any]]) -> str:
    """The bare words of what Pandoc has within a paragraph or heading.

    Examples
    --------
    >>> plain_text([{"t": "Str", "c": "a"}, {"t": "Space"}, {"t": "Strong", "c": [{"t": "Str", "c": "b"}]}])
    'a b'
    """
    return "".join(run.text for run in _runs(_pieces(inlines)))
