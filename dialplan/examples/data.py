"""Examples of DP4xx: the data of a call."""

from __future__ import annotations

from dialplan.examples.base import BYE, WAIT, Example, flow

_ASK = "menu: {step: collect, prompts: [enter-number], variable: order, next: more}"
_LOOKUP = "more: {{step: lookup, url: 'https://crm.example.com/', {}, failure: bye, next: wait}}"

DATA: dict[str, Example] = {
    "DP401": flow(
        _ASK, "more: {step: branch, cases: [{when: order = 1, go: bye}], next: wait}", WAIT, BYE, where="6:39"
    ),
    "DP402": flow(_ASK, _LOOKUP.format("query: {id: '{order'}"), WAIT, BYE, where="6:69"),
    "DP403": flow(_ASK, _LOOKUP.format("query: {id: '{oder}'}"), WAIT, BYE, where="6:69"),
    "DP404": flow(
        "menu: {step: branch, cases: [{when: order == '1', go: bye}], next: more}",
        "more: {step: collect, prompts: [enter-number], variable: order, next: wait}",
        WAIT,
        BYE,
        where="5:39",
    ),
    "DP405": flow("menu: {step: set, values: {caller: '1'}, next: wait}", WAIT, BYE, where="5:30"),
    "DP406": flow(
        "menu: {step: collect, prompts: [enter-number], variable: pin, secret: true, next: more}",
        _LOOKUP.format("query: {pin: '{secret.pin}'}"),
        WAIT,
        BYE,
        where="6:70",
    ),
    "DP407": flow(
        "menu: {step: collect, prompts: [enter-number], variable: pin, secret: true, next: more}",
        "more: {step: collect, prompts: [enter-number], variable: pin, next: wait}",
        WAIT,
        BYE,
        where="6:60",
    ),
    "DP408": flow(_ASK, _LOOKUP.format("headers: {X-Key: '{env.PATH}'}"), WAIT, BYE, where="6:74"),
    "DP409": flow("menu: {step: set, values: {a: '1'}, compute: {a: 1 + 1}, next: wait}", WAIT, BYE, where="5:49"),
    "DP410": flow("menu: {step: say, say: [{number: 12, digits: 12}], next: wait}", WAIT, BYE, where="5:27"),
    "DP411": flow("menu: {step: say, say: [{date: 1 October}], next: wait}", WAIT, BYE, where="5:34"),
    "DP412": flow(
        "menu: {step: lookup, url: 'http://crm.example.com/', failure: bye, next: wait}", WAIT, BYE, where="5:29"
    ),
    "DP413": flow(_ASK, _LOOKUP.format("body: {id: '{order}'}"), WAIT, BYE, where="6:63"),
    "DP414": flow(_ASK, _LOOKUP.format("timeout: 8, retries: 1"), WAIT, BYE, where="6:66"),
    "DP415": flow("menu: {step: set, next: wait}", WAIT, BYE, where="5:3"),
    "DP416": flow("menu: {step: say, say: [{number: 12, currency: USD}], next: wait}", WAIT, BYE, where="5:50"),
    "DP417": flow("menu: {step: branch, cases: [{when: 1 < 2, go: bye}], next: wait}", WAIT, BYE, where="5:39"),
}
