"""What one company sets once: name, currency, zone, and the switches the product asks about."""
