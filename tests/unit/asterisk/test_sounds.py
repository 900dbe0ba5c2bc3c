"""The sounds of a line are laid for Asterisk: its own prompts, and slow ones where callers may need them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dialplan.hours import Accessible
from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.sounds import lay_sounds, sounds_root
from ivr.core.settings import Settings
from prompts import sounds


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(demo_site(), tmp_path / "site")
    own = tmp_path / "site" / "prompts"
    own.mkdir(exist_ok=True)
    (own / "zh-CN.yaml").write_text("language: zh-CN\nprompts:\n  shop: {text: 您好。}\n", encoding="utf-8")
    for extension in sounds.EXTENSIONS:
        target = tmp_path / "site" / "sounds" / "zh" / "ivr" / f"shop{extension}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sounds.sound_path("zh-CN", "closed", extension=extension), target)
    return Settings(home=tmp_path / "home", site=tmp_path / "site")


def test_the_sites_own_prompts_stand_beside_the_pack(settings: Settings) -> None:
    assert settings.site is not None
    laid = lay_sounds(settings, load_site(settings.site))
    assert laid.root == sounds_root(settings)
    assert not sounds.missing("zh-CN", ["shop", "goodbye", "digits/7"], root=laid.root)
    assert not (laid.root / "zh" / "ivr-slow").exists()
    assert (laid.root / "moh" / "calm.wav").is_file()


def test_an_accessible_profile_has_its_prompts_slowly(settings: Settings) -> None:
    assert settings.site is not None
    site = load_site(settings.site)
    few = site.model_copy(
        update={
            "accessible": Accessible(speed=0.8),
            "flows": {"main": next(iter(site.flows.values())).model_copy(update={"steps": {}})},
            "queues": {"service": next(iter(site.queues.values())).model_copy(update={"comfort": ["closed"]})},
        }
    )
    root = lay_sounds(settings, few).root
    slow = sounds.duration("zh-CN", "ivr-slow/closed", root=root)
    assert slow == pytest.approx(sounds.duration("zh-CN", "closed", root=root) / 0.8, abs=0.05)


def test_wrong_prompts_do_not_take_the_line_away(settings: Settings) -> None:
    assert settings.site is not None
    (settings.site / "prompts" / "zh-CN.yaml").write_text("language: [")
    root = lay_sounds(settings, load_site(settings.site)).root
    assert not sounds.missing("zh-CN", ["goodbye"], root=root)
    assert sounds.missing("zh-CN", ["shop"], root=root) == ["shop"]
