"""HTTP Range over the sound of a call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from ivr.console.api import ranges
from ivr.console.api.base import PERSON, PREFIX, answer_errors
from ivr.console.api.call import router
from ivr.console.api.ranges import wanted
from ivr.console.context import Console
from ivr.storage import audit
from recording.keeping.stereo import HEADER
from tests.unit.console.call.conftest import KIM, QA
from tests.unit.recording.keeping_room import KeepingRoom

SIZE = HEADER + 20 * 8000 * 4


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-", (0, 99)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-500", (0, 99)),
        ("BYTES = 5-6", (5, 6)),
        ("bytes=7-6", None),
        ("bytes=1-2,5-6", None),
        ("bytes=a-b", None),
        ("bytes=-", None),
        ("bytes=٣-", None),
        ("items=0-5", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_ranges_as_rfc_9110_reads_them(header: str, found: tuple[int, int] | None) -> None:
    assert wanted(header, 100) == found


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_ranges_behind_the_end_cannot_be_had(header: str) -> None:
    with pytest.raises(ValueError, match=r"behind|nothing"):
        wanted(header, 100)


@pytest.fixture
async def client(console: Console) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.console = console
    answer_errors(app)
    app.include_router(router, prefix=PREFIX)

    @app.middleware("http")
    async def somebody(request: Request, call_next):  # type: ignore[no-untyped-def]
        request.scope[PERSON] = KIM if request.headers.get("x-as") == "kim" else QA
        return await call_next(request)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        yield client


async def test_sound_is_sent_in_the_pieces_asked_for(client: httpx.AsyncClient, room: KeepingRoom) -> None:
    call = await room.call()
    path = f"{PREFIX}/calls/{call}/sound?opening=x"
    head = await client.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(SIZE), b"")
    async with room.database.read() as session:
        assert not await audit.list_rows(session)
    whole = await client.get(path)
    assert (whole.status_code, len(whole.content), whole.headers["accept-ranges"]) == (200, SIZE, "bytes")
    assert whole.headers["content-type"] == "audio/wav"
    part = await client.get(path, headers={"range": "bytes=100000-299999"})
    assert part.status_code == 206 and part.content == whole.content[100000:300000]
    assert part.headers["content-range"] == f"bytes 100000-299999/{SIZE}"
    beyond = await client.get(path, headers={"range": f"bytes={SIZE}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{SIZE}")
    tag = part.headers["etag"]
    same = await client.get(path, headers={"range": "bytes=0-9", "if-range": tag})
    other = await client.get(path, headers={"range": "bytes=0-9", "if-range": '"changed"'})
    assert (same.status_code, other.status_code) == (206, 200)
    async with room.database.read() as session:
        assert len(await audit.list_rows(session, action="listen")) == 1


async def test_refusals_are_told_as_such(client: httpx.AsyncClient, room: KeepingRoom) -> None:
    call = await room.call()
    kim = {"x-as": "kim"}
    for path in ("", "/sound", "/peaks", "/transcript", "/verdicts", "/subtitles", "/caller", "/clip?start=0&end=1"):
        assert (await client.get(f"{PREFIX}/calls/{call}{path}", headers=kim)).status_code == 404, path
        assert (await client.get(f"{PREFIX}/calls/{call}{path}")).status_code == 200, path
    for path, status in (
        ("0", 422),
        ("99999999999999999999", 422),
        (f"{call}/peaks?points=5000", 422),
        (f"{call}/clip?start=0&end=500", 422),
        (f"{call}/clip?start=nan&end=5", 422),
        (f"{call}/sound?opening=%3Cb%3E", 422),
        (f"{call}/sound?plain=true", 403),
    ):
        answer = await client.get(f"{PREFIX}/calls/{path}")
        assert answer.status_code == status, path
        assert answer.json()["error"]


async def test_sounds_sent_at_once_are_bounded_and_counted_down(
    client: httpx.AsyncClient, console: Console, room: KeepingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{PREFIX}/calls/{await room.call()}/sound"
    assert (await client.get(path)).status_code == 200
    assert not console.parts["sounds being sent"]
    monkeypatch.setattr(ranges, "EACH", 0)
    refused = await client.get(path)
    assert refused.status_code == 429 and refused.headers["retry-after"]
