"""What are the steps? One file per step: authenticate, fetch, align, create, write back; and the state behind them."""
