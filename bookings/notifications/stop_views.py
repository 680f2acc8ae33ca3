"""The page behind List-Unsubscribe. A GET shows what a button would do; a POST does it, RFC 8058's bare one too."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings.common import clock
from bookings.common.pages import strict
from bookings.notifications import refusals
from bookings.notifications.refusals import Kind


# A mail program brings neither cookie nor token; what a browser could be made to post, it would have to know first.
@csrf_exempt
@strict
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, kind: str, digest: str, seal: str) -> HttpResponse:
    """Stop one kind of mail to one mailbox, or, with `again` in the form, send it again."""
    topic = Kind(kind.upper())
    if not refusals.is_right(digest, topic, seal):
        raise Http404
    if request.method == "POST" and "again" in request.POST:
        refusals.allow_for(digest=digest, kind=topic)
    elif request.method == "POST":
        refusals.refuse_for(digest=digest, kind=topic, now=clock.now())
    shown = {"kind": topic.label, "stopped": refusals.is_refused(digest, topic)}
    return render(request, "mail_stop/stop.html", {**shown, "done": request.method == "POST"})
