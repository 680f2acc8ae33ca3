"""When a calendar is open, and what would change it: seen, previewed, saved through the services."""
