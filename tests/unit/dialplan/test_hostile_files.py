"""What somebody may put into a site to do harm: refused at its line, nothing run, no traceback, quickly."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dialplan.checks import check_site
from dialplan.codes import CODES
from ivr.core.problems import Problem, Severity
from tests.unit.dialplan.sites import write_site

LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = 100_000

YAML: dict[str, tuple[str | bytes, str, str]] = {
    "a tag that calls": ("1000: !!python/object/apply:os.system ['touch canary']\n", "DP010", "1:7"),
    "a tag that names": ("1000: !!python/name:os.system main\n", "DP010", "1:7"),
    "a tag of one's own": ("1000: main\n2000: !run main\n", "DP010", "2:7"),
    "a tag with a prefix": ("%TAG !e! tag:yaml.org,2002:python/\n---\n1000: !e!name:os.system main\n", "DP010", "3:7"),
    "binary": ("1000: !!binary bWFpbg==\n", "DP010", "1:7"),
    "an anchor in a ring": ("1000: &a [*a]\n", "DP007", "1:7"),
    "a mapping in a ring": ("&a 1000: main\n2000: *a\n", "DP007", "1:1"),
    "a billion laughs": (LAUGHS, "DP007", "1:4"),
    "an alias to nothing": ("1000: *a\n", "DP007", "1:7"),
    "a key twice": ("1000: main\n1000: main\n", "DP212", "2:1"),
    "a key twice, written otherwise": ("1000: main\n'1000': main\n", "DP212", "2:1"),
    "UTF-16 with a mark": ("1000: main\n".encode("utf-16"), "DP005", "1:1"),
    "UTF-16 without": ("1000: main\n".encode("utf-16-le"), "DP005", "1:1"),
    "UTF-16, the other end first": ("1000: main\n".encode("utf-16-be"), "DP005", "1:1"),
    "UTF-32": ("1000: main\n".encode("utf-32"), "DP005", "1:1"),
    "Latin-1": ("1000: m\xe4in\n".encode("latin-1"), "DP005", "1:8"),
    "an overlong sequence": (b"1000: main\n2000: \xc0\xaf\n", "DP005", "2:7"),
    "NUL": (b"1000: main\n2000: ma\x00in\n", "DP005", "2:9"),
    "NUL as an escape": ('1000: main\n2000: "ma\\0in"\n', "DP005", "2:7"),
    "a bell": ("1000: main\n2000: ma\x07in\n", "DP005", "2:9"),
    "text that turns round": ("1000: main\n2000: ma\u202ein\n", "DP005", "2:9"),
    "the same as an escape": ('1000: main\n2000: "ma\\u202ein"\n', "DP005", "2:7"),
    "half a character": ('1000: "\\ud800"\n', "DP004", "1:10"),
    "a line break in a name": ('1000: "ma\\nin"\n', "DP005", "1:7"),
    "lists without end": ("1000: " + "[" * DEEP, "DP011", "1:26"),
    "mappings without end": ("1000: " + "{a: " * DEEP, "DP011", "1:83"),
    "lists in blocks": ("- " * DEEP, "DP011", "1:41"),
    "too many values": ("[" + "1," * 100_001 + "]", "DP011", "1:200000"),
    "too large": ("# " + "x" * 1_000_001, "DP011", "1:1"),
    "a merge": ("<<: {1000: main}\n", "DP111", "1:1"),
    "a key of many kinds": ("? {a: b}\n: main\n", "DP012", "1:3"),
    "a second document": ("1000: main\n---\n2000: main\n", "DP009", "2:1"),
    "a key without end": ("x" * 100_000 + ": main\n", "DP004", "1:100001"),
    "a number without end": ("1" * 900 + ": main\n", "DP111", "1:1"),
    "a directive": ("%YAML 9.9\n---\n1000: main\n", "DP004", "1:1"),
}

STEP = "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: ask}\n  ask:\n"
END = "    next: wait\n  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
LOOKUP = "    step: lookup\n    failure: wait\n    url: "
ASK = LOOKUP + "https://example.com/\n    "
COLLECT = "    step: collect\n    prompts: [enter-number]\n    variable: a\n"

SETTINGS: dict[str, tuple[str, str, str]] = {
    "a call": (
        "    step: branch\n    cases: [{when: \"__import__('os').system('touch canary')\", go: wait}]\n",
        "DP401",
        "7:20",
    ),
    "the class of a value": ("    step: branch\n    cases: [{when: caller.__class__, go: wait}]\n", "DP401", "7:20"),
    "a power of powers": ("    step: set\n    compute: {a: 9**9**9}\n", "DP401", "7:18"),
    "text times a number": ("    step: set\n    compute: {a: (lambda)}\n", "DP401", "7:18"),
    "brackets without end": (f"    step: set\n    compute: {{a: {'(' * 150}1{')' * 149}}}\n", "DP401", "7:18"),
    "a comprehension": ("    step: set\n    compute:\n      a: '[x for x in (1, 2)]'\n", "DP401", "8:10"),
    "an f-string": ("    step: set\n    compute:\n      a: f'{caller}'\n", "DP401", "8:10"),
    "an expression too long": (f"    step: set\n    compute: {{a: {'1 + ' * 100}1}}\n", "DP127", "7:18"),
    "an attribute in a template": ("    step: set\n    values: {a: '{caller.__class__}'}\n", "DP402", "7:17"),
    "a format in a template": ("    step: set\n    values: {a: '{caller:>999999999}'}\n", "DP402", "7:17"),
    "an index in a template": ("    step: set\n    values: {a: '{caller[0]}'}\n", "DP402", "7:17"),
    "a conversion in a template": ("    step: set\n    values: {a: '{caller!r}'}\n", "DP402", "7:17"),
    "the environment in a text": ("    step: set\n    values: {a: '{env.IVR_LOOKUP_KEY}'}\n", "DP408", "7:17"),
    "another name of the environment": (ASK + "headers: {X-Key: '{env.PATH}'}\n", "DP408", "9:22"),
    "a secret in an address": (LOOKUP + "https://example.com/{secret.pin}\n", "DP406", "8:10"),
    "a host that the caller chooses": (LOOKUP + "'https://{caller}/'\n", "DP124", "8:10"),
    "a file": (LOOKUP + "file:///etc/passwd\n", "DP124", "8:10"),
    "a name and password": (LOOKUP + "https://a:b@example.com/\n", "DP124", "8:10"),
    "a host with a slash turned": (LOOKUP + "'https://example.com\\@evil.example/'\n", "DP124", "8:10"),
    "another header in an address": (LOOKUP + '"https://example.com/\\r\\nX: y"\n', "DP005", "8:10"),
    "another header in a header": (ASK + 'headers: {X-A: "1\\r\\nX-B: 2"}\n', "DP005", "9:20"),
    "a header's name with a colon": (ASK + "headers: {'X-A: 1': '2'}\n", "DP126", "9:15"),
    "a place with a call": (ASK + "save: {a: 'b.__class__()'}\n", "DP125", "9:15"),
    "a variable that is the call's": ("    step: set\n    values: {caller: '110'}\n", "DP405", "7:14"),
    "a prompt outside": ("    step: play\n    prompts: [../../etc/passwd]\n", "DP114", "7:15"),
    "another flow's folder": ("    step: subflow\n    flow: ../../main\n", "DP105", "7:11"),
    "an extension of the caller's choice": (
        "    step: transfer\n    outside: '{caller}'\n    failure: wait\n",
        "DP111",
        "7:14",
    ),
    "a number outside that is not allowed": (
        "    step: transfer\n    outside: 1190000000\n    failure: wait\n  more:\n    step: answer\n",
        "DP292",
        "7:14",
    ),
    "a number without end": (COLLECT + f"    max: {'9' * 5000}\n", "DP107", "9:10"),
    "a number above all": (COLLECT + "    timeout: 1e999\n", "DP106", "9:14"),
}


def refused(folder: Path, code: str, where: str) -> Problem:
    """The first error, which must be that one; whatever is told fits on a screen."""
    found = [one for one in check_site(folder) if one.severity is Severity.ERROR]
    assert found, "nothing was refused"
    for one in found:
        assert all(
            part.isprintable() and len(part) < 1000 for part in (one.where, one.text.en, one.text.zh, one.cure.en)
        )
    assert [(one.code, one.where) for one in found if one.code == code] == [(code, where)], [str(one) for one in found]
    assert code in CODES
    return found[0]


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started, no system call of a shell made, whatever the files say."""

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("something was run")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "system", never)
    monkeypatch.setattr(os, "popen", never)
    monkeypatch.setattr(subprocess, "Popen", never)
    monkeypatch.setattr("builtins.eval", never)
    monkeypatch.setattr("socket.socket.connect", never)


@pytest.mark.parametrize("what", list(YAML))
def test_hostile_yaml_is_refused_at_its_line(what: str, tmp_path: Path) -> None:
    text, code, where = YAML[what]
    refused(write_site(tmp_path / "site", numbers=text), code, f"numbers.yaml:{where}")
    assert not list(tmp_path.rglob("canary"))


@pytest.mark.parametrize("what", list(SETTINGS))
def test_hostile_settings_are_refused_at_their_line(what: str, tmp_path: Path) -> None:
    text, code, where = SETTINGS[what]
    refused(write_site(tmp_path / "site", flows__main=STEP + text + END), code, f"flows/main.yaml:{where}")
    assert not list(tmp_path.rglob("canary"))


@pytest.mark.parametrize(
    "name", ["-rf.yaml", "$(touch canary).yaml", "..yaml", "a b.yaml", "ｍain.yaml", "con\nsole.yaml"]
)
def test_a_flow_with_a_hostile_name_is_refused(name: str, tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site")
    (folder / "flows" / name).write_text("start: a\nsteps:\n  a: {step: hangup}\n", "utf-8")
    found = [one for one in check_site(folder) if one.severity is Severity.ERROR]
    assert [one.code for one in found] == ["DP105"]
    assert found[0].where.isprintable()
