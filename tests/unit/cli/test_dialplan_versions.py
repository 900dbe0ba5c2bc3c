"""ivr dialplan reload|versions|rollback|diff|graph on a site of one's own, without Asterisk and engine."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from ivr.asterisk.layout import control_socket
from ivr.call.versions import VersionStore, in_force, putting
from ivr.core.clock import SystemClock
from ivr.core.errors import SetupError
from ivr.core.settings import Settings
from tests.unit.cli.conftest import Ivr
from tests.unit.dialplan.sites import write_site

pytestmark = pytest.mark.usefixtures("no_asterisk")


@pytest.fixture
def site(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_site(tmp_path / "site")
    monkeypatch.setenv("IVR_SITE", str(folder))
    return folder


def plain(ivr: Ivr, *words: str, code: int = 0) -> Any:
    result = ivr("dialplan", *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def add(folder: Path, line: str) -> None:
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_put_in_force_looked_at_and_taken_back(ivr: Ivr, site: Path, home: Path) -> None:
    assert plain(ivr, "versions")["versions"] == []
    first = plain(ivr, "reload", "--note", "first\n\x1b[31m")
    assert (first["before"], first["engine"], first["asterisk"], first["changes"]) == (None, False, None, [])
    add(site, "pause_limit: 77")
    assert plain(ivr, "versions")["folder_differs"]
    second = plain(ivr, "reload", "--note", "shorter")
    assert second["before"] == first["version"]
    assert [one["text"] for one in second["changes"]] == ["pause_limit: was 120, now 77"]
    found = plain(ivr, "versions")
    assert (found["in_force"], found["folder_differs"], found["engine"]) == (second["version"], False, None)
    assert [one["times"][-1]["note"] for one in found["versions"]] == ["shorter", "first[31m"]
    assert all(one["times"][-1]["by"].startswith("cli:") for one in found["versions"])

    back = plain(ivr, "rollback")
    assert (back["version"], back["folder_differs"], back["saved"]) == (first["version"], True, None)
    assert in_force(Settings(home=home, site=site), SystemClock()).site.pause_limit == 120
    again = plain(ivr, "rollback", second["version"][:6])
    assert (again["version"], again["folder_differs"]) == (second["version"], False)
    written = plain(ivr, "rollback", first["version"], "--write")
    assert not written["folder_differs"]
    assert "pause_limit" not in (site / "site.yaml").read_text()
    assert "pause_limit: 77" in (Path(written["saved"]) / "site.yaml").read_text()
    audit = json.loads(ivr("audit", "list", "--json").stdout)
    rows = audit["entries"] if isinstance(audit, dict) else audit
    assert {"site.reload", "site.rollback"} <= {row["action"] for row in rows}


def test_errors_refuse_and_warnings_where_asked(ivr: Ivr, site: Path, home: Path) -> None:
    first = plain(ivr, "reload")["version"]
    (site / "strange.yaml").write_text("x: 1\n")
    answer = plain(ivr, "reload", "--strict", code=4)
    assert [one["severity"] for one in answer["problems"]][-1] == "warning"
    assert plain(ivr, "reload")["problems"]
    (site / "numbers.yaml").write_text("1000: nowhere\n")
    answer = plain(ivr, "reload", code=4)
    assert not answer["ok"]
    result = ivr("dialplan", "reload")
    assert result.exit_code == 4
    assert "numbers.yaml" in result.output
    assert "nothing has changed" in result.output
    store = VersionStore.of(Settings(home=home))
    force = store.in_force()
    assert force is not None
    assert force.version == first
    assert len(store.kept()) == 1


def test_what_is_said_in_words(ivr: Ivr, site: Path) -> None:
    assert "no version yet" in ivr("dialplan", "versions").output
    said = ivr("dialplan", "reload").output
    assert "is in force" in said
    assert "no engine runs here" in said
    add(site, "pause_limit: 77")
    assert "pause_limit: was 120, now 77" in ivr("dialplan", "reload").output
    said = ivr("dialplan", "rollback").output
    assert "comes into force with `ivr dialplan reload`" in said
    said = ivr("dialplan", "versions").output
    assert said.count("* ") == 1
    assert "comes into force" in said


def test_what_cannot_be(ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ivr("dialplan", "rollback").exit_code == 2
    plain(ivr, "reload")
    assert ivr("dialplan", "rollback", "ffff").exit_code == 2
    assert ivr("dialplan", "reload", "/nowhere").exit_code == 4
    monkeypatch.delenv("IVR_SITE")
    version = plain(ivr, "versions")["in_force"]
    assert ivr("dialplan", "rollback", version, "--write").exit_code == 2


def test_a_folder_that_cannot_be_written_is_told_apart_from_the_version(
    ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plain(ivr, "reload")["version"]
    add(site, "pause_limit: 77")
    plain(ivr, "reload")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(site / "site.yaml"))

    monkeypatch.setattr("ivr.call.versions.writing.write_back", full)
    told = plain(ivr, "rollback", first, "--write", code=3)
    assert f"version {first} is in force" in told["error"]
    assert f"rollback {first} --write" in told["cure"]
    found = plain(ivr, "versions")
    assert (found["in_force"], found["folder_differs"]) == (first, True)


def test_the_database_may_be_away(ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", "sqlite+aiosqlite:////proc/none/ivr.db")
    result = ivr("dialplan", "reload")
    assert result.exit_code == 0
    assert "not noted in the audit" in result.output
    assert plain(ivr, "versions")["in_force"]


def test_the_socket_of_an_engine_that_was_killed_is_no_engine(ivr: Ivr, site: Path, home: Path) -> None:
    path = control_socket(Settings(home=home))
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    assert path.exists()
    answer = plain(ivr, "reload")
    assert (answer["ok"], answer["engine"]) == (True, False)


def test_an_engine_that_does_not_take_it_leaves_everything_as_it_was(
    ivr: Ivr, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plain(ivr, "reload")["version"]
    add(site, "pause_limit: 77")

    def refuses(*_: object) -> None:
        raise SetupError("no answer", cure="look")

    monkeypatch.setattr(putting, "_tell_engine", refuses)
    assert plain(ivr, "reload", code=3)["error"] == "no answer"
    found = plain(ivr, "versions")
    assert found["in_force"] == first
    assert sorted(len(one["times"]) for one in found["versions"]) == [0, 1]


def test_diff_of_folders_and_versions(ivr: Ivr, site: Path, tmp_path: Path) -> None:
    other = write_site(tmp_path / "other")
    assert plain(ivr, "diff", str(site), str(other)) == {"differs": False, "changes": []}
    add(other, "pause_limit: 77")
    answer = plain(ivr, "diff", str(site), str(other), code=1)
    assert [(one["section"], one["text_zh"]) for one in answer["changes"]] == [
        ("site", "pause_limit：原为 120，现为 77")
    ]
    assert ivr("dialplan", "diff").exit_code == 2, "nothing is in force yet"
    version = plain(ivr, "reload")["version"]
    assert ivr("dialplan", "diff").exit_code == 0
    result = ivr("dialplan", "diff", version[:8], str(other))
    assert (result.exit_code, "Settings" in result.output) == (1, True)
    assert ivr("dialplan", "diff", "nonsense").exit_code == 2
    (other / "numbers.yaml").write_text("[")
    assert ivr("dialplan", "diff", str(site), str(other)).exit_code == 4


def test_graph(ivr: Ivr, site: Path, tmp_path: Path) -> None:
    result = ivr("dialplan", "graph")
    assert result.exit_code == 0
    assert result.stdout.startswith("flowchart TD\n")
    out = tmp_path / "flow.svg"
    assert ivr("dialplan", "graph", str(site), "-o", str(out)).exit_code == 0
    assert out.read_text("utf-8").startswith("<svg ")
    assert ivr("dialplan", "graph", "--flow", "nowhere").exit_code == 2
    assert ivr("dialplan", "graph", "-o", str(tmp_path / "no" / "x.svg")).exit_code == 3
    flow = site / "flows" / "main.yaml"
    flow.write_text(flow.read_text() + "  lost: {step: play, prompts: [no-such-prompt], next: lost}\n")
    assert "no-such-prompt" in plain(ivr, "graph")["text"]
    assert " wrong" in plain(ivr, "graph")["text"], "a site with errors is drawn, too"
    (site / "numbers.yaml").write_text("[")
    assert ivr("dialplan", "graph").exit_code == 4
