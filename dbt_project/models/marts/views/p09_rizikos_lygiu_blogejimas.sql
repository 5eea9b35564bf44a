{{ published_values('P09') }}
