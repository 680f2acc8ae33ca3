"""The operations of the demo, as any client would write them."""

SERVICES = "query { services(first: 50) { edges { node { id name } } } }"
SLOTS = """
query Slots($service: ID!) {
  openSlots(serviceId: $service, first: 5) {
    totalCount
    edges { node { id startsAt timezone local { date time } } }
  }
}
"""
DRAFT = """
mutation Draft($input: DraftBookingInput!) {
  draftBooking(input: $input) {
    booking { id acknowledgementId status availableActions { mutation requires } }
    errors { code message }
  }
}
"""
VERIFY = """
mutation Verify($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status deadline } accessToken errors { code message } }
}
"""
LOG_IN = (
    "mutation LogIn($input: TokenAuthInput!) { tokenAuth(input: $input) { token errors { code message } } }"
)
APPROVE = """
mutation Approve($input: ApproveBookingInput!) {
  approveBooking(input: $input) { booking { status payBy } errors { code message } }
}
"""
START_PAYMENT = """
mutation Pay($input: StartPaymentInput!) {
  startPayment(input: $input) {
    booking { status } payment { checkoutUrl amount { amount currency } } errors { code message }
  }
}
"""
RESCHEDULE = """
mutation Move($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { booking { status startsAt } errors { code message } }
}
"""
ASK_TO_CANCEL = """
mutation AskToCancel($input: RequestCancellationInput!) {
  requestCancellation(input: $input) { errors { code message } }
}
"""
CANCEL = """
mutation Cancel($input: CancelBookingInput!) {
  cancelBooking(input: $input) { booking { status } errors { code message } }
}
"""
COMPLETE = """
mutation Complete($input: CompleteBookingInput!) {
  completeBooking(input: $input) { booking { status } errors { code message } }
}
"""
NO_SHOW = """
mutation NoShow($input: MarkNoShowInput!) {
  markNoShow(input: $input) { booking { status } errors { code message } }
}
"""
UNDO = """
mutation Undo($input: UndoNoShowInput!) {
  undoNoShow(input: $input) { booking { status } errors { code message } }
}
"""
STATUS = "query Status($id: String!) { bookingStatus(acknowledgementId: $id) { status statusLabel } }"
BOOKING = """
query Booking($id: String!, $token: String!) {
  booking(by: {acknowledgement: {acknowledgementId: $id, accessToken: $token}}) {
    status timeline { move toStatus actorKind }
    payments { status receipts { number amount { amount currency } url } }
  }
}
"""
