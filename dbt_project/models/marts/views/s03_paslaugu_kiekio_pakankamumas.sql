{{ published_values('S03') }}
