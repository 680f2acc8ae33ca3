"""Publishing slots and withdrawing them, for those who run a calendar."""
