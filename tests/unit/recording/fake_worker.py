"""A worker that speaks the protocol without a model: ``python fake_worker.py MODE STATE_FILE``."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from recording.transcription.transcript import PIPELINE

RESULT = {
    "words": [{"word": "hello", "start": 0.5, "end": 0.9, "conf": 1.0}],
    "grammar_words": None,
    "speech": [[0.4, 1.0]],
    "snr_db": 30.0,
    "duration": 1.5,
    "model": "fake",
    "pipeline": PIPELINE,
}


def main() -> None:
    mode, state = sys.argv[1], Path(sys.argv[2])
    with state.open("a") as file:  # one mark for each start, even for several at once
        file.write("x")
    starts = len(state.read_text())
    if mode == "dead":
        print("no such model", file=sys.stderr)
        sys.exit(3)
    if mode == "killed-loading" or (mode == "killed-loading-once" and starts == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    print(json.dumps({"ready": True}), flush=True)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        if mode == "deaf":
            time.sleep(600)
        sys.stdin.buffer.read(request["bytes"])
        if mode == "always-dies" or (mode == "dies-once" and starts == 1):
            print("ASSERTION_FAILED in kaldi", file=sys.stderr, flush=True)
            os.abort()
        if mode == "kills-parent":
            os.kill(os.getppid(), signal.SIGKILL)
        if mode == "hangs":
            time.sleep(600)
        if mode == "complains":
            print(json.dumps({"error": "stereo", "kind": "sound"}), flush=True)
            continue
        print("a library prints something", flush=True)
        print(json.dumps({"progress": 0.5}), flush=True)
        result = ["zzz"] if request["do"] == "unknown" else RESULT
        print(json.dumps({"result": result}), flush=True)


if __name__ == "__main__":
    main()
