"""People named in a comment, or following what it is about, are told."""

from loopline.platform.cards.registry import cards
from loopline.platform.discuss.events import CommentWritten
from loopline.platform.events.outbox import Happened
from loopline.platform.identity.actor import Actor
from loopline.platform.identity.queries import people_by_id
from loopline.platform.notify.services import notify_person


def tell_of_comment(event: CommentWritten, happened: Happened) -> None:
    """Once per person and comment, however often the job runs."""
    ref = (event.object_type, event.object_id)
    found = cards(actor=Actor.system(), refs=[ref]).get(ref)
    if found is None:
        return
    author = people_by_id({happened.actor_id or 0}).get(happened.actor_id or 0)
    name = author.name if author else "Somebody"
    for user in dict.fromkeys([*event.mentioned, *event.following]):
        verb = "named you on" if user in event.mentioned else "commented on"
        notify_person(
            user_id=user, text=f"{name} {verb} {found.title}", url=f"{found.url}#comment-{event.comment_id}",
            kind="mention" if user in event.mentioned else "comment",
            key=f"comment:{event.comment_id}:{user}", now=happened.at,
        )  # fmt: skip
