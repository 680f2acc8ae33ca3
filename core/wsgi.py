"""The WSGI application that granian serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from core.loading import without_collecting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
with without_collecting():
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # or the first request would wait for it
