"""Where each lane of the outbox was read to, so that a claim passes over as little as it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot.core.clock import Clock
from bot.workers.sharing import DIGESTS
from storage.claimed import Claim
from storage.claims import claim, claim_digests, last_of
from storage.manners import Manners
from storage.terms import Terms
from storage.windows import Window

LONGEST = 4
"""Seconds between two looks from the beginning of a lane at the most, less than `storage.terms.WHOLE`."""

NOW_AND_THEN = 0.25
"""Seconds between two looks for what waited for a moment, which may be a retry or the morning's first message, and
between two looks into a broadcast of which nothing may leave: it may be one of many that wait for days."""


class Cursor(NamedTuple):
    """Where to go on in a lane; its moments are of `time.monotonic()`.

    Attributes:
        after: the row it was read to.
        again_at: when to look from its beginning again, for what was put back or came in late.
        waited_at: when to look again for what waited for a moment.
        rests_until: there was nothing: when to look again at all.
    """

    after: int = 0
    again_at: float = 0.0
    waited_at: float = 0.0
    rests_until: float = 0.0


Moved = dict[int | None, Cursor]
"""Where lanes were read to in a transaction that may still fail."""


class Cursors:
    """Those of one foreman, who claims with them.

    Args:
        token: under which rows are claimed.
        elsewhere, manners: see `Terms`.
        in_hand: the rows this foreman is not done with.
    """

    def __init__(self, channel: str, token: str, clock: Clock, window: Window | None, elsewhere: Collection[str],
                 manners: Manners, in_hand: Callable[[], Collection[int]], *, is_sqlite: bool) -> None:  # fmt: skip
        self._channel = channel
        self._token = token
        self._clock = clock
        self._window = window
        self._elsewhere = elsewhere
        self._manners = manners
        self._in_hand = in_hand
        self._is_sqlite = is_sqlite
        self._cursors: Moved = {}

    def after(self, lane: int | None) -> int:
        """The last row it was read to."""
        return self._cursors[lane].after

    def keep(self, moved: Moved) -> None:
        """Go on from there."""
        self._cursors |= moved

    def claim(
        self,
        session: Session,
        lane: int | None,
        limit: int,
        moved: Moved,
        counted: Collection[int] = (),
    ) -> Claim:
        """Claim from one lane. PostgreSQL passes over finished rows slowly, so start behind the last one claimed.

        Looking from the beginning never takes more than a twentieth of the time, and for what waited until now there
        is a look only now and then, as long as there is enough that did not wait.

        Args:
            lane: a broadcast, `DIGESTS`, or None for replies.
            limit: most rows to take.
            moved: where this transaction read to so far; `keep` it once its commit was heard.
            counted: see `Terms`.
        """
        started = time.monotonic()
        cursor = moved.get(lane) or self._cursors.get(lane, Cursor())
        waited = started >= cursor.waited_at
        if (lane == DIGESTS and not waited) or started < cursor.rests_until:
            return Claim([], 0, 0)
        whole = self._is_sqlite or started >= cursor.again_at
        busy = self._in_hand() if self._window else ()
        terms = Terms(self._window, self._elsewhere, busy, self._manners, counted)
        name, now = self._channel, self._clock.now()
        if lane == DIGESTS:
            found = claim_digests(session, name, limit, self._token, now, terms)
        else:
            after = 0 if whole else cursor.after
            end = last_of(session, name, lane) if whole and not self._is_sqlite else 0
            found = claim(session, name, lane, after, limit, self._token, now, terms, waited=waited)
            last = max(end, found.last) if found.looked_at < limit else found.last or cursor.after
            found = found._replace(last=last)
        ended = time.monotonic()
        again_at = ended + min(LONGEST, 20 * (ended - started)) if whole else cursor.again_at
        if waited:
            cursor = cursor._replace(waited_at=0 if found.woke else ended + NOW_AND_THEN)
        rests_until = 0.0 if lane is None or found.looked_at else ended + NOW_AND_THEN
        moved[lane] = cursor._replace(after=found.last, again_at=again_at, rests_until=rests_until)
        return found
