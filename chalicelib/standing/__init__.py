"""Standing (业绩与身份): what a distributor sold, which level that earns, its violations and territories."""
