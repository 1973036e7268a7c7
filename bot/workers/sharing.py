"""Shares out what may leave now: to each broadcast and to the digests alike, and what one leaves to the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from storage.claimed import Claim, Claimed

DIGESTS = 0
"""Stands for the digests among the broadcasts."""

Take = Callable[[int, int], Claim]
"""Claims so many rows at the most of one broadcast, or of the digests."""


def shared(most: Mapping[int, int], room: int, take: Take) -> tuple[dict[int, list[Claimed]], bool]:
    """What was claimed of each that was asked, who got most at the end, and whether there may be more.

    Args:
        most: how many each may claim, by broadcast, in the order in which it is their turn. Those who may not claim
            their part come first, so that the others know what they leave.
        room: how many all of them may, which may be fewer than they are.
    """
    rows: dict[int, list[Claimed]] = {}
    part = -(-room // len(most)) if most else 0
    waiting = sorted(most.items(), key=lambda each: min(each[1], part))
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
    return dict(sorted(rows.items(), key=lambda each: len(each[1]))), full
