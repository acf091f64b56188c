"""Numbers as their owner wrote them: 0.1 is one tenth, not the nearest binary fraction."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def decimal_ratio(number: "Any") -> "Any":
    """Return ``(numerator, denominator)`` of the decimal that ``repr(number)`` prints, in lowest terms.

    >>> decimal_ratio(9.9), decimal_ratio(50000), decimal_ratio(1e-3)
    ((99, 10), (50000, 1), (1, 1000))
    """
    if isinstance(number, int):
        return number, 1
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent or 0) - len(fraction)
    numerator = int(whole + fraction)
    denominator = 1
    if power < 0:
        denominator = 10**-power
    else:
        numerator *= 10**power
    divisor = greatest_common_divisor(numerator, denominator)
    return numerator // divisor, denominator // divisor


def greatest_common_divisor(a: "Any", b: "Any") -> "Any":
    while b:
        a, b = b, a % b
    return a
