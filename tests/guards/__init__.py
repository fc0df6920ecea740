"""Every guard of the money, and the tests that notice when it is gone; ``scripts/guards`` tries them all."""

from tests.guards import of_books, of_doors, of_orders
from tests.guards.guard import Guard

GUARDS: tuple[Guard, ...] = (*of_books.GUARDS, *of_orders.GUARDS, *of_doors.GUARDS)
