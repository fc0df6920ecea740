"""Products (商品), their categories, prices, freight and search (P1, P2)."""
