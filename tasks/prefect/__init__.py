"""The only home of Prefect in this room: a thin @task over each plain function."""
