"""Times that can be booked: the types, the listing, and why a time is refused."""
