"""What staff see where there is no page, or none for them: the admin's own frame, with the way on in its menu."""

from typing import Any

from django.contrib import admin
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from bookings.accounts.models import User

_PAGES = {
    403: (
        "This page is not open to you",
        "What you may see is in the menu. The owner of the practice gives roles.",
    ),
    404: ("There is no such page", "What was here may have been deleted, or the address is wrong."),
}


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer with 403: dressed for whoever works in the admin, plainly for all others."""
    return _dressed(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer with 404: dressed for whoever works in the admin, plainly for all others."""
    return _dressed(request, 404) or defaults.page_not_found(request, exception)


def search(request: HttpRequest, *given: Any) -> HttpResponse:
    """Search the menu as the theme does; a page of it that there is not is none, where the theme would fail."""
    try:
        answer: HttpResponse = _search(request, *given)
    except InvalidPage:
        raise Http404 from None
    return answer


_search = admin.site.search  # type: ignore[attr-defined]  # the theme's own
admin.site.search = search  # type: ignore[attr-defined]


def _dressed(request: HttpRequest, status: int) -> HttpResponse | None:
    """Give the page in the admin's dress, where somebody who may enter it asks within it."""
    user = getattr(request, "user", None)
    within = request.path_info.startswith("/admin/")
    if not within or not isinstance(user, User) or not admin.site.has_permission(request):
        return None
    title, advice = _PAGES[status]
    context = {**admin.site.each_context(request), "title": title, "advice": advice}
    return render(request, "admin/bookings/refused.html", context, status=status)
