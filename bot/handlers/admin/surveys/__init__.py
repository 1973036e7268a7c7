"""Surveys, for those who write them and read what came back."""

from __future__ import annotations

from bot.actions import surveys
from bot.core.router import Router
from bot.handlers.admin import drafts
from bot.handlers.admin.surveys import (
    conditions,
    desk,
    lists,
    pages,
    publishing,
    question,
    questions,
    results,
    sheet,
    trying,
    words,
)
from storage.surveys import SurveyState

router = Router()
router.include(*(room.router for room in (words, sheet, questions, question, conditions, trying, publishing)))
router.include(desk.router, results.router, lists.OFFICE.router)
drafts.PAGES[surveys.ABOUT] = pages.of_publication
pages.PAGES.update(
    {
        SurveyState.DRAFT: sheet.show,
        SurveyState.OPEN: desk.show,
        SurveyState.CLOSED: desk.show,
        SurveyState.WITHDRAWN: desk.show_withdrawn,
    }
)
