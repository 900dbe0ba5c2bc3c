from __future__ import annotations

from pathlib import Path

import pytest

from ivr.call.versions import VersionStore, in_force
from ivr.call.versions.start import check_folder
from ivr.core.clock import FixedClock
from ivr.core.errors import SiteError
from ivr.core.language import Text
from ivr.core.problems import Severity
from ivr.core.settings import Settings
from tests.unit.call.versions.test_store import AT
from tests.unit.dialplan.sites import write_site

CLOCK = FixedClock(AT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site")


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    return Settings(home=tmp_path / "home", site=folder)


def add(folder: Path, line: str) -> None:
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_the_first_start_puts_the_folder_in_force_and_later_ones_do_not(settings: Settings, folder: Path) -> None:
    told: list[Text] = []
    first = in_force(settings, CLOCK, tell=told.append)
    assert told == []
    add(folder, "# a remark changes nothing")
    assert in_force(settings, CLOCK, tell=told.append).version == first.version
    assert told == []
    add(folder, "pause_limit: 77")
    again = in_force(settings, CLOCK, tell=told.append)
    assert (again.version, again.site.pause_limit) == (first.version, 120)
    assert "ivr dialplan reload" in told[0].en
    add(folder, "no such: [")
    assert in_force(settings, CLOCK).version == first.version, "a broken folder takes no line away"
    assert len(VersionStore.of(settings).kept()) == 1


def test_another_folder_is_taken_as_it_is(settings: Settings, tmp_path: Path) -> None:
    first = in_force(settings, CLOCK)
    other = write_site(tmp_path / "other")
    add(other, "pause_limit: 77")
    moved = settings.model_copy(update={"site": other})
    second = in_force(moved, CLOCK)
    assert (second.site.pause_limit, second.version != first.version) == (77, True)
    force = VersionStore.of(moved).in_force()
    assert force is not None
    assert (force.version, force.before, force.configured) == (second.version, first.version, str(other))


def test_without_a_site_of_ones_own_the_demos_is_taken_anew_each_time(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = settings.model_copy(update={"site": None})
    monkeypatch.setattr("ivr.call.versions.start.demo_site", lambda: folder)
    first = in_force(demo, CLOCK)
    add(folder, "pause_limit: 77")
    assert in_force(demo, CLOCK).site.pause_limit == 77
    assert VersionStore.of(demo).before() == first.version


def test_a_version_that_is_damaged_gives_way_to_the_folder(settings: Settings, folder: Path) -> None:
    first = in_force(settings, CLOCK)
    store = VersionStore.of(settings)
    (store.folder(first.version) / "numbers.yaml").write_text("[")
    add(folder, "pause_limit: 77")
    assert in_force(settings, CLOCK).site.pause_limit == 77


def test_a_folder_with_errors_does_not_start(settings: Settings, folder: Path) -> None:
    (folder / "numbers.yaml").write_text("1000: nowhere\n")
    with pytest.raises(SiteError) as caught:
        in_force(settings, CLOCK)
    assert any("numbers.yaml" in one.where for one in caught.value.problems)
    assert VersionStore.of(settings).in_force() is None


def test_a_folder_is_checked_by_the_bytes_that_were_read(folder: Path, tmp_path: Path) -> None:
    checked = check_folder(folder)
    assert checked.edition is not None
    (folder / "numbers.yaml").write_text("9999: nowhere\n")
    checked.snapshot.write(tmp_path / "copy")
    again = check_folder(tmp_path / "copy")
    assert again.edition is not None
    assert again.edition.version == checked.edition.version
    (tmp_path / "outside.yaml").write_text("{}")
    (tmp_path / "copy" / "hours.yaml").unlink()
    (tmp_path / "copy" / "hours.yaml").symlink_to(tmp_path / "outside.yaml")
    found = check_folder(tmp_path / "copy")
    assert found.edition is None
    assert any("hours.yaml" in one.where and one.severity is Severity.ERROR for one in found.problems)
    with pytest.raises(SiteError):
        check_folder(tmp_path / "nowhere")
