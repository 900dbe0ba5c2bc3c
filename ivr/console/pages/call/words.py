"""What the player's script says, in both languages."""

from __future__ import annotations

from ivr.core.language import Text

SAY = {
    "position": Text("Position in the call", "通话位置"),
    "caller": Text("caller", "来电者"),
    "agent": Text("agent", "坐席"),
    "volume": Text("Volume", "音量"),
    "mute": Text("Mute", "静音"),
    "unmute": Text("Unmute", "取消静音"),
    "play": Text("Play", "播放"),
    "pause": Text("Pause", "暂停"),
    "back": Text("5 s back", "后退 5 秒"),
    "forward": Text("5 s forward", "前进 5 秒"),
    "previous_hit": Text("Previous hit or miss of a rule", "上一处规则命中或缺失"),
    "next_hit": Text("Next hit or miss of a rule", "下一处规则命中或缺失"),
    "speed": Text("Speed", "速度"),
    "mix": Text("Both parties in both ears", "双耳同时听双方"),
    "zoom": Text("Closer, wider, all", "放大、缩小、全部"),
    "zoom_in": Text("Closer", "放大"),
    "zoom_out": Text("Wider", "缩小"),
    "fit": Text("The whole call", "整通电话"),
    "keys": Text("Keys", "快捷键"),
    "by5": Text("5 s back, forward", "后退、前进 5 秒"),
    "by1": Text("1 s back, forward", "后退、前进 1 秒"),
    "hits": Text("next, previous hit or miss of a rule", "下一处、上一处规则命中或缺失"),
    "calls": Text("next, previous call of the list", "列表中的下一通、上一通"),
    "close": Text("Close", "关闭"),
    "rules": Text("Rules", "规则判定"),
    "story": Text("What happened", "通话过程"),
    "at": Text("At", "时间"),
    "what": Text("What", "事件"),
    "step": Text("Step", "步骤"),
    "verdict": Text("Verdict", "判定"),
    "rule": Text("Rule", "规则"),
    "evidence": Text("Evidence", "依据"),
    "missing": Text("missing:", "缺少："),
    "judged_by": Text("Judged by", "判定依据"),
    "not_judged": Text("This call was not judged.", "该通话未经评判。"),
    "no_words": Text("There are no words of this call.", "该通话没有转写文字。"),
    "earlier": Text("Earlier calls", "历史来电"),
    "when": Text("When", "时间"),
    "queue": Text("Queue", "队列"),
    "outcome": Text("Outcome", "结果"),
    "unknown_caller": Text("The caller's number is not known.", "来电号码未知。"),
    "no_earlier": Text("No earlier calls in this time.", "此期间没有更早的来电。"),
    "calls_within": Text("Calls within {days} days", "{days} 天内来电次数"),
    "clip": Text("Save this place as WAV", "保存此处为 WAV"),
    "may_not": Text("You may not hear recordings.", "您无权收听录音。"),
    "failed": Text("The sound cannot be had now; reload the page.", "暂时无法获取录音，请刷新页面。"),
}


__all__ = ["SAY"]
