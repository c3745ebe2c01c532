"""Train a policy by reward (proximal policy optimization): `python -m training.reward --run runs/NAME`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from app.errors import MazescopeError, PolicyError
from app.maze.game_rules import REWARD
from app.maze.moves import ACTIONS
from app.policy.network import Network
from app.policy.saving import save_safetensors
from training.checkpoints import CHECKPOINT, POLICY, SERIES, load_checkpoint, save_checkpoint
from training.environments import Environments
from training.initial import initial_network
from training.ppo import Losses, Played, advantages, losses
from training.reward_config import RewardConfig

RECIPE: Final = "proximal policy optimization by the game's own reward, on random mazes of every size and background"
RECENT: Final = 400
"""Ended episodes that the printed success rate is of."""


@dataclass
class RewardRun:
    """A run in progress: network, optimizer, mazes being played, and the number of updates made."""

    config: RewardConfig
    folder: Path
    network: Network
    optimizer: torch.optim.Optimizer
    step: int = 0
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT))

    def __post_init__(self) -> None:
        # A resumed run draws mazes of its own: those that were being played are not gone on with.
        random = np.random.default_rng([self.config.seed, self.step])
        config = self.config
        self.environments = Environments(config.environments, config.side, config.region, config.size_power, random)
        self.generator = torch.Generator().manual_seed(int(random.integers(2**62)))

    @staticmethod
    def start(config: RewardConfig, folder: Path) -> RewardRun:
        """A fresh run in this folder."""
        network = initial_network(config.width, config.seed)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it.
        return RewardRun(config, folder, network, _optimizer(network, config))

    @staticmethod
    def resume(folder: Path) -> RewardRun:
        """The run of this folder, where its last checkpoint left it, with new mazes.

        Raises:
            PolicyError: when the folder holds no checkpoint of a run, or one of another kind of run.
        """
        saved = load_checkpoint(folder / CHECKPOINT)
        try:
            config = RewardConfig(**saved["config"])
            network = initial_network(config.width, config.seed)
            network.load_state_dict(saved["training_state_dict"])
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it.
            optimizer = _optimizer(network, config)
            optimizer.load_state_dict(saved["optimizer_state_dict"])
            return RewardRun(config, folder, network, optimizer, int(saved["step"]))
        except (TypeError, ValueError, KeyError, AttributeError, RuntimeError, MazescopeError) as error:
            reason = str(error).partition("\n")[0]
            raise PolicyError(
                f"{folder / CHECKPOINT} is of another kind of run ({reason}); expected one that this program began."
            ) from error

    def save(self) -> None:
        """Write the checkpoint and the policy as it is now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_checkpoint(
            self.folder / CHECKPOINT,
            averaged=self.network,
            network=self.network,
            optimizer=self.optimizer,
            step=self.step,
            config=self.config.as_dict(),
        )
        save_safetensors(self.network, self.folder / POLICY, self.metadata())

    def save_in_series(self) -> None:
        """Write the weights as they are now under the number of their update."""
        folder = self.folder / SERIES
        folder.mkdir(parents=True, exist_ok=True)
        save_safetensors(self.network, folder / f"step-{self.step:06d}.safetensors", self.metadata())

    def metadata(self) -> dict[str, Any]:
        """The metadata of the policy's file."""
        return {
            "name": self.folder.name,
            "world": self.config.world,
            "region": self.config.region,
            "width": self.config.width,
            "seed": self.config.seed,
            "steps": self.step,
            "observations": self.step * self.config.batch,
            "date": datetime.now(UTC).date().isoformat(),
            "recipe": RECIPE,
            "config": self.config.as_dict(),
        }

    def advance(self) -> dict[str, float]:
        """One update: play, then learn from it. The row of the log."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.rate(self.step)
        played, lengths = self._play()
        found = [self._learn(part) for _ in range(self.config.epochs) for part in self._minibatches(played)]
        self.step += 1
        return {
            "step": self.step,
            "observations": self.step * self.config.batch,
            "success": round(float(np.mean(self.recent)), 4) if self.recent else 0.0,
            "episodes": len(lengths),
            "mean_length": round(float(np.mean(lengths)), 1) if lengths else 0.0,
            "entropy": round(float(np.mean([loss.entropy for loss in found])), 4),
            "divergence": round(float(np.mean([loss.divergence for loss in found])), 5),
            "clipped": round(float(np.mean([loss.clipped for loss in found])), 4),
        }

    @torch.no_grad()
    def _play(self) -> tuple[Played, list[int]]:
        """T steps of all environments, and the lengths of the episodes that ended."""
        config, environments = self.config, self.environments
        shape = (config.rollout, config.environments)
        pictures = np.empty((*shape, 64, 64, 3), dtype=np.uint8)
        actions, logs = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.float32)
        values, rewards = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.float32)
        ended, lengths = np.empty(shape, dtype=bool), list[int]()
        for t in range(config.rollout):
            pictures[t] = environments.observations()
            logits, value = self._forward(torch.from_numpy(pictures[t]).permute(0, 3, 1, 2))
            all_logs = logits.float().log_softmax(dim=1)
            drawn = torch.multinomial(all_logs.exp(), 1, generator=self.generator)
            actions[t], logs[t] = drawn[:, 0].numpy(), all_logs.gather(1, drawn)[:, 0].numpy()
            values[t] = value.float().numpy()
            step = environments.step(actions[t])
            rewards[t], ended[t] = step.rewards, step.ended
            lengths += step.lengths[step.ended].tolist()
            self.recent.extend((step.rewards[step.ended] > 0).tolist())
        _, last = self._forward(torch.from_numpy(environments.observations()).permute(0, 3, 1, 2))
        found = advantages(
            rewards / REWARD, values / REWARD, ended, last.float().numpy() / REWARD, config.gamma, config.gae_lambda
        )
        rows = config.batch
        played = Played(
            torch.from_numpy(pictures.reshape(rows, 64, 64, 3)).permute(0, 3, 1, 2),
            torch.from_numpy(actions.reshape(rows)),
            torch.from_numpy(logs.reshape(rows)),
            torch.from_numpy(values.reshape(rows)),
            torch.from_numpy(found.reshape(rows)),
            torch.from_numpy((found + values / REWARD).reshape(rows)),
        )
        return played, lengths

    def _minibatches(self, played: Played) -> Iterator[Played]:
        order = torch.randperm(self.config.batch, generator=self.generator)
        for rows in order.chunk(self.config.minibatches):
            yield played.part(rows)

    def _learn(self, part: Played) -> Losses:
        """One optimizer step on a minibatch."""
        logits, values = self._forward(part.observations)
        loss = losses(logits, values, part, self.config)
        self.optimizer.zero_grad(set_to_none=True)
        loss.total.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.gradient)
        self.optimizer.step()
        return loss

    def _forward(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bfloat16):
            logits, values = self.network(observations.float().div_(255))
        assert logits.shape[1] == ACTIONS
        return logits, values


def _optimizer(network: nn.Module, config: RewardConfig) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), lr=config.learning_rate, eps=1e-5)


def train(run: RewardRun, *, stop: int | None = None, save_every: float = 180.0) -> None:
    """Take the run to its end (or to update `stop`), a row for each update; save now and then, and at the end."""
    end = run.config.steps if stop is None else min(stop, run.config.steps)
    saved = time.monotonic()
    run.folder.mkdir(parents=True, exist_ok=True)
    if run.step == 0:
        run.save_in_series()
    with (run.folder / "metrics.jsonl").open("a") as metrics:
        while run.step < end:
            began, used = time.monotonic(), time.process_time()
            row = run.advance()
            row["steps_per_second"] = round(run.config.batch / (time.monotonic() - began), 1)
            row["steps_per_second_of_processor_time"] = round(run.config.batch / (time.process_time() - used), 1)
            metrics.write(json.dumps(row) + "\n")
            metrics.flush()
            print(json.dumps(row), file=sys.stderr, flush=True)
            if run.config.in_series(run.step):
                run.save_in_series()
            if time.monotonic() - saved > save_every:
                run.save()
                saved = time.monotonic()
    run.save()


def main(arguments: list[str] | None = None) -> int:
    """The command line; every field of `RewardConfig` is an option."""
    parser = argparse.ArgumentParser(prog="python -m training.reward", description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch (0: torch's choice)")
    parser.add_argument("--stop", type=int, default=None, help="pause after this update")
    for entry in fields(RewardConfig):
        flag = f"--{entry.name.replace('_', '-')}"
        if isinstance(entry.default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
        else:
            parser.add_argument(
                flag, type=type(entry.default), default=argparse.SUPPRESS, help=f"default: {entry.default}"
            )
    options = parser.parse_args(arguments)
    recipe = {entry.name: getattr(options, entry.name) for entry in fields(RewardConfig) if entry.name in options}
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        if options.resume:
            if recipe:
                raise MazescopeError("A run keeps its recipe when it is resumed.")
            run = RewardRun.resume(options.run)
        elif (options.run / CHECKPOINT).exists():
            raise MazescopeError(f"{options.run} already holds a run; go on with --resume or choose another folder.")
        else:
            run = RewardRun.start(RewardConfig(**recipe), options.run)
        train(run, stop=options.stop)
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
