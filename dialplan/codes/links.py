"""DP2xx: what the parts of a site say about each other."""

from __future__ import annotations

from dialplan.codes.code import codes
from ivr.core.problems import Severity

LINKS = codes(
    Severity.ERROR,
    {
        "DP201": (
            "flow {flow} begins with step {what}, which is not there",
            "流程 {flow} 的起始步骤 {what} 不存在",
            "set start: to one of: {known}",
            "请把 start: 设为：{known}",
        ),
        "DP202": (
            "step {step} leads to {what}, which is not there",
            "步骤 {step} 指向不存在的步骤 {what}",
            "add step {what}, or name one of: {known}",
            "请添加步骤 {what}，或使用：{known}",
        ),
        "DP204": (
            "the call ends at step {step} with nothing said or done ({kind})",
            "通话在步骤 {step}（{kind}）处无声结束",
            "name the step that follows with next:",
            "请用 next: 指明后续步骤",
        ),
        "DP205": (
            "a caller who does nothing goes round for ever: {what}",
            "来电者不操作时会无限循环：{what}",
            "let one of these steps lead to a menu, a queue or a hangup",
            "请让其中一个步骤通向菜单、队列或挂机",
        ),
        "DP207": (
            "step {step} goes into flow {what}, which is not there",
            "步骤 {step} 进入不存在的流程 {what}",
            "add flows/{what}.yaml, or name one of: {known}",
            "请添加 flows/{what}.yaml，或使用：{known}",
        ),
        "DP208": (
            "flow {flow} leads into itself: {what}",
            "流程 {flow} 会再次进入自身：{what}",
            "lead back to a step of the same flow instead of into the flow",
            "请指向同一流程中的步骤，不要再次进入该流程",
        ),
        "DP210": (
            "flow {flow} leads to a human by step {what}, which is not there",
            "流程 {flow} 的 human 步骤 {what} 不存在",
            "set human: to one of: {known}",
            "请把 human: 设为：{known}",
        ),
        "DP211": (
            "number {number} leads to flow {what}, which is not there",
            "号码 {number} 指向不存在的流程 {what}",
            "add flows/{what}.yaml, or name one of: {known}",
            "请添加 flows/{what}.yaml，或使用：{known}",
        ),
        "DP212": (
            "number {what} is given twice, first in line {first}",
            "号码 {what} 重复，第一次在第 {first} 行",
            "keep one of them: a number leads to one flow",
            "请保留一个：一个号码只能对应一个流程",
        ),
        "DP213": (
            "extension {what} of agent {agent} is already {other}",
            "坐席 {agent} 的分机号 {what} 已用作 {other}",
            "give the agent an extension of their own",
            "请给该坐席分配独立的分机号",
        ),
        "DP214": (
            "staff number {what} of agent {agent} is already that of {other}",
            "坐席 {agent} 的工号 {what} 与 {other} 相同",
            "give each agent a number of their own (C14)",
            "每位坐席须有独立的工号（C14）",
        ),
        "DP215": (
            "default_queue is {what}, which is not there",
            "默认队列 {what} 不存在",
            "name one of: {known}",
            "请使用：{known}",
        ),
        "DP216": (
            "step {step} names queue {what}, which is not there",
            "步骤 {step} 使用了不存在的队列 {what}",
            "add it to queues.yaml, or name one of: {known}",
            "请在 queues.yaml 中添加，或使用：{known}",
        ),
        "DP217": (
            "step {step} names hours {what}, which are not there",
            "步骤 {step} 使用了不存在的营业时间 {what}",
            "add them to hours.yaml, or name one of: {known}",
            "请在 hours.yaml 中添加，或使用：{known}",
        ),
        "DP218": (
            "agent {agent} names queue {what}, which is not there",
            "坐席 {agent} 使用了不存在的队列 {what}",
            "name one of: {known}",
            "请使用：{known}",
        ),
        "DP220": (
            "{what} is no time zone",
            "{what} 不是有效的时区",
            "use a name such as Asia/Shanghai",
            "请使用 Asia/Shanghai 这样的名称",
        ),
        "DP221": (
            "key {what} is used twice in this menu, first in line {first}",
            "按键 {what} 在此菜单中重复，第一次在第 {first} 行",
            "keep one of them: a key leads to one step",
            "请保留一个：一个按键只能对应一个步骤",
        ),
        "DP222": (
            "step {step} offers no choice",
            "步骤 {step} 没有任何选项",
            "add choices:, key to step",
            "请添加 choices:，即按键到步骤的对应",
        ),
        "DP223": (
            "language {what} is offered twice",
            "语言 {what} 重复",
            "keep one of them",
            "请保留一个",
        ),
        "DP224": (
            "step {step} offers {what}, which is not among the site's languages",
            "步骤 {step} 提供了站点未启用的语言 {what}",
            "add it to languages: in site.yaml, or offer one of: {known}",
            "请在 site.yaml 的 languages: 中添加，或使用：{known}",
        ),
        "DP225": (
            "the company has no name in {what}",
            "缺少公司的 {what} 名称",
            "add it under company: in site.yaml",
            "请在 site.yaml 的 company: 下添加",
        ),
        "DP226": (
            "there are no public holidays for {what}",
            "没有国家或地区 {what} 的节假日数据",
            "use a two-letter country code, e.g. CN",
            "请使用两位国家代码，例如 CN",
        ),
        "DP227": (
            "the opening ends at {end}, not after its start at {start}",
            "营业结束时间 {end} 不晚于开始时间 {start}",
            "give a later end; split a night at midnight: 20:00-00:00 and 00:00-08:00 of the next day",
            "请填写更晚的结束时间；跨夜请在午夜拆开：20:00-00:00 和次日 00:00-08:00",
        ),
        "DP228": (
            "hours {hours} say neither when it is open nor always: closed",
            "营业时间 {hours} 既没有 openings 也没有 always",
            "add openings:, or always: open or closed",
            "请添加 openings:，或 always: open / closed",
        ),
        "DP229": (
            "{what} is named both open and closed in hours {hours}",
            "{what} 在营业时间 {hours} 中既开放又关闭",
            "keep one of them",
            "请保留一个",
        ),
        "DP231": (
            "prompt {what} is missing in {languages}",
            "语音提示 {what} 缺少以下语言：{languages}",
            "record or build it for these languages, or name another prompt",
            "请为这些语言录制或生成该提示，或改用其他提示",
        ),
        "DP232": (
            "step {step} asks for at least {least} digits but at most {most}",
            "步骤 {step} 的最少位数 {least} 大于最多位数 {most}",
            "make min: no larger than max:",
            "min: 不得大于 max:",
        ),
        "DP233": (
            "extension {what} of queue {queue} is already {other}",
            "队列 {queue} 的号码 {what} 已用作 {other}",
            "give the queue a number of its own",
            "请给该队列分配独立的号码",
        ),
    },
) | codes(
    Severity.WARNING,
    {
        "DP203": (
            "no way leads to step {step}",
            "没有任何路径到达步骤 {step}",
            "lead to it from another step, or remove it",
            "请从其他步骤指向它，或删除它",
        ),
        "DP206": (
            "step {step} speaks before the call is answered",
            "步骤 {step} 在接听之前播放语音",
            "begin the flow with an answer step",
            "请以 answer 步骤开始流程",
        ),
        "DP209": (
            "step {step} goes on to {what} after flow {flow}, from which no call comes back",
            "步骤 {step} 在流程 {flow} 之后转到 {what}，但通话不会从该流程返回",
            "let a last step of that flow name no next:, or take next: away here",
            "请让该流程的某个末尾步骤不填 next:，或删除此处的 next:",
        ),
        "DP219": (
            "queue {what} has no agent",
            "队列 {what} 没有坐席",
            "name it under queues: of an agent in agents.yaml",
            "请在 agents.yaml 中某位坐席的 queues: 下添加该队列",
        ),
        "DP230": (
            "no number leads to flow {flow}",
            "没有号码指向流程 {flow}",
            "add a number for it to numbers.yaml, or remove the flow",
            "请在 numbers.yaml 中为其添加号码，或删除该流程",
        ),
    },
)
