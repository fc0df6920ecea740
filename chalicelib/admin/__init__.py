"""Staff (管理员): who may do what, the shop's settings, and the audit of every change (G2, G3)."""
