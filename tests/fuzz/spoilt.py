"""Files as no program writes them: valid ones with bytes, cells, entries and members changed, and bytes of no meaning at all."""

import csv
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import yaml
from hypothesis import strategies as st

__all__ = ["as_bytes", "as_json", "as_table", "as_text", "as_yaml", "as_zip"]

TEXTS = (
    "", " ", "0", "-0", "-1", "1e999", "1E5", "NaN", "inf", "-inf", "9" * 5000, "0x" + "F" * 5000, "1.7976931348623157e309", "١٢٣",
    "1_000", "1,00,0", "0" * 400 + "1", "2031-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "1:99", "~", "null", "true", "yes", "on",
    "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "\t=1", "../../../etc/passwd", "/etc/passwd", "C:\\con", "a\u202eb", "\u200f", "\u200b\u200d\ufeff",
    "\x00", "\x1b[2J", "\x07", "\x85", "\u2028", "\ufffe", "\U0001f600", "e\u0301", "\ue000", "\U0010ffff", "a\nb", "a\r", '"', "'", "`", "{", "}",
    "{year}", "{count:}", "{cell:a/b/c}", "{" * 2000, "[" * 2000, "(" * 2000, "<a>" * 2000, "- " * 2000, "> " * 2000, "*" * 2000, "_" * 2000,
    "![](x)", "[a](" * 500, "&lt;", "&a;", "&#0;", "<!--", "]]>", "<![CDATA[", "&a [*a]", "*a", "<<: *a", "!!python/object:os.system {}", "---", "...", "%YAML 9.9",
    "report:1/1", "report:99/99", "source:", "## a", "## a\n## a", "_x0000_", "_xD800_", "A" * 40_000,
)  # fmt: skip
_MOST = 1_000_000  # bytes of a case
CHUNKS = (
    *(text.encode() for text in TEXTS), b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xed\xa0\x80", b"\xc3", b"\xa3", b"\x80", b"\xff" * 40, b"\0" * 64,
    "a,b".encode("utf-16"), b"\r", b"\n\n", b"," * 3000, b";", b"A" * 900_000, b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\xd0\xcf\x11\xe0",
)  # fmt: skip


def _deep(levels: int) -> list:
    held: list = []
    for _ in range(levels):
        held = [held]
    return held


VALUES = (
    None, True, False, 0, -1, 10**30, 10**4000, 1.5, float("nan"), float("inf"), date(1, 1, 1), date(9999, 12, 31), [], {}, [[]], [None], [{}], {"": ""},
    {"a": [1]}, _deep(40), _deep(200), ["a"] * 3, *TEXTS,
)  # fmt: skip


@st.composite
def _changed_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A few bytes flipped, runs cut or doubled, and strange things put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        to = at + draw(st.sampled_from((0, 1, 2, 3, 8, 40, 300, 4000)))
        how = draw(st.sampled_from(("other", "cut", "twice", "ends", "put", "put", "instead")))
        put = draw(st.sampled_from(CHUNKS)) if how in {"put", "instead"} else b""
        if how == "other" and content:
            content = content[:at] + bytes([content[at] ^ 1 << draw(st.integers(0, 7))]) + content[at + 1 :]
        elif how == "cut":
            content = content[:at] + content[to:]
        elif how == "twice":
            content = content[:to] + content[at:]
        elif how == "ends":
            content = content[:at]
        elif how == "put":
            content = content[:at] + put + content[at:]
        elif how == "instead":
            content = content[:at] + put + content[to:]
    return content[:_MOST]


def as_bytes(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid files with bytes changed, and bytes of no meaning."""
    return st.one_of(
        st.sampled_from(seeds).flatmap(_changed_bytes), st.sampled_from(seeds).flatmap(_changed_bytes), st.binary(max_size=300)
    )  # fmt: skip


_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "utf-7", "cp037")


@st.composite
def _encoded(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    text = draw(st.sampled_from(seeds)).decode("utf-8")
    ends = draw(st.sampled_from(("\n", "\r\n", "\r", "\u2028")))
    return text.replace("\n", ends).encode(draw(st.sampled_from(_ENCODINGS)), "replace")


@st.composite
def _lines_changed(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    lines = draw(st.sampled_from(seeds)).decode("utf-8").splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        how = draw(st.sampled_from(("swap", "cut", "twice", "indent", "said", "any")))
        if how == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif how == "cut":
            lines[at] = ""
        elif how == "twice":
            lines[at] = (lines[at] * draw(st.sampled_from((2, 2, 500))))[:_MOST]
        elif how == "indent":
            lines[at] = " " * draw(st.integers(1, 9)) + lines[at]
        elif how == "said":
            lines[at] = draw(st.sampled_from(TEXTS)) + "\n"
        else:
            lines[at] = draw(st.text(max_size=40)) + "\n"
    return "".join(lines).encode("utf-8", "surrogatepass")[:_MOST]


def as_text(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid texts with lines changed or in another encoding, and with bytes changed."""
    return st.one_of(_lines_changed(seeds), _lines_changed(seeds), _encoded(seeds), as_bytes(seeds))


def _places(held: object, place: tuple = ()) -> Iterator[tuple]:
    yield place
    for key, value in held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ():
        yield from _places(value, (*place, key))


def _put(held: object, place: tuple, value: object) -> object:
    if not place:
        return value
    key, *rest = place
    copy = dict(held) if isinstance(held, dict) else list(held)
    copy[key] = _put(held[key], tuple(rest), value)
    return copy


def _without(held: object, place: tuple) -> object:
    *above, key = place
    holder = held
    for step in above:
        holder = holder[step]
    rest = (
        {name: one for name, one in holder.items() if name != key}
        if isinstance(holder, dict)
        else holder[:key] + holder[key + 1 :]
    )
    return _put(held, tuple(above), rest)


@st.composite
def _entries_changed(draw: st.DrawFn, seeds: Sequence[bytes], loads: Callable, dumps: Callable) -> bytes:
    """Entries of other kinds, left out, added or renamed."""
    held = loads(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(_places(held))))
        how = draw(st.sampled_from(("value", "value", "value", "gone", "more", "name")))
        if how == "gone" and place:
            held = _without(held, place)
        elif how == "more":
            held = _put(held, place, {draw(st.sampled_from(TEXTS[:40])): draw(st.sampled_from(VALUES))})
        else:
            value = draw(st.one_of(st.sampled_from(VALUES), st.text(max_size=20)))
            held = _put(held, place, value)
    return dumps(held).encode("utf-8", "surrogatepass")


def as_yaml(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid YAML with entries changed, and as text and bytes."""
    entries = _entries_changed(
        seeds, yaml.safe_load, lambda held: yaml.safe_dump(held, allow_unicode=True, sort_keys=False)
    )
    return st.one_of(entries, entries, as_text(seeds))


def as_json(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid JSON with entries changed, lone surrogates among them, and as text and bytes."""
    entries = _entries_changed(seeds, json.loads, lambda held: json.dumps(held, default=str))
    surrogate = entries.map(lambda content: content.replace(b'": "', b'": "\\ud800', 1))
    return st.one_of(entries, entries, surrogate, as_text(seeds))


@st.composite
def _cells_changed(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    rows = list(csv.reader(io.StringIO(draw(st.sampled_from(seeds)).decode("utf-8"))))
    for _ in range(draw(st.integers(1, 5))):
        at, other = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
        cell = draw(st.integers(0, max(0, len(rows[at]) - 1)))
        how = draw(st.sampled_from(("cell", "cell", "any", "swap", "cut", "twice", "wider", "narrower", "many")))
        if how in {"cell", "any"} and rows[at]:
            rows[at][cell] = draw(st.sampled_from(TEXTS) if how == "cell" else st.text(max_size=20))
        elif how == "swap":
            rows[at], rows[other] = rows[other], rows[at]
        elif how == "cut" and len(rows) > 1:
            del rows[at]
        elif how == "twice":
            rows.insert(at, list(rows[at]))
        elif how == "wider":
            rows[at].append(draw(st.sampled_from(TEXTS)))
        elif how == "narrower":
            rows[at] = rows[at][:cell]
        elif how == "many":
            rows += [list(rows[at])] * 300
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")[:_MOST]


def as_table(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid CSV with cells and rows changed, and as text and bytes."""
    return st.one_of(_cells_changed(seeds), _cells_changed(seeds), as_text(seeds))


@st.composite
def _members_changed(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Members of an archive spoilt, renamed, doubled, left out, or said to be of another length."""
    with zipfile.ZipFile(io.BytesIO(draw(st.sampled_from(seeds)))) as held:
        members = [(name, held.read(name)) for name in held.namelist()]
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(members) - 1))
        name, content = members[at]
        how = draw(st.sampled_from(("content", "content", "content", "text", "rename", "cut", "twice")))
        if how == "content":
            members[at] = (name, draw(_changed_bytes(content)))
        elif how == "text":
            old = draw(st.sampled_from((b">", b'"', b"<", b"=", b"/")))
            new = draw(st.sampled_from(CHUNKS))
            members[at] = (name, content.replace(old, new[:2000], draw(st.sampled_from((1, 2, 20)))))
        elif how == "rename":
            members[at] = (
                draw(
                    st.sampled_from(
                        (
                            "../../x",
                            "/etc/passwd",
                            "",
                            "xl/workbook.xml",
                            "word/document.xml",
                            "a" * 300,
                            "\u202e",
                            "mimetype",
                        )
                    )
                ),
                content,
            )
        elif how == "cut" and len(members) > 1:
            del members[at]
        else:
            members.append(members[at])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice is what is wanted
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def as_zip(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Valid archives with members changed, and with bytes changed."""
    return st.one_of(_members_changed(seeds), _members_changed(seeds), _members_changed(seeds), as_bytes(seeds))
