"""Strict stand-ins for the vendors, on loopback; they import nothing of the product.

A misunderstanding shared by the product and its sandbox would hide a bug, so each emulator is written
from the vendor's own facts alone.
"""
