"""The cards and pages next to the policies that ship are made of the numbers there, and these of the weights there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from app.policy.series import open_series
from training import compare_seeds, two_seeds
from training.model_card import IMITATION, card

FOLDER = default_policy_path().parent
CARDS = sorted(path for path in FOLDER.glob("*.json") if path.with_suffix(".safetensors").is_file())
SERIES = FOLDER / "w1-easy-r5-s2-series"


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.stem)
def test_a_card_says_what_its_numbers_say_of_the_weights_next_to_it(path: Path) -> None:
    about = json.loads(path.read_text(encoding="utf-8"))
    assert about["weights_hash"] == load_policy(path.with_suffix(".safetensors")).weights_hash
    assert path.with_suffix(".md").read_text(encoding="utf-8") == card(about, about["scores"])


def test_the_pages_say_what_their_numbers_say() -> None:
    for name, page in (("seeds", compare_seeds.page), ("first-weights", two_seeds.page)):
        numbers = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert (FOLDER / f"{name}.md").read_text(encoding="utf-8") == page(numbers)


def test_the_numbers_of_the_series_are_of_the_checkpoints_next_to_them() -> None:
    rows = json.loads((SERIES / "series.json").read_text(encoding="utf-8"))["rows"]
    checkpoints = open_series([SERIES]).checkpoints
    assert [(row["step"], row["weights"]) for row in rows] == [(c.step, c.policy.weights_hash) for c in checkpoints]


def test_every_card_and_page_says_that_the_policies_imitate() -> None:
    pages = [*FOLDER.glob("*.md"), *SERIES.glob("*.md")]
    assert len(pages) >= 6
    for page in pages:
        assert page.read_text(encoding="utf-8").count(f"**{IMITATION}**") == 1, page


def test_the_default_policy_stays_as_it_is_and_all_of_them_are_small() -> None:
    digest = hashlib.sha256(default_policy_path().read_bytes()).hexdigest()
    assert digest == "ece41bb8edcefd204608a987a949fd70044050e0252b8a132f0e0e78c12e179a"
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= 28 * 10**6
