"""Telling people and programs: notifications here and by e-mail, Slack, and signed webhooks."""
