"""Addresses of customers."""

from django.urls import path

from loopline.slices.customers import views

urlpatterns = [
    path("accounts", views.account_list, name="accounts"),
    path("accounts.csv", views.account_csv, name="accounts-csv"),
    path("accounts/bulk", views.account_bulk, name="accounts-bulk"),
    path("accounts/new", views.account_new, name="account-new"),
    path("accounts/<int:account_id>", views.account_page, name="account-page"),
    path("contacts", views.contact_list, name="contacts"),
    path("contacts.csv", views.contact_csv, name="contacts-csv"),
    path("contacts/<int:contact_id>", views.contact_page, name="contact-page"),
    path("deals", views.deal_list, name="deals"),
    path("deals.csv", views.deal_csv, name="deals-csv"),
]
