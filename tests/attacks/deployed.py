"""A deployment's settings on a machine where no release has collected the static files: they are served as they lie."""

from core.settings import *  # noqa: F403 - a settings module is the names in it

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
