"""One call as each person may see and hear it; what is heard is in the audit first."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden, NotFound
from ivr.console.security.permissions import Permission, Role
from ivr.console.security.person import Person
from ivr.console.services import call as calls
from ivr.console.services.call.models import CallView
from ivr.console.services.call.openings import LASTS, MOST, Opening, Openings
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.storage import audit, legal_holds
from ivr.storage.models import Audit, Call, Review, Step
from recording.vault import Vault, VaultError
from tests.unit.console.call.conftest import ADMIN, CARD, KIM, LEE, QA, console_of, person
from tests.unit.recording.keeping_room import NOW, RATE, KeepingRoom


async def audited(room: KeepingRoom) -> list[Audit]:
    async with room.database.read() as session:
        return list(reversed(await audit.list_rows(session, action="listen")))


def words(view: CallView) -> str:
    return "".join(word.text for one in view.transcript.utterances for word in one.words)


async def hear(console: Console, who: Person, call: int, **more: Any) -> np.ndarray[Any, np.dtype[np.int16]]:
    sound = await calls.sound(console, who, call, **more)
    try:
        with wave.open(io.BytesIO(sound.read(0, sound.size))) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    finally:
        sound.__exit__()


async def test_a_call_is_told_in_the_language_of_who_asks(console: Console, room: KeepingRoom) -> None:
    call = await room.call(caller="hello there", agent="good day welcome")
    found = await calls.look(console, QA, call)
    assert (found.outcome_name, found.agents) == ("answered", ["lee"])
    assert [(one.name, one.channel, one.offset, one.state) for one in found.tracks] == [
        ("caller", 0, 0.0, "closed"), ("lee", 1, 5.0, "closed"),
    ]  # fmt: skip
    said = [("".join(word.text for word in one.words), one.start) for one in found.transcript.utterances]
    assert said == [("hello there", 1.0), ("good day welcome", 6.0)]
    finding = found.verdicts.findings[0]
    assert (finding.rule, finding.mark, finding.at, finding.places) == ("opening", "pass", 6.0, [(6.0, 7.0)])
    assert [word.mark for word in found.transcript.utterances[1].words] == ["pass", "pass", "pass"]
    chinese = await calls.look(console, Person(2, "q", "q", Role.QA, language="zh"), call)
    assert (chinese.outcome_name, chinese.verdicts.findings[0].mark_name) == ("已接听", "合格")


async def test_numbers_are_masked_by_role(console: Console, room: KeepingRoom) -> None:
    call = await room.call()
    assert (await calls.look(console, ADMIN, call)).caller == "13800138000"
    assert "138001380" not in (await calls.look(console, QA, call)).model_dump_json()


async def test_an_agent_sees_and_hears_his_own_calls_and_does_not_learn_of_others(
    console: Console, room: KeepingRoom
) -> None:
    call = await room.call()
    assert (await calls.look(console, LEE, call)).id == call
    assert len(await hear(console, LEE, call)) == 20 * RATE
    services: list[Callable[[], Any]] = [
        lambda: calls.look(console, KIM, call),
        lambda: calls.sound(console, KIM, call),
        lambda: calls.peaks(console, KIM, call),
        lambda: calls.clip(console, KIM, call, 0, 1),
        lambda: calls.caller(console, KIM, call),
        lambda: calls.subtitles(console, KIM, call),
        lambda: calls.look(console, QA, call + 100),
    ]
    for service in services:
        with pytest.raises(NotFound):
            await service()
    assert [row.actor for row in await audited(room)] == ["agent"]


async def test_who_may_only_see_calls_hears_none(console: Console, room: KeepingRoom) -> None:
    call = await room.call()
    deaf = Person(3, "t", "t", Role.QA, scopes=frozenset({Permission.CALLS_ALL}))
    assert not (await calls.look(console, deaf, call)).sound.may_listen
    for service in (lambda: calls.sound(console, deaf, call), lambda: calls.clip(console, deaf, call, 0, 1)):
        with pytest.raises(Forbidden):
            await service()  # type: ignore[no-untyped-call]
    blind = Person(3, "t", "t", Role.QA, scopes=frozenset({Permission.LISTEN}))
    with pytest.raises(NotFound):
        await calls.sound(console, blind, call)
    assert not await audited(room)


async def test_an_opening_is_audited_once_before_it_is_heard(room: KeepingRoom) -> None:
    console = console_of(room)
    call = await room.call()
    for _ in range(3):
        await hear(console, QA, call, opening="one")
    assert [(row.actor, row.object, row.detail["opening"]) for row in await audited(room)] == [
        ("qa", f"call:{call}", "one")
    ]
    await hear(console, QA, call, opening="two")
    await hear(console, person(Role.SUPERVISOR, number=5), call, opening="one")
    await hear(console, person(Role.QA, session=8), call, opening="one")
    assert len(await audited(room)) == 4
    (await calls.sound(console, QA, call, opening="three", heard=False)).__exit__()
    assert len(await audited(room)) == 4, "how long it is, is not heard"
    assert len((await audited(room))[0].detail["recordings"]) == 2


async def test_openings_last_an_hour_and_their_memory_is_bounded() -> None:
    class Passing(FixedClock):
        at = 0.0

        def monotonic(self) -> float:
            return self.at

    clock, rows = Passing(NOW), []

    async def write() -> None:
        rows.append(1)

    openings = Openings(clock)
    one = Opening(1, 1, 1, "a", False)
    assert [await openings.once(one, write), await openings.once(one, write)] == [True, False]
    clock.at = LASTS
    assert await openings.once(one, write)
    for number in range(MOST):
        await openings.once(Opening(2, 1, number, "", False), write)
    assert await openings.once(one, write) and len(openings._until) == MOST


async def test_what_cannot_be_audited_is_not_heard(
    console: Console, room: KeepingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await room.call()

    async def fails(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(audit, "append", fails)
    with pytest.raises(OSError, match="no room"):
        await calls.sound(console, QA, call)


async def test_dictated_numbers_are_silent_and_masked_unless_somebody_may_and_wants_to_hear_them(
    console: Console, room: KeepingRoom
) -> None:
    call = await room.call(seconds=30, caller=CARD)
    found = await calls.look(console, ADMIN, call)
    assert found.sound.silenced == 1 and found.sound.notices
    assert "four" not in words(found) and "[redacted]" in words(found)
    assert "four two" not in await calls.subtitles(console, QA, call)
    sound = await hear(console, ADMIN, call)
    assert not sound[3 * RATE : 7 * RATE, 0].any() and sound[: RATE // 2, 0].any()
    wave_ = await calls.peaks(console, ADMIN, call, start=3, end=7, points=50)
    assert set(wave_.lanes[0].high) == {0}
    for service in (
        lambda: calls.look(console, QA, call, plain=True),
        lambda: calls.sound(console, QA, call, plain=True),
        lambda: calls.clip(console, LEE, call, 0, 5, plain=True),
    ):
        with pytest.raises(Forbidden):
            await service()  # type: ignore[no-untyped-call]
    assert "four two four" in words(await calls.look(console, ADMIN, call, plain=True))
    assert (await hear(console, ADMIN, call, plain=True))[3 * RATE : 7 * RATE, 0].any()
    assert [row.detail["plain"] for row in await audited(room)] == [False, True]
    async with room.database.read() as session:
        assert [row.actor for row in await audit.list_rows(session, action="unmask")] == ["admin"], (
            "to read is told too"
        )


async def test_sealed_it_is_heard_where_an_identity_is_and_nowhere_else(room: KeepingRoom, vault: Vault) -> None:
    call = await room.call()
    plain = await hear(console_of(room), QA, call)
    for row in ("1.1-caller.wav", "1.2-agent.wav"):
        vault.seal_file(room.folder / row)
        await room.change(row, sealed_at=NOW)
    assert (await hear(console_of(room, vault), QA, call) == plain).all()
    assert (await calls.look(console_of(room, vault), QA, call)).sound.state == "ready"
    stranger = console_of(room, Vault(vault.recipients))
    assert (await calls.look(stranger, QA, call)).sound.state == "locked"
    with pytest.raises(VaultError, match="no identity here"):
        await calls.sound(stranger, QA, call)
    with pytest.raises(VaultError):
        await calls.peaks(stranger, QA, call)
    assert len(await audited(room)) == 2, "what could not be opened was not heard"


@pytest.mark.parametrize(
    ("state", "told"),
    [("deleted", "deleted"), ("refused", "refused"), ("missing", "missing"), ("open", "open"), ("broken", "broken")],
)
async def test_why_there_is_nothing_to_hear_is_said(console: Console, room: KeepingRoom, state: str, told: str) -> None:
    call = await room.call()
    for file in ("1.1-caller.wav", "1.2-agent.wav"):
        await room.change(file, state=state)
    found = await calls.look(console, QA, call)
    assert (found.sound.state, found.sound.seconds) == (told, 0.0) and found.sound.message
    with pytest.raises(Conflict):
        await calls.sound(console, QA, call)
    assert not (await calls.peaks(console, QA, call)).lanes[0].low
    assert not await audited(room)


async def test_one_party_that_is_gone_is_said_and_the_other_heard(console: Console, room: KeepingRoom) -> None:
    call = await room.call()
    await room.change("1.1-caller.wav", state="refused")
    found = await calls.look(console, QA, call)
    assert found.sound.state == "ready" and found.sound.notices == ["caller: not recorded"]
    assert not (await hear(console, QA, call))[:, 0].any()


async def test_a_legal_hold_is_shown(console: Console, room: KeepingRoom) -> None:
    call = await room.call()
    async with room.database.write() as session:
        await legal_holds.place(session, call, reason="court", actor="wang", at=NOW)
    assert (await calls.look(console, QA, call)).held == ["2026-03-01 wang: court"]


async def test_who_scores_blind_sees_no_verdicts_until_he_has_submitted(console: Console, room: KeepingRoom) -> None:
    call = await room.call(agent="good day welcome")
    review = Review(
        call_id=call, agent="lee", kind="second", source="dispute", reviewer="qa", state="draft", opened_at=NOW,
        slot=f"second:{call}:lee", rulebook="b", rulebook_version="1", run="r",
    )  # fmt: skip
    async with room.database.write() as session:
        session.add(review)
    found = await calls.look(console, QA, call)
    assert not found.verdicts.findings and found.verdicts.hidden and not found.verdicts.judged_by
    assert {word.mark for one in found.transcript.utterances for word in one.words} == {""}
    assert not (await calls.verdicts(console, QA, call)).findings
    assert (await calls.verdicts(console, person(Role.SUPERVISOR), call)).findings
    async with room.database.write() as session:
        await session.execute(update(Review).values(state="submitted", submitted_at=NOW))
    assert (await calls.verdicts(console, QA, call)).findings


async def test_a_clip_is_the_stretch_asked_for_and_each_is_audited(console: Console, room: KeepingRoom) -> None:
    call = await room.call()
    for _ in range(2):
        data = await calls.clip(console, QA, call, 4.5, 6.0)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnframes(), file.getnchannels()) == (round(1.5 * RATE), 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert not sound[: RATE // 2 - 1, 1].any() and sound[RATE // 2 + 5 :, 1].any()
    assert [(row.detail["from"], row.detail["to"]) for row in await audited(room)] == [(4.5, 6.0)] * 2
    for start, end in ((0, 200), (3, 3), (30, 40)):
        with pytest.raises(UsageError):
            await calls.clip(console, QA, call, start, end)


async def test_earlier_calls_of_the_caller_are_listed_and_linked_for_who_may_see_them(
    console: Console, room: KeepingRoom
) -> None:
    first = await room.call(1, began=NOW - timedelta(days=3))
    second = await room.call(2, began=NOW - timedelta(days=40))
    call = await room.call(3)
    found = await calls.caller(console, QA, call)
    assert (found.calls, [one.call for one in found.contacts], found.region) == (2, [first], "Beijing")
    assert [one.call for one in (await calls.caller(console, LEE, call)).contacts] == [first]
    assert second not in [one.call for one in found.contacts]


async def test_subtitles_are_of_all_parties_in_order(console: Console, room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call(caller="hello <b>", agent="good day")
    found = await calls.subtitles(console, QA, call)
    assert found.startswith("WEBVTT") and found.index("hello &lt;b&gt;") < found.index("good day")
    assert "-->" in await calls.subtitles(console, QA, call, "srt")
    assert (
        await calls.subtitles(console, QA, call, "txt")
        == "[00:00:01.0] caller: hello <b>\n[00:00:06.0] lee: good day\n"
    )


async def test_keyed_telephone_numbers_are_masked_by_role_and_the_service_number_is_not(
    console: Console, room: KeepingRoom
) -> None:
    call = await room.call()
    async with room.database.write() as session:
        session.add(
            Step(call_id=call, seq=1, at=NOW, step="number", kind="input", event="digits",
                 detail={"digits": "13900139000"})
        )  # fmt: skip
        await session.execute(update(Call).values(number="4008001000"))
    told = [one.text for one in (await calls.look(console, QA, call)).events]
    assert "call to 4008001000" in told and "13900139000" not in str(told) and "digits [redacted]" in told
    assert "digits 13900139000" in [one.text for one in (await calls.look(console, ADMIN, call)).events]
