"""The web application, put together: who may come in, the API, the live stream, the pages."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from broker.accounts.house import Accounts
from broker.catalogue.reader import Catalogue
from broker.desk.file import Files
from broker.fleet.boards import Boards
from broker.fleet.phones import Phones
from broker.holds.hatch import Hatch
from broker.ledger.read import Reader
from broker.ledger.trial import Trial
from broker.lengthy import Hands
from broker.live import Hub
from broker.staff.office import Staff
from broker.staff.openings import Openings
from broker.updates.shelf import Shelf
from broker.web import accounts as accounts_api
from broker.web import (
    api,
    casepage,
    catalogue,
    chores,
    copypage,
    decide,
    desk,
    duties,
    loans,
    neighbours,
    pages,
    phone,
    problem,
    readerpage,
    reports,
    restock,
    rights,
    signin,
    staffapi,
    staffpage,
    stream,
)
from broker.web import boards as boards_api
from broker.web import holds as holds_api
from broker.web import openings as openings_api
from broker.web import updates as updates_api
from broker.web.access import Access, Gate
from broker.web.parts import AtDesk, Parts, Refused, SendOrder
from broker.web.pictures import DeviceKey, Pictures

__all__ = ["Refused", "create_app"]

DESCRIPTION = """Self-service of a district library: what its machines hold and did.

Times are milliseconds since 1970 UTC; a day (`due`) is an integer yyyymmdd in the library's time
zone, 0 for none; text that does not apply is empty. Programs send their token, as
`Authorization: Bearer TOKEN`; people sign in at `/sign-in`. What a role may not do is answered
with 403. Errors are `application/problem+json` with a `remedy`."""

ROUTERS = (
    api.router,
    neighbours.router,
    decide.router,
    desk.router,
    catalogue.router,
    chores.router,
    duties.router,
    holds_api.router,
    stream.router,
    staffapi.router,
    signin.router,
    staffpage.router,
    openings_api.router,
    pages.router,
    phone.router,
    boards_api.router,
    casepage.router,
    copypage.router,
    accounts_api.router,
    loans.router,
    readerpage.router,
    reports.router,
    restock.router,
    updates_api.router,
)


def create_app(
    *,
    read: Reader,
    hub: Hub,
    send_order: SendOrder,
    at_desk: AtDesk,
    token: str,
    timezone: str,
    device_key: DeviceKey,
    now_ms: Callable[[], int],
    trial: Trial | None = None,
    accounts: Accounts | None = None,
    holds: Hatch | None = None,
    shelf: Shelf | None = None,
    staff: Staff | None = None,
    phones: Phones | None = None,
    boards: Boards | None = None,
    openings: Openings | None = None,
    hands: Hands | None = None,
) -> FastAPI:
    """Return the application.  Call `hub.close()` before uvicorn stops: open streams hold it up.

    `token` is the console's.  Without `staff` nobody signs in.
    """
    app = FastAPI(
        title="书柜 Shugui",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(rights.check)],
    )
    app.state.parts = Parts(
        read,
        Files(read.engine),
        Catalogue(read.engine),
        hub,
        send_order,
        at_desk,
        Pictures(device_key),
        ZoneInfo(timezone),
        now_ms,
    )
    app.state.accounts = accounts
    app.state.holds = holds
    app.state.trial = trial
    app.state.shelf = shelf
    app.state.phones = phones
    app.state.boards = boards
    app.state.staff = staff
    app.state.openings = openings
    app.state.hands = hands
    app.add_exception_handler(rights.NotAllowed, signin.not_allowed)
    for kind, handler in problem.HANDLERS:
        app.add_exception_handler(kind, handler)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_api_route("/healthz", _alive, summary="Whether the service is alive")
    app.add_middleware(Access, gate=Gate(token, staff, signin.sign_in_page, device_key, now_ms))
    return app


async def _alive() -> dict[str, bool]:
    return {"ok": True}
