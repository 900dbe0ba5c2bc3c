"""From one stream of events to many subscribers, none of whom can harm another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ivr.ami.events import AmiEvent
from ivr.ami.limits import AmiCounters
from ivr.ami.subscription import Subscription
from ivr.core.clock import Clock
from ivr.core.log import get_logger

_log = get_logger("ami")


class EventHub:
    """Subscriptions and callbacks, served in the order in which events come."""

    def __init__(self, clock: Clock, counters: AmiCounters) -> None:
        self._clock = clock
        self._counters = counters
        self._subscriptions: list[Subscription] = []
        self._callbacks: list[Callable[[AmiEvent], None]] = []
        self._closed = False

    def subscribe(self, limit: int) -> Subscription:
        """A new subscription; one that has ended already when the hub is closed."""
        subscription = Subscription(limit, self._clock, self._unsubscribe)
        self._subscriptions.append(subscription)
        if self._closed:
            subscription.close()
        return subscription

    def _unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.remove(subscription)

    def listen(self, callback: Callable[[AmiEvent], None]) -> Callable[[], None]:
        """Call ``callback`` with each event; gives a function that ends it."""
        self._callbacks.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._callbacks.remove(callback)

        return stop

    def publish(self, event: AmiEvent) -> None:
        """Hand an event to everybody."""
        for subscription in self._subscriptions:
            if not subscription.put(event):
                self._counters.overflowed += 1
        for callback in list(self._callbacks):
            try:
                callback(event)
            except Exception as error:
                self._counters.callback_errors += 1
                _log.error("ami callback failed", error=repr(error), ami_event=type(event).__name__)

    def close(self) -> None:
        """End all subscriptions."""
        self._closed = True
        for subscription in list(self._subscriptions):
            subscription.close()
        self._callbacks.clear()
