"""Coupons and gifts: made by staff, claimed, sent, earned, handed on, used, run out (A1, A3)."""
