"""Members (会员): who they are, how they sign in, and where they stand in the tree (M1–M3)."""
