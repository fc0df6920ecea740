"""Distributors (分销商): who may promote, at which level, and how that came about (D1, D2)."""
