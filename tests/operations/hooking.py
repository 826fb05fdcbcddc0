"""Run inside a home: keeps one webhook with its sealed secret."""

from loopline.entry.terminal import setup

if __name__ == "__main__":
    setup()
    from django.utils import timezone

    from loopline.platform.notify.models import Webhook

    now = timezone.now()
    Webhook.objects.create(
        url="https://hooks.example/in", secret="whsec_c2VjcmV0", created_at=now, updated_at=now
    )
