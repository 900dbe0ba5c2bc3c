from __future__ import annotations

from ivr.reports.clean import clean


def test_controls_escapes_and_direction_overrides_become_visible() -> None:
    assert clean("a\x1b[31m\x00b\u202ec\ud800") == "a�[31m�b�c�"


def test_line_breaks_become_spaces_so_that_no_line_can_be_forged() -> None:
    assert clean("a\r\n\tb") == "a b"
    assert clean("a\u2028b\x0bc") == "a�b�c"


def test_long_texts_are_cut() -> None:
    assert clean("字" * 50, 10) == "字" * 10 + "…"


def test_plain_text_in_three_scripts_stays_as_it_is() -> None:
    assert clean("您好 hello 안녕하세요 [red] <b>") == "您好 hello 안녕하세요 [red] <b>"
