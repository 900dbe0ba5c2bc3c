"""Calls over a trunk with TLS and SRTP, both ways, and a provider who does not prove who he is."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk import certificate
from ivr.asterisk.certificate import Certificate
from ivr.asterisk.instance import Instance
from ivr.asterisk.layout import make_dirs
from ivr.asterisk.secrets import keep_trunk_secret, load_secrets
from ivr.asterisk.setup import prepare
from ivr.asterisk.toolbox import Toolbox
from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from tests.integration.calls.conftest import prompt
from tests.integration.calls.talk import hand_on_outside, hang_up_after, heard_by, registered, sounds
from tests.integration.conftest import settings_in
from tests.ports import free_port
from tests.unit.asterisk.sites import small_site

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PROVIDER = "127.0.0.2"
SUBSCRIBERS = "127.0.0.5"  # his telephones; our own address is ours alone, who have an account there
NUMBER = "01088886666"
CALLER, CALLED = "li", "wang"  # his telephones' accounts, 6001 and 6002; ours is 6003

# Others who wait for calls over TLS, and whom their certificates name. Nobody we trust vouches for the unknown.
FAKES = {"known": "127.0.0.11", "unknown": "127.0.0.12", "misnamed": "127.0.0.13"}
NAMED = FAKES | {"misnamed": "192.0.2.1"}

_STRAIGHT = """\
start: answer
steps:
  answer: {step: answer, next: agents}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup}
"""

# The provider's own: the number called leads to our account, 8001 to a telephone. Whether a call's signalling and sound
# are encrypted, his own Asterisk says. 7002 is how he would call us without encrypted sound.
_DIALPLAN = f"""
[ivr-agents](+)
exten => {NUMBER},1,Set(CALLERID(num)=+8613912345678)
 same => n,Dial(PJSIP/6003,30,U(came))
exten => 7002,1,Dial(PJSIP/{NUMBER}@plain,20)
exten => 8001,1,Answer()
 same => n,Set(GLOBAL(WENT)=${{CHANNEL(pjsip,secure)}} ${{CHANNEL(rtp,secure)}})
 same => n,Dial(PJSIP/6002,30)

[came]
exten => s,1,Set(GLOBAL(CAME)=${{CHANNEL(pjsip,secure)}} ${{CHANNEL(rtp,secure)}})
 same => n,Return()
"""


@dataclass
class Lines:
    """The house, the provider whose account it has, and the journal."""

    house: House
    provider: Instance
    trusted: Path
    fakes: dict[str, tuple[Certificate, int]]
    watch: Watch

    def subscriber(self, who: str) -> Softphone:
        """A telephone at the provider."""
        toolbox, settings = self.house.toolbox, self.provider.settings
        user = {CALLER: "6001", CALLED: "6002"}[who]
        secret = load_secrets(settings).agents[who]
        account = Account(user, settings.sip_tls_port, secret, PROVIDER, authorities=self.trusted)
        return Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=SUBSCRIBERS)

    async def told(self, name: str) -> str:
        """A global variable of the provider's dialplan."""
        text = await asyncio.to_thread(self.provider.run_cli, "dialplan show globals")
        found = [line.partition("=")[2].strip() for line in text.splitlines() if line.strip().startswith(f"{name}=")]
        return found[0] if found else ""


def own_certificate(settings: Settings, toolbox: Toolbox) -> Certificate:
    """That of an installation, before its Asterisk is prepared."""
    return certificate.ensure(settings, make_dirs(settings, toolbox.asterisk_modules).keys, SystemClock().now())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lines]:
    home = tmp_path_factory.mktemp("tls")
    fakes = {
        name: (certificate.ensure(Settings(home=home, host=host), home / name, SystemClock().now()), free_port())
        for name, host in NAMED.items()
    }
    trusted, folder = home / "trusted.pem", home / "site"
    ours = settings_in(home / "home", site=folder, tls_authorities=trusted)
    theirs = settings_in(home / "provider", host=PROVIDER, tls_authorities=own_certificate(ours, toolbox).certificate)
    vouched = [own_certificate(theirs, toolbox), *(fakes[name][0] for name in ("known", "misnamed"))]
    trusted.write_text("".join(one.certificate.read_text("utf-8") for one in vouched), "utf-8")
    our_site(folder, theirs.sip_tls_port, {name: port for name, (_, port) in fakes.items()})
    provider = provider_for(theirs, ours.sip_tls_port, toolbox)
    for trunk in ("cloud", "bare"):
        keep_trunk_secret(ours, trunk, load_secrets(theirs).agents["us"])
    await asyncio.to_thread(provider.start)
    try:
        house = House(ours, load_site(folder), toolbox)
        async with house, Database(ours.database) as database:
            yield Lines(house, provider, trusted, fakes, Watch(database))
    finally:
        await asyncio.to_thread(provider.stop)


def our_site(folder: Path, port: int, fakes: dict[str, int]) -> None:
    """One where everything speaks TLS: the agents' phones, the provider, and the others who wait for calls."""
    shutil.copytree(demo_site(), folder)
    text = (folder / "site.yaml").read_text("utf-8").replace("anonymous_callers: true", "anonymous_callers: false")
    text += (
        "sip: {agents: tls}\noutside:\n  9001: {trunk: cloud, number: '8001'}\n  9002: {trunk: bare, number: '8001'}\n"
    )
    trunks = (
        f"cloud:\n  method: register\n  host: {PROVIDER}\n  port: {port}\n  transport: tls\n  srtp: true\n"
        f"  qualify: 0\n  user: '6003'\n  numbers: {{'{NUMBER}': 1000}}\n"
        f"bare:\n  host: {PROVIDER}\n  addresses: [127.0.0.9]\n  port: {port}\n  transport: tls\n  qualify: 0\n"
        "  user: '6003'\n"
    )
    for number, (name, own) in enumerate(fakes.items(), 9003):
        text += f"  {number}: {{trunk: {name}, number: '8001'}}\n"
        trunks += f"{name}: {{host: {FAKES[name]}, port: {own}, transport: tls, srtp: true, qualify: 0}}\n"
    (folder / "site.yaml").write_text(text, "utf-8")
    (folder / "trunks.yaml").write_text(trunks, "utf-8")
    (folder / "numbers.yaml").write_text("1000: straight\n", "utf-8")
    (folder / "flows" / "straight.yaml").write_text(_STRAIGHT, "utf-8")


def provider_for(theirs: Settings, our_port: int, toolbox: Toolbox) -> Instance:
    """Another Asterisk at which we have an account; it speaks nothing but TLS, and to accounts with SRTP alone."""
    agents = {
        name: {"name": name, "extension": f"600{number}", "number": f"100{number}", "queues": ["support"]}
        for number, name in enumerate((CALLER, CALLED, "us"), 1)
    }
    site = small_site(anonymous_callers=False, sip={"agents": "tls"}, agents=agents)
    provider = prepare(theirs, site, toolbox=toolbox)
    with (provider.dirs.etc / "extensions.conf").open("a", encoding="utf-8") as file:
        file.write(_DIALPLAN)
    with (provider.dirs.etc / "pjsip.conf").open("a", encoding="utf-8") as file:
        file.write(
            "\n[plain]\ntype = endpoint\ntransport = ivr-tls\ndisallow = all\nallow = ulaw\naors = plain\n\n"
            f"[plain]\ntype = aor\ncontact = sip:127.0.0.1:{our_port}\\;transport=tls\n"
        )
    return provider


async def test_neither_end_takes_sound_without_encryption(lines: Lines) -> None:
    async with lines.subscriber(CALLER) as caller, lines.house.agent("agent-lee") as agent:
        for phone, dialled in ((caller, "7002"), (agent, "9002")):
            assert isinstance(await phone.call(dialled, within=20), Closed), dialled
    for end, account in ((lines.house.asterisk, "trunk-cloud"), (lines.provider, "6003")):
        await complaint(end, f"{account}: Couldn't negotiate stream")


@pytest.mark.parametrize(
    ("name", "dialled", "said", "result"),
    [
        ("known", "9003", "INVITE", "OK"),
        ("unknown", "9004", "", "The certificate is untrusted"),
        ("misnamed", "9005", "", "The server identity does not match"),
    ],
)
async def test_only_a_provider_who_proves_his_name_is_called(
    lines: Lines, name: str, dialled: str, said: str, result: str
) -> None:
    """Somebody else at the address of a trunk is told nothing, not even who is called."""
    own, port = lines.fakes[name]
    with socket.create_server((FAKES[name], port)) as listening:
        listening.settimeout(15)
        async with lines.house.agent("agent-lee") as agent:
            got, closed = await asyncio.gather(
                asyncio.to_thread(first_word, listening, own), agent.call(dialled, within=40)
            )
    assert isinstance(closed, Closed)
    assert got == said
    await complaint(lines.house.asterisk, f"{FAKES[name]}:{port} - {result}")


async def test_a_call_comes_in_encrypted_and_goes_out_encrypted(lines: Lines, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "caller-2", "outside")
    said["prompt"] = prompt("zh-CN", "queue-join")
    number = "13912345678"
    async with (
        lines.house.agent("agent-lee") as agent,
        lines.subscriber(CALLED) as outside,
        lines.subscriber(CALLER) as caller,
    ):
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        await registered(lines.house.asterisk, "cloud")
        assert isinstance(await caller.call(NUMBER, within=20), Established)
        assert isinstance(await agent.answer(within=40), Established)
        await hand_on_outside(lines.watch, number, said, agent=agent, caller=caller, outside=outside)
        await hang_up_after(caller)
        await outside.wait_for(Closed, within=20)
        told = await heard_by(said, agent=agent, outside=outside, caller=caller)
        call = await lines.watch.ended(number)
    assert told == {"agent": {"caller"}, "outside": {"caller-2"}, "caller": {"prompt", "agent", "outside"}}
    assert (call.number, call.outcome, call.route) == ("1000", "answered", "engine")
    # As the provider's end has it: signalling, and sound.
    assert (await lines.told("CAME"), await lines.told("WENT")) == ("1 1", "1 1")


async def complaint(asterisk: Instance, what: str) -> None:
    """Until an Asterisk's log says so."""
    async with asyncio.timeout(10):
        while what not in asterisk.dirs.messages.read_text("utf-8", "replace"):
            await asyncio.sleep(0.1)


def first_word(listening: socket.socket, own: Certificate) -> str:
    """What the first to connect says over TLS: the SIP method; nothing if he leaves before that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(15)
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                return secured.recv(4096).decode().partition(" ")[0]
        except (ssl.SSLError, ConnectionError):
            return ""
