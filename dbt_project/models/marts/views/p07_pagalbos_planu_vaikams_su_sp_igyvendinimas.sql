{{ published_values('P07') }}
