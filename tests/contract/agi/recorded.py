"""Reads the recorded AGI dialogues, and plays Asterisk's side of one to a running server."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path

from ivr.agi.quote import split_command

FIXTURE = Path(__file__).parents[2] / "fixtures" / "agi-menu-queue.txt"

_LINE = re.compile(r"\[(\d+) +[\d.]+\] (<<ast|>>py ) ?(.*)\Z")


@dataclass
class Exchange:
    """One command and what Asterisk sent for it, a HANGUP line before the reply included."""

    command: str
    answer: bytes = b""


@dataclass
class Dialogue:
    """One recorded call."""

    header: bytes = b""
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def stream(self) -> bytes:
        """Everything Asterisk sent."""
        return self.header + b"".join(exchange.answer for exchange in self.exchanges)


def read_dialogues() -> dict[int, Dialogue]:
    """The recorded calls by number. The recording client took HANGUP for a reply; here answers are put right again."""
    dialogues: dict[int, Dialogue] = {}
    sent: dict[int, list[str]] = {}
    for line in FIXTURE.read_text(encoding="utf-8").splitlines():
        found = _LINE.match(line)
        assert found, line
        number, who, text = int(found[1]), found[2], found[3]
        dialogue = dialogues.setdefault(number, Dialogue())
        if who == "<<ast":
            if text != "EOF":
                sent.setdefault(number, []).append(text)
        elif text != "EOF" and not text.startswith("EXC "):
            dialogue.exchanges.append(Exchange(text))
    for number, dialogue in dialogues.items():
        lines = sent[number]
        end = lines.index("") + 1
        dialogue.header = _bytes(lines[:end])
        answers: list[list[str]] = [[]]
        usage = False
        for line in lines[end:]:
            answers[-1].append(line)
            usage = line.startswith("520-") or (usage and not line.startswith("520 "))
            if not usage and line != "HANGUP":
                answers.append([])
        assert answers.pop() == []
        for exchange, answer in zip(dialogue.exchanges, answers, strict=False):
            exchange.answer = _bytes(answer)
    return dialogues


def _bytes(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


class Replay:
    """Asterisk's side of one recorded call. Closes where the recording has no answer any more."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.mismatches: list[tuple[str, str]] = []
        self.probes = 0

    async def play(self, port: int) -> None:
        """Call the server on ``port`` and play the call to its end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(self._dialogue.header)
        left = list(self._dialogue.exchanges)
        try:
            while line := (await reader.readline()).decode().removesuffix("\n"):
                expected = left[0] if left else Exchange("")
                if line == "CHANNEL STATUS" and expected.command != line:
                    self.probes += 1  # our session asks this after -1; the recording client did not
                    writer.write(b"200 result=6\n")
                    continue
                recorded = expected.command
                if recorded.startswith("RECORD FILE"):
                    recorded = recorded.removesuffix(" 0")  # an offset of 0, which our session leaves out
                if split_command(line) != split_command(recorded):
                    self.mismatches.append((line, expected.command))
                if not expected.answer:
                    break
                left.pop(0)
                writer.write(expected.answer)
        finally:
            writer.close()
            await writer.wait_closed()
