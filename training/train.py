"""Train a policy by imitation of the shortest path: `python -m training.train --run runs/NAME`."""

from __future__ import annotations

import argparse
import copy
import json
import sys
import time
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import nn

from app.errors import MazescopeError, PolicyError
from app.policy.network import Network
from app.policy.saving import save_safetensors
from training.batches import VALIDATION, Batch, make_batch
from training.checkpoints import CHECKPOINT, POLICY, SERIES, load_checkpoint, save_checkpoint
from training.config import Config
from training.initial import initial_network
from training.loss import imitation_loss, move_log_probabilities

RECIPE = "imitation of the shortest path to the cheese on random mazes of every size and background; averaged weights"
VALIDATION_BATCHES = 4


@dataclass
class Run:
    """A run in progress: the network being trained, its average, the optimizer and the next step's number."""

    config: Config
    folder: Path
    network: Network
    averaged: Network
    optimizer: torch.optim.Optimizer
    device: torch.device
    step: int = 0

    @staticmethod
    def start(config: Config, folder: Path, device: torch.device) -> Run:
        """A fresh run in this folder."""
        network = initial_network(config.width, config.seed_of_weights).to(device)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it.
        averaged = copy.deepcopy(network).requires_grad_(False)
        return Run(config, folder, network, averaged, _optimizer(network, config), device)

    @staticmethod
    def resume(folder: Path, device: torch.device) -> Run:
        """The run of this folder, where its last checkpoint left it.

        Raises:
            PolicyError: when the folder holds no checkpoint of a run, or one of another kind of run.
        """
        saved = load_checkpoint(folder / CHECKPOINT)
        try:
            run = Run.start(Config(**saved["config"]), folder, device)
            run.network.load_state_dict(saved["training_state_dict"])
            run.averaged.load_state_dict(saved["model_state_dict"])
            run.optimizer.load_state_dict(saved["optimizer_state_dict"])
            run.step = int(saved["step"])
        except (TypeError, ValueError, KeyError, AttributeError, RuntimeError, MazescopeError) as error:
            reason = str(error).partition("\n")[0]
            raise PolicyError(
                f"{folder / CHECKPOINT} is of another kind of run ({reason}); expected one that this program began."
            ) from error
        return run

    def save(self) -> None:
        """Write the checkpoint and the policy as it is now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(
            self.folder / CHECKPOINT,
            averaged=self.averaged,
            network=self.network,
            optimizer=self.optimizer,
            step=self.step,
            config=self.config.as_dict(),
        )
        save_safetensors(self.averaged, self.folder / POLICY, self.metadata())

    def save_in_series(self) -> None:
        """Write the averaged weights as they are now under the number of their optimizer step."""
        folder = self.folder / SERIES
        folder.mkdir(parents=True, exist_ok=True)
        save_safetensors(self.averaged, folder / f"step-{self.step:06d}.safetensors", self.metadata())

    def change_length(self, observations: int) -> None:
        """Plan another number of observations, while the learning rate is the same under both plans.

        Raises:
            MazescopeError: when the rate has begun to fall, or would have begun to.
        """
        config = replace(self.config, observations=observations)
        begun = max(self.step - 1, 0)
        if config.rate(begun) != self.config.rate(begun):
            raise MazescopeError(
                f"At step {self.step} the learning rate has begun to fall in a run of {self.config.observations} or of "
                f"{observations} observations; expected a new length before that."
            )
        self.config = config

    def metadata(self) -> dict[str, Any]:
        """The metadata of the policy's file; scores are added by `training.evaluate`."""
        return {
            "name": self.folder.name,
            "world": self.config.world,
            "region": self.config.region,
            "width": self.config.width,
            "seed": self.config.seed,
            "weights_seed": self.config.seed_of_weights,
            "data_seed": self.config.seed_of_data,
            "steps": self.step,
            "observations": self.step * self.config.batch,
            "date": datetime.now(UTC).date().isoformat(),
            "recipe": RECIPE,
            "config": self.config.as_dict(),
        }

    def advance(self) -> float:
        """One optimizer step; the loss it saw."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.rate(self.step)
        batch = make_batch(self.config, self.step)
        logits, values = self._forward(self.network, batch)
        loss = imitation_loss(
            logits, values, batch.targets.to(self.device), batch.returns.to(self.device), self.config.value_weight
        )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            # A young average would remember the random weights: it follows fast at first.
            keep = min(self.config.ema, self.step / (self.step + 10))
            for mean, weight in zip(self.averaged.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(weight, 1 - keep)
        return float(loss.detach())

    @torch.no_grad()
    def validate(self) -> tuple[float, float]:
        """(accuracy of the best move, cross-entropy) of the averaged network on mazes no step ever sees."""
        hits, entropy, count = 0.0, 0.0, 0
        for index in range(VALIDATION_BATCHES):
            batch = make_batch(self.config, VALIDATION + index)
            logits, _ = self._forward(self.averaged, batch)
            logs, targets = move_log_probabilities(logits), batch.targets.to(self.device)
            hits += float((targets.gather(1, logs.argmax(dim=1, keepdim=True)) > 0).sum())
            entropy -= float((targets * logs).sum())
            count += len(targets)
        return hits / count, entropy / count

    def _forward(self, network: Network, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        pictures = batch.observations.to(self.device).float().div_(255)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.bfloat16):
            logits, values = network(pictures)
        return logits, values


def _optimizer(network: nn.Module, config: Config) -> torch.optim.Optimizer:
    decayed = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    free = [parameter for parameter in network.parameters() if parameter.ndim == 1]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def train(run: Run, *, stop: int | None = None, save_every: float = 180.0, validate_every: int = 500) -> None:
    """Take the run to its end (or to step `stop`), with a progress line, saving every so often and at the end."""
    end = run.config.steps if stop is None else min(stop, run.config.steps)
    first, began, saved, mean = run.step, time.monotonic(), time.monotonic(), float("nan")
    run.folder.mkdir(parents=True, exist_ok=True)
    if run.step == 0:
        run.save_in_series()
    with (run.folder / "metrics.jsonl").open("a") as metrics:
        while run.step < end:
            loss = run.advance()
            if run.config.in_series(run.step):
                run.save_in_series()
            mean = loss if mean != mean else 0.98 * mean + 0.02 * loss
            if run.step % validate_every == 0 or run.step == end:
                accuracy, entropy = run.validate()
                seconds = time.monotonic() - began
                row = {
                    "step": run.step,
                    "observations": run.step * run.config.batch,
                    "loss": round(mean, 5),
                    "accuracy": round(accuracy, 5),
                    "cross_entropy": round(entropy, 5),
                    "ms_per_observation": round(1e3 * seconds / ((run.step - first) * run.config.batch), 4),
                }
                metrics.write(json.dumps(row) + "\n")
                metrics.flush()
                print(f"\r{json.dumps(row)}", file=sys.stderr, flush=True)
            if run.step % 20 == 0:
                _progress(run.step, end, first, time.monotonic() - began, mean)
            if time.monotonic() - saved > save_every:
                run.save()
                saved = time.monotonic()
    run.save()


def _progress(step: int, end: int, first: int, seconds: float, loss: float) -> None:
    """One line, rewritten in place on a terminal; left out where there is none, as in a log."""
    if not sys.stderr.isatty():
        return
    filled = int(30 * step / end)
    left = seconds / max(1, step - first) * (end - step)
    bar = "#" * filled + "." * (30 - filled)
    print(f"\r[{bar}] {step}/{end} loss {loss:.4f} {left / 60:.0f} min left ", end="", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; every field of `Config` is an option."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch on a CPU (0: torch's choice)")
    parser.add_argument("--stop", type=int, default=None, help="pause after this step")
    for field in fields(Config):
        flag = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
        else:
            kind = int if field.default is None else type(field.default)
            parser.add_argument(flag, type=kind, default=argparse.SUPPRESS, help=f"default: {field.default}")
    options = parser.parse_args(arguments)
    recipe = {field.name: getattr(options, field.name) for field in fields(Config) if field.name in options}
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        if options.resume:
            if recipe.keys() - {"observations"}:
                raise MazescopeError("A run keeps its recipe when it is resumed; only --observations can change.")
            run = Run.resume(options.run, torch.device(options.device))
            if recipe:
                run.change_length(recipe["observations"])
        else:
            if (options.run / CHECKPOINT).exists():
                raise MazescopeError(
                    f"{options.run} already holds a run; go on with --resume or choose another folder."
                )
            run = Run.start(Config(**recipe), options.run, torch.device(options.device))
        train(run, stop=options.stop)
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
