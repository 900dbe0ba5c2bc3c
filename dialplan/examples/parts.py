"""Examples of DP24x to DP28x: waiting, keys, trunks, hours, staffing."""

from __future__ import annotations

from dialplan.examples.base import BYE, MAIL, TINY_SITE, TRUNK, WAIT, Example, agents, flow, hours, site

PARTS: dict[str, Example] = {
    "DP240": flow(
        "menu: {step: queue, queue: service, keys: {1: later}, timeout: bye}",
        "later: {step: callback, queue: service, next: bye}",
        BYE,
        where="6:3",
    ),
    "DP241": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 1: other}}",
        "other: {step: queue, queue: service, timeout: bye, keys: {1: bye}}",
        WAIT,
        BYE,
        where="7:9",
    ),
    "DP242": site("default_queue", "priorities: {2000: 5}\ndefault_queue", "5:14"),
    "DP243": Example("callers.yaml", "vip: {numbers: [13900000001]}\nstaff: {numbers: [13900000001]}\n", "2:19"),
    "DP244": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "callback: {hours: shop, dial: 'PJSIP/{number}@trunk-main', allowed: [1ZXXXXXXXXX]}\n",
        "6:19",
        {"trunks.yaml": TRUNK.format("port: 5060")},
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
            "trunks.yaml": TRUNK.format("port: 5060"),
            "flows/main.yaml": flow(
                "menu: {step: queue, queue: service, keys: {1: later}, timeout: bye}",
                "later: {step: callback, queue: service, next: bye}",
                BYE,
                where="",
            ).text,
        },
    ),
    "DP281": Example("staffing.yaml", "outcomes: {sold: {code: 1}, lost: {code: 1}}\n", "1:42"),
    "DP282": Example("queues.yaml", "service: {skills: {billing: 3}}\n", "1:29"),
    "DP283": Example("staffing.yaml", "pause_reasons: {no-answer: {code: 1}}\n", "1:17"),
    "DP284": Example("alerts.yaml", "slow: {kind: longest-wait, queues: [sales]}\n", "1:37"),
    "DP285": Example("alerts.yaml", "level: {kind: service-level, limit: 300}\n", "1:37"),
    "DP286": Example("alerts.yaml", "lost: {kind: recording-missing, queues: [service]}\n", "1:41"),
    "DP260": Example("trunks.yaml", "main: {host: 203.0.113.7, numbers: {01088886666: 3000}}\n", "1:50"),
    "DP261": Example("trunks.yaml", TRUNK.format("addresses: [203.0.113.7/24]"), "1:39"),
    "DP262": Example(
        "trunks.yaml", "main: {host: 203.0.113.7, numbers: {01088886666: 1000, '+861088886666': 1000}}\n", "1:56"
    ),
    "DP263": Example("trunks.yaml", TRUNK.format("method: register"), "1:1"),
    "DP264": Example("trunks.yaml", TRUNK.format("port: 5060") + "b" + TRUNK.format("port: 5080"), "2:1"),
    "DP265": site("default_queue", "outside: {9001: {trunk: main, number: 110}}\ndefault_queue", "5:25"),
    "DP266": Example("trunks.yaml", TRUNK.format("srtp: true"), "1:33"),
    "DP267": Example("trunks.yaml", "main: {host: 203.0.113.7}\n", "1:1"),
    "DP268": site("default_queue", "anonymous_callers: true\ndefault_queue", "5:20"),
    "DP269": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "outside: {6001: {trunk: main, number: 110}}\n",
        "6:11",
    ),
    "DP270": Example(
        "site.yaml",
        TINY_SITE["site.yaml"] + "callback: {dial: 'PJSIP/{number}@trunk-mian', allowed: [1ZXXXXXXXXX]}\n",
        "6:18",
        {"trunks.yaml": TRUNK.format("port: 5060")},
    ),
    "DP250": flow(
        "menu: {step: queue, queue: service, after: rate, timeout: bye}",
        "rate:",
        "  step: survey",
        "  questions:",
        "    - {name: polite, prompts: [survey-satisfaction], keys: [1, 2]}",
        "    - {name: polite, prompts: [survey-solved], keys: [1, 2]}",
        "  next: bye",
        BYE,
        where="10:16",
    ),
    "DP251": flow(
        "menu: {step: queue, queue: service, after: rate, timeout: bye}",
        "rate:",
        "  step: survey",
        "  questions:",
        "    - {name: polite, prompts: [survey-satisfaction], keys: [1, 2, 1]}",
        "  next: bye",
        BYE,
        where="9:69",
    ),
    "DP252": flow(
        "menu: {step: collect, prompts: [enter-number], variable: pin, secret: true, confirm: true, next: wait}",
        WAIT,
        BYE,
        where="5:88",
    ),
    "DP254": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait}, silent: [no-input, no-input, no-input]}",
        WAIT,
        BYE,
        where="5:72",
    ),
    "DP255": flow(
        "menu: {step: collect, prompts: [enter-number], variable: order, terminator: '', next: wait}",
        WAIT,
        BYE,
        where="5:79",
    ),
    "DP256": Example(
        "flows/main.yaml",
        "human: wait\n"
        + str(flow("menu: {step: menu, prompts: [main-menu], choices: {0: wait, '*': bye}}", WAIT, BYE, where="").text),
        "6:68",
        {"site.yaml": TINY_SITE["site.yaml"] + "accessible: {}\n"},
    ),
    "DP271": hours("office: {always: open, switch: 1}\nnight: {always: open, switch: 1}\n", "2:31"),
    "DP272": hours("office: {always: open, switch: 1}\n", "1:32"),
    "DP273": hours(
        "office:\n"
        "  openings: [{days: [mon], start: 09:00, end: 18:00}]\n"
        "  breaks: [{days: [mon, sat], start: 12:00, end: 13:00}]\n",
        "3:12",
    ),
    "DP274": flow(
        "menu: {step: hours, hours: office, open: wait, closed: mail, at_break: mail}", WAIT, MAIL, BYE, where="5:74"
    ),
    "DP275": flow(
        "menu: {step: hours, hours: office, open: wait, closed: mail, holiday: mail}", WAIT, MAIL, BYE, where="5:73"
    ),
    "DP276": hours("office:\n  holidays: CN\n  openings: [{days: [mon], start: 09:00, end: 18:00}]\n", "2:13"),
    "DP278": agents("kim: {name: Kim, extension: 6002, number: 802, switches: true}\n", "2:58"),
    "DP279": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 1: office}}",
        "office: {step: hours, hours: office, open: wait, closed: mail}",
        WAIT,
        MAIL,
        BYE,
        where="7:3",
    ),
    "DP290": flow("menu: {step: transfer, agent: lee, queue: service, failure: bye}", BYE, where="5:45"),
    "DP291": flow("menu: {step: transfer, agent: kim, failure: bye}", BYE, where="5:33"),
    "DP292": flow("menu: {step: transfer, outside: 9001, failure: bye}", BYE, where="5:35"),
    "DP293": flow("menu: {step: transfer, extension: '6002', failure: bye}", BYE, where="5:37"),
    "DP294": flow("menu: {step: survey, next: wait}", WAIT, BYE, where="5:3"),
}
