"""Engines that are closed whatever a test does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.field.engine import Engine
from app.field.execution_plan import FastPlan, Plan


@pytest.fixture
def make_engine(device: str) -> Iterator[Callable[..., Engine]]:
    """Makes engines on the device the tests run on."""
    made: list[Engine] = []

    def make(plan: Plan | None = None, fast: FastPlan | None = None) -> Engine:
        made.append(Engine(device, plan=plan, fast=fast))
        return made[-1]

    yield make
    for engine in made:
        engine.close()
