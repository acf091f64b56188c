"""When a failure says how long to wait: our own ``retry_after``, and HTTP's Retry-After.

RFC 9110, section 10.2.3: either a number of seconds, or a date in one of three formats (5.6.7), which
means something only where somebody vouches for the time of day.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"


def requested_wait(source: "Any", clock: "Any") -> "Any":
    """Return ``(seconds or None, reason or None)`` of an error or a response.

    ``reason`` tells why a wait that was asked for is ignored.
    """
    seconds = getattr(source, "retry_after", None)
    if seconds is None:
        value = _header(source)
        if value is None:
            return None, None
        if value.strip().isdigit():
            return int(value), None
        return _until_date(value, clock)
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 <= seconds < float("inf"):
        return seconds, None
    return None, "retry_after is %r" % (seconds,)


def _header(source: "Any") -> "Any":
    headers = getattr(source, "headers", None)
    if headers is None:
        headers = getattr(getattr(source, "response", None), "headers", None)
    get = getattr(headers, "get", None)
    if get is None:
        return None
    value = get("Retry-After") or get("retry-after")
    return value if isinstance(value, str) else None


def _until_date(text: "Any", clock: "Any") -> "Any":
    when = http_date(text)
    if when is None:
        return None, "Retry-After is not a number of seconds or an HTTP date: %r" % text
    now = clock.wall()
    if now is None:
        return None, "Retry-After is a date, and the time of day was never set here"
    return max(0, when - now), None


def http_date(text: "Any") -> "Any":
    """Return the seconds since 1970 of an HTTP date in any of its three formats, or ``None``.

    >>> http_date("Sun, 06 Nov 1994 08:49:37 GMT")
    784111777
    """
    words = text.replace(",", " ").replace("-", " ").split()
    try:
        if len(words) == 5:  # asctime: Sun Nov  6 08:49:37 1994
            _, month, day, time, year = words
        else:  # Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT
            _, day, month, year, time, zone = words
            if zone not in ("GMT", "UTC"):
                return None
        hours, minutes, seconds = [int(part) for part in time.split(":")]
        month, odd = divmod(_MONTHS.index(month.lower()[:3]), 3)
        day, year = int(day), int(year)
    except ValueError:
        return None
    if odd or not (1 <= day <= 31 and hours < 24 and minutes < 60 and seconds < 61):
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    return _days(year, month + 1, day) * 86400 + hours * 3600 + minutes * 60 + seconds


def _days(year: "Any", month: "Any", day: "Any") -> "Any":
    """Days from 1970-01-01 in the proleptic Gregorian calendar, counted from March (years end with
    the leap day)."""
    if month <= 2:
        year -= 1
        month += 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
