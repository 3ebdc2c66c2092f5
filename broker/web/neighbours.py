"""The HTTP API of a machine that asks who is near: which others lend now, the nearest first."""

from fastapi import APIRouter

from broker.ledger import views
from broker.ledger.views import record
from broker.restock.near import Spot, km
from broker.web.api import PROBLEM, Device, known
from broker.web.parts import Use

router = APIRouter(prefix="/v1")

NEIGHBOURS_MAX = 5


@record
class Neighbour:
    """Another machine that lends and takes returns now."""

    device: str
    """its name"""
    kind: str
    """bookcase or kiosk"""
    place_zh: str
    """where it stands, in Chinese"""
    place_en: str
    """where it stands, in English"""
    metres: int
    """how far away that is, as the crow flies; 0 is the same place"""


@router.get("/machines/{device}/neighbours", summary="Where else one can go now, nearest first",
            responses={404: PROBLEM})  # fmt: skip
def neighbours(device: Device, use: Use) -> list[Neighbour]:
    here = _spot(known(use, device))
    works = [
        machine
        for machine in use.read.machines()
        if machine.device != device and machine.served and machine.lends
    ]
    near = [(round(1000 * km(here, _spot(machine))), machine) for machine in works]
    near.sort(key=lambda found: (found[0], found[1].device))
    return [
        Neighbour(m.device, m.kind, m.site.name_zh, m.site.name_en, metres)
        for metres, m in near[:NEIGHBOURS_MAX]
    ]


def _spot(machine: views.Machine) -> Spot:
    return Spot(machine.device, machine.site.lat, machine.site.lon, 0)
