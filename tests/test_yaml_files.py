"""YAML: the fast parser gives what the other gives, and its faults are told in the other's words."""

from pathlib import Path

import pytest
import yaml

from ncthelpers import yaml_files
from ncthelpers.yaml_files import read_yaml

FILES = sorted(path for folder in ("data", "src") for path in Path(__file__).parents[1].glob(f"{folder}/**/*.yml"))


class _InPython(yaml.SafeLoader):
    """The parser in Python, which takes the same words for words."""

    yaml_implicit_resolvers = yaml_files._Parser.yaml_implicit_resolvers


def test_every_file_of_the_repository_is_read_as_by_the_parser_in_python():
    assert len(FILES) > 50
    texts = {path: path.read_text("utf-8") for path in FILES}
    assert [path.name for path, text in texts.items() if read_yaml(text) != yaml.load(text, Loader=_InPython)] == []


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b: c", "a: &x\nb: *y", "\tb: 1", "a: 'open", "\x00"])
def test_what_is_no_yaml_is_refused_with_the_words_and_line_of_the_parser_in_python(text):
    with pytest.raises(yaml.YAMLError) as expected:
        yaml.safe_load(text)
    with pytest.raises(yaml.YAMLError) as found:
        read_yaml(text)
    assert str(found.value) == str(expected.value)
    mark = getattr(expected.value, "problem_mark", None)
    assert mark is None or found.value.problem_mark.line == mark.line


def test_a_date_that_no_calendar_has_is_a_fault_of_value():
    with pytest.raises(ValueError, match="day"):
        read_yaml("starts: 2031-02-30")


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "NO", "On", "trueish"])
def test_a_word_of_everyday_is_a_word_as_a_name_and_as_a_value(word):
    assert read_yaml(f"{word}: {word}") == {word: word}


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("TRUE", True)])
def test_true_and_false_are_no_words(text, value):
    assert read_yaml(f"at_hand: {text}") == {"at_hand": value}


@pytest.mark.parametrize("text", ['t: "a\\u202eb"', "t: a\u202eb", '"a\\u202eb": t'])
def test_a_sign_that_turns_writing_round_is_seen_also_where_it_is_an_escape(text):
    assert "aU+202Eb" in str(read_yaml(text)) and "\u202e" not in str(read_yaml(text))


def _laughs(levels: int) -> str:
    """A list of ten names, ten references to it, ten to those, and so on."""
    lines = ["a: &a [" + "ha, " * 9 + "ha]"]
    lines += [
        f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    ]
    return "\n".join(lines[:levels])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object/apply:os.system [exit 1]", "names a type"),
        ("a: !!timestamp soon", "names a type"),
        ("a: !!bool maybe", "names a type"),
        ("a: !ours b", "names a type"),
        ("[" * 400_000, "within each other"),
        ("- " * 200_000, "within each other"),
        (_laughs(10), "for more than a file can hold"),
        ("a: &a [*a]", "stands within what it refers to"),
        ("a: &a\n  b: *a", "stands within what it refers to"),
    ],
    ids=["object", "timestamp", "bool", "own type", "brackets", "dashes", "laughs", "itself", "its own part"],
)  # fmt: skip
def test_what_would_run_crash_or_fill_the_memory_is_refused_before_anything_is_made_of_it(text, said):
    with pytest.raises(yaml.YAMLError, match=said):
        read_yaml(text)


def test_a_few_references_are_read_as_what_they_stand_for():
    assert read_yaml(_laughs(3))["c"] == [[["ha"] * 10] * 10] * 10


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "F" * 5000])
def test_a_number_too_long_to_be_written_is_a_fault_of_value(number):
    with pytest.raises(ValueError, match="^a number of 5,00[02] signs is too long$"):
        read_yaml(f"value: {number}")


def test_what_only_the_parser_in_python_takes_is_refused_as_by_the_other():
    with pytest.raises(yaml.YAMLError):
        read_yaml('title: "\\ud800"')


@pytest.mark.parametrize("escape", ["\\0", "\\x1b", "\\x9b", "\\uFFFE"])
def test_a_sign_that_is_no_writing_is_refused_also_where_it_is_an_escape(escape):
    with pytest.raises(yaml.YAMLError, match="control character") as refused:
        read_yaml(f'a: 1\nb: "x{escape}y"')
    assert refused.value.problem_mark.line == 1
