"""Whatever is wrong with a lookup is told in Chinese, too."""

from __future__ import annotations

import json

import pytest

from dialplan.steps.data import Lookup
from dialplan.templates import TemplateError
from ivr.call.answers import DEEPEST, LONGEST, read
from ivr.call.lookup_words import why
from ivr.call.steps.lookup import request_of
from tests.unit.call.conftest import MakeCall


@pytest.mark.parametrize(
    "answer",
    [b"{", b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), json.dumps("x" * LONGEST).encode()],
)
def test_answers_that_cannot_be_read(answer: bytes) -> None:
    with pytest.raises(ValueError) as raised:
        read(answer)
    assert why(str(raised.value)).zh != str(raised.value)


@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        ({"url": "https://shop.example/{order}"}, {"order": ".."}),
        ({"url": "https://shop.example/{order}"}, {}),
        ({"headers": {"X-Order": "{order}"}}, {"order": "a\r\nb"}),
        ({"query": {"q": "{order}" * 5}}, {"order": "x" * 500}),
        ({"headers": {"X-Pin": "{secret.pin}"}}, {}),
        ({"headers": {"X-Key": "{env.IVR_LOOKUP_KEY}"}}, {}),
    ],
)
def test_questions_that_cannot_be_asked(
    make_call: MakeCall, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], variables: dict[str, str]
) -> None:
    call, _, _ = make_call()
    call.variables.update(variables)
    monkeypatch.setattr(call.services, "secret", lambda name: None)
    step = Lookup.model_validate({"step": "lookup", "url": "https://shop.example/", "failure": "bye", **settings})
    with pytest.raises(TemplateError) as raised:
        request_of(step, call)
    told = why(raised.value.why.en)
    assert told.en == raised.value.why.en
    assert told.zh == raised.value.why.zh
