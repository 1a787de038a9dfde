"""One ``except SalesperfError`` catches whatever wrong values provoke."""

import contextlib

import pytest
from calls import CALLS, CONSTRUCTORS, arguments_of
