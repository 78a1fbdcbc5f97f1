"""The command line as a whole: all commands, help that appears at once, messages for the person who types."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from avenant.cli import COMMANDS, app, loaded_command

ALL = [
    *("db", "rulebook", "import", "nightly", "preview", "invoices", "find", "premiums", "acts", "events"),
    *("payouts", "graph", "why", "rerun", "simulate", "case", "check", "serve", "users", "alerts", "export"),
    *("generate", "bench"),
]
HEAVY = ["polars", "numpy", "django", "psycopg", "pyarrow", "typst", "xlsxwriter"]


def test_help_lists_all_commands() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    assert list(COMMANDS) == ALL
    assert [name for name in ALL if f" {name} " not in result.output] == []


def test_help_loads_nothing_that_takes_time() -> None:
    program = f"import sys; from avenant.cli import app; app(['--help'], standalone_mode=False); " \
              f"print('LOADED', [name for name in {HEAVY} if name in sys.modules])"  # fmt: skip
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "LOADED []"


def test_a_misspelt_command_is_answered_with_the_nearest_one() -> None:
    result = CliRunner().invoke(app, ["nigtly"])
    assert result.exit_code == 2
    assert "Did you mean 'nightly'?" in result.output


@pytest.mark.parametrize("name", ALL)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    subcommands = getattr(loaded_command(name), "commands", {})
    for words in [[name, subcommand] for subcommand in subcommands] or [[name]]:
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0, result.output
        explanation = [line for line in result.output.splitlines() if "Usage:" not in line]
        assert any(f"avenant {' '.join(words)}" in line for line in explanation), f"no example: {words}"
        assert "Exit codes" in result.output, f"no exit codes: {words}"
        assert "--install-completion" not in result.output, "make the application with add_completion=False"
