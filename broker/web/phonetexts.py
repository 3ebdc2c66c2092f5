"""Every word of the page on a reader's phone, in Chinese and English."""

from broker.web.texts import LANGUAGES

# fmt: off
TEXTS = {
    # key         Chinese, English
    "title":     ("开门码", "Your code"),
    "token":     ("把它放到这台机器的扫描窗前。", "Hold this to the scanner of the machine."),
    "once":      ("只在 {device} 有效，用一次。机器断网也能用。",
                  "It works once, at {device} only, also when that machine is offline."),
    "left":      ("还可以借 {left} 本。", "You may borrow {left} more."),
    "code":      ("把它放到任意一台机器的扫描窗前。", "Hold this to the scanner of any machine."),
    "short":     ("一分钟内有效，会自动换新。",
                  "It lives for a minute; a new one comes by itself."),
    "no_pass":   ("这部手机还没有绑定读者证", "This phone does not know your card yet"),
    "get_pass":  ("请在任意服务台出示读者证，扫一下馆员给您的二维码。",
                  "Show your card at any desk, and scan the code that staff show you."),
    "old_link":  ("这个绑定码已经过期", "This invitation is too old"),
    "refused":   ("这张证现在不能借书", "This card cannot borrow now"),
    "ask_desk":  ("还书照常。借书的事，开馆时请问任意服务台。",
                  "Returns go on as always. Any desk can help you in opening hours."),
    "unknown":   ("不认识这台机器", "We do not know this machine"),
    "again":     ("请重新扫机器屏幕上的二维码。",
                  "Please scan the code on the machine's screen again."),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    """Return a text with its values put in."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)
