from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.core.errors import TelephonyError, UsageError
from ivr.softphones import instance, voice
from ivr.softphones.baresip import Account, Softphone
from ivr.softphones.events import Closed, Established, Registered, Ringing
from ivr.softphones.sounds import Sound, write_wav

from .noise import noise

FAKE = Path(__file__).parent / "fake_baresip.py"
MakePhone = Callable[..., Softphone]


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary files"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def phone(tmp_path: Path) -> MakePhone:
    modules = tmp_path / "mo dules"
    modules.mkdir()
    (modules / "ctrl_tcp.so").touch()

    def make(behaviour: str = "good", *, secret: str = "", **options: object) -> Softphone:
        account = Account("6001", 5060, secret)
        return Softphone([sys.executable, str(FAKE), behaviour], modules, account, **options)  # type: ignore[arg-type]

    return make


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_nothing_is_left_after_use(phone: MakePhone, own_temporary_folder: Path) -> None:
    async with phone() as used:
        (private,) = own_temporary_folder.iterdir()
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert is_running(used.pid)
    assert not is_running(used.pid)
    assert list(own_temporary_folder.iterdir()) == []


async def test_an_account_with_a_secret_is_registered_on_entering(phone: MakePhone) -> None:
    async with phone(secret="s3cret") as used:
        assert [type(event) for event in used.events] == [Registered]


async def test_a_refused_registration_leaves_nothing(phone: MakePhone, own_temporary_folder: Path) -> None:
    with pytest.raises(TelephonyError, match=r"softphone 6001: the registrar said '401 Unauthorized'"):
        await phone("refused", secret="s3cret").__aenter__()
    assert list(own_temporary_folder.iterdir()) == []


async def test_a_program_that_ends_at_once_tells_what_it_printed(phone: MakePhone, own_temporary_folder: Path) -> None:
    with pytest.raises(TelephonyError, match="Address already in use"):
        await phone("port-in-use").__aenter__()
    assert list(own_temporary_folder.iterdir()) == []


async def test_a_missing_program_and_missing_modules_are_named(tmp_path: Path) -> None:
    with pytest.raises(TelephonyError, match=r"no baresip modules \(ctrl_tcp\.so\) there"):
        await Softphone(["baresip"], tmp_path, Account("1", 5060)).__aenter__()
    (tmp_path / "ctrl_tcp.so").touch()
    with pytest.raises(TelephonyError, match=r"cannot start .*no-such-program"):
        await Softphone([str(tmp_path / "no-such-program")], tmp_path, Account("1", 5060)).__aenter__()


async def test_a_program_that_never_listens_is_given_up(
    phone: MakePhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "_START_WITHIN", 0.1)
    monkeypatch.setattr(instance, "_STARTS", 1)
    (tmp_path / "ctrl_tcp.so").touch()
    with pytest.raises(TelephonyError, match="did not start"):
        await Softphone(["sleep", "60"], tmp_path, Account("1", 5060)).__aenter__()


async def test_a_call_begins_and_ends(phone: MakePhone) -> None:
    async with phone() as used:
        outcome = await used.call("100", within=5)
        assert isinstance(outcome, Established)
        assert used.in_call
        closed = await used.hangup()
        assert closed is not None
        assert closed.reason == "Connection reset by user"
        assert not used.in_call
        assert [type(event) for event in used.events] == [Ringing, Established, Closed]


async def test_a_busy_line_is_a_result(phone: MakePhone) -> None:
    async with phone() as used:
        outcome = await used.call("busy", within=5)
        assert isinstance(outcome, Closed)
        assert outcome.reason == "486 Busy Here"


async def test_no_answer_in_time_is_an_error(phone: MakePhone) -> None:
    async with phone() as used:
        with pytest.raises(TelephonyError, match="no Established or Closed within"):
            await used.call("nobody", within=0.1)


async def test_hanging_up_without_a_call_is_no_error(phone: MakePhone) -> None:
    async with phone() as used:
        assert await used.hangup() is None


async def test_accepting_without_a_call_is_one(phone: MakePhone) -> None:
    async with phone() as used:
        with pytest.raises(TelephonyError, match="accept refused: could not answer call"):
            await used.accept()


async def test_digits_are_sent_one_by_one_until_the_other_side_hangs_up(phone: MakePhone) -> None:
    async with phone() as used:
        await used.call("100", within=5)
        assert await used.send_digits("12#", gap=0.01)
        assert not await used.send_digits("393", gap=0.05)
        sent = [line.split()[-1] for line in used.printed().splitlines() if line.startswith("command sndcode")]
        assert sent == ["1", "2", "#", "3", "9"]


@pytest.mark.parametrize("digits", ["", "1 2", "x", "1\n"])
async def test_other_keys_are_refused(phone: MakePhone, digits: str) -> None:
    async with phone() as used:
        with pytest.raises(UsageError, match="not keys of a telephone"):
            await used.send_digits(digits)


async def test_saying_takes_as_long_as_the_sound(phone: MakePhone, tmp_path: Path) -> None:
    write_wav(tmp_path / "hello.wav", noise(1, 0.2))
    async with phone() as used:
        await used.call("100", within=5)
        said = await used.say(tmp_path / "hello.wav")
        assert said.complete
        assert said.duration == pytest.approx(0.2)


async def test_saying_ends_with_the_call(phone: MakePhone, tmp_path: Path) -> None:
    write_wav(tmp_path / "long.wav", noise(1, 30))
    async with phone() as used:
        await used.call("100", within=5)
        speaking = asyncio.create_task(used.say(tmp_path / "long.wav"))
        await asyncio.sleep(0.05)
        await used.hangup()
        said = await asyncio.wait_for(speaking, 5)
        assert not said.complete
        assert said.duration < 30
        assert (await used.say(tmp_path / "long.wav")).duration == 0.0


async def test_a_file_of_another_rate_is_refused_with_a_cure(phone: MakePhone, tmp_path: Path) -> None:
    write_wav(tmp_path / "wide.wav", Sound(noise(1, 0.2).samples, 16000))
    async with phone() as used:
        await used.call("100", within=5)
        with pytest.raises(TelephonyError, match="16000 Hz — resample it to 8000 Hz"):
            await used.say(tmp_path / "wide.wav")
        with pytest.raises(TelephonyError, match="No such file"):
            await used.say(tmp_path / "none.wav")


async def test_silence_is_renewed_before_it_ends(phone: MakePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "SILENCE", 0.2)
    monkeypatch.setattr(voice, "RENEW_BEFORE", 0.1)
    async with phone() as used:
        await used.call("100", within=5)
        async with asyncio.timeout(5):
            while used.printed().count("command ausrc aufile,silence.wav") < 3:
                await asyncio.sleep(0.02)
        await used.hangup()


async def test_what_was_heard_is_there_after_the_call(phone: MakePhone, tmp_path: Path) -> None:
    async with phone(keep=tmp_path / "kept") as used:
        with pytest.raises(TelephonyError, match="after a call"):
            await used.heard()
        await used.call("100", within=5)
        with pytest.raises(TelephonyError, match="after a call"):
            await used.heard()
        await used.hangup()
        assert (await used.heard()).name == "heard-1.wav"
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["baresip.log", "heard-1.wav"]


async def test_a_phone_that_dies_fails_whoever_waits(phone: MakePhone, own_temporary_folder: Path) -> None:
    async with phone() as used:
        await used.call("100", within=5)
        waiting = asyncio.create_task(used.wait_for(Closed, within=30))
        await asyncio.sleep(0)
        os.kill(used.pid, signal.SIGKILL)
        with pytest.raises(TelephonyError, match="softphone 6001: baresip is gone"):
            await waiting
        assert not used.in_call
        with pytest.raises(TelephonyError, match="closed"):
            await used.dial("100")
    assert list(own_temporary_folder.iterdir()) == []


async def test_a_phone_that_dies_at_a_command_fails_the_command(phone: MakePhone, tmp_path: Path) -> None:
    write_wav(tmp_path / "hello.wav", noise(1, 5))
    async with phone("dies-speaking") as used:
        await used.call("100", within=5)
        with pytest.raises(TelephonyError, match="control connection closed"):
            await used.say(tmp_path / "hello.wav")


async def test_a_phone_that_will_not_quit_is_ended(
    phone: MakePhone, own_temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance, "_QUIT_WITHIN", 0.1)
    async with phone("stubborn") as used:
        pid = used.pid
    assert not is_running(pid)
    assert list(own_temporary_folder.iterdir()) == []


async def test_a_phone_not_entered_says_so(phone: MakePhone, tmp_path: Path) -> None:
    with pytest.raises(TelephonyError, match="async with"):
        await phone().dial("100")
    with pytest.raises(TelephonyError, match="async with"):
        await phone().say(tmp_path / "a.wav")
