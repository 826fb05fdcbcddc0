"""Roadmap: opportunities with their demand, the bets made on them, their order and their scores."""
