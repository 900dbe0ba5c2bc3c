from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from dialplan.examples import TINY_SITE
from dialplan.sites import demo_site
from ivr.core.errors import SetupError
from ivr.core.log import get_logger
from ivr.storage.migrations import newest
from recording import models
from tests.ports import free_port
from tests.unit.cli.conftest import FakeRuntime, Ivr


def site_in(folder: Path, **changes: str) -> Path:
    for name, text in {**TINY_SITE, **{f"{name}.yaml": text for name, text in changes.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def by_name(findings: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {finding["name"].split(" port")[0]: finding for finding in findings}


def test_without_a_command_help_comes(ivr: Ivr) -> None:
    result = ivr()
    assert "doctor" in result.output
    assert "Exit codes: 0 done" in result.output
    assert ivr("--version").output.strip().count(".") == 2
    assert ivr("nonsense").exit_code == 2
    assert ivr("db", "nonsense").exit_code == 2
    assert ivr("doctor", "--nonsense").exit_code == 2


@pytest.mark.parametrize(
    "words", [["doctor"], ["model", "list"], ["dialplan", "check"], ["asterisk", "status"], ["qa", "--help"]]
)
def test_looking_writes_nothing(ivr: Ivr, home: Path, words: list[str], no_asterisk: None) -> None:
    ivr(*words)
    assert not home.exists()
    assert not (home.parent / "cache").exists()
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ["report"],
        ["queues", "staff"],
        ["calls", "list"],
        ["calls", "list", "--json"],
        ["calls", "show", "1"],
        ["audit", "list"],
        ["recordings", "list"],
        ["callbacks", "list"],
        ["qa", "report"],
    ],
)
def test_without_tables_one_sentence_names_the_cure_and_nothing_is_written(
    ivr: Ivr, home: Path, words: list[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    result = ivr(*words)
    assert result.exit_code == 3
    said = {"en": ("no tables yet", "run: ivr db upgrade"), "zh": ("尚无数据表", "请运行：ivr db upgrade")}
    (line,) = result.stderr.splitlines()
    assert all(word in line for word in said[language])
    only_the_error(result.stdout, words)
    assert not home.exists()


def test_db_upgrade(ivr: Ivr, home: Path) -> None:
    first = ivr("db", "upgrade", "--json")
    assert (first.exit_code, json.loads(first.stdout)) == (0, {"version": newest(), "talks": 0})
    again = ivr("db", "upgrade")
    assert again.exit_code == 0
    assert again.stdout == f"database at version {newest()}\n"
    assert (home / "ivr.db").is_file()


def only_the_error(stdout: str, words: list[str]) -> None:
    """Standard output holds plain data if asked for, else nothing."""
    if "--json" not in words:
        assert stdout == ""
        return
    told = json.loads(stdout)
    assert sorted(told) == ["cure", "error", "problems"]
    assert told["error"]
    assert told["cure"]


@pytest.mark.parametrize("words", [["db", "upgrade"], ["qa", "run", "--json"], ["qa", "run"]])
def test_a_database_in_an_unwritable_folder(
    ivr: Ivr, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("IVR_HOME", str(tmp_path / "file" / "home"))
    result = ivr(*words)
    assert result.exit_code == 1
    only_the_error(result.stdout, words)
    assert str(tmp_path / "file") in result.stderr
    assert "make folder and file writable" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_address_that_is_none(ivr: Ivr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", "mysql://secret:word@host/x")
    result = ivr("db", "upgrade")
    assert result.exit_code == 2
    assert "word" not in result.stderr.replace("password", "")


def test_a_damaged_database(ivr: Ivr, home: Path) -> None:
    home.mkdir()
    (home / "ivr.db").write_bytes(b"this is no database" * 100)
    for words in (["db", "upgrade"], ["qa", "run"]):
        result = ivr(*words)
        assert result.exit_code == 1
        assert "put a backup in its place" in result.stderr
    assert (home / "ivr.db").read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize(("name", "value"), [("IVR_SIP_PORT", "abc"), ("IVR_AGI_PORT", "70000"), ("IVR_HOME", "~x_/")])
@pytest.mark.parametrize("words", [["doctor"], ["serve"], ["db", "upgrade"], ["dialplan", "check"]])
def test_a_setting_that_cannot_be_used(
    ivr: Ivr, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: list[str], runtime: FakeRuntime
) -> None:
    monkeypatch.setenv(name, value)
    result = ivr(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{name}: ")
    assert result.stdout == ""
    assert runtime.asked == []


def test_dialplan_check_of_a_site_in_order(ivr: Ivr, tmp_path: Path) -> None:
    result = ivr("dialplan", "check", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (0, True)
    assert found["site"] == str(demo_site())
    folder = site_in(tmp_path / "site")
    assert ivr("dialplan", "check", str(folder)).exit_code == 0


def test_dialplan_check_says_file_line_and_column(ivr: Ivr, tmp_path: Path) -> None:
    folder = tmp_path / "a folder with a long name, longer than any terminal is wide, so that lines would wrap" / "site"
    shutil.copytree(demo_site(), folder)
    path = folder / "flows" / "main.yaml"
    path.write_text(path.read_text("utf-8").replace("next: language", "next: nowhere"), "utf-8")
    line = path.read_text("utf-8").splitlines().index("    next: nowhere") + 1
    plain = ivr("dialplan", "check", str(folder))
    assert plain.exit_code == 4
    said = [one for one in plain.stdout.splitlines() if f"main.yaml:{line}:" in one]
    assert len(said) == 1
    where, code, *_ = said[0].split("main.yaml:")[1].split()
    assert where.startswith(f"{line}:")
    assert code.startswith("DP")
    assert "—" in said[0]
    found = json.loads(ivr("dialplan", "check", str(folder), "--json").stdout)
    assert found["ok"] is False
    assert any(f"main.yaml:{line}:" in one["where"] for one in found["problems"])
    assert all(one["cure"] and one["cure_zh"] for one in found["problems"])


@pytest.mark.parametrize(
    "text", ["flows: [", "\x00", "numbers: {1000: main}\nnumbers: {}", "- [a", "'", "[bold]x[/bold]"]
)
def test_dialplan_check_of_broken_yaml(ivr: Ivr, tmp_path: Path, text: str) -> None:
    folder = site_in(tmp_path / "site", site=text)
    result = ivr("dialplan", "check", str(folder))
    assert result.exit_code == 4
    assert "site.yaml:" in result.stdout
    assert json.loads(ivr("dialplan", "check", str(folder), "--json").stdout)["ok"] is False


def test_dialplan_check_of_a_folder_that_is_not_there(ivr: Ivr, tmp_path: Path) -> None:
    result = ivr("dialplan", "check", str(tmp_path / "nowhere"))
    assert result.exit_code == 4
    assert "nowhere" in result.output


def test_warnings_fail_only_when_strict(ivr: Ivr, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(demo_site(), folder)
    flow = folder / "flows" / "main.yaml"
    flow.write_text(flow.read_text("utf-8") + "  never:\n    step: hangup\n", "utf-8")
    found = json.loads(ivr("dialplan", "check", str(folder), "--json").stdout)
    assert {one["severity"] for one in found["problems"]} == {"warning"}
    assert ivr("dialplan", "check", str(folder)).exit_code == 0
    assert ivr("dialplan", "check", str(folder), "--strict").exit_code == 4


@pytest.mark.parametrize(
    "words", [["asterisk", "render"], ["asterisk", "start", "--json"], ["up"], ["qa", "run", "--json"]]
)
def test_a_broken_site_stops_whatever_needs_it(
    ivr: Ivr, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: FakeRuntime
) -> None:
    monkeypatch.setenv("IVR_SITE", str(site_in(tmp_path / "site", numbers="1000: nowhere")))
    result = ivr(*words)
    assert result.exit_code == 4
    only_the_error(result.stdout, words)
    if "--json" in words:
        assert [one["where"] for one in json.loads(result.stdout)["problems"]][:1] == ["numbers.yaml:1:7"]
    assert "numbers.yaml:1:" in result.stderr
    assert "ivr dialplan check" in result.stderr
    assert runtime.asked == []


@pytest.mark.parametrize("words", [["asterisk", "status", "--json"], ["asterisk", "stop"], ["asterisk", "status"]])
def test_without_asterisk(ivr: Ivr, words: list[str], no_asterisk: None) -> None:
    result = ivr(*words)
    assert result.exit_code == 3
    assert "ivr asterisk install" in result.stderr
    only_the_error(result.stdout, words)


def test_a_rootfs_that_is_none(ivr: Ivr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_ROOTFS", str(tmp_path))
    for words in (["asterisk", "install"], ["asterisk", "render"], ["up"]):
        result = ivr(*words)
        assert result.exit_code == 3
        assert "IVR_ROOTFS" in result.stderr


def test_an_installation_on_a_read_only_place(ivr: Ivr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ivr.asterisk.setup.find_asterisk", lambda *_, **__: None)
    (tmp_path / "file").touch()
    monkeypatch.setenv("IVR_HOME", str(tmp_path / "file" / "home"))
    result = ivr("asterisk", "render")
    assert result.exit_code == 3
    assert "IVR_HOME" in result.stderr
    assert str(tmp_path / "file") in result.stderr


def test_model_list_and_install(ivr: Ivr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_packaged", lambda: iter(()))
    result = ivr("model", "list", "--json")
    rows = json.loads(result.stdout)
    assert {row["source"] for row in rows} == {"offered"}
    assert "ivr model install NAME --sha256" in ivr("model", "list").stdout
    result = ivr("model", "install", "vosk-model-small-cn-0.22")
    assert result.exit_code == 2
    assert "--sha256" in result.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        result = ivr("model", "install", "x", "--url", url, "--sha256", "0" * 64, "--json")
    assert result.exit_code == 3
    assert url in json.loads(result.stdout)["error"]
    assert ivr("model", "install", "../x", "--sha256", "0" * 64).exit_code == 2


def test_a_configured_model_that_is_not_there(ivr: Ivr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_VOSK_MODEL", str(tmp_path / "typo"))
    result = ivr("model", "list")
    assert result.exit_code == 3
    assert "IVR_VOSK_MODEL" in result.stderr


def test_doctor_names_what_is_missing_and_the_cure(
    ivr: Ivr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, no_asterisk: None
) -> None:
    monkeypatch.setattr(models, "_packaged", lambda: iter(()))
    (tmp_path / "file").touch()
    monkeypatch.setenv("IVR_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setenv("IVR_SITE", str(tmp_path / "no-site"))
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setenv("IVR_AGI_PORT", str(busy.getsockname()[1]))
        for name in ("IVR_SIP_PORT", "IVR_AMI_PORT", "IVR_CONSOLE_PORT"):
            monkeypatch.setenv(name, str(free_port()))
        result = ivr("doctor", "--json")
        plain = ivr("doctor")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (3, False)
    seen = by_name(found["findings"])
    sick = {name: finding["cure"] for name, finding in seen.items() if not finding["ok"]}
    expected = {"Asterisk and SIP clients", "Vosk model", "site", "home", "keys", "FastAGI", "who may call in"}
    assert sick.keys() - {"disk space"} == expected
    assert "ivr asterisk install" in sick["Asterisk and SIP clients"]
    assert "ivr model install" in sick["Vosk model"]
    assert sick["site"] == "run `ivr dialplan check`"
    assert "IVR_HOME" in sick["home"]
    assert "IVR_AGI_PORT" in sick["FastAGI"]
    assert seen["FastAGI"]["detail"] == "in use"
    assert all(finding["name_zh"] for finding in found["findings"])
    assert plain.exit_code == 3
    assert plain.stdout.count("✗") == len(sick)
    assert all(f"→ {cure}\n" in plain.stdout for cure in sick.values())


def test_doctor_on_an_address_that_is_not_this_machines(ivr: Ivr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_HOST", "192.0.2.1")
    seen = by_name(json.loads(ivr("doctor", "--json").stdout)["findings"])
    assert not seen["SIP"]["ok"]
    assert "IVR_HOST" in seen["SIP"]["cure"]


def test_doctor_takes_a_busy_port_for_our_own_while_we_serve(
    ivr: Ivr, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "run").mkdir(parents=True)
    (home / "run" / "serve.ready").write_text("1")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        monkeypatch.setenv("IVR_AGI_PORT", str(busy.getsockname()[1]))
        seen = by_name(json.loads(ivr("doctor", "--json").stdout)["findings"])
    assert seen["FastAGI"]["ok"]


def test_doctor_sees_old_tables(ivr: Ivr, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ivr("db", "upgrade")
    assert by_name(json.loads(ivr("doctor", "--json").stdout)["findings"])["database"]["ok"]
    monkeypatch.setattr("ivr.storage.migrations.newest", lambda: "0099")
    finding = by_name(json.loads(ivr("doctor", "--json").stdout)["findings"])["database"]
    assert (finding["ok"], finding["cure"]) == (False, "run `ivr db upgrade`")


def test_doctor_in_chinese(ivr: Ivr, monkeypatch: pytest.MonkeyPatch, no_asterisk: None) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    assert "磁盘空间" in ivr("doctor").stdout
    monkeypatch.setenv("IVR_LANG", "en")
    assert "disk space" in ivr("doctor").stdout


def test_serve_hands_the_settings_to_the_runtime(
    ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_AGI_PORT", "14573")
    assert ivr("serve").exit_code == 0
    assert runtime.asked == ["serve 14573"]


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (SetupError("no model", cure="install one"), 3, "no model — install one\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (PermissionError(13, "Permission denied", "/some/where"), 3, "/some/where: Permission denied — "),
    ],
)
def test_what_goes_wrong_at_run_time_ends_in_a_word_and_a_code(
    ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, says: str
) -> None:
    async def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(runtime, "serve", fail)
    result = ivr("serve")
    assert result.exit_code == code
    assert result.stderr.startswith(says)
    assert result.stdout == ""


def test_markup_in_messages_is_text(ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: object) -> None:
        raise SetupError("[bold]name[/bold] [/red] [link=http://x]", cure="[0]")

    monkeypatch.setattr(runtime, "serve", fail)
    assert ivr("serve").stderr == "[bold]name[/bold] [/red] [link=http://x] — [0]\n"


def test_a_bug_is_not_hidden(ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: object) -> None:
        raise ConnectionResetError("nobody thought of this")

    monkeypatch.setattr(runtime, "serve", fail)
    with pytest.raises(ConnectionResetError):
        ivr("serve")


def test_commands_log_into_the_installation_and_never_onto_the_console(
    ivr: Ivr, home: Path, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(_: object) -> None:
        get_logger("room").error("something\nhappened", caller="\x1b[31m")

    monkeypatch.setattr(runtime, "serve", talk)
    result = ivr("serve")
    assert result.output == ""
    (line,) = (home / "log" / "ivr.log").read_text().splitlines()
    assert json.loads(line)["event"] == "something\nhappened"


def test_up_prepares_before_it_runs(ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr("ivr.asterisk.setup.prepare", lambda *_, **__: order.append("prepared"))
    assert ivr("up").exit_code == 0
    assert order == ["prepared"]
    assert runtime.asked == ["up"]


def test_ctrl_c_in_the_preparation(ivr: Ivr, runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ivr.asterisk.setup.prepare", interrupted)
    result = ivr("up")
    assert result.exit_code == 130
    assert "stopped" in result.stderr
    assert runtime.asked == []


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["calls", "list"], {}),
        (["qa", "report", "--day", "x"], {}),
        (["model", "install", "../x"], {}),
        (["model", "install", "x"], {}),
        (["model", "install", "x", "--sha256", "abc"], {}),
        (["model", "list"], {"IVR_VOSK_MODEL": "/nowhere"}),
        (["dialplan", "check", "/nowhere"], {}),
        (["db", "upgrade"], {"IVR_DATABASE_URL": "nothing"}),
        (["doctor"], {"IVR_SITE": "/nowhere"}),
        (["calls", "list"], {"IVR_SIP_PORT": "many"}),
    ],
)
def test_what_is_wrong_is_said_in_chinese(
    ivr: Ivr, monkeypatch: pytest.MonkeyPatch, words: list[str], environment: dict[str, str]
) -> None:
    monkeypatch.setenv("IVR_LANG", "zh")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = ivr(*words)
    assert result.exit_code != 0
    lines = [line for line in (result.stderr + result.stdout).splitlines() if line.strip()]
    assert lines
    for line in lines:
        about_python = line.startswith("✓ Python") or line.startswith("✓ Vosk")
        assert about_python or any("\u4e00" <= char <= "\u9fff" for char in line), line
