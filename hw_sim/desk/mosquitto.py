"""Mosquitto beside the desk: its configuration, passwords and ACL, made from the desk's keys."""

import shutil
from pathlib import Path

from bookcase_fw import sign
from hw_sim.desk.keys import Keys, write_private
from hw_sim.desk.process import Process, ProcessError

DEBIAN = "/usr/sbin/mosquitto"  # Not on everybody's PATH.
SERVICE_USER = "service"

CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
persistence false
# Without it a small message waits 40 ms for the one before.
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
# Started by root, it would change into a user who may not read this folder.
user root
"""
# A device's user is its name: it speaks and hears below its own topics only.
ACL = f"""\
user {SERVICE_USER}
topic readwrite sg/1/#

pattern write sg/1/+/%u/up/#
pattern read sg/1/+/%u/dn/#
pattern read sg/1/+/service
"""


def command(folder: Path) -> list[str]:
    return [program(), "-c", str(folder / "mosquitto.conf")]


def program() -> str:
    """Return where Mosquitto is, or raise ProcessError with what to do."""
    found = shutil.which("mosquitto") or shutil.which(DEBIAN)
    if not found:
        raise ProcessError("Mosquitto is not installed: apt-get install mosquitto, or run without.")
    return found


async def prepare(folder: Path, port: int, keys: Keys) -> None:
    """Write everything that Mosquitto reads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(folder / "mosquitto.conf", CONFIG.format(port=port, folder=folder))
    write_private(folder / "acl", ACL)
    people = {name: sign.password(key) for name, key in sorted(keys.devices.items())}
    people[SERVICE_USER] = keys.service_password
    write_private(folder / "passwords", "".join(f"{n}:{word}\n" for n, word in people.items()))
    # The file is in clear until this hashes it where it stands.
    hashing = ["mosquitto_passwd", "-U", str(folder / "passwords")]
    await Process("mosquitto_passwd", hashing, folder / "passwords.log").run()
