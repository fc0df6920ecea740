"""Cooperation agreements (合作协议): versions that never change, and who signed which, when (D4)."""
