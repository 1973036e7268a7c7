"""The Content resources at Twilio that menus and bells need, and which of them are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from bot.channels.whatsapp.memory import Memory

KEY: Final = "whatsapp.contents"

QUICK: Final = 3
"""Most quick replies under a message without approval."""

LISTED: Final = 10
"""Most items in a list."""

APPROVED: Final = "approved"
UNSUBMITTED: Final = "unsubmitted"

_CATEGORY: Final = "UTILITY"
_PAGE: Final = 500

READ: Final = "read"
"""What comes back when the button under a bell is tapped."""

_BELLS: Final = {
    "az": "Salam! Sizə {{1}} yazır. Sizin üçün yeni mesaj var: {{2}}. Oxumaq üçün «Oxu» seçin və ya bizə yazın.",
    "ru": "Здравствуйте! Вам пишет {{1}}. Для вас новое сообщение: «{{2}}». Нажмите «Прочитать» или напишите нам.",
    "en": "Hello. {{1}} has something new for you: {{2}}. Tap Read to see it, or write to us.",
}
"""By language: 1 is the network's name, 2 the subject. A template may not begin or end with a variable.

They are fixed once WhatsApp has approved them: other words need another name.
"""

_BUTTONS: Final = {"az": "Oxu", "ru": "Прочитать", "en": "Read"}


@dataclass(frozen=True, slots=True)
class Resource:
    """One Content resource as it should be.

    Attributes:
        variables: samples, which approval wants to see.
        bell: it goes outside the window, so WhatsApp has to approve it.
        use: what it is for, in an operator's words.
    """

    name: str
    language: str
    types: Mapping[str, Any]
    variables: Mapping[str, str]
    use: str
    bell: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One Content resource as it is.

    Attributes:
        state: of its approval: "unsubmitted", "received", "pending", "approved", "rejected", "paused", "disabled".
    """

    sid: str
    state: str = UNSUBMITTED
    reason: str = ""


def _quick(count: int) -> Resource:
    """Variable 1 is the text, then a title and an id for each."""
    actions = [{"type": "QUICK_REPLY", "title": f"{{{{{2 * n}}}}}", "id": f"{{{{{2 * n + 1}}}}}"} for n in _to(count)]
    samples = {f"{2 * n}": f"Answer {n}" for n in _to(count)} | {f"{2 * n + 1}": f"answer:{n}" for n in _to(count)}
    types = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
    return Resource(f"korpu_qr{count}", "en", types, {"1": "Question"} | samples, f"menus of {count} as buttons")


def _list(count: int, *, described: bool) -> Resource:
    """Variable 1 is the text, 2 opens the list, then a title and an id for each, and a description."""
    items: list[dict[str, str]] = []
    samples = {"1": "Question", "2": "Choose"}
    for n in _to(count):
        item, id_, description = str(3 * n), str(3 * n + 1), str(3 * n + 2)
        samples |= {item: f"Answer {n}", id_: f"answer:{n}"} | ({description: f"About {n}"} if described else {})
        filled = {"item": f"{{{{{item}}}}}", "id": f"{{{{{id_}}}}}"}
        items.append(filled | ({"description": f"{{{{{description}}}}}"} if described else {}))
    types = {"twilio/list-picker": {"body": "{{1}}", "button": "{{2}}", "items": items}}
    name = f"korpu_{'described' if described else 'list'}{count}"
    return Resource(name, "en", types, samples, f"menus of {count} as a list")


def _bell(language: str, body: str, button: str) -> Resource:
    types = {"twilio/quick-reply": {"body": body, "actions": [{"type": "QUICK_REPLY", "title": button, "id": READ}]}}
    samples = {"1": "Caspian NGO Network", "2": "Small grants for 2027"}
    return Resource(f"korpu_bell_{language}", language, types, samples, f"the bell, language {language}", bell=True)


def _to(count: int) -> range:
    return range(1, count + 1)


def _resources() -> Iterator[Resource]:
    yield from (_quick(count) for count in _to(QUICK))
    yield from (_list(count, described=described) for described in (False, True) for count in _to(LISTED))
    yield from (_bell(language, body, _BUTTONS[language]) for language, body in _BELLS.items())


RESOURCES: Final = tuple(_resources())
_NAMES: Final = frozenset(resource.name for resource in RESOURCES)


class Contents:
    """What there is, as of the last look; remembered for when Twilio cannot be asked.

    Attributes:
        known: somebody has looked, in this process or before it.
    """

    def __init__(self, client: Client, memory: Memory) -> None:
        self._client = client
        self._memory = memory
        self.known = False
        self._sids: dict[str, str] = {}
        self._refused = False

    @property
    def quick(self) -> int:
        """How many options fit quick replies: 3, or 0 when one of the resources is missing."""
        return QUICK if self._all(f"korpu_qr{count}" for count in _to(QUICK)) else 0

    @property
    def listed(self) -> int:
        """How many options fit a list: 10, or 0 when one of the resources is missing."""
        names = (f"korpu_{kind}{count}" for kind in ("list", "described") for count in _to(LISTED))
        return LISTED if self._all(names) else 0

    def sid(self, name: str) -> str:
        """Where the resource is; "" when it cannot be used: it is not there, or a bell that is not approved."""
        return self._sids.get(name, "")

    def give_up(self) -> None:
        """Twilio does not take what we fill in: menus are numbers until the next start."""
        self._refused = True

    async def recall(self) -> None:
        """What was there when we last looked, before this start."""
        remembered = await self._memory.recall(KEY)
        if remembered:
            self.known, self._sids = True, remembered["sids"]

    async def refresh(self) -> None:
        """Look again, and remember.

        Raises:
            TwilioException: Twilio cannot be asked, or refuses the account.
        """
        found = await self.found()
        bells = {resource.name for resource in RESOURCES if resource.bell}
        sids = {name: one.sid for name, one in found.items() if one.state == APPROVED or name not in bells}
        if not self.known or sids != self._sids:
            await self._memory.remember(KEY, {"sids": sids})
        self.known, self._sids = True, sids

    async def found(self) -> dict[str, Found]:
        """Ours by name; of two of one name the approved one, else the newest."""
        found: dict[str, Found] = {}
        for one in await self._client.content.v1.content_and_approvals.list_async(page_size=_PAGE):
            name, approval = one.friendly_name, one.approval_requests
            if name in _NAMES:
                known = approval if isinstance(approval, dict) else {}
                state = known.get("status") or UNSUBMITTED
                if name not in found or (state == APPROVED and found[name].state != APPROVED):
                    found[name] = Found(one.sid, state, known.get("rejection_reason") or "")
        return found

    async def create(self, resource: Resource) -> Found:
        """Make it.

        Raises:
            TwilioException: Twilio refuses.
        """
        made = await self._client.content.v1.contents.create_async(
            ContentList.ContentCreateRequest(
                {
                    "friendly_name": resource.name,
                    "language": resource.language,
                    "variables": resource.variables,
                    "types": resource.types,
                }
            )
        )
        return Found(made.sid)

    async def submit(self, resource: Resource, sid: str) -> str:
        """Ask WhatsApp to approve it; returns its state. Raises as `create`."""
        asked = ApprovalCreateList.ContentApprovalRequest({"name": resource.name, "category": _CATEGORY})
        approval = await self._client.content.v1.contents(sid).approval_create.create_async(asked)
        return approval.status or "received"

    def _all(self, names: Iterator[str]) -> bool:
        return not self._refused and all(name in self._sids for name in names)
