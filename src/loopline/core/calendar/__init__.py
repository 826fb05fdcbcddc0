"""Calendars as files: RFC 5545, written not read."""
