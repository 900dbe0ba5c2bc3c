"""Why a verdict is as it is, for people."""

from __future__ import annotations

from ivr.core.language import Text

NO_TRANSCRIPT = Text("there is no transcript of this party", "没有该方的转写文本")
WRONG_LANGUAGE = Text("the rulebook is for another language", "话术规则与通话语言不符")
NOT_HELD = Text("the call was never on hold", "通话没有保持")
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
