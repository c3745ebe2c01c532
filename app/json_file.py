"""Reading JSON from files of any origin, and writing it: within limits, and every refusal one clear sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.errors import MazescopeError
from app.regular_file import read_file


def read_json(path: Path, largest: int, expected: str, refusal: type[MazescopeError]) -> Any:
    """The JSON values that a file holds.

    Args:
        largest: bytes; a file with more is not read.
        expected: what the file should be, for the sentence: "a session saved by Mazescope".
        refusal: the class of what is raised.

    Raises:
        MazescopeError: a `refusal`; one sentence on what was found and what was expected.
    """
    content = read_file(path, largest, expected, refusal)
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        where = f"{error.msg[:1].lower()}{error.msg[1:]} in line {error.lineno}"
    except UnicodeDecodeError:
        where = "it is not UTF-8 text"
    except RecursionError:
        where = "it is nested too deeply"
    except ValueError:
        # Python reads no whole number of thousands of digits.
        where = "it holds a number that is too long"
    raise refusal(f"{path.name} is not JSON that can be read ({where}); expected {expected}.")


def json_bytes(values: Any) -> bytes:
    """JSON values as a file's text, for people to read as well; `read_json` gives them back."""
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    # A path may hold bytes that are no text; readers of JSON in Python take them back as they were.
    return text.encode("utf-8", "surrogatepass")


def shown(value: object, longest: int = 60) -> str:
    """A value as a sentence shows it: as JSON, cut short."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."
