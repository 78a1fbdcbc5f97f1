"""Running declared stages again, for people to look at: snapshots, masks, tracers, the sandbox, the spool.

Nothing here knows a book or a rule: `avenant.flows` hands in what is to run.
"""
