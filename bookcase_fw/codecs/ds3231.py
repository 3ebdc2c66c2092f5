"""DS3231 clock: the bytes of its registers.  No I/O and no clock.

    register   00 seconds | 01 minutes | 02 hours | 03 weekday | 04 day | 05 month | 06 year
               0F status: bit 7 is set when the clock stood still, until it is written

Digits are binary-coded decimals, hours up to 23 (bit 6 of them clear), month's bit 7 the century.
Address 68.  It keeps UTC.  Source: Maxim's data sheet 19-5170.
"""

ADDRESS = 0x68
TIME, STATUS = 0x00, 0x0F
SIZE = 7
STOOD = 0x80
_CENTURY, _TWELVE = 0x80, 0x40
_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def decode(data: bytes) -> int | None:
    """Return Unix seconds of the time registers, or None when they make no time."""
    if len(data) != SIZE or data[2] & _TWELVE:
        return None
    month = data[5] & ~_CENTURY
    digits = (data[0], data[1], data[2], data[4], month, data[6])
    if any(byte >> 4 > 9 or byte & 15 > 9 for byte in digits):
        return None
    second, minute, hour, day, month, year = [(byte >> 4) * 10 + (byte & 15) for byte in digits]
    year += 2100 if data[5] & _CENTURY else 2000
    if not (second < 60 and minute < 60 and hour < 24 and 1 <= month <= 12):
        return None
    if not 1 <= day <= _month_days(year, month):
        return None
    return ((_days(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second


def encode(unix_s: int) -> bytes:
    """Return the time registers for a time of the years 2000 to 2199."""
    assert unix_s >= 946684800
    days, rest = unix_s // 86400, unix_s % 86400
    year, month = 2000, 1
    while _days(year + 1, 1) <= days:
        year += 1
    while month < 12 and _days(year, month + 1) <= days:
        month += 1
    day = days - _days(year, month) + 1
    weekday = (days + 3) % 7 + 1  # Day 0 was a Thursday; Monday is 1.
    fields = (rest % 60, rest // 60 % 60, rest // 3600, weekday, day, month, year % 100)
    data = bytearray([value // 10 << 4 | value % 10 for value in fields])
    data[5] |= _CENTURY if year >= 2100 else 0
    return bytes(data)


def _days(year: int, month: int) -> int:
    """Return the days from 1970 to the first of a month."""
    past = year - 1
    leaps = past // 4 - past // 100 + past // 400 - 477
    return (year - 1970) * 365 + leaps + _DAYS[month - 1] + (month > 2 and _is_leap(year))


def _month_days(year: int, month: int) -> int:
    return (
        (_DAYS[month] if month < 12 else 365) - _DAYS[month - 1] + (month == 2 and _is_leap(year))
    )


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
