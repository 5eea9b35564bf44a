{{ published_values('S06') }}
