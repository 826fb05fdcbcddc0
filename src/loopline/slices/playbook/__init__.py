"""Playbook: 24 questions of the craft, to read, to practise and to make better together."""
