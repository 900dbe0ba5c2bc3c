"""A fake manager server, and clients of it that are closed after each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.ami.client import AmiClient
from ivr.ami.fake import FakeAmi
from ivr.ami.limits import AmiTimes
from ivr.core.clock import FixedClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
QUICK = AmiTimes(action=5.0, ping_interval=60.0, backoff_first=0.01, backoff_cap=0.05)
FIXTURES = Path(__file__).parents[2] / "fixtures"

MakeClient = Callable[..., AmiClient]


@pytest.fixture
async def server() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as fake:
        yield fake


@pytest.fixture
async def make_client(server: FakeAmi) -> AsyncIterator[MakeClient]:
    made: list[AmiClient] = []

    def make(times: AmiTimes = QUICK, secret: str = "fake") -> AmiClient:
        client = AmiClient("127.0.0.1", server.port, "ivr", secret, clock=FixedClock(NOON), times=times)
        made.append(client)
        return client

    yield make
    for client in made:
        await client.close()
    leftover = [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("ami-")]
    assert leftover == []


@pytest.fixture
async def client(make_client: MakeClient) -> AmiClient:
    client = make_client()
    await client.connect()
    return client


@pytest.fixture
def recorded() -> Callable[[str], bytes]:
    """A recorded dialogue, as it was on the wire."""

    def read(name: str) -> bytes:
        return (FIXTURES / f"{name}.txt").read_bytes()

    return read
