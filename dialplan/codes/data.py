"""DP4xx: what steps do with the data of a call: variables, expressions, services, what is said."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

DATA = codes(
    Severity.ERROR,
    {
        "DP401": (
            "step {step}: {why}, at character {column} of: {what}",
            "步骤 {step}：{why}，位于第 {column} 个字符：{what}",
            "write it as in: tries < 3 and status == 'open'",
            "请参照：tries < 3 and status == 'open'",
        ),
        "DP402": (
            "step {step}: {why}, at character {column} of: {what}",
            "步骤 {step}：{why}，位于第 {column} 个字符：{what}",
            "write {{name}} for a variable, and {{{{ or }}}} for a brace",
            "变量写作 {{name}}，花括号本身写作 {{{{ 或 }}}}",
        ),
        "DP403": (
            "step {step} uses variable {what}, which nothing sets",
            "步骤 {step} 使用了变量 {what}，但没有任何步骤设置它",
            "set it with collect, set, lookup or record, or name one of: {known}",
            "请用 collect、set、lookup 或 record 设置它，或使用：{known}",
        ),
        "DP405": (
            "step {step} would set {what}, which belongs to the call itself",
            "步骤 {step} 要设置 {what}，但它属于通话本身",
            "choose another name",
            "请换一个名称",
        ),
        "DP406": (
            "step {step} would show the secret {what}: in the journal, in a log, or aloud",
            "步骤 {step} 会在记录、日志或语音中泄露保密输入 {what}",
            "send it in headers: or body: of a lookup, as {{secret.{what}}}, and nowhere else",
            "只能在 lookup 的 headers: 或 body: 中以 {{secret.{what}}} 使用",
        ),
        "DP407": (
            "variable {what} is secret in step {other}, but not in step {step}, which would log it",
            "变量 {what} 在步骤 {other} 中保密，但在步骤 {step} 中不保密，会被记录",
            "set secret: true here, too, or use another variable",
            "请在此处也设置 secret: true，或使用其他变量",
        ),
        "DP408": (
            "step {step} asks for {what}, which it may not see here",
            "步骤 {step} 使用了 {what}，但此处不允许",
            "secrets of the environment are called {begins}…, and stand in url, query, headers and body of a lookup",
            "环境变量的名称须以 {begins} 开头，且只能用于 lookup 的 url、query、headers 和 body",
        ),
        "DP409": (
            "step {step} sets {what} twice, under values and under compute",
            "步骤 {step} 在 values 和 compute 中重复设置 {what}",
            "keep one of them",
            "请保留一个",
        ),
        "DP410": (
            "step {step} says exactly one of prompt, digits, number, money, date, time at a time, but names: {what}",
            "步骤 {step} 每次只能说 prompt、digits、number、money、date、time 之一，现有：{what}",
            "keep one of them; write others as items of their own",
            "请只保留一个，其余写成单独的项",
        ),
        "DP411": (
            "step {step} says {what}, which is no {kind}",
            "步骤 {step} 要说的 {what} 不是 {kind}",
            "write digits as 0-9, a number as 12 or -3.5, money as 12.50, a date as 2026-10-01, a time as 08:30",
            "digits 写作 0-9，number 写作 12 或 -3.5，money 写作 12.50，date 写作 2026-10-01，time 写作 08:30",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP404": (
            "step {step} uses variable {what}, which no step before it sets",
            "步骤 {step} 使用了变量 {what}，但之前没有步骤设置它",
            "let a step that sets it come first",
            "请让设置它的步骤排在前面",
        ),
        "DP412": (
            "step {step} asks {what} over http: what it sends can be read on the way",
            "步骤 {step} 通过 http 访问 {what}：途中内容可被读取",
            "write https://",
            "请写 https://",
        ),
        "DP413": (
            "step {step} has a body, which a GET does not send",
            "步骤 {step} 有 body，但 GET 不会发送",
            "set method: POST, or write it under query:",
            "请设置 method: POST，或写在 query: 中",
        ),
        "DP414": (
            "step {step} can take {what} seconds, longer than the {most} of patience: in site.yaml",
            "步骤 {step} 可能需要 {what} 秒，超过 site.yaml 中 patience: 的 {most} 秒",
            "lower timeout: or retries:",
            "请减小 timeout: 或 retries:",
        ),
        "DP415": (
            "step {step} sets nothing",
            "步骤 {step} 没有设置任何内容",
            "add values:, compute: or accessible:, or remove the step",
            "请添加 values:、compute: 或 accessible:，或删除该步骤",
        ),
        "DP416": (
            "step {step} has {what}:, which means something to {kind} only",
            "步骤 {step} 填写了 {what}:，它只对 {kind} 有意义",
            "add {kind}:, or take {what}: away",
            "请填写 {kind}:，或去掉 {what}:",
        ),
        "DP417": (
            "step {step} asks {what}, which holds no variable: it always comes out the same",
            "步骤 {step} 的条件 {what} 不含变量，结果永远相同",
            "compare a variable of the call",
            "请比较通话的变量",
        ),
    },
)
