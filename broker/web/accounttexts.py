"""Every word of the page of a reader's account, in Chinese and English."""

from broker.web.texts import LANGUAGES

# fmt: off
TEXTS = {
    # key              Chinese, English
    "reader":         ("读者账户", "Reader's account"),
    "owes":           ("欠 {money} 元", "owes {money} yuan"),
    "owes_nothing":   ("账目已清", "owes nothing"),
    "is_owed":        ("应退 {money} 元", "is owed {money} yuan"),
    "kind_adult":     ("成人", "adult"),
    "kind_juvenile":  ("少年儿童", "juvenile"),
    "kind_institution": ("单位", "institution"),
    "may_borrow":     ("可以借书", "may borrow"),
    "may_not":        ("暂停借书：{reason}", "may not borrow: {reason}"),
    "card":           ("证号", "card"),
    "deposit":        ("押金", "deposit"),
    "yuan":           ("{money} 元", "{money} yuan"),
    "on_loan":        ("在借", "on loan"),
    "copies":         ("{n} 册", "{n} copies"),
    "money":          ("账目", "Money"),
    "no_money":       ("还没有账目。", "Nothing was ever owed."),
    "loans":          ("在借图书", "On loan"),
    "no_loans":       ("没有在借图书。", "Nothing on loan."),
    "due":            ("应还 {day}", "due {day}"),
    "payments":       ("付款", "Payments"),
    "no_payments":    ("还没有付款。", "No payments."),
    "blocks":         ("停借记录", "Blocks"),
    "no_blocks":      ("从未停借。", "Never blocked."),
    "cards":          ("读者证", "Cards"),
    "notices":        ("通知", "Notices"),
    "no_notices":     ("没有发过通知。", "No notices were sent."),
    "fine":           ("逾期费", "fine"),
    "processing":     ("手续费", "fee"),
    "lost_item":      ("遗失赔偿", "lost copy"),
    "payment":        ("付款", "payment"),
    "refund":         ("退款", "refund"),
    "return_deposit": ("退押金", "deposit returned"),
    "waive":          ("免除", "waived"),
    "write_off":      ("核销", "written off"),
    "reversal":       ("冲正", "taken back"),
    "by_rule":        ("依据 {rule}", "by {rule}"),
    "owed":           ("还款", "what is owed"),
    "intended":       ("待付", "to be paid"),
    "unknown":        ("结果未知，正在查询", "outcome unknown, being asked for"),
    "paid":           ("已付", "paid"),
    "failed":         ("未付", "not paid"),
    "expired":        ("已过期", "expired"),
    "given_back":     ("已退 {money} 元", "{money} yuan given back"),
    "desk":           ("现金", "cash"),
    "active":         ("使用中", "in use"),
    "lost":           ("已挂失", "lost"),
    "ended":          ("已停用", "ended"),
    "since":          ("自", "since"),
    "until":          ("至", "until"),
    "lifted":         ("已解除", "lifted"),
    "in_force":       ("生效中", "in force"),
    "act":            ("办理", "Do something"),
    "amount":         ("金额（元）", "Amount (yuan)"),
    "take_cash":      ("收现金", "Take cash"),
    "do_waive":       ("免除", "Waive"),
    "why":            ("原因", "Why"),
    "not_done":       ("没有办成：", "Not done: "),
    "bad_amount":     ("金额写成 12.50 这样。", "write an amount like 12.50."),
    "no_word":        ("请写明原因。", "say why."),
    "waiting":        ("待发", "waiting"),
    "sending":        ("发送中", "being sent"),
    "sent":           ("已发", "sent"),
    "dead":           ("发送失败", "given up"),
    "dropped":        ("已取消", "dropped"),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    """Return a text with its values put in; a word that has no text is said as it is."""
    texts = TEXTS.get(key)
    return texts[LANGUAGES.index(language)].format(**values) if texts else key
