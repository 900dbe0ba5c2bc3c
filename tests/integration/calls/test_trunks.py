"""Calls over trunks, strangers who get nowhere, agents over TLS and SRTP, transfers to an outside target."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.numbering import Numbering, normal
from dialplan.sites import demo_site
from ivr.agents import account_of
from ivr.asterisk.instance import Instance
from ivr.asterisk.secrets import ensure_secrets, keep_trunk_secret
from ivr.asterisk.setup import prepare
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import TelephonyError
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from tests.integration.calls.raw_caller import RawCaller
from tests.integration.calls.talk import hand_on_outside, hang_up_after, heard_by, registered, sounds
from tests.integration.conftest import settings_in
from tests.ports import free_port
from tests.unit.asterisk.sites import small_site

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PROVIDER = "127.0.0.2"  # known by its address
REGISTRAR = "127.0.0.4"  # we log in to this one
SEVERAL = "127.0.0.6"  # and to this one, who calls the account whichever of its numbers was called
INSIDE = "127.0.0.5"  # its agents' phones may be here
NUMBER = "01088886666"


@dataclass
class Lines:
    """The house, its provider's phones, and the journal."""

    house: House
    database: Database
    watch: Watch
    outside_port: int
    registrar: Instance

    def provider(self, number: str, *, sip_port: int | None = None) -> Softphone:
        """A phone at the provider's address, as the telephone network behind it."""
        toolbox = self.house.toolbox
        account = Account(number, self.house.settings.sip_port)
        return Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=PROVIDER, sip_port=sip_port)


@pytest.fixture(scope="module")
def registrar(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """Another Asterisk, at which we have an account: 6001, and at which 6002 is a telephone."""
    site = small_site(anonymous_callers=False, sip={"agents_from": ["127.0.0.1/32", f"{INSIDE}/32"]})
    settings = settings_in(tmp_path_factory.mktemp("registrar"), host=REGISTRAR)
    return prepare(settings, site, toolbox=toolbox)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(
    toolbox: Toolbox, registrar: Instance, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lines]:
    home = tmp_path_factory.mktemp("trunks")
    folder = home / "site"
    shutil.copytree(demo_site(), folder)
    outside = free_port(neighbours=1)
    text = (folder / "site.yaml").read_text("utf-8").replace("anonymous_callers: true", "anonymous_callers: false")
    text += "sip: {agents: tls}\noutside: {9001: {trunk: network, number: '01012345678', title: repairs}}\n"
    (folder / "site.yaml").write_text(text, "utf-8")
    (folder / "numbers.yaml").write_text("1000: straight\n2000: night\n3000: main\n", "utf-8")
    (folder / "flows" / "straight.yaml").write_text(
        "start: answer\nsteps:\n  answer: {step: answer, next: hello}\n  hello: {step: greeting, next: agents}\n"
        "  agents: {step: queue, queue: service, after: bye, timeout: bye}\n  bye: {step: hangup}\n",
        "utf-8",
    )
    (folder / "trunks.yaml").write_text(
        f"network:\n  host: {PROVIDER}\n  port: {outside}\n  qualify: 0\n  numbers: {{'{NUMBER}': 1000}}\n"
        f"account:\n  method: register\n  host: {REGISTRAR}\n  port: {registrar.settings.sip_port}\n"
        "  user: '6001'\n  numbers: {'02188886666': 1000}\n"
        f"several:\n  method: register\n  host: {SEVERAL}\n  user: '4711'\n"
        "  numbers: {'02188886666': 1000, '02188886667': 2000}\n",
        "utf-8",
    )
    settings = settings_in(home / "home", site=folder)
    keep_trunk_secret(settings, "account", ensure_secrets(registrar.settings, ["li"]).agents["li"])
    keep_trunk_secret(settings, "several", "not asked for: nobody is there")
    await asyncio.to_thread(registrar.start)
    try:
        house = House(settings, load_site(folder), toolbox)
        async with house, Database(settings.database) as database:
            yield Lines(house, database, Watch(database), outside, registrar)
    finally:
        await asyncio.to_thread(registrar.stop)


async def test_a_call_over_a_trunk_reaches_an_agent_over_tls_who_hands_it_on_outside(
    lines: Lines, tmp_path: Path
) -> None:
    said = sounds(tmp_path, "caller", "agent", "caller-2", "outside")
    number = "13912345678"
    async with (
        lines.house.agent("agent-lee", keep=tmp_path / "agent") as agent,
        lines.provider("01012345678", sip_port=lines.outside_port) as outside,
        lines.provider(f"+86{number}") as caller,
    ):
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        # The provider writes both numbers with +86; the journal has them as people here do.
        assert isinstance(await caller.call(f"+86{NUMBER[1:]}", within=20), Established)
        assert isinstance(await agent.answer(within=40), Established)
        await hand_on_outside(lines.watch, number, said, agent=agent, caller=caller, outside=outside)
        await hang_up_after(outside)
        await caller.wait_for(Closed, within=30)
        told = await heard_by(said, agent=agent, outside=outside, caller=caller)
        call = await lines.watch.ended(number)
    assert told == {"agent": {"caller"}, "outside": {"caller-2"}, "caller": {"agent", "outside"}}
    assert (call.number, call.caller, call.outcome, call.route) == ("1000", number, "answered", "engine")
    # Whom we cannot tell is not recorded.
    assert {(one.role, one.agent) for one in call.recordings} == {("caller", ""), ("agent", "agent-lee")}


async def test_a_phone_that_does_not_encrypt_gets_no_call(lines: Lines) -> None:
    house = lines.house
    plain = account_of(house.settings, house.site, "agent-kim")
    toolbox = house.toolbox
    account = Account(plain.user, house.settings.sip_port, plain.secret)
    async with Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account) as phone:
        closed = await phone.call("*45")
        assert isinstance(closed, Closed)
        assert "488" in closed.reason


@pytest.mark.parametrize("sender", [b"139001", b"trunk-network", b"anonymous", b"6001"])
async def test_a_stranger_reaches_nothing(lines: Lines, sender: bytes) -> None:
    """Whatever name he gives: a trunk is known by its address alone."""
    for user in ("1000", NUMBER, "9001"):
        async with RawCaller(
            lines.house.settings.sip_port, user=user, sender=b"<sip:" + sender + b"@127.0.0.1>"
        ) as stranger:
            assert await stranger.invite() == 401
    name = sender.decode()
    guess = (name, "guessed") if name == "6001" else None  # there is such an agent
    async with RawCaller(
        lines.house.settings.sip_port, sender=b"<sip:" + sender + b"@127.0.0.1>", account=guess
    ) as stranger:
        assert await stranger.invite() == 401
    async with asyncio.timeout(10):  # Asterisk writes its log when it comes to it
        while not refusals(lines.house.asterisk, name):
            await asyncio.sleep(0.1)


async def test_an_agents_phone_from_elsewhere_gets_nowhere_even_with_his_password(lines: Lines) -> None:
    settings, toolbox = lines.registrar.settings, lines.house.toolbox
    secret = ensure_secrets(settings, ["wang"]).agents["wang"]
    account = Account("6002", settings.sip_port, secret, REGISTRAR)
    before = security_events(lines.registrar)
    with pytest.raises(TelephonyError, match="401"):
        async with Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=PROVIDER):
            pass
    told = security_events(lines.registrar)[len(before) :]
    assert ("6002", "FailedACL") in told
    assert ("6002", "SuccessfulAuth") not in told
    async with Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=INSIDE) as phone:
        assert isinstance(await phone.call("*45", within=10), Established)
    assert ("6002", "SuccessfulAuth") in security_events(lines.registrar)[len(before) :]


def refusals(asterisk: Instance, account: str) -> set[str]:
    """How an account was refused, by the security log."""
    told = {kind for one, kind in security_events(asterisk) if one == account}
    return told & {"ChallengeResponseFailed", "InvalidAccountID", "FailedACL"}


def security_events(asterisk: Instance) -> list[tuple[str, str]]:
    """Account and event of each line of the security log."""
    found = []
    for line in (asterisk.dirs.log / "security.log").read_text("utf-8").splitlines():
        if not line.startswith("{"):
            continue  # Asterisk's own heading
        message = json.loads(line)["logmsg"]["message"]
        fields = dict(re.findall(r'(\w+)="([^"]*)"', message))
        found.append((fields.get("AccountID", ""), fields.get("SecurityEvent", "")))
    return found


async def test_only_the_numbers_of_a_trunk_are_served(lines: Lines) -> None:
    async with lines.provider("13900000001") as caller:
        for dialled in ("3000", "1000", "9001", "6001", "*45", "0900123456"):
            closed = await caller.call(dialled)
            assert isinstance(closed, Closed), dialled
            assert "404" in closed.reason


async def test_a_call_comes_in_over_a_trunk_that_logs_in(lines: Lines) -> None:
    told = await registered(lines.house.asterisk, "account")
    assert told["several"] != "registered"
    settings, toolbox = lines.registrar.settings, lines.house.toolbox
    secret = ensure_secrets(settings, ["wang"]).agents["wang"]
    account = Account("6002", settings.sip_port, secret, REGISTRAR)
    async with Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=INSIDE) as caller:
        assert isinstance(await caller.call("6001", within=20), Established)
        await caller.hangup()
    call = await lines.watch.ended("6002")
    assert (call.number, call.route) == ("1000", "engine")


@pytest.mark.parametrize(
    ("to", "status"),
    [
        (b"<sip:+862188886667@127.0.0.1>", 200),
        (b'"${SHELL(id)}, x" <sip:02188886667;a=b@127.0.0.1>', 200),
        (b"<sip:4711@127.0.0.1>", 404),
        (b"<sip:6001@127.0.0.1>", 404),
        (b"<sip:anonymous@127.0.0.1>", 404),
    ],
)
async def test_a_provider_who_calls_the_account_names_the_number_in_the_to_header(
    lines: Lines, to: bytes, status: int
) -> None:
    sender = b"<sip:1380000" + str(len(to)).zfill(4).encode() + b"@127.0.0.6>"
    port = lines.house.settings.sip_port
    async with RawCaller(port, user="4711", sender=sender, host=SEVERAL, to=to) as caller:
        assert await caller.call() == status
    if status == 200:
        assert (await lines.watch.ended(f"1380000{len(to):04d}")).number == "2000"


async def test_the_dialplan_writes_numbers_as_the_engine_would(lines: Lines) -> None:
    """The same rewritings, once in Python and once in Asterisk."""
    numbers = ["+8675588886666", "013912345678", "+821012345678", "anonymous"]
    for number in numbers:
        wanted = normal(number, Numbering())
        async with lines.provider(number) as caller:
            assert isinstance(await caller.call(NUMBER, within=20), Established)
            await caller.hangup()
        call = await lines.watch.ended(wanted)
        assert call.caller == wanted
