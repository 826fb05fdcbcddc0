"""Every metric has at least one version: the definition it has today."""

from django.db import migrations


def first_versions(apps, schema_editor):
    Metric = apps.get_model("measures", "Metric")
    Version = apps.get_model("measures", "MetricVersion")
    Version.objects.bulk_create(
        [
            Version(
                metric_id=m.pk, number=1, definition=m.definition, grain=m.grain, unit=m.unit, at=m.created_at
            )
            for m in Metric.objects.all()
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_governed")]
    operations = [migrations.RunPython(first_versions, migrations.RunPython.noop)]
