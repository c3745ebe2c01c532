"""The level table: its columns, the same bytes however it is computed, and a killed run that resumes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError
from app.field.level_blocks import LevelRange, level_range
from app.field.machines import Machines
from app.field.measures import decision_probabilities
from app.interventions.patches import AddVector, PatchStack
from app.io import parquet
from app.maze.generator import level
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies import level_repeats
from app.studies import level_table as levels_study
from app.studies.batched_forward import fields
from app.studies.exact_outcome import outcome
from app.studies.level_features import FEATURES, PRESETS
from app.studies.level_table import LevelsQuestion
from tests.conftest import ROOT

FIRST = ["seed", "dim", "background", "cheese_row", "cheese_col", "decision_row", "decision_col"]
FIRST += ["p_cheese", "p_top_right", "log_odds", "repeats"]


def seeds(text: str) -> LevelRange:
    start, stop = map(int, text.split(":"))
    return level_range("easy", [range(start, stop)])


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        assert np.ma.getmaskarray(values).tobytes() == np.ma.getmaskarray(other[name]).tobytes(), name
        assert np.ma.compressed(values).tobytes() == np.ma.compressed(other[name]).tobytes(), name


def test_a_row_says_what_the_level_and_the_policy_are(small_policy: Policy, device: str) -> None:
    found = LevelsQuestion(small_policy, seeds("3:40")).run(device=device)
    assert found.columns is not None
    assert list(found.columns) == [*FIRST, *FEATURES]
    assert found.columns["seed"].tolist() == list(range(3, 40))
    for row, seed in enumerate(range(3, 40)):
        maze = level(15, seed)
        cells = {name: np.ma.asarray(values)[row] for name, values in found.columns.items()}
        assert (cells["dim"], cells["background"]) == (maze.dim, maze.background)
        assert (cells["cheese_row"], cells["cheese_col"]) == maze.cheese
        decision = decision_square(maze)
        assert (cells["decision_row"] is np.ma.masked) == (decision.square is None)
        if decision.square is None:
            assert cells["p_cheese"] is np.ma.masked
            assert cells["euclid_cheese_decision"] is np.ma.masked
            continue
        assert (cells["decision_row"], cells["decision_col"]) == decision.square
        probs = decision_probabilities(fields(small_policy, maze)[0], decision)
        assert (cells["p_cheese"], cells["p_top_right"]) == pytest.approx(probs, abs=1e-5)
        assert cells["log_odds"] == pytest.approx(np.log(cells["p_cheese"] / cells["p_top_right"]), abs=1e-5)
        assert maze.cheese is not None
        assert cells["euclid_cheese_corner"] == pytest.approx(np.hypot(*np.subtract(maze.cheese, maze.top_right)))
        assert cells["steps_start_decision"] == (decision.cheese_path or ()).index(decision.square)
        assert cells["cheese_up"] == maze.cheese[0] - maze.mouse[0]


def test_the_nearest_square_of_the_region_is_an_open_one(small_policy: Policy) -> None:
    found = LevelsQuestion(small_policy, seeds("0:30")).run()
    for row, seed in enumerate(range(30)):
        maze = level(15, seed)
        first, end = maze.margin + max(maze.dim - 5, 0), maze.margin + maze.dim
        region = [(r, c) for r in range(first, end) for c in range(first, end) if maze.is_open((r, c))]
        nearest = min(np.hypot(*np.subtract(maze.mouse, square)) for square in region)
        assert found.column("euclid_start_region")[row] == pytest.approx(nearest)
        assert found.column("cheese_in_region")[row] == (maze.cheese in region)


def test_repeats_name_the_earliest_equal_level(small_policy: Policy) -> None:
    found = LevelsQuestion(small_policy, seeds("0:300")).run()
    earliest: dict[object, int] = {}
    for seed in range(300):
        maze = level(15, seed)
        expected = earliest.setdefault(maze, seed)
        repeated = np.ma.asarray(found.column("repeats"))[seed]
        assert (None if repeated is np.ma.masked else int(repeated)) == (None if expected == seed else expected)
    assert len(earliest) < 300
    assert f"300 levels, {len(earliest)} of them different" in found.findings[0]


def test_the_same_bytes_however_it_is_split(small_policy: Policy, tmp_path: Path) -> None:
    whole = LevelsQuestion(small_policy, seeds("0:300"), out=tmp_path / "whole.parquet", machines=Machines(1)).run()
    again = LevelsQuestion(small_policy, seeds("0:300"), out=tmp_path / "again.parquet", machines=Machines(3)).run()
    assert whole.file is not None
    assert again.file is not None
    assert whole.file.read_bytes() == again.file.read_bytes()
    assert whole.recipe["seeds"] == "0:300"
    assert parquet.read(whole.file)[1] == whole.recipe
    parts = [LevelsQuestion(small_policy, seeds(text)).run().columns for text in ("0:77", "77:100", "100:300")]
    known = [{name: values for name, values in part.items() if name != "repeats"} for part in parts if part]
    columns, _ = parquet.read(whole.file)
    del columns["repeats"]
    same(parquet.stacked(known), columns)


def test_the_same_bytes_however_many_rows_are_compared_at_once(
    small_policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = LevelsQuestion(small_policy, seeds("0:700"), out=tmp_path / "table.parquet")
    found = []
    for at_once in (1000, 150):
        monkeypatch.setattr(level_repeats, "AT_ONCE", at_once)
        question.run()
        found.append((tmp_path / "table.parquet").read_bytes())
    assert found[0] == found[1]
    kept = parquet.read(tmp_path / "table.parquet", ["repeats"])[0]["repeats"]
    assert np.ma.count(kept) == np.ma.count(LevelsQuestion(small_policy, seeds("0:700")).run().column("repeats")) > 5
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_outcomes_are_those_of_play(small_policy: Policy) -> None:
    exact = LevelsQuestion(small_policy, seeds("0:6"), "exact", steps=60).run()
    greedy = LevelsQuestion(small_policy, seeds("0:6"), "greedy", steps=60).run()
    from app.field.engine import Engine

    engine = Engine("cpu")
    try:
        for row in range(6):
            expected = outcome(engine.compute, small_policy, level(15, row), steps=60).original
            assert exact.column("reach")[row] == pytest.approx(expected.reach, abs=1e-5)
            steps = np.ma.asarray(exact.column("greedy_steps")).tolist()[row]
            assert steps == expected.greedy_steps == np.ma.asarray(greedy.column("greedy_steps")).tolist()[row]
    finally:
        engine.close()
    assert exact.recipe["steps"] == 60


def test_a_stack_adds_columns_of_its_own(small_policy: Policy) -> None:
    stack = PatchStack((AddVector(coefficient=-2.0),))
    found = LevelsQuestion(small_policy, seeds("0:12"), "greedy", steps=30, stack=stack).run()
    assert {"p_cheese_patched", "log_odds_patched", "greedy_steps_patched"} <= set(found.names)
    from app.studies.vector_effects import vector_effects

    mazes = [level(15, seed) for seed in range(12)]
    effects = vector_effects(small_policy, mazes, [(stack.patches[0].layer, -2.0)])[1]
    assert np.ma.compressed(found.column("p_cheese_patched")) == pytest.approx(effects.cheese, abs=1e-5)
    assert found.recipe["patches"][0]["coefficient"] == -2


def test_cancelled_parts_are_kept_and_gone_on_from(small_policy: Policy, tmp_path: Path) -> None:
    out = tmp_path / "table.parquet"
    question = LevelsQuestion(small_policy, seeds("0:900"), out=out)
    heard: list[int] = []

    def stop(done: int, total: int) -> bool:
        assert total == 900
        heard.append(done)
        return done < 400

    with pytest.raises(Cancelled):
        question.run(progress=stop)
    assert not out.exists()
    assert (tmp_path / "table.parquet.parts" / "00000000.parquet").exists()
    with pytest.raises(MazescopeError, match="holds parts of another question"):
        LevelsQuestion(small_policy, seeds("0:901"), out=out).run()
    heard.clear()
    question.run(progress=lambda done, _: heard.append(done) is None)
    assert heard[0] >= 256
    assert heard[-1] == 900
    fresh = LevelsQuestion(small_policy, seeds("0:900"), out=tmp_path / "fresh.parquet").run()
    assert fresh.file is not None
    assert out.read_bytes() == fresh.file.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_run_goes_on_to_the_same_table(small_policy: Policy, tmp_path: Path) -> None:
    out = tmp_path / "table.parquet"
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from app.field.level_blocks import level_range
        from app.field.machines import Machines
        from app.policy.network import random_network
        from app.policy.policy import policy_of
        from app.studies.level_table import LevelsQuestion

        policy = policy_of(random_network(1, 0), "small")
        levels = level_range("easy", [range(100000)])
        LevelsQuestion(policy, levels, out=Path(sys.argv[1]), machines=Machines(1)).run()
        """
    )
    with subprocess.Popen([sys.executable, "-c", program, str(out)], cwd=ROOT) as process:
        parts = tmp_path / "table.parquet.parts"
        deadline = time.monotonic() + 120
        while not (parts / "00000001.parquet").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    question = LevelsQuestion(small_policy, seeds("0:100000"), out=out)
    done: list[int] = []

    def stop(count: int, total: int) -> bool:
        done.append(count)
        return len(done) < 3

    with pytest.raises(Cancelled):
        question.run(progress=stop)
    # It continues after what the killed run had written.
    assert done[0] >= 512
    kept = [parquet.read(parts / f"{number:08}.parquet")[0] for number in range(2)]
    fresh = LevelsQuestion(small_policy, seeds("0:512")).run().columns
    assert fresh is not None
    known = {name: values for name, values in parquet.stacked(kept).items() if not name.startswith("_")}
    del fresh["repeats"]
    same(known, fresh)


def test_what_cannot_be_written_is_refused_before_anything_is_computed(
    small_policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MazescopeError, match="expected a file in a folder that exists"):
        LevelsQuestion(small_policy, seeds("0:10"), out=tmp_path / "no" / "table.parquet").run()
    with pytest.raises(MazescopeError, match="expected at least one"):
        LevelsQuestion(small_policy, seeds("0:0"))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=500_000))
    with pytest.raises(MazescopeError, match=r"100,000 levels take about 20\.0 MB and .* has 0\.5 MB free"):
        LevelsQuestion(small_policy, seeds("0:100000"), out=tmp_path / "table.parquet").run()
    monkeypatch.undo()
    monkeypatch.setattr(levels_study, "BYTES_A_ROW", 10**14)
    with pytest.raises(MazescopeError, match=r"10 levels take about .* GB free"):
        LevelsQuestion(small_policy, seeds("0:10"), out=tmp_path / "table.parquet").run()
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_the_reference(reference_policy: Policy) -> None:
    found = LevelsQuestion(reference_policy, seeds("0:200")).run()
    summary = found.to_json()
    assert summary["decision"] == summary["p_cheese"]["n"] == 108
    assert summary["p_cheese"]["mean"] == pytest.approx(0.837, abs=0.002)
    assert summary["p_cheese"]["median"] == pytest.approx(0.998, abs=0.002)
    low, high = summary["p_cheese"]["mean_low"], summary["p_cheese"]["mean_high"]
    assert low < 0.837 < high
    assert [plot.name for plot in found.plots] == list(PRESETS["published"])
    assert found.plots[0].series[0].n == 108
    assert len(found.records) == 200


def test_hard_levels_with_the_cheese_in_the_region(small_policy: Policy) -> None:
    question = LevelsQuestion(small_policy, level_range("hard", [range(70, 80)], 5))
    found = question.run()
    assert (found.column("cheese_in_region") == 1).all()
    assert question.words() == ("--world", "hard", "--seeds", "70:80", "--region", "5")
    assert replace(question, machines=Machines(1)) == question
