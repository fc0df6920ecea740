"""Wallets and the journal: what every member has a claim to, and every movement that led there (W1)."""
