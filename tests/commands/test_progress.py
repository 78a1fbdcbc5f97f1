"""Progress is silent for quick work, speaks in plain lines in a log, and draws bars on a terminal."""

from io import StringIO

from avenant.commands.progress import PlainLines, progress_shown


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_quick_work_in_a_log_says_nothing() -> None:
    stream = StringIO()
    with progress_shown(stream) as progress:
        progress("families", 1, 2)
        progress("families", 2, 2)
    assert stream.getvalue() == ""


def test_long_work_in_a_log_says_a_line_now_and_then() -> None:
    stream, seconds = StringIO(), iter([0.0, 1.0, 6.0, 6.0, 7.0, 20.0, 20.0])
    progress = PlainLines(stream, clock=lambda: next(seconds))
    progress("families", 1, 9)
    progress("families", 2, 9)
    progress("families", 3, 9)
    progress("invoices", 4, 0)
    assert stream.getvalue() == "families: 2 of 9\ninvoices: 4\n"


def test_a_terminal_gets_a_bar_per_stage() -> None:
    stream = Terminal()
    with progress_shown(stream) as progress:
        progress("families", 5, 10)
        progress("invoices", 0, 0)
    assert "families" in stream.getvalue()
    assert "invoices" in stream.getvalue()
