"""Commission that leaves to the member's WeChat balance: asked, audited, sent, confirmed (W2, W3)."""
