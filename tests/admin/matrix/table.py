"""Who opens what of the admin: a row a model or an address, a column a person.

| column | who |
|---|---|
| cons | a consultant of the practice, who works for it in no other way |
| staff, mngr, owner | who works for the practice, as STAFF, as MANAGER, and whoever it belongs to |
| all | a MANAGER of it who was given every right that Django knows |
| none | staff of the admin who work for no practice |
| plat | the same, who were given every right that Django knows |
| admin | the platform's admin |

In PAGES a cell has a letter for each of a model's pages that opens: l the list, a adding, p the page of a row of the
practice, d deleting it, h its history. In CUSTOM it is what comes of a GET: yes; the status of the refusal; move, where
it leads on to another page.
Whoever is not in these tables (world.FOREIGN) opens nothing of the practice's, which needs no table.
"""

from tests.schema.matrix.reading import read

PAGES = read(
    """
                               cons  staff mngr  owner all   none  plat  admin
auth.group                     -     -     -     -     -     -     lapdh lapdh
bookings.accesstoken           -     -     -     -     -     -     lph   lph
bookings.blockedsender         -     -     lapdh lapdh lapdh -     -     lapdh
bookings.booking               lph   laph  laph  laph  laph  l     l     laph
bookings.bookingevent          -     -     -     -     lph   -     l     lph
bookings.business              l     lph   lph   lpdh  lph   l     l     lapdh
bookings.calendarfeed          -     -     -     -     -     -     -     lph
bookings.category              l     l     l     l     l     l     la    la
bookings.challenge             -     -     -     -     -     -     lph   lph
bookings.claim                 -     -     -     -     lph   -     l     lph
bookings.consenttext           -     -     laph  laph  laph  -     -     laph
bookings.consultant            -     -     -     -     lapdh -     la    lapdh
bookings.corporateclient       l     laph  laph  laph  laph  l     l     laph
bookings.difference            -     -     lph   lph   lph   -     l     lph
bookings.limitrefusal          l     l     l     lph   l     l     l     lph
bookings.listing               -     -     -     -     -     -     lph   lph
bookings.mailrefusal           -     -     -     -     -     -     lph   lph
bookings.occupation            lph   lph   lph   lph   lph   l     l     lph
bookings.outboxmessage         -     lph   lph   lph   lph   -     l     lph
bookings.payment               -     lph   lph   lph   lph   -     l     lph
bookings.paymentaccount        -     -     -     laph  -     -     -     laph
bookings.pictureupload         -     -     -     -     -     -     lph   lph
bookings.providerevent         -     lph   lph   lph   lph   -     l     lph
bookings.receipt               -     lph   lph   lph   lph   -     l     lph
bookings.receiptcounter        -     -     -     -     lph   -     l     lph
bookings.refreshtoken          -     -     -     -     -     -     lph   lph
bookings.refund                -     lph   lph   lph   lph   -     l     lph
bookings.registration          -     -     -     -     -     -     lph   lph
bookings.resource              -     -     -     -     lapdh -     la    lapdh
bookings.review                -     -     lph   lph   lph   -     l     lph
bookings.rolerequest           -     -     -     -     -     -     lph   lph
bookings.sandboxcheckout       -     -     -     -     lph   -     l     lph
bookings.sandboxrefund         -     -     -     -     lph   -     l     lph
bookings.schedule              lph   lph   lph   lph   lpdh  l     l     lpdh
bookings.service               -     -     -     -     lapdh -     la    lapdh
bookings.servicekey            la    la    la    laph  la    la    la    laph
bookings.slot                  lph   lph   lph   lph   lph   l     l     lph
bookings.staffinvitation       -     -     laph  laph  laph  -     -     laph
bookings.user                  -     -     -     -     -     -     lapdh lapdh
django_q.failure               -     -     -     -     -     -     lpdh  lpdh
django_q.ormq                  -     -     -     -     -     -     lpdh  lpdh
django_q.schedule              -     -     -     -     -     -     lapdh lapdh
django_q.success               -     -     -     -     -     -     lpdh  lpdh
"""
)
"""The pages that each model has, by its label."""

CUSTOM = read(
    """
                                     cons  staff mngr  owner all   none  plat  admin
search                               yes   yes   yes   yes   yes   yes   yes   yes
index                                yes   yes   yes   yes   yes   yes   yes   yes
login                                home  home  home  home  home  home  home  home
logout                               405   405   405   405   405   405   405   405
password_change                      yes   yes   yes   yes   yes   yes   yes   yes
password_change_done                 yes   yes   yes   yes   yes   yes   yes   yes
autocomplete                         403   403   403   403   403   403   403   403
jsi18n                               yes   yes   yes   yes   yes   yes   yes   yes
view_on_site                         404   404   404   404   404   404   404   404
bookings_user_remove_picture         403   403   403   403   403   403   403   403
auth_user_password_change            403   403   403   403   403   403   yes   yes
bookings_refreshtoken_onward         404   404   404   404   404   404   403   403
bookings_booking_move                404/move 404/move 404/move 404/move 404/move 404   404   404/move
bookings_booking_note                405   405   405   405   405   405   405   405
bookings_booking_calendar            yes   yes   yes   yes   yes   yes   yes   yes
bookings_booking_calendar_events     404   404   404   404   404   404   404   404
bookings_booking_calendar_drop       405   405   405   405   405   405   405   405
bookings_booking_money               404   404   yes   yes   yes   404   404   yes
bookings_schedule_publish            yes   yes   yes   yes   yes   404   404   yes
bookings_schedule_withdraw           yes   yes   yes   yes   yes   404   404   yes
bookings_consultant_remove_picture   404   403   403   403   403   404   404   403
bookings_difference_onward           404   404   403   403   403   404   404   403
bookings_calendarfeed_onward         404   404   404   404   404   404   404   403
bookings_providerevent_onward        404   403   403   403   403   404   404   403
bookings_servicekey_onward           404   404   404   403   404   404   404   403
bookings_limitrefusal_onward         404   404   404   403/404 404   404   404   403
bookings_outboxmessage_onward        404   403/404 403/404 403/404 403/404 404   404   403
bookings_payment_refund              404   404   yes   yes   yes   404   404   yes
bookings_business_all_figures        403   403   403   403   403   403   403   yes
bookings_business_figures            403   403   yes   yes   yes   403   403   yes
bookings_business_remove_picture     404   403   403   403   403   404   404   403
bookings_refund_onward               404   403   403   403   403   404   404   403
bookings_rolerequest_onward          404   404   404   404   404   404   403   403
app_list                             yes   yes   yes   yes   yes   yes   yes   yes
(?P<url>.*)$                         404   404   404   404   404   404   404   404
"""
)
"""Every other address, by its name; what leads on from the old form of a page's address stands in test_matrix."""
