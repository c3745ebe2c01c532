"""Finding again the policy that a session used."""

from __future__ import annotations

from app.errors import PolicyError
from app.policy.loading import load_policy
from app.policy.policy import Policy
from app.session import PolicyReference


def find_policy(reference: PolicyReference) -> tuple[Policy, str]:
    """The session's policy and a sentence for the user, empty when its weights are the session's.

    A file with the session's own weights is preferred over one that merely lies where the session's lay.

    Raises:
        PolicyError: when no file can be opened at any of the places the session names.
    """
    other: Policy | None = None
    refusal = ""
    for path in reference.paths:
        if not path.is_file():
            continue
        try:
            policy = load_policy(path)
        except PolicyError as error:
            refusal = f" {error}"
            continue
        if policy.weights_hash == reference.weights_hash:
            return policy, ""
        other = other or policy
    if other is not None:
        return other, f"{other.path} holds other weights than the session was saved with; its fields will differ."
    places = ", ".join(str(path) for path in reference.paths) or "no place at all"
    raise PolicyError(f"The session's policy {reference.name!r} was not found; looked in {places}.{refusal}")
