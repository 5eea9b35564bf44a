{{ published_values('P11') }}
