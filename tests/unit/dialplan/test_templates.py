"""Templates: what stands in them, what they become, what is refused."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan.templates import LONGEST, TemplateError, fill, names_in

KEYS = {"IVR_LOOKUP_KEY": "k3y"}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("", ""),
        ("plain 文字", "plain 文字"),
        ("{order}", "12 3"),
        ("a{order}b{order}", "a12 3b12 3"),
        ("{{order}}", "{order}"),
        ("{{{order}}}", "{12 3}"),
        ("{nothing}", ""),
        ("{odd}", "{order}{env.IVR_LOOKUP_KEY}"),
        ("Bearer {env.IVR_LOOKUP_KEY}", "Bearer k3y"),
        ("{secret.pin}", "1234"),
    ],
)
def test_templates_are_filled(template: str, filled: str) -> None:
    variables = {"order": "12 3", "odd": "{order}{env.IVR_LOOKUP_KEY}", "secret.pin": "no"}
    assert fill(template, variables, env=KEYS.get, secrets={"pin": "1234"}) == filled


def test_values_are_quoted_and_the_rest_is_not() -> None:
    assert fill("/a b/{x}", {"x": "1/2 &"}, quote=lambda value: quote(value, safe="")) == "/a b/1%2F2%20%26"


def test_names_are_told_in_their_order() -> None:
    template = "{a}-{{b}}-{env.IVR_LOOKUP_KEY}{secret.pin}{a}"
    assert names_in(template) == ["a", "env.IVR_LOOKUP_KEY", "secret.pin", "a"]


@pytest.mark.parametrize(
    ("template", "column", "why"),
    [
        ("a{", 2, "without its }"),
        ("a}", 2, "without its {"),
        ("{a", 1, "without its }"),
        ("{a{b}}", 1, "without its }"),
        ("{}", 1, "no name"),
        ("{A}", 1, "no name"),
        ("{a.b}", 1, "no name"),
        ("{a!r}", 1, "no name"),
        ("{0}", 1, "no name"),
        ("{secret.}", 1, "no name"),
        ("x{env.HOME}", 2, "IVR_LOOKUP_"),
        ("{env.IVR_LOOKUP_}", 1, "IVR_LOOKUP_"),
        ("{env.IVR_DATABASE}", 1, "IVR_LOOKUP_"),
        ("{\u202e}", 1, "\\u202e"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(template: str, column: int, why: str) -> None:
    for read in (names_in, lambda text: fill(text, {})):
        with pytest.raises(TemplateError) as caught:
            read(template)
        assert why in caught.value.why.en
        assert caught.value.column == column


def test_secrets_stand_only_where_they_may() -> None:
    for template in ("{secret.pin}", "{env.IVR_LOOKUP_KEY}"):
        with pytest.raises(TemplateError, match="no place here"):
            fill(template, {"secret.pin": "1", "env.IVR_LOOKUP_KEY": "2"})
    with pytest.raises(TemplateError, match="not been entered"):
        fill("{secret.pin}", {"pin": "1"}, secrets={})
    with pytest.raises(TemplateError, match="not set"):
        fill("{env.IVR_LOOKUP_OTHER}", {}, env=KEYS.get)


def test_what_is_filled_in_is_bounded() -> None:
    with pytest.raises(TemplateError, match=str(LONGEST)):
        fill("{a}" * 5, {"a": "x" * 500})


@given(st.text(max_size=60) | st.lists(st.sampled_from(["{", "}", "a", ".", "env.", "secret."])).map("".join))
def test_no_text_leads_to_anything_but_names_or_an_error(template: str) -> None:
    try:
        names = names_in(template)
    except TemplateError:
        return
    env = dict.fromkeys((name[4:] for name in names if name.startswith("env.")), "e")
    secrets = dict.fromkeys((name[7:] for name in names if name.startswith("secret.")), "s")
    assert isinstance(fill(template, {}, env=env.get, secrets=secrets), str)
