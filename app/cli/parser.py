"""The parser of every command: it refuses in one sentence, and takes values that begin with a minus."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from app.errors import MazescopeError

PROGRAM: Final = "mazescope" if getattr(sys, "frozen", False) else "python main.py"


class Parser(argparse.ArgumentParser):
    """Refuses in one sentence instead of a usage text."""

    def error(self, message: str) -> NoReturn:
        raise MazescopeError(
            f"{message[:1].upper()}{message[1:].rstrip('.')}; `{self.prog} --help` lists what there is."
        )


def with_numbers_joined(argv: Sequence[str]) -> list[str]:
    """The arguments with `--seeds -3:2` as one word, since argparse takes the second for an option of its own."""
    joined: list[str] = []
    for word in argv:
        negative = word[:1] == "-" and (word[1:2].isdigit() or word[1:2] == ".")
        if joined and joined[-1].startswith("--") and "=" not in joined[-1] and negative:
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
