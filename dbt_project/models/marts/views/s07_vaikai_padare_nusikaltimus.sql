{{ published_values('S07') }}
