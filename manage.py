#!/usr/bin/env python
"""Django's command line, with this project's settings."""

import os
import sys
from contextlib import suppress

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core.loading import without_collecting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    # What is wrong with the settings the command line tells; some commands need none.
    with without_collecting(), suppress(ImproperlyConfigured):
        django.setup()
    execute_from_command_line(sys.argv)
