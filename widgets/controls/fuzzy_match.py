"""Fuzzy matching of titles by a few of their letters."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """Match of a text with what was typed.

    Attributes:
        score: the higher, the better.
        places: indices of the letters that were typed.
    """

    score: float
    places: tuple[int, ...]


def match(typed: str, text: str) -> Match | None:
    """Score of the letters typed in `text`, in their order; None when it does not hold them.

    Letters at the beginning of words and letters in a row count more than scattered ones; spaces typed do not count.
    """
    wanted = [letter for letter in typed.casefold() if not letter.isspace()]
    if not wanted:
        return Match(0.0, ())
    # Not casefold: it may lengthen a text, and places would then point next to their letters.
    letters = [letter.lower() for letter in text]
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for letter in wanted:
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for at, found in enumerate(letters):
            if found != letter:
                continue
            options = [
                (score + _worth(letters, last, at), places) for last, (score, places) in best.items() if last < at
            ]
            if options:
                score, places = max(options, key=lambda option: option[0])
                reached[at] = (score, (*places, at))
        if not reached:
            return None
        best = reached
    score, places = max(best.values(), key=lambda option: option[0])
    # Of two texts that hold the letters alike, the shorter one is more likely meant.
    return Match(score - len(letters) / 200, places)


def match_words(typed: str, text: str) -> Match | None:
    """Score of the words typed, each the beginning of a word of `text`, in any order; None when one is not.

    Words are searched for, not shown: the match has no places. It is worth as much as its letters are in a title.
    """
    known = [word for whole in text.casefold().split() for word in {whole, *_parts(whole)}]
    score = 0.0
    for wanted in typed.casefold().split():
        if not any(word.startswith(wanted) for word in known):
            return None
        score += 0.5 + 2.5 * len(wanted)
    return Match(score, ())


def _parts(word: str) -> list[str]:
    return re.findall(r"\w+", word)


def _of_number(letters: list[str], at: int) -> bool:
    """True for a comma or point between two digits, after which no word begins."""
    return letters[at] in ",." and at > 0 and letters[at - 1].isdigit() and letters[at + 1].isdigit()


def _worth(letters: list[str], last: int, at: int) -> float:
    begins = at == 0 or not (letters[at - 1].isalnum() or _of_number(letters, at - 1))
    follows = last >= 0 and last == at - 1
    gap = 0 if last < 0 else at - last - 1
    return 1.0 + 2.0 * begins + 1.5 * follows - 0.03 * gap
