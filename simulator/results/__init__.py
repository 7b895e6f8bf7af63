"""What came out: a result, its tables, its folder. It runs nothing and draws nothing."""
