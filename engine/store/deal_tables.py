"""Deals, commission plans, agreements and spend: the ledger's tables of money."""
