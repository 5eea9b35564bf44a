{{ published_values('S11') }}
