"""What sending will take: time, at the rate its channels send now, and money, where the network's file has prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.actions.newsletters import Plan
from bot.core.channel import Channel
from bot.network import Network
from storage.audiences import behind_window


def duration(plan: Plan, channels: Mapping[str, Channel]) -> timedelta:
    """How long until the last message has left, on channels that send side by side, each at its rate."""
    members: dict[str, int] = {}
    for part in plan.parts:
        if part.channel in channels:
            members[part.channel] = members.get(part.channel, 0) + part.members - part.unreachable
    return timedelta(seconds=max((count / channels[name].rate for name, count in members.items()), default=0))


def costs(session: Session, plan: Plan, network: Network, channels: Mapping[str, Channel],
          at: datetime) -> dict[str, float]:  # fmt: skip
    """What it costs in each currency at that moment: a message in every open window, and a bell for every closed one.

    A window that only somebody's writing before then would open counts as closed.
    """
    sums: dict[str, float] = {}
    for price in network.prices:
        reached = sum(part.members - part.unreachable for part in plan.parts if part.channel == price.channel)
        if not reached or price.channel not in channels:
            continue
        window = channels[price.channel].capabilities.window
        closed = 0 if window is None else behind_window(session, plan.audience, price.channel, at - window)
        cost = (reached - closed) * price.message + closed * price.bell
        sums[price.currency] = sums.get(price.currency, 0) + cost
    return sums
