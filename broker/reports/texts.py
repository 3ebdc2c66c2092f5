"""Every word of the reports' page, in Chinese and English."""

# fmt: off
TEXTS = {
    # key            Chinese, English
    "reports":      ("统计报表", "Reports"),
    "of_period":    ("{first} 至 {last}", "{first} to {last}"),
    "final":        ("定稿", "Final"),
    "provisional":  ("暂定", "Provisional"),
    "final_why":    ("各机器的记录都已入账，此后只以注明日期的更正行变动。",
                     "Every machine's records are in the ledger; from now on only dated lines of "
                     "correction change it."),
    "not_final":    ("以下情况仍可能改变这些数字：", "These may still change the figures:"),
    "closed":       ("已结账月份", "Closed months"),
    "closed_by":    ("{month}，{actor}", "{month} by {actor}"),
    "corrections":  ("更正", "Corrections"),
    "definitions":  ("统计口径", "What is counted"),
    "rules":        ("当时的借阅规则", "Lending rules in force"),
    "total":        ("合计", "Total"),
    "download":     ("下载", "Download"),
    "year":         ("年份", "Year"),
    "from":         ("起", "From"),
    "to":           ("止", "To"),
    "show":         ("查看", "Show"),
    "earlier":      ("上一年", "The year before"),
    "later":        ("下一年", "The year after"),
    "nothing":      ("这段时间没有可统计的内容。", "Nothing was counted in this time."),
    "wrong_period": ("这段时间不成立：{why}", "This is no period: {why}"),
    "chart_of":     ("{column}，{report}", "{column}: {report}"),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    return TEXTS[key][("zh", "en").index(language)].format(**values)
