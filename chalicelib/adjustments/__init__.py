"""Changes of a wallet by staff: one person asks, another agrees; then money moves once (trust A6.5)."""
