"""Shares out what may leave now: to each broadcast and to the digests alike, and what one leaves to the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from storage.claims import Claim, Claimed

DIGESTS = 0
"""Stands for the digests among the broadcasts."""

Take = Callable[[int, int], Claim]
"""Claims so many rows at the most of one broadcast, or of the digests."""


def shared(most: Mapping[int, int], room: int, take: Take) -> tuple[dict[int, list[Claimed]], bool]:
    """What was claimed of each, and whether there may be more.

    Args:
        most: how many each may claim, by broadcast. Those who may claim least come first, so that the others know what
            they leave.
        room: how many all of them may.
    """
    rows: dict[int, list[Claimed]] = {}
    waiting = sorted(most.items(), key=lambda each: each[1])
    full = False
    for _round in range(2):
        hungry: list[tuple[int, int]] = []
        for place, (broadcast_id, limit) in enumerate(waiting):
            share = min(limit, -(-room // (len(waiting) - place)))
            if share <= 0:
                continue
            found = take(broadcast_id, share)
            rows.setdefault(broadcast_id, []).extend(found.rows)
            room -= len(found.rows)
            if found.looked_at >= share:
                full = True
                hungry.append((broadcast_id, limit - len(found.rows)))
        waiting = [each for each in hungry if rows[each[0]]]
    return rows, full
