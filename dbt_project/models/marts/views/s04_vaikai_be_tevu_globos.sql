{{ published_values('S04') }}
