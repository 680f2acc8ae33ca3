"""Who sees what: every private field of every type, and which fields are public.

The people are those of table.py. The objects are the client's: their booking, its payments and story, their account;
and what is the practice's own. `yes`: they get a value, by at least one of all the ways that the schema has to it.
`null`: they get none, by any.
"""

from tests.schema.matrix.reading import read

PRIVATE = read(
    """
                                  anon  token clnt  other cons  colg  staff mngr  owner alien admin kcat  kbook kprac
Account.id                        null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.email                     null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.fullName                  null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.role                      null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.phone                     null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.locale                    null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.createdAt                 null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.emailVerifiedAt           null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.timezone                  null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.pictureUrl                null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.preferences               null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.favourites                null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.roleRequest               null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.practices                 null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.consultants               null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.securityQuestion          null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Account.sessions                  null  null  yes   null  null  null  null  null  null  null  null  null  null  null
AccountSession.id                 null  null  yes   null  null  null  null  null  null  null  null  null  null  null
AccountSession.userAgent          null  null  yes   null  null  null  null  null  null  null  null  null  null  null
AccountSession.createdAt          null  null  yes   null  null  null  null  null  null  null  null  null  null  null
AccountSession.usedAt             null  null  yes   null  null  null  null  null  null  null  null  null  null  null
AccountSession.current            null  null  yes   null  null  null  null  null  null  null  null  null  null  null
BlockedSender.id                  null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
BlockedSender.kind                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
BlockedSender.value               null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
BlockedSender.note                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
BlockedSender.createdAt           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
Booking.startsAt                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.endsAt                    null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.timezone                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.preferredDate             null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.seats                     null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.mode                      null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.meetingPlatform           null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.paymentMode               null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.payBy                     null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.email                     null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.fullName                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.phone                     null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.message                   null  yes   yes   null  yes   null  null  yes   yes   null  yes   null  null  yes
Booking.createdAt                 null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.business                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.service                   null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.consultant                null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.resource                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.follows                   null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.followUps                 null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.corporateClient           null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.timeline                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.payments                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.consent                   null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.preferredPeriod           null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.preferredFrom             null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.preferredUntil            null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.alternatives              null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.meetingUrl                null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.intake                    null  yes   yes   null  yes   null  null  yes   yes   null  yes   null  null  yes
Booking.emergencyContact          null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.notes                     null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.price                     null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.refundPolicy              null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.openSlots                 null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Booking.discount                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.deposit                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.dueOnline                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.balance                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.discounts                 null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.calendarLinks             null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingConsent.version            null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingConsent.text               null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingConsent.agreedAt           null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingDiscount.amount            null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingDiscount.reason            null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingDiscount.createdAt         null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingDiscount.givenBy           null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingEvent.move                 null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingEvent.toStatus             null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingEvent.actorKind            null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingEvent.at                   null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingEvent.fromStatus           null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingNote.kind                  null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingNote.text                  null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingNote.createdAt             null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingNote.author                null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
BookingRefundTier.noticeMinutes   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingRefundTier.percent         null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingRefundTier.refund          null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
BookingRefundTier.until           null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Business.taxNumber                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Business.policies                 null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Business.staff                    null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Business.invitations              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Business.blockedSenders           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
Policies.draftLifetimeMinutes     null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Policies.pendingLifetimeMinutes   null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Policies.approvedLifetimeMinutes  null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Policies.paymentLifetimeMinutes   null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Policies.maxActiveBookings        null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Policies.cancellationNoticeMinutes null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Calendar.timeOff                  null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
Consultant.accountEmail           null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  null
Favourite.id                      null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Favourite.business                null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Favourite.consultant              null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Favourite.createdAt               null  null  yes   null  null  null  null  null  null  null  null  null  null  null
CorporateClient.id                null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.company           null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.contactName       null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.email             null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.phone             null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.taxNumber         null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.address           null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.note              null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.isActive          null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CorporateClient.createdAt         null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
CalendarFeed.id                   null  null  yes   null  yes   null  null  null  null  null  null  null  null  null
CalendarFeed.createdAt            null  null  yes   null  yes   null  null  null  null  null  null  null  null  null
CalendarFeed.consultant           null  null  null  null  yes   null  null  null  null  null  null  null  null  null
CalendarFeed.lastReadAt           null  null  yes   null  null  null  null  null  null  null  null  null  null  null
CalendarFeed.revokedAt            null  null  yes   null  null  null  null  null  null  null  null  null  null  null
CalendarLinks.google              null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
CalendarLinks.outlook             null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
CalendarLinks.office365           null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
CalendarLinks.yahoo               null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
CalendarLinks.icsUrl              null  yes   yes   null  yes   null  null  null  null  null  null  null  null  null
Payment.id                        null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.provider                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.reference                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.status                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.createdAt                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.expiresAt                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.paidAt                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.amount                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.refunded                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.checkoutUrl               null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.refunds                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.receipts                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.purpose                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.isLive                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.booking                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.method                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.failureCode               null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.paid                      null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Payment.fee                       null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
Payment.net                       null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSummary.currency           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSummary.isLive             null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSummary.total              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSummary.byMethod           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSums.payments              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSums.paid                  null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSums.refunded              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSums.fees                  null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSums.net                   null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSumsByMethod.method        null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentSumsByMethod.sums          null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentAccount.id                 null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.business           null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.provider           null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.currency           null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.isLive             null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.isActive           null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.createdAt          null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.changedAt          null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.keyEnd             null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PaymentAccount.inboxUrl           null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
PracticeMembership.business       null  null  yes   null  null  null  null  null  null  null  null  null  null  null
PracticeMembership.role           null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Preferences.reminders             null  null  yes   null  null  null  null  null  null  null  null  null  null  null
Preferences.reviewRequests        null  null  yes   null  null  null  null  null  null  null  null  null  null  null
PublishedSlot.id                  null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.startsAt            null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.endsAt              null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.capacity            null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.service             null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.seatsLeft           null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
PublishedSlot.published           null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
Refund.id                         null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.reason                     null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.status                     null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.createdAt                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.doneAt                     null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.amount                     null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.needsPerson                null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Refund.note                       null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
RefundPolicy.tiers                null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
RefundPolicy.refund               null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
RefundPolicy.until                null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
PaymentDifference.id              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.kind            null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.status          null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.details         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.payment         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.foundAt         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
PaymentDifference.endedAt         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
Receipt.kind                      null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.issuedAt                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.taxRate                   null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.number                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.amount                    null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.taxAmount                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.corrects                  null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Receipt.url                       null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
Booking.review                    null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Review.bookingId                  null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Review.hiddenAt                   null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
Review.hiddenReason               null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
RoleRequest.id                    null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.role                  null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.status                null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.createdAt             null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.decidedAt             null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.email                 null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
RoleRequest.fullName              null  null  yes   null  null  null  null  null  null  null  yes   null  null  null
ServiceKey.id                     null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.name                   null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.prefix                 null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.business               null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.createdAt              null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.expiresAt              null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.revokedAt              null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.lastUsedAt             null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.scopes                 null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
ServiceKey.ownerName              null  null  null  null  null  null  null  null  yes   null  yes   null  null  null
StaffInvitation.id                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffInvitation.email             null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffInvitation.role              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffInvitation.createdAt         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffInvitation.expiresAt         null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffMember.accountId             null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffMember.fullName              null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffMember.email                 null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
StaffMember.role                  null  null  null  null  null  null  null  yes   yes   null  yes   null  null  null
Statistics.firstDay               null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.lastDay                null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.timezone               null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.bookings               null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.upcoming               null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.byDay                  null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.last30Days             null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.byService              null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.byConsultant           null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.cancellations          null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.utilisation            null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.resourceUtilisation    null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.reviewCount            null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.reviewAverage          null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.total                null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.byStatus             null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.bookedMinutes        null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.noShowRate           null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.cancellationRate     null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
BookingCount.averageLeadMinutes   null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
StatusCount.status                null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
StatusCount.count                 null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
CancellationCount.by              null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
CancellationCount.count           null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
DayFigures.date                   null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
DayFigures.bookings               null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
PartFigures.id                    null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
PartFigures.name                  null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
PartFigures.bookings              null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Utilisation.openMinutes           null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Utilisation.bookedMinutes         null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Utilisation.rate                  null  null  null  null  yes   null  null  yes   yes   null  yes   null  null  yes
Statistics.revenue                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.currency           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.isLive             null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.received           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.refunded           null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.fees               null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
RevenueFigures.net                null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
TimeOff.startsAt                  null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
TimeOff.endsAt                    null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
TimeOff.note                      null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
TimeOff.id                        null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
"""
)
"""The rows by `Type.field`, each with what everybody gets."""

PUBLIC: dict[str, str] = {
    "ActionInput": "path kind requirement isRequired value question options sentBy isSent",
    "ActionOption": "value label",
    "ActionResult": "path kind",
    "ActorRequirement": "actor requires",
    "AvailableAction": "action label mutation inputType requires inputs results actor deadline refund",
    "BookingCounts": "total upcoming past byStatus",
    "BookingStatusCount": "status statusLabel count",
    "Booking": "id acknowledgementId status updatedAt deadline statusLabel availableActions",
    "Business": (
        "id slug name description category phone website address postalCode city country location timezone currency "
        "taxRate isActive rating isFavourite distanceKm priceFrom nextFreeAt isOpenNow services "
        "consultants resources pictureUrl openingHours closedDays email consentText consentVersion "
        "refundTiers reviews"
    ),
    "Calendar": "timezone followsOpeningHours weeklyHours seasons dateOverrides",
    "Category": "id slug name businessCount",
    "ClosedDay": "date name",
    "ConsentText": "version text",
    "Consultant": (
        "id business slug fullName specialisation bio isActive services calendar pictureUrl timezone languages "
        "practisingSince yearsOfExperience rating isFavourite nextFreeAt "
        "reviews maxPerDay maxPerWeek"
    ),
    "DateHours": "date intervals",
    "DayHours": "weekday intervals",
    "HoursInterval": "opens closes",
    "LifecycleMove": "move sources target actors timing mutation",
    "Location": "latitude longitude",
    "LocalTime": "date time offset timezone",
    "Money": "amount currency",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "PublicBookingStatus": "acknowledgementId status statusLabel deadline updatedAt",
    "PublishClash": "reason startsAt endsAt date time message",
    "Rating": "average count",
    "RefundTier": "noticeMinutes percent",
    "Resource": (
        "id business name description capacity isAvailable services calendar timezone availabilityStatus"
    ),
    "Review": "id rating comment authorName createdAt business consultant reply repliedAt",
    "Season": "validFrom validUntil days",
    "Service": (
        "id business name description colour seats locationKind paymentPolicy needsApproval durationMinutes "
        "reminderMinutes maxDurationMinutes holds bufferBeforeMinutes bufferAfterMinutes maxPerDay maxPerWeek isActive "
        "stepMinutes noticeMinutes horizonDays consultants resources price depositPercent taxRate refundTiers"
    ),
    "Slot": "id startsAt endsAt timezone seatsLeft capacity consultant resource service price deposit local",
    "SlotExplanation": "isOpen reasons clashes nextSlots",
    "TimeRange": "startsAt endsAt",
    "TouchedBooking": "booking suggestedSlots",
    "UserError": "code message field retryAfter suggestedSlots reasons clashes",
}
"""The fields that are no secret, by their types: the offer, what a booking's acknowledgement id tells, plain values."""
