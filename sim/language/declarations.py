"""What a cell is: named equations in order, and everything that can be read off them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sim.errors import DeclarationError, UnknownName
from sim.language.expressions import FUNCTIONS, Expr, Shape, leaves, name, parse, substitute
from sim.language.gradients import backward_equations, marked_next

GIVEN = ("x", "h_prev", "c_prev")
PARAMETERS = "WUbp"  # the first letter of a parameter gives its shape
QUANTITY = re.compile(r"(?![WUbpd])[a-zA-Z][a-zA-Z0-9]*(_(?!(prev|next|back|last|loss)$)[a-zA-Z0-9]+)?")
# what is given, and the names that printed programs use for themselves
RESERVED = {*GIVEN, "h0", "c0", "np", "torch", "step", "inputs", "trace", "value", "values", "name", "zip", "rounded",
            "sigmoid", "layer", "weights", "output", *keyword.kwlist}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell as data. Two cells are the same only if they are the same object.

    `broken` holds equations of the backward pass that are not what the equations give: gradient slips.
    """

    name: str
    equations: Mapping[str, Expr]
    states: tuple[str, ...]  # what is carried from step to step: ("h",) or ("h", "c")
    title: str
    convention: str
    note: str  # the convention in one sentence, to be printed beside every number
    source: str
    broken: Mapping[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whoever holds a cell reads it: a change would be one for everybody, for as long as the program runs."""
        object.__setattr__(self, "equations", MappingProxyType(dict(self.equations)))
        object.__setattr__(self, "broken", MappingProxyType(dict(self.broken)))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it goes to another process."""
        read = (getattr(self, each.name) for each in fields(self))
        return Cell, tuple(dict(each) if isinstance(each, Mapping) else each for each in read)

    def __repr__(self) -> str:
        return f"<Cell {self.name}, {self.convention}>"

    def __deepcopy__(self, memo: object) -> Cell:
        return self

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The weights in the order in which the equations first read them."""
        read = [leaf for formula in self.equations.values() for leaf in leaves(formula)]
        return tuple(dict.fromkeys(leaf for leaf in read if leaf not in self.equations and leaf not in GIVEN))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each quantity stands in the declaration, counted from 0."""
        return {name: place for place, name in enumerate(self.equations)}

    @cached_property
    def unbounded(self) -> tuple[str, ...]:
        """The quantities that may overflow: all but those that squash another one."""
        return tuple(name for name, right in self.equations.items() if not _squashes_a_name(right))

    @cached_property
    def gradients(self) -> Mapping[str, Expr]:
        """The equations of one step backward, from dh to the contributions to each weight. Raises: DeclarationError."""
        return backward_equations(self.equations, {"h": name("dh_loss")}, ("x",), self.states) | dict(self.broken)

    def formula(self, name: str) -> Expr:
        """The right-hand side of a quantity or of a gradient. Raises: UnknownName, listing those there are."""
        if name in self.equations:
            return self.equations[name]
        if name.startswith("d") and name in self.gradients:
            return self.gradients[name]
        raise UnknownName(f"{self.title} has no “{name}”.", f"It has {', '.join(self.equations)}.")

    def passed_back(self, leaf: str) -> Expr:
        """What "dc_back" is, as the step writes it that receives it: δc_next ⊙ f_next."""
        return marked_next(self.gradients[leaf.replace("_back", "_prev")], self.parameters)

    def over_time(self, formula: Expr, *, is_last: bool = False) -> Expr:
        """A formula with what the next step passes back written out; in the last step, what comes from beyond."""
        back = {leaf for leaf in leaves(formula) if leaf.endswith("_back")}
        return substitute(formula, {leaf: self._from_beyond(leaf, is_last) for leaf in back}) if back else formula

    def _from_beyond(self, leaf: str, is_last: bool) -> Expr:
        return name(leaf.replace("_back", "_last")) if is_last else self.passed_back(leaf)

    def reads(self, name: str) -> tuple[str, ...]:
        """The quantities of the same step that a quantity is computed from: c reads f, i and g. Raises: UnknownName."""
        known = self.gradients if name not in self.equations else {}
        return tuple(
            dict.fromkeys(leaf for leaf in leaves(self.formula(name)) if leaf in self.equations or leaf in known)
        )

    def written_out(self, name: str) -> Cell:
        """The same cell with the weighted sums in one equation written out: f = σ(W_f x + b_f + U_f h_prev)."""
        sums = {each: right for each, right in self.equations.items() if each[0] == "a" and each != name}
        return self.replacing({name: substitute(self.formula(name), sums)})

    def uses(self, name: str) -> tuple[str, ...]:
        """Every name in its equation, each once: a_f uses W_f, x, b_f, U_f, h_prev. Raises: UnknownName."""
        return tuple(dict.fromkeys(leaves(self.formula(name))))

    def shape(self, leaf: str, D: int, H: int) -> Shape:
        """The shape of any name: W (H, D), U (H, H), x (D,), all else (H,); a derivative has that of its name."""
        what = leaf.partition("@")[0].removeprefix("d")
        if what == "x":
            return (D,)
        return {"W": (H, D), "U": (H, H)}.get(what[0], (H,))

    def but(
        self, *, name: str = "", title: str = "", convention: str = "", note: str = "", source: str = "",
        **changed: str | Expr | None,
    ) -> Cell:  # fmt: skip
        """The same cell with some equations replaced: `LSTM.but(h="o * c")`, `LSTM.but(dc="dtanh_c + dc_back")`.

        Raises: DeclarationError.
        """
        said: dict[str, Any] = {"name": name, "title": title, "convention": convention, "note": note, "source": source}
        cell = self.replacing(
            {left: parse(right) if isinstance(right, str) else right for left, right in changed.items()}
        )
        return replace(cell, **{field: text for field, text in said.items() if text})

    def replacing(self, changed: Mapping[str, Expr | None]) -> Cell:
        """The same with equations as expressions.

        None takes an equation out, a new name comes in at the end, and an equation moves behind what it now reads.
        Raises: DeclarationError.
        """
        forward, backward = dict(self.equations), dict(self.broken)
        for left, right in changed.items():
            side = backward if self._is_gradient(left) else forward
            if right is None:
                side.pop(left, None)
            else:
                side[left] = right
        cell = replace(self, equations=in_order(forward), broken=backward)
        cell._check_broken()
        return cell

    def _is_gradient(self, left: str) -> bool:
        return left.startswith("d") and left[1:] in (*self.equations, *GIVEN, *self.parameters)

    def _check_broken(self) -> None:
        """An equation of the backward pass reads the step itself, the gradients before it, and what is passed back."""
        known = {*self.equations, *GIVEN, *self.parameters, "dh_loss", *(f"d{state}_back" for state in self.states)}
        for left in self.gradients if self.broken else ():
            if unknown := [leaf for leaf in leaves(self.gradients[left]) if leaf not in known]:
                raise DeclarationError(f"The equation of {left} reads {unknown[0]}, which it can't.")
            known.add(left)


def _squashes_a_name(formula: Expr) -> bool:
    return formula.op in ("sigmoid", "tanh") and formula.args[0].op == "name"


def declare(
    name: str, equations: Mapping[str, str], *, title: str, source: str, note: str = "", convention: str = "pytorch"
) -> Cell:
    """Declare a cell: what it gives is h; if an equation reads c_prev, it carries c besides.

    Raises: DeclarationError when an equation reads a name declared after it, or a name can't be a quantity's.
    """
    parsed = {left: parse(right) for left, right in equations.items()}
    read = {leaf for formula in parsed.values() for leaf in leaves(formula)}
    states = ("h", "c") if "c_prev" in read else ("h",)
    _check_names(parsed, states)
    _check(parsed)
    return Cell(name, parsed, states, title, convention, note, source)


def _check_names(equations: Mapping[str, Expr], states: tuple[str, ...]) -> None:
    """The states must be declared; and a first letter that marks weights or derivatives is no quantity's."""
    for state in states:
        if state not in equations:
            raise DeclarationError(
                f"{state} has no equation.", "Every cell gives h; one that reads c_prev gives c too."
            )
    for left in equations:
        if not QUANTITY.fullmatch(left) or left in RESERVED:
            raise DeclarationError(
                f"“{left}” can't be a quantity's name.",
                "A name is as k, a_k or tanh_k; W, U, b and p begin weights, and d a derivative.",
            )
    for left, formula in equations.items():
        if _weighs(formula, inside=False):
            raise DeclarationError(
                f"{left} squashes a weighted sum without a name.", f"Declare a_{left}, and squash that."
            )


def _weighs(formula: Expr, inside: bool) -> bool:
    """Whether a matrix product stands inside a function."""
    if formula.op == "@" and inside:
        return True
    return any(_weighs(arg, inside or formula.op in FUNCTIONS) for arg in formula.args)


def _check(equations: Mapping[str, Expr]) -> None:
    """Only earlier names may be read, and a parameter's first letter must say its shape."""
    for position, (left, formula) in enumerate(equations.items()):
        later = set(list(equations)[position:])
        for leaf in leaves(formula):
            if leaf in later:
                raise DeclarationError(f"The equation of {left} reads {leaf}, which is declared later.")
            if leaf not in equations and leaf not in GIVEN and leaf[0] not in PARAMETERS:
                raise DeclarationError(f"{leaf} in the equation of {left} is neither declared nor a W, U, b or p.")


def in_order(equations: Mapping[str, Expr]) -> dict[str, Expr]:
    """The same equations, each behind those it reads and otherwise as they stood. Raises: DeclarationError."""
    waiting, placed = dict(equations), dict[str, Expr]()
    while waiting:
        ready = next((left for left, formula in waiting.items() if not waiting.keys() & set(leaves(formula))), None)
        if ready is None:
            break
        placed[ready] = waiting.pop(ready)
    _check(placed | waiting)
    return placed
