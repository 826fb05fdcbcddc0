"""What can be done with surveys."""

from loopline.slices.surveys.services.answering import (
    Answered,
    Person,
    Reply,
    answer,
    closed_because,
    signature,
    signed_text,
)
from loopline.slices.surveys.services.designing import (
    archive_many,
    change_survey,
    close_survey,
    create_survey,
    keep_the_days,
    open_survey,
    signing_secret,
    turn_back,
)
from loopline.slices.surveys.services.erasing import Forgotten, forget_person
from loopline.slices.surveys.services.rounds import next_rounds
from loopline.slices.surveys.services.sending import (
    Sent,
    record_asked,
    send_survey,
    stop_asking,
    unsend,
)

__all__ = [
    "Answered",
    "Forgotten",
    "Person",
    "Reply",
    "Sent",
    "answer",
    "archive_many",
    "change_survey",
    "close_survey",
    "closed_because",
    "create_survey",
    "forget_person",
    "keep_the_days",
    "next_rounds",
    "open_survey",
    "record_asked",
    "send_survey",
    "signature",
    "signed_text",
    "signing_secret",
    "stop_asking",
    "turn_back",
    "unsend",
]
