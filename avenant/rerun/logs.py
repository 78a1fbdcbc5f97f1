"""Log lines of a run: each linked to the call that wrote it, its template and arguments masked apart.

The template of a log line is shown as far as the code that wrote it contains it: a line whose author built it from
names with an f-string shows the words of the code and tokens for the rest.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Final

from avenant.rerun.masks import text_constants
from avenant.rerun.recording import Recorder

MOST_LINES: Final = 20_000


class LinkedLines(logging.Handler):
    """Emits a "log" event for each record; never calls code of its arguments."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(logging.DEBUG)
        self._recorder = recorder
        self._lines = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one line, unless there were too many already."""
        self._lines += 1
        if self._lines > MOST_LINES:
            self._recorder.truncated = True
            return
        try:
            snapshotter = self._recorder.snapshotter
            template = record.msg if type(record.msg) is str else ""
            shown = snapshotter.mask.message(template[:2_000], text_constants(_author(record)))
            given = record.args if type(record.args) is tuple else (record.args,) if record.args else ()
            told = [snapshotter.of("argument", each) for each in given[:20]]
            line = [record.levelname, record.name, shown, told]
            self._recorder.emit(["log", self._recorder.current(), *line])
        except Exception as error:
            self._recorder.failed(error)


def _author(record: logging.LogRecord) -> list[CodeType]:
    """The code of the function that logs, found on the stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename == record.pathname and code.co_name == record.funcName:
            return [code]
        frame = frame.f_back
    return []


@contextmanager
def linked_logs(recorder: Recorder, loggers: tuple[str, ...] = ("avenant", "psycopg")) -> Iterator[None]:
    """Log lines of the block become events, whatever level the loggers had before; afterwards all is as it was."""
    handler = LinkedLines(recorder)
    before = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in loggers}
    for name in loggers:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).propagate = False
    try:
        yield
    finally:
        for name, (level, propagates) in before.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).setLevel(level)
            logging.getLogger(name).propagate = propagates
