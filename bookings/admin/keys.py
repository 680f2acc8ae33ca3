"""Service keys: made, listed and revoked. The key itself is shown once, on the page that comes of making it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from bookings.accounts.keys import COLUMNS, read_columns
from bookings.accounts.models import ServiceKey
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import may_enter, viewer_of
from bookings.admin.offer import blamed
from bookings.admin.onward import Onward
from bookings.admin.signs import sign, when
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords
from bookings.businesses import keys
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty, may
from bookings.common import clock
from bookings.common.errors import DomainError


class ServiceKeyForm(forms.ModelForm):
    """What is asked of a new key. The owner is asked of the platform's admin alone."""

    scopes = forms.MultipleChoiceField(
        choices=ServiceKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Take no more than needed.",
    )

    class Meta:
        model = ServiceKey
        fields = ("name", "owner", "scopes", "business", "expires_at")
        help_texts = {"owner": "Empty: you."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"].required = False

    def clean(self) -> dict[str, Any]:
        """Hold the answers to the rules of keys."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        business: Business | None = answers.get("business")
        if not self.errors:
            with blamed(self, COLUMNS):
                read_columns(
                    name=answers["name"],
                    scopes=answers["scopes"],
                    business_id=business.pk if business else None,
                    expires_at=answers["expires_at"],
                    now=clock.now(),
                )
        return answers


@admin.register(ServiceKey)
class ServiceKeyAdmin(Onward, InWords, ReadOnly, ModelAdmin):
    """Keys of this person and of the practices that they own; all of them for the platform's admin."""

    form = ServiceKeyForm
    ordering = ("-created_at",)
    show_full_result_count = False
    list_select_related = ("owner", "business")
    empty_words = "A key lets a program, such as a chatbot, call the API. It is shown once, when it is made."
    list_display = ("name", "prefix", "what_for", "whose", "used", "stands")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix", "owner__email", "business__name")
    autocomplete_fields = ("owner",)
    actions = onward = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ServiceKey]:
        """Show the keys that this person may revoke."""
        rows: QuerySet[ServiceKey] = super().get_queryset(request)
        return rows.filter(pk__in=keys.visible_to(viewer_of(request)).values("pk"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ServiceKey | None = None) -> bool:
        """Let staff in; which keys there are for them is the queryset's to say."""
        return may_enter(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let the same people make keys of their own."""
        return self.has_view_permission(request)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Tell who may revoke what they see: whoever sees it."""
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: ServiceKey | None = None) -> tuple[str, ...]:
        """Ask for what a new key is; show of one that is there all but its hash."""
        if obj is None:
            asked = ServiceKeyForm.Meta.fields
            return asked if viewer_of(request).is_admin else tuple(name for name in asked if name != "owner")
        return (
            "name",
            "prefix",
            "what_for",
            "owner",
            "business",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
            "stands",
        )

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the practices whose keys are this person's to make."""
        if db_field.name == "business":
            viewer = viewer_of(request)
            owned = [pk for pk in viewer.business_ids if may(viewer, Duty.KEYS, pk)]
            rows = Business.objects.all() if viewer.is_admin else Business.objects.filter(pk__in=owned)
            kwargs["queryset"] = rows.order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: ServiceKey, form: Any, change: bool) -> None:
        """Make the key, and keep it for the page that follows."""
        answers = form.cleaned_data
        made = keys.make_key(
            viewer=viewer_of(request),
            owner=answers.get("owner"),
            name=answers["name"],
            scopes=[ServiceKey.Scope(name) for name in answers["scopes"]],
            business_id=answers["business"].pk if answers["business"] else None,
            expires_at=answers["expires_at"],
            now=clock.now(),
        )
        obj.pk, obj.owner, obj.prefix = made.row.pk, made.row.owner, made.row.prefix
        obj.made = made  # type: ignore[attr-defined]  # for the page that follows alone; no column of the model

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in words where the rules refuse what the form let through."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def response_add(
        self, request: HttpRequest, obj: ServiceKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key on this very page: on the way of a message it would lie in a cookie or in the database."""
        context = {
            **self.admin_site.each_context(request),
            "title": "A key was made",
            "opts": self.opts,
            "key": obj,
            "text": obj.made.text,  # type: ignore[attr-defined]  # put there by save_model
        }
        return TemplateResponse(request, "admin/bookings/servicekey/made.html", context)

    def in_words(self, obj: ServiceKey) -> str:
        """Say what it is for, and how it begins."""
        return f"{obj.name or 'Key'} ({obj.prefix}…)"

    def offers(self, request: HttpRequest, obj: ServiceKey, act: str) -> bool:
        """Offer to revoke what is not revoked yet."""
        return obj.revoked_at is None

    @admin.display(description="May")
    def what_for(self, key: ServiceKey) -> str:
        """Give the scopes in words."""
        known = ServiceKey.Scope
        return "; ".join(str(known(name).label) if name in known else name for name in key.scopes)

    @admin.display(description="Whose", ordering="owner__email")
    def whose(self, key: ServiceKey) -> str:
        """Give its owner, and the practice on whose bookings it works."""
        return f"{key.owner}, for {key.business}" if key.business else str(key.owner)

    @admin.display(description="Last used", ordering="last_used_at")
    def used(self, key: ServiceKey) -> str:
        """Give when, to a minute or so."""
        return when(key.last_used_at) if key.last_used_at else "never"

    @admin.display(description="Now", ordering="revoked_at")
    def stands(self, key: ServiceKey) -> SafeString:
        """Say whether it is good."""
        if key.revoked_at is not None:
            return sign(f"Revoked {when(key.revoked_at)}", "bad")
        if key.expires_at is not None and key.expires_at <= clock.now():
            return sign(f"Ran out {when(key.expires_at)}", "quiet")
        return sign(f"Good until {when(key.expires_at)}" if key.expires_at else "Good", "good")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ServiceKey]) -> None:
        """Make the chosen keys worthless for good."""
        viewer, now = viewer_of(request), clock.now()
        chosen = list(queryset.filter(revoked_at__isnull=True).values_list("pk", flat=True))
        for pk in chosen:
            keys.revoke_key(viewer=viewer, key_id=pk, now=now)
        self.message_user(request, f"{len(chosen)} keys revoked.")
