"""A member's own data: taken along, and given up (M2, N4)."""
