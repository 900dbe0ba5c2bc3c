"""DP3xx: the service norms, their ids in brackets."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

NORMS = codes(
    Severity.WARNING,
    {
        "DP301": (
            "menu {step} has no key that leads to a human (A2)",
            "菜单 {step} 没有转人工的按键（A2）",
            "let key 0 lead to a queue step",
            "请让按键 0 通向队列步骤",
        ),
        "DP302": (
            "menu {step} is {depth} menus deep (A2)",
            "菜单 {step} 位于第 {depth} 层（A2）",
            "keep to three levels: merge menus",
            "菜单不应超过三层：请合并菜单",
        ),
        "DP303": (
            "Mandarin is not the first language (A3)",
            "普通话不是首选语言（A3）",
            "put zh-CN first under languages:",
            "请把 zh-CN 放在 languages: 的第一位",
        ),
        "DP304": (
            "after the longest wait step {step} just ends the call (A10)",
            "等待超时后，步骤 {step} 会直接结束通话（A10）",
            "name a step with timeout: that explains and offers voicemail",
            "请用 timeout: 指明说明情况并提供留言的步骤",
        ),
        "DP305": (
            "callers waiting in queue {what} are told nothing (A10)",
            "队列 {what} 中等待的来电者听不到任何提示（A10）",
            "set announce_position: to 30 or so",
            "请把 announce_position: 设为 30 左右",
        ),
        "DP306": (
            "outside hours, step {step} offers neither voicemail nor a queue (A1)",
            "非营业时间，步骤 {step} 既不提供留言也不提供队列（A1）",
            "lead closed: to a prompt and a voicemail step",
            "请让 closed: 通向语音提示和留言步骤",
        ),
        "DP307": (
            "step {step} records the caller, who was not told (F1)",
            "步骤 {step} 会录音，但未告知来电者（F1）",
            "put a greeting step with its notice, or the prompt recording-notice, before it",
            "请在其之前放置带录音提示的 greeting 步骤，或播放 recording-notice",
        ),
        "DP308": (
            "flow {flow} has no way to a human for callers of the accessible profile (A2)",
            "流程 {flow} 没有为使用无障碍模式的来电者设置转人工（A2）",
            "name a queue step under human:",
            "请在 human: 中填写一个队列步骤",
        ),
        "DP309": (
            "when nobody answers, step {step} just ends the call (A10)",
            "无人接听时，步骤 {step} 会直接结束通话（A10）",
            "name a step with failure: that explains and offers a queue or voicemail",
            "请用 failure: 指明说明情况并提供排队或留言的步骤",
        ),
        "DP310": (
            "no rating is asked for after the talks of step {step} (A8)",
            "步骤 {step} 的通话之后不请来电者评价（A8）",
            "let after: lead to a survey step, as other queue steps do",
            "请让 after: 通向 survey 步骤，如同其他队列步骤",
        ),
        "DP311": (
            "step {step} gives a silent caller {what} seconds, not 5 (A9)",
            "步骤 {step} 只给不按键的来电者 {what} 秒，不足 5 秒（A9）",
            "set timeout: to 5 or more",
            "请把 timeout: 设为 5 或更大",
        ),
        "DP312": (
            "step {step} asks a silent caller {what} times, not 3 (A9)",
            "步骤 {step} 对不按键的来电者只询问 {what} 次，不足 3 次（A9）",
            "set tries: to 3 or more",
            "请把 tries: 设为 3 或更大",
        ),
        "DP313": (
            "the main menu {step} advertises in {languages}: {what} (A2)",
            "主菜单 {step} 含有广告（{languages}）：{what}（A2）",
            "keep to the choices; speak of offers after the service, or where they are asked for",
            "主菜单只播报选项；优惠信息请在服务之后或客户询问时播报",
        ),
        "DP314": (
            "callers cannot choose {what} (A3)",
            "来电者无法选择 {what}（A3）",
            "offer it in a language step, or take it from languages:",
            "请在 language 步骤中提供，或从 languages: 中去掉",
        ),
        "DP315": (
            "flow {flow} greets nobody: it has no greeting step, which knows the holidays (A4)",
            "流程 {flow} 没有问候：缺少会识别节日的 greeting 步骤（A4）",
            "put a greeting step after answer",
            "请在 answer 之后放置 greeting 步骤",
        ),
    },
)
