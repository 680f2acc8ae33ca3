"""What an operator looks at first: what is wrong with this installation, and what to do about it."""

from bookings.management.doctor.examination import NAMES, examine, examine_one
from bookings.management.doctor.findings import Finding, Grade

__all__ = ["NAMES", "Finding", "Grade", "examine", "examine_one"]
