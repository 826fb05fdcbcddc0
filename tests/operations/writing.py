"""Run inside a home: takes in feedback item by item until told to stop, printing each that was committed."""

import sys

from loopline.entry.terminal import setup


def main() -> None:
    setup()
    from django.utils import timezone

    from loopline.platform.identity.actor import Actor, Role, Via
    from loopline.slices.customers.services import Who
    from loopline.slices.feedback.services import NewFeedback, receive_feedback

    actor = Actor(Role.OWNER, Via.CLI, name="writer")
    for n in range(int(sys.argv[1])):
        now = timezone.now()
        ask = NewFeedback(
            source="writer", external_id=f"w-{n}", title="", verbatim=f"Item {n} is slow.", url="",
            received_at=now, who=Who(), tags=(), raw={}, submitted_by=None,
        )  # fmt: skip
        receive_feedback(actor=actor, ask=ask, now=now)
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
