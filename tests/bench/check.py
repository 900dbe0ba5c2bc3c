"""``ivr dialplan check`` of a generated site with 2,000 steps, against plain loading of the same YAML.

    scripts/bench check [--steps 2000] [--flows 20] [--rounds 5]

``plain`` is yaml.load with libyaml's safe loader of every file of the site; ``check`` the whole check in this
process; ``command`` the command in a process of its own, from start to exit. Seconds on the clock and seconds of CPU,
the least of the rounds each: on a machine that does other work the clock measures that, too. The command must take
less than 2 s of CPU, or the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml

from dialplan.examples import TINY_SITE
from ivr.call.site_check import checked

LIMIT = 2.0
"""Seconds of CPU the command may take."""
TODAY = date(2026, 6, 1)


def block(name: str, after: str) -> str:
    """Ten steps of all kinds, from ``name`` on to ``after``."""
    return f"""
  {name}: {{step: menu, prompts: [main-menu], choices: {{1: {name}-ask, 2: {name}-hours, 0: wait, '*': {name}}}}}
  {name}-ask: {{step: collect, prompts: [enter-number], variable: order, max: 8, next: {name}-look, failure: wait}}
  {name}-look:
    step: lookup
    url: https://crm.example.com/orders/{{order}}
    headers: {{Authorization: 'Bearer {{env.IVR_LOOKUP_CRM}}'}}
    save: {{state: order.state, total: order.total, day: order.delivery.date}}
    prompts: []
    failure: {name}-sorry
    next: {name}-which
  {name}-which:
    step: branch
    cases:
      - when: state == 'open' and weekday not in ('sat', 'sun')
        go: {name}-say
      - {{when: total > 1000 or caller == '', go: wait}}
    next: {name}-set
  {name}-say: {{step: say, say: [{{money: '{{total}}'}}, {{date: '{{day}}'}}], next: {name}-sub, failure: {name}-sorry}}
  {name}-set: {{step: set, values: {{about: 'order {{order}}'}}, compute: {{tries: 1 + 1}}, next: {name}-sub}}
  {name}-sub: {{step: subflow, flow: closing, next: {after}}}
  {name}-hours: {{step: hours, hours: office, open: wait, closed: {name}-mail}}
  {name}-mail: {{step: voicemail, next: bye}}
  {name}-sorry: {{step: play, prompts: [closed], next: wait}}"""


def site(folder: Path, steps: int, flows: int) -> int:
    """Write a site of about so many steps; how many there are."""
    files = dict(TINY_SITE)
    files["flows/closing.yaml"] = "start: thanks\nsteps:\n  thanks: {step: play, prompts: [thanks-for-calling]}\n"
    files["numbers.yaml"] = "".join(f"{1000 + number}: main{number or ''}\n" for number in range(flows))
    blocks = max(1, steps // flows // 10)
    count = 1
    for number in range(flows):
        names = [f"b{index}" for index in range(blocks)]
        body = "".join(block(name, after) for name, after in zip(names, [*names[1:], "wait"], strict=True))
        head = "start: hello\nsteps:\n  hello: {step: answer, next: greet}\n  greet: {step: greeting, next: b0}"
        tail = "\n  wait: {step: queue, queue: service, timeout: bye}\n  bye: {step: hangup}\n"
        files[f"flows/main{number or ''}.yaml"] = head + body + tail
        count += blocks * 10 + 4
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return count


def cpu() -> float:
    """Seconds of CPU that this process and its ended children have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def least(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Least seconds of ``work``, on the clock and of CPU."""
    clock, cpus = [], []
    for _ in range(rounds):
        start, used = time.perf_counter(), cpu()
        work()
        clock.append(time.perf_counter() - start)
        cpus.append(cpu() - used)
    return round(min(clock), 3), round(min(cpus), 3)


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--flows", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = site(folder, wanted.steps, wanted.flows)
        texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))]
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        argv = [sys.executable, "-m", "ivr.app", "dialplan", "check", str(folder), "--json"]
        plain = least(lambda: [yaml.load(text, Loader=loader) for text in texts], wanted.rounds)
        check = least(lambda: checked(folder, today=TODAY), wanted.rounds)
        empty = least(lambda: subprocess.run([*argv[:4], "--help"], capture_output=True, check=True, timeout=60), 3)
        command = least(lambda: subprocess.run(argv, capture_output=True, check=False, timeout=60), wanted.rounds)
        problems = json.loads(subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60).stdout)
        same = len(problems["problems"]) == len(checked(folder, today=TODAY)[1])
    print(
        json.dumps(
            {
                "steps": count,
                "lines": sum(text.count("\n") for text in texts),
                "problems": len(problems["problems"]),
                "seconds": {"plain": plain[0], "check": check[0], "help": empty[0], "command": command[0]},
                "cpu_seconds": {"plain": plain[1], "check": check[1], "help": empty[1], "command": command[1]},
                "check_to_plain": round(check[1] / plain[1], 2),
                "limit_cpu_seconds": LIMIT,
            }
        )
    )
    if not same or command[1] > LIMIT:
        sys.exit(1)


if __name__ == "__main__":
    main()
