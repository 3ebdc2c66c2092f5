"""The command of the year: a line of progress, what differs, one JSON line; pages on demand."""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from hw_sim.year import page, telling
from hw_sim.year.replay import Outcome, Progress, Year

FOLDER = Path("var/year-2020")
SAID_MAX = 20
MARK = "a replayed year"  # A file that says that the folder may be thrown away.
# Between two lines of progress: on a terminal, where the newest stands alone, and in a log.
TOLD_EVERY_S = {True: 1.0, False: 60.0}


def year(
    share: Annotated[
        float, typer.Option(min=0.005, max=1.0, help="of copies, cards and visits")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="what readers do comes from it")] = 1,
    folder: Annotated[Path, typer.Option(help="of the ledger; what was there goes")] = FOLDER,
    pages: Annotated[
        Path | None, typer.Option(help="where year-2020.md and its drawings are written, too")
    ] = None,
) -> None:
    """The year 2020 through the real rules, ledger and reports; are its tables the printed ones?

    Ctrl-C ends it between two commits: the ledger is whole up to there.
    """
    _clear(folder)
    replay = Year(folder, seed=seed, share=share)
    watch = Watch()
    try:
        for progress in replay.run():
            watch.tell(progress)
        watch.say("reading the tables and folding every life anew")
        outcome = replay.outcome()
    except KeyboardInterrupt:
        watch.end(f"stopped; the ledger in {folder} is whole up to there")
        raise typer.Exit(130) from None
    said = _figures(outcome, watch, seed=seed, share=share)
    told = telling.blocks(replay, outcome, said)
    page.write_html(folder, told)
    if pages:
        page.write_markdown(pages, told)
    watch.end(f"written to {folder / page.HTML}")
    for line in _wrong(outcome):
        print(line)
    print(json.dumps(said, ensure_ascii=False), flush=True)
    raise typer.Exit(1 if outcome.violations else 0)


def _clear(folder: Path) -> None:
    """Make the folder, empty; one that is not of an earlier replay is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise typer.BadParameter(f"{folder} is in use for something else")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


class Watch:
    """Counts seconds, the processor's and those that went by, and tells how far it is."""

    def __init__(self) -> None:
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()
        self._told_s = 0.0
        self._what, self._since_s, self._first = "", 0.0, 0
        self._is_terminal = sys.stderr.isatty()

    @property
    def took_s(self) -> float:
        return time.monotonic() - self._began_s

    @property
    def cpu_s(self) -> float:
        return time.process_time() - self._cpu_s

    def tell(self, progress: Progress) -> None:
        """Tell rate and time left, now and then."""
        now_s = time.monotonic()
        kind = "copies" if progress.what == "copies" else "items"
        if kind != self._what:
            self._what, self._since_s, self._first = kind, now_s, progress.done
        if now_s - self._told_s < TOLD_EVERY_S[self._is_terminal]:
            return
        self._told_s = now_s
        rate = (progress.done - self._first) / max(now_s - self._since_s, 1e-9)
        left_s = (progress.total - progress.done) / rate if rate else 0
        self.say(
            f"{progress.what:<10}  {progress.done:,} of {progress.total:,} {kind}  "
            f"{rate:,.0f} a second  {int(left_s) // 60}:{int(left_s) % 60:02} left"
        )

    def say(self, text: str) -> None:
        if self._is_terminal:
            print(f"\r{text:<78}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self, text: str) -> None:
        self.say(text)
        if self._is_terminal:
            print(file=sys.stderr)


def _wrong(outcome: Outcome) -> list[str]:
    pairs = [
        f"month {pair.month} {pair.column}: printed {pair.printed}, reported {pair.reported}"
        for pair in outcome.pairs
        if pair.printed != pair.reported
    ]
    asked = [str(answered) for answered in outcome.answered if answered.is_wrong]
    said = pairs + asked + outcome.differences + [f"Q4 {line}" for line in outcome.audit]
    more = len(said) - SAID_MAX
    return said[:SAID_MAX] + ([f"and {more} more"] if more > 0 else [])


def _figures(outcome: Outcome, watch: Watch, *, seed: int, share: float) -> dict[str, object]:
    """Return what the JSON line says."""
    return {
        "year": 2020,
        "seed": seed,
        "share": share,
        "items": outcome.items,
        "visits": outcome.visits,
        "on_loan": outcome.on_loan,
        "restocked": outcome.restocked,
        "figures_equal": sum(pair.printed == pair.reported for pair in outcome.pairs),
        "figures": len(outcome.pairs),
        "events_probed": len(outcome.answered),
        "violations": outcome.violations,
        "digest": outcome.digest,
        "cpu_s": round(watch.cpu_s, 1),
        "took_s": round(watch.took_s, 1),
    }
