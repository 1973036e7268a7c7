"""Judges a request to send: who to, from whom, and what, before anything is promised."""

from __future__ import annotations

from urllib.parse import urlsplit

from multidict import MultiDict

from tests.emulators.twilio.addresses import new_sid, units, valid
from tests.emulators.twilio.message import Message
from tests.emulators.twilio.refused import Refused, bad, wrong
from tests.emulators.twilio.rendering import render, strict, variables
from tests.emulators.twilio.world import World

LONGEST_BODY = 1_600
LONGEST_CALLBACK = 4_000
LONGEST_VALIDITY = 36_000
KNOWN = {
    "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables",
    "StatusCallback", "ValidityPeriod", "ProvideFeedback", "SmartEncoded", "ForceDelivery", "Attempt",
}  # fmt: skip


def judge(world: World, form: MultiDict[str]) -> tuple[Message, str]:
    """The message as it will be, not yet sent, and why WhatsApp will not take its content, or "".

    Raises:
        Refused: Twilio says no at once.
    """
    unknown = sorted(set(form) - KNOWN)
    if unknown:
        raise wrong(20001, f"not emulated, and Twilio would ignore it: {unknown}")
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdecimal() or not 1 <= int(validity) <= LONGEST_VALIDITY:
        raise wrong(20001, f"ValidityPeriod must be 1 to {LONGEST_VALIDITY} seconds")
    sender, service = _from(world, form)
    message = Message(
        sid=new_sid("MM" if "MediaUrl" in form else "SM"),
        sender=sender,
        to=_to(form),
        created=world.now(),
        body=form.get("Body", ""),
        outbound=True,
        status="accepted" if service else "queued",
        service=service,
        callback=_callback(form.get("StatusCallback", "")),
    )
    fault = _content(world, form, message) if "ContentSid" in form else _free_form(form, message)
    device = world.at(message.to)
    if device is not None and device.opted_out:
        raise bad(21610, "Attempt to send to unsubscribed recipient")
    outside = device is not None and not device.window_open(world.now()) and not message.approved
    if outside and world.rules.outside == "refused":
        raise bad(63016, "Failed to send freeform message because you are outside the allowed window")
    return message, fault


def _from(world: World, form: MultiDict[str]) -> tuple[str, str]:
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not sender and not service:
        raise wrong(21603, "A 'From' phone number is required.")
    if service not in ("", world.service):
        raise Refused(404, 21701, f"The Messaging Service {service} was not found", ours=True)
    if sender not in ("", world.sender):
        raise wrong(63007, f"Twilio could not find a Channel with the specified From address {sender!r}")
    return world.sender, service


def _to(form: MultiDict[str]) -> str:
    to = form.get("To", "")
    if not to:
        raise wrong(21604, "A 'To' phone number is required.")
    if not valid(to):
        raise wrong(21211, f"Invalid 'To' Phone Number: {to!r}")
    return to


def _callback(url: str) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "_" in host or len(url) > LONGEST_CALLBACK:
        raise wrong(21609, f"The 'StatusCallback' URL {url!r} is not a valid URL.")
    return url


def _free_form(form: MultiDict[str], message: Message) -> str:
    if "ContentVariables" in form:
        raise wrong(21654, "A ContentSid must be specified if ContentVariables are provided")
    urls = form.getall("MediaUrl", [])
    if not message.body.strip() and not urls:
        raise wrong(21602, "Message body is required.")
    if units(message.body) > LONGEST_BODY:
        raise wrong(21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit")
    if len(urls) > 1:
        raise wrong(21623, "Number of media files exceeds allowed limit: WhatsApp takes one")
    if urls:
        message.media_url = urls[0]
        if urlsplit(urls[0]).scheme not in ("http", "https"):
            raise wrong(21620, f"Invalid media URL(s): {urls}")
    message.text = message.body
    return ""


def _content(world: World, form: MultiDict[str], message: Message) -> str:
    content = world.contents.get(form["ContentSid"])
    if content is None:
        raise wrong(21655, f"The ContentSid parameter is invalid: {form['ContentSid']!r}")
    if "Body" in form or "MediaUrl" in form:
        raise wrong(20001, "ContentSid goes without Body and MediaUrl")
    given = variables(form.get("ContentVariables", ""))
    device = world.at(message.to)
    is_open = device is not None and device.window_open(world.now())
    if world.rules.strict_variables or (content.approved and not is_open):
        strict(content, given)
    rendered = render(content, given)
    message.body = message.text = rendered.text
    message.buttons, message.list_button, message.items = rendered.buttons, rendered.list_button, rendered.items
    message.content, message.approved = content.sid, content.approved
    message.category = content.approval.category if content.approved else ""
    return rendered.fault
