"""The plain network, which every faster path is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from app.field.engine import FieldRequest, FieldResult
from app.field.vector_field import VectorField
from app.interventions.compiled_stack import compile_stack
from app.maze.render import observations
from app.policy.stages import as_input, run


def plain_outputs(request: FieldRequest, squares: np.ndarray, patched: bool) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 15) and values (n,) of one dense batch with the mouse on these squares."""
    with one_thread():
        return _outputs(request, squares, patched)


@contextmanager
def one_thread() -> Iterator[None]:
    """Several threads wait for one another after every layer, which takes long when the processor is shared."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _outputs(request: FieldRequest, squares: np.ndarray, patched: bool) -> tuple[np.ndarray, np.ndarray]:
    inputs = as_input(torch.from_numpy(observations(request.maze, squares)))
    network = request.policy.network
    if not patched:
        result = run(network, inputs)
    else:
        compiled = compile_stack(request.stack, request.policy, request.maze)
        result = run(network, inputs, edit=compiled.edit(squares), edited=compiled.layers)
    return result.logits.numpy(), result.value.numpy()


def assert_close(field: VectorField, rows: slice, expected: tuple[np.ndarray, np.ndarray]) -> None:
    """Logits within 1e-4 + 1e-5 times the largest |logit|; the value, which is one more output, likewise."""
    logits, value = expected
    np.testing.assert_allclose(field.logits[rows], logits, rtol=0, atol=1e-4 + 1e-5 * np.abs(logits).max())
    np.testing.assert_allclose(field.value[rows], value, rtol=0, atol=1e-4 + 1e-5 * np.abs(value).max())


def assert_exact(result: FieldResult) -> None:
    """Both fields equal the plain network's, and the last row of each equals its batch of one."""
    request, squares = result.request, result.request.maze.squares
    assert result.complete
    for field, patched in ((result.original, False), (result.patched, True)):
        assert field.maze == request.maze
        np.testing.assert_array_equal(field.squares, squares)
        assert_close(field, slice(None), plain_outputs(request, squares, patched))
        last = slice(len(squares) - 1, len(squares))
        assert_close(field, last, plain_outputs(request, squares[last], patched))
