"""What staff order of a machine from afar, what came of it, and why not, in Chinese and English."""

LANGUAGES = ("zh", "en")

# fmt: off
TEXTS = {
    # key            Chinese, English
    "orders":        ("远程操作", "From afar"),
    "none":          ("还没有远程操作过。", "Nothing was ordered yet."),
    "restart":       ("重新启动", "Restart"),
    "restart_title": ("重新启动 {site} 的这台{role}？", "Restart the {role} at {site}?"),
    "restart_why":   ("没有人在用、没有门开着时才会重启，约一分钟后回来；已记的账不受影响。",
                      "It restarts when nobody is there and no door is open, and is back in about "
                      "a minute; nothing that was recorded is lost."),
    "away":          ("机器不在线，收不到命令", "The machine is offline and cannot be told"),
    "op_open":       ("开 {door} 号门", "open door {door}"),
    "op_count":      ("清点", "count"),
    "op_restart":    ("重新启动", "restart"),
    "op_restock":    ("为馆员开 {door} 号门", "open door {door} for staff"),
    "op_learn":      ("学习相邻天线", "learn its neighbours"),
    "op_selftest":   ("自检", "self-test"),
    "op_lock_down":  ("停止对读者开放", "open for no reader"),
    "op_unlock":     ("恢复对读者开放", "open for readers again"),
    "sent":          ("已发出，等机器答复", "sent, not yet answered"),
    "silent":        ("机器没有答复", "the machine did not answer"),
    "done":          ("已完成", "done"),
    "failed":        ("没有做：{why}", "not done: {why}"),
}
# Why a machine did not do what it was told: words of wire.REASONS.
REASONS = {
    "busy":          ("有人在用，或有门开着", "somebody is there, or a door is open"),
    "late":          ("到得太迟，或一直有人在用", "it came too late, or somebody was there"),
    "stale_session": ("机器刚刚重新连接，请再试", "the machine has just connected anew: try again"),
    "offline":       ("机器不在线", "the machine is offline"),
    "unknown":       ("这台机器做不了", "this machine cannot do that"),
    "jammed":        ("锁打不开", "the lock does not open"),
    "fault":         ("有部件无应答，或中途断电", "a part does not answer, or the power failed"),
    "journal_full":  ("日志已满", "the journal is full"),
    "alarm":         ("机器报警中", "the box raises an alarm"),
    "locked_down":   ("已停止对读者开放", "staff have taken it out of service"),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def why(reason: str, language: str) -> str:
    """Return why it was not done; a reason that has no words here stays as it is."""
    return REASONS.get(reason, (reason, reason))[LANGUAGES.index(language)]
