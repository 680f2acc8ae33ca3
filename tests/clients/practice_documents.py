"""The operations by which a practice is opened, found, booked and looked back at, as any client would write them."""

REGISTER = """
mutation Register($input: RegisterInput!) {
  register(input: $input) { registrationId errors { code message } }
}
"""
PROVE = """
mutation Prove($input: VerifyEmailInput!) {
  verifyEmail(input: $input) { token account { id } errors { code message } }
}
"""
ROLE_REQUESTS = "{ roleRequests(first: 100) { edges { node { id role email } } } }"
GRANT = """
mutation Grant($input: DecideRoleRequestInput!) {
  decideRoleRequest(input: $input) { roleRequest { status } errors { code message } }
}
"""
CATEGORIES = "{ categories { id slug name businessCount } }"
OPEN_PRACTICE = """
mutation Open($input: CreateBusinessInput!) {
  createBusiness(input: $input) { business { id slug } errors { code message field } }
}
"""
OPENING_HOURS = """
mutation Hours($input: SetOpeningHoursInput!) {
  setOpeningHours(input: $input) { business { slug } errors { code message field } }
}
"""
ADD_SERVICE = """
mutation Service($input: SaveServiceInput!) {
  saveService(input: $input) { service { id name } errors { code message field } }
}
"""
ADD_CONSULTANT = """
mutation Consultant($input: SaveConsultantInput!) {
  saveConsultant(input: $input) { consultant { id fullName languages } errors { code message field } }
}
"""
WEEKLY_HOURS = """
mutation Week($input: SetWeeklyHoursInput!) {
  setWeeklyHours(input: $input) { errors { code message field } }
}
"""
NEAREST = """
query Nearest($near: Near!, $search: String) {
  businesses(near: $near, search: $search, order: DISTANCE, first: 5) {
    edges { node { id name slug distanceKm nextFreeAt priceFrom { amount currency } services { id name } } }
  }
}
"""
OPEN_SLOTS = """
query OpenSlots($service: ID!, $from: DateTime) {
  openSlots(serviceId: $service, from: $from, first: 5) { edges { node { id startsAt } } }
}
"""
FOLLOW_UP = """
mutation FollowUp($input: BookFollowUpInput!) {
  bookFollowUp(input: $input) {
    booking { id acknowledgementId status follows { id } }
    accessToken
    errors { code message field }
  }
}
"""
MINE = """
query Mine($id: String!, $token: String!) {
  booking(by: {acknowledgement: {acknowledgementId: $id, accessToken: $token}}) {
    id status
    calendarLinks { google icsUrl }
    availableActions { mutation requires refund { amount currency } }
    payments { status amount { amount currency } refunds { status amount { amount currency } } }
  }
}
"""
REVIEW = """
mutation Review($input: WriteReviewInput!) {
  writeReview(input: $input) { review { rating comment } errors { code message } }
}
"""
REPLY = """
mutation Reply($input: ReplyToReviewInput!) {
  replyToReview(input: $input) { review { reply } errors { code message } }
}
"""
PRACTICE = """
query Practice($slug: String!) {
  business(slug: $slug) {
    rating { average count }
    reviews(first: 5) { id rating comment }
  }
}
"""
STATISTICS = """
query Statistics($business: ID!, $between: DateRange) {
  statistics(businessId: $business, between: $between) {
    bookings { total byStatus { status count } }
    upcoming
    revenue { currency received { amount } refunded { amount } net { amount } }
    byService { name bookings { total } }
    reviewCount reviewAverage
  }
}
"""
