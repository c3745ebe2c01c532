"""Numbers as text: true minus signs, and no zero that has one."""

from __future__ import annotations

import pytest

from app.number_format import compact, fixed, general, plain, short


@pytest.mark.parametrize("form", [fixed, short, plain, compact])
@pytest.mark.parametrize("value", [0.0, -0.0, -0.0004])
def test_what_rounds_to_zero_has_no_sign(form: object, value: float) -> None:
    assert form(value).strip("0.") == ""  # type: ignore[operator]
    assert form(value).startswith("0")  # type: ignore[operator]


def test_each_form() -> None:
    assert [fixed(-0.25), fixed(3, 0), fixed(0.12345, 3)] == ["−0.25", "3", "0.123"]
    assert [short(-1.0), short(5.5), short(100.0), short(1e-3)] == ["−1", "5.5", "100", "0.001"]
    assert plain(-1.5) == "-1.5"
    assert [compact(-1.25), compact(0.004), compact(142.6)] == ["−1.25", "0.004", "143"]
    assert [general(0.5, sign=True), general(-2.0), general(-0.0), general(12345.6)] == ["+0.5", "−2", "0", "1.235e+04"]
