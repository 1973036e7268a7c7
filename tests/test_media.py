"""A platform fetches a file by its address, over real HTTP; nobody else can make one up, and it stops working."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.core.clock import Clock
from bot.core.messages import Attachment
from bot.media import LIFE, Media
from bot.web import application
from storage.database import Database
from storage.facts import settle_on
from storage.files import Files

PDF = b"%PDF-1.7 n\xc9\x99"


async def _none() -> Any:
    return ""


@pytest.fixture
def media(files: Files, clock: Clock) -> Media:
    return Media("https://bot.example.org/korpu/", "secret", files, clock.now)


@pytest.fixture
async def client(media: Media) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(application([], _none, _none, media=media.routes()))) as client:
        yield client


def here(url: str) -> URL:
    """The path and the query of a public address, as a proxy passes them on."""
    return URL(url.removeprefix("https://bot.example.org/korpu"), encoded=True)


@pytest.mark.parametrize(
    ("attachment", "mime", "name"),
    [
        (Attachment("document", "", "Nizamnamə 2026.pdf", "application/pdf"), "application/pdf", "Nizamnamə 2026.pdf"),
        (Attachment("document", "", "report", "application/pdf"), "application/pdf", "report.pdf"),
        (Attachment("document", "", "report.pdf"), "application/pdf", "report.pdf"),
        (Attachment("document", "", "50% / ../\x00etc?#.odd"), "application/octet-stream", "50% _ .._etc?#.odd"),
        (Attachment("document", ""), "application/octet-stream", "document.bin"),
        (Attachment("photo", ""), "image/jpeg", "photo.jpg"),
        (Attachment("photo", "", "şəkil.png"), "image/png", "şəkil.png"),
        (Attachment("document", "", "x.html", "text/html; charset=utf-8"), "text/html", "x.html"),
    ],
)
async def test_it_is_given_whole_with_its_true_type(
    client: TestClient[Any, Any], media: Media, files: Files, attachment: Attachment, mime: str, name: str
) -> None:
    url = media.url(Attachment(attachment.kind, files.store(PDF), attachment.name, attachment.mime))
    assert URL(url, encoded=True).name == name
    for method in ("HEAD", "GET"):
        async with client.request(method, here(url)) as answer:
            body = await answer.read()
            assert (answer.status, body) == (200, PDF if method == "GET" else b"")
            assert answer.headers["Content-Length"] == str(len(PDF))
            assert answer.headers["Content-Type"] == mime
            assert answer.headers["Content-Disposition"].partition(";")[0] == "attachment"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_everybody_gets_the_same_address_within_an_hour_and_it_works_for_two_days(
    client: TestClient[Any, Any], media: Media, files: Files, clock: Clock
) -> None:
    poster = Attachment("photo", files.store(PDF), "poster.jpg")
    assert len({media.url(poster) for _ in range(3)}) == 1
    url = media.url(poster)
    clock.advance(LIFE - timedelta(seconds=5))
    assert (await client.get(here(url))).status == 200
    clock.advance(timedelta(hours=1, seconds=10))
    assert (await client.get(here(url))).status == 404
    assert (await client.get(here(media.url(poster)))).status == 200


async def test_forged_expired_and_gone_are_answered_alike(
    client: TestClient[Any, Any], media: Media, files: Files, clock: Clock
) -> None:
    file, other = files.store(PDF), files.store(b"secret").removeprefix("sha256:")
    url = media.url(Attachment("document", file, "letter.pdf", "application/pdf"))
    _, _, expiry, signature, digest, name = here(url).path.split("/")
    path = "/media/{}/{}/{}/{}?type={}".format
    forged = [
        path(int(expiry) + 3600, signature, digest, name, "application/pdf"),
        path(expiry, signature, other, name, "application/pdf"),
        path(expiry, signature, digest, "letter.html", "application/pdf"),
        path(expiry, signature, digest, name, "text/html"),
        path(expiry, "0" * 64, digest, name, "application/pdf"),
        path(expiry, "%C9%99", digest, name, "application/pdf"),
        path("soon", signature, "..%2F..%2Fetc%2Fpasswd", name, "application/pdf"),
        path(expiry, signature, digest, name, "application/pdf").partition("?")[0],
        here(Media("", "another secret", files, clock.now).url(Attachment("document", file, "letter.pdf"))).path_qs,
    ]
    answers = [await client.get(URL(one, encoded=True)) for one in forged]
    clock.advance(timedelta(days=3))
    answers.append(await client.get(here(url)))
    fresh = media.url(Attachment("document", file, "letter.pdf"))
    files.remove(file)
    answers.append(await client.get(here(fresh)))
    assert {(answer.status, await answer.text()) for answer in answers} == {(404, "404: Not Found")}
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1


async def test_a_part_of_it_may_be_asked_for(client: TestClient[Any, Any], media: Media, files: Files) -> None:
    url = media.url(Attachment("document", files.store(PDF), "letter.pdf"))
    answer = await client.get(here(url), headers={"Range": "bytes=1-3"})
    assert (answer.status, await answer.read()) == (206, b"PDF")


def test_only_a_file_of_ours_has_an_address(media: Media) -> None:
    with pytest.raises(ValueError, match="not the name of a stored file"):
        media.url(Attachment("photo", "telegram:AgAC"))


async def test_every_process_signs_alike(database: Database) -> None:
    said = [
        await database.run(lambda session, n=n: settle_on(session, "media", {"secret": n}))  # type: ignore[misc]
        for n in ("first", "second")
    ]
    assert said == [{"secret": "first"}] * 2
