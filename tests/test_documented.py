"""The pages on the commands: everything that they show is what the commands print, every command is there, every step works."""

import importlib.util
from pathlib import Path

import pytest
from typer.main import get_command

from ncthelpers import cli

_SPEC = importlib.util.spec_from_file_location("documented", Path(__file__).with_name("documented.py"))
documented = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(documented)


@pytest.mark.slow
@pytest.mark.parametrize("name", documented.PAGES)
def test_a_page_shows_what_its_commands_print(name, tmp_path):
    page = (documented.ABOUT / name).read_text("utf-8")
    documented.made_trust(tmp_path)
    assert documented.played(page, tmp_path) == page, "write the pages anew: .venv/bin/python -I tests/documented.py"


def test_every_command_has_its_help_on_one_page():
    shown = documented.commands((documented.ABOUT / "commands.md").read_text("utf-8"))
    verbs = {name for name, command in get_command(cli.app).commands.items() if not command.hidden}
    assert {f"python -m ncthelpers {verb} --help" for verb in verbs} <= set(shown)


def test_every_verb_stands_in_the_help_in_the_order_of_a_year():
    group = get_command(cli.app)
    listed = [name for name in group.list_commands(None) if not group.get_command(None, name).hidden]
    assert listed[0] == "new-year" and all(group.get_command(None, name).short_help for name in listed)


def test_an_output_is_told_without_what_differs_and_its_middle_where_it_is_long(tmp_path):
    assert documented.steady(f"made in 3.2 s: {tmp_path}/book  \n  1 of 2: a, 0.1 s\n", tmp_path) == "made in N s: book"
    assert "... (10 lines more)" in documented.readable("\n".join(map(str, range(36))))
