"""Examples of DP1xx: the schema."""

from __future__ import annotations

from dialplan.examples.base import BYE, TINY_SITE, WAIT, Example, flow, hours

SCHEMA: dict[str, Example] = {
    "DP101": Example("queues.yaml", "service: {rings: 15}\n", "1:11"),
    "DP102": Example("agents.yaml", "lee: {name: Lee, extension: 6001, queues: [service]}\n", "1:1"),
    "DP103": Example("queues.yaml", "service: {strategy: loudest}\n", "1:21"),
    "DP104": flow("menu: {step: menue}", where="5:16"),
    "DP105": Example("queues.yaml", "service: {}\n客服: {}\n", "2:1"),
    "DP106": Example("queues.yaml", "service: {ring: 90}\n", "1:17"),
    "DP107": Example("queues.yaml", "service: {ring: soon}\n", "1:17"),
    "DP108": hours("office:\n  openings: [{days: [mon], start: 9am, end: 18:00}]\n", "2:35"),
    "DP109": hours("office:\n  openings: [{days: [], start: 09:00, end: 18:00}]\n", "2:21"),
    "DP110": Example("agents.yaml", "lee: {name: Lee, extension: 6001, number: 801, queues: service}\n", "1:56"),
    "DP111": Example("numbers.yaml", "+86 10 1000: main\n", "1:1"),
    "DP112": flow("menu: {step: menu, prompts: [main-menu], choices: {10: wait}}", WAIT, BYE, where="5:54"),
    "DP113": Example("queues.yaml", "service: {rulebook: ../../etc/passwd}\n", "1:21"),
    "DP114": flow("menu: {step: hangup, prompts: [../beep]}", where="5:34"),
    "DP115": Example("queues.yaml", "service: {title: " + "客服" * 31 + "}\n", "1:18"),
    "DP116": Example("site.yaml", TINY_SITE["site.yaml"] + "hours: {}\n", "6:1"),
    "DP117": Example("site.yaml", "- tiny\n", "1:1"),
    "DP121": Example("trunks.yaml", "main: {host: 'sip.example.com:5060'}\n", "1:14"),
    "DP122": Example("trunks.yaml", "main: {host: 203.0.113.7, numbers: {010-8888: 1000}}\n", "1:37"),
    "DP123": Example("trunks.yaml", "main: {host: sip.example.com, addresses: [example.com]}\n", "1:43"),
    "DP199": Example("numbers.yaml", "".join(f"x{number}: main\n" for number in range(102)), "100:1"),
    "DP118": Example(
        "site.yaml", TINY_SITE["site.yaml"] + "callback: {dial: 'PJSIP/{number}@trunk-main', allowed: [1.]}\n", "6:57"
    ),
    "DP120": Example("staffing.yaml", "pause_reasons: {lunch: {code: L}}\n", "1:31"),
    "DP124": flow(
        "menu: {step: lookup, url: 'https://{caller}.example.com/', failure: bye, next: wait}",
        WAIT,
        BYE,
        where="5:29",
    ),
    "DP125": flow(
        "menu: {step: lookup, url: 'https://crm.example.com/', save: {state: '$.state'}, failure: bye, next: wait}",
        WAIT,
        BYE,
        where="5:71",
    ),
    "DP126": flow(
        "menu: {step: lookup, url: 'https://crm.example.com/', headers: {X Key: '1'}, failure: bye, next: wait}",
        WAIT,
        BYE,
        where="5:67",
    ),
    "DP127": flow(
        "menu: {step: branch, cases: [{when: '', go: bye}], next: wait}",
        WAIT,
        BYE,
        where="5:39",
    ),
    "DP128": hours("office: {always: open, switch: 10}\n", "1:32"),
    "DP129": flow(
        "menu: {step: collect, prompts: [enter-number], variable: order-number, next: wait}",
        WAIT,
        BYE,
        where="5:60",
    ),
}
