"""Docstrings that name the thing, and plain words, in the sources of all rooms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "widgets", "training", "benchmarks", "packaging", "docs", "tests")

RIDDLE = re.compile(
    r"(What|Where|Whether|How|Which|Who|Whose|Whom|When|Letting|That|Why|Everything|Wherever|Whatever|Nothing)\b"
)
"""Openings that ask or point, where a noun or a verb would name the thing."""

AVOIDED = re.compile(r"\b(anew|beside|by hand|stands?|stood|standing|lies|comes|came)\b", re.IGNORECASE)
"""Words that have a plainer one: again, next to, manually, is, represents, arrives, follows, was reached."""

SPARED = re.compile(r'`[^`]*`|"\w+"|\bstand-ins?\b|^\w+\(.*?\):')
"""Names of things, of signals too, and a library put in another's place."""

DOCSTRING = re.compile(r'^ *r?"""(.*?)"""', re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^(?:.*  | *)# (.*)$", re.MULTILINE)


def found(kind: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The docstrings or comments of every module, with its path."""
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(modules) > 500
    for path in modules:
        for match in kind.finditer(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), match[1]


def test_docstrings_open_with_the_thing() -> None:
    assert not [(path, text.splitlines()[0]) for path, text in found(DOCSTRING) if RIDDLE.match(text)]


def test_docstrings_and_comments_have_plain_words() -> None:
    told = [*found(DOCSTRING), *found(COMMENT)]
    lines = [(path, line.strip()) for path, text in told for line in text.splitlines()]
    assert len(lines) > 10_000
    assert not [(path, line) for path, line in lines if AVOIDED.search(SPARED.sub("", line))]
