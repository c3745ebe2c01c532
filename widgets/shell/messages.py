"""The messages in sight: errors and notices as values, and when each leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from widgets.services.topics import LASTING, RETRIED

NOTICE_TIME = 6.0
ERROR_TIME = 10.0
OFFER_TIME = 12.0
"""Seconds for which a notice, an error and a notice with buttons are in sight at least."""

LETTER_TIME = 0.08
"""Seconds a letter of a longer one."""

MOST_LINES = 5


@dataclass
class Message:
    """A line of the bar.

    Attributes:
        error: whether it is an error; otherwise a notice.
        key: a later message of the same key takes its place; none of "" does.
        ends: when it leaves, in seconds of the clock; infinite for one that is closed, or resolved.
        actions: {title of a button: id of the action it triggers}.
    """

    text: str
    error: bool
    details: str
    key: str
    ends: float
    actions: Mapping[str, str] = field(default_factory=dict)


class Messages:
    """Errors first, the latest notice under them.

    A message leaves when its time is over. An error also leaves when what it is about goes well, and one about what
    stays wrong (`LASTING`) only then.

    Args:
        clock: seconds, from which times are taken.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.shown: list[Message] = []

    def add(self, text: str, error: bool, details: str, about: str, actions: Mapping[str, str]) -> None:
        """Show a message; a notice is gone at the next error."""
        key = about if error else "notice"
        kept = [old for old in self.shown if old.text != text and not (key and old.key == key)]
        ends = math.inf if error and about in LASTING else self._end(text, error, bool(actions))
        message = Message(text, error, details, key, ends, actions)
        errors = [old for old in kept if old.error]
        self.shown = ([*errors, message] if error else [*kept, message])[-MOST_LINES:]

    def forget(self, about: str) -> bool:
        """Take the errors about something away, as it has gone well since; says if there were any."""
        found = [message for message in self.shown if message.error and message.key == about]
        for message in found:
            if about not in RETRIED:
                self.shown.remove(message)
            elif message.ends == math.inf:
                message.ends = self._end(message.text, error=True)
        return bool(found)

    def expire(self) -> bool:
        """Take those away whose time is over; says if there were any."""
        count, now = len(self.shown), self.clock()
        self.shown = [message for message in self.shown if message.ends > now]
        return len(self.shown) < count

    def _end(self, text: str, error: bool, offer: bool = False) -> float:
        least = ERROR_TIME if error else OFFER_TIME if offer else NOTICE_TIME
        return self.clock() + max(least, LETTER_TIME * len(text))
