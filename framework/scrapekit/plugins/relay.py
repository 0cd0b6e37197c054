"""Tells listeners every moment of a run; one that fails is named once and switched off."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import pluggy

from scrapekit import hookspecs
from scrapekit.errors import PluginError, did_you_mean
from scrapekit.hookspecs import MOMENTS
from scrapekit.plugins.loading import one_line

_log = logging.getLogger("scrapekit.plugins")

Moment: TypeAlias = Callable[..., None]
"""Takes a moment's arguments by keyword, tells everyone who listens, and never raises."""


@dataclass(frozen=True, slots=True)
class _Call:
    listener: str
    function: Callable[..., object]
    arguments: tuple[str, ...]


class _Unfit(Exception):
    """A listener that cannot listen, with the reason as its text."""


class Relay:
    """One attribute for every moment: None while nobody listens, else a callable that never raises.

    So the engine pays one comparison for a moment nobody wants:
    ``if relay.page_fetched is not None: relay.page_fetched(request=…, page=…)``. Listeners are
    told in the order of their names, each separately, so that a failure has an author.
    """

    run_started: Moment | None = None
    request_queued: Moment | None = None
    page_fetched: Moment | None = None
    page_failed: Moment | None = None
    request_retried: Moment | None = None
    items_kept: Moment | None = None
    group_committed: Moment | None = None
    host_paused: Moment | None = None
    run_finished: Moment | None = None

    def __init__(self) -> None:
        self.off: list[str] = []
        """Every listener that failed and was switched off, with its package and the reason."""
        self._manager: pluggy.PluginManager | None = None
        self._about: dict[str, str] = {}

    def __repr__(self) -> str:
        heard = [moment for moment in MOMENTS if getattr(self, moment) is not None]
        return f"<Relay {len(self._about)} listeners, {', '.join(heard) or 'nothing to tell'}>"

    def admit(
        self, manager: pluggy.PluginManager, listeners: Iterable[tuple[str, str, Callable[[], object]]]
    ) -> None:
        """Load listeners and register them with *manager*; one that cannot be is switched off.

        Each is ``(label, about, load)``: the name pluggy knows it by, how people know it, and the
        function that imports it.
        """
        self._manager = manager
        loaded: list[tuple[str, object]] = []
        for label, about, load in listeners:
            self._about[label] = about
            try:
                loaded.append((label, _instance(load())))
            except PluginError as error:
                self._switch_off(label, str(error).removeprefix(f"{about} "))
            except (Exception, SystemExit) as error:
                self._switch_off(label, one_line(error))
        # pluggy calls the last registered first; this way round they are told in the order given.
        for label, listener in reversed(loaded):
            self._register(manager, label, listener)
        self._tune()

    def _register(self, manager: pluggy.PluginManager, label: str, listener: object) -> None:
        try:
            manager.register(listener, label)
            _check_moments(manager, listener)
            _check(manager, listener)
        except pluggy.PluginValidationError as error:
            self._switch_off(label, _without_preamble(error))
        except _Unfit as error:
            self._switch_off(label, str(error))
        except Exception as error:  # reading its attributes runs its code (a property, say)
            self._switch_off(label, one_line(error))

    def _tune(self) -> None:
        """Set every moment's attribute to what is needed now: nothing, or those who listen."""
        assert self._manager is not None
        for moment in MOMENTS:
            caller: pluggy.HookCaller = getattr(self._manager.hook, moment)
            calls = tuple(
                _Call(impl.plugin_name, impl.function, impl.argnames)
                for impl in reversed(caller.get_hookimpls())
            )
            setattr(self, moment, partial(self._tell, calls) if calls else None)

    def _tell(self, calls: tuple[_Call, ...], /, **facts: object) -> None:
        for call in calls:
            # A listener may have been switched off since the engine looked the moment up.
            if call.listener not in self._about:
                continue
            try:
                call.function(*[facts[name] for name in call.arguments])
            except (Exception, SystemExit) as error:
                self._switch_off(call.listener, one_line(error))
                self._tune()

    def _switch_off(self, label: str, reason: str) -> None:
        assert self._manager is not None
        line = f"{self._about.pop(label)}: {reason}"
        if self._manager.has_plugin(label):
            self._manager.unregister(name=label)
        self.off.append(line)
        _log.warning("switched off %s", line)


def make_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows every moment of `hookspecs`."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _instance(found: object) -> object:
    return found() if isinstance(found, type) else found


def _check_moments(manager: pluggy.PluginManager, listener: object) -> None:
    """Refuse a misspelt moment, which pluggy would take for a hook whose specification comes later."""
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        callers = manager.get_hookcallers(listener) or ()
        unknown = next(caller.name for caller in callers if not caller.has_spec())
        raise _Unfit(f'there is no moment "{unknown}" ({did_you_mean(unknown, MOMENTS)})') from error


def _check(manager: pluggy.PluginManager, listener: object) -> None:
    """Refuse what pluggy accepts but a relay cannot keep: silence, waiting, wrapping."""
    impls = [i for c in manager.get_hookcallers(listener) or () for i in c.get_hookimpls()]
    mine = [impl for impl in impls if impl.plugin is listener]
    if not mine:
        raise _Unfit("it listens to nothing: no function of it is marked with @hookimpl")
    for impl in mine:
        name = impl.function.__name__
        if impl.wrapper or impl.hookwrapper:
            raise _Unfit(f"{name} is a wrapper, but listeners are told, never asked")
        if inspect.iscoroutinefunction(impl.function) or inspect.isasyncgenfunction(impl.function):
            raise _Unfit(f"{name} is async, but listeners are called without await")


def _without_preamble(error: pluggy.PluginValidationError) -> str:
    """The reason as one line, without pluggy's first words, which name the plugin once more."""
    lines = [line.strip() for line in str(error).split("\n") if line.strip()]
    return "; ".join(lines[1:] if len(lines) > 1 else lines)
