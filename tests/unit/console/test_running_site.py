"""The site in force is known without reading it again and again, and a change of it is seen."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.console import context
from ivr.console.context import SITE_FOR, RunningSite
from ivr.core.clock import FixedClock
from ivr.core.settings import Settings


def test_a_site_is_loaded_again_only_when_a_file_of_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(demo_site(), folder)
    loaded: list[Path] = []
    load = load_site

    def noted(place: Path) -> Site:
        loaded.append(place)
        return load(place)

    monkeypatch.setattr(context, "load_site", noted)
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    site = RunningSite(Settings(home=tmp_path / "home", site=folder), clock)
    assert site().name == "demo"
    clock.advance(SITE_FOR + 1)
    assert site().name == "demo"
    assert len(loaded) == 1
    queues = folder / "queues.yaml"
    queues.write_text(queues.read_text("utf-8").replace("Customer service", "Service"), "utf-8")
    assert site().queues["service"].title == "Customer service"  # looked at a moment ago
    clock.advance(SITE_FOR + 1)
    assert site().queues["service"].title == "Service"
    assert len(loaded) == 2
