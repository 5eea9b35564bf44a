{{ published_values('P04') }}
