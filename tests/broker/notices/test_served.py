"""The real service: a machine lends, and the reader's mail server hears of it."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from queue import Queue

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from broker.ledger import database
from tests.broker.desk import READERS, TAGS, Machine
from tests.broker.process import Service, client, folder_with_library, free_port

WAIT_S = 60  # What a reader may wait after the commit.


class Box:
    """A mail server's handler: what it took waits in `letters`."""

    def __init__(self) -> None:
        self.letters: Queue[str] = Queue()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.put(f"{letter['To']}\n{letter.get_content()}")
        return "250 OK"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def mail(box: Box) -> Iterator[int]:
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


def test_a_reader_hears_of_a_loan_within_a_minute(tmp_path: Path, box: Box, mail: int) -> None:
    config = folder_with_library(tmp_path)
    settings = json.loads(config.read_text())
    config.write_text(json.dumps(settings | {"smtp": {"host": "127.0.0.1", "port": mail}}))
    db = database.open_writer(Path(settings["data"]))
    db.execute("INSERT INTO contact VALUES (1001, 'mail', 'anne@home.example')")
    db.close()
    machine = Machine()

    with Service(config) as service, client(machine, service.ports["mqtt"]) as connection:
        machine.session(1000, READERS[0], took=[TAGS[0]])
        connection.say("fact", machine.payload())
        letter = box.letters.get(timeout=WAIT_S)

    assert letter.startswith("anne@home.example\n")
    assert "借出《红楼梦》" in letter
