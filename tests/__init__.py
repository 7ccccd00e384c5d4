"""How we know: unit, contract, property and end-to-end tests, the sandbox vendors and the benchmarks."""
