"""Who may what: every field of Query and of Mutation, and everybody who may ask.

| column | who asks |
|---|---|
| anon | nobody in particular |
| token | whoever holds the access token of the booking in question, without an account |
| clnt | the client of the bookings in question, with an account of that address; works for another practice too |
| other | another client, with an account, and with the access token of a booking of their own |
| cons | the consultant whose time the bookings are |
| colg | another consultant of the same practice |
| staff, mngr, owner | who works for the practice, as STAFF, as MANAGER, and whoever it belongs to |
| alien | the owner of another practice |
| admin | the platform's admin |
| kcat, kbook, kprac | service keys of the owner's for the practice, with the scope CATALOGUE, BOOKING or PRACTICE |

| cell | what comes |
|---|---|
| yes | it is done, or shown |
| null | null, or a list of nulls |
| none | a list without rows |
| 401, 403, 404 | UNAUTHENTICATED, FORBIDDEN, NOT_FOUND |
| chal, inuse, off | let through, and refused for what it is: CHALLENGE_INVALID, ACCOUNT_IN_USE, NOT_ENABLED |

A field that is judged by what it is asked with has a row for each way. What each row asks stands in acts.py. Where a
row brings a proof (a link, a code, a password), whoever brings it may, whoever they are.
"""

from tests.schema.matrix.reading import read

CELLS = {"yes", "null", "none", "401", "403", "404", "chal", "inuse", "off"}

ROOT = read(
    """
                                  anon  token clnt  other cons  colg  staff mngr  owner alien admin kcat  kbook kprac
businesses                        yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
business                          yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
categories                        yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
services                          yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
consultants                       yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
consultant                        yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
resources                         yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
reviews                           yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
openSlots                         yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
explainSlot                       yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
consentText                       yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403
lifecycle                         yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
bookingStatus                     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   yes
booking: by id                    null  yes   yes   null  yes   null  yes   yes   yes   null  yes   403   null  yes
booking: by access token          yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   yes
bookings                          401   401   yes   yes   yes   none  yes   yes   yes   none  yes   403   403   yes
bookingCounts                     401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   yes
payments                          401   401   yes   none  none  none  yes   yes   yes   none  yes   403   403   yes
paymentSummary                    401   401   none  none  none  none  none  yes   yes   none  yes   403   403   yes
paymentDifferences                401   401   none  none  none  none  none  yes   yes   none  yes   403   403   yes
corporateClients                  401   401   none  none  none  none  yes   yes   yes   none  yes   403   403   yes
publishedSlots                    401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
statistics: of a practice         401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
statistics: of a consultant       401   401   403   403   yes   403   403   yes   yes   403   yes   403   403   yes
statistics: of the platform       401   401   403   403   403   403   403   403   403   403   yes   403   403   403
me                                null  null  yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
node: of a service                yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   null  null
node: of a booking                null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  yes
node: of a favourite              null  null  yes   null  null  null  null  null  null  null  null  null  null  null
node: of a payment                null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
node: of a refund                 null  yes   yes   null  null  null  yes   yes   yes   null  yes   null  null  yes
node: of a payment difference     null  null  null  null  null  null  null  yes   yes   null  yes   null  null  yes
node: of a shown review           yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   null  null
node: of a hidden review          null  yes   yes   null  yes   null  yes   yes   yes   null  yes   null  null  null
node: of a published slot         null  null  null  null  yes   null  yes   yes   yes   null  yes   null  null  yes
node: of a corporate client       null  null  null  null  null  null  yes   yes   yes   null  yes   null  null  yes
nodes: of a booking               none  yes   yes   none  yes   none  yes   yes   yes   none  yes   none  none  yes
draftBooking                      yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   403
verifyBooking: link               yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   yes
verifyBooking: account            404   404   yes   404   403   404   yes   yes   yes   404   yes   403   404   yes
grantBookingAccess                yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   403
resendVerification                yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   403
requestBookingAccess              yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   403
requestCancellation               yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   403
cancelBooking: link               yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   yes   yes
cancelBooking: account            404   403   yes   404   yes   404   yes   yes   yes   404   yes   403   404   yes
cancelBooking: share of the money 404   403   403   404   403   404   403   yes   yes   404   yes   403   404   yes
approveBooking                    404   403   403   404   yes   404   yes   yes   yes   404   yes   403   403   yes
approveBooking: other price       404   403   403   404   403   404   403   yes   yes   404   yes   403   403   yes
approveBooking: closed time       404   403   403   404   403   404   403   yes   yes   404   yes   403   403   yes
rejectBooking                     404   403   403   404   yes   404   yes   yes   yes   404   yes   403   403   yes
startPayment                      404   yes   yes   404   403   404   yes   yes   yes   404   yes   403   404   yes
confirmPayment                    404   yes   yes   404   yes   404   yes   yes   yes   404   yes   403   404   yes
refundPayment                     404   403   403   404   404   404   403   yes   yes   404   yes   403   403   yes
retryRefund                       404   403   403   404   404   404   403   yes   yes   404   yes   403   403   yes
resolvePaymentDifference          401   401   403   404   404   404   403   yes   yes   404   yes   403   403   403
confirmUnpaidBooking              404   403   403   404   403   404   403   yes   yes   404   yes   403   403   yes
discountBooking                   404   403   403   404   403   404   403   yes   yes   404   yes   403   403   yes
recordOnSitePayment               404   403   403   404   403   404   yes   yes   yes   404   yes   403   403   yes
rescheduleBooking                 404   yes   yes   404   yes   404   yes   yes   yes   404   yes   403   404   yes
rescheduleBooking: closed time    404   403   403   404   403   404   403   yes   yes   404   yes   403   404   yes
reassignBooking                   404   403   403   404   403   404   yes   yes   yes   404   yes   403   403   yes
completeBooking                   404   403   403   404   yes   404   yes   yes   yes   404   yes   403   403   yes
markNoShow                        404   403   403   404   yes   404   yes   yes   yes   404   yes   403   403   yes
undoNoShow                        404   403   403   404   yes   404   yes   yes   yes   404   yes   403   403   yes
bookFollowUp                      404   yes   yes   404   yes   404   yes   yes   yes   404   yes   403   404   yes
createBooking                     401   401   403   403   403   403   yes   yes   yes   403   yes   403   403   yes
createBooking: closed time        401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
updateBooking: name               404   yes   yes   404   403   404   yes   yes   yes   404   yes   403   404   yes
updateBooking: note               404   403   403   404   yes   404   yes   yes   yes   404   yes   403   404   yes
writeReview                       404   yes   yes   404   403   404   403   403   403   404   403   403   404   403
replyToReview                     401   401   403   403   yes   403   403   yes   yes   403   yes   403   403   yes
hideReview                        401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
showReview                        401   401   403   404   403   404   403   yes   yes   404   yes   403   403   yes
setMeetingLink                    404   403   403   404   yes   404   403   403   403   404   403   403   403   403
setWeeklyHours                    401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
setDateOverrides                  401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
addTimeOff                        401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
removeTimeOff                     401   401   404   404   yes   404   yes   yes   yes   404   yes   403   403   yes
createBusiness                    401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
updateBusiness                    401   401   403   403   403   403   403   yes   yes   403   yes   403   403   403
updateBusiness: slug              401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
updateBusiness: closing           401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
deleteBusiness                    401   401   403   403   403   403   403   403   inuse 403   inuse 403   403   403
saveCorporateClient               401   401   404   404   404   404   yes   yes   yes   404   yes   403   403   yes
setOpeningHours                   401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
setClosedDays                     401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
saveService                       401   401   404   404   403   403   403   yes   yes   404   yes   403   403   yes
saveConsultant: name              401   401   404   404   403   403   403   yes   yes   404   yes   403   403   yes
saveConsultant: bio               401   401   404   404   yes   403   403   yes   yes   404   yes   403   403   yes
inviteConsultant                  401   401   404   404   403   403   403   yes   yes   404   yes   403   403   403
acceptConsultantInvitation        401   401   yes   chal  chal  chal  chal  chal  chal  chal  chal  403   403   403
unlinkConsultant                  401   401   404   404   yes   403   403   yes   yes   404   yes   403   403   403
saveResource                      401   401   404   404   403   403   403   yes   yes   404   yes   403   403   yes
deleteResource                    401   401   404   404   403   403   403   yes   yes   404   yes   403   403   yes
publishConsentText                401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
addStaffMember: as STAFF          401   401   403   403   403   403   403   yes   yes   403   yes   403   403   403
addStaffMember: as MANAGER        401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
acceptStaffInvitation             401   401   yes   chal  chal  chal  chal  chal  chal  chal  chal  403   403   403
withdrawStaffInvitation           401   401   404   404   404   404   404   yes   yes   404   yes   403   403   403
setStaffRole                      401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
removeStaffMember                 401   401   403   403   403   403   yes   yes   yes   403   yes   403   403   403
blockSender                       401   401   403   403   403   403   403   yes   yes   403   yes   403   403   yes
unblockSender                     401   401   404   404   404   404   404   yes   yes   404   yes   403   403   yes
publishSlots                      401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
withdrawSlots                     401   401   403   403   yes   403   yes   yes   yes   403   yes   403   403   yes
tokenAuth                         yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
refreshToken                      yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
verifyToken                       yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
toggleFavourite                   401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
revokeToken: a session            yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
revokeToken: one's own            401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
register                          yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
verifyEmail: code                 yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
verifyEmail: link                 yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
verifyEmail: own, wrong code      401   401   chal  chal  chal  chal  chal  chal  chal  chal  chal  403   403   403
resendEmailVerification           yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
requestEmailVerification          401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
requestPasswordReset              yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
resetPassword                     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
changePassword                    401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
updateProfile                     401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
endSession                        401   401   yes   404   404   404   404   404   404   404   404   403   403   403
setSecurityQuestion               401   401   off   yes   off   off   off   off   off   off   off   403   403   403
recoverWithSecurityQuestion       yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
requestRole                       401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
roleRequests                      401   401   403   403   403   403   403   403   403   403   yes   403   403   403
decideRoleRequest                 401   401   403   403   403   403   403   403   403   403   yes   403   403   403
serviceKeys                       401   401   none  none  none  none  none  none  yes   none  yes   403   403   403
serviceKeys: of a practice        401   401   none  none  none  none  none  none  yes   none  yes   403   403   403
createServiceKey: for oneself     401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
createServiceKey: for a practice  401   401   403   403   403   403   403   403   yes   403   403   403   403   403
revokeServiceKey                  401   401   404   404   404   404   404   404   yes   404   yes   403   403   403
calendarFeeds                     401   401   yes   none  yes   none  none  none  none  none  none  403   403   403
createCalendarFeed: as a client   401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
createCalendarFeed: as a host     401   401   404   404   yes   404   404   404   404   404   404   403   403   403
revokeCalendarFeed                401   401   yes   404   404   404   404   404   404   404   404   403   403   403
paymentAccounts                   401   401   none  none  none  none  none  none  yes   none  yes   403   403   403
savePaymentAccount                401   401   403   403   403   403   403   403   yes   403   yes   403   403   403
deactivatePaymentAccount          401   401   404   404   404   404   404   404   yes   404   yes   403   403   403
setProfilePicture: one's own      401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
setProfilePicture: a consultant's 401   401   404   404   yes   403   403   yes   yes   404   yes   403   403   403
setProfilePicture: a practice's   401   401   403   403   403   403   403   yes   yes   403   yes   403   403   403
removeProfilePicture: one's own   401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
removeProfilePicture: consultant  401   401   404   404   yes   403   403   yes   yes   404   yes   403   403   403
removeProfilePicture: practice    401   401   403   403   403   403   403   yes   yes   403   yes   403   403   403
requestPersonalData               yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
exportPersonalData                yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
erasePersonalData                 yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
exportMyData                      401   401   yes   yes   yes   yes   yes   yes   yes   yes   yes   403   403   403
deleteAccount                     401   401   inuse yes   inuse yes   yes   yes   inuse inuse inuse 403   403   403
"""
)
"""The rows by their names, each with what everybody gets."""
