"""Surveys: asking customers and colleagues one question, and what their answers say."""
