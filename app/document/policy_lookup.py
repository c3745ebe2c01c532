"""Finding again the policies that a session used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.document.session_file import COMPARE, PolicyReference, Session
from app.errors import PolicyError, shown
from app.io.regular_file import is_file
from app.policy.loading import load_policy
from app.policy.policy import Policy


@dataclass(frozen=True)
class Policies:
    """A session's policies, as far as they were found.

    Attributes:
        policy: its own, or None: it names none, or that was not found.
        view: the session's view; where it compares with a policy, its "compare" is `{"policy": Policy}`, or null when
            that was not found.
        problems: a sentence for the user on each that is not the session's own.
        outside: places that were not looked at and might have it: the user is to be asked first.
    """

    policy: Policy | None
    view: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    outside: tuple[Path, ...] = ()


def find_policies(session: Session, here: Policy | None, may_look: Callable[[Path], bool] = lambda _: True) -> Policies:
    """Load a session's policies.

    Args:
        here: the policy that is open, which need not be loaded again.
        may_look: whether a place that the session names may be touched.
    """
    known = {} if here is None else {here.weights_hash: here}
    policy: Policy | None = None
    view, problems = dict(session.view), []
    outside: list[Path] = []
    if session.policy is not None:
        try:
            policy, problem = _found(session.policy, known, "The session's policy", may_look)
        except PolicyError as error:
            problem = f"{error} The policy that was open is used in its place."
        problems.append(problem)
        outside += _not_looked_at(session.policy, may_look) if problem else []
    if session.compared is not None:
        try:
            other, problem = _found(session.compared, known, "The compared policy", may_look)
            view[COMPARE] = {"policy": other}
        except PolicyError as error:
            problem = f"{str(error).removesuffix('.')}; the rest of the session is open."
            view[COMPARE] = None
        problems.append(problem)
        outside += _not_looked_at(session.compared, may_look) if problem else []
    return Policies(policy, view, tuple(filter(None, problems)), tuple(dict.fromkeys(outside)))


def _not_looked_at(reference: PolicyReference, may_look: Callable[[Path], bool]) -> list[Path]:
    return [path for path in reference.paths if not may_look(path)]


def _found(
    reference: PolicyReference, known: dict[str, Policy], what: str, may_look: Callable[[Path], bool]
) -> tuple[Policy, str]:
    if reference.weights_hash not in known:
        policy, problem = find_policy(reference, what, may_look)
        if problem:
            return policy, problem
        known[reference.weights_hash] = policy
    return known[reference.weights_hash], ""


def find_policy(
    reference: PolicyReference,
    what: str = "The session's policy",
    may_look: Callable[[Path], bool] = lambda _: True,
) -> tuple[Policy, str]:
    """The session's policy and a sentence for the user, empty when its weights are the session's.

    A file with the session's own weights is preferred over one that is merely at the session's path.

    Args:
        what: how a sentence about it begins.
        may_look: whether a place that the session names may be touched.

    Raises:
        PolicyError: when no file can be opened at any of the places the session names.
    """
    other: tuple[Path, Policy] | None = None
    refusal = ""
    for path in reference.paths:
        if not may_look(path) or not is_file(path):
            continue
        try:
            policy = load_policy(path)
        except PolicyError as error:
            refusal = f" {error}"
            continue
        if policy.weights_hash == reference.weights_hash:
            return policy, ""
        other = other or (path, policy)
    if other is not None:
        path, policy = other
        return policy, f"{path} holds other weights than the session was saved with; its fields will differ."
    places = ", ".join(shown(path, 300) for path in reference.paths if may_look(path)) or "no place at all"
    outside = ", ".join(shown(path, 300) for path in _not_looked_at(reference, may_look))
    places += f", and not in {outside}, outside the session's folder" if outside else ""
    raise PolicyError(f"{what} {reference.name!r} was not found; looked in {places}.{refusal}")
