"""Changing when calendars and practices are open: inputs, payloads, mutations, and what they touch."""
