{{ published_values('S01') }}
