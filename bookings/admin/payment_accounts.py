"""Practices' own accounts with payment providers. Keys are typed in here and never shown again."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.safestring import SafeString

from bookings.accounts import passwords
from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import AtDesk, may_enter, viewer_of
from bookings.admin.offer import blamed
from bookings.admin.signs import sign
from bookings.admin.theme import ModelAdmin
from bookings.admin.words import InWords
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty, may
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.payments.models import PaymentAccount
from bookings.payments.providers import account_providers
from bookings.payments.selectors import inbox_address
from bookings.payments.services import accounts_visible_to, deactivate_account, save_account

_SHOWN = ("inbox", "key_end", "live", "created_by", "created_at", "changed_at")
_UNSHOWN = forms.PasswordInput(attrs={"autocomplete": "off"})


class PaymentAccountForm(forms.ModelForm):
    """What is asked of an account: keys, which are typed and never shown, and the password of whoever types them."""

    viewer: AtDesk
    """Who sits at the desk; the page's own class sets it."""
    provider = forms.ChoiceField()
    secret_key = forms.CharField(
        widget=_UNSHOWN, required=False, help_text="sk_live_… or sk_test_…; empty leaves the key as it is."
    )
    webhook_secret = forms.CharField(
        widget=_UNSHOWN,
        required=False,
        label="Secret of events",
        help_text="Stripe's whsec_… of the address below; empty at Paystack. It is changed with the key.",
    )
    password = forms.CharField(
        widget=_UNSHOWN,
        label="Your password",
        help_text="Who holds a practice's keys decides where its money goes.",
    )

    class Meta:
        model = PaymentAccount
        fields = ("business", "provider", "currency", "is_active")
        labels = {"is_active": "In use for new payments"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider" in self.fields:
            # A field of choices, which the stubs know as any field.
            self.fields["provider"].choices = [(name, name) for name in account_providers()]  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.fields["secret_key"].required = True
            self.fields["secret_key"].help_text = "sk_live_… or sk_test_…"

    def _get_validation_exclusions(self) -> set[str]:
        """Leave what is in use to the service: it takes the account before out of it."""
        # Django's own hook for this; the stubs leave it out.
        return {*super()._get_validation_exclusions(), "is_active"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        """Ask for the password as for every key that moves money."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            with blamed(self, {"password": "password"}):
                passwords.confirm(self.viewer, answers["password"], now=clock.now())
        return answers


@admin.register(PaymentAccount)
class PaymentAccountAdmin(InWords, ReadOnly, ModelAdmin):
    """Accounts of the practices that this person owns; all of them for the platform's admin."""

    form = PaymentAccountForm
    ordering = ("-created_at", "-pk")
    show_full_result_count = False
    list_select_related = ("business",)
    empty_words = "A practice without an account of its own is paid through the platform's."
    list_display = ("business", "provider", "currency", "stands", "key_end", "changed_at")
    list_filter = ("is_active", "live", "provider", "currency")
    search_fields = ("business__name", "public_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentAccount]:
        """Show the accounts that are this person's to change."""
        return accounts_visible_to(viewer_of(request)).order_by(*self.ordering)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to whoever may view it."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: PaymentAccount | None = None) -> bool:
        """Let owners in; which accounts there are for them is the queryset's to say."""
        viewer = viewer_of(request)
        owns = any(may(viewer, Duty.PAYMENTS, pk) for pk in viewer.business_ids)
        return may_enter(request) and (viewer.is_admin or owns)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let the same people enter accounts."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Let the same people change keys and take accounts out of use."""
        return self.has_view_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: PaymentAccount | None = None) -> tuple[str, ...]:
        """Leave keys and use alone to be changed: whose, with whom and in what stays."""
        return ("business", "provider", "currency", *_SHOWN) if obj is not None else ()

    def get_fields(self, request: HttpRequest, obj: PaymentAccount | None = None) -> tuple[str, ...]:
        """Show what is known of an account that is there, and ask for the rest."""
        asked = ("business", "provider", "currency", "is_active", "secret_key", "webhook_secret", "password")
        return asked if obj is None else (*asked, *_SHOWN)

    def get_form(
        self, request: HttpRequest, obj: PaymentAccount | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.viewer = viewer_of(request)  # type: ignore[attr-defined]  # a class of this request alone
        return form

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the practices whose accounts are this person's to enter."""
        if db_field.name == "business":
            viewer = viewer_of(request)
            owned = [pk for pk in viewer.business_ids if may(viewer, Duty.PAYMENTS, pk)]
            rows = Business.objects.all() if viewer.is_admin else Business.objects.filter(pk__in=owned)
            kwargs["queryset"] = rows.order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: PaymentAccount, form: Any, change: bool) -> None:
        """Give it to the service: new keys, or an account that comes into use or out of it."""
        answers, viewer, now = form.cleaned_data, viewer_of(request), clock.now()
        if change and not answers["secret_key"] and not answers["is_active"]:
            deactivate_account(account_id=obj.pk, viewer=viewer, now=now)
            return
        before = PaymentAccount.objects.get(pk=obj.pk) if change else None
        kept = before if before is not None and not answers["secret_key"] else None
        saved = save_account(
            viewer=viewer,
            business_id=obj.business_id,
            provider=obj.provider,
            currency=obj.currency.upper(),
            secret_key=kept.secret_key if kept else answers["secret_key"],
            webhook_secret=answers["webhook_secret"] or (kept.webhook_secret if kept else ""),
            is_active=answers["is_active"],
            now=now,
        )
        obj.pk = saved.pk

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in words where the rules, or the provider, refuse what the form let through.

        Without the transaction that Django puts around it: the provider may be asked, and a wrong password counts.
        """
        try:
            # What Django's own method calls inside a transaction; the stubs leave it out.
            return self._changeform_view(request, *args, **kwargs)  # type: ignore[attr-defined]
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def in_words(self, obj: PaymentAccount) -> str:
        """Say whose it is, with whom, and in what."""
        return f"Account of {obj.business} with {obj.provider}, {obj.currency}"

    @admin.display(description="Now", ordering="is_active")
    def stands(self, account: PaymentAccount) -> SafeString:
        """Say whether payments are opened by it, and whether with real money."""
        words = "In use" if account.is_active else "Out of use"
        return sign(words if account.live else f"{words} (test)", "good" if account.is_active else "quiet")

    @admin.display(description="The key ends in")
    def key_end(self, account: PaymentAccount) -> str:
        """Give the key's end, by which its owner knows it."""
        return account.key_end

    @admin.display(description="Address for events")
    def inbox(self, account: PaymentAccount) -> str:
        """Give what to enter at the provider."""
        return inbox_address(account)
