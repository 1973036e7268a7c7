"""A poll and who voted for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class Poll:
    """Votes are kept by user; an empty vote is one taken back."""

    id: str
    question: str
    options: list[str]
    anonymous: bool = True
    several: bool = False
    closed: bool = False
    votes: dict[int, list[int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        cast = [option for options in self.votes.values() for option in options]
        return {
            "id": self.id,
            "question": self.question,
            "options": [
                {"persistent_id": str(index), "text": text, "voter_count": cast.count(index)}
                for index, text in enumerate(self.options)
            ],
            "total_voter_count": sum(1 for options in self.votes.values() if options),
            "is_closed": self.closed,
            "is_anonymous": self.anonymous,
            "type": "regular",
            "allows_multiple_answers": self.several,
            "allows_revoting": True,
            "members_only": False,
        }
