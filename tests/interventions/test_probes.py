"""Linear probes: the concepts' observations, the fit, and its result on a trained network."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import PatchError
from app.interventions.layer_activations import activations
from app.interventions.patches import DEFAULT_LAYER
from app.interventions.probes import Concept, concept_pairs, logistic_regression, train_probe
from app.policy.layers import pixel_of_square
from app.policy.policy import Policy
from app.progress import Cancelled

CONCEPTS = [
    Concept("at", (7, 7)),
    Concept("above", (7, 7)),
    Concept("right of", (7, 7)),
    Concept("above"),
    Concept("right of"),
]


@given(concept=st.sampled_from(CONCEPTS), world=st.sampled_from([15, 25]), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_pairs_differ_in_nothing_but_whether_the_concept_holds(concept: Concept, world: int, seed: int) -> None:
    pairs = concept_pairs(concept, world, 10, seed)
    assert len(pairs) == 10
    for held, missed in pairs:
        assert held.with_cheese(None) == missed.with_cheese(None)
        assert held.cheese is not None
        assert missed.cheese is not None
        row, col = held.mouse if concept.square is None else concept.square
        for maze, truth in ((held, True), (missed, False)):
            up, right = maze.cheese or (0, 0)
            assert {"at": (up, right) == (row, col), "above": up > row, "right of": right > col}[
                concept.relation
            ] is truth


def test_concepts_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(PatchError, match="never on the mouse"):
        concept_pairs(Concept("at"), 15, 10, 0)
    with pytest.raises(PatchError, match="Only 0 of 80 levels"):
        concept_pairs(Concept("above", (14, 0)), 15, 10, 0)


def test_the_fit_finds_the_direction_that_separates() -> None:
    generator = torch.Generator().manual_seed(0)
    direction = torch.zeros(300)
    direction[17] = 1
    points = torch.randn(200, 300, generator=generator)
    labels = (points @ direction > 0.3).float()
    weights, offset = logistic_regression(points, labels)
    assert int(weights.abs().argmax()) == 17
    predicted = points.double() @ weights + offset > 0
    assert (predicted == labels.bool()).double().mean() > 0.97


def test_the_fit_is_the_minimum_of_its_loss() -> None:
    """Against gradient descent on the same loss in all coordinates, where it is written out plainly."""
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(30, 6, generator=generator, dtype=torch.float64)
    labels = (torch.rand(30, generator=generator) > 0.5).double()
    weights, offset = logistic_regression(points, labels)
    scale = (points - points.mean(0)).square().sum(1).mean().sqrt()
    free = torch.zeros(7, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([free], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        margins = (points - points.mean(0)) / scale @ free[:6] + free[6]
        found = torch.nn.functional.binary_cross_entropy_with_logits(margins, labels)
        found = found + 1e-3 / 2 * free[:6].square().sum()
        found.backward()
        return found

    optimizer.step(loss)
    assert torch.allclose(weights, free[:6].detach() / scale, atol=1e-4)
    assert offset == pytest.approx(float(free[6].detach() - points.mean(0) @ free[:6].detach() / scale), abs=1e-4)


def test_a_probe_and_the_mean_difference_on_a_trained_network(reference_policy: Policy) -> None:
    probe = train_probe(reference_policy, Concept("at", (7, 7)), DEFAULT_LAYER, world=15, count=60)
    assert (probe.trained_on, probe.held_out) == (45, 15)
    assert probe.accuracy > 0.85
    assert probe.mean_accuracy > 0.8
    assert probe.direction.norm == pytest.approx(probe.mean_difference.norm, rel=1e-4)
    assert 0.3 < probe.cosine < 0.99
    # Channel 10 marks the cheese in this network, so its difference peaks there.
    row, column = pixel_of_square((7, 7), 15, 16)
    peak = divmod(int(probe.mean_difference.values[10].argmax()), 16)
    assert max(abs(peak[0] - row), abs(peak[1] - column)) <= 1
    assert (probe.direction.kind, probe.mean_difference.kind) == ("probe", "mean-difference")
    assert dict(probe.direction.measures)["held-out accuracy"] == probe.accuracy


def test_a_probe_is_seeded_hears_of_its_progress_and_can_be_cancelled(small_policy: Policy) -> None:
    heard = []
    first = train_probe(
        small_policy,
        Concept("above"),
        "embedder.fc",
        world=15,
        count=20,
        progress=lambda *at: heard.append(at) or True,
    )
    again = train_probe(small_policy, Concept("above"), "embedder.fc", world=15, count=20)
    assert first.direction == again.direction
    assert heard[-1] == (20, 20)
    assert first.direction.values.shape == (256,)
    with pytest.raises(Cancelled):
        train_probe(
            small_policy, Concept("above"), "embedder.fc", world=15, count=20, progress=lambda done, _: done < 0
        )


def test_the_accuracy_is_that_on_levels_not_trained_on(small_policy: Policy) -> None:
    concept = Concept("right of")
    probe = train_probe(small_policy, concept, "embedder.fc", world=15, count=40)
    mazes = [maze for pair in concept_pairs(concept, 15, 40, 0) for maze in pair]
    points = activations(small_policy.network, mazes, ("embedder.fc",))["embedder.fc"]
    weights, offset = logistic_regression(points[20:], torch.tensor([1.0, 0.0]).repeat(30))
    above = points[:20].double() @ weights + offset > 0
    assert probe.accuracy == pytest.approx(float((above == torch.tensor([True, False]).repeat(10)).double().mean()))
    assert probe.accuracy < 1


def test_chance_accuracy_where_labels_mean_nothing() -> None:
    """Held-out accuracy of a fit to noise stays near one half: the accuracy is not that of the training set."""
    generator = torch.Generator().manual_seed(2)
    points = torch.randn(400, 50, generator=generator)
    labels = torch.tensor([1.0, 0.0]).repeat(200)
    weights, offset = logistic_regression(points[:200], labels[:200])
    right = ((points[200:].double() @ weights + offset > 0) == labels[200:].bool()).double().mean()
    assert 0.35 < float(right) < 0.65
