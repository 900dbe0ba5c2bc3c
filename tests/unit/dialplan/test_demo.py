"""The demo site and the version of a site's content."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

from dialplan.alerts import AlertKind
from dialplan.checks import check_site
from dialplan.examples import TINY_SITE
from dialplan.loading import load_site
from dialplan.model import Menu
from dialplan.semantics.prompts import prompts_used
from dialplan.sites import demo_site
from dialplan.version import site_version
from tests.unit.dialplan.sites import write_site


def test_the_demo_site_has_nothing_wrong() -> None:
    assert check_site(demo_site()) == []


def test_the_demo_site_answers_as_the_demo_needs() -> None:
    site = load_site(demo_site())
    assert site.numbers == {"1000": "main", "2000": "night"}
    assert site.languages == ["zh-CN", "en-US", "ko-KR"]
    assert site.anonymous_callers
    main = site.flows["main"].steps["main-menu"]
    assert isinstance(main, Menu)
    assert main.choices == {"1": "service", "2": "voicemail", "0": "service", "*": "main-menu"}
    assert main.tries >= 3  # silent once, wrong once, then chosen
    assert main.failure is None  # the engine's own closing formula (A9)
    assert site.hours["night"].always == "closed"
    assert {agent.extension for agent in site.agents.values()} == {"6001", "6002"}
    assert [name for name, agent in site.agents.items() if agent.supervises] == ["agent-kim"]
    assert {rule.kind for rule in site.alerts.values()} == set(get_args(AlertKind))


def test_a_missing_prompt_is_told_for_the_language_it_is_played_in(tmp_path: Path) -> None:
    used = prompts_used(load_site(demo_site()))
    assert set(used["language-offer-2"]) == {"en-US"}
    assert set(used["main-menu"]) == {"zh-CN", "en-US", "ko-KR"}
    known = {language: set(used) for language in ("zh-CN", "en-US", "ko-KR")}
    assert check_site(demo_site(), known_prompts=known) == []
    known["ko-KR"] -= {"closed", "language-offer-2"}
    found = check_site(demo_site(), known_prompts=known)
    assert [(one.code, one.where) for one in found] == [("DP231", "flows/main.yaml:44:15")]
    assert "ko-KR" in found[0].text.en
    assert "zh-CN" not in found[0].text.en


def test_prompts_of_a_queue_and_of_a_callback_are_looked_for(tmp_path: Path) -> None:
    queues = "service: {title: 客服, join_empty: false, comfort: [busy-now]}\n"
    callback = "callback: {dial: 'PJSIP/{number}@trunk-main', allowed: [1XXXXXXXXXX]}\n"
    flow = "start: hello\nsteps:\n  hello: {step: answer, next: later}\n  later: {step: callback, queue: service}\n"
    trunks = "main: {host: 203.0.113.7, numbers: {01088886666: 1000}}\n"
    site = TINY_SITE["site.yaml"] + callback
    folder = write_site(tmp_path, queues=queues, site=site, flows__main=flow, trunks=trunks)
    used = set(prompts_used(load_site(folder)))
    assert {"queue-nobody", "busy-now", "callback-cancelled", "goodbye"} <= used
    known = {"zh-CN": used - {"queue-nobody", "goodbye"}}
    found = [one for one in check_site(folder, known_prompts=known) if one.code == "DP231"]
    assert {one.where for one in found} == {"flows/main.yaml:4:17", "queues.yaml:1:34"}


def test_the_version_depends_on_the_content_alone(tmp_path: Path) -> None:
    first = load_site(write_site(tmp_path / "a"))
    text = "# a comment\n" + "\n".join(reversed(TINY_SITE["site.yaml"].splitlines())) + "\n"
    again = load_site(write_site(tmp_path / "b", site=text, queues='service:\n  "title": "客服"\n  ring: 15\n'))
    assert site_version(first) == site_version(again)
    other = load_site(write_site(tmp_path / "c", queues="service: {title: 客服, ring: 16}\n"))
    assert site_version(other) != site_version(first)
    assert site_version(first) == site_version(load_site(write_site(tmp_path / "a")))


def test_a_copy_of_the_demo_site_is_the_same_site(tmp_path: Path) -> None:
    shutil.copytree(demo_site(), tmp_path / "copy")
    assert site_version(load_site(tmp_path / "copy")) == site_version(load_site(demo_site()))
