"""The service: flexweave over HTTP. Its routes translate; the scheduler decides."""
