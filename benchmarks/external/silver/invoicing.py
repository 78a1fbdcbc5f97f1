"""A month's invoices on django-silver; runs inside its own environment.

    python invoicing.py DSN [--members 1000] [--members-per-customer 1]

DSN names a PostgreSQL server and a database to connect to first; a scratch database is created beside it and
dropped at the end. Every member is a subscription to the monthly plan of their age, paid at the start of the
month; a customer gets one invoice with all their subscriptions, numbered and issued. Printed: the number of
invoices, the seconds their generation took, invoices per second, and the amount in cents.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import django
import psycopg2
from django.conf import settings
from psycopg2.extensions import make_dsn, parse_dsn

MONTH = date(2024, 1, 1)
AGES = range(18, 78)


@contextmanager
def scratch_database(dsn: str) -> Iterator[dict[str, str]]:
    """A new database on the server of ``dsn`` for the time of the block: its connection parts."""
    name = f"silver_bench_{os.getpid()}"
    execute(dsn, f'CREATE DATABASE "{name}"')
    try:
        yield parse_dsn(make_dsn(dsn, dbname=name))
    finally:
        django.db.connections.close_all()
        execute(dsn, f'DROP DATABASE "{name}"')


def execute(dsn: str, statement: str) -> None:
    """One statement outside of a transaction."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def configure(parts: dict[str, str]) -> None:
    """The smallest Django project that django-silver runs in."""
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts["dbname"],
                "USER": parts.get("user", ""),
                "PASSWORD": parts.get("password", ""),
                "HOST": parts.get("host", ""),
                "PORT": parts.get("port", ""),
            }
        },
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "dal",
            "dal_select2",
            "django.contrib.admin",
            "silver",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        SECRET_KEY="only for a scratch database",
        PAYMENT_METHOD_SECRET=b"",
        PAYMENT_PROCESSORS={},
        SILVER_AUTOMATICALLY_CREATE_TRANSACTIONS=False,
        LOGGING_CONFIG=None,
    )
    django.setup()


def fill(members: int, members_per_customer: int) -> Decimal:
    """Customers and their active subscriptions from the first of the month; what they owe together."""
    from silver.models import Customer, Plan, ProductCode, Provider, Subscription

    address = {"address_1": "1 rue de la Paix", "city": "Paris", "zip_code": "75002", "country": "FR"}
    provider = Provider.objects.create(
        name="Insurer",
        flow=Provider.FLOWS.INVOICE,
        invoice_series="INV",
        invoice_starting_number=1,
        default_document_state=Provider.DEFAULT_DOC_STATE.ISSUED,
        **address,
    )
    product = ProductCode.objects.create(value="cover")
    plans = [
        Plan.objects.create(
            name=f"Cover at {age}",
            interval=Plan.INTERVALS.MONTH,
            interval_count=1,
            amount=Decimal(3_000 + 87 * age) / 100,
            currency="EUR",
            generate_after=0,
            prebill_plan=True,
            product_code=product,
            provider=provider,
        )
        for age in AGES
    ]
    for number in range(members):
        if number % members_per_customer == 0:
            customer = Customer.objects.create(
                first_name="Member",
                last_name=str(number),
                consolidated_billing=True,
                currency="EUR",
                **address,
            )
        subscription = Subscription.objects.create(
            plan=plans[number % len(plans)], customer=customer, start_date=MONTH
        )
        subscription.activate()
        subscription.save()
    return sum((plans[number % len(plans)].amount for number in range(members)), Decimal(0))


def timed(owed: Decimal) -> dict[str, Any]:
    """Generate the month's invoices, count what was made, and refuse an amount other than ``owed``."""
    from django.db.models import Sum
    from silver.documents_generator import DocumentsGenerator
    from silver.models import DocumentEntry, Invoice

    started = time.perf_counter()
    DocumentsGenerator().generate(billing_date=MONTH)
    seconds = time.perf_counter() - started
    issued = Invoice.objects.filter(state=Invoice.STATES.ISSUED).count()
    amount = DocumentEntry.objects.aggregate(amount=Sum("unit_price"))["amount"] or Decimal(0)
    if amount != owed:
        raise SystemExit(f"django-silver invoiced {amount}, but the subscriptions cost {owed}")
    return {
        "invoices": issued,
        "seconds": seconds,
        "invoices_per_second": issued / seconds,
        "amount_cents": int(amount * 100),
    }


def main() -> None:
    """Command line: a scratch project on the server of the DSN, filled, invoiced, dropped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dsn")
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--members-per-customer", type=int, default=1)
    asked = parser.parse_args()
    with scratch_database(asked.dsn) as parts:
        configure(parts)
        django.core.management.call_command("migrate", verbosity=0)
        answer = timed(owed=fill(asked.members, asked.members_per_customer))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
