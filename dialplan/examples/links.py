"""Examples of DP20x to DP23x: what the parts say about each other."""

from __future__ import annotations

from dialplan.examples.base import BYE, MAIL, TINY_SITE, WAIT, Example, agents, flow, hours, site

LINKS: dict[str, Example] = {
    "DP201": Example("flows/main.yaml", TINY_SITE["flows/main.yaml"].replace("start: hello", "start: begin"), "1:8"),
    "DP202": flow("menu: {step: play, prompts: [closed], next: mail}", where="5:47"),
    "DP203": flow("menu: {step: queue, queue: service, timeout: bye}", BYE, MAIL, where="7:3"),
    "DP204": Example("flows/main.yaml", "start: hello\nsteps:\n  hello: {step: answer}\n", "3:3"),
    "DP205": flow(
        "menu: {step: play, prompts: [closed], next: again}",
        "again: {step: play, prompts: [closed], next: menu}",
        where="5:3",
    ),
    "DP206": Example("flows/main.yaml", "start: hello\nsteps:\n  hello: {step: hangup}\n", "3:3"),
    "DP211": Example("numbers.yaml", "1000: main\n2000: night\n", "2:7"),
    "DP212": Example("numbers.yaml", "1000: main\n1000: main\n", "2:1"),
    "DP213": agents("kim: {name: Kim, extension: 6001, number: 802}\n", "2:29"),
    "DP214": agents("kim: {name: Kim, extension: 6002, number: 801}\n", "2:43"),
    "DP215": site("default_queue: service", "default_queue: sales", "5:16"),
    "DP216": flow("menu: {step: queue, queue: sales, timeout: bye}", BYE, where="5:30"),
    "DP217": flow("menu: {step: hours, hours: shop, open: wait, closed: mail}", WAIT, MAIL, BYE, where="5:30"),
    "DP218": agents("kim: {name: Kim, extension: 6002, number: 802, queues: [sales]}\n", "2:57"),
    "DP219": Example("queues.yaml", "service: {}\nsales: {}\n", "2:1"),
    "DP220": site("Asia/Shanghai", "Asia/Peking", "3:7"),
    "DP221": flow(
        "menu:", "  step: menu", "  prompts: [main-menu]", "  choices: {1: wait, '1': bye}", WAIT, BYE, where="8:24"
    ),
    "DP222": flow("menu: {step: menu, prompts: [main-menu], choices: {}}", where="5:53"),
    "DP223": site("[zh-CN]", "[zh-CN, zh-CN]", "4:20"),
    "DP224": flow("menu: {step: language, choices: {2: ko-KR}, next: wait}", WAIT, BYE, where="5:39"),
    "DP225": site("[zh-CN]", "[zh-CN, en-US]", "2:1"),
    "DP226": hours("office:\n  holidays: China\n  openings: [{days: [mon], start: 09:00, end: 18:00}]\n", "2:13"),
    "DP227": hours("office:\n  openings: [{days: [mon], start: 20:00, end: 08:00}]\n", "2:47"),
    "DP228": hours("office: {holidays: CN}\n", "1:1"),
    "DP229": hours("office: {always: open, open: [2026-10-10], closed: [2026-10-10]}\n", "1:31"),
    "DP230": Example("flows/night.yaml", TINY_SITE["flows/main.yaml"], "1:1"),
    "DP231": flow("menu: {step: hangup, prompts: [see-you-soon]}", where="5:34"),
    "DP232": flow(
        "menu: {step: collect, prompts: [enter-number], variable: account, min: 8, max: 6, next: wait}",
        WAIT,
        BYE,
        where="5:74",
    ),
    "DP233": Example("queues.yaml", "service: {extension: 1000}\n", "1:22"),
    "DP207": flow("menu: {step: subflow, flow: account, next: wait}", WAIT, BYE, where="5:31"),
    "DP208": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 9: again}}",
        "again: {step: subflow, flow: main}",
        WAIT,
        BYE,
        where="6:32",
    ),
    "DP209": Example(
        "flows/main.yaml",
        flow("menu: {step: subflow, flow: other, next: wait}", WAIT, BYE, where="").text,
        "5:44",
        {"flows/other.yaml": "start: end\nsteps:\n  end: {step: hangup}\n"},
    ),
    "DP210": Example("flows/main.yaml", "human: agent\n" + str(TINY_SITE["flows/main.yaml"]), "1:8"),
}
