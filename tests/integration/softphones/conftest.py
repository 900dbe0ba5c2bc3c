"""An Asterisk with a small dialplan of its own, and softphones that talk to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialplan.model import Agent, Flow, Hangup, Queue, Site
from ivr.asterisk.instance import Instance
from ivr.asterisk.secrets import load_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.softphones.baresip import Account, Softphone

SITE = Site(
    name="phones",
    company={"en-US": "Phones"},
    zone="UTC",
    languages=["en-US"],
    default_queue="main",
    numbers={"100": "main"},
    flows={"main": Flow(start="end", steps={"end": Hangup(step="hangup")})},
    queues={"main": Queue()},
    agents={"alice": Agent(name="Alice", extension="6001", number="1001", queues=["main"])},
    anonymous_callers=True,
)

EXTENSIONS = """
[ivr-incoming]
; two keys, then an agent; each party recorded apart, as the recorder hears them
exten => 100,1,Answer()
 same => n,MixMonitor(,r({rec}/caller.wav)t({rec}/to-caller.wav))
 same => n,Read(keys,,2,,1,10)
 same => n,Set(GLOBAL(KEYS)=${{keys}})
 same => n,Set(GLOBAL(NUMBER)=${{FILTER(0-9+,${{CALLERID(num)}})}})
 same => n,Dial(PJSIP/6001,20)
 same => n,Hangup()
; hangs up by itself after a second
exten => 101,1,Answer()
 same => n,Wait(1)
 same => n,Hangup()
; says back what it hears
exten => 102,1,Answer()
 same => n,MixMonitor(,r({rec}/echo.wav))
 same => n,Echo()
; rings and is never answered
exten => 103,1,Ringing()
 same => n,Wait(20)
[ivr-agents]
exten => 100,1,Hangup()
"""

MakePhone = Callable[..., Softphone]


@dataclass(frozen=True)
class Line:
    """The running Asterisk and where it records."""

    asterisk: Instance
    recordings: Path

    @property
    def port(self) -> int:
        return self.asterisk.settings.sip_port

    def variable(self, name: str) -> str:
        """A global variable of the dialplan, empty if it is not set."""
        for line in self.asterisk.run_cli("dialplan show globals").splitlines():
            if line.strip().startswith(f"{name}="):
                return line.split("=", 1)[1].strip()
        return ""

    def channels(self) -> str:
        """Channels that exist now, one a line."""
        return self.asterisk.run_cli("core show channels concise").strip()


@pytest.fixture
def line(asterisk_instance: Callable[[Site], Instance], tmp_path: Path) -> Line:
    """Asterisk with the dialplan above."""
    asterisk = asterisk_instance(SITE)
    recordings = tmp_path / "rec"
    recordings.mkdir()
    (asterisk.dirs.etc / "extensions.conf").write_text(EXTENSIONS.format(rec=recordings))
    asterisk.run_cli("dialplan reload")
    return Line(asterisk, recordings)


@pytest.fixture
def caller(line: Line, toolbox: Toolbox) -> MakePhone:
    """Make a phone that calls from outside: ``caller("+8613800000001")``."""

    def make(number: str = "+8613800000001", **options: object) -> Softphone:
        account = Account(number, line.port)
        return Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture
def agent(line: Line, toolbox: Toolbox) -> MakePhone:
    """Make the agent's phone."""

    def make(secret: str = "", **options: object) -> Softphone:
        secret = secret or load_secrets(line.asterisk.settings).agents["alice"]
        account = Account("6001", line.port, secret)
        return Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, **options)  # type: ignore[arg-type]

    return make
