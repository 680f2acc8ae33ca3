"""Pictures on the pages of those who have one: seen there, and taken away by a button of its own."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from bookings.admin.catalogue import ReadOnly
from bookings.admin.desk import OfPlatform, Page
from bookings.admin.theme import ModelAdmin
from bookings.pictures import services
from bookings.pictures.models import PictureUpload


class WithPicture(Page):
    """A page for a row with a picture. Whoever may change the row may take its picture away; uploads are the API's."""

    change_form_template: ClassVar[Any] = "admin/bookings/pictured/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        view = self.admin_site.admin_view(self.remove_picture)
        remove = path("<path:object_id>/remove-picture/", view, name=self._name_of("remove_picture"))
        return [remove, *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Show the picture of a row that has one."""
        if obj is not None and obj.picture:
            context["picture"] = reverse("picture", args=[obj.picture])
            context["may_remove_picture"] = self.has_change_permission(request, obj)
            context["remove_picture"] = reverse(f"admin:{self._name_of('remove_picture')}", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def remove_picture(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Take the picture away, and lead back to the page."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if request.method != "POST" or not self.has_change_permission(request, row):
            raise PermissionDenied
        if services.forget_picture(row):
            self.log_change(request, row, "Removed the picture.")
            messages.success(request, f"The picture of {row} was removed.")
        return HttpResponseRedirect(reverse(f"admin:{self._name_of('change')}", args=[row.pk]))

    def _name_of(self, act: str) -> str:
        options = self.opts
        return f"{options.app_label}_{options.model_name}_{act}"


@admin.register(PictureUpload)
class PictureUploadAdmin(ReadOnly, OfPlatform, ModelAdmin):
    """Who asked for links to which picture, and when they were used; never a token or its hash."""

    ordering = ("-created_at",)
    show_full_result_count = False
    list_select_related = ("asked_by", "user", "consultant", "business")
    list_display = ("created_at", "asked_by", "user", "consultant", "business", "expires_at", "used_at")
    list_filter = (("used_at", admin.EmptyFieldListFilter),)
    search_fields = ("asked_by__email", "consultant__full_name", "business__name")
    exclude = ("token_hash",)
