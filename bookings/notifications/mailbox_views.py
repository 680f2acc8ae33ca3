"""Pages of the development mailbox. Outside DEBUG, or with another mail backend, they do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from bookings.notifications import mailbox

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def _in_development(view: View[P]) -> View[P]:
    """Answer 404 unless mail goes to files in DEBUG: codes and links stand here in plain."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (settings.DEBUG and settings.MAIL == "file"):
            raise Http404
        return view(request, *args, **kwargs)

    return require_safe(never_cache(guarded))


@_in_development
def mail_list(request: HttpRequest) -> HttpResponse:
    """List the newest mails; `?to=` narrows the list to one address."""
    to = request.GET.get("to", "").strip()
    page = render(
        request,
        "mailbox/list.html",
        {"mails": mailbox.newest_mails(to=to), "to": to, "newest": mailbox.NEWEST},
    )
    page["Content-Security-Policy"] = _PAGE_POLICY
    return page


@_in_development
def mail_detail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Show one mail: its code and link large, text and HTML side by side."""
    page = render(request, "mailbox/detail.html", {"mail": _mail_or_404(mail_id)})
    page["Content-Security-Policy"] = _PAGE_POLICY
    return page


@xframe_options_sameorigin
@_in_development
def mail_html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Give a mail's HTML as a mail program would show it: no scripts, nothing loaded, links in a new tab."""
    html = _mail_or_404(mail_id).html.replace("<a ", '<a target="_blank" rel="noopener" ')
    page = HttpResponse(html)
    page["Content-Security-Policy"] = _MAIL_POLICY
    return page


@_in_development
def mail_calendar(request: HttpRequest, mail_id: str) -> HttpResponse:
    """Give the calendar file that came with a mail, to open it."""
    content = _mail_or_404(mail_id).calendar
    if not content:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"'}
    return HttpResponse(
        content.encode().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        content_type="text/calendar; charset=utf-8",
        headers=headers,
    )


@_in_development
def message_list(request: HttpRequest) -> HttpResponse:
    """Give the newest mails as JSON, `{"messages": […]}`; `?to=` narrows them to one address."""
    mails = mailbox.newest_mails(to=request.GET.get("to", "").strip())
    return JsonResponse(
        {
            "messages": [
                {
                    "id": mail.id,
                    "to": mail.to,
                    "subject": mail.subject,
                    "date": mail.date.isoformat() if mail.date else None,
                    "text": mail.text,
                    "html": mail.html,
                    "message_id": mail.message_id,
                    "calendar": mail.calendar,
                    "code": mail.code,
                    "link": mail.link,
                }
                for mail in mails
            ]
        }
    )


def _mail_or_404(mail_id: str) -> mailbox.Mail:
    mail = mailbox.find_mail(mail_id)
    if mail is None:
        raise Http404
    return mail
