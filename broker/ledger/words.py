"""A movement or a case told in one sentence, in Chinese and English.  Pure.

A sentence is a list of parts, so that a page can make links of them; `plain` joins them.
"""

from string import Formatter
from typing import NamedTuple

LANGUAGES = ("zh", "en")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


class Part(NamedTuple):
    """A piece of a sentence.  `kind` is text, copy, machine, reader or day; `ref` names which."""

    text: str
    kind: str = "text"
    ref: str = ""


class Place(NamedTuple):
    """A holder, as people speak of it."""

    kind: str  # A word of schema.HOLDERS.
    device: str = ""
    door: int = 0
    name_zh: str = ""
    name_en: str = ""
    card: str = ""


class Moved(NamedTuple):
    """What a movement's sentence needs."""

    kind: str  # A word of schema.MOVEMENTS.
    barcode: str
    title: str
    source: Place
    target: Place
    machine: Place  # The machine that saw it; of kind "" when none did.
    due: int = 0
    over_limit: bool = False
    undone: str = ""  # The kind of the movement that this one takes back.


class Doubt(NamedTuple):
    """What a case's sentence needs."""

    kind: str  # A word of schema.CASES.
    barcode: str
    title: str
    machine: Place
    card: str


# A word in braces is a part of the sentence.
# fmt: off
MOVEMENTS = {
    "load":       ("{copy}入藏，放在 {target}",
                   "{copy} entered the ledger at {target}"),
    "take":       ("{copy}从 {source} 借出，读者 {card}{due}{over}",
                   "{copy} borrowed from {source} by {card}{due}{over}"),
    "take_nobody": ("{copy}从 {source} 被取走，开门者不明，不记在任何读者名下",
                    "{copy} taken from {source}; nobody knows who opened, nobody is charged"),
    "lend":       ("{copy}在 {machine} 借出，读者 {card}{due}{over}",
                   "{copy} borrowed at {machine} by {card}{due}{over}"),
    "return":     ("{copy}还到 {target}，读者 {card}",
                   "{copy} returned to {target}; it was with {card}"),
    "put":        ("{copy}出现在 {target}",
                   "{copy} appeared in {target}"),
    "back":       ("{copy}复点时仍在 {target}，从未离开",
                   "{copy} was counted in {target}: it never left"),
    "gone":       ("{copy}复点时不在 {source}，去向不明",
                   "{copy} was not counted in {source}: nobody knows where it is"),
    "gone_back":  ("{copy}复点时不在 {source}，并未还入，仍由读者 {card} 借出",
                   "{copy} was not counted in {source}: it never came back from {card}"),
    "infer":      ("{copy}推定早已还到 {target}，读者 {card} 的借阅结束",
                   "{copy} must have come back to {target} unseen; the loan of {card} ends"),
    "stock":      ("{copy}由馆员放入 {target}",
                   "{copy} put into {target} by staff"),
    "remove":     ("{copy}由馆员从 {source} 取出",
                   "{copy} taken out of {source} by staff"),
    "lose":       ("{copy}报为丢失，原在 {source}",
                   "{copy} was declared lost; it was with {source}"),
    "claim":      ("读者 {card} 称{copy}不在自己手中，等待查找",
                   "{card} says not to have {copy}; it is being looked for"),
    "find":       ("{copy}找到了，现在 {target}",
                   "{copy} was found; it is with {target} now"),
    "write":      ("馆员写明：{copy}在 {target}",
                   "{copy} is at {target}, as staff wrote down"),
    "undo":       ("更正：撤回{copy}的一条{undone}记录，现由 {target} 持有",
                   "Corrected: {copy} was not {undone} after all; it is at {target}"),
}
# What an undone movement is called in the sentence of its undoing.
UNDONE = {
    "load":   ("入藏", "entered"),
    "take":   ("借出", "taken"),
    "lend":   ("借出", "lent"),
    "return": ("归还", "returned"),
    "put":    ("出现", "put there"),
    "back":   ("复点", "back"),
    "gone":   ("去向不明", "gone"),
    "infer":  ("推定归还", "returned unseen"),
    "stock":  ("上架", "put in by staff"),
    "remove": ("下架", "taken out by staff"),
    "lose":   ("丢失", "lost"),
    "claim":  ("称不在手中", "said not to have it"),
    "find":   ("找到", "found"),
    "write":  ("馆员写明", "written there by staff"),
    "undo":   ("更正", "corrected"),
}
CASES = {
    "taken_unknown":  ("{copy}从 {machine} 被取走，开门者不明",
                       "{copy} was taken from {machine}; nobody knows who opened"),
    "gone":           ("{copy}应在 {machine}，复点时没有读到",
                       "{copy} should be in {machine}, and a count did not hear it"),
    "unsure":         ("{copy}可能还在 {machine}，也可能已被取走",
                       "{copy} may still be in {machine}, or may be taken"),
    "inferred":       ("{copy}逾期未还，却又从 {machine} 借出：推定早已归还",
                       "{copy} was overdue, then somebody else took it from {machine}"),
    "order":          ("{copy}在 {machine} 的记录与别处时间不合",
                       "{copy} left {machine}, where it was not, by a clock in doubt"),
    "over_limit":     ("读者 {card} 在 {machine} 取走的书超出可借册数",
                       "{card} took more from {machine} than one may have"),
    "blocked":        ("停借读者 {card} 在 {machine} 离线时取走图书",
                       "{card} is blocked and took from {machine} while it was offline"),
    "blocked_known":  ("{machine} 明知读者 {card} 停借，离线时仍然借出",
                       "{machine} lent to {card} while offline, though its own list says blocked"),
    "stale":          ("{machine} 的离线规则已过期，仍借书给读者 {card}",
                       "{machine} lent to {card} by offline rules that were too old"),
    "contradiction":  ("{copy}从 {machine} 借出，而另一台机器说它还在柜中",
                       "{copy} left {machine} while another machine has it inside"),
    "not_on_loan":    ("{copy}还到 {machine}，但没有人借过，另一台机器说它还在柜中",
                       "{copy} came to {machine}; nobody had it, another machine has it inside"),
    "claimed":        ("读者 {card} 称{copy}不在自己手中，但没有机器见过它",
                       "{card} says not to have {copy}, and no machine has seen it"),
    "renewal":        ("{copy}续借时已经逾期归还，读者 {card} 看到的却是续借成功",
                       "{copy} was renewed by {card} after it had come back overdue"),
    "gap":            ("{machine} 的记录缺了一号，后面的都在等",
                       "{machine} leaves out a record, and all later ones wait"),
    "unknown_reader": ("{copy}由查无此人的读者从 {machine} 取走",
                       "{copy} was taken from {machine} by a reader whom nobody knows"),
    "foreign":        ("{machine} 里有一枚不属于任何馆藏的标签",
                       "A tag that no copy has is in {machine}"),
    "chip":           ("{copy}还到 {machine}，编号对得上，标签却不是登记的那一枚",
                       "{copy} came back to {machine} on a chip that is not the one written down"),
    "bit":            ("{copy}的防盗位在 {machine} 没有写成",
                       "The security bit of {copy} could not be written at {machine}"),
    "lost":           ("{machine} 有一条记录无法读出",
                       "A record of {machine} cannot be read"),
    "missing":        ("账本由备份恢复，{machine} 此后的一段记录不在账上",
                       "The ledger was restored; some records of {machine} since are not in it"),
    "shortfall":      ("一趟上架已过一天，{copy}等还在途中",
                       "A day after a restock round {copy} and others are still under way"),
    "quarantine":     ("{machine} 同一编号下有两种说法，其记录已隔离",
                       "{machine} said two things under one number; its records are set aside"),
    "code_twice":     ("读者 {card} 的同一个手机码在 {machine} 和另一台机器都开了门",
                       "One code of {card}'s phone opened {machine} and another machine"),
    "lost_card":      ("{copy}从 {machine} 借出，用的是已挂失的读者证",
                       "{copy} was taken from {machine} with a card that is reported lost"),
    "payment":        ("读者 {card} 的一笔付款与支付方的说法不一致",
                       "What the provider says of a payment by {card} does not fit"),
    "refund":         ("应退给读者 {card} 的款项被支付方拒绝",
                       "The provider refuses a refund to {card}"),
    "notice":         ("给读者 {card} 的通知多次发送失败",
                       "A notice to {card} could not be sent"),
}
# What staff should do about a case.
PROPOSALS = {
    "taken_unknown":  ("查看柜门和监控；书回来后自动结案",
                       "Look at the door and the camera; closes itself when the copy is back"),
    "gone":           ("下次上架时找一找；再次读到后自动结案",
                       "Look for it when restocking; closes itself when it is heard again"),
    "unsure":         ("请上架员开柜核对；下次复点读到后自动结案",
                       "Have a shelver look; closes itself when a count hears it"),
    "inferred":       ("核对原读者的逾期，建议免除",
                       "Check the first reader's overdue days; waive them"),
    "order":          ("校准机器时钟，核对这册书在哪里",
                       "Set the machine's clock, and see where the copy is"),
    "over_limit":     ("无需催还；还回任意一册后自动结案",
                       "No reminder; closes itself with any return"),
    "blocked":        ("联系读者，说明停借原因",
                       "Call the reader and explain the block"),
    "blocked_known":  ("机器违反了自己的规则，请检修；借阅有效",
                       "The loan stands; the machine broke its own rule: have it looked at"),
    "stale":          ("机器离线太久，请检查网络；借阅有效",
                       "The loan stands; the machine was offline too long: see its network"),
    "contradiction":  ("查看两册书的标签是否重号，并写明这册书在哪里",
                       "See whether two tags have one number, and write down where the copy is"),
    "not_on_loan":    ("另一台机器漏记了一次取书；再次读到后自动结案",
                       "The other machine missed a taking; closes itself with the next sighting"),
    "claimed":        ("到书架和书柜里找；找到后自动结案，逾期天数已停",
                       "Look on the shelves; closes itself when found; the clock stopped"),
    "renewal":        ("读者按屏幕所示行事，建议免除逾期费",
                       "The reader went by the screen: waive the overdue fine"),
    "gap":            ("检查机器的存储；补上后自动结案",
                       "See to the machine's storage; closes itself when the record is told"),
    "unknown_reader": ("核对读者证是否刚刚办理或注销",
                       "See whether the card is new, or was withdrawn"),
    "foreign":        ("取出并交还它的主人",
                       "Take it out and give it back to its owner"),
    "chip":           ("还书有效；查看这册书，换过标签就重新登记，是仿制的就撤销",
                       "The return counts; look at the book: write its new chip down, or reverse"),
    "bit":            ("把书放到有高频台面的机器上再读一次；写成后自动结案",
                       "Lay it on a machine with an HF tray again; closes itself when written"),
    "lost":           ("下次巡检时清点这台机器",
                       "Count this machine at the next visit"),
    "missing":        ("清点这台机器，核对期间的借还；不必停用",
                       "Count this machine and see to the loans of that time; it may go on"),
    "shortfall":      ("在书袋、车上和书柜里找一找；上架或归还后自动结案",
                       "Look in bag, van and bookcase; closes itself when they are in place"),
    "quarantine":     ("停用这台机器，检查是否被复制或回滚",
                       "Take it out of service: was it cloned, or rolled back?"),
    "code_twice":     ("调取两台机器的监控；请读者重新绑定手机",
                       "Look at both cameras; have the reader bind the phone anew"),
    "lost_card":      ("调取监控；书还回后自动了结，不记在持证人名下",
                       "Look at the camera; the holder of the card is not charged"),
    "payment":        ("核对支付方流水，多收的退回",
                       "Compare with the provider's statement; give back what is too much"),
    "refund":         ("联系支付方，或在服务台退还",
                       "Call the provider, or give it back at the desk"),
    "notice":         ("核对读者的联系方式",
                       "Check the reader's address"),
}
PLACES = {
    "unknown":     ("去向不明处", "an unknown place"),
    "transit":     ("馆员处", "staff"),
    "compartment": ("{site} {door} 号门", "{site}, door {door}"),
    "shelf":       ("{site}书架", "the shelves of {site}"),
    "reader":      ("读者 {card} 处", "{card}"),
    "bag":         ("馆员的书袋", "a bag of staff"),
    "kiosk":       ("{site}", "{site}"),
    "":            ("书柜", "a machine"),
}
DUE = ("，应还 {day}", ", due {day}")
OVER = ("（超出可借册数）", " (over the limit)")
NO_COPY = ("一册书", "a copy")
NO_CARD = ("不明", "an unknown reader")
# fmt: on


def plain(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def movement(moved: Moved, language: str) -> list[Part]:
    kind = moved.kind
    if kind == "take" and moved.target.kind != "reader":
        kind = "take_nobody"
    if kind == "gone" and moved.target.kind == "reader":
        kind = "gone_back"
    reader = moved.target if moved.target.kind == "reader" else moved.source
    n = LANGUAGES.index(language)
    fields = {
        "copy": [copy(moved.barcode, moved.title, language)],
        "source": place(moved.source, language),
        "target": place(moved.target, language),
        "machine": place(moved.machine, language),
        "card": [reader_card(reader.card, language)],
        "due": _sentence(DUE[n], {"day": [day(moved.due, language)]}) if moved.due else [],
        "over": [Part(OVER[n])] if moved.over_limit else [],
        "undone": [Part(UNDONE.get(moved.undone, ("", ""))[n])],
    }
    return _sentence(MOVEMENTS[kind][n], fields)


def case(doubt: Doubt, language: str) -> list[Part]:
    fields = {
        "copy": [copy(doubt.barcode, doubt.title, language)],
        "machine": place(doubt.machine, language),
        "card": [reader_card(doubt.card, language)],
    }
    return _sentence(CASES[doubt.kind][LANGUAGES.index(language)], fields)


def proposal(kind: str, language: str) -> str:
    return PROPOSALS[kind][LANGUAGES.index(language)]


def place(where: Place, language: str) -> list[Part]:
    n = LANGUAGES.index(language)
    name = (where.name_zh, where.name_en)[n] or where.device
    text = PLACES[where.kind][n].format(site=name, door=where.door, card=masked(where.card))
    if where.device:
        return [Part(text, "machine", where.device)]
    return [Part(text)]


def copy(barcode: str, title: str, language: str) -> Part:
    if not title:
        return Part(NO_COPY[LANGUAGES.index(language)])
    return Part(f"《{title}》", "copy", barcode)


def reader_card(card: str, language: str) -> Part:
    return Part(masked(card), "reader") if card else Part(NO_CARD[LANGUAGES.index(language)])


def masked(card: str) -> str:
    """Return a card's number as staff may see it on a screen: SG00000012 is SG****0012."""
    return f"{card[:2]}****{card[-4:]}" if card else ""


def masked_name(name: str) -> str:
    """Return a name as a screen may show it: the first letter, then stars."""
    return name[:1] + "*" * (len(name) - 1)


def day(due: int, language: str) -> Part:
    """Return a day given as yyyymmdd."""
    month, number = due // 100 % 100, due % 100
    text = f"{month}月{number}日" if language == "zh" else f"{number} {MONTHS[month - 1]}"
    return Part(text, "day", "%d-%02d-%02d" % (due // 10000, month, number))


def _sentence(form: str, fields: dict[str, list[Part]]) -> list[Part]:
    parts: list[Part] = []
    for text, name, _spec, _conversion in Formatter().parse(form):
        if text:
            parts.append(Part(text))
        if name:
            parts += fields[name]
    return parts
