"""The commands as operators have them: a backup while the service serves, and a restore."""

import json
import subprocess
import sys
from pathlib import Path

from tests.broker.desk import READERS, TAGS, Machine
from tests.broker.process import HOME, Service, client, folder_with_library


def command(*words: object) -> tuple[int, str, str]:
    line = [sys.executable, "-m", "broker", *map(str, words)]
    done = subprocess.run(line, cwd=HOME, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_ledger_is_kept_while_it_serves_and_put_back(tmp_path: Path) -> None:
    config = folder_with_library(tmp_path)
    kept, options = tmp_path / "kept.zip", ("--config", config)
    machine = Machine()
    with Service(config) as service, client(machine, service.ports["mqtt"]) as case1:
        machine.session(1, READERS[0], took=[TAGS[0]])
        case1.say("fact", machine.payload())
        case1.expect("ack")
        taken = command("ledger", "backup", kept, *options)
        refused = command("ledger", "restore", kept, *options, "--force")

    again = command("ledger", "restore", kept, *options)
    forced = command("ledger", "restore", kept, *options, "--force")

    assert taken[0] == 0, taken
    assert "rows" in taken[1]
    assert refused[0] == 1 and "already serves" in refused[2]
    assert again[0] == 1 and "--force" in again[2]
    assert forced[0] == 0, forced
    assert "0 differences" in forced[1]
    assert command("ledger", "check", *options)[0] == 0
    shown = command("report", "machines", "--format", "json", *options)
    assert json.loads(shown[1])["total"]["loans"] == 1
