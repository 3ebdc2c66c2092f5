"""What notices say, in Chinese and English: masked, nothing that a stranger could use.  Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

LANGUAGES = ("zh", "en")

# fmt: off
TEXTS = {
    # kind              (Chinese subject, text), (English subject, text)
    "courtesy":   (("借阅即将到期", "{name}您好：\n您借的 {count} 册图书将于 {day} 到期：\n"
                    "{books}\n可在任何一台书柜或自助机归还或续借。"),
                   ("Books due soon", "Dear {name},\n{count} of your books will be due on {day}:\n"
                    "{books}\nBring them back or renew them at any machine.")),
    "overdue":    (("图书已逾期", "{name}您好：\n以下图书已逾期 {late} 天：\n{books}\n"
                    "请尽快归还。闭馆的日子不计逾期。"),
                   ("Books overdue", "Dear {name},\nthese books are {late} days overdue:\n{books}\n"
                    "Please bring them back. Days of closure are not counted.")),
    "hold_ready": (("预约图书已到", "{name}您好：\n您预约的图书已备好：\n{books}\n"
                    "请于 {day} 或之前到 {place} 凭读者证或取书码 {code} 领取。"),
                   ("Your hold is ready", "Dear {name},\nwhat you asked for is kept for you:\n"
                    "{books}\nPlease fetch it from {place} by {day}, with your card or the "
                    "code {code}.")),
    "changed":    (("借阅记录变动", "{name}您好：\n您的读者证刚刚有以下变动：\n{books}\n"
                    "如非本人操作，请立即挂失并联系图书馆。"),
                   ("Your account has changed", "Dear {name},\na machine has just noted:\n{books}\n"
                    "If that was not you, report your card lost at once.")),
    "payment":    (("收到付款", "{name}您好：\n已收到您的付款 {money} 元。"),
                   ("Payment received", "Dear {name},\nwe have received {money} yuan. Thank you.")),
}
LINES = {
    "open":     ("借出《{title}》，应还 {day}", "borrowed: {title}, due {day}"),
    "returned": ("归还《{title}》", "returned: {title}"),
    "inferred": ("推定已归还《{title}》", "taken as returned: {title}"),
    "void":     ("取消借出《{title}》", "not borrowed after all: {title}"),
    "plain":    ("《{title}》", "{title}"),
}
# fmt: on


class Line(NamedTuple):
    """A book in a notice; `what` is a key of LINES, `day` yyyymmdd or 0."""

    what: str
    title: str
    day: int = 0


def say(kind: str, language: str, lines: Sequence[Line] = (), **values: object) -> tuple[str, str]:
    """Return subject and text of a notice; a language that we do not speak is Chinese."""
    n = LANGUAGES.index(language) if language in LANGUAGES else 0
    subject, text = TEXTS[kind][n]
    books = "\n".join(_line(line, n) for line in lines)
    said: Mapping[str, object] = {"books": books, "count": len(lines), **values}
    return subject, text.format(**said)


def _line(line: Line, n: int) -> str:
    return LINES[line.what][n].format(title=line.title, day=day(line.day))


def day(number: int) -> str:
    return f"{number // 10000}-{number // 100 % 100:02}-{number % 100:02}" if number else ""
