{{ published_values('S09') }}
