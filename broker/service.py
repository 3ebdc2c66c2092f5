"""The service put together: MQTT server, link, writer and web, started and stopped in turn."""

import json
import logging
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from bookcase_fw import wire
from broker import console
from broker.accounts.office import open_accounts, through
from broker.config import Config
from broker.desk.desk import DeskRefused
from broker.desk.requests import Answer
from broker.duties import Means
from broker.echo import Echo
from broker.exchange import Exchange
from broker.fleet.boards import Boards
from broker.fleet.orders import OrderRefused
from broker.fleet.phones import Phones
from broker.fleet.registry import Registry
from broker.holds.hatch import Hatch
from broker.holds.waiting import Waiting
from broker.law import in_force
from broker.leases import Leases
from broker.ledger import database
from broker.ledger.read import Reader
from broker.ledger.trial import Trial
from broker.lengthy import Hands
from broker.link import Link, Server
from broker.live import Hub
from broker.minder import Minder
from broker.mqttserver import SERVICE, Access, MqttServer
from broker.staff.hashes import Hasher
from broker.staff.office import Staff
from broker.staff.openings import Openings
from broker.updates.rollout import Rollout
from broker.updates.shelf import Shelf
from broker.web.app import Refused, create_app
from broker.web.parts import DeskJob
from broker.writer import Writer

log = structlog.get_logger()

ORDER_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 1.0


class Service:
    """Everything that runs.  `start` returns when it serves; `stop` ends it within 3 s."""

    def __init__(
        self, config: Config, *, now_ms: Callable[[], int], monotonic: Callable[[], float]
    ) -> None:
        """Open the ledger.  Raises LedgerError or RuleError when it cannot be served."""
        self._now_ms = now_ms
        self._lock = None if config.database else database.Lock(config.folder)
        hold = "alone" if config.mqtt.embedded else "shared"
        self._db = database.open_writer(config.folder, config.database, hold)
        self._registry = Registry(self._db)
        law = in_force(self._db, config, now_ms())
        self._exchange = Exchange(self._db, self._registry, law)
        self._hub = Hub()
        self._mqtt_server, server = self._server(config)
        self._leases: Leases | None = None
        if config.database and not config.mqtt.embedded:
            self._leases = Leases(config.database, changed=self._serve, monotonic=monotonic)
        self._writer = Writer(
            self._db,
            self._exchange,
            hub=self._hub,
            send=lambda messages: self._link.send(messages),
            acknowledge=lambda deliveries: self._link.acknowledge(deliveries),
        )
        self._link = Link(
            server,
            deliver=self._writer.put,
            changed=self._shard_changed,
            now_ms=now_ms,
            monotonic=monotonic,
        )
        self._accounts = open_accounts(
            config,
            writer=self._writer,
            db=self._db,
            exchange=self._exchange,
            law=law,
            now_ms=now_ms,
        )
        do = through(self._writer, self._db)
        self._minder = Minder(do, self._means(config), now_ms)
        self.mqtt_port = server.port
        self._web_socket = socket.create_server((config.web.host, config.web.port))
        self.web_port: int = self._web_socket.getsockname()[1]
        url = config.updates.url or f"http://{config.web.host}:{self.web_port}"
        shelf = Shelf(config.folder)
        self._exchange.rollout = Rollout(self._db, self._registry, shelf, url)
        console_token = console.announce(config.folder, f"http://{config.web.host}:{self.web_port}")
        engine = database.open_reader(config.folder, config.database)
        self._echo = Echo(engine, self._hub) if self._leases else None
        self._wanted: frozenset[int] = frozenset()
        self._served: set[int] = set()
        self._ready = threading.Event()
        self._web = _web_server(
            create_app(
                read=Reader(engine),
                hub=self._hub,
                send_order=self.send_order,
                at_desk=self.at_desk,
                token=console_token,
                timezone=config.timezone,
                device_key=self._registry.key,
                now_ms=now_ms,
                trial=Trial(
                    lambda: database.snapshot(config.folder, config.database),
                    law,
                    ZoneInfo(config.timezone),
                    now_ms=now_ms,
                    waiting=Waiting,
                ),
                accounts=self._accounts,
                boards=Boards(
                    config,
                    mqtt_port=self.mqtt_port,
                    do=do,
                    exchange=self._exchange,
                    registry=self._registry,
                    now_ms=now_ms,
                ),
                phones=Phones(config.key, device_key=self._registry.key, now_ms=now_ms),
                shelf=shelf,
                holds=Hatch(
                    do=self._writer.do,
                    db=self._db,
                    holds=self._exchange.holds,
                    read=lambda: database.snapshot(config.folder, config.database),
                    now_ms=now_ms,
                ),
                staff=Staff(
                    do=do,
                    engine=engine,
                    district_key=config.key,
                    now_ms=now_ms,
                    hasher=Hasher(),
                ),
                hands=Hands(do, self._accounts.read, now_ms),
                openings=Openings(do=do, open_door=self._open_for_reader, now_ms=now_ms),
            )
        )
        self._web_thread = threading.Thread(
            target=self._web.run, args=([self._web_socket],), name="web"
        )

    def start(self) -> None:
        """Start all threads.  Shards are announced as soon as the MQTT server can be reached."""
        if self._mqtt_server:
            self._mqtt_server.start()
        self._writer.start()
        self._accounts.clerk.start()
        self._minder.start()
        if self._echo:
            self._echo.start()
        self._link.start()
        if self._leases:
            self._leases.start()
        else:
            self._serve(frozenset(range(wire.SHARD_COUNT)))
        self._web_thread.start()

    def wait_served(self, timeout_s: float) -> bool:
        """Wait until every shard that is ours is announced; say whether it came to that."""
        return self._ready.wait(timeout_s)

    def stop(self) -> None:
        """End in the order in which each part is needed: web, link, writer, MQTT server."""
        self._hub.close()
        self._web.should_exit = True
        self._link.stop()
        self._link.join(STOP_TIMEOUT_S)
        if self._leases:
            self._leases.stop()
            self._leases.join(STOP_TIMEOUT_S)
        self._accounts.clerk.stop()
        self._minder.stop()
        if self._echo:
            self._echo.stop()
        self._accounts.clerk.join(STOP_TIMEOUT_S)
        self._minder.join(STOP_TIMEOUT_S)
        # Requests that are under way wait for the writer.
        self._web_thread.join(STOP_TIMEOUT_S)
        self._writer.stop()
        self._writer.join(STOP_TIMEOUT_S)
        if self._mqtt_server:
            self._mqtt_server.stop()
            self._mqtt_server.join(STOP_TIMEOUT_S)
        self._db.close()
        if self._lock:
            self._lock.release()

    def send_order(self, device: str, op: str, door: int, staff: str, reason: str) -> str:
        """Send an order to a machine and return its id, or raise Refused.  Any thread may ask."""
        order = self._writer.do(
            lambda: self._exchange.order(
                device, op=op, door=door, now_ms=self._now_ms(), staff=staff, reason=reason
            )
        )
        try:
            return order.result(ORDER_TIMEOUT_S)
        except OrderRefused as refused:
            raise Refused(refused.reason) from None

    def _means(self, config: Config) -> Callable[[int], Means]:
        """Return what gives duties what they work with."""
        means = Means(
            self._db,
            self._exchange.cases,
            ZoneInfo(config.timezone),
            0,
            providers=tuple(config.providers),
            reconcile=self._accounts.reconcile,
            history_days=config.history_days,
        )
        return lambda now_ms: means._replace(now_ms=now_ms)

    def _open_for_reader(self, device: str, door: int, reader: str, staff: str, now_ms: int) -> str:
        """In the writer's transaction."""
        return self._exchange.order(
            device, op="open", door=door, now_ms=now_ms, staff=staff, reader=reader
        )

    def at_desk(self, job: DeskJob) -> Answer:
        """Do something at the desk, or raise DeskRefused.  Any thread may ask."""

        def run() -> str:
            try:
                return json.dumps(job(self._exchange.desk, self._now_ms()))
            except DeskRefused as refused:
                return json.dumps({"refused": refused.reason, "detail": refused.detail})

        answer: Answer = json.loads(self._writer.do(run).result(ORDER_TIMEOUT_S))
        if "refused" in answer:
            raise DeskRefused(answer["refused"], answer["detail"])
        return answer

    def _server(self, config: Config) -> tuple[MqttServer | None, Server]:
        mqtt = config.mqtt
        if not mqtt.embedded:
            return None, Server(
                mqtt.host, mqtt.port, SERVICE, mqtt.password, mqtt.ca, mqtt.cert, mqtt.key
            )
        password = secrets.token_hex(32)
        access = Access(password, self._registry.password, self._refused)
        embedded = MqttServer(mqtt.host, mqtt.port, access)
        return embedded, Server(mqtt.host, embedded.port, SERVICE, password)

    def _refused(self, reason: str, name: str, text: str) -> None:
        """The embedded MQTT server refused something: counted like all that is refused."""

        def count() -> str:
            self._exchange.refuse(reason, name, text)
            return ""

        self._writer.do(count)

    def _serve(self, shards: frozenset[int]) -> None:
        """Serve these shards; what was remembered of the new ones is of another time."""
        new = shards - self._wanted
        self._wanted = shards
        for shard in sorted(new):
            self._writer.do(lambda shard=shard: self._adopt(shard))  # type: ignore[misc]
        self._link.serve(shards)

    def _adopt(self, shard: int) -> str:
        self._exchange.adopt(shard)
        return ""

    def _shard_changed(self, shard: int, served: bool) -> None:
        if served:
            self._served.add(shard)
            self._writer.do(lambda: self._want(shard))
        else:
            self._served.discard(shard)
            if shard in self._wanted:
                self._writer.do(lambda: self._lost(shard))
        if self._wanted and self._served >= self._wanted:
            self._ready.set()

    def _lost(self, shard: int) -> str:
        self._exchange.lost(shard)
        return ""

    def _want(self, shard: int) -> str:
        self._exchange.renew_policy(self._now_ms())
        for device in self._registry.all():
            if wire.shard(device.name) == shard:
                self._exchange.want(device)
        return ""


def set_up_log() -> None:
    """One line an event on standard error, without colours; libraries speak up from a warning."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _web_server(app: object) -> uvicorn.Server:
    settings = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)
