"""What a bell says of the message it rings for."""

from __future__ import annotations

from markupsafe import Markup

from bot.actions.bells import bell
from bot.core.messages import Outbound
from bot.network import Network


def test_a_subject_brings_no_full_stop_into_the_sentence_around_it(network: Network) -> None:
    said = Outbound(Markup("<b>3 members cannot be reached.</b>\nblocked the bot: 3"))
    assert bell(network, said).bell == (network.name["en"], "3 members cannot be reached")
