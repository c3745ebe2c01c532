"""The window's memory stays flat while one policy after another is opened."""

from __future__ import annotations

import statistics
from pathlib import Path

import psutil
import pytest
import torch

from app.policy.network import random_network
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand
from widgets.services.garbage_collector import Collector

OPENED = 200
WARM = 40
BLOCK = 60
FILES = 50
MIB = 2**20


@pytest.mark.full
@pytest.mark.timeout(600)
def test_memory_is_flat_over_two_hundred_policies(hand: Hand, tmp_path: Path) -> None:
    paths = [tmp_path / f"policy {number}.safetensors" for number in range(FILES)]
    for number, path in enumerate(paths):
        save_safetensors(random_network(1, number), path, {}, dtype=torch.float16)
    hand.wait(lambda: hand.context.bridge.answer is not None)
    # As in the program: without it, what refers to itself would stay in tests of the window.
    collector = Collector(hand.document, hand.context, hand.window)
    process, used = psutil.Process(), []
    for number in range(OPENED):
        path = paths[number % FILES]
        hand.window.files.open_policy(path)
        hand.wait(lambda path=path: hand.document.state.policy.path == path)
        hand.wait(lambda: hand.context.bridge.answer is not None)
        used.append(process.memory_info().rss / MIB)
    collector.stop()
    # Between two moments at which freed memory is returned it goes up and down by tens of MB.
    early, late = used[WARM : WARM + BLOCK], used[-BLOCK:]
    assert statistics.median(late) - statistics.median(early) < 35
    assert max(late) - max(early) < 60
    # Undo reaches the policies that have left memory.
    hand.document.undo()
    for _ in range(60):
        hand.document.undo()
    hand.wait(lambda: hand.context.bridge.answer is not None)
    assert hand.context.bridge.answer.request.policy.path == paths[(OPENED - 62) % FILES]
