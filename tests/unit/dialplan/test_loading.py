"""Loading a site: what may be written how, and hostile folders and files."""

from __future__ import annotations

import os
from datetime import date, time
from pathlib import Path

import pytest

import dialplan.files
import dialplan.tree
from dialplan.loading import load_checked, load_site
from dialplan.model import Menu
from ivr.core.errors import SiteError
from ivr.core.problems import Problem
from tests.unit.dialplan.sites import write_site

MENU = """
start: hello
steps:
  hello: {step: answer, next: greet}
  greet: {step: greeting, next: ask}
  ask:
    step: menu
    prompts: [main-menu]
    choices:
      1: wait
      "2": wait
      0: wait
      '*': ask
      '#': bye
    timeout: 5
  wait: {step: queue, queue: service, timeout: bye}
  bye: {step: hangup}
"""


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test of this module runs with libyaml and with the parser in Python."""
    monkeypatch.setattr(dialplan.tree, "PARSER", request.param)


def only(folder: Path) -> Problem:
    """The one problem of a folder, which stops the site."""
    with pytest.raises(SiteError) as caught:
        load_site(folder)
    assert len(caught.value.problems) == 1, [str(found) for found in caught.value.problems]
    return caught.value.problems[0]


def test_digits_need_no_quotes(tmp_path: Path) -> None:
    folder = write_site(
        tmp_path,
        numbers="1000: main\n0123: main\n",
        agents="lee: {name: 007, extension: 06001, number: 0801, queues: [service]}\n",
        flows__main=MENU,
    )
    site = load_site(folder)
    assert list(site.numbers) == ["1000", "0123"]
    assert (site.agents["lee"].extension, site.agents["lee"].number, site.agents["lee"].name) == (
        "06001",
        "0801",
        "007",
    )
    ask = site.flows["main"].steps["ask"]
    assert isinstance(ask, Menu)
    assert list(ask.choices) == ["1", "2", "0", "*", "#"]
    assert ask.timeout == 5.0


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("08:30", time(8, 30)),
        ("8:30", time(8, 30)),
        ("12:00", time(12)),
        ("'12:00'", time(12)),
        ("09:00:30", time(9, 0, 30)),
    ],
)
def test_times_need_no_quotes(tmp_path: Path, written: str, meant: time) -> None:
    text = f"office:\n  openings: [{{days: [mon], start: {written}, end: 24:00}}]\n  closed: [2026-10-01]\n"
    opening = load_site(write_site(tmp_path, hours=text)).hours["office"]
    assert opening.openings[0].start == meant
    assert opening.openings[0].end == time(0)
    assert opening.closed == [date(2026, 10, 1)]


@pytest.mark.parametrize(
    "written", ["08:30Z", "25:00", "12:60", "930", "8h30", "1767225600", "24:01", "[8, 30]", "٠٨:٣٠"]
)
def test_what_is_no_time_is_told(tmp_path: Path, written: str) -> None:
    found = only(write_site(tmp_path, hours=f"office:\n  openings: [{{days: [mon], start: {written}, end: 18:00}}]\n"))
    assert (found.code, found.where) == ("DP108", "hours.yaml:2:35")
    assert "08:30" in found.cure.en
    assert "08:30" in found.cure.zh


@pytest.mark.parametrize("written", ["2026-02-30", "20261001", "1767225600", "2026-10-01T00:00:00", "1.10.2026", "yes"])
def test_what_is_no_date_is_told(tmp_path: Path, written: str) -> None:
    assert only(write_site(tmp_path, hours=f"office: {{always: open, closed: [{written}]}}\n")).code == "DP108"


@pytest.mark.parametrize("word", ["no", "on", "y", "off", "null-like", "true"])
def test_words_that_yaml_takes_for_booleans_stay_words(tmp_path: Path, word: str) -> None:
    flow = f"start: {word}\nsteps:\n  {word}: {{step: answer, next: bye}}\n  bye: {{step: hangup}}\n"
    assert load_site(write_site(tmp_path, flows__main=flow)).flows["main"].start == word


@pytest.mark.parametrize("number", ["nan", ".inf", "-.inf", "1e400", "31", "0"])
def test_a_number_out_of_range_is_told(tmp_path: Path, number: str) -> None:
    found = only(write_site(tmp_path, flows__main=MENU.replace("timeout: 5", f"timeout: {number}")))
    assert found.code in {"DP106", "DP107"}
    assert found.where == "flows/main.yaml:15:14"


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    text = "\ufeff1000: main\r\n2000: main\r\n"
    assert list(load_site(write_site(tmp_path, numbers=text)).numbers) == ["1000", "2000"]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    folder = write_site(
        tmp_path, numbers="x1: main\n", queues="service: {ring: 90, rings: 2}\n", hours="office: {alway: open}\n"
    )
    with pytest.raises(SiteError) as caught:
        load_site(folder)
    assert {(found.code, found.where) for found in caught.value.problems} == {
        ("DP111", "numbers.yaml:1:1"),
        ("DP106", "queues.yaml:1:17"),
        ("DP101", "queues.yaml:1:21"),
        ("DP101", "hours.yaml:1:10"),
    }
    assert caught.value.exit_code == 4


def test_the_nearest_setting_is_offered_first(tmp_path: Path) -> None:
    found = only(write_site(tmp_path, queues="service: {anounce_position: 20}\n"))
    assert found.cure.en.startswith("use one of: announce_position,")


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    folder = write_site(
        tmp_path, queues="service: {ring: 90}\n", agents="lee: [\n", flows__main=None, flows__extra="start: ["
    )
    _, problems = load_checked(folder)
    assert {found.where.split(":")[0] for found in problems} >= {"queues.yaml", "agents.yaml", "flows/extra.yaml"}


@pytest.mark.parametrize("name", ["Main", "1st", "a b", "x" * 41, "客服", "-a", "a'; drop", "..", "a\nb"])
def test_a_flow_file_with_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_site(tmp_path)
    (folder / "flows" / f"{name}.yaml").write_text(
        "start: a\nsteps:\n  a: {step: answer, next: b}\n  b: {step: hangup}\n"
    )
    found = only(folder)
    assert found.code == "DP105"
    assert "\n" not in found.where
    assert found.where.endswith(".yaml:1:1")


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    Path(os.fsdecode(os.fsencode(folder / "flows") + b"/\xff\xfe.yaml")).write_text("start: a\n")
    _, problems = load_checked(folder)
    for found in problems:
        str(found).encode("utf-8")
    assert any(found.code == "DP105" for found in problems)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_other_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    found = only(
        write_site(
            tmp_path, agents="lee: {name: 李明, extension: 6001, number: 801, queues: [service]}\n".encode(encoding)
        )
    )
    assert found.code == "DP005"
    assert "UTF-8" in found.cure.en


def test_the_place_of_a_bad_byte_is_told(tmp_path: Path) -> None:
    found = only(write_site(tmp_path, queues="# 队列\nservice: {title: 客".encode() + b"\xff}\n"))
    assert (found.code, found.where) == ("DP005", "queues.yaml:2:19")


@pytest.mark.parametrize(
    "value", ['"a\\0b"', '"a\\r\\nSystem: x"', '"a\\u202eb"', "|\n  a\n  b\n", '"\\x1b[2J"', '"\\ud800"']
)
def test_control_characters_are_refused_in_values(tmp_path: Path, value: str) -> None:
    found = only(write_site(tmp_path, queues=f"service:\n title: {value}\n"))
    assert found.code in {"DP004", "DP005"}
    assert found.where.startswith("queues.yaml:2")
    assert all(char.isprintable() for char in str(found))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: !!python/object/apply:os.system ['touch pwned']\n", "DP010"),
        ("!!python/object/apply:os.system ['touch pwned']\n", "DP010"),
        ("a: !!binary aGk=\n", "DP010"),
        ("a: ! x\n", "DP010"),
        ("%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system ['touch pwned']\n", "DP010"),
        ("a: &a [*a]\n", "DP007"),
        ("a: &a\n  b: *a\n", "DP007"),
        ("service: {}\nother: *service\n", "DP007"),
        ("x: &x {ring: 15}\nservice: {<<: *x}\n", "DP007"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", "DP007"),
        ("{[a]: b}\n", "DP012"),
        ("? {a: b}\n: c\n", "DP012"),
        ("service: {}\n...\nmore\n", "DP004"),
        ("service: {}\n---\n", "DP009"),
        ("- service\n", "DP110"),
        ("service\n", "DP110"),
        ("''\n", "DP110"),
        ("~\n", "DP003"),
        ("", "DP003"),
        ("---\n", "DP003"),
        ("\ufeff", "DP003"),
        ("service: {}\n\t: x\n", "DP008"),
        ("service: 'open\n", "DP004"),
        ("service: @x\n", "DP004"),
        ("a: b: c\n", "DP004"),
        ("%YAML 9.9\n---\na: b\n", "DP004"),
        ("[" * 900_000, "DP011"),
        ("- " * 400_000, "DP011"),
        ("? " * 400_000, "DP012"),
        ("{a: " * 200_000, "DP011"),
        ("# " + "x" * 1_000_000, "DP011"),
        ("service: [" + "a," * 120_000 + "]", "DP011"),
    ],
)
def test_hostile_yaml_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: str) -> None:
    monkeypatch.chdir(tmp_path)
    found = only(write_site(tmp_path / "site", queues=text))
    assert found.code == code, str(found)
    assert found.where.startswith("queues.yaml:")
    assert found.cure.en
    assert not (tmp_path / "pwned").exists()


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    (folder / "data").mkdir()
    (folder / "numbers.yaml").rename(folder / "data" / "numbers.yaml")
    (folder / "numbers.yaml").symlink_to("data/numbers.yaml")
    assert list(load_site(folder).numbers) == ["1000"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write_site(tmp_path / "v1")
    (tmp_path / "current").symlink_to("v1")
    assert load_site(tmp_path / "current").name == "tiny"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", numbers=None)
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (folder / "numbers.yaml").symlink_to("../secret.yaml")
    found = only(folder)
    assert (found.code, found.where) == ("DP002", "numbers.yaml:1:1")
    assert "hunter2" not in str(found)


def test_a_folder_of_flows_elsewhere_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", flows__main=None)
    write_site(tmp_path / "other")
    (folder / "flows").symlink_to("../other/flows")
    assert only(folder).code == "DP002"


def test_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path, hours=None)
    (folder / "hours.yaml").symlink_to("hours.yaml")
    assert only(folder).code == "DP002"


def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path, hours=None)
    (folder / "hours.yaml").symlink_to("nowhere.yaml")
    assert only(folder).code == "DP002"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = write_site(tmp_path, queues=None)
    os.mkfifo(folder / "queues.yaml")
    assert only(folder).code == "DP002"


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path, queues=None)
    (folder / "queues.yaml").mkdir()
    assert only(folder).code == "DP002"


def test_a_file_in_place_of_the_flows_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path, flows__main=None)
    (folder / "flows").write_text("start: a\n")
    assert only(folder).code == "DP002"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    (folder / "queues.yaml").chmod(0)
    assert only(folder).code == "DP002"


@pytest.mark.parametrize("name", ["nowhere", "file/deeper", "nul\0", "x" * 5000])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    assert only(tmp_path / name).code == "DP002"


def test_an_empty_folder_names_what_is_missing(tmp_path: Path) -> None:
    _, problems = load_checked(tmp_path)
    assert [(found.code, found.where) for found in problems] == [
        ("DP001", "site.yaml:1:1"),
        ("DP001", "numbers.yaml:1:1"),
        ("DP001", "queues.yaml:1:1"),
        ("DP001", "flows:1:1"),
    ]


def test_too_many_flows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialplan.files, "MAX_FLOWS", 2)
    flow = "start: a\nsteps:\n  a: {step: answer, next: b}\n  b: {step: hangup}\n"
    folder = write_site(tmp_path, flows__a=flow, flows__b=flow)
    _, problems = load_checked(folder)
    assert "DP011" in {found.code for found in problems}


def test_agents_and_hours_may_be_left_out(tmp_path: Path) -> None:
    site, problems = load_checked(write_site(tmp_path, agents=None, hours=None))
    assert site is not None
    assert (site.agents, site.hours) == ({}, {})
    assert [found.code for found in problems] == ["DP219"]


def test_text_from_a_file_is_shown_in_one_harmless_line(tmp_path: Path) -> None:
    found = only(write_site(tmp_path, queues="service: {strategy: '{0.__class__}%s" + "x" * 500 + "'}\n"))
    assert "{0.__class__}%s" in found.text.en
    assert len(found.text.en) < 200


def test_problems_in_many_values_are_cut_short(tmp_path: Path) -> None:
    _, problems = load_checked(write_site(tmp_path, agents="lee: {queues: [" + "A," * 50_000 + "]}\n"))
    assert len(problems) <= 110
    assert any(found.code == "DP199" for found in problems)
