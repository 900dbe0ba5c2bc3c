"""Sealing and opening streams that somebody else pushes or pulls: through a pipe, in a thread."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from recording.vault.age import Identity, unwrap_stream, wrap_stream

AGE_MAGIC = b"age-encryption.org/v1\n"
JOIN_SECONDS = 60.0


@contextlib.contextmanager
def sealing(target: BinaryIO, recipients: Sequence[str]) -> Iterator[BinaryIO]:
    """A stream whose bytes end up sealed in ``target``; plain where there are no recipients.

    Raises:
        VaultError, OSError: if ``target`` cannot be written, when the block ends.
    """
    if not recipients:
        yield target
        return
    pull, push = os.pipe()
    trouble: list[BaseException] = []

    def work() -> None:
        with os.fdopen(pull, "rb") as source:
            try:
                wrap_stream(source, target, recipients)
            except BaseException as error:
                trouble.append(error)

    thread = threading.Thread(target=work, name="sealing", daemon=True)
    thread.start()
    broken = False
    try:
        with os.fdopen(push, "wb") as stream:
            yield stream
    except BrokenPipeError:
        broken = True
        if not trouble:
            thread.join(JOIN_SECONDS)
        if not trouble:
            raise
    finally:
        if not broken:
            thread.join(JOIN_SECONDS)
    thread.join(JOIN_SECONDS)
    if trouble:
        raise trouble[0]


@contextlib.contextmanager
def opening(path: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """The plain bytes of a file, sealed or not, as a stream.

    Raises:
        LockedError: if none of the identities opens it.
        DamagedError: if it is changed or cut; also when the block ends.
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        sealed = file.read(len(AGE_MAGIC)) == AGE_MAGIC
        file.seek(0)
        if not sealed:
            yield file
            return
        pull, push = os.pipe()
        trouble: list[BaseException] = []
        enough = threading.Event()

        def work() -> None:
            with contextlib.suppress(BrokenPipeError), os.fdopen(push, "wb") as stream:
                try:
                    unwrap_stream(file, stream, identities, path.name)
                except BaseException as error:
                    if not enough.is_set():
                        trouble.append(error)

        thread = threading.Thread(target=work, name="opening", daemon=True)
        thread.start()
        try:
            with os.fdopen(pull, "rb") as stream:
                try:
                    yield stream
                    while stream.read(1 << 20):  # to the end, so that a cut shows
                        pass
                finally:
                    enough.set()
        except Exception:
            thread.join(JOIN_SECONDS)
            if trouble:
                raise trouble[0] from None  # why the stream ended where it did
            raise
        thread.join(JOIN_SECONDS)
        if trouble:
            raise trouble[0]


__all__ = ["AGE_MAGIC", "opening", "sealing"]
