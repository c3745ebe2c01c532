"""The main job, end to end: seeds in, fields out, equal to what an independent implementation recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import main as run
from app.field.vector_field import move_probabilities

PATCHES = {"patches": [{"kind": "zero", "layer": "embedder.block2.res1.resadd_out", "channels": [10]}]}


def no_window(*_: object) -> int:
    raise AssertionError("a headless command opened the window")


@pytest.mark.parametrize("world", ["easy", "hard"])
def test_fields_of_levels_agree_with_the_recorded_ones(
    world: str, reference: Path, reference_checkpoint: Path, tmp_path: Path
) -> None:
    recorded = np.load(reference / "recorded.npz")
    seeds = sorted({key.split("/")[1] for key in recorded if key.startswith(f"{world}/")}, key=int)
    patches = tmp_path / "patches.json"
    patches.write_text(json.dumps(PATCHES))
    out = tmp_path / "fields"
    arguments = ["field", "--world", world, "--seeds", ",".join(seeds), "--checkpoint", str(reference_checkpoint)]
    assert run([*arguments, "--patches", str(patches), "--out", str(out)], window=no_window, smoke_test=no_window) == 0
    for seed in seeds:
        field = np.load(out / f"{world}-{seed}.npz")
        key = f"{world}/{seed}"
        assert np.array_equal(field["grid"], recorded[f"{key}/grid"])
        assert np.array_equal(field["squares"], recorded[f"{key}/squares"])
        assert field["dim"] == recorded[f"{key}/dim"]
        expected = move_probabilities(recorded[f"{key}/logits"])
        patched = move_probabilities(recorded[f"{key}/zero_ch10"])
        np.testing.assert_allclose(field["probs"], expected, atol=1e-5, rtol=0)
        np.testing.assert_allclose(field["patched_probs"], patched, atol=1e-5, rtol=0)
        np.testing.assert_allclose(field["value"], recorded[f"{key}/value"], atol=1e-3, rtol=0)
        assert np.abs(expected - patched).max() > 0.01, "the patch must matter for this to be a test of it"
        steps = np.array([(0, -1), (-1, 0), (1, 0), (0, 1), (0, 0)])
        np.testing.assert_allclose(field["arrows"], expected @ steps, atol=2e-5, rtol=0)
