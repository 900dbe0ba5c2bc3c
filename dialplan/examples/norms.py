"""Examples of DP3xx: the service norms."""

from __future__ import annotations

from dialplan.examples.base import BYE, MAIL, TINY_SITE, WAIT, Example, flow

NORMS: dict[str, Example] = {
    "DP301": flow("menu: {step: menu, prompts: [main-menu], choices: {1: mail}}", MAIL, where="5:3"),
    "DP302": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {1: two, 0: wait}}",
        "two: {step: menu, prompts: [main-menu], choices: {1: three, 0: wait}}",
        "three: {step: menu, prompts: [main-menu], choices: {1: four, 0: wait}}",
        "four: {step: menu, prompts: [main-menu], choices: {0: wait}}",
        WAIT,
        BYE,
        where="8:3",
    ),
    "DP303": Example(
        "site.yaml",
        TINY_SITE["site.yaml"].replace("[zh-CN]", "[en-US, zh-CN]").replace("小店}", "小店, en-US: Shop}"),
        "4:13",
    ),
    "DP304": flow("menu: {step: queue, queue: service}", where="5:3"),
    "DP305": Example("queues.yaml", "service: {announce_position: 0}\n", "1:30"),
    "DP306": flow("menu: {step: hours, hours: office, open: wait, closed: bye}", WAIT, BYE, where="5:3"),
    "DP307": Example(
        "flows/main.yaml",
        TINY_SITE["flows/main.yaml"].replace("step: greeting", "step: greeting, notice: false"),
        "5:3",
    ),
    "DP308": Example(
        "flows/main.yaml",
        TINY_SITE["flows/main.yaml"],
        "1:1",
        {"site.yaml": TINY_SITE["site.yaml"] + "accessible: {}\n"},
    ),
    "DP309": flow("menu: {step: transfer, agent: lee}", where="5:3"),
    "DP310": flow(
        "menu: {step: menu, prompts: [main-menu], choices: {0: wait, 1: other}}",
        "other: {step: queue, queue: service, after: rate, timeout: bye}",
        "rate: {step: survey, next: bye}",
        WAIT,
        BYE,
        where="8:3",
    ),
    "DP311": flow("menu: {step: menu, prompts: [main-menu], choices: {0: wait}, timeout: 3}", WAIT, BYE, where="5:73"),
    "DP312": flow("menu: {step: menu, prompts: [main-menu], choices: {0: wait}, tries: 1}", WAIT, BYE, where="5:71"),
    "DP313": flow("menu: {step: menu, prompts: [spring-offer], choices: {0: wait}}", WAIT, BYE, where="5:32"),
    "DP314": Example(
        "site.yaml",
        TINY_SITE["site.yaml"].replace("[zh-CN]", "[zh-CN, en-US]").replace("小店}", "小店, en-US: Shop}"),
        "4:20",
    ),
    "DP315": Example(
        "flows/main.yaml",
        TINY_SITE["flows/main.yaml"].replace(
            "{step: greeting, next: wait}", "{step: play, prompts: [recording-notice], next: wait}"
        ),
        "1:1",
    ),
}
