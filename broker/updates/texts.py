"""Every word of the page of updates, in Chinese and English."""

# fmt: off
TEXTS = {
    # key          Chinese, English
    "updates":     ("更新", "Updates"),
    "none":        ("还没有提供过更新。", "No update was offered yet."),
    "firmware":    ("程序", "firmware"),
    "config":      ("配置", "configuration"),
    "open":        ("进行中", "under way"),
    "stopped":     ("已停止", "stopped"),
    "wave":        ("第 {n} 批", "wave {n}"),
    "":            ("未轮到或未应答", "not its turn, or not answered"),
    "fetching":    ("正在下载", "fetching"),
    "ready":       ("已下载，等无人时安装", "there; waits until nobody is at it"),
    "trying":      ("试运行", "trying"),
    "done":        ("已生效", "in force"),
    "back":        ("已退回旧版", "went back"),
    "refused":     ("拒绝安装", "refused"),
    "signature":   ("签名不符", "wrong signature"),
    "malformed":   ("内容读不懂", "malformed"),
    "not_ours":    ("不是给这台机器的", "for another machine"),
    "older":       ("比现用的旧", "older than what runs"),
    "too_new":     ("现用的版本太旧", "what runs is too old"),
    "test":        ("自检未通过", "the self-test failed"),
    "unserved":    ("连不上服务", "the service did not answer"),
    "crashed":     ("程序出错", "the program ended by an error"),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    """Return a text of TEXTS, `zh` or `en`."""
    chinese, english = TEXTS[key]
    return (chinese if language == "zh" else english).format(**values)
