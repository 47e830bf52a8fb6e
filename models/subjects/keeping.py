"""Why columns that several subjects have are kept when a customer is erased, and what of a visit says nothing of a
person."""

OF_THE_SOURCE = "the next import finds the row by it"
WORK_DONE = "what was done to the car, in the workshop's words"
OF_THE_CAR = "the history of a car is needed for as long as the car exists"
OF_A_VISIT = ("id", "store_id", "customer_id", "vehicle_id")
"""What a sweep asks of a visit beside its day, kept in the index of days: it need not fetch the visits themselves."""
