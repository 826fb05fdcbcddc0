"""Scores of bets by written scales, and how far the teams that gave them are apart."""
