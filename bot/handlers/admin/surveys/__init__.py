"""Surveys, for those who write them and read what came back."""

from __future__ import annotations

from bot.actions import surveys
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.surveys import (
    changes,
    conditions,
    desk,
    lists,
    nudges,
    pages,
    publishing,
    question,
    questions,
    rates,
    results,
    sheet,
    trying,
    words,
)
from storage.surveys import SurveyState

router = Router()
router.include(*(room.router for room in (sheet, questions, question, changes, conditions, trying, publishing)))
router.include(*(room.router for room in (desk, rates, nudges, results)))
router.include(words.WORDS.router, lists.OFFICE.router)
drafts.PAGES[surveys.ABOUT] = pages.PAGES.of_publication
pages.PAGES.by_state.update(
    {
        SurveyState.DRAFT: sheet.show,
        SurveyState.OPEN: desk.show,
        SurveyState.CLOSED: desk.show,
        SurveyState.WITHDRAWN: desk.show_withdrawn,
    }
)
