from __future__ import annotations

import json
import re
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.core.errors import TelephonyError, UsageError
from ivr.softphones import sipp
from ivr.softphones.scenario import Ending, Plan, render_keys, render_scenario
from ivr.softphones.sipp import SippCaller, SippResult
from ivr.softphones.sounds import write_wav

from .noise import noise

FAKE = Path(__file__).parent / "fake_sipp.py"


def steps(plan: Plan, sound: str = "") -> list[str]:
    """What the scenario does, in order: ``send INVITE``, ``recv 200``..."""
    done = []
    for step in ElementTree.fromstring(render_scenario(plan, sound_file=sound)):
        if step.tag == "send":
            done.append(f"send {(step.text or '').split()[0]}")
        elif step.tag == "recv":
            optional = " (maybe)" if step.get("optional") else ""
            done.append(f"recv {step.get('response') or step.get('request')}{optional}")
        elif step.tag == "pause":
            done.append(f"pause {step.get('milliseconds')}")
        else:
            done.append(step.tag)
    return done


def test_a_caller_holds_and_hangs_up() -> None:
    assert steps(Plan(extension="100", hold=1.5))[3:] == [
        "recv 183 (maybe)",
        "recv 200",
        "send ACK",
        "pause 1500",
        "send BYE",
        "recv 200",
    ]


def test_a_caller_with_a_sound_streams_it() -> None:
    assert "nop" in steps(Plan(extension="100"), "sound.ul")
    assert 'rtp_stream="sound.ul,-1,0"' in render_scenario(Plan(extension="100"), sound_file="sound.ul")


def test_keys_are_ends_of_events_with_pauses_between() -> None:
    payloads = render_keys(Plan(extension="100", keys="1*1", keys_after=0.3, keys_gap=0.3))
    packets = [payloads[start : start + 50] for start in range(0, len(payloads), 50)]
    pressed = [(number, packet[0]) for number, packet in enumerate(packets) if packet[1] & 0x80]
    assert pressed == [(10, 1), (20, 10), (30, 1)]  # every 30 ms a packet; 10 is the star
    assert len(packets) == 40
    assert 'rtp_stream="keys.bin,1,101,iLBC/8000"' in render_scenario(Plan(extension="100"), keys_file="keys.bin")


@pytest.mark.parametrize("keys", ["x", "1 2", "1\n"])
def test_other_keys_are_refused(keys: str) -> None:
    with pytest.raises(UsageError, match="sipp plan: keys"):
        Plan(extension="100", keys=keys)


def test_the_line_may_end_the_call() -> None:
    assert steps(Plan(extension="100", hold=20, ending=Ending.LINE))[-2:] == ["recv BYE", "send SIP/2.0"]


def test_a_caller_who_gives_up_cancels_the_very_invite() -> None:
    plan = Plan(extension="100", hold=0.3, ending=Ending.CANCEL)
    assert steps(plan)[3:] == ["recv 180", "pause 300", "send CANCEL", "recv 200", "recv 487", "send ACK"]
    sent = [step.text or "" for step in ElementTree.fromstring(render_scenario(plan)) if step.tag == "send"]
    assert len({re.findall(r"branch=(\S+)", message)[0] for message in sent}) == 1  # RFC 3261, 9.1 and 17.1.1.3
    assert [re.findall(r"CSeq: (.*)", message)[0] for message in sent] == ["1 INVITE", "1 CANCEL", "1 ACK"]


def test_every_request_says_who_calls() -> None:
    for step in ElementTree.fromstring(render_scenario(Plan(extension="100", number="+8610"))):
        if step.tag == "send":
            assert "<sip:+8610@" in (step.text or "")


@pytest.mark.parametrize("number", ["", "1 2", "1]]>", '1"', "1\r\nRoute: x", "[field0]"])
def test_a_hostile_number_is_refused(number: str) -> None:
    with pytest.raises(UsageError, match="sipp plan: number"):
        Plan(extension="100", number=number)
    with pytest.raises(UsageError, match="sipp plan: extension"):
        Plan(extension=number)


@pytest.mark.parametrize("values", [{"calls": 0}, {"at_once": 0}, {"rate": 0}, {"hold": -1}, {"hold": 1e9}])
def test_a_senseless_plan_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="sipp plan"):
        Plan(extension="100", **values)  # type: ignore[arg-type]


def caller(behaviour: str, tmp_path: Path) -> SippCaller:
    return SippCaller([sys.executable, str(FAKE), behaviour, str(tmp_path / "seen.json")], 5060)


async def test_the_last_counts_are_read(tmp_path: Path) -> None:
    result = await caller("good", tmp_path).run(Plan(extension="100", calls=3))
    assert result == SippResult(3, 0)


async def test_how_sipp_is_called(tmp_path: Path) -> None:
    await caller("good", tmp_path).run(Plan(extension="100", calls=3, rate=2.5, at_once=7), within=9)
    words = json.loads((tmp_path / "seen.json").read_text())
    options = dict(pairwise(words))
    assert words[0] == "127.0.0.1:5060"
    assert (options["-m"], options["-r"], options["-rp"], options["-l"], options["-timeout"]) == (
        "3",
        "25",
        "10000",
        "7",
        "9",
    )
    assert options["-i"] == options["-mi"] == "127.0.0.1"
    assert "-nostdin" in words


async def test_failed_calls_are_a_result_with_reasons(tmp_path: Path) -> None:
    result = await caller("one-fails", tmp_path).run(Plan(extension="100", calls=3))
    assert (result.successful, result.failed) == (2, 1)
    assert "404 Not Found" in result.reasons


@pytest.mark.parametrize(("behaviour", "said"), [("too-few", r"made \(1, 0\)"), ("silent", "no such option")])
async def test_a_run_that_tells_too_little_is_an_error(tmp_path: Path, behaviour: str, said: str) -> None:
    with pytest.raises(TelephonyError, match=said):
        await caller(behaviour, tmp_path).run(Plan(extension="100", calls=3))


async def test_a_run_without_end_is_ended_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sipp, "_MARGIN", 0.1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(TelephonyError, match=r"did not end within 0\.2 s"):
        await caller("hangs", tmp_path).run(Plan(extension="100"), within=0.2)
    assert not list(tmp_path.glob("sipp-*"))


async def test_the_sound_is_turned_into_mulaw(tmp_path: Path) -> None:
    write_wav(tmp_path / "hello.wav", noise(1, 0.5))
    await caller("good", tmp_path).run(Plan(extension="100", calls=3, sound=tmp_path / "hello.wav"))
    assert "sound.ul,-1,0" in (tmp_path / "seen.xml").read_text()


async def test_an_unreadable_sound_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TelephonyError, match="not a readable WAV file"):
        await caller("good", tmp_path).run(Plan(extension="100", sound=tmp_path / "none.wav"))
