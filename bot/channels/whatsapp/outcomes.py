"""What Twilio's answers mean for a message, as one table: the same for an answer and for a status callback.

Source: https://www.twilio.com/docs/api/errors, and its pages on WhatsApp's own limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from twilio.base.exceptions import TwilioException

from bot.channels.whatsapp.account import SENTENCES
from bot.channels.whatsapp.client import Unsent
from bot.core.channel import Closed, Refused, Retry, Unknown

Failure = Refused | Retry | Unknown | Closed

CAPPED: Final = 63049
"""WhatsApp holds back marketing from this person for now; it says not for how long."""

NOT_NOW: Final = Retry(timedelta(seconds=5), everyone=True, attempted=False)
"""Nothing left, or Twilio did not look at it: it is no attempt, and everything waits."""

VARIABLES: Final = frozenset({21655, 21656, 21657, 21658, 20404})
"""A Content resource, or what was to fill it, is not as Twilio wants it: nothing left."""

_SDK: Final = "Unable to "
_FLOOD: Final = 429
_SERVER: Final = 500

_CONTENT: Final = Refused("content", systemic=True)
_ACCOUNT: Final = Refused("account", systemic=True)
_GONE: Final = Refused("not_found", unreachable=True)
_FORBIDDEN: Final = Refused("forbidden", unreachable=True)
_QUEUE_FULL: Final = Retry(timedelta(minutes=1), everyone=True, attempted=False)
_TOMORROW: Final = Retry(timedelta(days=1), attempted=False)
_CAP_BEGINS: Final = timedelta(hours=6)
_CAP_ENDS: Final = timedelta(days=2)
_CAP_GROWS: Final = 3

TABLE: Final[Mapping[int, Failure]] = {
    **dict.fromkeys((21211, 21614, 63003, 63024), _GONE),
    63014: Refused("blocked", unreachable=True),
    63032: _FORBIDDEN,
    63033: _FORBIDDEN,
    21610: Refused("opted_out", unreachable=True),
    63016: Closed(),
    **dict.fromkeys((21602, 21617, *range(21650, 21659)), _CONTENT),
    **dict.fromkeys((63005, 63013, 63021, 63027, 63028, 63030, 63040, 63042), _CONTENT),
    **dict.fromkeys((20429, 63017), NOT_NOW),
    **dict.fromkeys((21611, 30001), _QUEUE_FULL),
    63018: _TOMORROW,
    63038: _TOMORROW,
    63041: Retry(timedelta(hours=3)),
    CAPPED: Retry(_CAP_BEGINS),
    **dict.fromkeys((63009, 63010, 63012, 30008), Unknown()),
    **dict.fromkeys(SENTENCES, _ACCOUNT),
    0: Retry(timedelta(minutes=5)),
}
"""0: it failed, and nobody said why."""


class Outcomes:
    """Reads answers and callbacks; for people under WhatsApp's marketing cap the delays grow from 6 hours to 2 days.

    Args:
        refused: told the code when it is the account that is refused.
    """

    def __init__(self, refused: Callable[[int], None]) -> None:
        self._refused = refused
        self._capped: Counter[str] = Counter()

    def of(self, error: TwilioException, to: str = "") -> Failure:
        """What became of a message that Twilio did not take."""
        if isinstance(error, Unsent):
            return NOT_NOW
        status, code, words = _status_of(error), code_of(error), words_of(error)
        if not status:
            return Unknown(words)
        if status >= _SERVER:
            return Unknown(f"HTTP {status}: {words}")
        if status == _FLOOD and TABLE.get(code) != _TOMORROW:
            return NOT_NOW
        return self.failed(code, words, to)

    def failed(self, code: int, words: str, to: str = "") -> Failure:
        """What a failure means that was told later."""
        meaning = TABLE.get(code, _CONTENT)
        if code in SENTENCES:
            self._refused(code)
        if code == CAPPED:
            longer = _CAP_BEGINS * 2 ** min(self._capped[to], _CAP_GROWS)
            self._capped[to] += 1
            return Retry(min(longer, _CAP_ENDS))
        return meaning if isinstance(meaning, Retry) else replace(meaning, detail=f"{code} {words}".strip())

    def arrived(self, to: str) -> None:
        """The person was reached: the next cap begins with its shortest delay."""
        self._capped.pop(to, None)


def code_of(error: TwilioException) -> int:
    """Twilio's number for it; HTTP's where there is none, and 0 where nobody answered."""
    code = str(getattr(error, "code", ""))
    return int(code) if code.isdecimal() else _status_of(error)


def _status_of(error: TwilioException) -> int:
    """HTTP's; 0 where nobody answered. The SDK's two exceptions say it; what its pages raise holds the response."""
    response = error.args[1] if len(error.args) > 1 else None
    return int(getattr(error, "status", 0) or getattr(response, "status_code", 0))


def words_of(error: TwilioException) -> str:
    """Twilio's own sentence, without what the SDK puts before it ("Unable to create record: ") and around it."""
    said = (getattr(error, name, "") for name in ("msg", "detail", "title"))
    words = str(next(filter(None, said), "") or next(iter(error.args), ""))
    begin, _, sentence = words.partition(": ")
    return sentence if sentence and begin.startswith(_SDK) else words
