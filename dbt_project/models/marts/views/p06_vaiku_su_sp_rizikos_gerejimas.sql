{{ published_values('P06') }}
