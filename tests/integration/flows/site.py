"""The site of the tests: a service number for every type of step, its prompts as short as there are."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "site": """\
name: every-step
company: {zh-CN: 测试, en-US: Testing}
zone: Asia/Shanghai
languages: [zh-CN, en-US]
default_queue: talks
anonymous_callers: true
callback: {dial: "PJSIP/anonymous/sip:{number}@127.0.0.1", allowed: [1380000XXXX]}
""",
    "queues": """\
talks: {ring: 15, wrapup: 0, max_wait: 60, announce_position: 0}
polled: {ring: 15, wrapup: 0, max_wait: 60, announce_position: 0}
idle: {ring: 15, wrapup: 0, max_wait: 60, announce_position: 0}
""",
    "agents": """\
agent-queue: {name: Queue, extension: 6001, number: 801, queues: [talks]}
agent-poll: {name: Poll, extension: 6002, number: 802, queues: [polled]}
agent-hand: {name: Hand, extension: 6003, number: 803, queues: [talks]}
agent-deaf: {name: Deaf, extension: 6004, number: 804, queues: [idle], switches: true}
""",
    "hours": """\
always: {always: open, switch: "1"}
lunch:
  openings: [{days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", end: "00:00"}]
  breaks: [{days: [mon, tue, wed, thu, fri, sat, sun], start: "00:00", end: "00:00"}]
""",
    "numbers": """\
4001: answer
4002: play
4003: say
4004: greeting
4005: menu
4006: collect
4007: language
4008: hours
4009: lookup
4010: set
4011: branch
4012: queue
4013: callback
4014: transfer
4015: voicemail
4016: record
4017: survey
4018: subflow
4019: hangup
4112: waiting
4114: ringing
4117: polled
4108: break
4109: lost
""",
}

# Every flow: the step under test is `it`; `bye` is the end.
OPEN = "answer: {step: answer, next: it}"
BYE = "bye: {step: hangup, prompts: [thanks-for-calling]}"
# Long enough for a caller who hangs up when the journal has told of the step before, which took no time.
TONE = "tone: {step: play, prompts: [voicemail-intro, region-beijing], next: bye}"
# Questions are prompts that a key stops, all else is as short as there is.
ASKED = "invalid: [collect-entered], silent: [collect-entered], timeout: 4, tries: 2"
FLOWS = {
    "answer": f"it: {{step: answer, next: tone}}\n  {TONE}",
    "play": "it: {step: play, prompts: [region-beijing, region-hunan, voicemail-intro], next: bye}",
    "say": "it: {step: say, say: [{digits: '2046'}, {number: '17'}, {prompt: region-hunan}], next: bye}",
    "greeting": "it: {step: greeting, refuse_key: 9, refuse_wait: 1, next: bye}",
    "menu": f"it: {{step: menu, prompts: [callback-number], choices: {{1: bye}}, {ASKED}}}",
    "collect": "it: {step: collect, prompts: [callback-number], variable: order, min: 3, max: 3,"
    f" {ASKED}, next: bye}}",
    "language": f"it: {{step: language, choices: {{1: zh-CN, 2: en-US}}, {ASKED}, next: bye}}",
    "hours": f"it: {{step: hours, hours: always, open: tone, closed: bye}}\n  {TONE}",
    "break": f"it: {{step: hours, hours: lunch, open: bye, closed: bye, at_break: tone}}\n  {TONE}",
    "lookup": "it: {step: lookup, url: 'SERVICE/orders/42', save: {status: order.status, number_: order.number},"
    " prompts: [region-anhui], next: told, failure: bye}\n"
    "  told: {step: say, say: [{number: '{number_}'}, {prompt: voicemail-intro}], barge_in: false, next: bye}",
    "lost": "it: {step: lookup, url: 'SERVICE/orders/43', save: {status: order.status},"
    " prompts: [region-anhui], next: bye, not_found: told, failure: bye}\n"
    "  told: {step: play, prompts: [region-hunan], next: bye}",
    "set": "it: {step: set, values: {one: '7'}, next: tone}\n"
    "  tone: {step: say, say: [{digits: '{one}'}, {prompt: voicemail-intro}],"
    " barge_in: false, next: bye}",
    "branch": "set: {step: set, values: {one: '7'}, next: it}\n"
    "  it: {step: branch, cases: [{when: one == '8', go: bye}, {when: one == '7', go: tone}], next: bye}\n"
    f"  {TONE}",
    "queue": "it: {step: queue, queue: talks, after: bye, timeout: bye}",
    "waiting": "it: {step: queue, queue: idle, keys: {2: bye}, timeout: bye}",
    "callback": "it: {step: callback, queue: idle, failure: bye, next: bye}",
    "transfer": "it: {step: transfer, agent: agent-hand, prompts: [region-beijing], after: bye, failure: bye}",
    "ringing": "it: {step: transfer, extension: '6004', prompts: [region-beijing], after: bye, failure: bye}",
    "voicemail": "it: {step: voicemail, prompts: [region-beijing], max_seconds: 20, silence: 10, review: true,"
    " next: bye}",
    "record": "it: {step: record, prompts: [region-beijing], max_seconds: 20, silence: 10, review: true,"
    " variable: statement, next: bye}",
    "survey": "it: {step: survey, questions: [{name: satisfaction, prompts: [callback-number], keys: [1, 2, 3, 4, 5]},"
    f" {{name: solved, prompts: [collect-entered], keys: [1, 2]}}], {ASKED}, next: bye}}",
    "polled": "talk: {step: queue, queue: polled, after: it, timeout: bye}\n"
    f"  it: {{step: survey, questions: [{{name: satisfaction, prompts: [callback-number], keys: [1, 2, 3, 4, 5]}}],"
    f" {ASKED}, next: bye}}",
    "subflow": "it: {step: subflow, flow: inner, next: bye}",
    "hangup": "it: {step: hangup, prompts: [voicemail-intro, region-beijing]}",
}
INNER = f"""\
start: ask
steps:
  ask: {{step: menu, prompts: [callback-number], choices: {{1: done}}, {ASKED}}}
  done: {{step: play, prompts: [region-hunan]}}
"""
BEGINS = {"branch": "set", "polled": "talk"}


def write_site(folder: Path, service: str) -> None:
    """Write the site's files; ``service`` is the address that lookups ask."""
    (folder / "flows").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    for name, steps in FLOWS.items():
        opening = OPEN.replace("it}", f"{BEGINS.get(name, 'it')}}}")
        text = f"start: answer\nsteps:\n  {opening}\n  {steps}\n  {BYE}\n"
        (folder / "flows" / f"{name}.yaml").write_text(text.replace("SERVICE", service), "utf-8")
    (folder / "flows" / "inner.yaml").write_text(INNER, "utf-8")


__all__ = ["write_site"]
