"""Money that comes in through WeChat Pay and goes back: prepay, settle, close, refund (O1, O2, O4)."""
