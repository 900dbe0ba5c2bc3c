"""Asterisk's side of the manager for benchmarks: recorded dialogues of real calls, over and over, as other calls.

Run by itself it serves one client: it prints its port, waits for a line on its input once somebody has logged in, then
sends. Each copy of a call has channels and ids of its own and the times of the recording; calls stand side by side.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from ivr.ami.fake import FakeAmi

FIXTURES = Path(__file__).parents[1] / "fixtures"
DIALOGUES = (
    "ami-menu-queue-agent-hangup.txt",
    "ami-queue-abandon.txt",
    "ami-queue-reject-then-answer-agent-hangup.txt",
)
SECRET = "bench"
QUEUE = "service"
MARKED = "6002"  # an extension of the demo's that no recorded call rings
# What manager.conf.j2 keeps away from us.
FILTERED = frozenset({"VarSet", "Newexten", "TestEvent", "RTCPSent", "DTMFBegin", "DTMFEnd"})
MARK_EVERY = 25  # events

_ID = re.compile(r"\b([0-9]{10})\.([0-9]{1,2})\b")  # a time has six digits behind its point
_CHANNEL = re.compile(r"(PJSIP/(?:anonymous|[0-9]+))-000000([0-9a-f]{2})")
_BRIDGE = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")


def recorded(filtered: bool) -> list[list[str]]:
    """The events of each dialogue; the recordings' own dialplan is made to look like ours.

    Args:
        filtered: without those that our manager user never gets.
    """
    dialogues = []
    for name in DIALOGUES:
        text = (FIXTURES / name).read_bytes().decode().replace("\r", "")
        text = re.sub(r"^Context: ", "Context: ivr-", text, flags=re.MULTILINE)
        text = text.replace("UserEvent: CallEnd", "UserEvent: IvrEnd").replace("\nHC: ", "\nSource: ")
        text = re.sub(r"^Queue: .*$", f"Queue: {QUEUE}", text, flags=re.MULTILINE)
        events = [block.strip("\n") for block in text.split("\n\n") if "\nUniqueid: " in block or "\nQueue: " in block]
        names = [re.match(r"(?:.*\n)*?Event: (\S+)", event) for event in events]
        dialogues.append(
            [
                event
                for event, kind in zip(events, names, strict=True)
                if kind and kind[1] not in ("Cdr", *(FILTERED if filtered else ()))
            ]
        )
    return dialogues


def copy_of(events: list[str], number: int) -> list[str]:
    """The same call as another one: ids and channel names of its own."""

    def renamed(text: str) -> str:
        text = _ID.sub(lambda found: f"{found[1]}.{number:06d}{found[2]:0>2}", text)
        text = _CHANNEL.sub(lambda found: f"{found[1]}-{number:06x}{found[2]}", text)
        return _BRIDGE.sub(lambda found: f"{number:08x}{found[1]}", text)

    return [renamed(event) for event in events]


def calls(dialogues: list[list[str]], count: int, at_once: int) -> Iterator[str]:
    """The events of ``count`` calls, ``at_once`` of them side by side."""
    for first in range(0, count, at_once):
        beside = [copy_of(dialogues[one % len(dialogues)], one) for one in range(first, min(count, first + at_once))]
        for row in zip_longest(*beside):
            yield from (event for event in row if event is not None)


def mark(number: int) -> str:
    """An agent's pause whose reason is a number."""
    return (
        f"Event: QueueMemberPause\nQueue: {QUEUE}\nMemberName: Kim\nInterface: PJSIP/{MARKED}\n"
        f"StateInterface: PJSIP/{MARKED}\nMembership: static\nPenalty: 0\nStatus: 1\nPaused: 1\n"
        f"PausedReason: {number}\nInCall: 0"
    )


async def serve(options: argparse.Namespace) -> None:
    """Greet, wait for the word, send, wait for the end of the input."""
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    events = list(calls(recorded(options.filtered), options.calls, options.at_once))
    async with FakeAmi(secret=SECRET) as server:
        print(server.port, flush=True)
        await told.readline()
        if options.rate:
            marks = await paced(server, events, options.rate)
        else:
            marks = []
            await server.replay("".join(f"{event}\n\n" for event in events), sizes=[65_536])
        print(json.dumps([len(events), marks]), flush=True)
        await told.read()


async def paced(server: FakeAmi, events: list[str], rate: float) -> list[float]:
    """Send ``rate`` events a second, every so many a mark among them; when each mark went, by the monotonic clock."""
    marks = []
    began = time.monotonic()
    for number, event in enumerate(events):
        late = began + number / rate - time.monotonic()
        if late > 0:
            await asyncio.sleep(late)
        await server.replay(f"{event}\n\n")
        if number % MARK_EVERY == 0:
            marks.append(time.monotonic())
            await server.replay(f"{mark(len(marks))}\n\n")
    return marks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--filtered", action="store_true")
    parser.add_argument("--rate", type=float, default=0.0, help="events a second; as fast as they are read without")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
