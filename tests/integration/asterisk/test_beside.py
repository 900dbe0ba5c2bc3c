"""The commands of docs/beside-an-existing-asterisk.md, run against an Asterisk that has a dialplan of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.instance import Instance
from ivr.asterisk.secrets import secrets_file
from ivr.asterisk.setup import prepare
from ivr.asterisk.toolbox import Toolbox
from ivr.core.settings import Settings
from ivr.demo.house import EngineProcess, environment_of
from ivr.demo.watch import Watch
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from tests.integration.conftest import settings_in

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

PAGE = Path(__file__).parents[3] / "docs" / "beside-an-existing-asterisk.md"

# What somebody else wrote: an outside number, an inside number, a queue and a manager user.
THEIRS = {
    "extensions.conf": """\
[general]
static=yes
[globals]
COMPANY=theirs
#include ivr/globals.conf
[from-trunk]
exten => 4008001000,1,Goto(ivr-incoming,1000,1)
exten => 600,1,Answer()
 same => n,Playback(beep)
 same => n,Hangup()
[from-internal]
exten => *46,1,Goto(ivr-login,${CHANNEL(endpoint)},1)
#include ivr/contexts.conf
""",
    "queues.conf": """\
[general]
persistentmembers=no
[their-queue]
strategy=ringall
#include ivr/queues.conf
""",
    "manager.conf": """\
[general]
enabled=yes
bindaddr=127.0.0.1
port={ami}
timestampevents=yes
[somebody]
secret=theirs
read=system
#include ivr/manager.conf
""",
    "pjsip.conf": """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip}
[anonymous]
type=endpoint
context=from-trunk
disallow=all
allow=ulaw
allow_transfer=no
[6001]
type=endpoint
context=from-internal
disallow=all
allow=ulaw
auth=6001
aors=6001
[6001]
type=auth
username=6001
password=theirs
[6001]
type=aor
max_contacts=1
""",
}


def page_commands() -> str:
    """The shell block of step 2."""
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]


async def test_calls_through_an_asterisk_that_was_there_before(toolbox: Toolbox, tmp_path: Path) -> None:
    site_folder = tmp_path / "site"
    shutil.copytree(demo_site(), site_folder)
    ours = settings_in(tmp_path / "ivr", site=site_folder)
    pbx = ours.model_copy(update={"home": tmp_path / "pbx"})
    theirs = prepare(pbx, load_site(site_folder), toolbox=toolbox)  # for its modules.conf; the rest is replaced
    for name, template in THEIRS.items():
        text = template.replace("{ami}", str(ours.ami_port)).replace("{sip}", str(ours.sip_port))
        (pbx.asterisk_dir / "etc" / name).write_text(text, "utf-8")
    data = pbx.asterisk_dir / "data"
    for link in ("sounds", "moh"):
        (data / link).unlink()
    ours.home.mkdir()
    shutil.copy(secrets_file(pbx), secrets_file(ours))  # the Instance below waits for Asterisk with its password

    run_page(ours, toolbox, pbx.asterisk_dir / "etc", data)

    engine = EngineProcess(ours)
    try:
        theirs.start()
        await engine.start()
        await calls(theirs, toolbox, ours, engine)
    finally:
        await engine.stop()
        theirs.stop()


def run_page(ours: Settings, toolbox: Toolbox, etc: Path, data: Path) -> None:
    """Step 2, as the page has it."""
    environment = os.environ | environment_of(ours) | {"ETC": str(etc), "DATA": str(data)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    if toolbox.root is not None:
        environment["IVR_ROOTFS"] = str(toolbox.root)
    done = subprocess.run(
        ["bash", "-euc", page_commands()], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


async def calls(theirs: Instance, toolbox: Toolbox, ours: Settings, engine: EngineProcess) -> None:
    """An agent logs in from their context, a caller comes over their trunk, their own number still answers."""

    def phone(user: str, secret: str = "") -> Softphone:
        account = Account(user, ours.sip_port, secret)
        return Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account)

    async with Database(ours.database) as database, phone("6001", "theirs") as agent:
        watch = Watch(database)
        assert isinstance(await agent.call("*46", within=20), Established)
        await agent.wait_for(Closed, within=20)
        assert "PJSIP/6001" in await asyncio.to_thread(theirs.run_cli, "queue show service")
        assert "their-queue" in await asyncio.to_thread(theirs.run_cli, "queue show")

        async with phone("13911110001") as caller:
            assert isinstance(await caller.call("4008001000", within=20), Established)
            await watch.heard("13911110001", "language-offer-1")
            await caller.send_digits("1")
            await watch.heard("13911110001", "main-menu")
            await caller.send_digits("1")
            assert isinstance(await agent.answer(within=30), Established)
            await asyncio.sleep(1)
            await caller.hangup()
        story = await watch.ended("13911110001")
        assert (story.outcome, story.route, story.number) == ("answered", "engine", "1000")
        await watch.until(
            "13911110001",
            "both recordings in the ledger",
            lambda call: sorted(one.role for one in call.recordings if one.sha256) == ["agent", "caller"],
            within=20,
        )

        async with phone("13911110002") as caller:
            assert isinstance(await caller.call("600", within=20), Established)
            await caller.wait_for(Closed, within=20)
        assert await watch.call_of("13911110002") is None  # their call is none of ours

        await engine.kill()
        async with phone("13911110003") as caller:
            assert isinstance(await caller.call("4008001000", within=20), Established)
            assert isinstance(await agent.answer(within=40), Established)
            await asyncio.sleep(1)
            await caller.hangup()
