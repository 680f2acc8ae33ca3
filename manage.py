#!/usr/bin/env python
"""Django's command line, with this project's settings."""

import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core.loading import without_collecting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    with without_collecting():
        try:
            django.setup()
        except ImproperlyConfigured:
            if settings.configured:
                raise
            # What is wrong with the settings themselves the command line tells; some commands need none.
    execute_from_command_line(sys.argv)
