"""How fast the shop is, measured from outside on the processes of the demo."""
