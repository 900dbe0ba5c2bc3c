"""A change taken over by an Asterisk that runs, or not: all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from dialplan.exits import exit_keys
from dialplan.model import Site
from ivr.asterisk import apply as module
from ivr.asterisk.apply import apply, with_retired
from ivr.core.errors import AsteriskError, SetupError
from ivr.core.settings import Settings
from tests.unit.asterisk.sites import small_site

OLD = {
    "pjsip.conf": "[ivr-udp]\ntype = transport\nbind = 1\n\n[6001]\n",
    "queues.conf": "[support]\n",
    "extensions.conf": "1",
}


class Console:
    """An Asterisk that answers as told, and a renderer that writes what is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        self.etc = settings.asterisk_dir / "etc"
        self.etc.mkdir(parents=True)
        for name, text in OLD.items():
            (self.etc / name).write_text(text)
        self.said: list[str] = []
        self.rendered: list[Site] = []
        self.writes: dict[str, str] = {}
        self.fails: Exception | None = None
        self.running = True
        self.answer: Callable[[str], str] = self.known
        self.numbers, self.queues, self.phones = ["800"], ["support", "sales"], ["6001", "6002"]
        monkeypatch.setattr(module, "find_asterisk", lambda *_, **__: None)
        monkeypatch.setattr(module, "Instance", lambda *_: self)
        monkeypatch.setattr(module, "prepare", self.prepare)

    def prepare(self, _settings: Settings, site: Site, **_more: object) -> None:
        self.rendered.append(site)
        for name, text in self.writes.items():
            (self.etc / name).write_text(text)
        if self.fails is not None:
            raise self.fails

    def status(self) -> SimpleNamespace:
        return SimpleNamespace(running=self.running)

    def run_cli(self, command: str) -> str:
        self.said.append(command)
        return self.answer(command)

    def known(self, command: str) -> str:
        match command:
            case "dialplan show ivr-incoming":
                return "".join(f"  '{number}' =>  1. Set(A=b) [x]\n" for number in self.numbers)
            case "queue show":
                return "".join(f"{name:12} has 0 calls (max unlimited)\n" for name in self.queues)
            case "pjsip show endpoints":
                return "".join(f" Endpoint:  {phone}/{phone}   Unavailable\n" for phone in self.phones)
            case _:
                return "Module reloaded.\n"

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.etc.iterdir()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Console:
    return Console(monkeypatch, settings)


def test_it_reads_again_and_knows_all_of_the_site(console: Console, settings: Settings) -> None:
    console.writes = {"queues.conf": "[sales]\n", "new.conf": "x"}
    found = apply(settings, small_site(), gone=[small_site().agents["li"]])
    assert (found.running, found.changed, found.waits) == (True, ("new.conf", "queues.conf"), ("new.conf",))
    assert "queue reload all" in console.said
    assert console.said[-1] == "queue remove member PJSIP/6001 from support"


@pytest.mark.parametrize("what", ["numbers", "queues", "phones"])
def test_what_asterisk_has_skipped_is_found_and_the_files_are_put_back(
    console: Console, settings: Settings, what: str
) -> None:
    console.writes = {"queues.conf": "[sales]\n", "new.conf": "x"}
    setattr(console, what, getattr(console, what)[:-1])
    with pytest.raises(AsteriskError, match="put back"):
        apply(settings, small_site(), gone=[small_site().agents["li"]])
    assert console.files() == OLD
    assert console.said.count("queue reload all") == 2, "the old ones are read again"
    assert not any("remove" in said for said in console.said)


def test_a_refusal_puts_back_even_when_the_old_is_refused_too(console: Console, settings: Settings) -> None:
    console.writes = {"queues.conf": "[sales]\n"}
    console.answer = lambda command: "No such command" if command.startswith("queue reload") else "ok"
    with pytest.raises(AsteriskError, match="No such command"):
        apply(settings, small_site())
    assert console.files() == OLD


def test_what_cannot_be_rendered_is_put_back(console: Console, settings: Settings) -> None:
    console.writes, console.fails = {"queues.conf": "half"}, SetupError("no certificate")
    with pytest.raises(SetupError, match="certificate"):
        apply(settings, small_site())
    assert console.files() == OLD
    console.fails = OSError(28, "full")
    with pytest.raises(OSError, match="full"):
        apply(settings, small_site())
    assert console.files() == OLD


def test_an_asterisk_that_does_not_run_is_only_rendered_for(console: Console, settings: Settings) -> None:
    console.running, console.writes = False, {"pjsip.conf": "[ivr-tls]\ntype = transport\n"}
    before = small_site(queues={"support": {}, "old": {}})
    found = apply(settings, small_site(), before=before)
    assert (found.running, found.changed, found.waits) == (False, ("pjsip.conf",), ())
    assert console.said == []
    assert "old" not in console.rendered[0].queues, "nobody waits there"


def test_another_transport_waits_for_a_restart(console: Console, settings: Settings) -> None:
    console.writes = {"pjsip.conf": OLD["pjsip.conf"].replace("bind = 1", "bind = 2")}
    assert apply(settings, small_site()).waits == ("pjsip.conf",)
    console.writes = {"pjsip.conf": (console.etc / "pjsip.conf").read_text() + "[6003]\n"}
    assert apply(settings, small_site()).waits == ()


def test_queues_that_are_gone_are_known_while_calls_of_before_may_be_in_them() -> None:
    steps = {
        "wait": {"step": "queue", "queue": "old", "keys": {"9": "bye"}, "after": "bye"},
        "bye": {"step": "hangup"},
    }
    before = small_site(
        queues={"support": {"ring": 40}, "old": {"extension": "7000"}},
        flows={"main": {"start": "wait", "steps": steps}},
    )
    now = small_site()
    merged = with_retired(now, before)
    assert set(merged.queues) == {"support", "sales", "old"}
    assert (merged.queues["old"].extension, merged.queues["support"].ring) == (None, 12)
    assert exit_keys(merged) == {"old": ["9"]}
    assert merged.numbers == now.numbers
    assert with_retired(now, None) is now
