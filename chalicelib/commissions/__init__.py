"""Commissions: rebate plans, what a sale earns its uplines, maturing and clawback (R1, R2, R9 … R12)."""
