"""The same weights share one network; networks not used for long leave memory and come back from their file."""

from __future__ import annotations

import gc
import pickle
from pathlib import Path
from weakref import WeakValueDictionary, ref

import pytest
import torch

from app.errors import PolicyError
from app.policy import network_store
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.policy.saving import save_safetensors


def _file(folder: Path, seed: int) -> Path:
    path = folder / f"policy {seed}.safetensors"
    save_safetensors(random_network(1, 1000 + seed), path, {})
    return path


def _empty_store(monkeypatch: pytest.MonkeyPatch, most_bytes: int) -> None:
    """A store of this many bytes, which no other test has put networks into."""
    monkeypatch.setattr(network_store, "_alive", WeakValueDictionary())
    monkeypatch.setattr(network_store, "_recent", network_store.recently_used(most_bytes))


def test_the_same_file_is_the_same_policy_and_the_same_weights_share_a_network(tmp_path: Path) -> None:
    path = _file(tmp_path, 0)
    copied = tmp_path / "copy.safetensors"
    copied.write_bytes(path.read_bytes())
    policy, copy = load_policy(path), load_policy(copied)
    assert load_policy(path) is policy
    assert copy == policy
    assert copy.network is policy.network
    assert (copy.name, policy.name) == ("copy", "policy 0")
    in_memory = policy_of(random_network(1, 1000), "made again")
    assert in_memory.network is policy.network


def test_old_networks_leave_memory_and_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _empty_store(monkeypatch, 2 * 4 * 626_256)
    policies = [load_policy(_file(tmp_path, seed)) for seed in range(1, 6)]
    network = ref(policies[0].network)
    for policy in policies[1:]:
        assert policy.network is policy.network
    gc.collect()
    assert network() is None
    assert torch.equal(policies[0].network.fc_value.weight, random_network(1, 1001).fc_value.weight)
    assert (policies[0].width, policies[0].parameters) == (1, 626_256)


def test_a_network_in_use_or_of_no_file_stays_even_when_larger_than_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _empty_store(monkeypatch, 1)
    used, homeless = load_policy(_file(tmp_path, 1)), policy_of(random_network(1, 2000), "of no file")
    network, number = used.network, id(homeless.network)
    load_policy(_file(tmp_path, 2))
    assert used.network is network
    assert id(homeless.network) == number


def test_a_file_that_is_gone_or_holds_other_weights_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _empty_store(monkeypatch, 1)
    gone, changed = load_policy(_file(tmp_path, 1)), load_policy(_file(tmp_path, 2))
    load_policy(_file(tmp_path, 3))
    (tmp_path / "policy 1.safetensors").unlink()
    save_safetensors(random_network(1, 7), tmp_path / "policy 2.safetensors", {})
    with pytest.raises(PolicyError, match="has left memory and its file cannot be read again: There is no file"):
        _ = gone.network
    with pytest.raises(PolicyError, match="the file holds other weights now"):
        _ = changed.network


def test_a_policy_travels_to_another_process_with_its_weights(tmp_path: Path) -> None:
    path = _file(tmp_path, 1)
    content = pickle.dumps(load_policy(path))
    path.unlink()
    policy = pickle.loads(content)
    assert torch.equal(policy.network.fc_value.weight, random_network(1, 1001).fc_value.weight)
