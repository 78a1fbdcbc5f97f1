"""Django's settings. `DATABASE_URL` names the server; without it a command starts the embedded one."""

import os

import dj_database_url

SECRET_KEY = os.environ.get("AVENANT_SECRET_KEY", "")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = ["pgtrigger", "avenant.store"]

DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL", "postgresql:///avenant"))}
