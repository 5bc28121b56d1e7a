"""YAML, read by its parser in C where there is one, which is ten times faster; nothing that a file of text can do to a parser is done."""

import re
from contextlib import suppress
from typing import Any

import yaml
from yaml.composer import ComposerError

from ncthelpers.cells import holds_control, visible

__all__ = ["read_yaml"]

_BOOL, _INT = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int"
_DEEPEST = 50  # lists and mappings within each other; the parser in C crashes of some ten thousand
_MOST_REPEATED = 1_000_000  # characters that references (*) may stand for: each can stand for many that stand for many
_LONGEST = 500_000  # characters: ten times what the longest file of a review has
_LONGEST_TOLD = 100_000  # characters that are worth reading again, slowly, for the words of the parser in Python


class _Refused(ComposerError):  # type: ignore[misc] # PyYAML tells no types
    """What a YAML file may do, and none of ours does."""


class _NoWriting(yaml.constructor.ConstructorError):  # type: ignore[misc] # PyYAML tells no types
    """A text holds a sign that is no writing."""


class _Parser(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # PyYAML tells no types
    """Reads ``on``, ``off``, ``yes`` and ``no`` as words, as YAML 1.2 does: a date is given ``on`` a day, a council may be NO."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name
        first: [(tag, pattern) for tag, pattern in found if tag != _BOOL]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_scalar(self, node: yaml.ScalarNode) -> str:
        """A text of the file, in which signs that turn the direction of writing are seen, also those written as escapes.

        Raises
        ------
        _NoWriting
            If it holds a sign that is no writing.
        """
        said = visible(super().construct_scalar(node))
        if holds_control(said):
            raise _NoWriting(problem="a text holds a control character", problem_mark=node.start_mark)
        return said


_Parser.add_implicit_resolver(_BOOL, re.compile("(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _whole_number(parser: _Parser, node: yaml.ScalarNode) -> int:
    """A number that can be written again."""
    try:
        return int(str(parser.construct_yaml_int(node)))
    except ValueError:
        raise ValueError(f"a number of {len(node.value):,} signs is too long") from None


_Parser.add_constructor(_INT, _whole_number)


def _bounded(text: str) -> None:
    """Refuse, before anything is made of it, what names types, nests without end or stands for more than a file can hold."""
    sizes: dict[str, int] = {}  # of what is named (&), with all that references in it stand for
    within: list[tuple[str | None, int]] = []  # the lists and mappings that are open: name, size so far
    size = repeated = 0
    for event in yaml.parse(text, Loader=_Parser):
        if getattr(event, "tag", None):
            raise _Refused(None, None, f"names a type ({event.tag}), which no file here does", event.start_mark)
        if isinstance(event, yaml.CollectionStartEvent):
            within.append((event.anchor, size))
            size = 1
            if len(within) > _DEEPEST:
                raise _Refused(
                    None, None, f"has more than {_DEEPEST} lists or mappings within each other", event.start_mark
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            (name, before), whole = within.pop(), size
            size = before + whole
            if name:
                sizes[name] = whole
        elif isinstance(event, yaml.ScalarEvent):
            size += len(event.value) + 1
            if event.anchor:
                sizes[event.anchor] = len(event.value) + 1
        elif isinstance(event, yaml.AliasEvent):
            if any(name == event.anchor for name, _ in within):
                raise _Refused(None, None, f"*{event.anchor} stands within what it refers to", event.start_mark)
            size += sizes.get(event.anchor, 0)
            repeated += sizes.get(event.anchor, 0)
            if repeated > _MOST_REPEATED:
                raise _Refused(None, None, "stands by its references for more than a file can hold", event.start_mark)


def read_yaml(text: str) -> Any:
    """What a YAML text holds.

    Raises
    ------
    yaml.YAMLError
        With the line and, unless it is very long, the words of the parser in Python, so that they are the same on every machine.
    ValueError
        If it holds a date that no calendar has, or a number too long to be written.

    Examples
    --------
    >>> read_yaml("councils: [north, west]")
    {'councils': ['north', 'west']}
    >>> read_yaml("{on: 2022-09-07, at_hand: true}")
    {'on': datetime.date(2022, 9, 7), 'at_hand': True}
    """
    if len(text) > _LONGEST:
        raise _Refused(None, None, f"is longer than {_LONGEST:,} characters", None)
    try:
        _bounded(text)
        return yaml.load(text, Loader=_Parser)  # noqa: S506 - a SafeLoader  # nosec B506
    except (_Refused, _NoWriting):
        raise
    except yaml.YAMLError:
        if len(text) <= _LONGEST_TOLD:
            with suppress(RecursionError):  # it may nest without end where it goes wrong
                yaml.safe_load(text)
        raise
