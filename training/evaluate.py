"""Judge policies and write their scores and model cards: `python -m training.evaluate CHECKPOINT ...`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from app.errors import MazescopeError, PolicyError
from app.maze.procgen_client import Procgen
from app.policy.network import Network
from training.card import card
from training.checkpoints import POLICY, save_policy
from training.scores import all_scores

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "policies"


def read_policy(path: Path) -> tuple[Network, dict[str, str]]:
    """The network and the metadata of a policy that `training.train` wrote, or of a run's folder.

    Raises:
        PolicyError: when the file is something else.
    """
    path = path / POLICY if path.is_dir() else path
    try:
        with safe_open(path, "pt") as file:
            about = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        network = Network(int(about["width"]))
        network.load_state_dict(tensors)
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise PolicyError(f"{path} is not a policy that training wrote ({type(error).__name__}: {error}).") from error
    return network.eval().requires_grad_(False), about


def evaluate(
    path: Path, folder: Path, name: str | None, title: str | None, count: int, procgen: Procgen
) -> dict[str, Any]:
    """Measure a policy; write NAME.safetensors, NAME.json and NAME.md into the folder; return the JSON's content."""
    network, about = read_policy(path)
    about["name"] = title or about["name"]
    stem = name or about["name"]
    scores = all_scores(network, procgen, about["world"], int(about["region"]), count, _tell(about["name"]))
    written = {
        **{key: value for key, value in about.items() if key not in ("config", "scores")},
        "config": json.loads(about["config"]),
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "evaluated": datetime.now(UTC).date().isoformat(),
        "scores": scores,
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_policy(folder / f"{stem}.safetensors", network, {**about, "scores": json.dumps(_headline(scores))})
    (folder / f"{stem}.json").write_text(json.dumps(_rounded(written), indent=2) + "\n")
    (folder / f"{stem}.md").write_text(card(about, scores))
    return written


def _headline(scores: dict[str, Any]) -> dict[str, Any]:
    """The few numbers that travel inside the policy's file."""
    forks = scores["decision_squares"]
    return _rounded(
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


def _rounded(value: Any) -> Any:
    """Numbers to five decimals, all through a JSON value."""
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return round(value, 5) if isinstance(value, float) else value


def _tell(name: str) -> Any:
    began = time.monotonic()
    return lambda what: print(f"{time.monotonic() - began:6.0f} s  {name}: {what}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("checkpoints", type=Path, nargs="+", help="safetensors that training wrote, or folders of runs")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the policy, its JSON and its card")
    parser.add_argument("--name", help="stem of the files written, for one checkpoint; else the policy's own name")
    parser.add_argument("--title", help="what the policy is to call itself, for one checkpoint; else its run's name")
    parser.add_argument("--levels", type=int, default=1000, help="evaluation levels for each number")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch (0: torch's choice)")
    options = parser.parse_args(arguments)
    if (options.name or options.title) and len(options.checkpoints) > 1:
        parser.error("--name and --title need a single checkpoint")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        with Procgen() as procgen:
            for path in options.checkpoints:
                written = evaluate(path, options.out, options.name, options.title, options.levels, procgen)
                print(json.dumps({"name": written["name"], **_headline(written["scores"])}))
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
