"""Payment providers' servers, written from their documented contracts, for tests on this machine.

They are as strict with our requests as the real ones are, keep a ledger of their own, and fail as they are told to.
"""
