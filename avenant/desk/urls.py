"""All addresses of the desk, by page. Every one leads to a view with a declared permission."""

from django.urls import include, path

from avenant.desk.pages import (
    administration,
    cases,
    checks,
    contracts,
    find,
    graph,
    home,
    me,
    member_care,
    member_cover,
    papers,
    reruns,
    runs,
    telling,
    trust,
    work,
)

PAGES = (
    home,
    find,
    member_care,
    member_cover,
    contracts,
    papers,
    runs,
    reruns,
    work,
    telling,
    cases,
    graph,
    checks,
    administration,
    me,
    trust,
)

urlpatterns = [pattern for module in PAGES for pattern in module.urlpatterns]
urlpatterns += [path("account/", include("avenant.desk.account_urls"))]
