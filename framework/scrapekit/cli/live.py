"""The display on a terminal while a run goes on (the door to rich)."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scrapekit.cli.progress import pages_done, pages_failed
from scrapekit.cli.words import counted, duration, masked, printable
from scrapekit.report import HostState, Snapshot

_MARKED = ("warning", "error", "critical")


class LiveDisplay:
    """A few lines at the bottom of the terminal that are redrawn with every snapshot.

    They vanish at the end, for the summary takes their place. Every text goes through `printable`
    and into `rich.text.Text`, which reads no markup.
    """

    def __init__(self, title: str, console: Console | None = None, secrets: Collection[str] = ()) -> None:
        self.secrets = secrets
        self._title = title
        self._console = console or Console(stderr=True, highlight=False)
        # Without auto_refresh there is no thread: the run's own snapshots are the pulse.
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Redraw the lines."""
        self._live.update(self._drawn(snapshot), refresh=True)

    def note(self, line: str, *, level: str = "info", source: str = "") -> None:
        """Write one line above the display."""
        style = "yellow" if level in _MARKED else ""
        prefix = f"{level}: " if level in _MARKED else ""
        self._console.print(self._text(prefix + line, style), soft_wrap=True)

    def _text(self, text: str, style: str = "") -> Text:
        return Text(printable(masked(text, self.secrets)), style=style)

    def _drawn(self, snapshot: Snapshot) -> RenderableType:
        lines: list[RenderableType] = [self._numbers(snapshot)]
        if snapshot.hosts:
            lines.append(self._hosts(snapshot))
        if snapshot.draining:
            in_flight = counted(snapshot.in_flight, "request")
            lines.append(Text(f"stopping: finishing {in_flight}; Ctrl-C again stops at once", style="yellow"))
        elif snapshot.waiting_for:
            lines.append(self._text(f"waiting for {snapshot.waiting_for}", "yellow"))
        return Group(*lines)

    def _numbers(self, snapshot: Snapshot) -> Text:
        failed = pages_failed(snapshot)
        return Text("   ").join(
            [
                self._text(self._title, "bold"),
                Text(duration(snapshot.elapsed)),
                Text(f"{pages_done(snapshot):,} of {counted(snapshot.seen, 'page')}"),
                Text(counted(sum(snapshot.records.values()), "record"), style="green"),
                Text(f"{failed:,} failed", style="red" if failed else ""),
                Text(f"{snapshot.pages_per_second:.1f} pages/s"),
            ]
        )

    def _hosts(self, snapshot: Snapshot) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("host", "waiting", "in flight", "next in", "why"):
            table.add_column(name, justify="left" if name in ("host", "why") else "right", no_wrap=True)
        for host in snapshot.hosts:
            table.add_row(*self._host_cells(host))
        return table

    def _host_cells(self, host: HostState) -> list[Text]:
        next_in = duration(host.next_in) if host.next_in > 0 else "now"
        numbers = [Text(f"{host.waiting:,}"), Text(f"{host.in_flight:,}"), Text(next_in)]
        return [self._text(host.host), *numbers, self._text(host.reason, "dim")]
