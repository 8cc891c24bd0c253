"""The conversation with browsers: typed messages, sessions and handlers. Translates; does not decide."""
