"""Episodes one after another, as one of procgen's environments plays them: clock, reward, time-out, next level."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.errors import MazeError
from app.maze.game_rules import REWARD, TIMEOUT, step
from app.maze.generator import level
from app.maze.maze import Maze
from app.maze.moves import ACTIONS, MOVE_OF_ACTION
from app.maze.random_words import LARGEST_SEED, words


@dataclass(frozen=True)
class LevelStream:
    """The level seeds that one environment plays, in their order.

    Attributes:
        generator: seed of the environment's own generator of level seeds.
        low: the smallest level seed.
        count: how many level seeds there are from `low` on, at least 1.
    """

    generator: int
    low: int = 0
    count: int = LARGEST_SEED

    def seed(self, number: int) -> int:
        """The level seed of an episode, counted from 0; a signed 32-bit integer."""
        word = int(words(self.generator, number + 1)[number])
        return (self.low + word % self.count + 2**31) % 2**32 - 2**31


def level_streams(rand_seed: int, environments: int, num_levels: int = 0, start_level: int = 0) -> list[LevelStream]:
    """The streams of procgen's environments that were made together.

    Args:
        rand_seed: procgen's option: seed of the generator that gives each environment, in order, its own.
        environments: how many (`num` in gym3).
        num_levels: procgen's option: how many levels there are; 0 for all from 0 to 2^31 - 2, whatever `start_level`.
        start_level: procgen's option: the first level seed.
    """
    low, count = (start_level, num_levels) if num_levels else (0, LARGEST_SEED)
    return [LevelStream(int(word), low, count) for word in words(rand_seed, environments)]


@dataclass(frozen=True)
class Game:
    """An environment between two actions.

    Attributes:
        maze: as the policy sees it now.
        stream: the source of the next level.
        episode: number of the episode under way, from 0.
        clock: actions taken in it.
    """

    maze: Maze
    stream: LevelStream
    episode: int = 0
    clock: int = 0

    @property
    def level_seed(self) -> int:
        """The seed of the level under way."""
        return self.stream.seed(self.episode)


@dataclass(frozen=True)
class Turn:
    """Result of an action, as gym3's `observe` gives it.

    Attributes:
        game: the environment afterwards. Where the episode ended this is already the next level, as generated: the last
            picture of the old one is never shown.
        reward: 10 when the cheese was reached, else 0.
        first: whether the episode ended, and `game` is the beginning of the next.
    """

    game: Game
    reward: float
    first: bool


def new_game(world: int, stream: LevelStream) -> Game:
    """An environment before its first action.

    Args:
        world: side of the world in cells, 15 or 25.
        stream: its levels.

    Raises:
        MazeError: for another world.
    """
    return Game(level(world, stream.seed(0)), stream)


def act(game: Game, action: int) -> Turn:
    """Take one of procgen's 15 actions.

    The clock goes up first; the cheese counts on the step of the time-out too.

    Raises:
        MazeError: for an action that does not exist.
    """
    if not 0 <= action < ACTIONS:
        raise MazeError(f"Action {action} was found; procgen's actions are 0 to {ACTIONS - 1}.")
    clock = game.clock + 1
    maze, reached = step(game.maze, int(MOVE_OF_ACTION[action]))
    if not reached and clock < TIMEOUT:
        return Turn(replace(game, maze=maze, clock=clock), 0.0, False)
    episode = game.episode + 1
    following = Game(level(maze.world, game.stream.seed(episode)), game.stream, episode)
    return Turn(following, REWARD if reached else 0.0, True)
