"""Who somebody is: passwords, sign-ins, signed links."""
