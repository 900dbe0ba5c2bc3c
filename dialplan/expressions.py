"""Conditions and sums over a call's variables: ``int(tries) < 3 and status in ('open', 'new')``.

A variable is text, ``''`` while nothing has set it. What the operators make of text:

- ``==``, ``!=``: text with text as text (``'007'`` is not ``'7'``); text with a number as numbers, and text that is no
  number equals none.
- ``<``, ``<=``, ``>``, ``>=``: as numbers where both sides are numbers or text that looks like one; as text where
  neither is (dates, times of day). Anything else, empty text too, is an error.
- ``+`` joins two texts; otherwise, and for ``-``, ``*``, ``/``, ``//``, ``%``, both sides must be numbers or look like
  one.
- ``in``: whether a text is part of another, or equal to one of a list in brackets; empty text is in nothing.
- ``and``, ``or``, ``not``: empty text, ``'false'``, ``'0'``, 0 and ``false`` do not hold, all else does.

Numbers are decimal, so that sums of money are exact; 15 digits before the point at most.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Never

from simpleeval import SimpleEval

from dialplan.reckoning import ALSO_VARIABLES, FUNCTIONS, OPERATORS, ReckonError, Value, holds
from dialplan.words import Token, TokenError, tokens
from ivr.core.errors import IvrError
from ivr.core.language import Text

LONGEST = 300
"""Most characters of an expression."""
DEEPEST = 40
"""Most parts inside parts; a sum of as many numbers is that deep."""

_OPERATORS: dict[type[ast.AST], Callable[..., Value]] = {getattr(ast, name): done for name, done in OPERATORS.items()}
_PARTS = (
    ast.Expression, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.And, ast.Or, *_OPERATORS,
)  # fmt: skip
_PLAIN = Text("a comparison or a sum of variables, texts and numbers is wanted", "只能写变量、文字和数字的比较或算式")

_OURS = threading.local()  # an evaluator a thread: making one takes longer than using it


class ExpressionError(IvrError):
    """The expression cannot be read, or what it asks for cannot be had from these values.

    Attributes:
        why: the reason.
        column: where, counted from 1.
    """

    def __init__(self, why: Text, column: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.column = column


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that has been read.

    Args:
        text: as written.
        names: the variables it looks at.
    """

    text: str
    names: frozenset[str]
    _tree: ast.expr
    _columns: Mapping[int, int]  # byte of the text to column

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read an expression.

        Raises:
            ExpressionError: with the place, if it is none.
        """
        return _parsed(text)

    def value(self, variables: Mapping[str, str]) -> str | int | float | bool:
        """What it comes to.

        Args:
            variables: of the call; those that are not there are ``''``.

        Raises:
            ExpressionError: if a text that is no number is reckoned with, something is divided by zero, or a number or
                text becomes too big.
        """
        return _plain(self._reckoned(variables))

    def holds(self, variables: Mapping[str, str]) -> bool:
        """Whether it holds, as a condition.

        Raises:
            ExpressionError: as :meth:`value`.
        """
        return holds(self._reckoned(variables))

    def _reckoned(self, variables: Mapping[str, str]) -> Value:
        evaluator: _Evaluator | None = getattr(_OURS, "evaluator", None)
        if evaluator is None:
            evaluator = _OURS.evaluator = _Evaluator()
        evaluator.expression, evaluator.variables = self, variables
        found: Value = evaluator.eval(self.text, self._tree)
        return found

    def column(self, node: ast.AST) -> int:
        """Where a part of it begins, counted from 1."""
        return self._columns.get(getattr(node, "col_offset", 0), 1)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expression:
    if len(text) > LONGEST:
        raise ExpressionError(Text(f"longer than {LONGEST} characters", f"超过 {LONGEST} 个字符"), LONGEST + 1)
    written = text.rstrip(" ")
    start = len(written) - len(written.lstrip(" "))
    columns = {len(text[:at].encode("utf-8", "surrogatepass")) - start: at + 1 for at in range(start, len(written))}
    try:
        known = list(tokens(text))
    except TokenError as error:
        raise ExpressionError(error.why, error.at + 1) from None
    if not known:
        raise ExpressionError(Text("nothing is written here", "此处是空的"))
    tree = _tree(known, written[start:], columns)
    expression = Expression(text, frozenset(_names(tree)), tree, columns)
    _check(expression, tree)
    return expression


def _tree(known: list[Token], text: str, columns: Mapping[int, int]) -> ast.expr:
    """Python reads what has been found to be harmless words and signs."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        last = known[-1].at + 1  # where something is missing
        at = (error.offset or 0) - 1
        column = columns.get(len(text[:at].encode()), last) if 0 <= at < len(text) else last
        raise ExpressionError(_PLAIN, column) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(Text("too deeply nested", "嵌套过深")) from None


def _names(tree: ast.expr) -> Iterator[str]:
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in functions and node.id not in _CONSTANTS:
            yield node.id


_CONSTANTS = {"true": True, "false": False}


def _check(expression: Expression, tree: ast.expr) -> None:
    """Nothing but what is meant to be there."""
    waiting: list[tuple[ast.AST, int]] = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise ExpressionError(Text("too deeply nested", "嵌套过深"), expression.column(node))
        inside = list(ast.iter_child_nodes(node))
        match node:
            case ast.Call():
                inside = _call(expression, node)
            case ast.Compare(ops=ops, comparators=comparators):
                lists = [
                    one
                    for op, one in zip(ops, comparators, strict=True)
                    if isinstance(op, ast.In | ast.NotIn) and isinstance(one, ast.Tuple)
                ]
                inside = [one for one in inside if one not in lists] + [part for one in lists for part in one.elts]
            case ast.Name(id=name) if name in FUNCTIONS and name not in ALSO_VARIABLES:
                _wrong(expression, node, Text(f"{name} wants brackets: {name}(…)", f"{name} 后面要有括号：{name}(…)"))
            case _ if not isinstance(node, _PARTS):
                _wrong(expression, node, _PLAIN)
        waiting += [(one, depth + 1) for one in inside]


def _call(expression: Expression, node: ast.Call) -> list[ast.AST]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS:
        known = ", ".join(FUNCTIONS)
        _wrong(expression, node, Text(f"there is no such function; there are {known}", f"没有这个函数；可用：{known}"))
    wanted = FUNCTIONS[name].arguments
    if node.keywords or len(node.args) != wanted or any(isinstance(one, ast.Starred) for one in node.args):
        _wrong(expression, node, Text(f"{name} takes {wanted} in its brackets", f"{name} 的括号内应有 {wanted} 项"))
    return list(node.args)


def _wrong(expression: Expression, node: ast.AST, why: Text) -> Never:
    raise ExpressionError(why, expression.column(node))


class _Evaluator(SimpleEval):  # type: ignore[misc]
    """simpleeval with nothing but our own operators and functions."""

    expression: Expression
    variables: Mapping[str, str]

    def __init__(self) -> None:
        functions = {name: one.done for name, one in FUNCTIONS.items()}
        super().__init__(operators=_OPERATORS, functions=functions, names={})
        self.nodes = {
            ast.BoolOp: self._eval_boolop,
            ast.BinOp: self._eval_binop,
            ast.UnaryOp: self._eval_unaryop,
            ast.Compare: self._eval_compare,
            ast.Call: self._eval_call,
            ast.Name: self._eval_name,
            ast.Constant: self._eval_constant,
            ast.Tuple: lambda node: tuple(self._eval(one) for one in node.elts),
        }

    def _eval(self, node: ast.AST) -> Any:
        try:
            return super()._eval(node)
        except ReckonError as error:
            raise ExpressionError(error.why, self.expression.column(node)) from None

    def _eval_name(self, node: ast.Name) -> Value:
        return _CONSTANTS[node.id] if node.id in _CONSTANTS else self.variables.get(node.id, "")

    def _eval_constant(self, node: ast.Constant) -> Value:
        value = ast.get_source_segment(self.expression.text.strip(" "), node) or ""
        return node.value if isinstance(node.value, str) else Decimal(value)

    def _eval_boolop(self, node: ast.BoolOp) -> bool:
        both = isinstance(node.op, ast.And)
        for value in node.values:
            if holds(self._eval(value)) is not both:
                return not both
        return both


def _plain(value: Value) -> str | int | float | bool:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


__all__ = ["DEEPEST", "LONGEST", "Expression", "ExpressionError"]
