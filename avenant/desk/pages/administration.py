"""The administrator's pages: users, rulebooks, breaker, erasure; the auditor's: visits."""

from avenant.desk.pages import breaker, erasing, rulebooks, users, visits

urlpatterns = [
    *users.urlpatterns,
    *rulebooks.urlpatterns,
    *breaker.urlpatterns,
    *erasing.urlpatterns,
    *visits.urlpatterns,
]
