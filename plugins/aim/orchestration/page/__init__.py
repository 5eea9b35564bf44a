"""The operator's page inside Airflow: who delivers, who does not, what is ours to mend. It only reads."""
