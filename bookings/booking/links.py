"""The pages to which mails about a booking lead."""

VERIFY = "/bookings/verify"
PAY = "/bookings/pay"
CANCEL = "/bookings/cancel"
ACCESS = "/bookings/open"
STATUS = "/bookings/status"
REVIEW = "/bookings/review"
