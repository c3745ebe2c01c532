"""Processes that end where procgen's would continue: `Procgen(serve=...)` runs them with its pipe."""

from __future__ import annotations

from multiprocessing.connection import Connection


def close_at_once(pipe: Connection) -> None:
    """End at the first request, without an answer."""
    pipe.recv()
    pipe.close()


def answer_once(pipe: Connection) -> None:
    """Answer the first request with a list of its name, and end at the second."""
    name, *_ = pipe.recv()
    pipe.send(("ok", [name]))
    close_at_once(pipe)
