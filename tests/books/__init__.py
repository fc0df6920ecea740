"""Stateful books: random histories through the real verbs, audited step by step (trust A5.2)."""
