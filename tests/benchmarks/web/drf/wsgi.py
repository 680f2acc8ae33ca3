"""The application that the server of this contender serves."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.web.drf.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
