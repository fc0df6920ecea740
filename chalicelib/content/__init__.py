"""What the shop tells its members: notices, subscribe messages, announcements (N2)."""
