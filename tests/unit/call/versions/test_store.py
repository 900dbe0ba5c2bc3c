from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialplan.loading import load_site
from ivr.call.versions import Snapshot, VersionStore, load_edition
from ivr.call.versions.writing import write_back
from ivr.core.errors import SetupError, SiteError, UsageError
from tests.unit.dialplan.sites import write_site

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "versions")


def keep(store: VersionStore, folder: Path, number: int, *, forced: bool = True) -> str:
    """One more version of the site in ``folder``: another pause limit."""
    text = (folder / "site.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("pause_limit")]
    (folder / "site.yaml").write_text("\n".join([*lines, f"pause_limit: {100 + number}", ""]), "utf-8")
    snapshot = Snapshot.of(folder)
    version = snapshot.version(load_site(folder))
    at = AT + timedelta(minutes=number)
    store.put(snapshot, version, site="tiny", source=folder, at=at)
    if forced:
        store.put_in_force(version, configured=folder, at=at, by="cli:me", note=f"change {number}")
    return version


def test_what_is_put_in_force_is_told_with_who_when_and_why(store: VersionStore, tmp_path: Path) -> None:
    assert store.in_force() is None
    assert store.kept() == []
    folder = write_site(tmp_path / "site")
    first, second = keep(store, folder, 1), keep(store, folder, 2)
    force = store.in_force()
    assert force is not None
    assert (force.version, force.before, force.by, force.note) == (second, first, "cli:me", "change 2")
    assert force.since == AT + timedelta(minutes=2)
    assert [one.version for one in store.kept()] == [second, first]
    assert store.before() == first
    assert load_edition(store.folder(first), first).site.pause_limit == 101
    store.put_in_force(first, configured=folder, at=AT + timedelta(minutes=3), by="cli:me")
    assert [one.version for one in store.kept()] == [first, second]
    assert len(store.about(first).times) == 2


def test_a_version_is_found_by_how_it_begins(store: VersionStore, tmp_path: Path) -> None:
    version = keep(store, write_site(tmp_path / "site"), 1)
    assert store.find(version[:5]).version == version
    for wrong in ("", "zz", "../../etc"):
        with pytest.raises(UsageError):
            store.find(wrong)
    with pytest.raises(UsageError, match="not kept"):
        store.about("../../../etc")
    with pytest.raises(ValueError, match="not a version"):
        store.folder("../x")
    with pytest.raises(UsageError, match="before"):
        store.before()


def test_the_last_ones_are_kept_and_those_in_use(store: VersionStore, tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    versions = [keep(store, folder, number) for number in range(1, 7)]
    gone = store.prune(spared={versions[0]}, keep=3)
    assert sorted(gone) == sorted(versions[1:3])
    assert {one.version for one in store.kept()} == {versions[0], *versions[3:]}
    assert store.prune(spared={versions[0]}, keep=3) == []
    store.prune(keep=0)
    assert {one.version for one in store.kept()} == set(versions[4:]), "the one in force and the one before it stay"


def test_half_a_version_is_none(store: VersionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_site(tmp_path / "site")
    snapshot = Snapshot.of(folder)
    version = snapshot.version(load_site(folder))
    with monkeypatch.context() as broken:
        broken.setattr(VersionStore, "_write", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            store.put(snapshot, version, site="tiny", source=folder, at=AT)
    assert not store.has(version)
    assert list(store.root.iterdir()) == []
    (store.root / version / "site").mkdir(parents=True)
    store.put(snapshot, version, site="tiny", source=folder, at=AT)
    assert store.has(version)
    assert load_edition(store.folder(version), version).site == load_site(folder)


def test_what_cannot_be_read_is_said(store: VersionStore, tmp_path: Path) -> None:
    version = keep(store, write_site(tmp_path / "site"), 1)
    (store.root / "in-force.json").write_text('{"version": ')
    with pytest.raises(SetupError, match=r"in-force\.json"):
        store.in_force()
    (store.folder(version) / "site.yaml").write_text("name: [")
    with pytest.raises(SiteError, match=version):
        load_edition(store.folder(version), version)


def test_a_snapshot_holds_the_sites_files_and_no_others(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    plain = Snapshot.of(folder)
    site = load_site(folder)
    (folder / "secret.txt").write_text("no")
    (folder / "flows" / "notes.md").write_text("no")
    (tmp_path / "outside.yaml").write_text("x: 1")
    (folder / "hours.yaml").unlink(missing_ok=True)
    (folder / "hours.yaml").symlink_to(tmp_path / "outside.yaml")
    assert not any("secret" in name or name.endswith(".md") for name in Snapshot.of(folder).files)
    assert "hours.yaml" not in Snapshot.of(folder).files, "it leads out of the folder"
    (folder / "prompts").mkdir()
    (folder / "prompts" / "zh-CN.yaml").write_text("words: 1")
    one = Snapshot.of(folder).version(site)
    (folder / "prompts" / "zh-CN.yaml").write_text("words: 2")
    two = Snapshot.of(folder).version(site)
    assert len({plain.version(site), one, two}) == 3, "the words of prompts are part of the version"
    with pytest.raises(OSError, match="nowhere"):
        Snapshot.of(tmp_path / "nowhere")


def test_a_version_is_written_back_and_what_was_there_is_kept(store: VersionStore, tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    version = keep(store, folder, 1)
    assert write_back(store, version, folder, AT) is None
    old = Snapshot.of(folder)
    (folder / "flows" / "more.yaml").write_text("half done")
    (folder / "site.yaml").write_text("name: other")
    (folder / "README.txt").write_text("mine")
    saved = write_back(store, version, folder, AT)
    assert Snapshot.of(folder) == old
    assert (folder / "README.txt").read_text() == "mine"
    assert saved is not None
    assert (saved / "flows" / "more.yaml").read_text() == "half done"
    assert (saved / "site.yaml").read_text() == "name: other"
