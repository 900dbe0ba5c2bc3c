"""DP29x: steps that bring the caller to somebody."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

TALK = codes(
    Severity.ERROR,
    {
        "DP290": (
            "step {step} transfers to exactly one of agent, extension, queue, outside, but names: {what}",
            "步骤 {step} 须且只能填写 agent、extension、queue、outside 之一，现有：{what}",
            "keep one of them",
            "请只保留一个",
        ),
        "DP291": (
            "step {step} transfers to agent {what}, who is not there",
            "步骤 {step} 转接到不存在的坐席 {what}",
            "name one of: {known}",
            "请使用：{known}",
        ),
        "DP292": (
            "step {step} transfers outside to {what}, which the site does not allow",
            "步骤 {step} 转接到外部号码 {what}，但站点未允许",
            "add it to outside: in site.yaml, or name one of: {known}",
            "请在 site.yaml 的 outside: 中添加，或使用：{known}",
        ),
        "DP293": (
            "step {step} transfers to extension {what}, which no agent has",
            "步骤 {step} 转接到分机 {what}，但没有坐席使用该分机",
            "name one of: {known}",
            "请使用：{known}",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP294": (
            "survey {step} follows no talk: nobody can rate what has not been (A8)",
            "调查 {step} 之前没有通话：尚未服务，无从评价（A8）",
            "lead to it by after: of a queue, transfer or callback step",
            "请用 queue、transfer 或 callback 步骤的 after: 指向它",
        ),
    },
)
