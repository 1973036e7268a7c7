"""The Content resource and WhatsApp's approval of it. Speaks JSON only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from tests.emulators.twilio.addresses import new_sid
from tests.emulators.twilio.call import Call
from tests.emulators.twilio.content import LIST_PICKER, QUICK_REPLY, VARIABLE, Approval, Content, check
from tests.emulators.twilio.paging import page
from tests.emulators.twilio.refused import missing, wrong
from tests.emulators.twilio.world import World

Answer = tuple[int, object]
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_NAME = re.compile(r"[a-z0-9_]{1,512}")


async def create(world: World, call: Call) -> Answer:
    values = call.json()
    content = Content(
        sid=new_sid("HX"),
        friendly_name=str(values.get("friendly_name") or ""),
        language=str(values.get("language") or ""),
        variables=dict(values.get("variables") or {}),
        types={kind: parts for kind, parts in (values.get("types") or {}).items() if parts is not None},
        created=world.now(),
    )
    check(content)
    world.contents[content.sid] = content
    return 201, content.to_json(world.account, world.url)


async def fetch(world: World, call: Call) -> Answer:
    return 200, _of(world, call).to_json(world.account, world.url)


async def delete(world: World, call: Call) -> Answer:
    del world.contents[_of(world, call).sid]
    return 204, None


async def list_(world: World, call: Call) -> Answer:
    """Newest first."""
    return 200, _listed(world, call, "Content", approvals=False)


async def list_with_approvals(world: World, call: Call) -> Answer:
    return 200, _listed(world, call, "ContentAndApprovals", approvals=True)


async def submit(world: World, call: Call) -> Answer:
    """Ask WhatsApp to approve: {name, category}.

    https://www.twilio.com/docs/content/content-api-resources#submit-templates-for-approval
    """
    content = _of(world, call)
    values = call.json()
    name, category = str(values.get("name", "")), str(values.get("category", ""))
    if not _NAME.fullmatch(name) or category not in CATEGORIES:
        raise wrong(20001, f"name must be lower case letters, digits and _, category one of {CATEGORIES}: {values}")
    if content.kind == LIST_PICKER:
        raise wrong(20001, "list-picker templates can't be submitted for approval")
    if content.approval.status not in ("unsubmitted", "rejected"):
        raise wrong(20001, f"already {content.approval.status}")
    content.approval = Approval("received", name, category)
    return 201, content.approval.to_json(content.kind)


async def approval(world: World, call: Call) -> Answer:
    """How the approval stands; asking moves a submitted one to what WhatsApp decides."""
    content = _of(world, call)
    if content.approval.status in ("received", "pending"):
        reason = _objection(content)
        content.approval.status = "rejected" if reason else world.review
        content.approval.rejection_reason = reason
    return 200, {
        "sid": content.sid,
        "account_sid": world.account,
        "url": f"{world.url}/v1/Content/{content.sid}/ApprovalRequests",
        "whatsapp": content.approval.to_json(content.kind),
    }


def _objection(content: Content) -> str:
    """Why WhatsApp would never take it: variables at an end of the body, side by side, unnamed, or in a button."""
    names = VARIABLE.findall(content.body)
    pieces = [piece.strip() for piece in VARIABLE.split(content.body)[::2]]
    loose = names and not all(any(letter.isalnum() for letter in piece) for piece in pieces)
    if loose and not set(names) <= set(content.variables):
        return "INVALID_FORMAT: variables at an end of the body or side by side need samples"
    if content.kind == QUICK_REPLY and any(VARIABLE.search(choice.title) for choice in content.choices):
        return "INVALID_FORMAT: a button's title has a variable"
    return ""


def _of(world: World, call: Call) -> Content:
    content = world.contents.get(call.path["sid"])
    if content is None:
        raise missing(f"/Content/{call.path['sid']}")
    return content


def _listed(world: World, call: Call, place: str, *, approvals: bool) -> dict[str, Any]:
    part = page(list(reversed(world.contents.values())), call.query)
    here = f"{world.url}/v1/{place}"
    after = urlencode({"PageSize": part.size, "Page": part.number + 1, "PageToken": part.next})
    contents = []
    for content in part.items:
        values = content.to_json(world.account, world.url)
        if approvals:
            values["approval_requests"] = content.approval.to_json(content.kind)
        contents.append(values)
    return {
        "contents": contents,
        "meta": {
            "page": part.number,
            "page_size": part.size,
            "first_page_url": f"{here}?PageSize={part.size}&Page=0",
            "previous_page_url": None,
            "url": here,
            "next_page_url": f"{here}?{after}" if part.next else None,
            "key": "contents",
        },
    }
