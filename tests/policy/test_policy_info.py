"""Facts told of a policy."""

from __future__ import annotations

import hashlib
import json

import torch

from app.paths import asset
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.policy_info import card_facts, default_policy_path, describe, model_card, training_options
from app.policy.saving import save_safetensors


def test_describe_says_all_there_is(tmp_path):
    path = tmp_path / "mouse.safetensors"
    said = {
        "world": "easy",
        "width": 2,
        "observations": 1_138_944,
        "seed": 3,
        "weights hash": "another",
        "config": {"seed": 0, "observations": 4_000_000},
        "ema": True,
        "rates": [0.5, 0.25],
    }
    save_safetensors(random_network(2, 1), path, said)
    (tmp_path / "mouse.json").write_text(json.dumps({"world": "hard", "reaches_cheese": 0.9}))
    policy = load_policy(path)
    rows = dict(describe(policy))
    assert rows["Name"] == "mouse"
    assert rows["Width"] == "2 (channels 32, 64, 64)"
    assert rows["Parameters"] == f"{sum(p.numel() for p in policy.network.parameters()):,}"
    assert rows["File"] == str(path)
    assert rows["Format"] == f"safetensors, {path.stat().st_size / 1e6:.1f} MB"
    assert rows["Weights hash"] == policy.weights_hash[:12]
    assert rows["File SHA-256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert rows["World"] == "hard"  # the card's word counts
    assert rows["Reaches cheese"] == "0.9"
    assert (rows["Trained on"], rows["Training seed"]) == ("1,138,944 observations", "3")
    assert rows["Weights hash (2)"] == "another"
    assert len(rows) == len(describe(policy))
    assert dict(training_options(policy)) == {
        "Training option: seed": "0",
        "Training option: observations": "4,000,000",
    }
    assert (rows["Ema"], rows["Rates"]) == ("yes", "0.5, 0.25")
    assert rows["embedder.block2.res1.resadd"] == "64 x 16 x 16"
    assert rows["fc_policy"] == "15"
    assert [what for what, _ in describe(policy)][-42:] == [layer.name for layer in policy.layers][-42:]
    assert all(text.isprintable() for row in rows.items() for text in row)


def test_describe_of_a_policy_without_a_file():
    policy = policy_of(random_network(1, 1), "made up")
    rows = dict(describe(policy))
    assert rows["Name"] == "made up"
    assert not {"File", "Format", "File SHA-256"} & rows.keys()
    assert model_card(policy) is None


def test_describe_of_converted_weights(tmp_path, state_dict):
    path = tmp_path / "half.pth"
    torch.save({"state_dict": {key: tensor.half() for key, tensor in state_dict(1).items()}}, path)
    assert dict(describe(load_policy(path)))["Format"] == "torch.save, state_dict, 1.3 MB, stored as float16"


def test_the_model_card_lies_beside_the_file(tmp_path, state_dict):
    path = tmp_path / "mouse.pth"
    torch.save(state_dict(1), path)
    policy = load_policy(path)
    assert model_card(policy) is None
    assert card_facts(policy) == {}
    (tmp_path / "mouse.md").write_text("# Mouse\n\nLikes cheese. Mäuse auch.\n", encoding="utf-8")
    (tmp_path / "mouse.json").write_text('{"seeds": [0, 1], "notes": null}')
    assert model_card(policy) == "# Mouse\n\nLikes cheese. Mäuse auch.\n"
    assert card_facts(policy) == {"seeds": [0, 1], "notes": None}


def test_cards_that_cannot_be_read_are_left_out(tmp_path, state_dict):
    path = tmp_path / "mouse.pth"
    torch.save(state_dict(1), path)
    policy = load_policy(path)
    for bad in (b"\xff\xfe\xff", b"[1, 2]", b"{", b'{"a": ' + b"[" * 65 + b"]" * 65 + b"}"):
        (tmp_path / "mouse.json").write_bytes(bad)
        assert card_facts(policy) == {}
    (tmp_path / "mouse.json").write_bytes(b'{"seed": 1}')
    assert card_facts(policy, largest=11) == {"seed": 1}
    assert card_facts(policy, largest=10) == {}
    (tmp_path / "mouse.md").write_bytes(b"\xff\xff")
    assert model_card(policy) is None


def test_the_default_policy_lies_among_the_assets():
    assert default_policy_path() == asset("policies", "default.safetensors")
