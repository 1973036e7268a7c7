"""Correcting a newsletter that was sent: the new words, how they will look, to how many, and then at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from markupsafe import Markup

from bot.actions import approving, cards, correcting, newsletters, proposing, rights
from bot.actions.correcting import Effect
from bot.actions.following import stands
from bot.actions.staff import person_words
from bot.actions.wording import Wording
from bot.core.fields import Answered, Answers, Choice, Given, Invalid, Message
from bot.core.fields.field import Asking
from bot.core.form import Form
from bot.core.i18n import LANGUAGES, N_, _, ngettext
from bot.core.locale import language_name, listing, number
from bot.core.messages import Option
from bot.core.router import Router
from bot.handlers.admin import approval, confirming, drafts, sent
from bot.turn import Turn
from storage.audiences import Audience
from storage.broadcasts import Broadcast
from storage.newsletters import Newsletter

router = Router()

YES: Final = "yes"


@dataclass(frozen=True)
class Corrected(Message):
    """The corrected text in one language; skipped, it stays as it is."""

    def take(self, asking: Asking, given: Given) -> Answered:
        answered = super().take(asking, given)
        language = self.name.partition("_")[2]
        broadcast = asking.turn.session.get_one(Broadcast, asking.answers["broadcast"])
        text = self.load(answered.value).text
        content = correcting.corrected(asking.turn.session, broadcast, {language: text})
        day = correcting.day_of(broadcast, asking.turn.network)
        if worst := correcting.overlong(content, language, day, asking.turn.network, asking.turn.channels):
            channel, over = worst
            shorten = ngettext(
                "This is {n} character too long for {channel}. Please shorten it.",
                "This is {n} characters too long for {channel}. Please shorten it.",
                over,
            )
            raise Invalid(shorten.format(n=number(over), channel=channel.label))
        return answered


def _question(language: str, turn: Turn, answers: Answers) -> Markup:
    broadcast = turn.session.get_one(Broadcast, answers["broadcast"])
    text = Markup(turn.session.get_one(Newsletter, broadcast.newsletter_id).texts[language])  # noqa: S704 - stored as markup
    asked = _("This is the text in {language} now. Send me all of it as it should be, or skip it to leave it as it is.")
    return Markup("{}\n\n{}").format(asked.format(language=language_name(language)), text)


def _has_text(language: str, answers: Answers) -> bool:
    return language in answers.get("languages", ())


def _texts(turn: Turn, answers: Answers) -> dict[str, Markup]:
    """The texts that change, by language."""
    broadcast = turn.session.get_one(Broadcast, answers["broadcast"])
    now = turn.session.get_one(Newsletter, broadcast.newsletter_id).texts
    written = {language: answers.get(f"text_{language}") for language in LANGUAGES if language in now}
    return {key: each.text for key, each in written.items() if each and str(each.text) != now[key]}


def _preview(turn: Turn, answers: Answers) -> Markup:
    """Both ways the correction looks, in each language that changes, and how many get it which way."""
    broadcast = turn.session.get_one(Broadcast, answers["broadcast"])
    texts = _texts(turn, answers)
    effect = correcting.effect(turn.session, broadcast, texts, turn.network, turn.channels)
    question = [Markup("<b>{}</b>").format(_("Correct it now?")), *_effect_words(effect)]
    if approving.needed(turn.network, Audience.from_json(broadcast.audience)):
        question.append(_("A second person must agree before it leaves."))
    return Markup("\n\n").join([*_looks(turn, broadcast, texts), Markup("\n").join(question)])


def _looks(turn: Turn, broadcast: Broadcast, texts: dict[str, Markup]) -> Iterator[Markup]:
    content = correcting.corrected(turn.session, broadcast, texts)
    wording, day = Wording(turn.network), correcting.day_of(broadcast, turn.network)
    ways = {
        _("{channels}, {language}, in place of the old text:"): (True, None),
        _("{channels}, {language}, as a message of its own:"): (False, day),
    }
    for language in texts:
        for heading, (edits, corrects) in ways.items():
            channels = [each.label for each in turn.channels.values() if each.capabilities.edits is edits]
            if channels:
                words = heading.format(channels=listing(channels), language=language_name(language))
                shown = wording.word(content, language, content.topics, corrects, content.regions)
                yield Markup("<b>{}</b>\n{}").format(words, shown.text)


def _effect_words(effect: Effect) -> Iterator[Markup]:
    if effect.changed:
        changed = ngettext("{n} copy is changed in place.", "{n} copies are changed in place.", effect.changed)
        yield changed.format(n=number(effect.changed))
    if effect.told:
        told = ngettext(
            "{n} member gets the correction as a new message.",
            "{n} members get the correction as a new message.",
            effect.told,
        )
        yield told.format(n=number(effect.told))
    if effect.waiting:
        waiting = ngettext(
            "{n} member who has not got it yet gets the new text.",
            "{n} members who have not got it yet get the new text.",
            effect.waiting,
        )
        yield waiting.format(n=number(effect.waiting))
    if not any(effect):
        yield _("Nobody has it, or waits for it.")


def _changes(answers: Answers) -> bool:
    return any(answers.get(f"text_{language}") for language in LANGUAGES)


CORRECTION: Final = Form(
    "correction",
    *(
        Corrected(
            f"text_{language}",
            partial(_question, language),
            optional=True,
            attachments=False,
            when=partial(_has_text, language),
        )
        for language in LANGUAGES
    ),
    Choice("sure", _preview, (Option(YES, N_("Correct it now")),), when=_changes),
    review=False,
)


def way(turn: Turn, broadcast: Broadcast) -> Option:
    """Leads to correcting it, or to the page of what it is about, with which its text changes."""
    about = turn.session.get_one(Newsletter, broadcast.newsletter_id).about
    label = _("Open its page") if about in drafts.PAGES else _("Correct it")
    return Option(f"correct:{broadcast.id}", label.unescape())


@router.button("correct", allowed=rights.writes)
def ask(turn: Turn, key: str = "", *_rest: str) -> None:
    broadcast = sent.find(turn, key)
    if broadcast is not None and _is_possible(turn, broadcast):
        newsletter = turn.session.get_one(Newsletter, broadcast.newsletter_id)
        if newsletter.about in drafts.PAGES:  # its text is made anew with every change of what it is about
            drafts.show(turn, newsletters.plan(turn.session, newsletter, turn.member, turn.network))
            return
        languages = [language for language in turn.network.languages if language in newsletter.texts]
        turn.ask(CORRECTION, broadcast=broadcast.id, languages=languages)


@router.completed(CORRECTION, allowed=rights.writes)
def correct(turn: Turn, answers: dict[str, Any]) -> None:
    broadcast = sent.find(turn, answers["broadcast"])
    if broadcast is None or not _is_possible(turn, broadcast):
        return
    texts = _texts(turn, answers)
    if not texts:
        leave(turn, answers)
        return
    if approving.needed(turn.network, Audience.from_json(broadcast.audience)):
        _ask_approval(turn, broadcast, texts)
        return
    effect = correcting.effect(turn.session, broadcast, texts, turn.network, turn.channels)
    correction = correcting.correct(turn.session, broadcast, texts, turn.address, turn.network, turn.now)
    cards.put_card(turn.session, correction, turn.capabilities, turn.now, turn.network.zone)
    lines = [_("It is being corrected."), *_effect_words(effect)]
    turn.say(Markup("\n").join(lines), [sent.back(correction, _("See how it goes"))])


def _ask_approval(turn: Turn, broadcast: Broadcast, texts: dict[str, Markup]) -> None:
    """A second person must agree to what everybody is to read instead."""
    proposal = proposing.propose(turn.session, broadcast, texts, turn.address, turn.now)
    asked = approval.ask(turn, proposal, approval.of_correction(turn, proposal))
    if not asked:
        proposing.drop(turn.session, proposal, turn.channels, turn.now)
        turn.say(confirming.nobody_else(), [sent.back(broadcast, _("Back to the newsletter"))])
        return
    cards.put_card(turn.session, proposal, turn.capabilities, turn.now, turn.network.zone)
    names = listing([person_words(turn.session, address.member_id) for address in asked])
    waits = _("I have asked {names}. It waits until one of them agrees.").format(names=names)
    turn.say(waits, [sent.back(proposal, _("See where it stands"))])


@router.cancelled(CORRECTION)
def leave(turn: Turn, answers: Answers) -> None:
    broadcast = sent.find(turn, answers["broadcast"])
    if broadcast is not None:
        turn.say(_("All right, nothing was changed."), [sent.back(broadcast, _("Back to the newsletter"))])


def _is_possible(turn: Turn, broadcast: Broadcast) -> bool:
    """Whether it can be corrected; says why not."""
    if stands(broadcast):
        return True
    back = sent.back(broadcast, _("Back to the newsletter"))
    turn.say(_("This newsletter was taken back, so there is nothing to correct."), [back])
    return False
