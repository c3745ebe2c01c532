"""The user's named sets of channels, shared by all panels of the window and kept between starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.errors import PatchError
from app.interventions.channel_sets import ChannelSet, load_sets, save_sets
from app.policy.layers import canonical
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic


class ChannelSets(QObject):
    """The sets of one file, read when they are first asked for.

    Signals:
        changed(): sets were kept or removed.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs, path: Path) -> None:
        super().__init__(jobs)
        self._jobs, self._path = jobs, path
        self._sets: tuple[ChannelSet, ...] | None = None
        self._readable = True

    @property
    def sets(self) -> tuple[ChannelSet, ...]:
        """All sets, by name; none where the file cannot be read, which the user is told."""
        if self._sets is None:
            self._sets = ()
            try:
                if self._path.exists():
                    self._sets = load_sets(self._path)
            except PatchError as error:
                self._readable = False
                self._jobs.report(str(error), about=Topic.CHANNELS)
        return self._sets

    def named(self, name: str, layer_name: str) -> ChannelSet | None:
        """The set of a layer that is called so, whatever the case of its letters."""
        wanted = name.strip().casefold(), canonical(layer_name)
        return next((each for each in self.sets if (each.name.casefold(), each.layer) == wanted), None)

    def keep(self, sets: Sequence[ChannelSet]) -> bool:
        """Add sets; those of the same name make way. False, and the user is told, where they cannot be saved."""
        names = {each.name.casefold() for each in sets}
        return self._save([*(each for each in self.sets if each.name.casefold() not in names), *sets])

    def remove(self, name: str) -> None:
        """Take a set out."""
        self._save([each for each in self.sets if each.name != name])

    def _save(self, sets: Sequence[ChannelSet]) -> bool:
        ordered = tuple(sorted(sets, key=lambda each: each.name.casefold()))
        try:
            if not self._readable:
                raise PatchError(f"{self._path} cannot be read, so it was left unchanged; move it away first.")
            save_sets(self._path, ordered)
        except PatchError as error:
            self._jobs.report(str(error), about=Topic.CHANNELS)
            return False
        self._sets = ordered
        self.changed.emit()
        return True
