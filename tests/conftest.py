"""How all tests are run: a slow machine is no failure of a property."""

from hypothesis import settings

settings.register_profile("patient", settings(), deadline=None)
settings.load_profile("patient")
