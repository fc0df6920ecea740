"""Orders: cart, quote, placement, shipping, receipt and after-sales (O1, O3, O4)."""
