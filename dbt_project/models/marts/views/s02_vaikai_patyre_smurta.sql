{{ published_values('S02') }}
