"""Sites made up at random: flows of every kind of step, with ways on, and ways back where a caller pressed a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from dialplan.model import Site
from dialplan.semantics import check
from ivr.core.problems import Severity

Step = dict[str, Any]
Flow = dict[str, Any]

PATIENCE = 15
_PROMPTS = st.lists(st.sampled_from(["enter-number", "closed", "queue-comfort", "main-menu"]), min_size=1, max_size=2)
_VARIABLES = ["order", "state", "amount"]
_WHEN = st.sampled_from(["order == ''", "state == 'ready'", "amount > 10", "len(order) > 4 and state != 'x'"])
_TEMPLATE = st.sampled_from(["", "12", "{order}", "{amount}", "2026-03-04", "09:30", "x"])
_KINDS = ["answer", "play", "say", "greeting", "menu", "collect", "language", "hours", "lookup", "set", "branch",
          "queue", "callback", "transfer", "voicemail", "record", "survey", "subflow"]  # fmt: skip


class _Names:
    """The steps a step may lead to: ``on`` are those after it, ``anywhere`` all of its flow."""

    def __init__(self, names: list[str], index: int, flows: list[str]) -> None:
        self.on = st.sampled_from(names[index + 1 :])
        self.anywhere = st.sampled_from(names)
        self.flows = flows

    def maybe(self) -> st.SearchStrategy[str | None]:
        return st.none() | self.on


def _input(draw: st.DrawFn, names: _Names) -> Step:
    made: Step = {"timeout": draw(st.integers(1, PATIENCE)), "tries": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        made["failure"] = draw(names.on)
    return made


@st.composite
def _step(draw: st.DrawFn, kind: str, names: _Names) -> Step:
    on, maybe = names.on, names.maybe()
    made: Step = {"step": kind}
    match kind:
        case "answer" | "play" | "greeting":
            made |= {"next": draw(on)}
            if kind == "play":
                made |= {"prompts": draw(_PROMPTS), "barge_in": draw(st.booleans())}
            if kind == "greeting":
                made |= {"refuse_key": draw(st.sampled_from([None, "9"]))}
        case "say":
            spoken = st.sampled_from(["digits", "number", "money", "date", "time"])
            made |= {"say": [{draw(spoken): draw(_TEMPLATE)}], "next": draw(on), "failure": draw(maybe)}
        case "menu":
            keys = draw(st.lists(st.sampled_from("0123456789*#"), min_size=1, max_size=4, unique=True))
            made |= _input(draw, names) | {"prompts": draw(_PROMPTS)}
            made |= {"choices": {key: draw(names.anywhere) for key in keys}}
        case "collect":
            least = draw(st.integers(1, 6))
            made |= _input(draw, names) | {"prompts": draw(_PROMPTS), "variable": "order", "min": least}
            made |= {"max": least + draw(st.integers(0, 6)), "terminator": draw(st.sampled_from(["#", "*", ""]))}
            made |= {"next": draw(on), draw(st.sampled_from(["confirm", "secret", "confirm"])): draw(st.booleans())}
            made["variable"] = "hidden" if made.get("secret") else "order"
        case "language":
            made |= {"choices": {"1": "zh-CN", "2": "ko-KR"}, "tries": draw(st.integers(1, 3)), "next": draw(on)}
        case "hours":
            made |= {"hours": draw(st.sampled_from(["office", "always"])), "open": draw(on), "closed": draw(on)}
            made |= {"holiday": draw(maybe), "at_break": draw(maybe)}
        case "lookup":
            made |= {"url": "http://127.0.0.1:9/{order}", "save": {"state": "state", "amount": "lines[0].amount"}}
            made |= {
                "failure": draw(on),
                "next": draw(on),
                "not_found": draw(maybe),
                "retries": draw(st.integers(0, 2)),
            }
        case "set":
            made |= {"values": {"state": draw(_TEMPLATE)}, "next": draw(on)}
            made |= {"accessible": draw(st.sampled_from([None, True, False]))}
        case "branch":
            made |= {"cases": [{"when": draw(_WHEN), "go": draw(on)}], "next": draw(on)}
        case "queue":
            made |= {"queue": draw(st.sampled_from(["small", "wide"])), "after": draw(maybe), "timeout": draw(on)}
            made |= {"full": draw(maybe), "empty": draw(maybe), "keys": {"1": draw(on)}}
        case "callback":
            made |= {"queue": "wide", "next": draw(on), "failure": draw(on), "after": draw(on)}
        case "transfer":
            whom = draw(st.sampled_from([{"agent": "agent-a"}, {"extension": "{order}"}, {"queue": "wide"}]))
            made |= whom | {"after": draw(maybe), "busy": draw(maybe), "failure": draw(on)}
        case "voicemail" | "record":
            made |= {"prompts": ["voicemail-intro"], "review": draw(st.booleans()), "next": draw(on)}
        case "survey":
            made |= {"next": draw(on), "timeout": draw(st.integers(1, PATIENCE))}
        case "subflow":
            made |= {"flow": draw(st.sampled_from(names.flows)), "next": draw(on)}
    return {name: value for name, value in made.items() if value is not None}


@st.composite
def _flow(draw: st.DrawFn, flows: list[str], *, human: bool) -> Flow:
    count = draw(st.integers(2, 10))
    names = [f"s{index}" for index in range(count)] + ["bye"]
    kinds = [kind for kind in _KINDS if kind != "subflow" or flows]
    steps: dict[str, Step] = {}
    for index, name in enumerate(names[:-1]):
        steps[name] = draw(_step(draw(st.sampled_from(kinds)), _Names(names, index, flows)))
    steps["bye"] = {"step": "hangup"}
    return {"start": "s0", "steps": steps, **({"human": draw(st.sampled_from(names))} if human else {})}


@st.composite
def sites(draw: st.DrawFn) -> Site:
    """A site without errors, as ``ivr dialplan check`` has it."""
    outer = draw(st.booleans())
    flows: dict[str, Flow] = {"inner": draw(_flow([], human=False))}
    flows["main"] = draw(_flow(["inner"], human=outer))
    return made_site(flows)


def made_site(flows: Mapping[str, Any]) -> Site:
    """A site around ``flows``, of which ``main`` answers number 1000."""
    return Site.model_validate(
        {
            "name": "made",
            "company": {"zh-CN": "公司", "ko-KR": "회사"},
            "zone": "Asia/Shanghai",
            "languages": ["zh-CN", "ko-KR"],
            "default_queue": "wide",
            "numbers": {"1000": "main"},
            "flows": flows,
            "patience": PATIENCE,
            "accessible": {"patience": 4, "speed": 0.5},
            "hours": {
                "always": {"always": "open"},
                "office": {"openings": [{"days": ["mon", "tue", "sat"], "start": "09:00", "end": "18:00"}],
                           "breaks": [{"days": ["mon", "tue"], "start": "12:00", "end": "13:00"}],
                           "holidays": "CN", "switch": "1"},
            },
            "queues": {"small": {"max_length": 1, "join_empty": False}, "wide": {"max_wait": 60}},
            "trunks": {"t": {"host": "203.0.113.10", "numbers": {"1000": "1000"}}},
            "agents": {"agent-a": {"name": "A", "extension": "6001", "number": "1", "queues": ["small", "wide"]}},
            "callback": {"dial": "PJSIP/{number}@trunk-t", "allowed": ["1NXXXXXXXXX"], "other_numbers": True},
        }
    )  # fmt: skip


def errors(site: Site) -> list[str]:
    """What the check has against it, but for variables that nothing sets and values that are none of their kind."""
    return [str(one) for one in check(site) if one.severity is Severity.ERROR and one.code not in {"DP403", "DP411"}]
