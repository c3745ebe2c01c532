"""Modules imported without a look at their source text.

PySide reads the source of every module that is imported after it, in search of its own name: such modules may ask for
other spellings of Qt's names (`from __feature__ import ...`), which nothing here does. Python keeps the lines: of a
window's modules and torch's 46 MB, read in .1 s. A packaged program has no sources, so that none are read there.
"""

from __future__ import annotations

import sys
from typing import Any


def read_no_sources() -> None:
    """From now on, take no module for one that asks; PySide has to be imported.

    This is inside PySide. One that is made otherwise reads on, and is slower to start.
    """
    feature: Any = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = _asks_for_nothing


def _asks_for_nothing(module: object) -> bool:
    del module
    return False
