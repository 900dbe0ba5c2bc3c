"""Round trips over FastAGI, ours against bare asyncio streams: ``scripts/bench agi``.

A peer in a process of its own stands for Asterisk: it opens the sessions, sends a recorded header and answers each
command at once, so that nothing but the engine's side and the loopback is measured. Ours and a handler of asyncio
streams (``write``, ``readline``, no time limit, no hangup, no check) take turns, round by round, in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import sys
import time
from pathlib import Path

from ivr.agi import AgiServer
from ivr.agi.request import AgiRequest
from ivr.agi.session import AgiSession

HEADER = Path(__file__).parents[1] / "fixtures" / "agi-menu-queue.txt"
WITHIN = 300.0  # seconds for one round
COMMAND = b"GET VARIABLE IVR_LANGUAGE\n"
ANSWER = b"200 result=1 (zh)\n"


def header() -> bytes:
    """The recorded header block."""
    lines = re.findall(r"^\[1 .*?<<ast (agi_.*)$", HEADER.read_text(), re.MULTILINE)
    return "".join(f"{line}\n" for line in lines).encode() + b"\n"


async def peer(port: int, sessions: int) -> None:
    """Asterisk's side: opens ``sessions`` connections to ``port`` and answers until they are closed."""
    greeting = header()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(greeting)
        while await reader.readline():
            writer.write(ANSWER)
        writer.close()

    await asyncio.gather(*(one() for _ in range(sessions)))


class Round:
    """The times of one round's commands, in seconds; each session begins at its own place in the pace."""

    def __init__(self, commands: int, pace: float, sessions: int) -> None:
        self.times: list[float] = []
        self._commands = commands
        self._pace = pace
        self._sessions = sessions
        self._begun = 0
        self._all = asyncio.Event()

    async def wait_for_all(self) -> float:
        """Returns when every session is there, and how long this one waits before its first command."""
        self._begun += 1
        place = self._begun / self._sessions
        if self._begun == self._sessions:
            self._all.set()
        await self._all.wait()
        return place * self._pace

    async def raw(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A session over bare streams."""
        while (await reader.readline()).strip():
            pass
        await asyncio.sleep(await self.wait_for_all())
        for _ in range(self._commands):
            began = time.perf_counter()
            writer.write(COMMAND)
            line = await reader.readline()
            self.times.append(time.perf_counter() - began)
            if not line.startswith(b"200"):
                raise SystemExit(f"not an answer: {line!r}")
            await asyncio.sleep(self._pace)
        writer.close()

    async def ours(self, _: AgiRequest, session: AgiSession) -> None:
        """The same session over ours."""
        await asyncio.sleep(await self.wait_for_all())
        for _number in range(self._commands):
            began = time.perf_counter()
            value = await session.get_variable("IVR_LANGUAGE")
            self.times.append(time.perf_counter() - began)
            if value != "zh":
                raise SystemExit(f"not an answer: {value!r}")
            await asyncio.sleep(self._pace)


async def measure(kind: str, sessions: int, commands: int, pace: float) -> dict[str, float]:
    """p50 and p99 of a round trip in microseconds, and the engine's CPU per command."""
    round_ = Round(commands, pace, sessions)
    if kind == "raw":
        server = await asyncio.start_server(round_.raw, "127.0.0.1", 0, backlog=1024)
        port = server.sockets[0].getsockname()[1]
    else:
        ours = AgiServer("127.0.0.1", 0, {"menu": round_.ours})
        await ours.start()
        port = ours.port
    cpu = time.process_time()
    asterisk = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.agi", "--peer", str(port), "--sessions", str(sessions)
    )
    try:
        async with asyncio.timeout(WITHIN):
            code = await asterisk.wait()
    finally:
        if asterisk.returncode is None:
            asterisk.kill()
            await asterisk.wait()
        if kind == "raw":
            server.close()
        else:
            await ours.stop()
    if code or len(round_.times) != sessions * commands:
        raise SystemExit(f"{kind}: the peer ended with {code} after {len(round_.times)} commands")
    cuts = statistics.quantiles(round_.times, n=100)
    per_command = (time.process_time() - cpu) / len(round_.times)
    return {"p50_us": cuts[49] * 1e6, "p99_us": cuts[98] * 1e6, "cpu_us": per_command * 1e6}


async def compare(sessions: int, rounds: int, commands: int, pace: float) -> dict[str, object]:
    """Both kinds in turn; medians over the rounds, and the ratios of each round."""
    found: dict[str, list[dict[str, float]]] = {"raw": [], "ours": []}
    for number in range(rounds):
        for kind in ("raw", "ours") if number % 2 == 0 else ("ours", "raw"):
            found[kind].append(await measure(kind, sessions, commands, pace))
    ratios = [ours["p50_us"] / raw["p50_us"] for raw, ours in zip(found["raw"], found["ours"], strict=True)]
    medians = {
        kind: {name: round(statistics.median(one[name] for one in each), 1) for name in each[0]}
        for kind, each in found.items()
    }
    return {"pace_s": pace, **medians, "p50_ratio": round(statistics.median(ratios), 3), "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=500, choices=range(1, 1001), metavar="1..1000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commands", type=int, default=40, help="commands of each session in a round")
    parser.add_argument("--peer", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        asyncio.run(peer(options.peer, options.sessions))
        return
    found = []
    for pace in (0.5, 0.0):
        found.append(asyncio.run(compare(options.sessions, options.rounds, options.commands, pace)))
        one = found[-1]
        what = f"a command each {pace:g} s" if pace else "as fast as they can"
        print(f"{options.sessions} sessions, {what}: raw {one['raw']}, ours {one['ours']}", file=sys.stderr)
        print(f"    p50 {one['p50_ratio']} times raw (target at most 1.5)", file=sys.stderr, flush=True)
    print(json.dumps({"command": "scripts/bench agi", "sessions": options.sessions, "found": found}))


if __name__ == "__main__":
    main()
