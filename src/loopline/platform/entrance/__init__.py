"""Coming in: sign-in, invitations, people, teams, tokens and one's own account."""
