"""Reading reviews, page by page."""

from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet

from bookings.reviews import models, selectors
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.inputs import BadUserInput, optional_pk
from schema.reviews.types import Review


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[Review],
        description="What clients say of a practice or of a consultant, the newest first. Hidden ones are among them "
        "for the practice and for who wrote them.",
    )
    def reviews(
        self,
        info: Info,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this practice.")
        ] = None,
        consultant_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Of this consultant.")
        ] = None,
    ) -> QuerySet[models.Review]:
        """List the reviews of one of the two. Raises BadUserInput where neither is named."""
        rows = selectors.visible_to(info.context.viewer)
        if business_id is None and consultant_id is None:
            raise BadUserInput("Name a practice, a consultant, or both.")
        if business_id is not None:
            rows = rows.filter(business=optional_pk(business_id, "Business"))
        if consultant_id is not None:
            rows = rows.filter(consultant=optional_pk(consultant_id, "Consultant"))
        return rows.order_by(*selectors.NEWEST_FIRST)
