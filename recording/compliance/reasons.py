"""Why a verdict is as it is, for people."""

from __future__ import annotations

from ivr.core.language import Text

NO_TRANSCRIPT = Text("there is no transcript of this party", "没有该方的转写文本")
WRONG_LANGUAGE = Text("the rulebook is for another language", "话术规则与通话语言不符")
NOT_HELD = Text("the call was never on hold", "通话没有保持")
NOT_TRANSFERRED = Text("the call was not transferred", "通话没有转接")
NO_HOLIDAY = Text("the call was not on a holiday", "当日不是节假日")
HOLIDAYS_UNKNOWN = Text("the site's holidays are not known", "未配置站点的节假日")
AGENT_FIRST = Text("the agent spoke first", "坐席先开口")
CALLER_SPOKE = Text("the caller was not silent", "来电者没有沉默")
NO_CUE = Text("what the rule waits for was not heard", "没有出现该规则适用的情形")
OTHER_CALLS = Text("the rule is for other calls", "该规则不适用于此类通话")
EXCEPTED = Text("the rule makes an exception for such calls", "此类通话属于该规则的例外")
MAY_APPLY = Text(
    "it cannot be told whether the rule applies; a person must listen", "无法判断该规则是否适用，需人工复听"
)
NO_PLACE = Text("the moment the rule is about did not come", "通话中没有出现该规则所针对的时刻")
POOR = Text("recognition too poor to judge words", "识别质量过低，不作自动评判")
OTHER_NAME = Text("heard, but with another name; a person must listen", "已听到，但名称不符，需人工复听")
WRONG_ORDER = Text("said, but not in the order asked for", "已说，但顺序不符")
NOT_MEASURED = Text("it was not measured in this call", "本次通话没有该项测量")
NO_JOURNAL = Text("the journal does not say", "通话日志没有记录")
ONE_PARTY = Text("the sound of one party is missing", "缺少一方的录音")
TOO_LITTLE = Text("too little speech to measure", "语音太少，无法测量")
MAY_BE_ANNOUNCED = Text("the silence may have been announced; a person must listen", "静默前可能已有说明，需人工复听")
SILENT = Text("this party did not speak", "该方没有说话")
HEARD = Text("heard", "已听到")
NOT_HEARD = Text("not heard, and the sound is good enough to tell", "未听到，且音质足以判断")
NOT_UNDERSTOOD = Text("speech the recogniser did not understand", "有语音但无法识别")
SIMILAR = Text("something similar was heard; a person must listen", "听到相近的内容，需人工复听")
SIMILAR_FORBIDDEN = Text(
    "something like a forbidden phrase was heard; a person must listen", "听到疑似禁用语，需人工复听"
)


def noisy(snr_db: float) -> Text:
    """Too noisy to say that something was not said."""
    return Text(f"too noisy to tell (SNR {snr_db:.0f} dB)", f"噪声过大，无法判断（信噪比 {snr_db:.0f} dB）")


def elsewhere(at: float) -> Text:
    """Said, but not when it should have been."""
    return Text(f"heard only at {at:.1f} s, outside its time", f"仅在第 {at:.1f} 秒听到，不在规定时段内")


def measured(value: float, unit: Text, at_least: float | None, at_most: float | None) -> Text:
    """What was measured, and the limits."""
    limits = [f"≥ {at_least:g}"] if at_least is not None else []
    limits += [f"≤ {at_most:g}"] if at_most is not None else []
    wanted = ", ".join(limits)
    return Text(f"{value:.1f} {unit.en}, wanted {wanted}", f"{value:.1f} {unit.zh}，要求 {wanted}")
