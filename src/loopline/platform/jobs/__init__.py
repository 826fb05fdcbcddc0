"""Background work that survives kill -9: leased jobs behind the API of django.tasks.

Queues: `default` runs each job and its completion in one transaction; `io` and `bulk` run outside
one, for network calls and long work that commits in steps.
"""
