"""Make the kiosk's fonts from Debian's: `python deploy/setup/fonts.py [FOLDER]` (.cache/fonts).

Debian's collection holds one face a language, and whoever opens it without saying which gets the
Japanese shapes of 门, 令 and 直.  Here the simplified Chinese face is taken out and cut down to
what a district library can meet: GBK, Latin and punctuation.  A smaller file costs less memory with
each size that is used.  The licence (OFL 1.1) travels in the font's own name table.
"""

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
WEIGHTS = ("Regular", "Bold")
SC_FACE = 2  # Japanese, Korean, simplified Chinese, traditional Chinese, Hong Kong.


def characters() -> set[int]:
    """Return the code points of GBK, Latin with accents, and common punctuation."""
    two = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    chinese = "".join(pair.decode("gbk", "ignore") for pair in two)
    latin = [*range(0x20, 0x250), *range(0x2010, 0x2040), 0x20AC, 0x2190, 0x2191, 0x2192, 0x2193]
    return {ord(character) for character in chinese} | set(latin)


def make(folder: Path) -> list[Path]:
    """Write the fonts that are missing (half a minute, once) and return the paths of all."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {weight: folder / f"NotoSansSC-{weight}.otf" for weight in WEIGHTS}
    missing = [weight for weight, path in paths.items() if not path.exists()]
    if missing:
        print(f"fonts: cutting {' and '.join(missing)} to size, once", file=sys.stderr)
        with ProcessPoolExecutor() as pool:
            list(pool.map(_cut, missing, (paths[weight] for weight in missing)))
    return list(paths.values())


def _cut(weight: str, path: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    font = TTCollection(SOURCE.format(weight)).fonts[SC_FACE]
    # The boxes of the whole face hold for a part of it; finding them anew takes a minute.
    font.recalcBBoxes = False
    options = subset.Options(layout_features=["kern"], name_IDs=["*"])
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    # Two that start at once must not read each other's half.
    number, name = tempfile.mkstemp(dir=path.parent)
    os.close(number)
    font.save(name)
    Path(name).replace(path)


if __name__ == "__main__":
    home = Path(__file__).parent.parent.parent
    for made in make(Path(sys.argv[1]) if len(sys.argv) > 1 else home / ".cache/fonts"):
        print(made)
