"""The team as its upline sees it: who came, what their orders brought, sorted by either (D7)."""
