"""Examples of DP0xx: the files and their YAML."""

from __future__ import annotations

from dialplan.examples.base import BYE, WAIT, Example, flow

FILES: dict[str, Example] = {
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
    "DP013": flow(
        "menu:", "  step: menu", "  prompts: [main-menu]", "  choices:", "    *: wait", WAIT, BYE, where="9:8"
    ),
    "DP014": flow(
        "menu:",
        "  step: menu",
        "  prompts: [main-menu]",
        "  choices:",
        "    0: wait",
        "    #: wait",
        WAIT,
        BYE,
        where="10:7",
    ),
    "DP015": Example("number.yaml", "1000: main\n", "1:1"),
}
