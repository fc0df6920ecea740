"""What buyers say of what they bought, and what the shop answers (P1)."""
