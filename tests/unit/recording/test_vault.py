from __future__ import annotations

import hashlib
import io
import os
import wave
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recording.vault import DamagedError, Identity, LockedError, Vault, VaultError, locate
from recording.vault.container import CHUNK, FILE_SLOT_SIZE, TAG, read_head, read_slots
from recording.vault.files import rewrap_file

ME, ESCROW, STRANGER = Identity.new(), Identity.new(), Identity.new()
VAULT = Vault([ME.recipient, ESCROW.recipient], [ME])
SEALER = Vault([ME.recipient, ESCROW.recipient])


def put(folder: Path, content: bytes, name: str = "1.1-caller.wav") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def sealed(folder: Path, content: bytes, name: str = "1.1-caller.wav", vault: Vault = SEALER) -> Path:
    return vault.seal_file(put(folder, content, name))


def body_of(path: Path) -> int:
    with path.open("rb") as file:
        return read_head(file, path.name).body


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_who_seals_cannot_open_and_every_recipient_can(tmp_path: Path, length: int) -> None:
    content = os.urandom(length)
    path = put(tmp_path, content)
    target = SEALER.seal_file(path, hashlib.sha256(content).hexdigest())
    assert [one.name for one in tmp_path.iterdir()] == ["1.1-caller.wav.sealed"]
    assert target.stat().st_size == body_of(target) + length + TAG * max(1, -(-length // CHUNK))
    if length > 100:
        assert content[:100] not in target.read_bytes()
    for identity in (ME, ESCROW):
        with Vault([], [identity]).open_file(path) as file:
            assert file.read() == content
    assert VAULT.digest(path) == VAULT.digest(target) == hashlib.sha256(content).hexdigest()
    for vault in (SEALER, Vault(), Vault([], [STRANGER])):
        with pytest.raises(LockedError, match="sealed, and no identity"):
            vault.open_file(path)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    length=st.integers(0, 3 * CHUNK + 7),
    moves=st.lists(st.tuples(st.integers(0, 4 * CHUNK), st.integers(-1, 2 * CHUNK)), max_size=8),
)
def test_seeking_and_reading_gives_what_a_plain_file_gives(
    tmp_path: Path, length: int, moves: list[tuple[int, int]]
) -> None:
    content = os.urandom(length)
    plain = io.BytesIO(content)
    with VAULT.open_file(sealed(tmp_path, content)) as file:
        for position, count in moves:
            assert file.seek(position) == plain.seek(position)
            assert file.read(count) == plain.read(count)
            assert file.tell() == plain.tell()
        assert file.seek(0, os.SEEK_END) == length


def test_only_the_chunks_asked_for_are_opened(tmp_path: Path) -> None:
    content = os.urandom(4 * CHUNK)
    target = sealed(tmp_path, content)
    raw = bytearray(target.read_bytes())
    raw[body_of(target) + 5] ^= 1  # in the first chunk
    target.write_bytes(raw)
    with VAULT.open_file(target) as file:
        file.seek(2 * CHUNK + 10)
        assert file.read(100) == content[2 * CHUNK + 10 :][:100]
        file.seek(0)
        with pytest.raises(DamagedError, match="bytes 0 to 65536"):
            file.read(1)


def test_wave_reads_a_sealed_file(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 1000)
    VAULT.seal_file(path)
    with VAULT.open_file(path) as file, wave.open(file) as sound:
        sound.setpos(60000)
        assert (sound.getnframes(), sound.readframes(4)) == (128000, (bytes(range(256)) * 1000)[120000:120008])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_changed_bit_is_found_or_changes_nothing(tmp_path: Path, where: float, bit: int) -> None:
    """Only the slot not in force and the filling of a slot may change without a word."""
    content = bytes(range(256)) * 300
    target = sealed(tmp_path, content)
    raw = bytearray(target.read_bytes())
    raw[int(where * len(raw))] ^= 1 << bit
    target.write_bytes(raw)
    try:
        with VAULT.open_file(target) as file:
            assert file.read() == content
        assert int(where * len(raw)) < body_of(target)
    except VaultError as error:
        assert target.name in str(error)


def change_cut(raw: bytes, start: int) -> bytes:
    return raw[:-1]


def change_cut_chunk(raw: bytes, start: int) -> bytes:
    return raw[: start + CHUNK + TAG]


def change_longer(raw: bytes, start: int) -> bytes:
    return raw + b"x"


def change_order(raw: bytes, start: int) -> bytes:
    size = CHUNK + TAG
    return raw[:start] + raw[start + size : start + 2 * size] + raw[start : start + size] + raw[start + 2 * size :]


def change_length(raw: bytes, start: int) -> bytes:
    """Cut to one chunk, with a head that says so: the last chunk is not marked as the last."""
    head = bytearray(raw[:start])
    head[12:20] = CHUNK.to_bytes(8, "big")
    return bytes(head) + raw[start : start + CHUNK + TAG]


def change_slots(raw: bytes, start: int) -> bytes:
    return raw[: start - 2 * FILE_SLOT_SIZE] + bytes(2 * FILE_SLOT_SIZE) + raw[start:]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_cut, "cut"),
        (change_cut_chunk, "cut"),
        (change_longer, "added"),
        (change_order, "changed"),
        (change_length, "changed"),
        (lambda raw, start: raw[:30], "known version"),
        (change_slots, "wrapped key is damaged"),
    ],
)
def test_a_changed_file_says_what_is_wrong(tmp_path: Path, change: object, said: str) -> None:
    target = sealed(tmp_path, os.urandom(3 * CHUNK))
    target.write_bytes(change(target.read_bytes(), body_of(target)))  # type: ignore[operator]
    with pytest.raises(DamagedError, match=said), Vault([], [ME]).open_file(target) as file:
        file.read()


def test_chunks_of_another_file_are_found(tmp_path: Path) -> None:
    one, two = sealed(tmp_path, bytes(CHUNK), "one.wav"), sealed(tmp_path, bytes(CHUNK), "two.wav")
    raw, other = one.read_bytes(), two.read_bytes()
    one.write_bytes(raw[: body_of(one)] + other[body_of(two) :])
    with pytest.raises(DamagedError, match="changed"), VAULT.open_file(one) as file:
        file.read()
    two.rename(tmp_path / "three.wav.sealed")
    with pytest.raises(DamagedError, match=r"sealed as 'recording/two\.wav'"):
        VAULT.open_file(tmp_path / "three.wav")


class KilledError(Exception):
    """The process ends here."""


@pytest.mark.parametrize("end", ["write", "read back", "rename", "remove"])
def test_killed_between_any_two_steps_nothing_is_lost_and_the_next_run_finishes(tmp_path: Path, end: str) -> None:
    content = os.urandom(CHUNK + 5)
    path = put(tmp_path, content)
    digest = hashlib.sha256(content).hexdigest()

    def step(name: str) -> None:
        if name == end:
            raise KilledError

    with pytest.raises(KilledError):
        SEALER.seal_file(path, digest, step=step)
    assert VAULT.digest(path) == digest
    for _ in range(2):
        assert SEALER.seal_file(path, digest) == tmp_path / "1.1-caller.wav.sealed"
        assert [one.name for one in tmp_path.iterdir()] == ["1.1-caller.wav.sealed"]
        assert VAULT.digest(path) == digest


def test_what_the_ledger_does_not_know_is_left_as_it_is(tmp_path: Path) -> None:
    path = put(tmp_path, b"other bytes")
    with pytest.raises(DamagedError, match="ledger"):
        VAULT.seal_file(path, hashlib.sha256(b"bytes").hexdigest())
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"other bytes"


def test_without_keys_nothing_is_sealed(tmp_path: Path) -> None:
    path = put(tmp_path, b"plain")
    assert Vault().seal_file(path) == path
    assert not Vault().enabled
    assert Vault().digest(path) == hashlib.sha256(b"plain").hexdigest()


def test_sealing_twice_is_refused_and_a_missing_file_is_missing(tmp_path: Path) -> None:
    target = sealed(tmp_path, b"x")
    with pytest.raises(VaultError, match="already"):
        VAULT.seal_file(target)
    with pytest.raises(FileNotFoundError):
        VAULT.open_file(tmp_path / "none.wav")


def test_a_program_gets_a_path_of_a_plain_copy_that_goes_away(tmp_path: Path) -> None:
    plain = put(tmp_path, b"abc", "plain.wav")
    with VAULT.plain_path(plain) as path:
        assert path == plain
    target = sealed(tmp_path, b"secret")
    with VAULT.plain_path(target) as path:
        assert (path.name, path.read_bytes()) == ("1.1-caller.wav", b"secret")
        assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_a_row_finds_its_file_plain_or_sealed_and_nothing_outside(tmp_path: Path) -> None:
    path = put(tmp_path, b"abc", "a.wav")
    assert locate(tmp_path, "a.wav") == path
    assert locate(tmp_path, "none.wav") == tmp_path / "none.wav"
    target = VAULT.seal_file(path)
    assert locate(tmp_path, "a.wav") == target
    with pytest.raises(VaultError, match="outside"):
        locate(tmp_path, "../a.wav")


def test_the_age_tool_unwraps_the_key(tmp_path: Path) -> None:
    """So that a file can be opened without this project, as docs/security.md says."""
    target = sealed(tmp_path, b"x")
    with target.open("rb") as file:
        slots = read_slots(file, read_head(file, ""), "")
    assert slots[0].blob.startswith(b"age-encryption.org/v1\n")
    assert len(pyrage.decrypt(slots[0].blob, [pyrage.x25519.Identity.from_str(ESCROW.secret)])) == 32


def test_new_recipients_get_the_key_and_old_ones_lose_it_while_the_body_stays(tmp_path: Path) -> None:
    content = os.urandom(2 * CHUNK)
    target = sealed(tmp_path, content)
    body = target.read_bytes()[body_of(target) :]
    turn = Vault([STRANGER.recipient], [ME])
    assert turn.rewrap_file(target)
    assert not turn.rewrap_file(target)
    assert target.read_bytes()[body_of(target) :] == body
    assert Vault([], [STRANGER]).open_file(target).read() == content
    for old in (ME, ESCROW):
        with pytest.raises(LockedError):
            Vault([], [old]).open_file(target)
    with pytest.raises(LockedError):
        VAULT.rewrap_file(target)


@pytest.mark.parametrize("end", ["new slot", "old slot"])
def test_a_rewrapping_broken_off_leaves_a_good_file(tmp_path: Path, end: str) -> None:
    target = sealed(tmp_path, b"content")
    turn = Vault([STRANGER.recipient, ME.recipient], [ME])

    def step(name: str) -> None:
        if name == end:
            raise KilledError

    with pytest.raises(KilledError):
        rewrap_file(target, turn.keyring, step)
    assert VAULT.open_file(target).read() == b"content"
    turn.rewrap_file(target)
    assert Vault([], [STRANGER]).open_file(target).read() == b"content"
    with target.open("rb") as file:
        head = read_head(file, "")
        assert len(read_slots(file, head, "")) == 1
        assert head.slot_size == FILE_SLOT_SIZE


def test_texts_open_as_what_they_were_sealed_as(tmp_path: Path) -> None:
    data = SEALER.seal_bytes("转写".encode(), "transcript/1")
    assert VAULT.open_bytes(data, "transcript/1").decode() == "转写"
    assert "转写".encode() not in data
    with pytest.raises(DamagedError, match="swapped"):
        VAULT.open_bytes(data, "transcript/2")
    with pytest.raises(LockedError):
        SEALER.open_bytes(data, "transcript/1")
    with pytest.raises(DamagedError):
        VAULT.open_bytes(data[:-1], "transcript/1")
    turn = Vault([STRANGER.recipient], [ME])
    again = turn.rewrap_bytes(data, "transcript/1")
    assert Vault([], [STRANGER]).open_bytes(again, "transcript/1").decode() == "转写"
    assert turn.rewrap_bytes(again, "transcript/1") is again
    with pytest.raises(LockedError):
        VAULT.open_bytes(again, "transcript/1")


@given(data=st.binary(max_size=300), purpose=st.text(max_size=20).filter(lambda text: text.isprintable()))
@settings(max_examples=30)
def test_any_text_comes_back(data: bytes, purpose: str) -> None:
    assert VAULT.open_bytes(SEALER.seal_bytes(data, purpose), purpose) == data


@given(junk=st.binary(max_size=200))
@settings(max_examples=100)
def test_junk_is_refused_in_words(junk: bytes) -> None:
    for data in (junk, b"CWSEAL\x00\x01" + junk):
        with pytest.raises(DamagedError):
            VAULT.open_bytes(data, "transcript/1")
