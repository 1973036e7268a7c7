"""What Twilio's webhook brings, and what it is to us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.channels.whatsapp.inbound import inbound
from bot.core.messages import Address, Attachment, Inbound, Kind, Point

SID, MEDIA = "SM1", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
AYGUN = {"MessageSid": SID, "From": "whatsapp:+994501234567", "ProfileName": "Aygün", "WaId": "994501234567"}


def _from_aygun(kind: Kind = Kind.TEXT, **what: object) -> Inbound:
    return Inbound(Address("whatsapp", "+994501234567"), SID, kind, name="Aygün", phone="+994501234567", **what)  # type: ignore[arg-type]  # the fields above


def _file(mime: str, body: str = "") -> dict[str, str]:
    return {"NumMedia": "1", "MediaUrl0": MEDIA, "MediaContentType0": mime, "Body": body}


def _document(name: str = "", mime: str = "application/pdf") -> Attachment:
    return Attachment("document", "whatsapp:MM1/ME1", name=name, mime=mime)


PHOTO = Attachment("photo", "whatsapp:MM1/ME1", mime="image/jpeg")

SAID: list[tuple[str, dict[str, str], Inbound]] = [
    ("text", {"Body": "2 < 3 & so"}, _from_aygun(text=Markup("2 &lt; 3 &amp; so"))),
    ("formatted text", {"Body": "*Salam* _hər_ ~kəs~"}, _from_aygun(text=Markup("<b>Salam</b> <i>hər</i> <s>kəs</s>"))),
    ("words with stars and underscores", {"Body": "5*3*2 a_b_c"}, _from_aygun(text=Markup("5*3*2 a_b_c"))),
    ("a start link, whole", {"Body": "/start owner_1"}, _from_aygun(text=Markup("/start owner_1"))),
    ("no media, said in so many words", {"Body": "Salam", "NumMedia": "0"}, _from_aygun(text=Markup("Salam"))),
    (
        "a button",
        {"Body": "Bəli", "ButtonText": "Bəli", "ButtonPayload": "k:yes", "OriginalRepliedMessageSid": "SM0"},
        _from_aygun(Kind.TAP, tap="k:yes", message="SM0"),
    ),
    ("the button of a bell", {"Body": "Oxu", "ButtonPayload": "read"}, _from_aygun(Kind.TAP, tap="read")),
    (
        "a pick from a list",
        {"Body": "Bakı", "ListId": "k:baku", "ListTitle": "Bakı", "OriginalRepliedMessageSid": "SM0"},
        _from_aygun(Kind.TAP, tap="k:baku", message="SM0"),
    ),
    ("a pick without its id", {"Body": "Bakı", "OriginalRepliedMessageSid": "SM0"}, _from_aygun(text=Markup("Bakı"))),
    ("photo", _file("image/jpeg", "*Gəncə*"), _from_aygun(Kind.FILE, text=Markup("<b>Gəncə</b>"), attachment=PHOTO)),
    ("document", _file("application/pdf"), _from_aygun(Kind.FILE, attachment=_document())),
    (
        "document with its name",
        _file("application/pdf", "nizamnamə 2026.pdf"),
        _from_aygun(Kind.FILE, attachment=_document("nizamnamə 2026.pdf")),
    ),
    (
        "document with words",
        _file("application/pdf", "See annex.pdf and write back."),
        _from_aygun(Kind.FILE, text=Markup("See annex.pdf and write back."), attachment=_document()),
    ),
    (
        "a type with parameters",
        _file("text/plain; charset=utf-8"),
        _from_aygun(Kind.FILE, attachment=_document(mime="text/plain")),
    ),
    ("voice", _file("audio/ogg; codecs=opus"), _from_aygun(Kind.VOICE)),
    ("sticker", _file("image/webp"), _from_aygun(Kind.STICKER)),
    ("video", _file("video/mp4"), _from_aygun(Kind.OTHER)),
    ("contact", _file("text/vcard"), _from_aygun(Kind.OTHER)),
    ("contact, of old", _file("text/x-vcard"), _from_aygun(Kind.OTHER)),
    (
        "media from nowhere",
        {"NumMedia": "1", "MediaContentType0": "image/png", "MediaUrl0": "https://example.org/x.png"},
        _from_aygun(Kind.OTHER),
    ),
    (
        "location",
        {"Latitude": "40.4", "Longitude": "49.8", "Body": ""},
        _from_aygun(Kind.LOCATION, point=Point(40.4, 49.8)),
    ),
    (
        "a place with a name",
        {"Latitude": "40.4", "Longitude": "49.8", "Label": "Ofis", "Address": "Nizami 5 <2>"},
        _from_aygun(Kind.LOCATION, text=Markup("Ofis, Nizami 5 &lt;2&gt;"), point=Point(40.4, 49.8)),
    ),
    ("a location nowhere", {"Latitude": "91", "Longitude": "nan"}, _from_aygun(Kind.LOCATION)),
    ("half a location", {"Latitude": "40.4"}, _from_aygun(Kind.LOCATION)),
    ("nothing we know", {"Body": "", "NumMedia": "0", "MessageType": "order"}, _from_aygun(Kind.OTHER)),
]


@pytest.mark.parametrize(("form", "expected"), [said[1:] for said in SAID], ids=[said[0] for said in SAID])
def test_what_a_person_does(form: dict[str, str], expected: Inbound) -> None:
    assert inbound(AYGUN | form) == expected


WHO: list[tuple[str, dict[str, str], str, str]] = [
    ("a number", {"From": "whatsapp:+994501234567"}, "+994501234567", "+994501234567"),
    (
        "a number and an id",
        {"From": "whatsapp:+994501234567", "ExternalUserId": "whatsapp:AZ.1349201"},
        "AZ.1349201",
        "+994501234567",
    ),
    ("an id alone", {"From": "whatsapp:AZ.1349201", "ExternalUserId": "whatsapp:AZ.1349201"}, "AZ.1349201", ""),
    ("an id as sender", {"From": "whatsapp:AZ.1349201"}, "AZ.1349201", ""),
    ("a blank id", {"From": "whatsapp:+994501234567", "ExternalUserId": ""}, "+994501234567", "+994501234567"),
    ("an id whose digits differ from the number's", {"From": "whatsapp:+994501234567", "WaId": "994001"},
     "+994501234567", "+994501234567"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "user", "phone"), [who[1:] for who in WHO], ids=[who[0] for who in WHO])
def test_who_a_person_is(form: dict[str, str], user: str, phone: str) -> None:
    read = inbound({"MessageSid": SID, "Body": "Salam"} | form)
    assert read == Inbound(Address("whatsapp", user), SID, text=Markup("Salam"), phone=phone)


@pytest.mark.parametrize(
    "form", [{}, {"From": "whatsapp:+994501234567"}, {"MessageSid": SID, "From": "+994501234567", "Body": "an SMS"}]
)
def test_what_is_not_whatsapps_is_nothing(form: dict[str, str]) -> None:
    assert inbound(form) is None


PARAMETERS = [
    "Body",
    "NumMedia",
    "MediaUrl0",
    "MediaContentType0",
    "ButtonPayload",
    "ListId",
    "Latitude",
    "Longitude",
    "Unheard",
]


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.text() | st.sampled_from(["1", MEDIA, "image/png", "nan"])))
def test_whatever_comes_is_something_that_can_be_stored(form: dict[str, str]) -> None:
    read = inbound(AYGUN | form)
    assert read is not None
    assert Inbound.from_json(read.address, read.external_id, read.to_json()) == read
