"""Judge policies and write their scores and model cards: `python -m training.evaluate CHECKPOINT ...`."""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from app.errors import MazescopeError, PolicyError
from app.paths import asset
from app.policy.loading import load_policy
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from training.checkpoints import POLICY
from training.met import Met, config_of, mazes_met
from training.model_card import card
from training.scores import SELECTION, all_scores

FOLDER = asset("policies")


def read_policy(path: Path) -> Policy:
    """A policy that `training.train` wrote, or that of a run's folder, with the metadata that judging needs.

    Raises:
        PolicyError: when the file is something else.
    """
    policy = load_policy(path / POLICY if path.is_dir() else path)
    missing = [key for key in ("world", "region", "config") if key not in policy.metadata]
    if missing:
        raise PolicyError(f"{path} does not say its {missing[0]}; expected a policy that training wrote.")
    return policy


def halved(policy: Policy) -> Policy:
    """The policy whose weights are those of another rounded to float16: the one to measure where that one ships."""
    network = copy.deepcopy(policy.network)
    for weights in network.parameters():
        weights.data = weights.data.half().float()
    return policy_of(network, policy.name, policy.path, policy.metadata)


def evaluate(
    policy: Policy,
    folder: Path,
    stem: str,
    count: int,
    selection: int = SELECTION,
    *,
    met: Met | None = None,
    dtype: torch.dtype = torch.float32,
) -> dict[str, Any]:
    """Measure a policy; write STEM.safetensors, STEM.json and STEM.md into the folder; return the JSON's content.

    Args:
        policy: what is measured; with `dtype` float16, `halved`.
        folder, stem: of the files.
        count, selection: levels, see `all_scores`.
        met: the mazes that training drew.
        dtype: of the weights in the file.
    """
    about = {key: value for key, value in policy.metadata.items() if key not in ("loaded_from", "scores")}
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {policy.name}: {what}", file=sys.stderr, flush=True)

    if dtype != torch.float32:
        about["stored_as"] = str(dtype).removeprefix("torch.")
    scores = all_scores(policy, about["world"], about["region"], count, met=met, selection=selection, tell=tell)
    written = {
        **about,
        "name": policy.name,
        "parameters": policy.parameters,
        "weights_hash": policy.weights_hash,
        "evaluated": datetime.now(UTC).date().isoformat(),
        "scores": rounded(scores),
    }
    folder.mkdir(parents=True, exist_ok=True)
    noted = {**about, "name": policy.name, "scores": headline(scores)}
    save_safetensors(policy, folder / f"{stem}.safetensors", noted, dtype=dtype)
    (folder / f"{stem}.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    (folder / f"{stem}.md").write_text(card({**about, "name": policy.name}, scores), encoding="utf-8")
    return written


def headline(scores: dict[str, Any]) -> dict[str, Any]:
    """The few numbers that travel inside the policy's file, and that runs are compared by."""
    forks = scores["decision_squares"]
    return rounded(
        {
            "levels": scores["levels"],
            "greedy": scores["training_distribution"]["greedy"],
            "sampled": scores["training_distribution"]["sampled"],
            "greedy_cheese_anywhere": scores["cheese_anywhere"]["greedy"],
            "median_p_cheese": forks["unpatched"]["cheese_median"],
            "median_p_cheese_less_cheese_vector": forks["subtract_cheese_vector"][forks["best_layer"]]["cheese_median"],
            "best_layer": forks["best_layer"],
        }
    )


def rounded(value: Any) -> Any:
    """Numbers to five decimals, all through a JSON value."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return round(value, 5) if isinstance(value, float) else value


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="safetensors that training wrote, or folders of runs")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the policy, its JSON and its card")
    parser.add_argument("--name", help="stem of the files written, for one checkpoint; else the policy's own name")
    parser.add_argument("--title", help="what the policy is to call itself, for one checkpoint; else its run's name")
    parser.add_argument("--levels", type=int, default=1000, help="evaluation levels for each number")
    parser.add_argument("--selection", type=int, default=SELECTION, help="levels that channel and value are chosen on")
    parser.add_argument("--float16", action="store_true", help="round the weights to float16, measure and write those")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch (0: torch's choice)")
    options = parser.parse_args(arguments)
    if (options.name or options.title) and len(options.checkpoints) > 1:
        parser.error("--name and --title need a single checkpoint")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        for path in options.checkpoints:
            policy = read_policy(path)
            if options.title:
                policy = replace(policy, name=options.title)
            if options.float16:
                policy = halved(policy)
            met = mazes_met(config_of(policy.metadata), policy.metadata["steps"])
            dtype = torch.float16 if options.float16 else torch.float32
            stem = options.name or policy.name
            written = evaluate(policy, options.out, stem, options.levels, options.selection, met=met, dtype=dtype)
            print(json.dumps({"name": policy.name, **headline(written["scores"])}), flush=True)
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
