"""What QAD remarks about a record that it took."""

from collections.abc import Mapping
from typing import Any

from blocks.qad.profile import Profile
from blocks.qad.translation import MESSAGES


def warnings_in(profile: Profile, record: Mapping[str, Any]) -> list[str]:
    """Returns the remarks that a person must see, by the words that the profile names; the others are just said."""
    words = [word.lower() for word in profile.records.warning_words]
    return [text for text in record.get(MESSAGES) or () if any(word in text.lower() for word in words)]
