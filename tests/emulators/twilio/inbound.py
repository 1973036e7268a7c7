"""What the webhook says of something a person did. https://www.twilio.com/docs/messaging/guides/webhook-request."""

from __future__ import annotations

import json

from tests.emulators.twilio.device import Device
from tests.emulators.twilio.message import API_VERSION, Choice, Message
from tests.emulators.twilio.world import World

Form = dict[str, str]


def form(world: World, device: Device, message: Message, kind: str, extra: Form) -> Form:
    """The parameters, blank ones too, with one that is not documented.

    Args:
        kind: MessageType: "text", "button", "interactive", "image", "location", ...
        extra: parameters of this kind only.
    """
    wa_id = device.phone.removeprefix("+")
    context = {"ProfileName": device.name, **({"WaId": wa_id} if wa_id else {})}
    values = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "ProfileName": device.name,
        "MessageType": kind,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "To": message.to,
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "MessageSid": message.sid,
        "AccountSid": world.account,
        "From": message.sender,
        "ApiVersion": API_VERSION,
        "ChannelMetadata": json.dumps({"type": "whatsapp", "data": {"context": context}}),
        "UnheardOf": "",
        **extra,
    }
    if wa_id:
        values["WaId"] = wa_id
    if device.user:
        values["ExternalUserId"] = device.user
    for number, media in enumerate(message.media):
        place = f"{world.url}/{API_VERSION}/Accounts/{world.account}/Messages/{message.sid}/Media/{media.sid}"
        values |= {f"MediaUrl{number}": place, f"MediaContentType{number}": media.type}
    return values


def reply(to: Message) -> Form:
    """This answers one of ours."""
    return {"OriginalRepliedMessageSid": to.sid, "OriginalRepliedMessageSender": to.sender}


def tap(choice: Choice, on: Message) -> Form:
    return {"ButtonText": choice.title, "ButtonPayload": choice.id, **reply(on)}


def pick(choice: Choice, on: Message, *, fields: bool) -> Form:
    """Without `fields`, only the body says what was picked."""
    named = {"ListId": choice.id, "ListTitle": choice.title, "Description": choice.description}
    return {**(named if fields else {}), **reply(on)}


def location(latitude: float, longitude: float, address: str, label: str) -> Form:
    return {"Latitude": str(latitude), "Longitude": str(longitude), "Address": address, "Label": label}
