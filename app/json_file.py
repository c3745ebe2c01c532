"""Reading JSON from files of any origin, and writing it: within limits, and every refusal one clear sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.errors import MazescopeError


def read_json(path: Path, largest: int, expected: str, refusal: type[MazescopeError]) -> Any:
    """The JSON values that a file holds.

    Args:
        largest: bytes; a file with more is not read.
        expected: what the file should be, for the sentence: "a session saved by Mazescope".
        refusal: the class of what is raised.

    Raises:
        MazescopeError: a `refusal`; one sentence on what was found and what was expected.
    """
    try:
        # Before it is opened: a pipe would be waited for.
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no regular file"
            raise refusal(f"{path} cannot be read: it is {what}; expected {expected}.")
        with path.open("rb") as file:
            # Not by its size on the disk, which another program may be changing just now.
            content = file.read(largest + 1)
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror or error}; expected {expected}.") from error
    except ValueError as error:  # a name with a null byte
        raise refusal(f"{path.name!r} cannot be the name of a file; expected {expected}.") from error
    if len(content) > largest:
        raise refusal(f"{path.name} holds more than {_size(largest)}; expected {expected}, which is far smaller.")
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


def _size(count: int) -> str:
    return f"{count >> 20} MB" if count >= 2**20 else f"{count >> 10} KB"
