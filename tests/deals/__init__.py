"""Tables dealt at random over four databases: a query's rows must not depend on where its tables live."""
