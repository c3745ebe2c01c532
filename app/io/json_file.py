"""Reading JSON from files of any origin, and writing it: within limits, and every refusal one clear sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, NoReturn

from app.errors import MazescopeError, shown
from app.io.regular_file import read_file

DEEPEST: Final = 64
"""Lists and objects within each other; what this program writes has fewer than ten."""

MOST_DIGITS: Final = 600
"""Of a whole number in JSON."""

MOST_VALUES: Final = 4_000_000
"""Values of one text: with 32 MB of text they take less than 500 MB. A session of 5000 mazes has a million."""

_STRUCTURE: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class JsonLimitError(ValueError):
    """JSON that is nested too deeply, or holds too many values or too long a number; its text completes "(...)"."""


def parse_json(
    content: bytes | str,
    *,
    deepest: int = DEEPEST,
    most_digits: int = MOST_DIGITS,
    most_values: int = MOST_VALUES,
    finite: bool = False,
) -> Any:
    """The JSON values of a text, within limits that are checked before it is parsed.

    Args:
        content: text, or its bytes in UTF-8, UTF-16 or UTF-32.
        deepest: how many lists and objects may be within each other.
        most_digits: of a whole number.
        most_values: lists, objects and what they hold, together.
        finite: whether NaN and infinities, which Python's JSON allows, are refused.

    Raises:
        ValueError: a `JsonLimitError`, `json.JSONDecodeError` or `UnicodeDecodeError`.
    """
    # As json.loads decodes bytes itself: paths in them may hold halves of surrogate pairs.
    text = content if isinstance(content, str) else content.decode(json.detect_encoding(content), "surrogatepass")
    # Those within strings count too, which real ones hardly have.
    if text.count("[") + text.count("{") + text.count(",") > most_values:
        raise JsonLimitError("it holds too many values")
    if _too_deep(text, deepest):
        raise JsonLimitError("it is nested too deeply")

    def whole(digits: str) -> int:
        if len(digits) > most_digits:
            raise JsonLimitError("it holds a number that is too long")
        return int(digits)

    return json.loads(text, parse_int=whole, parse_constant=_no_constant if finite else None)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _too_deep(text: str, deepest: int) -> bool:
    """True if more brackets are open at once; those within strings do not count."""
    if text.count("[") + text.count("{") <= deepest:
        return False
    depth = 0
    for match in _STRUCTURE.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > deepest:
                return True
        elif first != '"':
            depth -= 1
    return False


def read_json(
    path: Path,
    largest: int,
    expected: str,
    refusal: type[MazescopeError],
    *,
    deepest: int = DEEPEST,
    most_digits: int = MOST_DIGITS,
    most_values: int = MOST_VALUES,
) -> Any:
    """The JSON values that a file holds.

    Args:
        largest: bytes; a file with more is not read.
        expected: what the file should be, for the sentence: "a session saved by Mazescope".
        refusal: the class of what is raised.
        deepest, most_digits, most_values: as in `parse_json`.

    Raises:
        MazescopeError: a `refusal`; one sentence on what was found and what was expected.
    """
    content = read_file(path, largest, expected, refusal)
    if not content.strip():
        raise refusal(f"{path.name} is empty; expected {expected}.")
    try:
        return parse_json(content, deepest=deepest, most_digits=most_digits, most_values=most_values)
    except json.JSONDecodeError as error:
        where = f"{error.msg[:1].lower()}{error.msg[1:]} in line {error.lineno}"
    except UnicodeDecodeError:
        where = "it is not UTF-8 text"
    except JsonLimitError as error:
        where = str(error)
    raise refusal(f"{path.name} is not JSON that can be read ({where}); expected {expected}.")


def json_bytes(values: Any) -> bytes:
    """JSON values as a file's text, for people to read as well; `read_json` gives them back."""
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    # A path may hold bytes that are no text; readers of JSON in Python take them back as they were.
    return text.encode("utf-8", "surrogatepass")


def json_shown(value: object, longest: int = 60) -> str:
    """A value as a sentence shows it: as JSON, cut short."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return shown(text, longest)
