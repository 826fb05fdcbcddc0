"""The lease queue as a backend of django.tasks, so that jobs are written to the framework's API."""

from typing import Any

from django.tasks.backends.base import BaseTaskBackend
from django.tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django.tasks.exceptions import TaskResultDoesNotExist
from django.utils import timezone
from django.utils.module_loading import import_string

from loopline.platform.jobs.models import Job

_STATUS = {
    "ready": TaskResultStatus.READY,
    "running": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "dead": TaskResultStatus.FAILED,
}


def _result(task: "Task[..., Any]", job: Job, alias: str) -> "TaskResult[..., Any]":
    return TaskResult(
        task=task,
        id=str(job.pk),
        status=_STATUS[job.state],
        enqueued_at=job.created_at,
        started_at=None,
        finished_at=job.finished_at,
        last_attempted_at=None,
        args=job.args,
        kwargs=job.kwargs,
        backend=alias,
        errors=[TaskError(exception_class_path="builtins.Exception", traceback=job.error)]
        if job.error
        else [],
        worker_ids=[job.worker] * job.attempts,
    )


class LeaseBackend(BaseTaskBackend):
    """Enqueues in the caller's transaction; see `queue` for leases and `worker` for the loop."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        self.validate_task(task)
        now = timezone.now()
        job = Job.objects.create(
            queue=task.queue_name,
            task=task.module_path,
            args=list(args),
            kwargs=dict(kwargs),
            priority=task.priority,
            run_at=task.run_after or now,
            created_at=now,
        )
        return _result(task, job, self.alias)

    def get_result(self, result_id: str) -> "TaskResult[..., Any]":
        job = Job.objects.filter(pk=int(result_id)).first() if result_id.isdigit() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return _result(import_string(job.task), job, self.alias)
