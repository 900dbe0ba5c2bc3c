"""A home is backed up while calls are written, is lost, and restored elsewhere: ``scripts/drill backup [CALLS]``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from pathlib import Path

from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.storage import audit, quality
from ivr.storage.database import Database
from recording.backup import check_backup, restore_backup, write_backup
from recording.backup.aftercare import look_after
from recording.vault import KeyFolder, LockedError, Vault, vault_for
from tests.unit.recording.backup_home import NOW, add_call, furnish, make_keys, make_site, rows_of


def main() -> int:
    """Run the drill; 0 when everything is there again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=200, choices=range(2, 100_000), metavar="CALLS")
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory(prefix="backup-drill-") as folder:
        asyncio.run(drill(Path(folder), calls))
    return 0


async def drill(folder: Path, calls: int) -> None:
    """One home made, backed up under writes, lost, restored, compared.

    Raises:
        AssertionError: if anything is not as it was.
    """
    home = Settings(home=folder / "home", database_url="", keys=None, site=None)
    escrow = make_keys(home)
    digests = await furnish(home, calls)
    sealed = sum(name.name.endswith(".sealed") for name in home.recordings.iterdir())
    say(f"a home with {calls} calls, {len(digests)} recordings ({sealed} sealed)")

    target = folder / "backup.tar.age"
    async with Database(home.database, home.home / "audit.head", sealer=vault_for(home)) as database:
        wrote = asyncio.create_task(write_calls(database, calls))
        began = time.monotonic()
        try:
            while (await rows_of(database))["calls"] == calls:
                await asyncio.sleep(0.01)
            written = await asyncio.to_thread(write_backup, home, make_site(folder / "site"), target, NOW)
        finally:
            wrote.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await wrote
        now = (await rows_of(database))["calls"]
    snapshot = written.manifest.rows
    say(
        f"backup of {snapshot['calls']} calls in {time.monotonic() - began:.1f} s, {written.size >> 10} KB; "
        f"{now - snapshot['calls']} calls were written during and after it"
    )
    assert calls < snapshot["calls"] < now, "nothing was written while the backup was made"
    assert b"said-1" not in target.read_bytes()

    shutil.rmtree(home.home)
    try:
        check_backup(target, [])
    except LockedError:
        say("the home is gone; without the escrow's key the backup stays closed")
    else:
        raise AssertionError("the backup opened without a key")

    new = home.model_copy(update={"home": folder / "new"})
    began = time.monotonic()
    found = await asyncio.to_thread(restore_backup, target, new, [escrow], NOW)
    say(f"restored in {time.monotonic() - began:.1f} s: {sum(found.rows.values())} rows in {len(found.rows)} tables")
    vault = Vault(folder=KeyFolder(new.key_folder), identities=[escrow])
    async with Database(new.database, new.home / "audit.head", sealer=vault) as database:
        assert await rows_of(database) == snapshot
        problems = await look_after(database, new.recordings, vault, found, "drill", SystemClock())
        assert problems == [], problems
        async with database.read() as session:
            assert (await audit.examine(session)).fault == ""
            for call in range(1, calls + 1):
                ((recording, transcript),) = await quality.transcripts(session, call)
                (verdict,) = await quality.list_verdicts(session, call)
                assert transcript.text == f"said-{call - 1} 你好"
                assert verdict.evidence["heard"] == f"said-{call - 1}"
                assert recording.sha256 == digests[recording.file]
    assert {name: vault.digest(new.recordings / name) for name in digests} == digests
    assert (new.home / "site" / "site.yaml").read_text("utf-8") == "name: 测试\n"
    say("rows, transcripts, evidence, digests of all recordings, site and audit chain are as they were")
    print(f"DRILL PASSED: {calls} calls, {len(digests)} recordings, {sum(snapshot.values())} rows")


async def write_calls(database: Database, first: int) -> None:
    """Calls, one after the other, until cancelled."""
    for number in range(first, first + 100_000):
        await add_call(database, number)
        await asyncio.sleep(0)


def say(text: str) -> None:
    """A line at once."""
    print(f"── {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
