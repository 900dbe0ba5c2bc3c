"""Calls that wait to be judged: two-party recordings put together from the demo's voices, in a real database."""

from __future__ import annotations

import asyncio
import hashlib
import random
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ivr.core.settings import Settings
from ivr.storage import jobs
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Call, Leg, QueueVisit, Recording
from recording.worker import KIND

RATE = 8000
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GREETINGS = ("agent-1-greet", "agent-2-greet")
LINES = ("agent-1-hold", "agent-1-sorry", "agent-1-confirm", "agent-2-forbidden-cannot", "agent-2-help", "agent-1-more")
ENDINGS = ("agent-1-bye", "agent-1-thanks", "agent-2-thanks", "agent-1-farewell")
CALLERS = ("caller-1-card-lost", "caller-1-card-stop", "caller-2-bill-check", "caller-2-bill-high", "caller-1-no-more")

Samples = NDArray[np.int16]


def clip(name: str) -> Samples:
    """One line of the demo's voices: int16, 8000 Hz."""
    with (files("ivr.demo.speech") / f"{name}.wav").open("rb") as file:
        samples, rate = soundfile.read(file, dtype="int16")
    assert rate == RATE
    return np.asarray(samples, np.int16)


def party(lines: list[Samples], pauses: list[float], noise: np.random.Generator) -> Samples:
    """Lines one after another with pauses (seconds) before each and after the last, on a soft line noise."""
    parts: list[Samples] = []
    for pause, line in zip(pauses, [*lines, np.zeros(0, np.int16)], strict=True):
        parts += [np.zeros(round(pause * RATE), np.int16), line]
    whole = np.concatenate(parts).astype(np.float64)
    return np.clip(np.rint(whole + noise.standard_normal(len(whole)) * 10), -32768, 32767).astype(np.int16)


def two_parties(number: int) -> dict[str, Samples]:
    """The agent's and the caller's sound of call ``number``; the same number gives the same sound."""
    choose = random.Random(number)
    noise = np.random.default_rng(number)
    said = [clip(choose.choice(GREETINGS)), clip(choose.choice(LINES)), clip(choose.choice(ENDINGS))]
    asked = clip(choose.choice(CALLERS))
    pauses = [0.4, len(asked) / RATE + 0.8, choose.uniform(0.5, 1.5), 0.4]
    return {
        "agent": party(said, pauses, noise),
        "caller": party([asked], [0.8 + len(said[0]) / RATE, 1.5], noise),
    }


def prepare(settings: Settings, count: int) -> None:
    """A home whose database holds ``count`` calls that wait, with their recordings."""
    settings.recordings.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    asyncio.run(_fill(settings, count))


async def _fill(settings: Settings, count: int) -> None:
    async with Database(settings.database) as database:
        for number in range(1, count + 1):
            call = _call(settings.recordings, number)
            async with database.write() as session:
                session.add(call)
                await session.flush()
                await jobs.enqueue(session, KIND, call.id, call.started_at)


def _call(folder: Path, number: int) -> Call:
    linkedid, uniqueid = f"{1700000000 + number}.1", f"{1700000000 + number}.2"
    begins = BEGAN + timedelta(minutes=number)
    connected = begins + timedelta(seconds=5)
    recordings, seconds = [], 0.0
    for role, samples in two_parties(number).items():
        file = f"{linkedid if role == 'caller' else uniqueid}-{role}.wav"
        soundfile.write(str(folder / file), samples, RATE, subtype="PCM_16")
        seconds = max(seconds, len(samples) / RATE)
        recordings.append(
            Recording(
                linkedid=linkedid,
                uniqueid=linkedid if role == "caller" else uniqueid,
                role=role,
                agent="lee" if role == "agent" else "",
                file=file,
                started_at=connected,
                closed_at=connected + timedelta(seconds=len(samples) / RATE),
                rate=RATE,
                frames=len(samples),
                sha256=hashlib.sha256((folder / file).read_bytes()).hexdigest(),
                state="closed",
            )
        )
    ended = connected + timedelta(seconds=seconds)
    visit = QueueVisit(
        queue="drill",
        joined_at=begins + timedelta(seconds=1),
        connected_at=connected,
        completed_at=ended,
        agent="lee",
        outcome="answered",
    )
    leg = Leg(uniqueid=uniqueid, role="agent", agent="lee", started_at=begins, answered_at=connected, ended_at=ended)
    return Call(
        linkedid=linkedid,
        number="1000",
        language="ko-KR",
        started_at=begins,
        ended_at=ended,
        outcome="answered",
        legs=[leg],
        visits=[visit],
        recordings=recordings,
    )
