"""The service's settings, with its static files where a test wants them: outside DEBUG they are gathered and hashed."""

import os
from pathlib import Path

from core.settings import *  # noqa: F403  # settings are told from others by their names alone

STATIC_ROOT = Path(os.environ["PUBLISHED_IN"])
