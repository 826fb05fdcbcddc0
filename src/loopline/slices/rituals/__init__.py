"""Rituals: what a team meets for, its sessions, what came of them, and whether it was worth the time."""
