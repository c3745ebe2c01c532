"""Topics of messages: a later message on the same topic replaces the earlier one, and success removes it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Topic(StrEnum):
    """The topics of errors. One without a topic is a topic of its own."""

    NONE = ""
    AUTOSAVE = "autosave"
    CHANNELS = "channels"
    CHEESE_CHANNELS = "cheese channels"
    COMPARISON = "comparison"
    CRASH = "crash"
    EFFECTS = "effects"
    EXPORT = "export"
    FIELD = "field"
    FILE = "file"
    FILES = "files"
    LEVEL = "level"
    PATCHES = "patches"
    ROLLOUT = "rollout"
    SAVE = "save"
    STUDY = "study"
    VECTORS = "vectors"


LASTING: Final = frozenset({Topic.AUTOSAVE, Topic.COMPARISON, Topic.CRASH, Topic.FIELD, Topic.SAVE})
"""Topics of what stays wrong until it goes well: so do their errors stay."""

RETRIED: Final = frozenset({Topic.AUTOSAVE, Topic.COMPARISON, Topic.EFFECTS, Topic.FIELD, Topic.ROLLOUT})
"""Topics of what is tried again without being asked for: going well is no sign that the error was read."""
