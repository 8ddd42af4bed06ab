"""The door for WSGI servers. A deployed site refuses to open it on an unsafe database or broker."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studyapp.settings")
application = get_wsgi_application()

if settings.DEPLOYED:
    from studyapp.checks import refuse_unsafe

    refuse_unsafe()
