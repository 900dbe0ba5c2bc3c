"""What a function expects is looked at once for each code, and found as before."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.helpers.functions import expects_arguments

from ivr.console.lighter import kept_by_code


class Some:
    def nothing(self) -> None: ...

    def one(self, value: int) -> None: ...

    @staticmethod
    def plain(value: int) -> None: ...

    @classmethod
    def made(cls) -> None: ...

    def __call__(self, value: int) -> None: ...


def default(value: int = 1) -> None: ...


def several(*values: int, **named: int) -> None: ...


def keyword(*, value: int) -> None: ...


def with_default(value: int | None) -> Callable[..., Any]:
    if value is None:
        return lambda number: number
    return lambda number=value: number


@functools.wraps(default)
def wrapped(*values: Any) -> None: ...


SAME: list[Callable[..., Any]] = [
    Some().nothing, Some().one, Some.one, Some.plain, Some.made, Some(), default, several, keyword, wrapped,
    with_default(None), with_default(1), functools.partial(Some().one, 1), lambda: None, lambda value: None, print,
]  # fmt: skip


@pytest.mark.parametrize("func", SAME, ids=range(len(SAME)))
def test_the_answer_is_the_same_twice(func: Callable[..., Any]) -> None:
    kept = kept_by_code(expects_arguments)
    expected = expects_arguments(func)
    assert [kept(func), kept(func)] == [expected, expected]


def test_functions_of_one_code_are_told_apart() -> None:
    kept = kept_by_code(expects_arguments)
    assert [kept(func) for func in SAME] == [expects_arguments(func) for func in SAME]


def test_a_method_of_many_objects_is_looked_at_once() -> None:
    looked: list[object] = []

    def counted(func: Callable[..., Any]) -> bool:
        looked.append(func)
        return expects_arguments(func)

    kept = kept_by_code(counted)
    assert not any(kept(Some().nothing) for _ in range(50))
    assert len(looked) == 1
