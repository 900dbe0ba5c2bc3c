"""The smallest sound site, and for every code a change to one of its files that brings the problem about.

They stand in the manual, and the tests run them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TINY_SITE: dict[str, str] = {
    "site.yaml": (
        "name: tiny\ncompany: {zh-CN: 小店}\nzone: Asia/Shanghai\nlanguages: [zh-CN]\ndefault_queue: service\n"
    ),
    "numbers.yaml": "1000: main\n",
    "queues.yaml": "service: {title: 客服}\n",
    "agents.yaml": "lee: {name: Lee, extension: 6001, number: 801, queues: [service]}\n",
    "hours.yaml": "office:\n  openings: [{days: [mon, tue], start: 09:00, end: 18:00}]\n",
    "flows/main.yaml": (
        "start: hello\n"
        "steps:\n"
        "  hello: {step: answer, next: greet}\n"
        "  greet: {step: greeting, next: wait}\n"
        "  wait: {step: queue, queue: service, timeout: bye}\n"
        "  bye: {step: hangup}\n"
    ),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A file as it would bring a problem about, and where the problem is told.

    Args:
        file: which file of the tiny site.
        text: what it holds instead; bytes where it is no text, None where it is not there.
        where: ``line:column`` of the problem.
        besides: what other files hold instead, without which it would be none.
    """

    file: str
    text: str | bytes | None
    where: str
    besides: Mapping[str, str | bytes | None] = field(default_factory=dict)


def _site(old: str, new: str, where: str) -> Example:
    return Example("site.yaml", TINY_SITE["site.yaml"].replace(old, new), where)


def _flow(*lines: str, where: str) -> Example:
    """The greeting leads to ``menu``; the lines come after."""
    head = ("start: hello", "steps:", "  hello: {step: answer, next: greet}", "  greet: {step: greeting, next: menu}")
    return Example("flows/main.yaml", "\n".join([*head, *(f"  {line}" for line in lines), ""]), where)


_WAIT = "wait: {step: queue, queue: service, timeout: bye}"
_BYE = "bye: {step: hangup}"
_MAIL = "mail: {step: voicemail}"
_TRUNK = "main: {{host: 203.0.113.7, {}, numbers: {{01088886666: 1000}}}}\n"


def _agents(second: str, where: str) -> Example:
    return Example("agents.yaml", TINY_SITE["agents.yaml"] + second, where)


def _hours(text: str, where: str) -> Example:
    return Example("hours.yaml", text, where)


EXAMPLES: dict[str, Example] = {
    "DP001": Example("queues.yaml", None, "1:1"),
    "DP002": Example("flows/main.yaml/deeper.yaml", "", "1:1"),
    "DP003": Example("agents.yaml", "# nobody yet\n", "1:1"),
    "DP004": Example("numbers.yaml", "1000: [main\n", "2:1"),
    "DP005": Example("site.yaml", 'name: tiny\nzone: "Asia/Shanghai\\u202e"\n', "2:7"),
    "DP006": Example("queues.yaml", "service: {ring: 15}\nservice: {ring: 20}\n", "2:1"),
    "DP007": Example("queues.yaml", "service: &all {ring: 15}\nsales: *all\n", "1:10"),
    "DP008": Example("queues.yaml", "service:\n\tring: 15\n", "2:1"),
    "DP009": Example("numbers.yaml", "1000: main\n---\n2000: main\n", "2:1"),
    "DP010": Example("numbers.yaml", "1000: !!python/name:os.system main\n", "1:7"),
    "DP011": Example("numbers.yaml", "1000: " + "[" * 21 + "]" * 21 + "\n", "1:26"),
    "DP012": Example("numbers.yaml", "? [1000, 2000]\n: main\n", "1:3"),
    "DP013": _flow(
        "menu:", "  step: menu", "  prompts: [main-menu]", "  choices:", "    *: wait", _WAIT, _BYE, where="9:8"
    ),
    "DP014": _flow(
        "menu:",
        "  step: menu",
        "  prompts: [main-menu]",
        "  choices:",
        "    0: wait",
        "    #: wait",
        _WAIT,
        _BYE,
        where="10:7",
    ),
    "DP015": Example("number.yaml", "1000: main\n", "1:1"),
    "DP101": Example("queues.yaml", "service: {rings: 15}\n", "1:11"),
    "DP102": Example("agents.yaml", "lee: {name: Lee, extension: 6001, queues: [service]}\n", "1:1"),
    "DP103": Example("queues.yaml", "service: {strategy: loudest}\n", "1:21"),
    "DP104": _flow("menu: {step: menue}", where="5:16"),
    "DP105": Example("queues.yaml", "service: {}\n客服: {}\n", "2:1"),
    "DP106": Example("queues.yaml", "service: {ring: 90}\n", "1:17"),
    "DP107": Example("queues.yaml", "service: {ring: soon}\n", "1:17"),
    "DP108": _hours("office:\n  openings: [{days: [mon], start: 9am, end: 18:00}]\n", "2:35"),
    "DP109": _hours("office:\n  openings: [{days: [], start: 09:00, end: 18:00}]\n", "2:21"),
    "DP110": Example("agents.yaml", "lee: {name: Lee, extension: 6001, number: 801, queues: service}\n", "1:56"),
    "DP111": Example("numbers.yaml", "+86 10 1000: main\n", "1:1"),
    "DP112": _flow("menu: {step: menu, prompts: [main-menu], choices: {10: wait}}", _WAIT, _BYE, where="5:54"),
    "DP113": Example("queues.yaml", "service: {rulebook: ../../etc/passwd}\n", "1:21"),
    "DP114": _flow("menu: {step: hangup, prompts: [../beep]}", where="5:34"),
    "DP115": Example("queues.yaml", "service: {title: " + "客服" * 31 + "}\n", "1:18"),
    "DP116": Example("site.yaml", TINY_SITE["site.yaml"] + "hours: {}\n", "6:1"),
    "DP117": Example("site.yaml", "- tiny\n", "1:1"),
    "DP121": Example("trunks.yaml", "main: {host: 'sip.example.com:5060'}\n", "1:14"),
    "DP122": Example("trunks.yaml", "main: {host: 203.0.113.7, numbers: {010-8888: 1000}}\n", "1:37"),
    "DP123": Example("trunks.yaml", "main: {host: sip.example.com, addresses: [example.com]}\n", "1:43"),
    "DP199": Example("numbers.yaml", "".join(f"x{number}: main\n" for number in range(102)), "100:1"),
    "DP201": Example("flows/main.yaml", TINY_SITE["flows/main.yaml"].replace("start: hello", "start: begin"), "1:8"),
    "DP202": _flow("menu: {step: play, prompts: [closed], next: mail}", where="5:47"),
    "DP203": _flow("menu: {step: queue, queue: service, timeout: bye}", _BYE, _MAIL, where="7:3"),
    "DP204": Example("flows/main.yaml", "start: hello\nsteps:\n  hello: {step: answer}\n", "3:3"),
    "DP205": _flow(
        "menu: {step: play, prompts: [closed], next: again}",
        "again: {step: play, prompts: [closed], next: menu}",
        where="5:3",
    ),
    "DP206": Example("flows/main.yaml", "start: hello\nsteps:\n  hello: {step: hangup}\n", "3:3"),
    "DP211": Example("numbers.yaml", "1000: main\n2000: night\n", "2:7"),
    "DP212": Example("numbers.yaml", "1000: main\n1000: main\n", "2:1"),
    "DP213": _agents("kim: {name: Kim, extension: 6001, number: 802}\n", "2:29"),
    "DP214": _agents("kim: {name: Kim, extension: 6002, number: 801}\n", "2:43"),
    "DP215": _site("default_queue: service", "default_queue: sales", "5:16"),
    "DP216": _flow("menu: {step: queue, queue: sales, timeout: bye}", _BYE, where="5:30"),
    "DP217": _flow("menu: {step: hours, hours: shop, open: wait, closed: mail}", _WAIT, _MAIL, _BYE, where="5:30"),
    "DP218": _agents("kim: {name: Kim, extension: 6002, number: 802, queues: [sales]}\n", "2:57"),
    "DP219": Example("queues.yaml", "service: {}\nsales: {}\n", "2:1"),
    "DP220": _site("Asia/Shanghai", "Asia/Peking", "3:7"),
    "DP221": _flow(
        "menu:", "  step: menu", "  prompts: [main-menu]", "  choices: {1: wait, '1': bye}", _WAIT, _BYE, where="8:24"
    ),
    "DP222": _flow("menu: {step: menu, prompts: [main-menu], choices: {}}", where="5:53"),
    "DP223": _site("[zh-CN]", "[zh-CN, zh-CN]", "4:20"),
    "DP224": _flow("menu: {step: language, choices: {2: ko-KR}, next: wait}", _WAIT, _BYE, where="5:39"),
    "DP225": _site("[zh-CN]", "[zh-CN, en-US]", "2:1"),
    "DP226": _hours("office:\n  holidays: China\n  openings: [{days: [mon], start: 09:00, end: 18:00}]\n", "2:13"),
    "DP227": _hours("office:\n  openings: [{days: [mon], start: 20:00, end: 08:00}]\n", "2:47"),
    "DP228": _hours("office: {holidays: CN}\n", "1:1"),
    "DP229": _hours("office: {always: open, open: [2026-10-10], closed: [2026-10-10]}\n", "1:31"),
    "DP230": Example("flows/night.yaml", TINY_SITE["flows/main.yaml"], "1:1"),
    "DP231": _flow("menu: {step: hangup, prompts: [see-you-soon]}", where="5:34"),
    "DP232": _flow(
        "menu: {step: collect, prompts: [enter-number], variable: account, min: 8, max: 6, next: wait}",
        _WAIT,
        _BYE,
        where="5:74",
    ),
    "DP233": Example("queues.yaml", "service: {extension: 1000}\n", "1:22"),
    "DP118": Example(
        "site.yaml", TINY_SITE["site.yaml"] + "callback: {dial: 'PJSIP/{number}@trunk-main', allowed: [1.]}\n", "6:57"
    ),
    "DP240": _flow(
        "menu: {step: queue, queue: service, keys: {1: later}, timeout: bye}",
        "later: {step: callback, queue: service, next: bye}",
        _BYE,
        where="6:3",
    ),
    "DP241": _flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 1: other}}",
        "other: {step: queue, queue: service, timeout: bye, keys: {1: bye}}",
        _WAIT,
        _BYE,
        where="7:9",
    ),
    "DP242": _site("default_queue", "priorities: {2000: 5}\ndefault_queue", "5:14"),
    "DP243": Example("callers.yaml", "vip: {numbers: [13900000001]}\nstaff: {numbers: [13900000001]}\n", "2:19"),
    "DP244": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "callback: {hours: shop, dial: 'PJSIP/{number}@trunk-main', allowed: [1ZXXXXXXXXX]}\n",
        "6:19",
        {"trunks.yaml": _TRUNK.format("port: 5060")},
    ),
    "DP245": Example("queues.yaml", "service: {announce_wait: true}\n", "1:26"),
    "DP246": Example("queues.yaml", "service: {whisper: [queue, wait]}\n", "1:20"),
    "DP247": Example("queues.yaml", "service: {whisper: [wait, wait]}\n", "1:27"),
    "DP248": Example(
        "queues.yaml",
        "service: {announcer: asterisk}\n",
        "1:22",
        {
            "site.yaml": TINY_SITE["site.yaml"] + "callback: {dial: 'PJSIP/{number}@trunk-main', allowed: [1XXXXX]}\n",
            "trunks.yaml": _TRUNK.format("port: 5060"),
            "flows/main.yaml": _flow(
                "menu: {step: queue, queue: service, keys: {1: later}, timeout: bye}",
                "later: {step: callback, queue: service, next: bye}",
                _BYE,
                where="",
            ).text,
        },
    ),
    "DP120": Example("staffing.yaml", "pause_reasons: {lunch: {code: L}}\n", "1:31"),
    "DP281": Example("staffing.yaml", "outcomes: {sold: {code: 1}, lost: {code: 1}}\n", "1:42"),
    "DP282": Example("queues.yaml", "service: {skills: {billing: 3}}\n", "1:29"),
    "DP283": Example("staffing.yaml", "pause_reasons: {no-answer: {code: 1}}\n", "1:17"),
    "DP284": Example("alerts.yaml", "slow: {kind: longest-wait, queues: [sales]}\n", "1:37"),
    "DP285": Example("alerts.yaml", "level: {kind: service-level, limit: 300}\n", "1:37"),
    "DP286": Example("alerts.yaml", "lost: {kind: recording-missing, queues: [service]}\n", "1:41"),
    "DP260": Example("trunks.yaml", "main: {host: 203.0.113.7, numbers: {01088886666: 3000}}\n", "1:50"),
    "DP261": Example("trunks.yaml", _TRUNK.format("addresses: [203.0.113.7/24]"), "1:39"),
    "DP262": Example(
        "trunks.yaml", "main: {host: 203.0.113.7, numbers: {01088886666: 1000, '+861088886666': 1000}}\n", "1:56"
    ),
    "DP263": Example("trunks.yaml", _TRUNK.format("method: register"), "1:1"),
    "DP264": Example("trunks.yaml", _TRUNK.format("port: 5060") + "b" + _TRUNK.format("port: 5080"), "2:1"),
    "DP265": _site("default_queue", "outside: {9001: {trunk: main, number: 110}}\ndefault_queue", "5:25"),
    "DP266": Example("trunks.yaml", _TRUNK.format("srtp: true"), "1:33"),
    "DP267": Example("trunks.yaml", "main: {host: 203.0.113.7}\n", "1:1"),
    "DP268": _site("default_queue", "anonymous_callers: true\ndefault_queue", "5:20"),
    "DP269": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "outside: {6001: {trunk: main, number: 110}}\n",
        "6:11",
    ),
    "DP270": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "callback: {dial: 'PJSIP/{number}@trunk-mian', allowed: [1ZXXXXXXXXX]}\n",
        "6:18",
        {"trunks.yaml": _TRUNK.format("port: 5060")},
    ),
    "DP301": _flow("menu: {step: menu, prompts: [main-menu], choices: {1: mail}}", _MAIL, where="5:3"),
    "DP302": _flow(
        "menu: {step: menu, prompts: [main-menu], choices: {1: two, 0: wait}}",
        "two: {step: menu, prompts: [main-menu], choices: {1: three, 0: wait}}",
        "three: {step: menu, prompts: [main-menu], choices: {1: four, 0: wait}}",
        "four: {step: menu, prompts: [main-menu], choices: {0: wait}}",
        _WAIT,
        _BYE,
        where="8:3",
    ),
    "DP303": Example(
        "site.yaml",
        TINY_SITE["site.yaml"].replace("[zh-CN]", "[en-US, zh-CN]").replace("小店}", "小店, en-US: Shop}"),
        "4:13",
    ),
    "DP304": _flow("menu: {step: queue, queue: service}", where="5:3"),
    "DP305": Example("queues.yaml", "service: {announce_position: 0}\n", "1:30"),
    "DP306": _flow("menu: {step: hours, hours: office, open: wait, closed: bye}", _WAIT, _BYE, where="5:3"),
    "DP307": Example(
        "flows/main.yaml",
        TINY_SITE["flows/main.yaml"].replace("step: greeting", "step: greeting, notice: false"),
        "5:3",
    ),
}

__all__ = ["EXAMPLES", "TINY_SITE", "Example"]
