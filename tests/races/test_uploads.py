"""Several uploads come through one link at once, and several links are asked for at once."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.common import clock
from bookings.pictures import services
from bookings.pictures.models import PictureUpload
from tests import factories
from tests.factories import NOW
from tests.pictures import makers
from tests.pictures.conftest import folder  # noqa: F401 - a fixture
from tests.pictures.uploads import code_of, fresh, kept, link, name_of, send
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


def test_upload__by_four_at_once_on_one_link_has_one_winner_and_leaves_one_file(folder):  # noqa: F811
    ana = factories.user()
    pictures = [makers.encoded(kind) for kind in ("PNG", "JPEG", "WEBP", "PNG")]
    for _ in range(ROUNDS):
        path = link(ana, now=clock.now())

        run = race([lambda path=path, raw=raw: send(path, raw) for raw in pictures])

        assert run.accidents == []
        won = [answer for answer in run.results if answer.status_code == 200]
        lost = [code_of(answer) for answer in run.results if answer.status_code != 200]
        assert (len(won), lost) == (1, ["UPLOAD_LINK_USED"] * 3)
        assert kept(folder) == [fresh(ana)] == [name_of(won[0])]


def test_use_up__by_six_at_once_has_one_winner():
    ana = factories.user()
    for _ in range(ROUNDS):
        services.ask_for_upload(viewer=Viewer(user=ana), now=NOW)
        upload = PictureUpload.objects.latest("pk")

        run = race([lambda upload=upload: services.use_up(upload=upload, now=NOW)] * 6)

        assert (run.accidents, len(run.results), run.refusals) == ([], 1, ["UPLOAD_LINK_USED"] * 5)


def test_upload__through_two_links_at_once_leaves_the_file_that_is_shown(folder):  # noqa: F811
    service = factories.service()
    place = service.business
    owner, manager = place.owner, factories.staff_of(place).user
    for _ in range(ROUNDS):
        services.ask_for_upload(viewer=Viewer(user=owner), business_id=place.pk, now=NOW)
        first = PictureUpload.objects.latest("pk")
        services.use_up(upload=first, now=NOW)
        services.ask_for_upload(viewer=Viewer(user=manager), business_id=place.pk, now=NOW)
        second = PictureUpload.objects.latest("pk")
        services.use_up(upload=second, now=NOW)

        run = race(
            [
                lambda upload=upload: services.take_picture(upload=upload, raw=makers.encoded("PNG"))
                for upload in (first, second)
            ]
        )

        assert (run.accidents, len(run.results)) == ([], 2)
        assert kept(folder) == [fresh(place)]


def test_ask__by_six_at_once_leaves_one_good_link(folder):  # noqa: F811
    ana = factories.user()
    for _ in range(ROUNDS):
        run = race([lambda: services.ask_for_upload(viewer=Viewer(user=ana), now=NOW)] * 6)

        assert (run.accidents, len(run.results)) == ([], 6)
        assert PictureUpload.objects.filter(user=ana).count() == 1
