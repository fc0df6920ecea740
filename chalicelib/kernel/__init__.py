"""The ground floor: money, ids, clock, errors, tables, doors. It knows no business word."""
