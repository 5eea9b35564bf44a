"""When, in what order, again after a fault: the steps of a night and the Airflow that runs them."""
