"""What a reader is told of a late return, in Chinese and English.  Pure."""

LANGUAGES = ("zh", "en")

# fmt: off
TEXTS = {
    "in_time":   ("按时归还，没有费用。", "Back in time; nothing to pay."),
    "late":      ("逾期 {days} 天", "{days} {day} late"),
    "forgiven":  ("闭馆 {forgiven} 天不计", "{forgiven} {days_closed} of closure not counted"),
    "free":      ("其中 {free} 天免收", "{free} of them free"),
    "fen":       ("逾期费 {money} 元", "{money} yuan to pay"),
    "capped":    ("已达上限", "the most there is"),
    "suspended": ("暂停借书 {suspension} 天", "no loans for {suspension} {unit}"),
    "nothing":   ("没有费用", "nothing to pay"),
}
# fmt: on
JOINTS = (("，", "。"), ("; ", "."))


def late(
    language: str,
    *,
    days: int,
    forgiven: int,
    free: int,
    fen: int,
    capped: bool,
    suspension: int,
) -> str:
    """Return one sentence that says why a return costs what it costs, or nothing."""
    index = LANGUAGES.index(language)
    if not days and not forgiven:
        return TEXTS["in_time"][index]
    keys = ["late"] if days else []
    keys += ["forgiven"] if forgiven else []
    keys += ["free"] if free else []
    keys += ["fen"] if fen else ["suspended"] if suspension else ["nothing"]
    keys += ["capped"] if capped else []
    comma, full_stop = JOINTS[index]
    values = {
        "days": days,
        "day": "day" if days == 1 else "days",
        "forgiven": forgiven,
        "days_closed": "day" if forgiven == 1 else "days",
        "free": free,
        "money": money(fen),
        "suspension": suspension,
        "unit": "day" if suspension == 1 else "days",
    }
    return comma.join(TEXTS[key][index].format(**values) for key in keys) + full_stop


def money(fen: int) -> str:
    """Return an amount in yuan: 20 fen is 0.20."""
    return f"{fen // 100}.{fen % 100:02}"
