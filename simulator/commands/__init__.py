"""The commands, one a file: each reads its options, asks one question and shows the answer."""
