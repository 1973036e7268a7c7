"""What the web application tells, and to whom."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from bot.web import application
from storage.files import Files


async def _none() -> Any:
    return ""


async def test_counts_are_for_this_machine_alone_and_stand_for_a_while() -> None:
    counted = 0

    async def count() -> str:
        nonlocal counted
        counted += 1
        return f"korpu_sent {counted}\n"

    async with TestServer(application([], _none, count)) as server, ClientSession() as session:
        url = server.make_url("/metrics")
        for proxied in ("X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP"):
            assert (await session.get(url, headers={proxied: "127.0.0.1"})).status == 404
        assert counted == 0
        assert [await (await session.get(url)).text() for _ in range(3)] == ["korpu_sent 1\n"] * 3


async def test_without_the_demo_no_file_is_handed_out_by_its_hash(files: Files) -> None:
    digest = files.store(b"%PDF").removeprefix("sha256:")
    for given, status in ((None, 404), (files, 200)):
        async with TestClient(TestServer(application([], _none, _none, given))) as client:
            assert (await client.get(f"/files/{digest}/letter.pdf")).status == status
