"""Every word of the shelver's pages, in Chinese and English."""

# fmt: off
TEXTS = {
    # key          Chinese, English
    "restock":     ("上架", "Restocking"),
    "new_round":   ("新的一趟", "A new round"),
    "name":        ("书袋或车", "Bag or van"),
    "from_site":   ("取书地点", "Loaded at"),
    "to_cases":    ("送往书柜", "To bookcases"),
    "begin":       ("开始", "Begin"),
    "rounds":      ("各趟", "Rounds"),
    "none":        ("还没有上架。", "No round yet."),
    "free":        ("空 {n} 格", "{n} free"),
    "brings":      ("建议放 {n} 册", "wants {n}"),
    "takes":       ("建议取 {n} 册", "take {n} out"),
    "full":        ("已满；最近有空位的是 {name}（{km} 公里，空 {n} 格）",
                    "full; the nearest with room is {name} ({km} km, {n} free)"),
    "all_full":    ("已满，别处也没有空位", "full, and so are all others"),
    "kept":        ("留 {n} 格给还书", "{n} kept for returns"),
    "loaded":      ("装入 {n} 册", "{n} loaded"),
    "placed":      ("上架 {n} 册", "{n} placed"),
    "returned":    ("放回 {n} 册", "{n} put back"),
    "inside":      ("袋中 {n} 册", "{n} in the bag"),
    "scan":        ("扫描条码装入", "Scan to load"),
    "scan_back":   ("扫描条码放回书架", "Scan to put back on the shelf"),
    "load":        ("装入", "Load"),
    "put_back":    ("放回", "Put back"),
    "close":       ("结束这趟", "End this round"),
    "closed":      ("已结束", "ended"),
    "open":        ("进行中", "under way"),
    "wanted":      ("待取", "to fetch"),
    "is_loaded":   ("已装", "loaded"),
    "is_placed":   ("已上架", "placed"),
    "elsewhere":   ("在别处", "elsewhere"),
    "refused":     ("不成：{why}", "Not done: {why}"),
    "no_name":     ("请写上姓名，选好书袋和书柜", "write your name; choose a bag and bookcases"),
    "no_action":   ("请写上姓名", "write your name"),
    "nothing":     ("这几台书柜不需要补书，或书架上没有合适的书。",
                    "These bookcases want nothing, or no shelf has what they want."),
}
# fmt: on


def say(key: str, language: str, **values: object) -> str:
    return TEXTS[key][("zh", "en").index(language)].format(**values)
