"""Rankings of a month (销售冠军, 推广达人), of whoever wants to be seen (D6)."""
