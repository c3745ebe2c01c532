"""Autosave and recovery: a copy of the unsaved document that survives a crash."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from app.document.document import State
from app.document.session_file import LARGEST, SUFFIX, Session, from_json, to_json
from app.errors import MazescopeError, SessionError
from app.io.atomic import write_atomically
from app.io.json_file import json_bytes, read_json

FOLDER: Final = "autosave"
KEPT_DAYS: Final = 30
STALE_SECONDS: Final = 3600
"""Age at which a lock without a file, or a file that was never finished, is what a killed run left: no start takes
longer."""


@dataclass(frozen=True)
class Recovered:
    """A document that an earlier run of the program left unsaved.

    Attributes:
        file: the autosave; `discard` removes it.
        path: the session file it belongs to, or None for one that never had a file.
        session: what was open.
    """

    file: Path
    path: Path | None
    session: Session
    _claim: FileLock | None = field(default=None, repr=False, compare=False)

    @property
    def time(self) -> float:
        """The time of writing, in seconds since the epoch."""
        return self.file.stat().st_mtime

    def discard(self) -> None:
        """Remove the autosave."""
        self.file.unlink(missing_ok=True)
        if self._claim is not None:
            _remove(self._claim)

    def put_aside(self) -> Path:
        """Keep what the user does not want now as a session file of its own, and say where.

        It goes into the folder `kept` of the autosaves' own; files there that are older than `KEPT_DAYS` are removed.

        Raises:
            OSError: when it cannot be read again or written; what there is of the autosave is then still there.
        """
        folder = self.file.parent / "kept"
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"*{SUFFIX}"):
            if _age(old) > KEPT_DAYS * 86400:
                old.unlink(missing_ok=True)
        name = self.path.stem if self.path is not None else "unsaved"
        stamp = time.strftime("%Y-%m-%d %H-%M-%S", time.localtime(self.time))
        kept = folder / f"{name} {stamp}{SUFFIX}"
        number = 1
        while kept.exists():
            number += 1
            kept = folder / f"{name} {stamp} ({number}){SUFFIX}"
        try:
            content = read_json(self.file, LARGEST, "an autosave", SessionError)["session"]
        except (SessionError, KeyError, TypeError) as error:
            raise OSError(errno.EIO, "its file cannot be read any more") from error
        write_atomically(kept, json_bytes(content))
        self.discard()
        return kept


class Autosave:
    """Keeps one file with the unsaved state of this process's document.

    Args:
        state_folder: the program's folder for state that is the user's (platformdirs' user_state_dir).

    The file is in `state_folder/autosave`, one for each running program, and names the session file it belongs to.
    It is removed when the document is saved or closed properly. Next to it is a lock, which the system releases when
    the program ends in whatever way: a file whose lock is free was left by a crash. Whoever finds such a file takes its
    lock, so that of two programs that start at once only one offers it.
    """

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file = self._folder / f"{os.getpid()}-{time.time_ns():x}.json"
        self._lock = FileLock(self.file.with_suffix(".lock"))
        self._lock.acquire()
        self._claims: list[FileLock] = []

    def keep(self, state: State, view: Mapping[str, Any], path: Path | None) -> None:
        """Write the state as it is now.

        Raises:
            OSError: when it cannot be written.
        """
        folder = None if path is None else path.parent
        found = {"session_path": None if path is None else str(path.absolute())}
        write_atomically(self.file, json_bytes({**found, "session": to_json(state, view, folder)}))

    def drop(self) -> None:
        """Remove the file: everything is saved, or the user chose not to."""
        self.file.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the file and its lock: the program ends as it should. What was found and not dealt with stays."""
        self.drop()
        _remove(self._lock)
        for claim in self._claims:
            claim.release()
        self._claims.clear()

    def left_behind(self) -> tuple[Recovered, ...]:
        """The files of crashed runs, newest first; no other program is offered them until this one is closed.

        Files that cannot be read are put aside as `.unreadable`, not lost. Locks and unfinished files of killed runs
        are removed.
        """
        found = []
        for file in sorted(self._folder.glob("*.json"), key=_age):
            claim = None if file == self.file else _claimed(file)
            if claim is None:
                continue
            try:
                found.append(_read(file, claim))
                self._claims.append(claim)
            except (OSError, ValueError, KeyError, TypeError, MazescopeError):
                with contextlib.suppress(OSError):
                    file.replace(file.with_suffix(".unreadable"))
                _remove(claim)
        self._sweep()
        return tuple(found)

    def _sweep(self) -> None:
        """Remove what killed runs left besides their files."""
        for lock in self._folder.glob("*.lock"):
            if not lock.with_suffix(".json").exists() and _age(lock) > STALE_SECONDS:
                claim = _locked(lock)
                if claim is not None:
                    _remove(claim)
        for unfinished in self._folder.glob(".*.part"):
            if _age(unfinished) > STALE_SECONDS:
                with contextlib.suppress(OSError):
                    unfinished.unlink()


def _age(file: Path) -> float:
    """Seconds since a file was written; 0 for one that another program has just removed."""
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return 0.0


def _claimed(file: Path) -> FileLock | None:
    """The lock of an autosave, held from now on; None while a running program holds it, or when the file is gone."""
    claim = _locked(file.with_suffix(".lock")) if file.exists() else None
    if claim is not None and not file.exists():
        # The program that held it has dealt with the file meanwhile.
        _remove(claim)
        return None
    return claim


def _locked(path: Path) -> FileLock | None:
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return None
    return lock


def _remove(lock: FileLock) -> None:
    """Release a lock and remove its file."""
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink()


def _read(file: Path, claim: FileLock) -> Recovered:
    content = read_json(file, LARGEST, "an autosave", SessionError)
    path = None if content["session_path"] is None else Path(content["session_path"])
    return Recovered(file, path, from_json(content["session"], None if path is None else path.parent), claim)
