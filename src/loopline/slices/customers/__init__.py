"""Who the customers are: accounts, contacts, personas and deals. Publishes AccountChanged; looks back to nothing."""
