"""From which climate on the box rings, and from which on it is well again, as data.

The gap between both keeps a box at the limit from ringing again and again.
"""

# fmt: off
LIMITS = (
    # name    on above  off below   of which field of sht3x.Climate, in its unit
    ("heat",   6000,     5500,      0),    # 0.01 degrees Celsius
    ("water",  980,      930,       1),    # 0.1 %: it condenses
)
# fmt: on


def step(on: tuple, climate: tuple) -> tuple:
    """Return the names that ring now; `on` are those that rang before."""
    ringing = []
    for name, above, below, field in LIMITS:
        if climate[field] > above or (name in on and climate[field] >= below):
            ringing.append(name)
    return tuple(ringing)
