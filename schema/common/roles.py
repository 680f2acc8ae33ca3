"""As what people are here: the account's role, and what somebody is to a practice."""

from bookings.accounts.models import User
from bookings.businesses.models import StaffMember
from schema.common.scalars import describe_enum

AccountRole = User.Role
describe_enum(
    AccountRole,
    name="AccountRole",
    description="What somebody is here for. Every account may book; what else it may comes from its practices.",
)
StaffRole = StaffMember.Role
describe_enum(
    StaffRole,
    name="StaffRole",
    description="As what somebody works for a practice: an owner may everything, staff the least.",
)
