"""The pages, one file per screen: read the form, call one flow, show or redirect."""
