{{ published_values('S05') }}
