"""The log file: what went wrong, for bug reports."""

from __future__ import annotations

import atexit
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from app.paths import state_folder

_NAME = "mazescope"


LONGEST_RECORD: Final = 20_000
"""Letters of one record; more of it is cut off."""


class _Handler(RotatingFileHandler):
    """A file that may come to be unwritable at any time: then records are lost, and nothing is printed of it."""

    def handleError(self, record: logging.LogRecord) -> None:
        del record


class _Formatter(logging.Formatter):
    """Records of a bounded length."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if len(text) <= LONGEST_RECORD else f"{text[:LONGEST_RECORD]} ... ({len(text)} letters)"


def log_file() -> Path:
    """The path of the log."""
    return state_folder() / "mazescope.log"


def open_log() -> bool:
    """Show the log with the system's own program for text, or its folder where there is no log yet."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    place = log_file() if log_file().is_file() else state_folder()
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))


def start_log() -> None:
    """Begin to log into the file; a folder that cannot be written to leaves us without a log, not without a window."""
    logger = logging.getLogger(_NAME)
    if logger.handlers:
        return
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _Handler(
            log_file(), maxBytes=512_000, backupCount=2, encoding="utf-8", errors="replace", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)


def log_error(sentence: str, details: str = "") -> None:
    """Write down what went wrong."""
    logging.getLogger(_NAME).error("%s%s", sentence, f"\n{details}" if details else "")


def log_qt_messages() -> None:
    """Write Qt's own warnings into the log; on a terminal they only puzzle."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    levels = {QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR}

    def write(kind: QtMsgType, _where: object, message: str) -> None:
        logging.getLogger(_NAME).log(levels.get(kind, logging.DEBUG), "Qt: %s", message)
        if kind == QtMsgType.QtFatalMsg:
            print(message, file=sys.stderr)

    qInstallMessageHandler(write)
    # Qt may speak once more after Python is gone; a handler in Python would then end the process with a crash.
    atexit.register(qInstallMessageHandler, None)


def stop_log() -> None:
    """Close the file."""
    logger = logging.getLogger(_NAME)
    for handler in tuple(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
