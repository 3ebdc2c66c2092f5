"""A kiosk at the deployed Mosquitto: served over TLS, under its own certificate only."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hw_sim.desk import config, keys, ports
from hw_sim.desk.process import Process
from hw_sim.machines import KioskTwins
from hw_sim.world import radio, sample
from tests.deploy.parts import HOST, asked, certificate, mqtt_server, until

KIOSK = "kx01"
SERVED = f"""SELECT device.name FROM device JOIN device_state ON device.id = device_state.device
WHERE device.name = '{KIOSK}' AND online = 1 AND served = session"""


async def test_a_kiosk_is_served_over_tls(tmp_path: Path) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        certificate(made, KIOSK)
        secrets = keys.load_or_make(tmp_path, [KIOSK])
        web = (HOST, ports.free())
        values = config.service(tmp_path / "data", (HOST, server), web, secrets, embedded=False)
        values["mqtt"] |= files(made, "service")
        config.write(tmp_path / "service.json", values)
        load(tmp_path, secrets)
        run = [sys.executable, "-m", "broker", "serve", "--config", str(tmp_path / "service.json")]
        service = Process("service", run, tmp_path / "service.log")
        await service.start("ready ")
        world = sample.load(lambda: 0, devices=[KIOSK])
        twins = KioskTwins(KIOSK, world, radio.Radio(world, radio.load(), 1))
        path = written(tmp_path, secrets, server, files(made, KIOSK), await twins.start())
        run = [sys.executable, "-m", "kiosk", "run", "--config", str(path)]
        kiosk = Process(KIOSK, run, tmp_path / "kiosk.log", {"SDL_VIDEODRIVER": "offscreen"})
        await kiosk.start("ready")
        try:
            await until(lambda: asked(tmp_path, SERVED), f"{KIOSK} is served")
        finally:
            await kiosk.stop()
            await service.stop()
            await twins.stop()


@pytest.mark.parametrize(("wrong", "said"), [("ca", "FAILS"), ("", "ok")])
async def test_a_check_trusts_the_librarys_own_authority_only(
    tmp_path: Path, wrong: str, said: str
) -> None:
    async with mqtt_server(tmp_path) as server:
        made = tmp_path / "certificates"
        certificate(made, KIOSK)
        proofs = files(made, KIOSK)
        certificate(tmp_path / "others", "mqtt", HOST)
        if wrong:
            proofs[wrong] = str(tmp_path / "others" / "ca.pem")
        secrets = keys.load_or_make(tmp_path, [KIOSK])
        nowhere = dict.fromkeys(("tray", "scanner"), "socket://127.0.0.1:9")
        path = written(tmp_path, secrets, server, proofs, nowhere)

        run = [sys.executable, "-m", "kiosk", "check", "--config", str(path)]
        checked = subprocess.run(run, capture_output=True, text=True, timeout=60)

    lines = dict(line.split(None, 1) for line in checked.stdout.splitlines())
    assert lines["mqtt"].startswith(said), checked.stdout


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    secrets = keys.load_or_make(tmp_path, [KIOSK])
    path = written(tmp_path, secrets, 9, files(tmp_path, KIOSK), {"tray": "x", "scanner": "x"})
    run = [sys.executable, "-m", "kiosk", "run", "--config", str(path)]

    ended = subprocess.run(run, capture_output=True, text=True, timeout=60, env=dict(os.environ))

    assert ended.returncode == 2
    assert "tls.ca: there is no" in ended.stderr


def files(made: Path, name: str) -> dict[str, str]:
    return {
        "ca": str(made / "ca.pem"), "cert": str(made / f"{name}.pem"),
        "key": str(made / f"{name}.key"),
    }  # fmt: skip


def written(
    folder: Path, secrets: keys.Keys, server: int, proofs: dict[str, str], urls: dict[str, str]
) -> Path:
    values: dict[str, Any] = config.kiosk(
        KIOSK, (HOST, server), urls, secrets, folder / KIOSK, "", {}
    )
    path = folder / f"{KIOSK}.json"
    path.write_text(json.dumps(values | {"tls": proofs}))
    return path


def load(folder: Path, secrets: keys.Keys) -> None:
    """Give the service the sample library, and the kiosk's key."""
    source = folder / "sample"
    source.mkdir()
    for file in sample.FOLDER.iterdir():
        (source / file.name).symlink_to(file)
    (source / "keys.csv").write_text(f"device,key\n{KIOSK},{secrets.devices[KIOSK].hex()}\n")
    command = [sys.executable, "-m", "broker", "load", str(source)]
    command += ["--config", str(folder / "service.json")]
    subprocess.run(command, check=True, capture_output=True)
