"""A month's invoices of a thousand members, made by django-silver."""
