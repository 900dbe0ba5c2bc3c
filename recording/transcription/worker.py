"""A transcription worker: ``python -m recording.transcription.worker <model folder>``.

It speaks JSON, one object a line. In: ``{"do": "transcribe", "rate", "grammar", "threads", "bytes"}`` and after
that line as many bytes of sound, int16 little-endian, one channel; ``{"do": "unknown", "phrases", "bytes": 0}``.
Out: ``{"ready": true}`` once, then per request any number of ``{"progress": 0..1}`` and one ``{"result": ...}``
or ``{"error": text, "kind": ...}``.
It ends when its standard input does, at once, whatever it is doing: a dead parent leaves no worker behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from ivr.core.errors import QualityError
from recording.audio.wav import Sound
from recording.transcription.grammar import Grammar, spell
from recording.transcription.pipeline import SpeechEngine, transcribe

NICENESS = 5  # calls come first
Request = tuple[dict[str, Any], bytes]


def serve(engine: SpeechEngine, model: str, requests: queue.Queue[Request | None], out: TextIO) -> None:
    """Answer requests until the queue gives None."""
    say(out, {"ready": True})
    while (asked := requests.get()) is not None:
        try:
            say(out, {"result": answer(engine, model, *asked, out)})
        except QualityError as error:
            say(out, {"error": str(error), "kind": "sound"})
        except Exception as error:  # the parent must hear of whatever it is
            say(out, {"error": f"{type(error).__name__}: {error}", "kind": "worker"})


def answer(engine: SpeechEngine, model: str, request: dict[str, Any], payload: bytes, out: TextIO) -> Any:
    """The result of one request."""
    if request["do"] == "unknown":
        return sorted({word for phrase in request["phrases"] for word in spell(phrase, engine.knows)[1]})
    grammar = request["grammar"]
    return transcribe(
        engine,
        Sound(np.frombuffer(payload, dtype="<i2").astype(np.int16), int(request["rate"])),
        model=model,
        grammar=None if grammar is None else Grammar.from_dict(grammar),
        threads=int(request["threads"]),
        progress=lambda share: say(out, {"progress": round(share, 4)}),
    ).to_dict()


def say(out: TextIO, message: dict[str, Any]) -> None:
    """Write one message to the parent."""
    out.write(json.dumps(message, ensure_ascii=False) + "\n")
    out.flush()


def listen(source: BinaryIO, requests: queue.Queue[Request | None]) -> None:
    """Hand on the parent's requests; end the process when there are no more."""
    try:
        for line in source:
            request = json.loads(line)
            size = int(request["bytes"])
            payload = source.read(size)
            if len(payload) < size:
                break
            requests.put((request, payload))
    finally:
        os._exit(0)


def main() -> None:
    """Load the model, then serve the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    requests: queue.Queue[Request | None] = queue.Queue(maxsize=16)
    source = os.fdopen(os.dup(0), "rb")
    threading.Thread(target=listen, args=(source, requests), daemon=True).start()
    folder = Path(sys.argv[1])
    from recording.transcription.engine import Engine  # heavy, and may abort

    serve(Engine(folder), sys.argv[2] if len(sys.argv) > 2 else folder.name, requests, out)


if __name__ == "__main__":
    main()
