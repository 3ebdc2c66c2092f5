"""Why something was not done, in Chinese: keyed by the English sentence that the code says.

What is said of an account, a payment or a round is an English sentence; a page in Chinese shows the
one beside it here.  `{}` stands for what differs, in the same order in both.
"""

import re

# fmt: off
SENTENCES = (
    # English                                                Chinese
    ("no reader has the card {}",                            "没有读者持 {} 这张证"),
    ("the card {} is or was in use",                         "{} 这张证已经有人用过"),
    ("there is no such reader",                              "没有这位读者"),
    ("a card cannot be lost from a time to come",            "遗失时间不能在将来"),
    ("a block has a reason",                                 "停借要写明原因"),
    ("a block ends after it begins",                         "停借的结束要晚于开始"),
    ("block {} is not in force",                             "第 {} 号停借没有生效"),
    ("only {} fen are owed",                                 "只欠 {} 分"),
    ("{} fen cannot be paid",                                "不能付 {} 分"),
    ("{} fen: an amount is 1 to {}",                         "{} 分：金额须在 1 到 {} 分之间"),
    ("payment {} is {}: ask for its outcome",                "付款 {} 尚在 {}：请先查询结果"),
    ("another payment is under way: {}",                     "另一笔付款正在进行：{}"),
    ("{} has no payment {}",                                 "{} 没有付款 {}"),
    ("{} fen can be given back, not {}",                     "只能退 {} 分，不能退 {} 分"),
    ("payment {}: {}",                                       "付款 {}：{}"),
    ("there is no payment {}",                               "没有付款 {}"),
    ("there is no refund {}",                                "没有退款 {}"),
    ("there is no provider {}",                              "没有支付方 {}"),
    ("by hand: {}",                                          "手工入账只有：{}"),
    ("there is no such reader, or no text to agree to",      "没有这位读者，或还没公布同意书"),
    ("for a child a verified guardian agrees",               "少儿须由核实过的监护人同意"),
    ("this guardian is not verified for this reader",        "这位监护人没有为该读者核实过"),
    ("there is no such consent",                             "没有这项同意"),
    ("another reader has shown these papers",                "这份证件已由另一位读者出示过"),
    ("the reader has not agreed to notices",                 "读者没有同意接收通知"),
    ("a channel is one of {}",                               "通知方式只有：{}"),
    ("a guarantee is one of {}",                             "担保只有：{}"),
    ("a guarantee ends after it begins",                     "担保的结束要晚于开始"),
    ("no deposit of this reader is held",                    "没有收过这位读者的押金"),
    ("guarantee {} is not in force",                         "第 {} 号担保没有生效"),
    ("a guardian is verified by a document, and it is said how",
                                                             "监护人须凭证件核实，并写明如何核实"),
    ("an erasure has a reason",                              "删除要写明原因"),
    ("rules or calendar were changed since the service started: restart it first",
                                                             "规则或日历在服务启动后改过：请先重启服务"),
    ("{} of kind {} is no bag",                              "{}（{}）不是书袋或车"),
    ("no bookcase {}",                                       "请选择要送往的书柜（{}）"),
    ("{} is under way",                                      "{} 正在途中，请先结束那一趟"),
    ("round {} is not open",                                 "第 {} 趟没有在进行"),
    ("no round {}",                                          "没有第 {} 趟"),
    ("round {} is closed",                                   "第 {} 趟已经结束"),
    ("no copy {}",                                           "没有条码为 {} 的书"),
    # Of renewals: the meanings of wire.REASONS.
    ("this card is blocked",                                 "这张证已停借"),
    ("this copy is not on loan",                             "这册书没有借出"),
    ("this copy is on loan to somebody else",                "这册书由别人借着"),
    ("this copy may not be taken home",                      "这册书不外借"),
    ("this loan was renewed as often as it may be",          "这册书已续借到最多次数"),
    ("somebody else waits for this copy",                    "有人在等这册书"),
    ("a copy is overdue, or too many of the reader's are",   "有图书逾期"),
    ("the reader owes more than one may",                    "欠费超过限额"),
    ("the reader may not borrow for some days, for bringing copies back late",
                                                             "因逾期归还，暂停借书几天"),
    ("no deposit or credit stands for this card",            "这张证没有押金或信用担保"),
    ("this service is closed now",                           "此项服务现在不开放"),
)
# fmt: on
_FORMS = [
    (re.compile("(.*)".join(map(re.escape, english.split("{}"))), re.DOTALL), chinese)
    for english, chinese in sorted(SENTENCES, key=lambda row: -len(row[0].replace("{}", "")))
]


def say(sentence: str, language: str) -> str:
    """Return a sentence in the page's language; one that is not in the table stays as it is."""
    if language == "zh":
        for form, chinese in _FORMS:
            found = form.fullmatch(sentence)
            if found:
                return chinese.format(*found.groups())
    return sentence
