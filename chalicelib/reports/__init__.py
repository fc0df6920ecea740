"""The top floor: whether the books are right, and what the shop's figures say."""
