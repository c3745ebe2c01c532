"""Fits: they find what is there, say how sure it is, and refuse in a sentence what cannot be fitted."""

from __future__ import annotations

import builtins
import json
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError
from app.field.level_blocks import level_range
from app.io import parquet
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.fit import FitQuestion
from app.studies.level_features import FEATURES, PRESETS
from app.studies.level_table import LevelsQuestion

pytest.importorskip("sklearn", reason="fits need scikit-learn (make studies)")

from app.studies.fit_models import inflation, least_squares, logistic, predictions, probabilities


def table(path: Path, count: int = 400, **changes: np.ndarray) -> Path:
    """A table whose log-odds are 1 - 3 z(euclid_cheese_corner) + .5 z(steps_cheese_decision) and noise."""
    rng = np.random.default_rng(1)
    columns: dict[str, np.ndarray] = {"seed": np.arange(count), "repeats": np.ma.masked_all(count, dtype=np.int64)}
    columns["repeats"].data[:] = 0
    columns |= {name: rng.standard_normal(count) * 2 + 5 for name in FEATURES}
    one, other = ((columns[name] - 5) / 2 for name in ("euclid_cheese_corner", "steps_cheese_decision"))
    odds = 1 - 3 * one + 0.5 * other + rng.standard_normal(count)
    columns["log_odds"] = np.ma.MaskedArray(odds, mask=np.arange(count) % 10 == 0)
    columns["p_cheese"] = np.ma.MaskedArray(probabilities(odds), mask=np.arange(count) % 10 == 0)
    parquet.write(path, columns | changes, {"study": "levels"})
    return path


def test_a_fit_finds_what_is_there(tmp_path: Path) -> None:
    found = FitQuestion(table(tmp_path / "t.parquet"), draws=40).run()
    assert found.features == PRESETS["published"]
    assert len(found.seeds) == 360
    squares = found.fits[1]
    np.testing.assert_allclose(squares.numbers.coefficients[:3], [-3, 0.5, 0], atol=0.25)
    assert (squares.numbers.low < squares.numbers.coefficients).all()
    assert (squares.numbers.high > squares.numbers.coefficients).all()
    assert squares.numbers.low[0] < -3 < squares.numbers.high[0]
    assert squares.numbers.flips_by_levels[:2].tolist() == [0, 0]
    assert squares.numbers.flips_by_features[:2].tolist() == [0, 0]
    # Of a feature that says nothing, the sign is chance.
    assert squares.numbers.flips_by_levels[2] > 0.02
    assert squares.numbers.low[2] < 0 < squares.numbers.high[2]
    right, count, base = squares.hits(True)
    assert count == 90
    assert right / count > 0.85 > base
    assert squares.explained(True) == pytest.approx(0.9, abs=0.05)
    assert found.fits[0].numbers.coefficients[0] < -1
    assert (abs(found.inflation - 1) < 0.05).all()
    residuals = np.array([row[3] for row in found.most_wrong().rows()])
    assert (np.diff(abs(residuals)) <= 0).all()


def test_what_is_said_and_written(tmp_path: Path) -> None:
    found = FitQuestion(table(tmp_path / "t.parquet"), PRESETS["all"], draws=20).run()
    assert len(PRESETS["all"]) >= 20
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["n"] == 360
    row = printed["least_squares"]["coefficients"]["euclid_cheese_corner"]
    assert set(row) == {"coefficient", "low", "high", "flips_by_levels", "flips_by_features"}
    assert {"accuracy", "base_rate", "n", "low", "high"} <= set(printed["logistic"]["held_out"])
    assert "always the commoner outcome" in found.findings[0]
    assert found.recipe["of"] == {"study": "levels"}
    assert len(found.records) == 360
    assert {plot.name for plot in found.plots} >= {"coefficients_logistic", "predicted_log_odds"}


def test_equal_questions_have_equal_answers(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet")
    assert FitQuestion(path, draws=20).run().to_json() == FitQuestion(path, draws=20).run().to_json()


def test_a_fraction_counts_as_so_much_of_either() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((300, 2))
    chances = probabilities(features @ [1.5, -0.5] + 0.3)
    assert logistic(features, chances) == pytest.approx([1.5, -0.5, 0.3], abs=0.06)
    certain = logistic(features, np.ones(300))
    assert certain[:2].tolist() == [0, 0]
    assert certain[2] == np.inf


def test_inflation_is_infinite_for_sums_of_others() -> None:
    features = np.random.default_rng(0).standard_normal((100, 2))
    with_sum = np.column_stack([features, features.sum(axis=1)])
    assert np.isinf(inflation(with_sum)).all()
    assert inflation(features[:, :1]).tolist() == [1]
    mixed = np.column_stack([features[:, 0], features[:, 0] + features[:, 1]])
    assert inflation(mixed) == pytest.approx(1 / (1 - np.corrcoef(mixed.T)[0, 1] ** 2))


def test_predictions_are_linear() -> None:
    features = np.random.default_rng(0).standard_normal((50, 3))
    outcome = features @ [1, 2, 3] + 4
    assert predictions(least_squares(features, outcome), features) == pytest.approx(outcome)


def test_what_cannot_be_fitted_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(MazescopeError, match="There is no feature 'size'"):
        FitQuestion(path, ("size",))
    with pytest.raises(MazescopeError, match="There is no file"):
        FitQuestion(path).run()
    table(path, 20)
    with pytest.raises(MazescopeError, match=r"18 of 20 levels .* needs at least 20"):
        FitQuestion(path).run()
    table(path, 100, euclid_cheese_corner=np.full(100, 3.0))
    with pytest.raises(MazescopeError, match="euclid_cheese_corner is 3 in all 90 levels"):
        FitQuestion(path).run()
    table(path, 100, p_cheese=np.full(100, 0.9))
    with pytest.raises(MazescopeError, match="same outcome"):
        FitQuestion(path).run()
    with pytest.raises(MazescopeError, match="no column 'reach'"):
        FitQuestion(path, outcome="exact").run()
    with pytest.raises(Cancelled):
        FitQuestion(table(path), draws=20).run(progress=lambda done, _: done < 5)


def test_repeats_can_be_left_out(tmp_path: Path) -> None:
    repeats = np.ma.MaskedArray(np.zeros(400, dtype=np.int64), mask=np.arange(400) % 2 == 0)
    found = FitQuestion(table(tmp_path / "t.parquet", repeats=repeats), distinct=True, draws=20).run()
    assert len(found.seeds) == 160


def test_no_held_out_level_repeats_one_that_is_fitted(tmp_path: Path) -> None:
    # Each level four times.
    originals = np.arange(400) // 4 * 4
    repeats = np.ma.MaskedArray(originals, mask=originals == np.arange(400))
    found = FitQuestion(table(tmp_path / "t.parquet", repeats=repeats), draws=20).run()
    held_out = found.fits[0].held_out
    assert (held_out == found.fits[1].held_out).all()
    assert len(np.unique(originals[found.seeds[held_out]])) == 25
    others = np.delete(found.seeds, held_out)
    assert not set(originals[others]) & set(originals[found.seeds[held_out]])


def test_without_scikit_learn_a_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: object, **named: object) -> object:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MazescopeError, match="Fits need scikit-learn; `make studies` installs it"):
        FitQuestion(table(tmp_path / "t.parquet")).run()


def test_the_published_signs_on_the_reference(reference_policy: Policy) -> None:
    levels = LevelsQuestion(reference_policy, level_range("easy", [range(600)]))
    found = FitQuestion(levels, draws=40).run()
    assert len(found.seeds) == 317
    for fitted in found.fits:
        assert (fitted.numbers.coefficients[:3] < 0).all()
        right, count, base = fitted.hits(False)
        assert right / count > base
    assert found.fits[0].hits(False)[2] == pytest.approx(0.798, abs=0.002)
    assert found.fits[1].explained(False) == pytest.approx(0.6, abs=0.05)
