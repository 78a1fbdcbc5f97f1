"""The addresses of the program: the desk's."""

from django.urls import include, path

urlpatterns = [path("", include("avenant.desk.urls"))]
handler404 = "avenant.desk.pages.failures.not_found"
handler500 = "avenant.desk.pages.failures.broken"
handler400 = "avenant.desk.pages.failures.malformed"
handler403 = "avenant.desk.pages.failures.forbidden"
