"""Configurations: those that are delivered start, and one that cannot work says why."""

import json

from bookcase_fw import config

MACHINE = {"device": "bc01", "key": "00" * 32, "district_key": "00", "mqtt": ["", 0]}
BINS = [[2, "held", ""], [1, "rest", ""]]
# What is wrong -> what the message names.
WRONG = (
    ({"machine": "toaster", "doors": 1}, "machine says 'toaster': it may be doors, glass"),
    ({}, "doors is 0: this machine wants 1 to 48"),
    ({"doors": "4"}, "doors (compartments"),
    ({"doors": 2, "machine": "glass"}, "doors is 2: a glass case has one door"),
    ({"doors": 2, "antennas": [1]}, "antennas has 1 numbers for 2 doors"),
    ({"doors": 1, "antennas": [0]}, "antennas says 0: a compartment has 1 to 16"),
    ({"doors": 1, "low_doors": [2]}, "low_doors says 2: doors are 1 to 1"),
    ({"doors": 1, "lock": "none"}, "lock says 'none': it may be wjl, kerong"),
    ({"doors": 1, "fitted": ["lidar"]}, "fitted says 'lidar': it may be scanner, card"),
    ({"doors": 1, "fitted": []}, "fitted has neither scanner nor card"),
    ({"doors": 1, "card_form": "octal"}, "card_form says 'octal': it may be hex"),
    ({"machine": "return", "doors": 1, "bins": BINS}, "a 24-hour return has a flap and no doors"),
    ({"machine": "return"}, "bins is empty"),
    ({"machine": "return", "bins": [[9, "rest", ""]]}, "bins says bin 9: bins are 1 to 8"),
    ({"machine": "return", "bins": [[1, "rest"]]}, "a rule is [bin, what, value]"),
    ({"machine": "return", "bins": [[1, "red", ""]]}, "bins says 'red': it may be doubt, held"),
    ({"machine": "return", "bins": [[1, "shelf", ""]]}, "only shelf has a text"),
    ({"machine": "return", "bins": [[1, "held", ""]]}, 'bins wants one rule "rest", the last'),
    ({"machine": "return", "bins": BINS, "reader": "lf"}, "reader says 'lf': it may be uhf, hf"),
)


def test_what_cannot_work_is_refused_with_the_field_and_what_could_stand_there():
    for fields, message in WRONG:
        try:
            config.parse(json.dumps(MACHINE | fields))
        except config.ConfigError as error:
            assert message in str(error), (fields, str(error))
        else:
            raise AssertionError(fields)


def test_a_compartment_has_one_antenna_where_nothing_is_said():
    made = config.parse(json.dumps(MACHINE | {"doors": 3}))

    assert made.antennas == [1, 1, 1] and made.machine == "doors"


def test_the_delivered_configurations_start():
    for name in ("small-doors", "glass-door", "pick-up-locker", "return-24h"):
        with open("deploy/machines/%s.json" % name) as file:
            fields = json.load(file)
        assert config.parse(json.dumps(MACHINE | fields)).machine == fields["machine"]
