{{ published_values('P10') }}
