"""A sum over data as products of whole arrays: ``Σᵢ sᵢ xᵢ yᵢᵀ`` is contracted as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mcalc.tree import build
from mcalc.tree.node import Node

OWN = "abcdefghijklmnopqrstuvwxyz"
"""The letters of a value's own axes."""


class Part(NamedTuple):
    """``± Π factors``, each with a letter for each of its axes; those that the sum has not are summed."""

    sign: int
    factors: tuple[tuple[Node, str], ...]


def parts(body: Node, moves: Callable[[Node], bool]) -> list[Part]:
    """What ``Σᵢ body`` adds up, of values that need no more axes than they have; `moves` tells what depends on i."""
    return list(_Opened(moves, len(body.axes)).terms(body, OWN[: len(body.axes)]))


class _Opened:
    """A value taken apart into sums of products."""

    def __init__(self, moves: Callable[[Node], bool], used: int) -> None:
        self.moves, self.letters = moves, iter(OWN[used:])

    def terms(self, node: Node, letters: str) -> Iterator[Part]:
        """A vector's or a matrix's terms, each summed by itself; a scalar is as cheap to add up first."""
        name = node.operator.name
        if name == "negative":
            yield from (Part(-part.sign, part.factors) for part in self.terms(node.args[0], letters))
        elif name == "transpose":
            yield from self.terms(node.args[0], letters[::-1])
        elif name == "add" and letters:
            for arg in node.args:
                yield from self.terms(arg, letters if arg.axes else "")
        else:
            yield self.product(node, letters)

    def product(self, node: Node, letters: str) -> Part:
        """The factors of a product, whatever it is one of."""
        sign, found = 1, []
        waiting = [(node, letters)]
        while waiting:
            factor, here = waiting.pop()
            name, args = factor.operator.name, factor.args
            if name == "negative":
                sign = -sign
                waiting.append((args[0], here))
            elif not self.moves(factor):
                found.append((factor, here))
            elif name == "multiply":
                waiting += [(arg, here if arg.axes else "") for arg in args[::-1]]
            elif name == "divide" and not build.is_number(args[0], 1):
                below = build.apply("divide", build.number(1), args[1])
                waiting += [(below, here if args[1].axes else ""), (args[0], here if args[0].axes else "")]
            elif name == "power" and build.is_number(args[1], 2):
                found += [(args[0], here), (args[0], here)]
            elif name == "transpose":
                waiting.append((args[0], here[::-1]))
            elif name in ("outer", "matmul") and self._opens(factor):
                waiting += self._of_matrices(factor, here)
            else:
                found.append((factor, here))
        return Part(sign, tuple(found))

    def _opens(self, node: Node) -> bool:
        """Whether its arguments are to be contracted with the rest: a column times a row, or what stays the same."""
        one, other = node.args
        if len(node.axes) == 2 and len(one.axes) == len(other.axes) == 1:
            return True
        return node.operator.name == "matmul" and any(len(arg.axes) == 2 and not self.moves(arg) for arg in node.args)

    def _of_matrices(self, node: Node, letters: str) -> list[tuple[Node, str]]:
        one, other = node.args
        if len(one.axes) == len(other.axes) == 1:
            return [(other, letters[1:]), (one, letters[:1])]
        shared = next(self.letters)
        first = letters[: len(one.axes) - 1]
        return [(other, shared + letters[len(first) :]), (one, first + shared)]
