"""Whether a prompt advertises: the main menu must not (A2).

A prompt says so itself by ``about: advertising ...``. Else its words tell: a sentence that praises an offer and is no
choice of the menu. ``Offers: press three`` is a choice, which the caller may make; ``Half price this week`` is not.
"""

from __future__ import annotations

import re

from prompts.catalogue import Prompt

MARK = "advertising"

_OFFERS = {
    "zh": re.compile(
        r"优惠|促销|大促|特价|特惠|打折|[一二三四五六七八九0-9]折|折扣|限时|抢购|秒杀|热卖|热销|新品|上市|赠送|赠品|"
        r"立减|满减|返现|抽奖|中奖|大奖|红包|隆重推出|超值"
    ),
    "en": re.compile(
        r"\b(special offers?|offers? (end|valid|only)|discounts?|(per ?cent|%) off|half price|on sale|promotions?|"
        r"limited[- ]time|free gifts?|save up to|new products?|brand[- ]new|best deals?|great deals?|prizes?|"
        r"cash ?back|now available|introducing)\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(r"할인|특가|이벤트|경품|사은품|증정|신상품|신제품|출시|프로모션|세일|적립금|당첨|무료 ?체험"),
}
_CHOICE = {
    "zh": re.compile(r"请按|按[零一二三四五六七八九0-9*#星井]|请拨"),
    "en": re.compile(r"\b(press|dial|key)\b", re.IGNORECASE),
    "ko": re.compile(r"누르|눌러|번[을은]|번입니다"),
}
_SENTENCE = re.compile(r"[。！？；.!?;]+\s*")
_CLAUSE = re.compile(r"[，,、]\s*")


def advertisement(prompt: Prompt) -> str:
    """The words of a prompt that advertise; empty when none do."""
    if prompt.about.lower().startswith(MARK):
        return prompt.text or MARK
    kind = prompt.says_in.partition("-")[0]
    offers, choice = _OFFERS.get(kind), _CHOICE.get(kind)
    if offers is None or choice is None:
        return ""
    for sentence in _SENTENCE.split(prompt.text):
        clauses = [clause for clause in _CLAUSE.split(sentence) if clause]
        for index, clause in enumerate(clauses):
            # a key named in the next breath belongs to this one: "offers, press three"
            following = clauses[index + 1] if index + 1 < len(clauses) else ""
            found = choice.search(following)
            own = choice.search(clause) or (found is not None and found.start() == 0)
            if offers.search(clause) and not own:
                return clause.strip()
    return ""


__all__ = ["MARK", "advertisement"]
