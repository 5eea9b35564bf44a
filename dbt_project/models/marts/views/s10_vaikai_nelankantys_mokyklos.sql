{{ published_values('S10') }}
