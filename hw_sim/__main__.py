"""The simulator's commands: run, demo, panel, sample, devices, city, year, soak."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hw_sim import control
from hw_sim import demo as journey
from hw_sim import panel as prompt
from hw_sim.city import command as city_command
from hw_sim.desk.desk import Desk
from hw_sim.desk.devices import serve
from hw_sim.desk.run import run_desk, until_ended
from hw_sim.desk.telling import Telling
from hw_sim.sample import make as library
from hw_sim.soak import command as soak_command
from hw_sim.year import command as year_command

FOLDER = Path("var/desk")
WEB_PORT = 8080

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


class Readers(StrEnum):
    none = "none"
    gentle = "gentle"
    busy = "busy"


class Mqtt(StrEnum):
    embedded = "embedded"
    mosquitto = "mosquitto"


class Case(StrEnum):
    doors = "doors"
    glass = "glass"
    returns = "return"


class Language(StrEnum):
    zh = "zh"
    en = "en"


@app.command()
def run(
    bookcases: Annotated[int, typer.Option(min=0, max=20, help="how many bookcases")] = 3,
    kiosks: Annotated[int, typer.Option(min=0, max=2, help="how many loan machines")] = 1,
    catalogues: Annotated[int, typer.Option(min=0, max=1, help="how many to search at")] = 1,
    glass: Annotated[int, typer.Option(min=0, max=1, help="how many glass cases")] = 0,
    lockers: Annotated[int, typer.Option(min=0, max=1, help="how many pick-up lockers")] = 0,
    returns: Annotated[int, typer.Option(min=0, max=1, help="how many 24-hour returns")] = 0,
    readers: Annotated[Readers, typer.Option(help="who walks up to them")] = Readers.gentle,
    seed: Annotated[int, typer.Option(help="what readers and radio do comes from it")] = 1,
    mqtt: Annotated[Mqtt, typer.Option(help="the MQTT server")] = Mqtt.embedded,
    port: Annotated[int, typer.Option(help="the dashboard's; the next free one is taken")] = (
        WEB_PORT
    ),
    panel_port: Annotated[int, typer.Option(help="the panel's; the next free one is taken")] = (
        control.PORT
    ),
    folder: Annotated[Path, typer.Option(help="what outlives a run")] = FOLDER,
    fresh: Annotated[bool, typer.Option("--fresh", help="throw away what is there")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="do not tell what happens")] = False,
) -> None:
    """A district on the desk: service, bookcases, a kiosk, readers; Ctrl-C ends it."""

    def desk(telling: Telling) -> Desk:
        return Desk(
            folder,
            bookcases=bookcases,
            kiosks=kiosks,
            catalogues=catalogues,
            glass=glass,
            lockers=lockers,
            returns=returns,
            readers=readers,
            seed=seed,
            mqtt=mqtt,
            web_port=port,
            control_port=panel_port,
            say=telling.desk,
            tell=telling.happening,
        )

    raise typer.Exit(run_desk(desk, folder, fresh=fresh, quiet=quiet))


@app.command()
def demo(
    lang: Annotated[Language | None, typer.Option(help="of the story; else the locale's")] = None,
    case: Annotated[Case, typer.Option(help="at which machines")] = Case.doors,
) -> None:
    """One loan and one return, told in words, on the same real parts."""
    raise typer.Exit(journey.main(lang or journey.language_of_locale(), case))


@app.command()
def panel(
    at: Annotated[str, typer.Option(help="HOST:PORT of a desk")] = f"127.0.0.1:{control.PORT}",
) -> None:
    """Hands and faults by hand, line by line, while a desk runs."""
    raise typer.Exit(prompt.main(["--at", at]))


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="where the tables are written")] = library.DATA,
) -> None:
    """Make the sample library anew: the same bytes every time."""
    library.write(folder)
    typer.echo(f"written to {folder}")


@app.command()
def devices(
    device: Annotated[str, typer.Argument(help="a bookcase or kiosk of the sample")] = "bc01",
    ptys: Annotated[bool, typer.Option("--ptys", help="a serial device for each part")] = False,
) -> None:
    """Only the simulated parts of one machine, for a program that is started by hand."""
    raise typer.Exit(until_ended(lambda _end: serve(device, ptys=ptys)))


app.command(name="city")(city_command.city)
app.command(name="year")(year_command.year)
app.command(name="soak")(soak_command.soak_command)

if __name__ == "__main__":
    app()
