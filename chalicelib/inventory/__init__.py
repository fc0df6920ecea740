"""Stock (库存): how many are left, reserved for whom, and every movement (S2)."""
