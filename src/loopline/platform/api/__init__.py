"""The API's conventions, once: who may call, shapes, ids, pages, problems, idempotency and entity tags."""
