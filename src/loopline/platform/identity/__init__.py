"""Who is acting and what they may do: people, teams, tokens, invitations, and the one policy module."""
