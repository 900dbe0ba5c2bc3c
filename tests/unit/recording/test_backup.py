from __future__ import annotations

import asyncio
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.core.clock import FixedClock
from ivr.core.errors import IvrError, StorageError, UsageError
from ivr.core.settings import Settings
from ivr.storage import audit, quality
from ivr.storage.database import Database
from recording.backup import Written, check_backup, restore_backup, write_backup
from recording.backup.aftercare import look_after
from recording.backup.manifest import BackupError, check_name
from recording.vault import Identity, KeyFolder, LockedError, Vault, VaultError
from tests.drill.backup import drill
from tests.unit.recording.backup_home import NOW, furnish, make_keys, make_site, rows_of


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("IVR_DATABASE_URL", "IVR_KEYS", "IVR_SITE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home").mkdir()
    return Settings(home=tmp_path / "home")


def backup(settings: Settings, path: Path, site: Path | None = None, *, with_identity: bool = False) -> Written:
    return write_backup(settings, site, path, NOW, with_identity=with_identity)


def other(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"home": tmp_path / "new"})


async def test_a_sealed_backup_brings_everything_back_with_the_escrow_key(settings: Settings, tmp_path: Path) -> None:
    escrow = make_keys(settings)
    digests = await furnish(settings)
    site = make_site(tmp_path / "site")
    written = backup(settings, tmp_path / "b.tar.age", site)
    raw = written.path.read_bytes()
    assert written.sealed
    assert not any(word in raw for word in (b"5550001", b"said-1", b"password"))
    async with Database(settings.database) as database:
        before = await rows_of(database)
    shutil.rmtree(settings.home)

    new = other(settings, tmp_path)
    found = restore_backup(written.path, new, [escrow], NOW)
    assert found.rows == before == found.manifest.rows
    assert not (new.home / "keys" / "identity.txt").exists()
    assert (new.home / "secrets.json").stat().st_mode & 0o077 == 0
    assert (new.home / "site" / "flows" / "main.yaml").read_text() == "main: {}\n"
    vault = Vault(folder=KeyFolder(new.key_folder), identities=[escrow])
    async with Database(new.database, new.home / "audit.head", sealer=vault) as database:
        assert await rows_of(database) == before
        assert await look_after(database, new.recordings, vault, found, "test", FixedClock(NOW)) == []
        async with database.read() as session:
            assert (await audit.examine(session)).fault == ""
            transcripts = [(await quality.transcripts(session, call))[0][1].text for call in range(1, 5)]
    assert transcripts == [f"said-{number} 你好" for number in range(4)]
    assert {name: vault.digest(new.recordings / name) for name in digests} == digests
    assert [vault.is_sealed(new.recordings / name) for name in sorted(digests)] == [False, True, False, True]


async def test_a_plain_backup_leaves_passwords_out(settings: Settings, tmp_path: Path) -> None:
    await furnish(settings, 1)
    written = backup(settings, tmp_path / "b.tar")
    assert not written.sealed
    with tarfile.open(written.path) as tar:
        assert "secrets.json" not in tar.getnames()
    found = restore_backup(written.path, other(settings, tmp_path), [], NOW)
    assert found.rows["calls"] == 1


async def test_the_private_key_is_in_it_only_when_asked_for(settings: Settings, tmp_path: Path) -> None:
    escrow = make_keys(settings)
    await furnish(settings, 1)
    for asked in (False, True):
        written = backup(settings, tmp_path / f"{asked}.age", with_identity=asked)
        names = {part.name for part in check_backup(written.path, [escrow]).manifest.parts}
        assert ("keys/identity.txt" in names) is asked
        assert "keys/recipients.txt" in names


async def test_without_the_right_key_or_whole_it_says_so_and_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    escrow = make_keys(settings)
    await furnish(settings, 2)
    written = backup(settings, tmp_path / "b.age")
    new = other(settings, tmp_path)
    for keys in ([], [Identity.new()]):
        with pytest.raises(LockedError):
            restore_backup(written.path, new, keys, NOW)
    raw = written.path.read_bytes()
    for changed in (raw[:-1], raw[: len(raw) // 2], raw[:500], raw[:-5000] + bytes([raw[-5000] ^ 1]) + raw[-4999:]):
        written.path.write_bytes(changed)
        with pytest.raises((VaultError, BackupError)):
            restore_backup(written.path, new, [escrow], NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "b.age"}


async def test_a_home_that_is_not_empty_stays_or_is_moved_aside(settings: Settings, tmp_path: Path) -> None:
    await furnish(settings, 1)
    written = backup(settings, tmp_path / "b.tar")
    with pytest.raises(UsageError, match="not empty"):
        restore_backup(written.path, settings, [], NOW)
    found = restore_backup(written.path, settings, [], NOW, force=True, dry_run=True)
    assert found.aside is None
    found = restore_backup(written.path, settings, [], NOW, force=True)
    assert found.aside is not None
    assert (found.aside / "ivr.db").exists()
    assert (settings.home / "ivr.db").exists()
    (settings.home / "run").mkdir()
    (settings.home / "run" / "serve.ready").write_text("1\n")
    with pytest.raises(UsageError, match="engine runs"):
        restore_backup(written.path, settings, [], NOW, force=True)


async def test_a_restore_that_breaks_off_leaves_what_was_there(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(settings, 1)
    written = backup(settings, tmp_path / "b.tar")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr("recording.backup.restore.load", fail)
    with pytest.raises(OSError, match="No space"):
        restore_backup(written.path, settings, [], NOW, force=True)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "b.tar"}
    async with Database(settings.database) as database:
        assert (await rows_of(database))["calls"] == 1


async def test_a_full_disk_leaves_no_half_backup(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keys(settings)
    await furnish(settings, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recording.backup.archive.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        backup(settings, tmp_path / "b.age")
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


async def test_files_that_are_sealed_grow_or_go_while_it_is_made(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    escrow = make_keys(settings)
    digests = await furnish(settings, 5)
    vault = Vault([escrow.recipient], [escrow])
    from recording.backup import archive

    found = archive._files

    def files(folder: Path) -> list[Path]:
        paths = list(found(folder))
        if folder == settings.recordings:
            vault.seal_file(folder / "0.1-caller.wav")
            (folder / "2.1-caller.wav").unlink()
        return paths

    monkeypatch.setattr(archive, "_files", files)
    written = backup(settings, tmp_path / "b.age")
    assert written.manifest.missing == ("recordings/2.1-caller.wav",)
    names = {part.name for part in check_backup(written.path, [escrow]).manifest.parts}
    assert "recordings/0.1-caller.wav.sealed" in names
    new = other(settings, tmp_path)
    restored = restore_backup(written.path, new, [escrow], NOW)
    reader = Vault(folder=KeyFolder(new.key_folder), identities=[escrow])
    async with Database(new.database, new.home / "audit.head", sealer=reader) as database:
        problems = await look_after(database, new.recordings, reader, restored, "test", FixedClock(NOW))
    assert problems == ["2.1-caller.wav: missing"]
    assert reader.digest(new.recordings / "0.1-caller.wav") == digests["0.1-caller.wav"]


Members = list[tuple[tarfile.TarInfo, bytes]]
Change = Callable[[tarfile.TarInfo, bytes], Members]


def rebuild(source: Path, target: Path, change: Change) -> Path:
    """A plain backup with its members changed."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            content = file.read() if file else b""
            for info, data in change(member, content):
                info.size = len(data) if info.isreg() else 0
                new.addfile(info, io.BytesIO(data) if info.isreg() else None)
    return target


def added(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> Change:
    """One more member before the manifest."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link

    def change(member: tarfile.TarInfo, content: bytes) -> Members:
        return [*([(info, b"x")] if member.name == "manifest.json" else []), (member, content)]

    return change


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain backup of one call."""
    home = tmp_path_factory.mktemp("plain")
    made = Settings(home=home / "home", database_url="", keys=None, site=None)
    asyncio.run(furnish(made, 1, 100))
    return backup(made, home / "b.tar").path


@pytest.mark.parametrize(
    "change",
    [
        added("../evil"),
        added("/etc/evil"),
        added("recordings/../../evil"),
        added("recordings/evil", tarfile.SYMTYPE, "/etc/passwd"),
        added("recordings/evil", tarfile.LNKTYPE, "recordings/0.1-caller.wav"),
        added("recordings/evil", tarfile.CHRTYPE),
        added("recordings/evil", tarfile.FIFOTYPE),
        added("recordings", tarfile.DIRTYPE),
        added("recordings/not-in-the-manifest.wav"),
        added("recordings/0.1-caller.wav"),
        added("bin/sh"),
        added("ivr.db"),
        lambda member, content: [] if member.name == "manifest.json" else [(member, content)],
        lambda member, content: [] if member.name.startswith("recordings/") else [(member, content)],
        lambda member, content: [(member, content.replace(b"5550000", b"5559999"))],
        lambda member, content: [(member, b"{}" if member.name == "manifest.json" else content)],
        lambda member, content: [(member, content.replace(b'"format": 1', b'"format": 9'))],
    ],
)
def test_hostile_archives_are_refused_before_anything_is_written(
    plain: Path, settings: Settings, tmp_path: Path, change: Change
) -> None:
    evil = rebuild(plain, tmp_path / "evil.tar", change)
    with pytest.raises(BackupError):
        check_backup(evil, [])
    with pytest.raises(BackupError):
        restore_backup(evil, other(settings, tmp_path), [], NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "evil.tar"}


@pytest.mark.parametrize("junk", [b"", b"junk" * 1000, b"\0" * 10240, b"age-encryption.org/v1\njunk"])
def test_what_is_no_backup_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(junk)
    with pytest.raises(IvrError):
        check_backup(path, [Identity.new()])


@pytest.mark.parametrize(
    "name", ["recordings/a\nb", "recordings/\x1b[31m", "recordings//a", "./site/x", "recordings", ""]
)
def test_odd_names_are_refused(name: str) -> None:
    with pytest.raises(BackupError):
        check_name(name)


async def test_a_backup_of_older_tables_is_migrated_and_of_newer_ones_refused(
    settings: Settings, tmp_path: Path
) -> None:
    from ivr.storage.dump import Dumped, load
    from ivr.storage.migrations import current, newest

    url = f"sqlite+aiosqlite:///{tmp_path}/old.db"
    values = {"id": 7, "linkedid": "1.1", "route": "engine", "started_at": "2026-05-04T08:00:00+00:00", "evidence": {}}
    texts = ("number", "caller", "language", "flow", "flow_version", "outcome", "hung_up_by")
    row = json.dumps({**values, **dict.fromkeys(texts, "")}).encode()
    columns = {**dict.fromkeys([*values, *texts], "plain"), "started_at": "time", "evidence": "json"}
    assert load(url, "0001", [(Dumped("calls", 1, columns), [row])]) == {"calls": 1}
    assert current(url) == newest()
    with pytest.raises(StorageError, match="not empty"):
        load(url, "0001", [])
    with pytest.raises(StorageError, match="newer"):
        load(f"sqlite+aiosqlite:///{tmp_path}/newer.db", "9999", [])
    with pytest.raises(StorageError, match="cannot be read"):
        load(f"sqlite+aiosqlite:///{tmp_path}/bad.db", "0001", [(Dumped("calls", 1, columns), [b"[]\n"])])
    with pytest.raises(StorageError, match="no table"):
        load(f"sqlite+aiosqlite:///{tmp_path}/bad2.db", "0001", [(Dumped("sqlite_master", 1, columns), [row])])


async def test_the_drill_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backed up while calls are written, lost, restored: ``scripts/drill backup`` does it larger."""
    monkeypatch.delenv("IVR_DATABASE_URL", raising=False)
    await drill(tmp_path, 6)
