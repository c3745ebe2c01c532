"""Beginning of a file that a user opens: enough of it to tell its kind."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from app.document.embedded_recipe import embedded_recipe
from app.document.session_file import LARGEST as LARGEST_JSON
from app.errors import MazescopeError
from app.interventions.vectors import TensorHeader, tensor_header
from app.io.json_file import read_json
from app.io.regular_file import no_regular_file
from app.io.text_encoding import decode_text

_START: Final = 4096
_JSON: Final = re.compile(r"\ufeff?\s*(\[\s*)?\{")


class Beginning:
    """First bytes of a file; what more of it is needed to tell its kind is read once, when first asked for.

    Args:
        expected: what the file should be, for sentences on one that cannot be read.
        refusal: the class of what is raised then.
    """

    def __init__(self, path: Path, expected: str, refusal: type[MazescopeError]) -> None:
        self.path, self.expected, self.refusal = path, expected, refusal
        self.suffix = path.suffix.lower()

    @cached_property
    def start(self) -> bytes:
        """The first bytes.

        Raises:
            MazescopeError: when there is no file that can be read.
        """
        path = self.path
        try:
            what = no_regular_file(path)
            if what is not None:
                raise self.refusal(f"{path.name or path} is {what}; expected {self.expected}.")
            with path.open("rb") as file:
                return file.read(_START)
        except OSError as error:
            raise self.refusal(
                f"{path} cannot be read: {error.strerror or error}; expected {self.expected}."
            ) from error
        except ValueError as error:  # a name with a null byte
            raise self.refusal(f"{path.name!r} cannot be the name of a file; expected {self.expected}.") from error

    @cached_property
    def text(self) -> str:
        """The beginning of a text; empty for anything else."""
        try:
            return decode_text(self.start, cut=len(self.start) == _START)
        except ValueError:
            return ""

    @cached_property
    def json(self) -> Any:
        """The values of a file that begins as JSON objects or a list of them do, or is called `.json`; else None.

        What is no JSON after all is None as well, and `problem` says why.
        """
        self.problem: MazescopeError | None = None
        if self.suffix != ".json" and not _JSON.match(self.text):
            return None
        try:
            return read_json(self.path, LARGEST_JSON, self.expected, self.refusal)
        except MazescopeError as error:
            self.problem = error
            return None

    @property
    def format(self) -> object:
        """The format that a JSON object names; None where it names none."""
        return self.json.get("format") if isinstance(self.json, dict) else None

    @cached_property
    def recipe(self) -> str | None:
        """The recipe in an exported picture, movie or table; None for any other file."""
        start = self.start
        try:
            return embedded_recipe(self.path, start)
        except OSError as error:
            raise self.refusal(
                f"{self.path} cannot be read: {error.strerror or error}; expected {self.expected}."
            ) from error

    @cached_property
    def tensors(self) -> TensorHeader | None:
        """Names and metadata of a safetensors file; None for any other, or one that is damaged."""
        return tensor_header(self.path) if self.start[8:9] == b"{" else None
