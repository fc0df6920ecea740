"""Invites (邀请): codes, who is bound below whom and why, and what each code brought (I1 … I5)."""
