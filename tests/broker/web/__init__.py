"""Tests of the API, the live stream and the pages, on a real ledger and a real browser."""
