"""What the demo says, in Chinese and English: the story, and each screen of a bookcase in words."""

import unicodedata

from hw_sim.desk.eyes import Shown

LANGUAGES = ("zh", "en")

# fmt: off
TEXTS = {
    # key           Chinese, English
    "title_doors": ("一位读者，两个书柜",
                    "One reader, two bookcases"),
    "title_glass": ("一位读者，一个玻璃门书柜和一个小门书柜",
                    "One reader, a glass case and a bookcase of small doors"),
    "title_return": ("一位读者，一个书柜和一台 24 小时还书机",
                    "One reader, a bookcase and a 24-hour return"),
    "parts":       ("账本服务、两台机器（真实固件）和模拟的锁、天线、扫码器、传送带正在启动……",
                    "Starting the service, two machines with the real firmware, simulated locks, "
                    "antennas, scanners and belt …"),
    "drop":        ("读者把{titles}放进 {device} 的还书口。",
                    "The reader puts {titles} into the flap of {device}."),
    "drop_two":    ("读者把{titles}一起放进 {device} 的还书口。",
                    "The reader puts {titles} into the flap of {device} together."),
    "apart_drop":  ("读者取出书，一本一本地放。",
                    "The reader takes them out and puts them in one by one."),
    "drop_foreign": ("读者放进一本别处的书。",
                    "The reader puts a book of another place into the flap."),
    "clear":       ("工作人员打开 {device}，清除卡住的书。",
                    "Staff open {device} and free the belt."),
    "in_bin":      ("{titles}落进了书箱",
                    "{titles}: fell into its bin"),
    "card":        ("读者在 {device} 扫描借阅证二维码 {card}。",
                    "The reader holds the QR code of card {card} to the scanner of {device}."),
    "touch":       ("读者点选 {door} 号门；锁开了，读者把门拉开。",
                    "The reader touches door {door}; the lock lets go, and the reader opens it."),
    "take":        ("读者取出{titles}，把门关上。",
                    "The reader takes {titles} and shuts the door."),
    "apart":       ("读者把书分开一点，再把门关上。",
                    "The reader moves the books apart and shuts the door again."),
    "cut":         ("{device} 的网络断了。",
                    "The network of {device} is cut."),
    "put":         ("读者把{titles}放进去，把门关上。",
                    "The reader puts {titles} in and shuts the door."),
    "back":        ("{device} 的网络恢复了。",
                    "The network of {device} is back."),
    "loans":       ("{card} 名下：{titles}",
                    "on loan to {card}: {titles}"),
    "none":        ("无", "nothing"),
    "where":       ("{titles}在 {device} 的 {door} 号门里",
                    "{titles}: in {device}, door {door}"),
    "unheard":     ("还不知道：{card} 名下仍是{titles}",
                    "does not know yet; still on loan to {card}: {titles}"),
    "agrees":      ("核对了全部 {count} 册书：账本与实际完全一致。",
                    "All {count} copies were compared: the ledger agrees with the world."),
    "done":        ("演示完成，账本确认了每一步。",
                    "Done: the ledger confirmed every step."),
    "failed":      ("演示没有成功。应当是：{expected}",
                    "The demo failed.  Expected: {expected}"),
    "seen":        ("实际看到：{seen}", "Seen: {seen}"),
    # Who speaks.
    "screen":      ("屏幕", "screen"),
    "book":        ("账本", "ledger"),
    "world":       ("核对", "check"),
    # Lists of titles.
    "and":         ("和", " and "),
    # What is expected where it is not said by one of the above.
    "expect_screen": ("{device} 的屏幕显示“{screen}”", "the screen of {device} shows '{screen}'"),
    "expect_books":  ("{device} 有一个装着至少两册书的门", "a door of {device} with two books"),
    "expect_agrees": ("账本与实际一致", "the ledger agrees with the world"),
    "offline":       ("（现在没有网络）", " (no network now)"),
}
SCREENS = {
    "welcome":   ("请出示借阅证", "Hold your card to the scanner"),
    "asking":    ("正在查询……", "Looking up your card …"),
    "choose":    ("{name}您好，请选一个门。还可以借 {left} 本，{due} 到期",
                  "Hello{name}: which door? You may take {left} more, due {due}"),
    "refused":   ("现在不能开门：{why}", "No door can be opened: {why}"),
    "opening":   ("{door} 号门开了，请拉开", "Door {door} is released: please open it"),
    "open":      ("请取书或还书，然后关上 {door} 号门",
                  "Take or return books, then shut door {door}"),
    "left_open": ("请关上 {door} 号门", "Please shut door {door}"),
    "counting":  ("门关好了，正在清点……", "The door is shut: looking …"),
    "again":     ("有一本没看清，请把书分开一点，再关上 {door} 号门",
                  "A book was not seen well: please move the books apart and shut door {door}"),
    "put_in":    ("请放入一本书", "Put one book in, please"),
    "looking":   ("正在查看……", "Looking …"),
    "returned":  ("已还：{put}（共 {count} 本）", "Returned: {put} ({count} in all)"),
    "given_back": ("请取回：{reason}", "Please take it out again: {reason}"),
    "shut":      ("还书口关闭：{reason}", "The flap stays shut: {reason}"),
    "done":      ("借出：{took}。还入：{put}{until}", "Taken: {took}. Returned: {put}{until}"),
    "jammed":    ("{door} 号门打不开，请换一个", "Door {door} did not open: please try another"),
}
# Reasons of a 24-hour return; a kiosk's texts have all of them.
WHYS = {
    "two_things": ("一次只能放一本", "one at a time"),
    "unknown_tag": ("这不是我们的书", "it is not one of ours"),
    "no_chip":   ("没有读到芯片", "no chip was heard"),
    "jam":       ("传送带卡住了", "the belt is jammed"),
    "fault":     ("有部件没有应答", "a part does not answer"),
    "bins_full": ("书箱满了", "the bins are full"),
}
UNTIL = ("。{due} 到期", ". Due {due}")
# fmt: on


def titles_in_words(titles: list[str], language: str) -> str:
    if not titles:
        return say("none", language)
    return say("and", language).join(f"《{title}》" for title in titles)


def say(key: str, language: str, **values: object) -> str:
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def screen(shown: Shown, titles: dict[str, str], language: str) -> str:
    """Return what a bookcase's screen shows, in words; `titles` are by tag."""
    index = LANGUAGES.index(language)
    due = day(shown["due"], language)
    took, put = (
        titles_in_words([titles.get(tag, tag) for tag in shown[name]], language)
        for name in ("took", "put")
    )
    until = UNTIL[index].format(due=due) if shown["took"] else ""
    # Without a network nobody knows the name to a card.
    name = shown["name"] and (f"{shown['name']} ", f" {shown['name']}")[index]
    values = {**shown, "name": name, "took": took, "put": put, "due": due, "until": until}
    values["reason"] = WHYS.get(shown["why"], (shown["why"],) * len(LANGUAGES))[index]
    text = SCREENS[shown["screen"]][index].format(**values)
    return text + (say("offline", language) if shown["offline"] else "")


def column(word: str, width: int) -> str:
    """Return a word filled up to a width on a terminal, where a Chinese character takes two."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in word)
    return word + " " * (width - len(word) - wide)


def day(number: int, language: str) -> str:
    """Return a day (yyyymmdd) in words; none is a dash."""
    if not number:
        return "—"
    year, month, of_month = number // 10000, number // 100 % 100, number % 100
    if language == "zh":
        return f"{year} 年 {month} 月 {of_month} 日"
    return f"{year}-{month:02d}-{of_month:02d}"
