"""When a failure says how long to wait: our own ``retry_after``, and HTTP's Retry-After.

RFC 9110, section 10.2.3: either a number of seconds, or a date in one of three formats (5.6.7), which
means something only where somebody vouches for the time of day.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Tuple, Union

    Seconds = Union[int, float]

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"


def requested_wait(source: "Any", clock: "Any") -> "Tuple[Optional[Seconds], Optional[str]]":
    """Return ``(seconds or None, reason or None)`` of an error or a response.

    ``reason`` tells why a wait that was asked for is ignored.
    """
    seconds = getattr(source, "retry_after", None)
    if seconds is not None:
        if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 <= seconds < float("inf"):
            return seconds, None
        return None, "retry_after is %r" % (seconds,)
    text = _header(source)
    if text is None:
        return None, None
    if text.strip().isdigit():
        return int(text), None
    when, now = http_date(text), clock.wall()
    if when is None:
        return None, "Retry-After is not a number of seconds or an HTTP date: %r" % text
    if now is None:
        return None, "Retry-After is a date, and the time of day was never set here"
    return max(0, when - now), None


def _header(source: "Any") -> "Optional[str]":
    headers = getattr(source, "headers", None)
    if headers is None:
        headers = getattr(getattr(source, "response", None), "headers", None)
    get = getattr(headers, "get", None)
    value = None if get is None else get("Retry-After") or get("retry-after")
    return value if isinstance(value, str) else None


def http_date(text: str) -> "Optional[int]":
    """Return the seconds since 1970 of an HTTP date in any of its three formats, or ``None``.

    >>> http_date("Sun, 06 Nov 1994 08:49:37 GMT")
    784111777
    """
    words = text.replace(",", " ").replace("-", " ").split()
    if len(words) == 5:  # asctime: Sun Nov  6 08:49:37 1994
        words = [words[0], words[2], words[1], words[4], words[3], "GMT"]
    try:
        _, day, month, year, time, zone = words
        hours, minutes, seconds = [int(part) for part in time.split(":")]
        place, odd = divmod(_MONTHS.index(month.lower()[:3]), 3)
        day_number, year_number = int(day), int(year)
    except ValueError:
        return None
    if (
        odd
        or zone not in ("GMT", "UTC")
        or not (1 <= day_number <= 31 and hours < 24 and minutes < 60 and seconds < 61)
    ):
        return None
    if year_number < 100:
        year_number += 1900 if year_number >= 70 else 2000
    # Days since 1970 in the Gregorian calendar, counted from March: years end with the leap day.
    if place < 2:
        year_number -= 1
        place += 12
    days = 365 * year_number + year_number // 4 - year_number // 100 + year_number // 400
    days += (153 * (place - 2) + 2) // 5 + day_number - 719469
    return days * 86400 + hours * 3600 + minutes * 60 + seconds
