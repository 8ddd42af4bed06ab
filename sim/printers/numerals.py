"""Computed values of any size as digits: so many decimals, and of what is small so many significant digits.

A power of ten is held as text, 3.217·10⁻⁷; each style of printing takes it apart and writes it in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from sim.checks import whole_number

MOST_SHOWN = 12
SMALLEST_PLAIN, LARGEST_PLAIN = -3, 8  # exponents: from 0.001 to below a thousand million nothing is a power of ten
ALL_BUT_WHOLE = 0.9  # from here to 1, what is missing to 1 is told as exactly as what is small
TIMES_TEN = "·10"
RAISED = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "−0123456789")


def fixed(value: float, decimals: int) -> str:
    """A computed value to a fixed number of decimals: 0.4013, −0.5100."""
    digits = f"{value:.{decimals}f}"
    return (digits.removeprefix("-") if float(digits) == 0 else digits).replace("-", "−")


def parted(digits: str) -> tuple[str, str]:
    """The factor and the exponent of a power of ten: ("3.217", "−7"); of a plain number no exponent."""
    factor, _, exponent = digits.partition(TIMES_TEN)
    return factor, exponent.translate(LOWERED)


def number_words(digits: str) -> str:
    """Digits as they are read out: "minus 0.51", "3.217 times ten to the minus 7"."""
    factor, exponent = parted(digits)
    said = f"{factor} times ten to the {exponent}" if exponent else factor
    return said.replace("−", "minus ")


@dataclass(frozen=True)
class Significant:
    """`Significant(4)` in place of `decimals=4`: 0.7311 as before, but 0.002473, 3.217·10⁻⁷ where less would be left.

    So that equations between small numbers can be checked from what is shown. Raises: what `whole_number` does.
    """

    figures: int = 4

    def __post_init__(self) -> None:
        whole_number("figures", self.figures, 1, MOST_SHOWN)

    def digits(self, value: float) -> str:
        """Any value: at least so many decimals and significant digits, as a power of ten beyond a thousandth."""
        if not isfinite(value) or value == 0:
            return fixed(value, self.figures)
        factor, exponent = self._in_parts(value)
        if SMALLEST_PLAIN <= exponent <= LARGEST_PLAIN:
            return fixed(value, self._decimals(exponent))
        return f"{factor}{TIMES_TEN}{_signed(exponent).translate(RAISED)}"

    def share(self, value: float) -> str:
        """The same for gates and squashed states, from which 1 − f and 1 − h² are taken: 0.9975 as 0.997527."""
        rest = 1 - abs(value)
        if not 0 < rest < 1 - ALL_BUT_WHOLE:
            return self.digits(value)
        return fixed(value, min(self._decimals(self._in_parts(rest)[1]), MOST_SHOWN))

    def words(self, value: float) -> str:
        return number_words(self.digits(value))

    def difference(self, left: float, right: float) -> str:
        """left − right of the two as they are shown, as exactly as the larger of them."""
        exponent = max(self._in_parts(value)[1] for value in (left, right) if value or left == right)
        decimals = self._decimals(exponent)
        found = round(round(left, decimals) - round(right, decimals), decimals)
        return self.digits(found) if exponent < SMALLEST_PLAIN else fixed(found, decimals)

    def _in_parts(self, value: float) -> tuple[str, int]:
        """Factor and exponent of a value, rounded: ("−3.217", −7)."""
        factor, _, exponent = f"{value:.{self.figures - 1}e}".partition("e")
        return factor.replace("-", "−"), int(exponent)

    def _decimals(self, exponent: int) -> int:
        return max(self.figures, self.figures - 1 - exponent)


def _signed(exponent: int) -> str:
    return str(exponent).replace("-", "−")


type Decimals = int | Significant | None  # how exactly values are printed; None: as the trace has them
