from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "loopline.slices.releases"
    label = "releases"

    def ready(self) -> None:
        from loopline.platform.cards.registry import Kind, register
        from loopline.platform.events import outbox
        from loopline.platform.identity.policy import declare
        from loopline.platform.settings import options
        from loopline.platform.ui import create, moments, nav
        from loopline.platform.ui.rows import Edit, row_fields
        from loopline.slices.releases import (
            blocks,
            events,
            handlers,
            line,
            metrics,
            queries,
            rules,
            services,
            tables,
        )
        from loopline.slices.releases.models import Release

        declare(rules.PERMISSIONS)
        blocks.registered()
        tables.registered()
        outbox.subscribe(events.ReleaseShipped, handlers.ship_bets)
        register(Kind("release", "Release", "REL", "release.read", queries.release_cards, "ship"))
        line.register()
        metrics.register()
        moments.offer("release", queries.moments, "release.read")
        options.offer(
            options.Option(
                "release_checklist",
                "Checklist of a release",
                "What must be true before shipping, one line each; new releases start with it.",
                "text",
                "\n".join(rules.CHECKLIST),
            )
        )
        nav.item("Ship", "Releases", "releases", 10, None, "release.read", icon="ship", key="s")
        create.kind(
            "release", "Release", "release-new", 70, permission="release.change", icon="ship"
        )
        row_fields(
            "release",
            lambda i: Release.objects.select_related("owner").filter(pk=i).first(),
            "release.change",
            services.change_release,
            Edit("version_name", "Version"),
            Edit("title", "Title"),
            Edit("notes", "Notes", "longtext"),
            Edit("target_on", "Target", "date"),
            Edit("owner", "Owner", "person", key="owner_id",
                 value=lambda r: r.owner.name if r.owner else ""),
        )  # fmt: skip
