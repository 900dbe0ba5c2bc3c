"""What is rendered, and what site text cannot do to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk import render as module
from ivr.asterisk.render import conf, display, render
from ivr.asterisk.secrets import ensure_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.errors import AsteriskError
from ivr.core.settings import Settings
from tests.unit.asterisk.sites import small_site


def rendered(settings: Settings, host: Toolbox, **changes: object) -> Path:
    site = small_site(**changes)
    render(site, settings, ensure_secrets(settings, site.agents), host, settings.home / "sounds")
    return settings.asterisk_dir


@pytest.mark.parametrize(
    "bad",
    [
        "a\nb",
        "a\rb",
        "a\0b",
        "a;b",
        'a"b',
        "a${SHELL(id)}",
        "a|b",
        "a,b",
        "a`b",
        "a\\b",
        "a'b",
        " a",
        "#include x",
        "a\x85b",
        "a\u2028b",
    ],
)
def test_a_value_that_means_something_to_asterisk_is_refused(bad: str) -> None:
    with pytest.raises(AsteriskError, match="not fit for Asterisk"):
        conf(bad)


@pytest.mark.parametrize(
    "good", ["support", "6001", 5060, Path("/srv/ivr home/话务-1.2"), "127.0.0.1", "a_b-c~d+e@f:g=h"]
)
def test_a_harmless_value_stays_as_it_is(good: object) -> None:
    assert conf(good) == str(good)


@given(st.text())
def test_a_name_for_people_never_breaks_out_of_its_quotes(text: str) -> None:
    shown = display(text)
    assert shown.isprintable()
    assert not set(shown) & set('";\\<>${}')
    assert display(shown) == shown


def test_a_name_of_words_and_chinese_survives() -> None:
    assert display("李雷 Li-Lei No.7") == "李雷 Li-Lei No.7"


def test_an_agents_name_cannot_inject_a_line(settings: Settings, host: Toolbox) -> None:
    name = 'x" <1>\n[anonymous]\ncontext=ivr-agents;'
    agents = {"li": {"name": name, "extension": "6001", "number": "1"}}
    text = (rendered(settings, host, agents=agents) / "etc/pjsip.conf").read_text("utf-8")
    assert re.findall(r"^\[anonymous\].*$", text, re.MULTILINE) == ["[anonymous](ivr-endpoint)"]
    assert re.findall(r"^context *=.*$", text, re.MULTILINE) == ["context = ivr-agents", "context = ivr-incoming"]
    assert re.findall(r"^callerid.*$", text, re.MULTILINE) == ['callerid = "x 1 anonymous context=ivr-agents" <6001>']


def test_a_home_that_would_break_the_dialplan_is_refused_and_nothing_is_written(tmp_path: Path, host: Toolbox) -> None:
    settings = Settings(home=tmp_path / "it's;here", cache=tmp_path)
    with pytest.raises(AsteriskError, match="not fit for Asterisk"):
        rendered(settings, host)
    assert not list((settings.asterisk_dir / "etc").iterdir())


def test_only_what_changed_is_written_again(settings: Settings, host: Toolbox) -> None:
    site = small_site()
    secrets = ensure_secrets(settings, site.agents)
    first = render(site, settings, secrets, host, settings.home / "sounds")
    assert {"asterisk.conf", "pjsip.conf", "queues.conf", "manager.conf", "agi-bin/last-resort"} <= set(first)
    assert render(site, settings, secrets, host, settings.home / "sounds") == []
    queues = {"support": {"ring": 20}, "sales": {"announce_position": 0, "service_level": 30}}
    assert render(small_site(queues=queues), settings, secrets, host, settings.home / "sounds") == ["queues.conf"]


def test_configuration_is_private_and_agi_programs_are_executable(settings: Settings, host: Toolbox) -> None:
    base = rendered(settings, host)
    assert base.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (base / "etc").iterdir()} == {0o600}
    assert (base / "agi-bin/last-resort").stat().st_mode & 0o777 == 0o755
    assert (base / "data/documentation/core-en_US.xml").is_file()
    assert (base / "data/sounds").readlink() == settings.home / "sounds"
    assert (base / "log/cel-custom").is_dir()


def test_anonymous_callers_are_let_in_only_where_the_site_says_so(settings: Settings, host: Toolbox) -> None:
    pjsip = rendered(settings, host) / "etc/pjsip.conf"
    assert "[anonymous]" in pjsip.read_text("utf-8")
    rendered(settings, host, anonymous_callers=False)
    assert "[anonymous]" not in pjsip.read_text("utf-8")


def test_the_manager_is_on_loopback_with_the_least_rights(tmp_path: Path, host: Toolbox) -> None:
    settings = Settings(home=tmp_path / "home", cache=tmp_path, host="0.0.0.0", ami_port=15038)
    open_to_all = {"anonymous_callers": False, "sip": {"allow_plain": True}}
    text = (rendered(settings, host, **open_to_all) / "etc/manager.conf").read_text("utf-8")
    assert "bindaddr = 127.0.0.1\n" in text
    assert "permit = 127.0.0.1/255.255.255.255\n" in text
    # So does the engine, which asks nobody for a password.
    assert "IVR_AGI=agi://127.0.0.1:" in (tmp_path / "home/asterisk/etc/extensions.conf").read_text("utf-8")
    rights = re.findall(r"^(?:read|write) = (.*)$", text, re.MULTILINE)
    granted = {right for line in rights for right in line.split(",")}
    assert not granted & {"all", "command", "config", "dialplan", "dtmf", "security"}
    assert "system" not in rights[1].split(",")


def test_no_key_of_a_caller_reaches_a_log(settings: Settings, host: Toolbox) -> None:
    etc = rendered(settings, host) / "etc"
    levels = re.search(r"^messages.log => (.*)$", (etc / "logger.conf").read_text("utf-8"), re.MULTILINE)
    assert levels is not None
    assert "dtmf" not in levels.group(1)
    events = re.search(r"^events = (.*)$", (etc / "cel.conf").read_text("utf-8"), re.MULTILINE)
    assert events is not None
    assert not set(events.group(1).split(",")) & {"ALL", "DTMF"}
    for event in ("DTMFBegin", "DTMFEnd"):
        assert f"eventfilter(action(exclude),name({event})) =" in (etc / "manager.conf").read_text("utf-8")


def test_an_older_asterisk_gets_what_it_understands(settings: Settings, host: Toolbox) -> None:
    (host.asterisk_modules / "res_cdrel_custom.so").unlink()
    host.host["asterisk"].write_text('#!/bin/sh\necho "Asterisk 20.6.0~dfsg"\n', "utf-8")
    etc = rendered(settings, host) / "etc"
    assert "eventfilter = !Event: DTMFEnd" in (etc / "manager.conf").read_text("utf-8")
    assert "[mappings]" in (etc / "cel_custom.conf").read_text("utf-8")
    assert "res_cdrel_custom" not in (etc / "modules.conf").read_text("utf-8")


@pytest.mark.parametrize("name", ["app_queue", "res_pjsip_header_funcs"])
def test_a_build_without_a_needed_module_is_named(name: str, settings: Settings, host: Toolbox) -> None:
    (host.asterisk_modules / f"{name}.so").unlink()
    with pytest.raises(AsteriskError, match=f"lacks {name}"):
        rendered(settings, host)


def test_a_template_that_asks_for_what_is_not_there_is_named(
    settings: Settings, host: Toolbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/wrong.conf.j2").write_text("[x]\ny = {{ site.nonsense }}\n", "utf-8")
    monkeypatch.setattr(module, "asterisk_conf", lambda: tmp_path / "templates")
    with pytest.raises(AsteriskError, match=r"wrong\.conf\.j2.*nonsense"):
        rendered(settings, host)


def test_a_queue_is_left_by_the_keys_of_its_steps(settings: Settings, host: Toolbox) -> None:
    base = rendered(settings, host)
    assert "ivr-leave-" not in (base / "etc" / "queues.conf").read_text("utf-8")
    steps = {
        "wait": {"step": "queue", "queue": "support", "keys": {"1": "bye", "#": "bye"}},
        "bye": {"step": "hangup"},
    }
    base = rendered(settings, host, flows={"main": {"start": "wait", "steps": steps}})
    queues, dialplan = ((base / "etc" / file).read_text("utf-8") for file in ("queues.conf", "extensions.conf"))
    assert queues.count("context = ivr-leave-support\n") == 1
    context = dialplan.split("[ivr-leave-support]")[1].split("\n[")[0]
    assert re.findall(r"exten => (.),1,", context) == ["#", "1"]


def test_where_the_engine_announces_asterisk_is_silent(settings: Settings, host: Toolbox) -> None:
    for announcer, frequency in (("engine", "0"), ("asterisk", "30")):
        told = {"announcer": announcer, "comfort": ["queue-comfort", "queue-offer-callback-1"]}
        base = rendered(settings, host, queues={"support": told, "sales": {"announce_position": 0}})
        text = (base / "etc" / "queues.conf").read_text("utf-8").split("[support]")[1]
        assert f"announce-frequency = {frequency}\n" in text
        comfort = "periodic-announce = ivr/queue-comfort,ivr/queue-offer-callback-1\nperiodic-announce-frequency = 60\n"
        assert (comfort in text) == (announcer == "asterisk")


def test_asterisk_turns_nobody_away_from_a_full_queue(settings: Settings, host: Toolbox) -> None:
    base = rendered(settings, host, queues={"support": {"max_length": 2}, "sales": {"announce_position": 0}})
    text = (base / "etc" / "queues.conf").read_text("utf-8")
    assert re.findall(r"^maxlen = (.*)$", text, re.MULTILINE) == ["0"]


def test_agents_are_told_of_callers_only_where_a_queue_wants_that(settings: Settings, host: Toolbox) -> None:
    def waiting(**queue: object) -> list[str]:
        base = rendered(settings, host, queues={"support": queue, "sales": {}})
        text = (base / "etc" / "extensions.conf").read_text("utf-8")
        return [line for line in text.splitlines() if "Queue(" in line and not line.startswith(";")]

    assert all(",ct,,," in line or ",t,,," in line for line in waiting())
    told = waiting(whisper=["language"])
    assert sum(f",ct,,{settings.run.absolute()}/whispers/${{UNIQUEID}}," in line for line in told) == 3
    assert sum("whispers" in line for line in told) == 3  # not where an agent waits for a callback himself
