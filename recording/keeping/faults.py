"""What can be wrong with the ledger and the files, each with a code, its cure, and whether it can be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ivr.core.language import Text

_REPAIR = Text("mend it: ivr recordings repair", "修复：ivr recordings repair")
_LOOK = Text(
    "find out why; put the file back from a backup, or: ivr recordings accept FILE --reason TEXT",
    "查明原因；从备份恢复该文件，或：ivr recordings accept 文件 --reason 原因",
)

# code -> (what, cure, whether `repair` can mend it)
CODES: dict[str, tuple[Text, Text, bool]] = {
    "call_without_sound": (Text("a call with talk, and no recording of it", "有通话但没有任何录音"), _LOOK, False),
    "party_without_file": (Text("a party who talked has no file", "有一方通话但没有录音文件"), _LOOK, False),
    "sound_without_call": (
        Text("a recording whose call is not known", "录音所属的通话未知"),
        Text("see whether the journal lost a call; keep it or delete it", "检查通话日志是否丢失；保留或删除"),
        False,
    ),
    "unknown_file": (Text("a file that the ledger does not know", "台账中没有的文件"), _REPAIR, True),
    "missing": (Text("the file is not there", "文件不存在"), _LOOK, False),
    "found_again": (Text("the ledger says missing, and the file is there", "台账记为缺失，但文件存在"), _REPAIR, True),
    "broken": (Text("the header does not tell the truth", "文件头不正确"), _REPAIR, True),
    "unusable": (Text("not a recording of one party in 16-bit PCM", "不是单方 16 位 PCM 录音"), _LOOK, False),
    "left_open": (Text("open in the ledger, and nobody writes to it", "台账中未关闭，但已无人写入"), _REPAIR, True),
    "differs": (Text("length or rate differ from the ledger", "长度或采样率与台账不符"), _LOOK, False),
    "changed": (Text("the bytes are not those of the ledger (sha256)", "内容与台账不符（sha256）"), _LOOK, False),
    "damaged": (Text("sealed, and damaged", "已加密且已损坏"), _LOOK, False),
    "short": (Text("shorter than its party's stay, without a cause", "短于该方在线时长且未记原因"), _LOOK, False),
    "half_deleted": (Text("its deletion was begun and not finished", "删除未完成"), _REPAIR, True),
    "not_gone": (Text("deleted or refused, and the file is there", "已删除或被拒绝录音，但文件仍在"), _REPAIR, True),
    "half_mended": (Text("the original of a mended file lies beside it", "修复后原文件仍在旁边"), _REPAIR, True),
    "half_redacted": (Text("its redaction was begun and not finished", "遮蔽未完成"), _REPAIR, True),
    "unreadable": (Text("cannot be read by this user", "当前用户无法读取"),
                   Text("give the file to this user", "请修正文件权限"), False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Args:
        code: one of ``CODES``.
        where: the file, or the call's linkedid.
        recording, call: ids of the rows, if there are any.
        detail: figures, in plain words that need no translation.
    """

    code: str
    where: str
    recording: int | None = None
    call: int | None = None
    detail: str = ""

    @property
    def text(self) -> Text:
        """What is wrong."""
        return CODES[self.code][0]

    @property
    def cure(self) -> Text:
        """How to mend it."""
        return CODES[self.code][1]

    @property
    def mendable(self) -> bool:
        """Whether ``repair`` can."""
        return CODES[self.code][2]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {
            "code": self.code,
            "where": self.where,
            "recording": self.recording,
            "call": self.call,
            "detail": self.detail,
            "mendable": self.mendable,
            "text": self.text.en,
            "text_zh": self.text.zh,
            "cure": self.cure.en,
            "cure_zh": self.cure.zh,
        }
