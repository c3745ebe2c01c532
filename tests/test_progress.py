"""Progress of long work: the time that is left, by the pace so far."""

from __future__ import annotations

from app.progress import Pace, time_left


def test_the_rest_is_told_by_the_pace_of_this_run() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    assert pace.left(600, 1000) is None
    now = 0.5
    assert pace.left(650, 1000) is None
    now = 2.0
    # Of the 600 that an earlier run had done, nothing is concluded.
    assert pace.left(700, 1000) == 2.0 * 300 / 100
    assert pace.left(1000, 1000) == 0
    # Fits after a table: other work.
    assert pace.left(0, 400) is None
    now = 6.0
    assert pace.left(100, 400) == 12.0


def test_the_rest_is_told_in_round_words() -> None:
    said = [time_left(seconds) for seconds in (None, 0.2, 7.4, 34.0, 89.0, 200.0, 7300.0)]
    assert said == [
        "",
        "about 1 s left",
        "about 7 s left",
        "about 30 s left",
        "about 90 s left",
        "about 3 min left",
        "about 2 h left",
    ]
