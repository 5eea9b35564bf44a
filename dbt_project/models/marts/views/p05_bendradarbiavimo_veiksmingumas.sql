{{ published_values('P05') }}
