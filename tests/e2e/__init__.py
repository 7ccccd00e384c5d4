"""The whole product on real HTTP: sandbox vendors, a Prefect server, processes that are killed, a browser."""
